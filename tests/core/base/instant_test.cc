// Method: tables of valid and invalid RFC 3339 texts; every day of the years 1678 to 2261 against
// a calendar that counts one day after the other; random instants round trip.

#include "core/base/instant.h"

#include <cstdio>
#include <random>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tokentra {
namespace {

using ::testing::HasSubstr;

constexpr InstantNs kSecond = kNsPerSecond;

TEST(InstantTest, ValidTexts) {
  const struct {
    const char* text;
    InstantNs instant;
  } kCases[] = {
      {"1970-01-01T00:00:00Z", 0},
      {"1970-01-01t00:00:00z", 0},
      {"1970-01-01 00:00:00Z", 0},
      {"1970-01-01T00:00:01.5Z", kSecond * 3 / 2},
      {"1970-01-01T00:00:00.000000001Z", 1},
      {"1970-01-01T00:00:00.0000000019Z", 1},  // past nine digits: dropped
      {"1969-12-31T23:59:59Z", -kSecond},
      {"1969-12-31T23:59:59.999999999Z", -1},
      {"1970-01-01T01:00:00+01:00", 0},
      {"1969-12-31T14:30:00-09:30", 0},
      {"1970-01-01T23:59:00+23:59", 0},
      {"1970-01-01T00:00:00-00:00", 0},
      {"1972-06-30T23:59:60Z", 78'796'800 * kSecond},  // a leap second is the next instant
      {"1972-07-01T01:59:60+02:00", 78'796'800 * kSecond},
      {"2000-02-29T00:00:00Z", 951'782'400 * kSecond},
      {"2026-10-15T12:00:00Z", 1'792'065'600 * kSecond},
      {"2026-10-15T14:00:00.5+02:00", 1'792'065'600 * kSecond + kSecond / 2},
  };
  for (const auto& one : kCases) {
    const absl::StatusOr<InstantNs> instant = ParseInstant(one.text);
    ASSERT_TRUE(instant.ok()) << instant.status();
    EXPECT_EQ(*instant, one.instant) << one.text;
  }
}

TEST(InstantTest, InvalidTextsAreNamed) {
  for (const char* text : {"",
                           "now",
                           "2026-10-15",
                           "2026-10-15T12:00:00",
                           "2026-10-15T12:00Z",
                           "2026-10-15T12:00:00ZZ",
                           " 2026-10-15T12:00:00Z",
                           "2026-10-15T12:00:00Z ",
                           "26-10-15T12:00:00Z",
                           "02026-10-15T12:00:00Z",
                           "-2026-10-15T12:00:00Z",
                           "2026-00-15T12:00:00Z",
                           "2026-13-15T12:00:00Z",
                           "2026-10-00T12:00:00Z",
                           "2026-10-32T12:00:00Z",
                           "2026-11-31T12:00:00Z",
                           "2026-02-29T12:00:00Z",
                           "2100-02-29T12:00:00Z",
                           "2024-02-30T12:00:00Z",
                           "2026-10-15T24:00:00Z",
                           "2026-10-15T12:60:00Z",
                           "2026-10-15T12:00:61Z",
                           "2026-10-15T12:00:60Z",
                           "2026-10-15T23:59:60+01:00",
                           "2026-10-15T12:00:00.Z",
                           "2026-10-15T12:00:00,5Z",
                           "2026-10-15T12:00:00+24:00",
                           "2026-10-15T12:00:00+01:60",
                           "2026-10-15T12:00:00+1:00",
                           "2026-10-15T12:00:00+0100",
                           "2026-10-15T12:00:00+01",
                           "2026-10-15T12:00:00 Z",
                           "2026/10/15T12:00:00Z",
                           "2026-10-15X12:00:00Z",
                           "2026-1-15T12:00:00Z",
                           "1600-01-01T00:00:00Z",
                           "2300-01-01T00:00:00Z",
                           "0000-01-01T00:00:00Z",
                           "9999-12-31T23:59:59Z"}) {
    const absl::StatusOr<InstantNs> instant = ParseInstant(text);
    ASSERT_FALSE(instant.ok()) << text;
    EXPECT_EQ(instant.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(instant.status().message()),
                HasSubstr("\"" + std::string(text) + "\""));
  }
  EXPECT_FALSE(ParseInstant(std::string("2026-10-15T12:00:00\0Z", 21)).ok());
  for (const char* text : {"0000-01-01T00:00:00Z", "9999-12-31T23:59:59Z"}) {
    EXPECT_THAT(std::string(ParseInstant(text).status().message()),
                HasSubstr("is outside what 64 bits of nanoseconds hold"));
  }
  EXPECT_THAT(std::string(ParseInstant("2026-10-15T12:00:60Z").status().message()),
              HasSubstr("is not RFC 3339"));
}

bool IsLeap(int year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

// The whole promised range, day by day from its first.
TEST(InstantTest, EveryDay) {
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  InstantNs expected = *ParseInstant("1678-01-01T00:00:00Z");
  constexpr InstantNs kDay = 86'400 * kSecond;
  InstantNs epoch = 1;
  for (int year = 1678; year <= 2261; ++year) {
    for (int month = 1; month <= 12; ++month) {
      const int days = kDays[month - 1] + (month == 2 && IsLeap(year) ? 1 : 0);
      for (int day = 1; day <= days; ++day, expected += kDay) {
        char text[32];
        std::snprintf(text, sizeof(text), "%04d-%02d-%02dT00:00:00Z", year, month, day);
        const absl::StatusOr<InstantNs> instant = ParseInstant(text);
        ASSERT_TRUE(instant.ok()) << instant.status();
        ASSERT_EQ(*instant, expected) << text;
        ASSERT_EQ(FormatInstant(expected), text);
        if (std::string(text).starts_with("1970-01-01")) epoch = expected;
      }
    }
  }
  EXPECT_EQ(epoch, 0);
}

TEST(InstantTest, FirstAndLastInstants) {
  for (const char* text : {"1678-01-01T00:00:00Z", "2261-12-31T23:59:59.999999999Z"}) {
    const absl::StatusOr<InstantNs> instant = ParseInstant(text);
    ASSERT_TRUE(instant.ok()) << instant.status();
    EXPECT_EQ(FormatInstant(*instant), text);
  }
  EXPECT_FALSE(ParseInstant("1677-09-21T00:12:43Z").ok());
  EXPECT_FALSE(ParseInstant("2262-04-11T23:47:17Z").ok());
}

TEST(InstantTest, RandomRoundTrips) {
  constexpr std::uint64_t kSeed = 3;
  SCOPED_TRACE(testing::Message() << "seed " << kSeed);
  std::mt19937_64 random(kSeed);
  const InstantNs first = *ParseInstant("1678-01-01T00:00:00Z");
  const InstantNs last = *ParseInstant("2261-12-31T23:59:59Z");
  std::uniform_int_distribution<InstantNs> any(first, last);
  for (int i = 0; i < 20'000; ++i) {
    InstantNs instant = any(random);
    // All precisions, whole seconds among them.
    for (std::uint64_t cut = random() % 10; cut > 0; --cut) instant -= instant % 10, instant /= 10;
    const std::string text = FormatInstant(instant);
    ASSERT_EQ(*ParseInstant(text), instant) << text;
    ASSERT_TRUE(text.find('.') == std::string::npos || text[text.size() - 2] != '0') << text;
    // The same instant in another zone.
    const int minutes = static_cast<int>(random() % 2880) - 1440;
    if (minutes == -1440) continue;
    const InstantNs local = instant + minutes * 60 * kSecond;
    std::string shifted = FormatInstant(local);
    shifted.pop_back();
    char zone[8];
    std::snprintf(zone, sizeof(zone), "%c%02d:%02d", minutes < 0 ? '-' : '+',
                  std::abs(minutes) / 60, std::abs(minutes) % 60);
    ASSERT_EQ(*ParseInstant(shifted + zone), instant) << shifted << zone;
  }
}

TEST(InstantTest, PrintsAsManyDecimalsAsNeeded) {
  EXPECT_EQ(FormatInstant(0), "1970-01-01T00:00:00Z");
  EXPECT_EQ(FormatInstant(kSecond / 2), "1970-01-01T00:00:00.5Z");
  EXPECT_EQ(FormatInstant(1), "1970-01-01T00:00:00.000000001Z");
  EXPECT_EQ(FormatInstant(-1), "1969-12-31T23:59:59.999999999Z");
  EXPECT_EQ(FormatInstant(1'000), "1970-01-01T00:00:00.000001Z");
}

}  // namespace
}  // namespace tokentra
