#include "zone.h"

#include "absl/strings/str_cat.h"
#include "core/base/instant.h"

namespace tokentra::capi {

absl::Status ReadZone(const tokentra_zone_offset* zone, std::size_t count,
                      std::vector<ZoneOffset>& out) {
  if (count != 0 && zone == nullptr) return NullArgument("options.zone");
  for (std::size_t i = 0; i < count; ++i) {
    const tokentra_zone_offset& change = zone[i];
    absl::Status status = CheckReserved("zone.reserved", change.reserved);
    if (!status.ok()) return status;
    constexpr std::int32_t kDaySeconds = 86'400;
    if (change.offset_seconds % kBucketSeconds != 0 || change.offset_seconds <= -kDaySeconds ||
        change.offset_seconds >= kDaySeconds) {
      return absl::InvalidArgumentError(absl::StrCat(
          "zone offset ", change.offset_seconds, " is no multiple of 900 seconds within a day"));
    }
    if (i > 0 && change.from_ns <= zone[i - 1].from_ns) {
      return absl::InvalidArgumentError("zone offsets must ascend");
    }
    out.push_back({change.from_ns, change.offset_seconds});
  }
  return absl::OkStatus();
}

}  // namespace tokentra::capi
