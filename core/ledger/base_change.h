// BaseChange: what a compaction does to the counts of a ledger's base besides adding them up:
// rolls old buckets up to days, deletes what is past its age, erases a dimension's value.
//
// Rolled up are buckets of local days of 24 hours that ended; days on which the zone's offset
// changes stay in buckets. Rows join only under one class, which names its price row: what they
// cost stays the same to the last unit. Deleted are rows of buckets and days that ended; rows of
// any time stay, because theirs is not known. Erased is folded: quantities stay, the name goes.
//
// Thread: values; one compaction.

#ifndef TOKENTRA_CORE_LEDGER_BASE_CHANGE_H_
#define TOKENTRA_CORE_LEDGER_BASE_CHANGE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "core/base/instant.h"
#include "core/base/zone.h"
#include "core/ledger/snapshot_contents.h"

namespace tokentra {

struct ErasedValue {
  std::size_t dimension = 0;
  std::string value;
};

struct BaseChange {
  InstantNs rollup_before = kNoInstant;  // days that ended by then are rolled up
  InstantNs delete_before = kNoInstant;  // what ended by then is deleted
  std::vector<ZoneOffset> zone;          // of the days
  std::optional<ErasedValue> erased;
};

struct BaseChangeResult {
  std::uint64_t cells = 0;            // of the base, afterwards
  std::uint64_t rolled_up_cells = 0;  // that became parts of a day
  std::uint64_t deleted_cells = 0;
  std::uint64_t deleted_events = 0;
  std::uint64_t erased_keys = 0;      // tuples that lost the value, in the base and in segments
  std::uint64_t unreached_files = 0;  // that may hold it still: of another format, or damaged
};

// INVALID_ARGUMENT when the zone's days do not begin with a bucket, naming both.
absl::Status ValidateBaseChange(const BaseChange& change, std::int64_t bucket_seconds);

// Makes the key of a bucket that of its day, when that is to be.
void RollUp(const BaseChange& change, std::int64_t bucket_seconds, CellKey* key,
            BaseChangeResult* result);

// The tuple without the erased value, where it had it.
std::string ChangedTuple(const BaseChange& change, std::string_view tuple,
                         BaseChangeResult* result);

// True for a bucket or day that ended by `before`.
bool EndedBy(const CellKey& key, InstantNs before, std::int64_t bucket_seconds);

}  // namespace tokentra

#endif  // TOKENTRA_CORE_LEDGER_BASE_CHANGE_H_
