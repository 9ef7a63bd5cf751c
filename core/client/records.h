// Records: a chunk of JSON Lines in, one result a record out; priced, or priced and tracked.
//
// A record that cannot be read is a result with a status; the others are not touched by it. Blank
// lines have no result but count. Results own their texts.
//
// Thread: `ProcessRecords` is a pure function without a client, and concurrent with one. Cost: one
// copy of the chunk (for simdjson's padding), then each record is parsed once.

#ifndef TOKENTRA_CORE_CLIENT_RECORDS_H_
#define TOKENTRA_CORE_CLIENT_RECORDS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "core/client/client.h"

namespace tokentra {

struct RecordsOptions {
  std::uint64_t first_line = 1;
  InstantNs default_at = kNoInstant;
  InstantNs since = kNoInstant;  // records before it are skipped
  InstantNs until = kNoInstant;  // records at or after it are skipped
  bool json = false;             // make the JSON text of every result
};

struct RecordResultLine {
  std::uint64_t line = 0;
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
};

struct RecordsResult {
  std::vector<RecordResultLine> records;
  std::uint64_t lines = 0;
};

// `client` null: only priced, with `catalog`.
RecordsResult ProcessRecords(const Catalog& catalog, Client* client, std::string_view chunk,
                             const RecordsOptions& options);

// Why this number, for the one record on `line`.
absl::StatusOr<std::string> ExplainRecord(const Catalog& catalog, std::string_view line,
                                          const RecordsOptions& options);

}  // namespace tokentra

#endif  // TOKENTRA_CORE_CLIENT_RECORDS_H_
