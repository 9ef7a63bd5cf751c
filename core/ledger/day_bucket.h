// The first bucket of a bucket's day, for the fold of buckets to days.

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

}  // namespace tokentra

#endif  // TOKENTRA_CORE_LEDGER_DAY_BUCKET_H_
