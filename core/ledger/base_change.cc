#include "core/ledger/base_change.h"

#include "absl/strings/str_cat.h"
#include "core/ledger/tuple.h"

namespace tokentra {

absl::Status ValidateBaseChange(const BaseChange& change, std::int64_t bucket_seconds) {
  for (const ZoneOffset& each : change.zone) {
    if (each.offset_seconds % bucket_seconds != 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("a day of a zone at ", each.offset_seconds,
                       " seconds from UTC does not begin with a bucket of ", bucket_seconds,
                       " seconds: nothing can be rolled up to it"));
    }
  }
  return absl::OkStatus();
}

bool EndedBy(const CellKey& key, InstantNs before, std::int64_t bucket_seconds) {
  const CellGroup group = key.group();
  if (before == kNoInstant || group.time == TimeFold::kAnyTime) return false;
  // In seconds: the last bucket there may be ends beyond the last instant.
  const std::int64_t seconds = group.time == TimeFold::kDay ? 86'400 : bucket_seconds;
  const std::int64_t end = BucketNumber(group.bucket) * bucket_seconds + seconds;
  return Int128{end} * kNsPerSecond <= Int128{before};
}

void RollUp(const BaseChange& change, std::int64_t bucket_seconds, CellKey* key,
            BaseChangeResult* result) {
  CellGroup group = key->group();
  if (group.time != TimeFold::kNone || !EndedBy(*key, change.rollup_before, bucket_seconds)) {
    return;
  }
  // It ended before an instant, so its start is one.
  const InstantNs start = BucketNumber(group.bucket) * bucket_seconds * kNsPerSecond;
  const std::optional<InstantNs> day = PlainDayStart(start, change.zone);
  if (!day.has_value()) return;
  const std::int64_t width_ns = bucket_seconds * kNsPerSecond;
  group.bucket = BucketWord(*day / width_ns - (*day % width_ns < 0 ? 1 : 0));
  group.time = TimeFold::kDay;
  const CellKey rolled = CellKey::Of(group, key->page(), 0);
  if (!EndedBy(rolled, change.rollup_before, bucket_seconds)) return;
  *key = rolled;
  ++result->rolled_up_cells;
}

std::string ChangedTuple(const BaseChange& change, std::string_view tuple,
                         BaseChangeResult* result) {
  TupleBuffer erased;
  if (!change.erased.has_value() ||
      !EraseValue(tuple, change.erased->dimension, change.erased->value, &erased)) {
    return std::string(tuple);
  }
  ++result->erased_keys;
  return std::string(erased.view());
}

}  // namespace tokentra
