// The report as a table and what stands below it.

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bindings/cli/format.h"
#include "bindings/cli/report.h"
#include "bindings/cli/table.h"
#include "bindings/cli/unpriced_text.h"

namespace tokentra::cli {
namespace {

constexpr std::int32_t kRoundedPlaces = 6;
constexpr std::string_view kUnpricedMark = "*";

enum Cell : std::size_t { kEvents, kInput, kOutput, kCached, kCost, kShare };

// Quantities of one row, or of all.
struct Sums {
  std::uint64_t events = 0;
  std::uint64_t unpriced = 0;  // unpriced, partial or without usage
  std::uint64_t priced = 0;
  std::uint64_t input = 0;
  std::uint64_t output = 0;
  std::uint64_t cached = 0;
};

std::uint64_t QuantityOf(const tokentra_row& row, std::string_view meter) {
  const std::uint32_t id = tokentra_meter_id(Text(meter));
  for (std::size_t i = 0; i < row.usage_count; ++i) {
    if (row.usage[i].meter == id) return row.usage[i].quantity;
  }
  return 0;
}

Sums SumsOf(const tokentra_row& row) {
  Sums sums;
  sums.events = row.events;
  sums.unpriced = row.unpriced_events + row.partial_events;
  sums.priced = row.events - row.unpriced_events - row.unmetered_events;
  sums.input = QuantityOf(row, "input_tokens");
  sums.output = QuantityOf(row, "output_tokens");
  sums.cached = QuantityOf(row, "cache_read_tokens");
  return sums;
}

Sums Total(const tokentra_rows* rows) {
  Sums total;
  for (std::size_t i = 0; i < tokentra_rows_count(rows); ++i) {
    const Sums row = SumsOf(RowAt(rows, i));
    total.events += row.events;
    total.unpriced += row.unpriced;
    total.priced += row.priced;
    total.input += row.input;
    total.output += row.output;
    total.cached += row.cached;
  }
  return total;
}

std::string KeyText(const tokentra_rows* rows, std::size_t row, std::size_t key) {
  std::uint32_t presence = TOKENTRA_KEY_ABSENT;
  const tokentra_text text = tokentra_rows_key(rows, row, key, &presence);
  if (presence == TOKENTRA_KEY_ABSENT) return "(none)";
  if (presence == TOKENTRA_KEY_FOLDED) return "(folded)";
  return text.size == 0 ? "\"\"" : Printable(View(text));
}

class ReportTable {
 public:
  ReportTable(const Report& report, std::int32_t places)
      : report_(report), places_(places), total_(Total(report.rows.get())) {}

  Table Make() {
    std::vector<Column> columns;
    for (const std::string& key : report_.keys) columns.push_back({Printable(key), Align::kLeft});
    columns.push_back({"events", Align::kRight});
    columns.push_back({"input", Align::kRight});
    columns.push_back({"output", Align::kRight});
    columns.push_back({"cached", Align::kRight});
    columns.push_back({"cost " + std::string(kCurrency), Align::kDecimal});
    columns.push_back({"share", Align::kRight});
    const std::size_t rows = tokentra_rows_count(report_.rows.get());
    Table table(std::move(columns), rows + 1, [this, rows](std::size_t row, std::size_t column) {
      return row == rows ? TotalCell(column) : RowCell(row, column);
    });
    table.SetTotalRow();
    return table;
  }

  bool marked() const { return total_.unpriced > 0; }

 private:
  std::string RowCell(std::size_t row, std::size_t column) {
    if (column < report_.keys.size()) return KeyText(report_.rows.get(), row, column);
    if (!row_ || row_index_ != row) {
      row_ = RowAt(report_.rows.get(), row);
      row_index_ = row;
    }
    return NumberCell(SumsOf(*row_), row_->cost, column - report_.keys.size());
  }

  std::string TotalCell(std::size_t column) const {
    if (column < report_.keys.size()) return column == 0 ? "total" : "";
    return NumberCell(total_, report_.totals.cost, column - report_.keys.size());
  }

  std::string NumberCell(const Sums& sums, tokentra_money cost, std::size_t cell) const {
    switch (cell) {
      case kEvents:
        return Count(sums.events);
      case kInput:
        return ShortCount(sums.input);
      case kOutput:
        return ShortCount(sums.output);
      case kCached:
        return Percent(sums.cached, sums.input);
      case kCost:
        return sums.priced == 0 ? "-" : MoneyText(cost, places_);
      default: {
        std::string share = sums.priced == 0 ? "-" : Percent(cost, report_.totals.cost);
        // Every cell as wide, marked or not, so that the figures stay below each other.
        if (marked()) share += sums.unpriced > 0 ? kUnpricedMark : " ";
        return share;
      }
    }
  }

  const Report& report_;
  std::int32_t places_;
  Sums total_;
  std::optional<tokentra_row> row_;
  std::size_t row_index_ = 0;
};

std::string DuplicatesText(const Report& report) {
  const tokentra_snapshot_totals& totals = report.totals;
  std::string text;
  if (report.tally.repeated > 0) {
    text += "Repeated: " + Count(report.tally.repeated, "line", "lines") +
            " of a call that is counted once\n";
  }
  if (report.tally.covered > 0) {
    text += "Covered: " + Count(report.tally.covered, "span", "spans") +
            " that repeat the calls under them\n";
  }
  if (totals.duplicate_events > 0) {
    text += "Duplicates: " + Count(totals.duplicate_events, "call", "calls") +
            " with the id and content of another, counted once\n";
  }
  if (totals.conflict_events > 0) {
    text += "Conflicts: " + Count(totals.conflict_events, "call", "calls") +
            " with the id of another and other content, in no amount above\n";
  }
  return text;
}

std::string Notes(const Report& report) {
  std::string text;
  const tokentra_snapshot_totals& totals = report.totals;
  if (totals.partial_events > 0) {
    text += "Partial: " + Count(totals.partial_events, "call", "calls") +
            " with quantities that have no rate\n";
  }
  if (totals.unmetered_events > 0) {
    text += "Without usage: " + Count(totals.unmetered_events, "call", "calls") + "\n";
  }
  if (report.metadata_findings > 0) {
    text += "Metadata: " + Count(report.metadata_findings, "call", "calls") +
            " with something wrong in it; the first at " + report.first_metadata_finding + "\n";
  }
  if (report.tally.refused > 0) {
    text += "Refused: " + Count(report.tally.refused, "line", "lines") + "\n";
  }
  if (report.tally.skipped > 0) {
    text += "Outside --since and --until: " + Count(report.tally.skipped, "call", "calls") + "\n";
  }
  if (totals.reported_events > 0) {
    text += "Reported by providers themselves: " + MoneyText(totals.reported) + " " +
            std::string(kCurrency) + " for " + Count(totals.reported_events, "call", "calls") +
            "\n";
  }
  return text + DuplicatesText(report);
}

void PrintTable(const Report& report, Console& console) {
  std::int32_t places = kExact;
  if (ReportTable(report, kExact).Make().NarrowestColumns() > console.terminal().columns) {
    places = kRoundedPlaces;
  }
  ReportTable table(report, places);
  table.Make().Print(console);
  if (places != kExact) {
    console.Out("costs rounded to " + std::to_string(places) +
                " places, half to even; --json has them exact\n");
  }
  if (table.marked()) {
    console.Out(std::string(kUnpricedMark) + " without the unpriced calls of the row\n");
  }
}

}  // namespace

void PrintReportText(const Report& report, Console& console) {
  if (tokentra_rows_count(report.rows.get()) == 0) {
    console.Out("No calls.\n");
  } else {
    PrintTable(report, console);
  }
  console.Out("\n");
  if (report.unpriced.events() > 0) {
    console.Out(UnpricedText(report.unpriced, console) + "\n");
  }
  const std::string notes = Notes(report);
  if (!notes.empty()) console.Out(notes + "\n");
  if (!report.period.empty()) console.Out("Calls of " + report.period + "\n");
  console.Out("Catalog of " + report.as_of + ", digest\n" + report.digest + "\n");
}

}  // namespace tokentra::cli
