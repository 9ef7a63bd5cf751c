// Method: products and differences worked out by hand, against fractions in a common denominator,
// and at the edges of what 128 bits hold.

#include "core/catalog/rate_change.h"

#include "gtest/gtest.h"

namespace tokentra {
namespace {

Rate RateOf(std::string_view amount, std::uint64_t per) { return {*Money::Parse(amount), per}; }
Money Factor(std::string_view text) { return *Money::Parse(text); }

TEST(RateChangeTest, ScalesExactly) {
  EXPECT_EQ(ScaleRate(RateOf("2.5", 1'000'000), Factor("0.8")), RateOf("2", 1'000'000));
  EXPECT_EQ(ScaleRate(RateOf("0.15", 1'000'000), Factor("0.87655")),
            RateOf("0.1314825", 1'000'000));
  EXPECT_EQ(ScaleRate(RateOf("3", 7), Factor("0")), RateOf("0", 7));
  EXPECT_EQ(ScaleRate(RateOf("0", 7), Factor("1.5")), RateOf("0", 7));
  EXPECT_EQ(ScaleRate(RateOf("3", 7), Factor("1")), RateOf("3", 7));
}

TEST(RateChangeTest, WhatEighteenDecimalsCannotHoldIsPerMoreQuanta) {
  EXPECT_EQ(ScaleRate(RateOf("0.000000000000000001", 1), Factor("0.1")),
            RateOf("0.000000000000000001", 10));
  EXPECT_EQ(ScaleRate(RateOf("0.000000000000000003", 2), Factor("0.75")),
            RateOf("0.000000000000000009", 8));
}

TEST(RateChangeTest, RefusesWhatIsBeyondAllBits) {
  EXPECT_EQ(ScaleRate(RateOf("99999999999999999999", 1), Factor("2")), std::nullopt);
  EXPECT_EQ(
      ScaleRate(RateOf("0.000000000000000001", 1'000'000'000'000), Factor("0.000000000000000001")),
      std::nullopt);
}

TEST(RateChangeTest, SubtractsInACommonDenominator) {
  EXPECT_EQ(SubtractRate(RateOf("2.5", 1'000'000), RateOf("0.5", 1'000'000)),
            RateOf("2", 1'000'000));
  // 2.5 per million less 0.001 per thousand is 1.5 per million.
  EXPECT_EQ(SubtractRate(RateOf("2.5", 1'000'000), RateOf("0.001", 1'000)),
            RateOf("1.5", 1'000'000));
  // 1/3 - 1/4 = 1/12, as 0.25 / 3.
  EXPECT_EQ(SubtractRate(RateOf("1", 3), RateOf("1", 4)), RateOf("0.25", 3));
}

TEST(RateChangeTest, NeverFallsBelowNothing) {
  EXPECT_EQ(SubtractRate(RateOf("1", 10), RateOf("1", 10)), RateOf("0", 10));
  EXPECT_EQ(SubtractRate(RateOf("1", 10), RateOf("2", 10)), RateOf("0", 10));
  EXPECT_EQ(SubtractRate(RateOf("0.1", 1'000), RateOf("0.1", 999)), RateOf("0", 1'000));
}

}  // namespace
}  // namespace tokentra
