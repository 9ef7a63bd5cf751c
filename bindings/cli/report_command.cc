// tokentra report: call records to an attributed table.

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bindings/cli/commands.h"
#include "bindings/cli/format.h"
#include "bindings/cli/log_reader.h"
#include "bindings/cli/nearest.h"
#include "bindings/cli/recording_handler.h"
#include "bindings/cli/report.h"
#include "bindings/cli/report_snapshots.h"
#include "bindings/cli/terminal.h"
#include "bindings/cli/when.h"
#include "bindings/cli/zone.h"

namespace tokentra::cli {
namespace {

// Keys the ledger has for every event; any other key is a metadata key.
constexpr std::array<std::string_view, 9> kOwnKeys = {
    "provider", "model", "state", "service_tier", "region", "batch", "bucket", "hour", "day"};
// Names of a row's other members in JSON.
constexpr std::array<std::string_view, 5> kRowMembers = {"events", "cost", "usage",
                                                         "unpriced_events", "partial_events"};
constexpr std::array<std::string_view, 8> kKnownMetadata = {
    "project_id", "team_id",    "feature",     "user_id",
    "request_id", "session_id", "environment", "service"};
// A group's calls fall into several of the ledger's cells: one a quarter hour, model and tier.
constexpr std::uint64_t kCellsPerGroup = 8;
// Keys as long as people write them; longer ones fold a little earlier.
constexpr std::uint64_t kTextBytesPerGroup = 256;
constexpr std::uint64_t kCellsMost = 1 << 23;  // the ledger's own limit
constexpr std::string_view kDefaultKeys = "team_id,model";

template <typename Names>
bool IsOneOf(std::string_view name, const Names& names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// Well-known keys may be written in camelCase: teamId is team_id.
std::string CanonicalKey(std::string_view key) {
  std::string snake;
  for (const char c : key) {
    const bool upper = c >= 'A' && c <= 'Z';
    if (upper) snake += '_';
    snake += upper ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return IsOneOf(snake, kKnownMetadata) ? snake : std::string(key);
}

std::string TimeKey(const std::string& bucket) {
  if (bucket == "15m") return "bucket";
  if (bucket.empty() || bucket == "day" || bucket == "hour") return bucket;
  throw UsageError("--bucket: '" + Printable(bucket) + "' is not day, hour or 15m");
}

std::vector<std::string> ReportKeys(const Options& options) {
  std::vector<std::string> keys;
  const auto add = [&](const std::string& key) {
    if (key.empty()) throw UsageError("--by: an empty key");
    if (IsOneOf(key, keys)) throw UsageError("--by: '" + Printable(key) + "' twice");
    if (IsOneOf(key, kRowMembers)) {
      throw UsageError("--by: '" + key + "' is a column of the report, not a key");
    }
    keys.push_back(key);
  };
  const std::string time = TimeKey(options.bucket);
  if (!time.empty()) add(time);
  std::string_view rest = options.by.empty() ? kDefaultKeys : std::string_view(options.by);
  while (true) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    const std::string key = CanonicalKey(rest.substr(0, comma));
    // --bucket has put the time key first already.
    if (time.empty() || key != time) add(key);
    if (comma == rest.size()) break;
    rest.remove_prefix(comma + 1);
  }
  return keys;
}

Client NewClient(const tokentra_catalog* catalog, const std::vector<std::string>& keys,
                 const Options& options) {
  tokentra_client_options* made = nullptr;
  ErrorSlot error;
  error.Check(tokentra_client_options_new(&made, error.out()));
  const ClientOptions settings(made);
  error.Check(tokentra_client_options_set_catalog(made, catalog, error.out()));
  std::vector<tokentra_text> dimensions;
  for (const std::string& key : keys) {
    if (!IsOneOf(key, kOwnKeys)) dimensions.push_back(Text(key));
  }
  try {
    error.Check(tokentra_client_options_set_dimensions(made, dimensions.data(), dimensions.size(),
                                                       error.out()));
  } catch (const Failure& failure) {
    throw UsageError(std::string("--by: ") + failure.what());
  }
  const std::pair<std::string_view, std::uint64_t> limits[] = {
      {"ids_max", options.ids_max},
      {"keys_max", options.groups_max},
      {"cells_max", std::min(options.groups_max * kCellsPerGroup, kCellsMost)},
      {"text_bytes_max", options.groups_max * kTextBytesPerGroup},
  };
  for (const auto& [name, value] : limits) {
    error.Check(tokentra_client_options_set_limit(made, Text(name), value, error.out()));
  }
  tokentra_client* client = nullptr;
  error.Check(tokentra_client_new(made, &client, error.out()));
  return Client(client);
}

class ReportHandler : public RecordingHandler {
 public:
  ReportHandler(tokentra_client* client, std::uint64_t reasons_max)
      : RecordingHandler(client), reasons_(reasons_max) {}

  void OnRecord(const tokentra_record& record, const std::string& file) override {
    if (record.outcome == TOKENTRA_OUTCOME_DUPLICATE ||
        record.outcome == TOKENTRA_OUTCOME_CONFLICT) {
      return;
    }
    if (record.at_ns != TOKENTRA_NO_INSTANT) {
      first_ns_ =
          first_ns_ == TOKENTRA_NO_INSTANT ? record.at_ns : std::min(first_ns_, record.at_ns);
      last_ns_ = std::max(last_ns_, record.at_ns);
    }
    if (record.state == TOKENTRA_STATE_UNPRICED) reasons_.Add(record);
    if (record.finding.size == 0) return;
    if (metadata_findings_++ == 0) {
      first_finding_ =
          file + ":" + std::to_string(record.line) + ": " + Printable(View(record.finding));
    }
  }

  std::int64_t first_ns() const { return first_ns_; }
  std::int64_t last_ns() const { return last_ns_; }
  UnpricedReasons TakeReasons() { return std::move(reasons_); }
  std::uint64_t metadata_findings() const { return metadata_findings_; }
  const std::string& first_finding() const { return first_finding_; }

 private:
  UnpricedReasons reasons_;
  std::uint64_t metadata_findings_ = 0;
  std::string first_finding_;
  std::int64_t first_ns_ = TOKENTRA_NO_INSTANT;
  std::int64_t last_ns_ = TOKENTRA_NO_INSTANT;
};

// The period asked for, from --since up to --until.
struct Period {
  std::int64_t since_ns;
  std::int64_t until_ns;
};

Period AskedPeriod(const Options& options, const Zone& zone) {
  const Period period = {DateOrInstant("--since", options.since, zone),
                         DateOrInstant("--until", options.until, zone)};
  if (period.since_ns != TOKENTRA_NO_INSTANT && period.until_ns != TOKENTRA_NO_INSTANT &&
      period.since_ns >= period.until_ns) {
    throw UsageError("--since " + Printable(options.since) + " is not before --until " +
                     Printable(options.until));
  }
  return period;
}

// Groups a snapshot by the report's keys.
void GroupRows(const tokentra_snapshot* snapshot, const tokentra_group_options& group,
               Report& report) {
  ErrorSlot error;
  std::vector<tokentra_text> keys;
  for (const std::string& key : report.keys) keys.push_back(Text(key));
  tokentra_rows* rows = nullptr;
  error.Check(tokentra_snapshot_group(snapshot, keys.data(), keys.size(), &group, sizeof group,
                                      &rows, error.out()));
  report.rows.reset(rows);
}

void ReadRows(tokentra_client* client, const Zone& zone, const ReportHandler& handler,
              Report& report) {
  tokentra_snapshot* made = nullptr;
  ErrorSlot error;
  error.Check(tokentra_client_snapshot(client, &made, error.out()));
  const Snapshot snapshot(made);
  error.Check(tokentra_snapshot_total(made, &report.totals, sizeof report.totals, error.out()));
  std::vector<tokentra_zone_offset> offsets;
  if (handler.first_ns() != TOKENTRA_NO_INSTANT) {
    offsets = zone.Offsets(handler.first_ns(), handler.last_ns());
    const std::string first = zone.Day(handler.first_ns());
    const std::string last = zone.Day(handler.last_ns());
    report.period = (first == last ? first : first + " to " + last) + " " + zone.name();
  }
  tokentra_group_options group = {};
  group.since_ns = TOKENTRA_NO_INSTANT;
  group.until_ns = TOKENTRA_NO_INSTANT;
  group.zone = offsets.data();
  group.zone_count = offsets.size();
  GroupRows(made, group, report);
}

// Without --by: the usual keys, as far as the snapshot has them.
void DropUnknownDefaults(const tokentra_snapshot* snapshot, Report& report) {
  const std::size_t count = tokentra_snapshot_dimension_count(snapshot);
  std::erase_if(report.keys, [&](const std::string& key) {
    if (IsOneOf(key, kOwnKeys)) return false;
    for (std::size_t i = 0; i < count; ++i) {
      if (View(tokentra_snapshot_dimension(snapshot, i)) == key) return false;
    }
    return true;
  });
}

// Ledgers in folders and snapshots as files: merged, and grouped by the dimensions they have.
int ReportSnapshots(const Options& options, Console& console) {
  if (!std::all_of(options.files.begin(), options.files.end(), IsSnapshotSource)) {
    throw UsageError("logs cannot be reported together with ledgers or snapshots");
  }
  Report report;
  report.keys = ReportKeys(options);
  const Zone zone(options.zone);
  const Period period = AskedPeriod(options, zone);
  const Catalog catalog = OpenCatalog(options.overlays);
  MergedSnapshots merged = ReadSnapshots(options.files, catalog.get(), console);
  if (merged.snapshot == nullptr) return kExitRefused;
  if (!options.since_snapshot.empty()) {
    merged.snapshot = Since(options.since_snapshot, merged.snapshot, catalog.get());
  }
  ErrorSlot error;
  error.Check(tokentra_snapshot_total(merged.snapshot.get(), &report.totals, sizeof report.totals,
                                      error.out()));
  if (options.by.empty()) DropUnknownDefaults(merged.snapshot.get(), report);
  report.tally.refused = report.totals.refused_events;
  report.tally.failed_files = merged.failed;
  tokentra_group_options group = {};
  group.since_ns = period.since_ns;
  group.until_ns = period.until_ns;
  constexpr std::int64_t kYearNs = std::int64_t{366} * 86'400 * 1'000'000'000;
  // Offsets of the zone for as long as zones are known, from 1972.
  const std::vector<tokentra_zone_offset> offsets = zone.Offsets(3 * kYearNs, 70 * kYearNs);
  group.zone = offsets.data();
  group.zone_count = offsets.size();
  try {
    GroupRows(merged.snapshot.get(), group, report);
  } catch (const Failure& failure) {
    if (failure.code() != TOKENTRA_INVALID_ARGUMENT) throw;
    throw UsageError(std::string("--by: ") + failure.what());
  }
  report.digest = View(tokentra_catalog_digest(catalog.get()));
  report.as_of = View(tokentra_catalog_as_of(catalog.get()));
  options.json ? PrintReportJson(report, console) : PrintReportText(report, console);
  const bool unpriced = report.totals.unpriced_events > 0 || report.totals.partial_events > 0;
  return merged.failed > 0 || (options.strict && unpriced) ? kExitRefused : kExitFine;
}

// A key that no call states is more often a slip than a wish.
void NoteUnusedKeys(const Report& report, Console& console) {
  const std::size_t rows = tokentra_rows_count(report.rows.get());
  std::vector<std::string> known(kKnownMetadata.begin(), kKnownMetadata.end());
  known.insert(known.end(), kOwnKeys.begin(), kOwnKeys.end());
  for (std::size_t key = 0; key < report.keys.size() && rows > 0; ++key) {
    if (IsOneOf(report.keys[key], kOwnKeys)) continue;
    bool stated = false;
    for (std::size_t row = 0; row < rows && !stated; ++row) {
      std::uint32_t presence = TOKENTRA_KEY_ABSENT;
      tokentra_rows_key(report.rows.get(), row, key, &presence);
      stated = presence != TOKENTRA_KEY_ABSENT;
    }
    if (stated) continue;
    const std::string& name = report.keys[key];
    const bool well_known = IsOneOf(name, known);
    console.Note("no call has the metadata key '" + Printable(name) + "'" +
                 (well_known ? "" : DidYouMean(name, known)));
  }
}

}  // namespace

tokentra_row RowAt(const tokentra_rows* rows, std::size_t index) {
  tokentra_row row = {};
  ErrorSlot error;
  error.Check(tokentra_rows_at(rows, index, &row, sizeof row, error.out()));
  return row;
}

int RunReport(const Options& options, Console& console) {
  if (options.files.empty()) throw UsageError("nothing to report: give FILE (- is standard input)");
  if (std::any_of(options.files.begin(), options.files.end(), IsSnapshotSource)) {
    return ReportSnapshots(options, console);
  }
  if (!options.since_snapshot.empty()) {
    throw UsageError("--since-snapshot goes with ledgers and snapshots; logs take --since");
  }
  Report report;
  report.keys = ReportKeys(options);
  const Zone zone(options.zone);
  const Period period = AskedPeriod(options, zone);
  LogOptions log = LogOptionsFrom(options);
  log.records.since_ns = period.since_ns;
  log.records.until_ns = period.until_ns;

  const Catalog catalog = OpenCatalog(options.overlays);
  const Client client = NewClient(catalog.get(), report.keys, options);
  ReportHandler handler(client.get(), options.groups_max);
  report.tally = ReadLog(log, console, handler);
  if (report.tally.stopped) {
    console.Note("stopped at the first refused record (--strict): nothing is reported");
    return kExitRefused;
  }
  if (report.tally.held_overflowed) {
    console.Note("more calls wait for the end of the log than --ids-max " +
                 std::to_string(options.ids_max) +
                 ": one that is repeated further on may be counted again");
  }
  ReadRows(client.get(), zone, handler, report);
  report.unpriced = handler.TakeReasons();
  report.metadata_findings = handler.metadata_findings();
  report.first_metadata_finding = handler.first_finding();
  report.digest = View(tokentra_catalog_digest(catalog.get()));
  report.as_of = View(tokentra_catalog_as_of(catalog.get()));

  if (!options.by.empty()) NoteUnusedKeys(report, console);
  options.json ? PrintReportJson(report, console) : PrintReportText(report, console);

  bool bound_passed = false;
  if (report.totals.folded_events > 0) {
    bound_passed = true;
    console.Note(Count(report.totals.folded_events, "call is", "calls are") +
                 " counted under coarser keys: more groups than --groups-max " +
                 std::to_string(options.groups_max) +
                 ", or values over 256 bytes; totals are exact");
  }
  if (report.totals.ids_overflowed != 0) {
    bound_passed = true;
    console.Note("more ids than --ids-max " + std::to_string(options.ids_max) +
                 ": a duplicate of a call further back is counted again");
  }
  const bool unpriced = report.totals.unpriced_events > 0 || report.totals.partial_events > 0;
  const bool wrong = report.tally.AnythingWrong() || bound_passed || (options.strict && unpriced);
  return wrong ? kExitRefused : kExitFine;
}

}  // namespace tokentra::cli
