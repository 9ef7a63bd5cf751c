// Grouping keys: what a row of a report is about, and its value for one entry of a snapshot.
//
// Thread: pure functions.

#ifndef TOKENTRA_CORE_ANALYSIS_GROUP_KEY_H_
#define TOKENTRA_CORE_ANALYSIS_GROUP_KEY_H_

#include <span>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/analysis/snapshot_view.h"

namespace tokentra {

struct GroupKey {
  enum class Kind : std::uint8_t {
    kDimension,
    kProvider,
    kModel,
    kState,
    kServiceTier,
    kRegion,
    kBatch,
    kBucket,
    kHour,
    kDay,
  };
  Kind kind = Kind::kDimension;
  std::size_t dimension = 0;
};

bool IsTimeKey(const GroupKey& key);

// INVALID_ARGUMENT names the nearest key. camelCase spellings of well-known dimensions are the
// same keys.
absl::StatusOr<GroupKey> ParseGroupKey(std::string_view name,
                                       std::span<const std::string> dimensions);

// All that is known of one entry.
struct EntryFacts {
  const SnapshotEntry& entry;
  const SnapshotClass& snapshot_class;
  const UsageClass& usage_class;
  const DecodedTuple& dimensions;
  std::string_view state;
};

// Days are "2026-10-15", hours "2026-10-15T14:00", buckets "2026-10-15T14:15", each in local time
// with its offset from UTC at the end where a zone is given.
KeyValue ValueOf(const GroupKey& key, const EntryFacts& facts, std::span<const ZoneOffset> zone);

}  // namespace tokentra

#endif  // TOKENTRA_CORE_ANALYSIS_GROUP_KEY_H_
