// tokentra ledger: figures, compaction with retention, erasing a value.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bindings/cli/commands.h"
#include "bindings/cli/format.h"
#include "bindings/cli/handle.h"
#include "bindings/cli/terminal.h"
#include "bindings/cli/when.h"
#include "bindings/cli/zone.h"

namespace tokentra::cli {
namespace {

using Ledger = Handle<tokentra_ledger, tokentra_ledger_free>;
using Figures = std::vector<std::pair<std::string_view, std::uint64_t>>;

Ledger Open(const std::string& path, bool read_only) {
  // Opening a folder that is none would make it one.
  tokentra_ledger_options options = {};
  options.flags = TOKENTRA_LEDGER_READ_ONLY | TOKENTRA_LEDGER_ADOPT;
  tokentra_ledger* opened = nullptr;
  ErrorSlot error;
  error.Check(tokentra_ledger_open(Text(path), &options, sizeof options, &opened, error.out()));
  Ledger ledger(opened);
  if (read_only) return ledger;
  options.flags = TOKENTRA_LEDGER_ADOPT;
  error.Check(tokentra_ledger_open(Text(path), &options, sizeof options, &opened, error.out()));
  return Ledger(opened);
}

void Print(const Figures& figures, bool json, Console& console) {
  std::string text = json ? "{" : "";
  for (const auto& [name, value] : figures) {
    if (json) {
      if (text.size() > 1) text += ",";
      text += "\"" + std::string(name) + "\":" + std::to_string(value);
    } else {
      text += std::string(name) + " " + Count(value) + "\n";
    }
  }
  console.Out(json ? text + "}\n" : text);
}

int Statistics(const Options& options, Console& console) {
  const Ledger ledger = Open(options.path, true);
  tokentra_ledger_statistics figures = {};
  ErrorSlot error;
  error.Check(tokentra_ledger_stats(ledger.get(), &figures, sizeof figures, error.out()));
  const Catalog catalog = OpenCatalog(options.overlays);
  tokentra_snapshot* taken = nullptr;
  error.Check(tokentra_ledger_snapshot(ledger.get(), catalog.get(), &taken, error.out()));
  const Snapshot snapshot(taken);
  tokentra_snapshot_totals totals = {};
  error.Check(tokentra_snapshot_total(taken, &totals, sizeof totals, error.out()));
  const std::size_t bad_files = tokentra_snapshot_bad_file_count(taken);
  for (std::size_t i = 0; i < bad_files; ++i) {
    console.Note(Printable(options.path) + "/" +
                 Printable(View(tokentra_snapshot_bad_file(taken, i))));
  }
  Print({{"files", figures.files},
         {"bad_files", bad_files},
         {"bucket_seconds", figures.bucket_seconds},
         {"ids_max", figures.ids_max},
         {"cells", totals.cells},
         {"events", totals.events},
         {"unpriced_events", totals.unpriced_events},
         {"unmetered_events", totals.unmetered_events},
         {"refused_events", totals.refused_events},
         {"duplicate_events", totals.duplicate_events},
         {"conflict_events", totals.conflict_events},
         {"folded_events", totals.folded_events}},
        options.json, console);
  return bad_files == 0 ? kExitFine : kExitRefused;
}

int Compact(const Options& options, Console& console) {
  const Zone zone(options.zone);
  tokentra_compact_options compact = {};
  compact.rollup_before_ns = DateInstantOrAge("--rollup-before", options.rollup_before, zone);
  compact.delete_before_ns = DateInstantOrAge("--delete-before", options.delete_before, zone);
  constexpr std::int64_t kYearNs = std::int64_t{366} * 86'400 * 1'000'000'000;
  const std::vector<tokentra_zone_offset> offsets = zone.Offsets(3 * kYearNs, 70 * kYearNs);
  compact.zone = offsets.data();
  compact.zone_count = offsets.size();
  const Ledger ledger = Open(options.path, false);
  tokentra_compact_result done = {};
  ErrorSlot error;
  error.Check(tokentra_ledger_compact(ledger.get(), &compact, sizeof compact, &done, sizeof done,
                                      error.out()));
  Print({{"cells", done.cells},
         {"rolled_up_cells", done.rolled_up_cells},
         {"deleted_cells", done.deleted_cells},
         {"deleted_events", done.deleted_events}},
        options.json, console);
  return kExitFine;
}

int Erase(const Options& options, Console& console) {
  if (options.dimension.empty()) throw UsageError("erase needs --dimension KEY and --value V");
  const Ledger ledger = Open(options.path, false);
  std::uint64_t erased = 0;
  std::uint64_t unreached = 0;
  ErrorSlot error;
  error.Check(tokentra_ledger_erase(ledger.get(), Text(options.dimension), Text(options.value),
                                    &erased, &unreached, error.out()));
  Print({{"erased_keys", erased}, {"unreached_files", unreached}}, options.json, console);
  return unreached == 0 ? kExitFine : kExitRefused;
}

}  // namespace

int RunLedger(const Options& options, Console& console) {
  const bool compacts = options.action == "compact";
  if (!compacts && (!options.rollup_before.empty() || !options.delete_before.empty())) {
    throw UsageError("--rollup-before and --delete-before go with compact");
  }
  if (options.action != "erase" && (!options.dimension.empty() || !options.value.empty())) {
    throw UsageError("--dimension and --value go with erase");
  }
  if (compacts) return Compact(options, console);
  return options.action == "erase" ? Erase(options, console) : Statistics(options, console);
}

}  // namespace tokentra::cli
