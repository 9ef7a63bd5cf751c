// A table of text that fits the terminal.
//
// Cells are asked for twice, once to measure and once to print, and none is kept: a table of a
// million rows takes the memory of one. Where the table is too wide, the left-aligned columns
// (names) are cut, the widest first, but never below kNameColumnsMin; numbers are never cut.

#ifndef TOKENTRA_BINDINGS_CLI_TABLE_H_
#define TOKENTRA_BINDINGS_CLI_TABLE_H_

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "bindings/cli/console.h"

namespace tokentra::cli {

enum class Align {
  kLeft,
  kRight,
  kDecimal,  // points below each other; a cell without one ends where they stand
};

struct Column {
  std::string title;
  Align align = Align::kLeft;
};

class Table {
 public:
  static constexpr std::size_t kNameColumnsMin = 12;

  // `cell(row, column)` is called for rows below `rows`, in order, twice.
  Table(std::vector<Column> columns, std::size_t rows,
        std::function<std::string(std::size_t, std::size_t)> cell)
      : columns_(std::move(columns)), rows_(rows), cell_(std::move(cell)) {}

  // The last row stands below a rule.
  void SetTotalRow() { total_row_ = true; }
  // No name is cut, however wide the table gets.
  void KeepNames() { keep_names_ = true; }

  // How wide the table is at least, with its names cut as far as they may be.
  std::size_t NarrowestColumns() const;

  std::string Text(const Console& console) const;
  void Print(Console& console) const;

 private:
  struct Widths {
    std::size_t width = 0;     // of the column
    std::size_t whole = 0;     // kDecimal: before the point
    std::size_t fraction = 0;  // kDecimal: from the point on
  };

  std::vector<Widths> Measure() const;
  void Fit(std::vector<Widths>& widths, std::size_t columns) const;
  std::string Row(const std::vector<Widths>& widths, const std::vector<std::string>& cells,
                  const Terminal& terminal, bool heading) const;
  template <typename Sink>
  void Write(const Console& console, Sink sink) const;

  std::vector<Column> columns_;
  std::size_t rows_;
  std::function<std::string(std::size_t, std::size_t)> cell_;
  bool total_row_ = false;
  bool keep_names_ = false;
};

}  // namespace tokentra::cli

#endif  // TOKENTRA_BINDINGS_CLI_TABLE_H_
