// tokentra catalog: import lists, check files, show figures.

#include <chrono>
#include <ctime>
#include <fstream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "bindings/cli/catalog_files.h"
#include "bindings/cli/commands.h"
#include "bindings/cli/format.h"
#include "bindings/cli/handle.h"
#include "bindings/cli/table.h"
#include "bindings/cli/terminal.h"

namespace tokentra::cli {
namespace {

constexpr std::int64_t kDayNs = std::int64_t{86'400} * 1'000'000'000;

std::int64_t NowNs() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
}

// "2026-11-10" of an instant, UTC; "-" for none.
std::string DateText(std::int64_t at_ns) {
  if (at_ns == TOKENTRA_NO_INSTANT) return "-";
  const std::time_t seconds = at_ns / 1'000'000'000;
  std::tm utc = {};
  gmtime_r(&seconds, &utc);
  char text[16];
  return std::string(text, std::strftime(text, sizeof text, "%Y-%m-%d", &utc));
}

std::string StaleBefore(const Options& options) {
  return DateText(NowNs() - static_cast<std::int64_t>(options.stale_days) * kDayNs);
}

tokentra_catalog_statistics Statistics(const tokentra_catalog* catalog, std::string_view provider,
                                       const std::string& stale_before) {
  tokentra_catalog_statistics statistics = {};
  ErrorSlot error;
  error.Check(tokentra_catalog_stats(catalog, Text(provider), Text(stale_before), &statistics,
                                     sizeof statistics, error.out()));
  return statistics;
}

// How often each reason occurs in an import's report.
std::map<std::string, std::uint64_t> ReasonsOf(std::string_view report) {
  constexpr std::string_view kMember = "\"reason\": \"";
  std::map<std::string, std::uint64_t> reasons;
  for (std::size_t at = 0; (at = report.find(kMember, at)) != std::string_view::npos;) {
    at += kMember.size();
    const std::size_t end = report.find('"', at);
    ++reasons[std::string(report.substr(at, end - at))];
  }
  return reasons;
}

int Import(const Options& options, Console& console) {
  if (options.files.size() != 2) {
    throw UsageError("catalog import: give FORMAT (litellm, genai-prices, openrouter) and FILE");
  }
  const std::string& format = options.files[0];
  const std::string list = ReadWholeFile(options.files[1]);
  const std::string name = options.name.empty() ? format : options.name;
  const std::string as_of = options.as_of.empty() ? DateText(NowNs()) : options.as_of;
  tokentra_document* overlay = nullptr;
  tokentra_document* made_report = nullptr;
  ErrorSlot error;
  error.Check(tokentra_overlay_import(Text(format), Text(list), Text(name), Text(as_of), &overlay,
                                      &made_report, error.out()));
  const Document document(overlay);
  const Document report(made_report);
  const std::string_view left = View(tokentra_document_text(made_report));
  if (!options.report.empty()) {
    std::ofstream out(options.report, std::ios::binary | std::ios::trunc);
    out << left << "\n";
    out.close();
    if (!out) throw Failure(TOKENTRA_UNAVAILABLE, "cannot write " + Printable(options.report));
  }
  console.Out(View(tokentra_document_text(overlay)));
  console.Out("\n");
  std::uint64_t all = 0;
  const std::map<std::string, std::uint64_t> reasons = ReasonsOf(left);
  for (const auto& [reason, count] : reasons) all += count;
  console.Note(Count(all, "thing", "things") + " of the list left out" +
               (options.report.empty() && all > 0 ? "; --report FILE lists them" : ""));
  for (const auto& [reason, count] : reasons) console.Note("  " + Count(count) + ": " + reason);
  return kExitFine;
}

struct Checked {
  std::string file;
  std::string error;  // empty: fine
  std::uint64_t price_rows = 0;
  std::uint64_t stale_rows = 0;
};

Checked CheckOne(const tokentra_catalog* base, const std::string& file,
                 const std::string& stale_before) {
  Checked checked;
  checked.file = file;
  try {
    tokentra_catalog* made = nullptr;
    ErrorSlot error;
    error.Check(
        tokentra_catalog_check(base, Text(ReadWholeFile(file)), Text(file), &made, error.out()));
    const Catalog catalog(made);
    const tokentra_catalog_statistics now = Statistics(made, "", stale_before);
    checked.price_rows = now.price_rows;
    checked.stale_rows = now.stale_rows;
    if (tokentra_catalog_overlay_count(made) == 0) return checked;  // a provider file
    const tokentra_catalog_statistics before = Statistics(base, "", stale_before);
    checked.price_rows = now.rows_by_overlays;
    checked.stale_rows =
        now.stale_rows > before.stale_rows ? now.stale_rows - before.stale_rows : 0;
  } catch (const Failure& failure) {
    checked.error = failure.what();
  }
  return checked;
}

int Check(const Options& options, Console& console) {
  if (options.files.empty()) throw UsageError("catalog check: give FILE, an overlay or a provider");
  const Catalog base = OpenCatalog(options.overlays);
  const std::string stale_before = StaleBefore(options);
  bool wrong = false;
  std::string json;
  for (const std::string& file : options.files) {
    const Checked checked = CheckOne(base.get(), file, stale_before);
    wrong = wrong || !checked.error.empty();
    if (options.json) {
      json += std::string(json.empty() ? "" : ",\n") + "{\"file\":" + JsonString(file) +
              ",\"error\":" + (checked.error.empty() ? "null" : JsonString(checked.error)) +
              ",\"price_rows\":" + std::to_string(checked.price_rows) +
              ",\"stale_rows\":" + std::to_string(checked.stale_rows) + "}";
    } else if (!checked.error.empty()) {
      console.Out(Printable(checked.error) + "\n");
    } else {
      console.Out(Printable(file) + ": fine, " +
                  Count(checked.price_rows, "price row", "price rows") +
                  (checked.stale_rows == 0
                       ? std::string()
                       : ", " + Count(checked.stale_rows) + " read before " + stale_before) +
                  "\n");
    }
  }
  if (options.json) console.Out("{\"files\":[\n" + json + "]}\n");
  return wrong ? kExitRefused : kExitFine;
}

std::string StatisticsJson(std::string_view provider, const tokentra_catalog_statistics& of) {
  const std::pair<std::string_view, std::uint64_t> members[] = {
      {"models", of.models},
      {"priced_models", of.priced_models},
      {"free_models", of.free_models},
      {"forbidden_models", of.forbidden_models},
      {"aliases", of.aliases},
      {"patterns", of.patterns},
      {"price_rows", of.price_rows},
      {"rows_with_source", of.rows_with_source},
      {"rows_without_source", of.price_rows - of.rows_with_source},
      {"rows_from_two_lists", of.rows_from_two_lists},
      {"rows_by_overlays", of.rows_by_overlays},
      {"stale_rows", of.stale_rows}};
  std::string json = "{\"provider\":" + (provider.empty() ? "null" : JsonString(provider));
  for (const auto& [name, value] : members) {
    json += ",\"" + std::string(name) + "\":" + std::to_string(value);
  }
  return json + ",\"oldest\":" + JsonString(DateText(of.oldest_ns)) +
         ",\"newest\":" + JsonString(DateText(of.newest_ns)) + "}";
}

int Stats(const Options& options, Console& console) {
  const Catalog catalog = OpenCatalog(options.overlays);
  const std::string stale_before = StaleBefore(options);
  std::vector<std::string> providers;
  if (!options.provider.empty()) {
    providers.push_back(options.provider);
  } else {
    for (std::size_t i = 0; i < tokentra_catalog_provider_count(catalog.get()); ++i) {
      providers.emplace_back(View(tokentra_catalog_provider(catalog.get(), i)));
    }
  }
  std::vector<tokentra_catalog_statistics> figures;
  for (const std::string& provider : providers) {
    figures.push_back(Statistics(catalog.get(), provider, stale_before));
  }
  const std::string total_of = providers.size() == 1 ? providers[0] : "";
  const tokentra_catalog_statistics total = Statistics(catalog.get(), total_of, stale_before);
  if (options.json) {
    console.Out("{\"digest\":" + JsonString(View(tokentra_catalog_digest(catalog.get()))) +
                ",\"total\":" + StatisticsJson("", total) + ",\"providers\":[");
    for (std::size_t i = 0; i < providers.size(); ++i) {
      console.Out(i == 0 ? "\n" : ",\n");
      console.Out(StatisticsJson(providers[i], figures[i]));
    }
    console.Out("]}\n");
    return kExitFine;
  }
  Table table({{"provider", Align::kLeft},
               {"models", Align::kRight},
               {"unpriced", Align::kRight},
               {"rows", Align::kRight},
               {"sourced", Align::kRight},
               {"two lists", Align::kRight},
               {"stale", Align::kRight},
               {"oldest", Align::kLeft},
               {"newest", Align::kLeft}},
              providers.size() + 1, [&](std::size_t row, std::size_t column) {
                const bool last = row == providers.size();
                const tokentra_catalog_statistics& of = last ? total : figures[row];
                switch (column) {
                  case 0:
                    return last ? std::string("all") : Printable(providers[row]);
                  case 1:
                    return Count(of.models);
                  case 2:
                    return Count(of.models - of.priced_models);
                  case 3:
                    return Count(of.price_rows);
                  case 4:
                    return Percent(of.rows_with_source, of.price_rows);
                  case 5:
                    return Percent(of.rows_from_two_lists, of.price_rows);
                  case 6:
                    return Count(of.stale_rows);
                  case 7:
                    return DateText(of.oldest_ns);
                  default:
                    return DateText(of.newest_ns);
                }
              });
  table.SetTotalRow();
  table.Print(console);
  console.Out("\nstale: read before " + stale_before + "; " +
              Count(total.aliases, "alias", "aliases") + "; " +
              Count(total.rows_by_overlays, "row", "rows") + " by overlays; digest " +
              std::string(View(tokentra_catalog_digest(catalog.get()))) + "\n");
  return kExitFine;
}

}  // namespace

int RunCatalog(const Options& options, Console& console) {
  switch (options.catalog) {
    case CatalogCommand::kImport:
      return Import(options, console);
    case CatalogCommand::kCheck:
      return Check(options, console);
    case CatalogCommand::kStats:
      return Stats(options, console);
    case CatalogCommand::kDiff:
      return RunCatalogDiff(options, console);
    case CatalogCommand::kNone:
      break;
  }
  return kExitUsage;
}

}  // namespace tokentra::cli
