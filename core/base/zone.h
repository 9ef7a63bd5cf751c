// Time zones as their offsets from UTC, which the caller gives: the core has no zone data.
//
// Thread: pure functions.

#ifndef TOKENTRA_CORE_BASE_ZONE_H_
#define TOKENTRA_CORE_BASE_ZONE_H_

#include <cstdint>
#include <optional>
#include <span>

#include "core/base/instant.h"

namespace tokentra {

// From `from` on, local time is UTC plus `offset_seconds`.
struct ZoneOffset {
  InstantNs from = 0;
  std::int32_t offset_seconds = 0;
};

// The offset at an instant; 0 before the first change. `zone` ascends; empty is UTC.
std::int32_t OffsetAt(InstantNs at, std::span<const ZoneOffset> zone);

// The start of the local day that holds `at`, when that day is 24 hours of one offset; nothing on
// days on which the offset changes.
std::optional<InstantNs> PlainDayStart(InstantNs at, std::span<const ZoneOffset> zone);

}  // namespace tokentra

#endif  // TOKENTRA_CORE_BASE_ZONE_H_
