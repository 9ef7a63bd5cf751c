#include "bindings/cli/cost_text.h"

#include <algorithm>
#include <set>
#include <vector>

#include "bindings/cli/format.h"
#include "bindings/cli/table.h"

namespace tokentra::cli {
namespace {

constexpr std::size_t kLineColumns = 5;
constexpr std::size_t kProviderColumns = 13;
constexpr std::size_t kTokenColumns = 7;
constexpr std::size_t kWholeColumns = 2;  // of the amount, before its point
constexpr std::size_t kAmountColumns = kWholeColumns + 11;
constexpr std::size_t kModelColumnsMin = 18;
constexpr std::size_t kModelColumnsMax = 48;

tokentra_cost_summary Summarize(const tokentra_cost* cost) {
  tokentra_cost_summary summary = {};
  ErrorSlot error;
  error.Check(tokentra_cost_summarize(cost, &summary, sizeof summary, error.out()));
  return summary;
}

tokentra_cost_line Line(const tokentra_cost* cost, std::size_t index) {
  tokentra_cost_line line = {};
  ErrorSlot error;
  error.Check(tokentra_cost_line_at(cost, index, &line, sizeof line, error.out()));
  return line;
}

// "2.5 / 1M"
std::string RateText(const tokentra_cost_line& line) {
  std::string rate(View(line.rate_text));
  if (line.per == 1) return rate;
  const bool million = line.per == 1'000'000;
  return rate + " / " + (million ? "1M" : line.per == 1000 ? "1k" : Count(line.per));
}

std::string_view MatchName(std::uint32_t match) {
  switch (match) {
    case TOKENTRA_MATCH_EXACT:
      return "exact";
    case TOKENTRA_MATCH_ALIAS:
      return "alias";
    case TOKENTRA_MATCH_PATTERN:
      return "pattern";
    case TOKENTRA_MATCH_NORMALIZED:
      return "normalized";
    default:
      return "none";
  }
}

std::string UnpricedCallText(const tokentra_cost* cost, const tokentra_cost_summary& summary,
                             const Console& console) {
  std::string text = console.Strong(StateName(summary.state)) + "\n";
  const std::size_t columns = console.terminal().columns;
  if (summary.reason.size > 0) text += Wrap(Printable(View(summary.reason)), columns, 2);
  std::string nearest;
  for (std::size_t i = 0; i < summary.suggestions; ++i) {
    nearest += (i == 0 ? "" : ", ") + Printable(View(tokentra_cost_suggestion(cost, i)));
  }
  if (!nearest.empty()) text += Wrap("nearest: " + nearest, columns, 2);
  return text;
}

std::string LinesText(const tokentra_cost* cost, const tokentra_cost_summary& summary,
                      const Console& console) {
  std::vector<tokentra_cost_line> lines;
  for (std::size_t i = 0; i < summary.lines; ++i) lines.push_back(Line(cost, i));
  Table table({{"meter", Align::kLeft},
               {"quantity", Align::kRight},
               {"rate", Align::kDecimal},
               {"amount " + std::string(kCurrency), Align::kDecimal}},
              lines.size() + 1, [&](std::size_t row, std::size_t column) -> std::string {
                if (row == lines.size()) {
                  return column == 0 ? "total" : column == 3 ? MoneyText(summary.total) : "";
                }
                const tokentra_cost_line& line = lines[row];
                switch (column) {
                  case 0:
                    return std::string(View(line.meter));
                  case 1:
                    return Count(line.quantity);
                  case 2:
                    return RateText(line);
                  default:
                    return MoneyText(line.amount);
                }
              });
  table.SetTotalRow();
  return table.Text(console);
}

std::string SourcesText(const tokentra_cost* cost, const tokentra_cost_summary& summary) {
  std::set<std::string> sources;
  for (std::size_t i = 0; i < summary.lines; ++i) {
    const tokentra_cost_line line = Line(cost, i);
    std::string source = "price row " + std::string(View(line.price_row));
    if (line.as_of.size > 0) source += ", read " + std::string(View(line.as_of));
    if (line.source.size > 0) source += ", " + Printable(View(line.source));
    sources.insert(source);
  }
  std::string text;
  for (const std::string& source : sources) text += source + "\n";
  return text;
}

}  // namespace

Records PriceRecords(const tokentra_catalog* catalog, tokentra_text chunk,
                     const tokentra_records_options& options) {
  tokentra_records* records = nullptr;
  ErrorSlot error;
  error.Check(
      tokentra_records_price(catalog, chunk, &options, sizeof options, &records, error.out()));
  return Records(records);
}

Records PriceHeld(const tokentra_catalog* catalog, tokentra_held* held,
                  const tokentra_records_options& options) {
  tokentra_records* records = nullptr;
  ErrorSlot error;
  error.Check(tokentra_held_price(held, catalog, &options, sizeof options, &records, error.out()));
  return Records(records);
}

RecordRow::RecordRow(const Terminal& terminal) : ellipsis_(terminal.ellipsis()) {
  constexpr std::size_t kFixed = kLineColumns + 2 + kProviderColumns + 2 + 1 + kTokenColumns + 1 +
                                 kTokenColumns + 2 + kAmountColumns;
  const std::size_t left = terminal.columns - std::min(terminal.columns, kFixed);
  model_columns_ = std::clamp(left, kModelColumnsMin, kModelColumnsMax);
}

std::string RecordRow::Heading() const {
  return PadLeft("line", kLineColumns) + "  " + PadRight("provider", kProviderColumns) + "  " +
         PadRight("model", model_columns_) + " " + PadLeft("input", kTokenColumns) + " " +
         PadLeft("output", kTokenColumns) + "  " + "total " + std::string(kCurrency);
}

std::string RecordRow::Text(const tokentra_record& record) const {
  std::string amount(StateName(record.state));
  const bool priced =
      record.state != TOKENTRA_STATE_UNPRICED && record.state != TOKENTRA_STATE_UNMETERED;
  if (record.state == TOKENTRA_STATE_PRICED) {
    amount = MoneyText(record.total);
  } else if (priced) {
    amount = MoneyText(record.total) + " " + amount;
  }
  const std::size_t whole = std::min(amount.find_first_of(". "), amount.size());
  const std::size_t shift = priced ? kWholeColumns - std::min(kWholeColumns, whole) : 1;
  const std::string provider = Printable(View(record.provider));
  const std::string model = Printable(View(record.model));
  const bool metered = record.state != TOKENTRA_STATE_UNMETERED;
  const auto tokens = [&](std::uint64_t count) {
    return PadLeft(metered ? std::to_string(count) : "-", kTokenColumns);
  };
  return PadLeft(std::to_string(record.line), kLineColumns) + "  " +
         PadRight(Truncate(provider, kProviderColumns, ellipsis_), kProviderColumns) + "  " +
         PadRight(Truncate(model, model_columns_, ellipsis_), model_columns_) + " " +
         tokens(record.input_tokens) + " " + tokens(record.output_tokens) + "  " +
         std::string(shift, ' ') + amount;
}

std::string CostText(const tokentra_cost* cost, const Console& console) {
  const tokentra_cost_summary summary = Summarize(cost);
  std::string text = Printable(View(summary.provider)) + "  " +
                     console.Strong(Printable(View(summary.model))) +
                     "  (match: " + std::string(MatchName(summary.match));
  if (summary.service_tier.size > 0) {
    text += ", tier: " + Printable(View(summary.service_tier));
  }
  if (summary.region.size > 0) text += ", region: " + Printable(View(summary.region));
  text += summary.batch != 0 ? ", batch)\n" : ")\n";
  const bool unpriced =
      summary.state == TOKENTRA_STATE_UNPRICED || summary.state == TOKENTRA_STATE_UNMETERED;
  if (unpriced) {
    text += UnpricedCallText(cost, summary, console);
  } else {
    if (summary.state != TOKENTRA_STATE_PRICED) {
      text += "state: " + std::string(StateName(summary.state)) + "\n";
    }
    text += LinesText(cost, summary, console) + SourcesText(cost, summary);
  }
  for (std::size_t i = 0; i < summary.findings; ++i) {
    text += Wrap("note: " + Printable(View(tokentra_cost_finding(cost, i))),
                 console.terminal().columns, 0);
  }
  return text;
}

std::string CostJson(const tokentra_cost* cost) {
  tokentra_document* document = nullptr;
  ErrorSlot error;
  error.Check(tokentra_cost_json(cost, &document, error.out()));
  const Document owner(document);
  return std::string(View(tokentra_document_text(document)));
}

std::string CostExplanation(const tokentra_cost* cost) {
  tokentra_document* document = nullptr;
  ErrorSlot error;
  error.Check(tokentra_cost_explain(cost, &document, error.out()));
  const Document owner(document);
  return std::string(View(tokentra_document_text(document)));
}

bool IsUnpriced(const tokentra_cost* cost) {
  const std::uint32_t state = Summarize(cost).state;
  return state == TOKENTRA_STATE_UNPRICED || state == TOKENTRA_STATE_PARTIAL;
}

}  // namespace tokentra::cli
