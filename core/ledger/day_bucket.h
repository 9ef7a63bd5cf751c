// The folds of time: a bucket to its day, a day to any time.

#ifndef TOKENTRA_CORE_LEDGER_DAY_BUCKET_H_
#define TOKENTRA_CORE_LEDGER_DAY_BUCKET_H_

#include <cstdint>

#include "core/ledger/cell.h"

namespace tokentra {

inline std::uint32_t DayWord(std::uint32_t bucket_word, std::int64_t bucket_seconds) {
  const std::int64_t per_day = 86'400 / bucket_seconds;
  const std::int64_t bucket = BucketNumber(bucket_word);
  std::int64_t day = bucket / per_day;
  if (bucket % per_day < 0) --day;
  return BucketWord(day * per_day);
}

// One step of the fold of time; false when `group` is of any time already.
inline bool FoldTime(CellGroup* group, std::int64_t bucket_seconds) {
  switch (group->time) {
    case TimeFold::kNone:
      group->time = TimeFold::kDay;
      group->bucket = DayWord(group->bucket, bucket_seconds);
      return true;
    case TimeFold::kDay:
      group->time = TimeFold::kAnyTime;
      group->bucket = 0;
      return true;
    case TimeFold::kAnyTime:
      return false;
  }
  return false;
}

}  // namespace tokentra

#endif  // TOKENTRA_CORE_LEDGER_DAY_BUCKET_H_
