// Method: instants around the midnights of a zone whose offset changes, worked out by hand.

#include "core/base/zone.h"

#include <gtest/gtest.h>

#include <vector>

namespace tokentra {
namespace {

InstantNs At(std::string_view text) { return *ParseInstant(text); }

// Berlin in 2026.
std::vector<ZoneOffset> Berlin() {
  return {{kNoInstant + 1, 3600},
          {At("2026-03-29T01:00:00Z"), 7200},
          {At("2026-10-25T01:00:00Z"), 3600}};
}

TEST(ZoneTest, OffsetsHoldFromTheirInstant) {
  EXPECT_EQ(OffsetAt(0, {}), 0);
  EXPECT_EQ(OffsetAt(At("2026-03-29T00:59:59Z"), Berlin()), 3600);
  EXPECT_EQ(OffsetAt(At("2026-03-29T01:00:00Z"), Berlin()), 7200);
  const std::vector<ZoneOffset> later = {{At("2026-01-01T00:00:00Z"), 900}};
  EXPECT_EQ(OffsetAt(At("2025-12-31T23:59:59Z"), later), 0);
}

TEST(ZoneTest, PlainDaysStartAtLocalMidnight) {
  EXPECT_EQ(PlainDayStart(At("1969-12-31T23:45:00Z"), {}), At("1969-12-31T00:00:00Z"));
  EXPECT_EQ(PlainDayStart(At("1970-01-01T00:00:00Z"), {}), At("1970-01-01T00:00:00Z"));
  EXPECT_EQ(PlainDayStart(At("2026-03-27T22:59:59Z"), Berlin()), At("2026-03-26T23:00:00Z"));
  EXPECT_EQ(PlainDayStart(At("2026-03-27T23:00:00Z"), Berlin()), At("2026-03-27T23:00:00Z"));
  EXPECT_EQ(PlainDayStart(At("2026-07-01T21:59:59Z"), Berlin()), At("2026-06-30T22:00:00Z"));
}

TEST(ZoneTest, DaysOnWhichTheOffsetChangesAreNotPlain) {
  // 28 March 23:00 to 29 March 22:00: 23 hours.
  EXPECT_EQ(PlainDayStart(At("2026-03-28T22:45:00Z"), Berlin()), At("2026-03-27T23:00:00Z"));
  for (const auto* at : {"2026-03-28T23:00:00Z", "2026-03-29T00:45:00Z", "2026-03-29T01:00:00Z",
                         "2026-03-29T21:45:00Z"}) {
    EXPECT_EQ(PlainDayStart(At(at), Berlin()), std::nullopt) << at;
  }
  EXPECT_EQ(PlainDayStart(At("2026-03-29T22:00:00Z"), Berlin()), At("2026-03-29T22:00:00Z"));
  // 24 October 22:00 to 25 October 23:00: 25 hours.
  for (const auto* at : {"2026-10-24T22:00:00Z", "2026-10-25T00:45:00Z", "2026-10-25T01:00:00Z",
                         "2026-10-25T22:45:00Z"}) {
    EXPECT_EQ(PlainDayStart(At(at), Berlin()), std::nullopt) << at;
  }
  EXPECT_EQ(PlainDayStart(At("2026-10-25T23:00:00Z"), Berlin()), At("2026-10-25T23:00:00Z"));
}

TEST(ZoneTest, AChangeAtMidnightLeavesBothDaysPlain) {
  const std::vector<ZoneOffset> zone = {{At("2026-06-01T00:00:00Z"), 0},
                                        {At("2026-06-02T00:00:00Z"), 3600}};
  EXPECT_EQ(PlainDayStart(At("2026-06-01T12:00:00Z"), zone), At("2026-06-01T00:00:00Z"));
  // From midnight the clock shows 01:00: a day of 23 hours, whose start has the old offset.
  EXPECT_EQ(PlainDayStart(At("2026-06-02T12:00:00Z"), zone), std::nullopt);
  EXPECT_EQ(PlainDayStart(At("2026-06-02T23:00:00Z"), zone), At("2026-06-02T23:00:00Z"));
}

}  // namespace
}  // namespace tokentra
