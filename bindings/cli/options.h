// The command line as data. Parsing checks form (numbers, names of options); what values mean is
// checked where they are used.

#ifndef TOKENTRA_BINDINGS_CLI_OPTIONS_H_
#define TOKENTRA_BINDINGS_CLI_OPTIONS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tokentra::cli {

enum class Command {
  kNone,
  kPrice,
  kReport,
  kExplain,
  kModels,
  kImport,
  kCatalog,
  kLint,
  kConventionInit,
  kLedger,
};
enum class CatalogCommand { kNone, kImport, kCheck, kStats, kDiff };

struct Options {
  Command command = Command::kNone;
  bool json = false;
  std::vector<std::string> overlays;  // files, in order

  // price, report, explain: call records
  std::vector<std::string> files;
  std::string at;
  std::uint64_t line_max = 16ull << 20;
  bool strict = false;
  std::string format;
  std::vector<std::string> columns;  // FIELD=COLUMN
  std::uint64_t jobs = 0;            // 0: as many as the machine has
  bool verbose = false;

  // price, explain: one call
  std::string provider;  // also of models
  std::string model;
  std::vector<std::string> usage;       // METER=QUANTITY
  std::vector<std::string> conditions;  // NAME=VALUE
  std::string service_tier;
  std::string region;
  bool batch = false;

  // explain
  std::uint64_t line = 0;  // 0: every line

  // report
  std::string by;  // keys, comma-separated
  std::string since;
  std::string until;
  std::string bucket;
  std::string zone;
  std::uint64_t ids_max = 1'000'000;
  std::uint64_t groups_max = 1'000'000;

  std::string since_snapshot;  // of report

  // ledger
  std::string action;  // stats, compact, erase
  std::string path;
  std::string rollup_before;
  std::string delete_before;
  std::string dimension;
  std::string value;

  // lint, convention init
  std::string convention;  // empty: the built-in one
  std::string baseline;
  std::string write_baseline;
  std::string lint_format;  // text, json, sarif
  std::string log_format;
  bool fix = false;
  bool explain = false;
  std::uint64_t values_max = 10;
  std::uint64_t errors_max = 0;
  std::uint64_t attributed_min = 0;  // percent

  // models
  std::string query;

  // catalog
  CatalogCommand catalog = CatalogCommand::kNone;
  std::string name;    // of an imported overlay
  std::string as_of;   // date of the list
  std::string report;  // file for what was left out
  std::uint64_t stale_days = 180;
  std::vector<std::string> usage_logs;
};

// Parses the command line. Where it is complete by itself (--help, --version) or wrong, prints and
// returns the exit status.
std::optional<int> ParseOptions(int argc, char** argv, Options& options);

}  // namespace tokentra::cli

#endif  // TOKENTRA_BINDINGS_CLI_OPTIONS_H_
