#include "core/base/zone.h"

namespace tokentra {

std::int32_t OffsetAt(InstantNs at, std::span<const ZoneOffset> zone) {
  std::int32_t offset = 0;
  for (const ZoneOffset& change : zone) {
    if (change.from > at) break;
    offset = change.offset_seconds;
  }
  return offset;
}

std::optional<InstantNs> PlainDayStart(InstantNs at, std::span<const ZoneOffset> zone) {
  constexpr InstantNs kDayNs = 86'400 * kNsPerSecond;
  const InstantNs offset_ns = OffsetAt(at, zone) * kNsPerSecond;
  const InstantNs local = at + offset_ns;
  const InstantNs start = at - ((local % kDayNs) + kDayNs) % kDayNs;
  for (const ZoneOffset& change : zone) {
    if (change.from > start && change.from < start + kDayNs) return std::nullopt;
  }
  // The offset that holds at the start is the one the start was reckoned with.
  if (OffsetAt(start, zone) * kNsPerSecond != offset_ns) return std::nullopt;
  return start;
}

}  // namespace tokentra
