#include "core/catalog/hours.h"

#include <algorithm>
#include <array>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/status_macros.h"
#include "core/base/text.h"

namespace tokentra {
namespace {

constexpr std::int64_t kDayQuarters = 96;
constexpr std::int64_t kQuarterNs = kBucketSeconds * kNsPerSecond;
constexpr std::int64_t kEpochWeekday = 3;  // 1970-01-01 was a Thursday
constexpr std::array<std::string_view, 7> kWeekdays = {"mon", "tue", "wed", "thu",
                                                       "fri", "sat", "sun"};

struct NamedZone {
  std::string_view name;
  std::int64_t offset_quarters;
};
// Without summer time since 1991; its earlier history prices nothing.
constexpr NamedZone kZones[] = {{"UTC", 0}, {"Asia/Shanghai", 32}};

absl::Status ErrorAt(const std::string& where, std::string_view problem) {
  return absl::InvalidArgumentError(absl::StrCat(where, " ", problem));
}

std::int64_t FloorDivide(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

void SetBit(std::array<std::uint64_t, kWeekWords>& bits, std::size_t at) {
  bits[at / 64] |= std::uint64_t{1} << (at % 64);
}
bool HasBit(const std::array<std::uint64_t, kWeekWords>& bits, std::size_t at) {
  return (bits[at / 64] >> (at % 64) & 1) != 0;
}

// Quarter of the day of "HH:MM"; 24:00 is the end of the day.
std::optional<std::int64_t> ParseTime(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  for (const std::size_t i : {0, 1, 3, 4}) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
  }
  const int hour = (text[0] - '0') * 10 + (text[1] - '0');
  const int minute = (text[3] - '0') * 10 + (text[4] - '0');
  if (hour > 24 || minute > 59 || minute % 15 != 0 || (hour == 24 && minute != 0)) {
    return std::nullopt;
  }
  return hour * 4 + minute / 15;
}

std::optional<std::int64_t> ParseZone(std::string_view text) {
  for (const NamedZone& zone : kZones) {
    if (zone.name == text) return zone.offset_quarters;
  }
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  const std::optional<std::int64_t> quarters = ParseTime(text.substr(1));
  if (!quarters.has_value() || *quarters > 14 * 4) return std::nullopt;
  return text[0] == '-' ? -*quarters : *quarters;
}

absl::StatusOr<std::vector<std::string>> ReadTexts(const std::string& where, const Json& json) {
  std::vector<std::string> texts;
  if (!json.is_array() || json.empty()) return ErrorAt(where, "must be a list of texts");
  for (const Json& item : json) {
    if (!item.is_string()) return ErrorAt(where, "must be a list of texts");
    texts.push_back(item.get<std::string>());
  }
  return texts;
}

absl::StatusOr<std::array<bool, 7>> ReadWeekdays(const std::string& where, const Json& json) {
  absl::StatusOr<std::vector<std::string>> names = ReadTexts(where, json);
  if (!names.ok()) return names.status();
  std::array<bool, 7> days = {};
  for (const std::string& name : *names) {
    const auto found = std::find(kWeekdays.begin(), kWeekdays.end(), name);
    if (found == kWeekdays.end()) {
      return ErrorAt(where, absl::StrCat("has the unknown day ", Quote(name), "; days are mon to ",
                                         kWeekdays.back()));
    }
    days[static_cast<std::size_t>(found - kWeekdays.begin())] = true;
  }
  return days;
}

absl::Status AddWindow(const std::string& where, const Json& json,
                       const std::array<bool, 7>& weekdays, SourceHours& hours,
                       std::vector<std::string>& texts) {
  absl::StatusOr<std::vector<std::string>> ends = ReadTexts(where, json);
  if (!ends.ok()) return ends.status();
  if (ends->size() != 2) return ErrorAt(where, "must be [\"HH:MM\", \"HH:MM\"]");
  const std::optional<std::int64_t> begin = ParseTime((*ends)[0]);
  std::optional<std::int64_t> end = ParseTime((*ends)[1]);
  if (!begin.has_value() || *begin == kDayQuarters || !end.has_value() || *begin == *end) {
    return ErrorAt(where, absl::StrCat(Quote((*ends)[0]), " to ", Quote((*ends)[1]),
                                       " is no window between two quarter hours"));
  }
  if (*end < *begin) *end += kDayQuarters;  // across midnight
  for (std::size_t day = 0; day < 7; ++day) {
    if (!weekdays[day]) continue;
    for (std::int64_t quarter = *begin; quarter < *end; ++quarter) {
      const auto at =
          static_cast<std::size_t>((static_cast<std::int64_t>(day) * kDayQuarters + quarter) %
                                   static_cast<std::int64_t>(kWeekQuarters));
      SetBit(quarter < kDayQuarters ? hours.same_day : hours.next_day, at);
    }
  }
  texts.push_back(absl::StrCat((*ends)[0], "-", (*ends)[1]));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<SourceHours> ReadHours(const std::string& where, const Json& json) {
  if (!json.is_object()) return ErrorAt(where, "must be an object");
  constexpr std::array<std::string_view, 4> kFields = {"windows", "weekdays", "zone", "except"};
  for (const auto& [key, value] : json.items()) {
    if (std::find(kFields.begin(), kFields.end(), key) == kFields.end()) {
      return ErrorAt(where,
                     absl::StrCat("has the unknown field ", Quote(key), NearestHint(key, kFields)));
    }
  }
  SourceHours hours;
  std::array<bool, 7> weekdays;
  weekdays.fill(true);
  if (json.contains("weekdays")) {
    TOKENTRA_ASSIGN_OR_RETURN(weekdays, ReadWeekdays(where + ".weekdays", json["weekdays"]));
  }
  std::string zone = "UTC";
  if (json.contains("zone")) {
    if (!json["zone"].is_string()) return ErrorAt(where + ".zone", "must be a text");
    zone = json["zone"].get<std::string>();
  }
  const std::optional<std::int64_t> offset = ParseZone(zone);
  if (!offset.has_value()) {
    return ErrorAt(where + ".zone", absl::StrCat(Quote(zone),
                                                 " is not UTC, an offset such as +08:00 or a zone "
                                                 "without summer time (Asia/Shanghai)"));
  }
  hours.offset_quarters = *offset;
  if (!json.contains("windows") || !json["windows"].is_array() || json["windows"].empty()) {
    return ErrorAt(where + ".windows", "must be a list of windows");
  }
  std::vector<std::string> windows;
  for (const Json& window : json["windows"]) {
    TOKENTRA_RETURN_IF_ERROR(AddWindow(where + ".windows", window, weekdays, hours, windows));
  }
  if (json.contains("except")) {
    absl::StatusOr<std::vector<std::string>> dates = ReadTexts(where + ".except", json["except"]);
    if (!dates.ok()) return dates.status();
    if (dates->size() > kExceptMax) {
      return ErrorAt(where + ".except", absl::StrCat("has more than ", kExceptMax, " dates"));
    }
    for (const std::string& date : *dates) {
      const absl::StatusOr<InstantNs> instant = ParseInstant(date + "T00:00:00Z");
      if (!instant.ok()) {
        return ErrorAt(where + ".except", absl::StrCat(Quote(date), " is no date"));
      }
      hours.except.push_back(FloorDivide(*instant, kQuarterNs * kDayQuarters));
    }
    std::sort(hours.except.begin(), hours.except.end());
  }
  std::vector<std::string_view> names;
  for (std::size_t day = 0; day < 7; ++day) {
    if (weekdays[day]) names.push_back(kWeekdays[day]);
  }
  hours.text = absl::StrCat(names.size() == 7 ? "" : absl::StrJoin(names, ","),
                            names.size() == 7 ? "" : " ", absl::StrJoin(windows, ", "), " ", zone);
  if (!hours.except.empty()) {
    absl::StrAppend(&hours.text, ", but for ", absl::StrJoin(hours.except, ","),
                    " (days since 1970)");
  }
  return hours;
}

bool HoursHold(const HoursRecord& hours, std::span<const std::int64_t> days, InstantNs at) {
  const std::int64_t quarter = FloorDivide(at, kQuarterNs) + hours.offset_quarters;
  const std::int64_t day = FloorDivide(quarter, kDayQuarters);
  const std::int64_t weekday = (day + kEpochWeekday) % 7;
  const auto place =
      static_cast<std::size_t>((weekday + 7) % 7 * kDayQuarters + (quarter - day * kDayQuarters));
  const std::span<const std::int64_t> except = CatalogImage::Slice(days, hours.except);
  const auto excepted = [&](std::int64_t begun) {
    return std::binary_search(except.begin(), except.end(), begun);
  };
  return (HasBit(hours.same_day, place) && !excepted(day)) ||
         (HasBit(hours.next_day, place) && !excepted(day - 1));
}

bool HoursMeet(const SourceHours& a, const SourceHours& b) {
  const auto inside = [](const SourceHours& hours, std::int64_t utc) {
    constexpr auto kWeek = static_cast<std::int64_t>(kWeekQuarters);
    const auto at = static_cast<std::size_t>((utc + hours.offset_quarters + kWeek) % kWeek);
    return HasBit(hours.same_day, at) || HasBit(hours.next_day, at);
  };
  for (std::int64_t quarter = 0; quarter < static_cast<std::int64_t>(kWeekQuarters); ++quarter) {
    if (inside(a, quarter) && inside(b, quarter)) return true;
  }
  return false;
}

}  // namespace tokentra
