// Hours of the week at which a price row holds: daily windows in a zone, on stated weekdays, with
// excepted dates.
//
// A window belongs to the day on which it begins; it may cross midnight, and then its part after
// midnight belongs to the same day still: `fri` 22:00 to 06:00 ends on Saturday, and excepting that
// Friday excepts both parts. Windows lie on quarter hours, as all price edges do.
//
// A zone is `UTC`, an offset (`+08:00`), or a name of the table here, whose offset has no summer
// time. No list prices by a zone that has one.
//
// Thread: pure functions.

#ifndef TOKENTRA_CORE_CATALOG_HOURS_H_
#define TOKENTRA_CORE_CATALOG_HOURS_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/json.h"
#include "core/catalog/image.h"

namespace tokentra {

struct SourceHours {
  std::array<std::uint64_t, kWeekWords> same_day = {};
  std::array<std::uint64_t, kWeekWords> next_day = {};
  std::vector<std::int64_t> except;  // days since 1970-01-01, ascending
  std::int64_t offset_quarters = 0;
  std::string text;  // canonical: equal hours have equal texts
};

// Dates that one row may except.
inline constexpr std::size_t kExceptMax = 512;

// The object {"windows": [["01:00", "04:00"]], "weekdays": [...], "zone": ..., "except": [...]}.
absl::StatusOr<SourceHours> ReadHours(const std::string& where, const Json& json);

// `days` is the image's.
bool HoursHold(const HoursRecord& hours, std::span<const std::int64_t> days, InstantNs at);

// Whether some instant lies in both, excepted dates left aside.
bool HoursMeet(const SourceHours& a, const SourceHours& b);

}  // namespace tokentra

#endif  // TOKENTRA_CORE_CATALOG_HOURS_H_
