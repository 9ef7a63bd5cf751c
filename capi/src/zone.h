// Time zones as the interface gives them.

#ifndef TOKENTRA_CAPI_SRC_ZONE_H_
#define TOKENTRA_CAPI_SRC_ZONE_H_

#include <tokentra/tokentra.h>

#include <vector>

#include "boundary.h"
#include "core/base/zone.h"

namespace tokentra::capi {

// An optional bound: 0 is none as well.
inline InstantNs Bound(std::int64_t instant) { return instant == 0 ? kNoInstant : instant; }

// INVALID_ARGUMENT for offsets that do not ascend or are no whole quarter hours within a day.
absl::Status ReadZone(const tokentra_zone_offset* zone, std::size_t count,
                      std::vector<ZoneOffset>& out);

}  // namespace tokentra::capi

#endif  // TOKENTRA_CAPI_SRC_ZONE_H_
