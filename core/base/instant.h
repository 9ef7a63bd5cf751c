// Instants: nanoseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
//
// Text is RFC 3339 with a mandatory zone ("2026-10-15T12:00:00Z", "2026-10-15T14:00:00.5+02:00");
// a lower-case t and z and a space for T are accepted, as RFC 3339 section 5.6 allows. A leap
// second (":60") counts as the following instant. Printing is always UTC with `Z`, with as many
// decimals as needed.
//
// Thread: pure functions; no clock.

#ifndef TOKENTRA_CORE_BASE_INSTANT_H_
#define TOKENTRA_CORE_BASE_INSTANT_H_

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace tokentra {

using InstantNs = std::int64_t;

// "Absent", here and in the C ABI.
inline constexpr InstantNs kNoInstant = std::numeric_limits<std::int64_t>::min();

inline constexpr std::int64_t kNsPerSecond = 1'000'000'000;
inline constexpr std::int64_t kBucketSeconds = 900;  // every zone's midnight, every price edge

// Years 1678 to 2261, which 64-bit nanoseconds hold.
absl::StatusOr<InstantNs> ParseInstant(std::string_view text);
std::string FormatInstant(InstantNs instant);

}  // namespace tokentra

#endif  // TOKENTRA_CORE_BASE_INSTANT_H_
