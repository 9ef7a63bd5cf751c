// tokentra catalog diff: what differs between two catalogs, and what it costs.

#include <array>
#include <string>
#include <string_view>

#include "bindings/cli/catalog_files.h"
#include "bindings/cli/format.h"
#include "bindings/cli/log_reader.h"
#include "bindings/cli/recording_handler.h"
#include "bindings/cli/table.h"
#include "bindings/cli/terminal.h"

namespace tokentra::cli {
namespace {

using Diff = Handle<tokentra_diff, tokentra_diff_free>;
using Repricing = Handle<tokentra_repricing, tokentra_repricing_free>;

constexpr std::array<std::string_view, 8> kKinds = {
    "",          "model_added", "model_removed", "name_added", "name_removed",
    "row_added", "row_removed", "rate"};
constexpr std::array<std::string_view, 8> kSigns = {"", "+", "-", "+", "-", "+", "-", "~"};

// `builtin`, an overlay over it, or a provider file by itself.
Catalog OpenNamed(const std::string& name) {
  Catalog builtin = OpenCatalog({});
  if (name == "builtin") return builtin;
  tokentra_catalog* made = nullptr;
  ErrorSlot error;
  error.Check(tokentra_catalog_check(builtin.get(), Text(ReadWholeFile(name)), Text(name), &made,
                                     error.out()));
  return Catalog(made);
}

struct Usage {
  Repricing repricing;
  Tally tally;
};

// The logs priced with `before`, then priced again by class with `after`.
Usage PriceUsage(const tokentra_catalog* before, const tokentra_catalog* after,
                 const Options& options, Console& console) {
  tokentra_client_options* made = nullptr;
  ErrorSlot error;
  error.Check(tokentra_client_options_new(&made, error.out()));
  const ClientOptions settings(made);
  error.Check(tokentra_client_options_set_catalog(made, before, error.out()));
  error.Check(tokentra_client_options_set_dimensions(made, nullptr, 0, error.out()));
  error.Check(
      tokentra_client_options_set_limit(made, Text("ids_max"), options.ids_max, error.out()));
  tokentra_client* new_client = nullptr;
  error.Check(tokentra_client_new(made, &new_client, error.out()));
  const Client client(new_client);
  RecordingHandler recorder(client.get());
  Options logs = options;
  logs.files = options.usage_logs;
  LogOptions log = LogOptionsFrom(logs);
  log.files = &logs.files;
  Usage usage;
  usage.tally = ReadLog(log, console, recorder);
  tokentra_snapshot* taken = nullptr;
  error.Check(tokentra_client_snapshot(client.get(), &taken, error.out()));
  const Snapshot snapshot(taken);
  tokentra_repricing* repricing = nullptr;
  error.Check(tokentra_snapshot_reprice(taken, after, &repricing, error.out()));
  usage.repricing.reset(repricing);
  return usage;
}

std::string ChangeText(const tokentra_catalog_change& change) {
  std::string text = std::string(kSigns[change.kind]) + " " + Printable(View(change.provider)) +
                     "/" + Printable(View(change.model));
  const std::string what = Printable(View(change.what));
  const std::string conditions = Printable(View(change.conditions));
  switch (change.kind) {
    case TOKENTRA_CHANGE_NAME_ADDED:
    case TOKENTRA_CHANGE_NAME_REMOVED:
      return text + " name " + what + "\n";
    case TOKENTRA_CHANGE_ROW_ADDED:
    case TOKENTRA_CHANGE_ROW_REMOVED:
      return text + " price row" + (conditions.empty() ? "" : " (" + conditions + ")") + "\n";
    case TOKENTRA_CHANGE_RATE: {
      const auto rate = [](tokentra_text of) {
        return of.size == 0 ? std::string("none") : Printable(View(of));
      };
      return text + (conditions.empty() ? "" : " (" + conditions + ")") + " " + what + ": " +
             rate(change.from) + " -> " + rate(change.to) + "\n";
    }
    default:
      return text + "\n";
  }
}

std::string ChangeJson(const tokentra_catalog_change& change) {
  const auto text = [](tokentra_text of) {
    return of.size == 0 ? std::string("null") : JsonString(View(of));
  };
  return "{\"kind\":\"" + std::string(kKinds[change.kind]) +
         "\",\"provider\":" + text(change.provider) + ",\"model\":" + text(change.model) +
         ",\"what\":" + text(change.what) + ",\"conditions\":" + text(change.conditions) +
         ",\"from\":" + text(change.from) + ",\"to\":" + text(change.to) + "}";
}

std::string ReasonText(std::uint32_t reasons) {
  std::string text;
  const auto add = [&](std::uint32_t bit, std::string_view word) {
    if ((reasons & bit) != 0) text += (text.empty() ? "" : ",") + std::string(word);
  };
  add(TOKENTRA_REPRICE_TIME, "time");
  add(TOKENTRA_REPRICE_CONTEXT, "context");
  add(TOKENTRA_REPRICE_PER_CALL, "per_call");
  add(TOKENTRA_REPRICE_FOLDED, "folded");
  return text;
}

// One amount where it is exact, else both bounds.
std::string AfterText(const tokentra_repriced& of) {
  const std::string lower = MoneyText(of.lower);
  return of.reasons == 0 ? lower : lower + " to " + MoneyText(of.upper);
}

std::string RepricedJson(const tokentra_repriced& of) {
  return "{\"provider\":" + JsonString(View(of.provider)) +
         ",\"model\":" + JsonString(View(of.model)) +
         ",\"service_tier\":" + JsonString(View(of.service_tier)) +
         ",\"region\":" + JsonString(View(of.region)) +
         ",\"conditions\":" + JsonString(View(of.conditions)) +
         ",\"context\":" + JsonString(View(of.context)) +
         ",\"events\":" + std::to_string(of.events) + ",\"before\":\"" + MoneyText(of.before) +
         "\",\"lower\":\"" + MoneyText(of.lower) + "\",\"upper\":\"" + MoneyText(of.upper) +
         "\",\"exact\":" + (of.reasons == 0 ? "true" : "false") +
         ",\"reasons\":" + JsonString(ReasonText(of.reasons)) +
         ",\"unpriced_before\":" + std::to_string(of.unpriced_before) +
         ",\"unpriced_after\":" + std::to_string(of.unpriced_after) + "}";
}

tokentra_repriced TotalOf(const Usage& usage) {
  tokentra_repriced total = {};
  ErrorSlot error;
  error.Check(tokentra_repricing_total(usage.repricing.get(), &total, sizeof total, error.out()));
  return total;
}

std::vector<tokentra_repriced> ClassesOf(const Usage& usage) {
  std::vector<tokentra_repriced> classes(tokentra_repricing_count(usage.repricing.get()));
  ErrorSlot error;
  for (std::size_t i = 0; i < classes.size(); ++i) {
    error.Check(tokentra_repricing_at(usage.repricing.get(), i, &classes[i], sizeof classes[i],
                                      error.out()));
  }
  return classes;
}

void PrintUsage(const Usage& usage, Console& console) {
  const std::vector<tokentra_repriced> classes = ClassesOf(usage);
  const tokentra_repriced total = TotalOf(usage);
  console.Out("\n");
  Table table({{"model", Align::kLeft},
               {"conditions", Align::kLeft},
               {"events", Align::kRight},
               {"before", Align::kDecimal},
               {"after", Align::kLeft}},
              classes.size() + 1, [&](std::size_t row, std::size_t column) {
                const bool last = row == classes.size();
                const tokentra_repriced& of = last ? total : classes[row];
                switch (column) {
                  case 0:
                    if (last) return std::string("all");
                    return of.model.size == 0
                               ? std::string("(folded)")
                               : Printable(View(of.provider)) + "/" + Printable(View(of.model));
                  case 1: {
                    std::string text = Printable(View(of.service_tier));
                    if (text == "standard") text.clear();
                    if (of.conditions.size != 0) {
                      text += (text.empty() ? "" : ", ") + Printable(View(of.conditions));
                    }
                    return text;
                  }
                  case 2:
                    return Count(of.events);
                  case 3:
                    return MoneyText(of.before);
                  default:
                    return AfterText(of);
                }
              });
  table.SetTotalRow();
  table.Print(console);
  if (total.reasons != 0) {
    console.Out("\n" + Count(total.inexact_events, "event is", "events are") +
                " in cells that are not separable (" + ReasonText(total.reasons) +
                "): bounds, no guess\n");
  }
}

}  // namespace

int RunCatalogDiff(const Options& options, Console& console) {
  if (options.files.size() != 2) {
    throw UsageError("catalog diff: give OLD and NEW, each builtin or a file");
  }
  const Catalog before = OpenNamed(options.files[0]);
  const Catalog after = OpenNamed(options.files[1]);
  tokentra_diff* made = nullptr;
  ErrorSlot error;
  error.Check(tokentra_catalog_diff(before.get(), after.get(), &made, error.out()));
  const Diff diff(made);
  const std::size_t count = tokentra_diff_count(made);
  if (options.json) console.Out("{\"changes\":[");
  for (std::size_t i = 0; i < count; ++i) {
    tokentra_catalog_change change = {};
    error.Check(tokentra_diff_at(made, i, &change, sizeof change, error.out()));
    if (options.json) {
      console.Out((i == 0 ? "\n" : ",\n") + ChangeJson(change));
    } else {
      console.Out(ChangeText(change));
    }
  }
  if (!options.json) console.Out(Count(count, "change", "changes") + "\n");
  bool wrong = false;
  if (!options.usage_logs.empty()) {
    const Usage usage = PriceUsage(before.get(), after.get(), options, console);
    wrong = usage.tally.AnythingWrong();
    if (options.json) {
      console.Out("],\n\"usage\":{\"total\":" + RepricedJson(TotalOf(usage)) + ",\"classes\":[");
      const std::vector<tokentra_repriced> classes = ClassesOf(usage);
      for (std::size_t i = 0; i < classes.size(); ++i) {
        console.Out((i == 0 ? "\n" : ",\n") + RepricedJson(classes[i]));
      }
      console.Out("]}}\n");
    } else {
      PrintUsage(usage, console);
    }
  } else if (options.json) {
    console.Out("]}\n");
  }
  return wrong ? kExitRefused : kExitFine;
}

}  // namespace tokentra::cli
