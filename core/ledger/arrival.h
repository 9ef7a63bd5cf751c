// Arrival: whether an event came in time, when the caller says when it came.
//
//   in time    its bucket was still open, or had ended less than `adjusted_after_seconds` before
//   adjusted   its bucket had ended longer ago: it counts there, and is counted as an adjustment
//   late       it happened longer ago than `late_after_seconds`: it counts in the bucket of its
//              arrival, and is counted as late
//   skewed     it says that it happened more than `skewed_after_seconds` after it came: as late
//
// So a report of a period that was closed changes by adjustments only, for a bounded time, and a
// clock that is wrong cannot write into other years. Totals hold every event all the same. Events
// whose arrival is not stated (logs, backfills) are always in time.
//
// Thread: pure functions.

#ifndef TOKENTRA_CORE_LEDGER_ARRIVAL_H_
#define TOKENTRA_CORE_LEDGER_ARRIVAL_H_

#include <cstdint>

#include "core/base/instant.h"
#include "core/base/money.h"

namespace tokentra {

enum class Arrival : std::uint8_t { kInTime, kAdjusted, kLate, kSkewed };

struct ArrivalLimits {
  std::uint32_t adjusted_after_seconds = 3600;
  std::uint32_t late_after_seconds = 7 * 86'400;
  std::uint32_t skewed_after_seconds = 300;
};

// `arrived` may be kNoInstant. In 128 bits, so that no pair of instants overflows.
inline Arrival ArrivalOf(InstantNs at, InstantNs arrived, std::int64_t bucket_ns,
                         const ArrivalLimits& limits) {
  if (arrived == kNoInstant) [[likely]]
    return Arrival::kInTime;
  const auto ns = [](std::uint32_t seconds) { return Int128{seconds} * kNsPerSecond; };
  const Int128 age = Int128{arrived} - at;
  if (-age > ns(limits.skewed_after_seconds)) return Arrival::kSkewed;
  if (age > ns(limits.late_after_seconds)) return Arrival::kLate;
  const std::int64_t into_bucket = at % bucket_ns + (at % bucket_ns < 0 ? bucket_ns : 0);
  const Int128 since_bucket = age - (bucket_ns - into_bucket);
  return since_bucket >= ns(limits.adjusted_after_seconds) ? Arrival::kAdjusted : Arrival::kInTime;
}

}  // namespace tokentra

#endif  // TOKENTRA_CORE_LEDGER_ARRIVAL_H_
