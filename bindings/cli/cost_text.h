// A cost as text: one row of `price FILE`, or the lines of one call.

#ifndef TOKENTRA_BINDINGS_CLI_COST_TEXT_H_
#define TOKENTRA_BINDINGS_CLI_COST_TEXT_H_

#include <tokentra/tokentra.h>

#include <string>

#include "bindings/cli/console.h"
#include "bindings/cli/handle.h"

namespace tokentra::cli {

Records PriceHeld(const tokentra_catalog* catalog, tokentra_held* held,
                  const tokentra_records_options& options);
Records PriceRecords(const tokentra_catalog* catalog, tokentra_text chunk,
                     const tokentra_records_options& options);

// Rows of fixed widths, because records are printed as they are read; the model column takes what
// the terminal has left. What is not simply priced says so in place of, or after, its total.
class RecordRow {
 public:
  explicit RecordRow(const Terminal& terminal);
  std::string Heading() const;
  std::string Text(const tokentra_record& record) const;

 private:
  std::string_view ellipsis_;
  std::size_t model_columns_;
};

// Meter, quantity, rate and amount a line; total; source. Ends with a newline.
std::string CostText(const tokentra_cost* cost, const Console& console);

std::string CostJson(const tokentra_cost* cost);
std::string CostExplanation(const tokentra_cost* cost);

// Unpriced, or priced in part only.
bool IsUnpriced(const tokentra_cost* cost);

}  // namespace tokentra::cli

#endif  // TOKENTRA_BINDINGS_CLI_COST_TEXT_H_
