// Records: a chunk of a log in, one result a call out; priced, or priced and tracked.
//
// A chunk holds whole records, one a line, in one format (exchange/format.h); a record separator
// (0x1E) ends a record like a newline does, but counts no line. A CSV chunk has rows instead. A
// record that cannot be read is a result with a status; the others are not touched by it. Blank
// lines have no result but count. Results own their texts.
//
// What has to wait for other records (exchange/draft.h) is resolved at the end of the chunk, or,
// with `hold`, given back for `HeldLog`, which resolves it at the end of the run.
//
// Tracking has two halves: `PrepareRecords` on any thread, and `Commit` in the order of the chunks,
// so that results do not depend on threads. `ProcessRecords` is both.
//
// Thread: preparing is concurrent, with a client and without. Cost: one copy of the chunk (for
// simdjson's padding), then each record is parsed once.

#ifndef TOKENTRA_CORE_CLIENT_RECORDS_H_
#define TOKENTRA_CORE_CLIENT_RECORDS_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "core/client/client.h"
#include "core/client/event_preparer.h"
#include "core/client/prepared_events.h"
#include "core/exchange/fields.h"
#include "core/exchange/format.h"
#include "core/exchange/held.h"

namespace tokentra {

struct RecordsOptions {
  std::uint64_t first_line = 1;
  InstantNs default_at = kNoInstant;
  InstantNs since = kNoInstant;  // records before it are skipped
  InstantNs until = kNoInstant;  // records at or after it are skipped
  bool json = false;             // make the JSON text of every result
  bool convert = false;          // with `json`: the call record instead of its cost
  bool explain = false;          // with `json`: say why the cost is what it is
  bool fields = false;           // tell which fields were not read
  bool metadata = false;         // keep every record's metadata in its result
  bool hold = false;             // leave what has to wait unresolved
  std::uint32_t source = 0;      // given back in every result
  RecordFormat format = RecordFormat::kRecord;
  ReadOptions read;
  std::string_view header;  // CSV: its first row; then the chunk has rows
  // With `convert`: safe fixes by this convention are made in the records.
  std::shared_ptr<const Convention> fix;
};

struct RecordResultLine {
  std::uint64_t line = 0;
  std::uint32_t column = 0;  // of an error, from 1; 0: unknown
  std::uint32_t source = 0;
  absl::Status status;
  bool skipped = false;
  std::string provider;
  std::string model;
  std::string id;
  std::string message;  // of the error, or why it is unpriced
  std::string json;
  Money total;
  CostState state = CostState::kUnpriced;
  bool unmetered = false;
  MatchKind match = MatchKind::kNone;
  Quality quality = Quality::kExact;
  bool tracked = false;
  Outcome outcome = Outcome::kRefused;  // meaningful when tracked
  InstantNs at = kNoInstant;
  std::uint64_t input_tokens = 0;
  std::uint64_t output_tokens = 0;
  std::vector<std::string> findings;                          // of its metadata, in words
  std::vector<std::pair<std::string, std::string>> metadata;  // when it is kept
  bool has_findings = false;     // those, or some of the client's convention
  std::size_t event = kNoEvent;  // in `RecordsResult::events`

  static constexpr std::size_t kNoEvent = ~std::size_t{0};
};

struct RecordsResult {
  std::vector<RecordResultLine> records;
  std::uint64_t lines = 0;
  std::uint64_t repeated = 0;  // lines that repeat a call, resolved here
  std::uint64_t covered = 0;   // spans that repeat the calls under them, resolved here
  std::uint64_t fixes = 0;     // values and keys that were fixed
  PreparedEvents events;       // with a client, until committed
  std::vector<HeldRecord> held;
  std::vector<SpanLink> spans;
  FieldLog fields;
};

// `preparer` null: only priced. `catalog` is the preparer's.
RecordsResult PrepareRecords(const Catalog& catalog, const EventPreparer* preparer,
                             std::string_view chunk, const RecordsOptions& options);
// Records what was prepared for this client; once.
void CommitRecords(Client& client, const RecordsOptions& options, RecordsResult& result);
// Both; `client` null: only priced, with `catalog`.
RecordsResult ProcessRecords(const Catalog& catalog, Client* client, std::string_view chunk,
                             const RecordsOptions& options);

// What a run holds, over all its chunks.
class HeldLog {
 public:
  // Takes what `result` holds. In the order of the chunks.
  void Add(RecordsResult& result);
  std::uint64_t size() const { return held_.size(); }
  // Prices, and with a preparer prepares, what turns out to count, behind what `result` has
  // already. The rest of a run may follow.
  void Resolve(const Catalog& catalog, const EventPreparer* preparer, const RecordsOptions& options,
               RecordsResult& result);

 private:
  HeldRecords held_;
  std::map<std::uint32_t, CodexSession> sessions_;
};

// Why this number, for the first call of the one record on `line`.
absl::StatusOr<std::string> ExplainRecord(const Catalog& catalog, std::string_view line,
                                          const RecordsOptions& options);

struct DetectedFormat {
  RecordFormat format = RecordFormat::kRecord;
  bool csv = false;
  bool shown = false;  // something shows it
};

// The format of the records at the beginning of a log: of the first one that shows it; of a CSV
// header when no record is JSON. Call records when nothing shows anything.
DetectedFormat DetectRecords(std::string_view head);

}  // namespace tokentra

#endif  // TOKENTRA_CORE_CLIENT_RECORDS_H_
