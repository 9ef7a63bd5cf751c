// The report as one JSON object, written row by row.

#include <cstdint>
#include <string>
#include <string_view>

#include "bindings/cli/format.h"
#include "bindings/cli/report.h"

namespace tokentra::cli {
namespace {

std::string Member(std::string_view name, std::string_view value) {
  return JsonString(name).append(":").append(value);
}

std::string Quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

std::string KeyMember(const Report& report, std::size_t row, std::size_t key) {
  std::uint32_t presence = TOKENTRA_KEY_ABSENT;
  const tokentra_text text = tokentra_rows_key(report.rows.get(), row, key, &presence);
  const bool present = presence == TOKENTRA_KEY_PRESENT;
  return Member(report.keys[key], present ? JsonString(View(text)) : "null");
}

std::string UsageObject(const tokentra_row& row) {
  std::string object = "{";
  for (std::size_t i = 0; i < row.usage_count; ++i) {
    if (i > 0) object += ",";
    object += Member(View(tokentra_meter_name(row.usage[i].meter)),
                     std::to_string(row.usage[i].quantity));
  }
  return object + "}";
}

std::string RowObject(const Report& report, std::size_t index) {
  const tokentra_row row = RowAt(report.rows.get(), index);
  std::string object = "{";
  for (std::size_t key = 0; key < report.keys.size(); ++key) {
    object += KeyMember(report, index, key) + ",";
  }
  object += Member("events", std::to_string(row.events)) + ",";
  object += Member("cost", Quoted(MoneyText(row.cost))) + ",";
  object += Member("usage", UsageObject(row));
  const auto add_count = [&](std::string_view name, std::uint64_t count) {
    if (count > 0) object += "," + Member(name, std::to_string(count));
  };
  add_count("unpriced_events", row.unpriced_events);
  add_count("partial_events", row.partial_events);
  add_count("unmetered_events", row.unmetered_events);
  add_count("folded_events", row.folded_events);
  if (!IsZero(row.reported)) object += "," + Member("reported", Quoted(MoneyText(row.reported)));
  return object + "}";
}

std::string UnpricedObject(const Report& report) {
  std::string object =
      "{" + Member("events", std::to_string(report.totals.unpriced_events)) + ",\"reasons\":[";
  bool first = true;
  for (const auto& [key, events] : report.unpriced.Sorted()) {
    object += std::string(first ? "" : ",") + "{" + Member("reason", JsonString(key.reason)) + "," +
              Member("provider", JsonString(key.provider)) + "," +
              Member("model", JsonString(key.model)) + "," +
              Member("events", std::to_string(events)) + "}";
    first = false;
  }
  return object + "]}";
}

}  // namespace

void PrintReportJson(const Report& report, Console& console) {
  console.Out("{\"rows\":[");
  for (std::size_t i = 0; i < tokentra_rows_count(report.rows.get()); ++i) {
    if (i > 0) console.Out(",");
    console.Out("\n" + RowObject(report, i));
  }
  const tokentra_snapshot_totals& totals = report.totals;
  const auto count = [](std::string_view name, std::uint64_t value) {
    return "," + Member(name, std::to_string(value));
  };
  console.Out("],\n" + Member("total", Quoted(MoneyText(totals.cost))) + "," +
              Member("currency", Quoted(kCurrency)) + count("events", totals.events) + ",\n" +
              Member("unpriced", UnpricedObject(report)) + ",\n");
  std::string counts =
      count("refused", report.tally.refused) +
      count("duplicates", totals.duplicate_events + report.tally.repeated) +
      count("conflicts", totals.conflict_events) + count("partial", totals.partial_events) +
      count("unmetered", totals.unmetered_events) + count("skipped", report.tally.skipped) +
      count("folded", totals.folded_events) +
      (report.tally.covered > 0 ? count("covered", report.tally.covered) : "") +
      (report.metadata_findings > 0 ? count("metadata_findings", report.metadata_findings) : "");
  console.Out(counts.substr(1) + ",\n");
  if (totals.reported_events > 0) {
    console.Out(Member("reported", "{" + Member("events", std::to_string(totals.reported_events)) +
                                       "," + Member("total", Quoted(MoneyText(totals.reported))) +
                                       "}") +
                ",\n");
  }
  console.Out(Member("catalog", JsonString(report.digest)) + "," +
              Member("catalog_as_of", JsonString(report.as_of)) + "}\n");
}

}  // namespace tokentra::cli
