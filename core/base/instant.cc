#include "core/base/instant.h"

#include <array>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/text.h"

namespace tokentra {
namespace {

struct Date {
  std::int64_t year;
  unsigned month;
  unsigned day;
};

bool IsLeap(std::int64_t year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

unsigned DaysInMonth(std::int64_t year, unsigned month) {
  constexpr std::array<unsigned, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && IsLeap(year) ? 29 : kDays[month - 1];
}

// Days since 1970-01-01 in the proleptic Gregorian calendar, by eras of 400 years that begin on
// 1 March (so that the leap day is the last of its year).
std::int64_t DaysFromDate(const Date& date) {
  const std::int64_t year = date.month <= 2 ? date.year - 1 : date.year;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t month_from_march = (date.month + 9) % 12;
  const std::int64_t day_of_year = (153 * month_from_march + 2) / 5 + date.day - 1;
  const std::int64_t day_of_era =
      year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

Date DateFromDays(std::int64_t days) {
  days += 719468;
  const std::int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  const std::int64_t day_of_era = days - era * 146097;
  const std::int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const std::int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t month_from_march = (5 * day_of_year + 2) / 153;
  const auto day = static_cast<unsigned>(day_of_year - (153 * month_from_march + 2) / 5 + 1);
  const auto month =
      static_cast<unsigned>(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
  return {year_of_era + era * 400 + (month <= 2 ? 1 : 0), month, day};
}

// Reads fixed-width fields off the front of a text.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  std::optional<unsigned> Digits(std::size_t count) {
    if (rest_.size() < count) return std::nullopt;
    unsigned value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (rest_[i] < '0' || rest_[i] > '9') return std::nullopt;
      value = value * 10 + static_cast<unsigned>(rest_[i] - '0');
    }
    rest_.remove_prefix(count);
    return value;
  }

  // The next character when it is one of `any`, else 0.
  char Take(std::string_view any) {
    if (rest_.empty() || any.find(rest_.front()) == std::string_view::npos) return 0;
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }

  bool done() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

// Nanoseconds after a point; digits past the ninth are dropped. nullopt: no digit.
std::optional<std::int64_t> ReadFraction(Reader& reader) {
  std::int64_t nanoseconds = 0;
  std::int64_t weight = kNsPerSecond / 10;
  bool any = false;
  while (const std::optional<unsigned> digit = reader.Digits(1)) {
    any = true;
    nanoseconds += weight * static_cast<std::int64_t>(*digit);
    weight /= 10;
  }
  if (!any) return std::nullopt;
  return nanoseconds;
}

std::optional<std::int64_t> ReadOffsetSeconds(Reader& reader) {
  if (reader.Take("Zz") != 0) return 0;
  const char sign = reader.Take("+-");
  if (sign == 0) return std::nullopt;
  const std::optional<unsigned> hours = reader.Digits(2);
  if (!hours || *hours > 23 || reader.Take(":") == 0) return std::nullopt;
  const std::optional<unsigned> minutes = reader.Digits(2);
  if (!minutes || *minutes > 59) return std::nullopt;
  const std::int64_t seconds = std::int64_t{*hours} * 3600 + std::int64_t{*minutes} * 60;
  return sign == '-' ? -seconds : seconds;
}

// Whole seconds since the epoch and the nanoseconds after them.
struct Moment {
  std::int64_t seconds;
  std::int64_t nanoseconds;
};

// A leap second ends a day of UTC and counts as the first second of the next one.
bool IsLeapSecond(std::int64_t seconds_after) { return seconds_after % 86400 == 0; }

std::optional<Moment> Read(std::string_view text) {
  Reader reader(text);
  const auto year = reader.Digits(4);
  if (!year || reader.Take("-") == 0) return std::nullopt;
  const auto month = reader.Digits(2);
  if (!month || *month < 1 || *month > 12 || reader.Take("-") == 0) return std::nullopt;
  const auto day = reader.Digits(2);
  if (!day || *day < 1 || *day > DaysInMonth(*year, *month)) return std::nullopt;
  if (reader.Take("Tt ") == 0) return std::nullopt;
  const auto hour = reader.Digits(2);
  if (!hour || *hour > 23 || reader.Take(":") == 0) return std::nullopt;
  const auto minute = reader.Digits(2);
  if (!minute || *minute > 59 || reader.Take(":") == 0) return std::nullopt;
  const auto second = reader.Digits(2);
  if (!second || *second > 60) return std::nullopt;
  std::int64_t fraction = 0;
  if (reader.Take(".") != 0) {
    const auto read = ReadFraction(reader);
    if (!read) return std::nullopt;
    fraction = *read;
  }
  const auto offset = ReadOffsetSeconds(reader);
  if (!offset || !reader.done()) return std::nullopt;

  const std::int64_t seconds = DaysFromDate({*year, *month, *day}) * 86400 +
                               std::int64_t{*hour} * 3600 + std::int64_t{*minute} * 60 +
                               std::int64_t{*second} - *offset;
  if (*second == 60 && !IsLeapSecond(seconds)) return std::nullopt;
  return Moment{seconds, fraction};
}

void AppendPadded(std::string& out, std::int64_t value, std::size_t width) {
  const std::string digits = absl::StrCat(value);
  if (digits.size() < width) out.append(width - digits.size(), '0');
  out += digits;
}

}  // namespace

absl::StatusOr<InstantNs> ParseInstant(std::string_view text) {
  const std::optional<Moment> moment = Read(text);
  if (!moment) {
    return absl::InvalidArgumentError(absl::StrCat(
        "instant ", Quote(text), " is not RFC 3339 with a zone, such as 2026-10-15T12:00:00Z"));
  }
  InstantNs instant = 0;
  if (__builtin_mul_overflow(moment->seconds, kNsPerSecond, &instant) ||
      __builtin_add_overflow(instant, moment->nanoseconds, &instant) || instant == kNoInstant) {
    return absl::InvalidArgumentError(
        absl::StrCat("instant ", Quote(text),
                     " is outside what 64 bits of nanoseconds hold, 1677-09-22 to 2262-04-11"));
  }
  return instant;
}

std::string FormatInstant(InstantNs instant) {
  std::int64_t seconds = instant / kNsPerSecond;
  std::int64_t nanoseconds = instant % kNsPerSecond;
  if (nanoseconds < 0) {
    nanoseconds += kNsPerSecond;
    --seconds;
  }
  std::int64_t days = seconds / 86400;
  std::int64_t of_day = seconds % 86400;
  if (of_day < 0) {
    of_day += 86400;
    --days;
  }
  const Date date = DateFromDays(days);
  std::string out;
  AppendPadded(out, date.year, 4);
  out += '-';
  AppendPadded(out, date.month, 2);
  out += '-';
  AppendPadded(out, date.day, 2);
  out += 'T';
  AppendPadded(out, of_day / 3600, 2);
  out += ':';
  AppendPadded(out, of_day / 60 % 60, 2);
  out += ':';
  AppendPadded(out, of_day % 60, 2);
  if (nanoseconds != 0) {
    std::string fraction;
    AppendPadded(fraction, nanoseconds, 9);
    while (fraction.back() == '0') fraction.pop_back();
    out += '.';
    out += fraction;
  }
  out += 'Z';
  return out;
}

}  // namespace tokentra
