// Many calls in Arrow columns to their costs in Arrow columns, row by row.
//
// Out come as many batches of as many rows as went in, with the columns
//   cost        decimal128(38, 18)   null when unpriced, unmetered or refused
//   state       dictionary of utf8   priced, free, partial, unpriced, unmetered; null when refused
//   price_row   dictionary of utf8   content id of the price row; null without one
//   status      dictionary of utf8   OK, or the code of the error that the row met
//   message     utf8                 of the error; null when there is none
// and, when asked for, one `cost_<meter>` for each meter that some row was billed for, null where
// the row was not. Costs are those of Evaluate, to the last unit.
//
// Thread: pure function. Cost: a row of a known combination is a look-up and a product for each
// atom (benchmarks/arrow_benchmark.py). Memory: about 33 bytes a row, until the table goes.

#ifndef TOKENTRA_CORE_CLIENT_ARROW_PRICE_H_
#define TOKENTRA_CORE_CLIENT_ARROW_PRICE_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/catalog/catalog.h"
#include "core/exchange/arrow_table.h"

namespace tokentra {

struct ArrowCallOptions {
  std::string provider;                // of rows that state none
  InstantNs default_at = kNoInstant;   // of rows that state none
  std::vector<std::string_view> tags;  // columns that are metadata whatever their name
  bool per_meter = false;              // pricing: a cost column for each meter
};

// Takes the stream over. INVALID_ARGUMENT for columns that are no part of a call, and for arrays
// that are not what their schema says.
absl::StatusOr<std::shared_ptr<const ArrowTable>> PriceArrow(const Catalog& catalog,
                                                             ArrowArrayStream* stream,
                                                             const ArrowCallOptions& options);

}  // namespace tokentra

#endif  // TOKENTRA_CORE_CLIENT_ARROW_PRICE_H_
