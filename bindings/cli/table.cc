#include "bindings/cli/table.h"

#include <algorithm>
#include <string_view>

namespace tokentra::cli {
namespace {

constexpr std::size_t kGap = 2;

std::size_t WholeSize(std::string_view cell) {
  const std::size_t number = std::min(cell.find(' '), cell.size());
  return std::min(cell.find('.'), number);
}

template <typename Widths>
std::size_t Total(const std::vector<Widths>& widths) {
  std::size_t total = 0;
  for (const Widths& column : widths) total += column.width + kGap;
  return total - std::min(total, kGap);
}

}  // namespace

std::vector<Table::Widths> Table::Measure() const {
  std::vector<Widths> widths(columns_.size());
  for (std::size_t row = 0; row < rows_; ++row) {
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const std::string cell = cell_(row, i);
      Widths& column = widths[i];
      if (columns_[i].align == Align::kDecimal) {
        const std::size_t whole = WholeSize(cell);
        column.whole = std::max(column.whole, whole);
        column.fraction = std::max(column.fraction, cell.size() - whole);
      } else {
        column.width = std::max(column.width, DisplayWidth(cell));
      }
    }
  }
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const std::size_t numbers = widths[i].whole + widths[i].fraction;
    widths[i].width = std::max({widths[i].width, numbers, DisplayWidth(columns_[i].title)});
  }
  return widths;
}

void Table::Fit(std::vector<Widths>& widths, std::size_t columns) const {
  while (Total(widths) > columns) {
    Widths* widest = nullptr;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const bool name = columns_[i].align == Align::kLeft && widths[i].width > kNameColumnsMin;
      if (name && (widest == nullptr || widths[i].width > widest->width)) widest = &widths[i];
    }
    if (widest == nullptr) return;
    --widest->width;
  }
}

std::size_t Table::NarrowestColumns() const {
  std::vector<Widths> widths = Measure();
  Fit(widths, 0);
  return Total(widths);
}

std::string Table::Row(const std::vector<Widths>& widths, const std::vector<std::string>& cells,
                       const Terminal& terminal, bool heading) const {
  std::string line;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const Widths& column = widths[i];
    if (i > 0) line.append(kGap, ' ');
    std::string cell = cells[i];
    switch (columns_[i].align) {
      case Align::kLeft:
        line += PadRight(Truncate(cell, column.width, terminal.ellipsis()), column.width);
        break;
      case Align::kRight:
        line += PadLeft(std::move(cell), column.width);
        break;
      case Align::kDecimal: {
        if (!heading) {
          const std::size_t fraction = cell.size() - WholeSize(cell);
          cell.append(column.fraction - fraction, ' ');
        }
        line += PadLeft(std::move(cell), column.width);
        break;
      }
    }
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

template <typename Sink>
void Table::Write(const Console& console, Sink sink) const {
  const Terminal& terminal = console.terminal();
  std::vector<Widths> widths = Measure();
  if (!keep_names_) Fit(widths, terminal.columns);
  std::vector<std::string> cells;
  for (const Column& column : columns_) cells.push_back(column.title);
  sink(console.Strong(Row(widths, cells, terminal, true)) + "\n");
  for (std::size_t row = 0; row < rows_; ++row) {
    const bool total = total_row_ && row + 1 == rows_;
    if (total) {
      std::string rule;
      for (std::size_t i = 0; i < Total(widths); ++i) rule += terminal.rule();
      sink(rule + "\n");
    }
    for (std::size_t i = 0; i < columns_.size(); ++i) cells[i] = cell_(row, i);
    const std::string line = Row(widths, cells, terminal, false);
    sink((total ? console.Strong(line) : line) + "\n");
  }
}

std::string Table::Text(const Console& console) const {
  std::string text;
  Write(console, [&](const std::string& line) { text += line; });
  return text;
}

void Table::Print(Console& console) const {
  Write(console, [&](const std::string& line) { console.Out(line); });
}

}  // namespace tokentra::cli
