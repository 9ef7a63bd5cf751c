// Hours of the week: every edge at -1, 0, +1 against what a calendar says, by hand.

#include "core/catalog/hours.h"

#include <string>

#include "core/base/json.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/catalog/catalog_testing.h"

namespace tokentra {
namespace {

using ::testing::HasSubstr;

SourceHours HoursOf(const std::string& json) {
  absl::StatusOr<SourceHours> hours = ReadHours("hours", *ParseJson(json, "test"));
  EXPECT_TRUE(hours.ok()) << hours.status();
  return hours.ok() ? *hours : SourceHours();
}

bool Hold(const std::string& json, const std::string& at, InstantNs later = 0) {
  const SourceHours hours = HoursOf(json);
  HoursRecord record;
  record.same_day = hours.same_day;
  record.next_day = hours.next_day;
  record.offset_quarters = hours.offset_quarters;
  record.except = {0, static_cast<std::uint32_t>(hours.except.size())};
  return HoursHold(record, hours.except, *ParseInstant(at) + later);
}

// 2026-10-01 is a Thursday.
TEST(HoursTest, EdgesOfWindows) {
  const std::string peak = R"({"windows": [["01:00", "04:00"], ["06:00", "10:00"]]})";
  for (const char* begin : {"2026-10-01T01:00:00Z", "2026-10-04T06:00:00Z"}) {
    EXPECT_FALSE(Hold(peak, begin, -1)) << begin;
    EXPECT_TRUE(Hold(peak, begin)) << begin;
    EXPECT_TRUE(Hold(peak, begin, 1)) << begin;
  }
  for (const char* end : {"2026-10-01T04:00:00Z", "1969-12-31T10:00:00Z"}) {
    EXPECT_TRUE(Hold(peak, end, -1)) << end;
    EXPECT_FALSE(Hold(peak, end)) << end;
  }
  EXPECT_TRUE(Hold(R"({"windows": [["00:00", "24:00"]]})", "2026-10-01T23:59:59.999999999Z"));
}

TEST(HoursTest, AWindowAcrossMidnightBelongsToItsFirstDay) {
  const std::string friday = R"({"windows": [["22:00", "06:00"]], "weekdays": ["fri"]})";
  EXPECT_FALSE(Hold(friday, "2026-10-02T05:59:59Z"));  // what Thursday would have begun
  EXPECT_FALSE(Hold(friday, "2026-10-02T21:59:59Z"));
  EXPECT_TRUE(Hold(friday, "2026-10-02T22:00:00Z"));
  EXPECT_TRUE(Hold(friday, "2026-10-03T05:59:59Z"));
  EXPECT_FALSE(Hold(friday, "2026-10-03T06:00:00Z"));
  EXPECT_FALSE(Hold(friday, "2026-10-03T22:00:00Z"));
  // Sunday's runs into the first hours of the next week.
  const std::string sunday = R"({"windows": [["22:00", "06:00"]], "weekdays": ["sun"]})";
  EXPECT_TRUE(Hold(sunday, "2026-10-05T05:45:00Z"));
  // An excepted day takes its part after midnight along; the day before keeps its own.
  const std::string but = R"({"windows": [["22:00", "06:00"]], "except": ["2026-10-02"]})";
  EXPECT_TRUE(Hold(but, "2026-10-02T05:00:00Z"));
  EXPECT_FALSE(Hold(but, "2026-10-02T23:00:00Z"));
  EXPECT_FALSE(Hold(but, "2026-10-03T05:00:00Z"));
  EXPECT_TRUE(Hold(but, "2026-10-03T22:00:00Z"));
}

TEST(HoursTest, WeekdaysAndDatesAreThoseOfTheZone) {
  const std::string monday =
      R"({"windows": [["00:00", "24:00"]], "weekdays": ["mon"], "zone": "Asia/Shanghai"})";
  EXPECT_FALSE(Hold(monday, "2026-10-04T15:59:59Z"));
  EXPECT_TRUE(Hold(monday, "2026-10-04T16:00:00Z"));
  EXPECT_TRUE(Hold(monday, "2026-10-05T15:59:59Z"));
  EXPECT_FALSE(Hold(monday, "2026-10-05T16:00:00Z"));
  const std::string west = R"({"windows": [["09:00", "17:00"]], "zone": "-03:30",
                               "except": ["2026-10-01"]})";
  EXPECT_TRUE(Hold(west, "2026-10-02T12:30:00Z"));
  EXPECT_FALSE(Hold(west, "2026-10-02T12:29:59Z"));
  EXPECT_FALSE(Hold(west, "2026-10-01T12:30:00Z"));
}

TEST(HoursTest, MeetingIsDecidedInUtc) {
  const SourceHours utc = HoursOf(R"({"windows": [["01:00", "04:00"]]})");
  EXPECT_TRUE(
      HoursMeet(utc, HoursOf(R"({"windows": [["09:00", "09:15"]], "zone": "Asia/Shanghai"})")));
  EXPECT_FALSE(HoursMeet(utc, HoursOf(R"({"windows": [["12:00", "01:00"]], "zone": "+00:00"})")));
  EXPECT_FALSE(
      HoursMeet(HoursOf(R"({"windows": [["00:00", "24:00"]], "weekdays": ["mon"]})"),
                HoursOf(R"({"windows": [["00:00", "24:00"]], "weekdays": ["tue", "sun"]})")));
}

TEST(HoursTest, BadHoursAreRefusedByName) {
  const std::pair<const char*, const char*> kCases[] = {
      {R"([])", "must be an object"},
      {R"({"windows": []})", "windows must be a list of windows"},
      {R"({"window": [["01:00", "02:00"]]})", "unknown field \"window\""},
      {R"({"windows": [["01:00"]]})", "must be [\"HH:MM\", \"HH:MM\"]"},
      {R"({"windows": [["01:00", "01:00"]]})", "is no window"},
      {R"({"windows": [["01:10", "02:00"]]})", "is no window"},
      {R"({"windows": [["24:00", "02:00"]]})", "is no window"},
      {R"({"windows": [["01:00", "02:00"]], "weekdays": ["monday"]})", "unknown day \"monday\""},
      {R"({"windows": [["01:00", "02:00"]], "zone": "Europe/Berlin"})", "Europe/Berlin"},
      {R"({"windows": [["01:00", "02:00"]], "except": ["2026-02-30"]})", "is no date"},
  };
  for (const auto& [json, message] : kCases) {
    const absl::StatusOr<SourceHours> hours = ReadHours("hours", *ParseJson(json, "test"));
    ASSERT_FALSE(hours.ok()) << json;
    EXPECT_THAT(std::string(hours.status().message()), HasSubstr(message));
  }
}

TEST(HoursTest, RowsWithHoursWinInsideAndMayNotOverlap) {
  const auto row = [](const char* rate, const char* hours) {
    return catalog_test::Row(std::string(R"("input_tokens": [")") + rate + R"(", 1000000])",
                             std::string(R"("conditions": {"hours": )") + hours + "}");
  };
  const std::string plain = catalog_test::PlainRow();
  const std::string night = row("1", R"({"windows": [["20:00", "02:00"]]})");
  const std::string morning = row("2", R"({"windows": [["02:00", "06:00"]]})");
  const std::string late = row("3", R"({"windows": [["23:00", "23:15"]]})");
  EXPECT_NE(catalog_test::CatalogOf({catalog_test::Provider(
                catalog_test::Model("m", plain + "," + night + "," + morning))}),
            nullptr);
  EXPECT_THAT(catalog_test::ErrorOf({catalog_test::Provider(
                  catalog_test::Model("m", plain + "," + night + "," + late))}),
              HasSubstr("overlaps"));
}

}  // namespace
}  // namespace tokentra
