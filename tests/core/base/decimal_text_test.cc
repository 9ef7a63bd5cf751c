// Method: texts and their shortest plain form, by hand; rounding against the definition (half to
// even) at, below and above the half; then every value k x 10^e of a small domain against integer
// arithmetic.

#include "core/base/decimal_text.h"

#include <string>

#include "gtest/gtest.h"

namespace tokentra {
namespace {

std::string Plain(std::string_view text) {
  const auto decimal = DecimalText::Parse(text);
  return decimal.has_value() ? decimal->ToString() : "none";
}

TEST(DecimalTextTest, ShortestPlainForm) {
  const struct {
    const char* text;
    const char* plain;
  } kCases[] = {{"0", "0"},
                {"-0.0", "0"},
                {"00120", "120"},
                {"1e3", "1000"},
                {"1.50", "1.5"},
                {"2.5E-06", "0.0000025"},
                {".5", "0.5"},
                {"5.", "5"},
                {"-1.25e+1", "-12.5"},
                {"3e-07", "0.0000003"},
                {"", "none"},
                {".", "none"},
                {"e5", "none"},
                {"1e", "none"},
                {"1e99999", "none"},
                {"1e500", "none"},
                {"0x1", "none"},
                {"1 ", "none"},
                {"NaN", "none"},
                {"--1", "none"},
                {"1.2.3", "none"}};
  for (const auto& one : kCases) EXPECT_EQ(Plain(one.text), one.plain) << one.text;
  EXPECT_EQ(Plain(std::string(64, '7')), std::string(64, '7'));
  EXPECT_EQ(Plain(std::string(65, '7')), "none");
  EXPECT_EQ(Plain("0." + std::string(401, '1')), "none");
}

TEST(DecimalTextTest, RoundsHalfToEven) {
  const struct {
    const char* text;
    std::size_t count;
    const char* rounded;
  } kCases[] = {{"1.0000000000000001e-07", 12, "0.0000001"},
                {"1.5000020000000002e-05", 12, "0.00001500002"},
                {"9.499999999999999e-07", 12, "0.00000095"},
                {"125", 2, "120"},
                {"135", 2, "140"},
                {"1251", 2, "1300"},
                {"995", 2, "1000"},
                {"99.5", 2, "100"},
                {"-0.25", 1, "-0.2"},
                {"12", 5, "12"},
                {"12", 0, "12"}};
  for (const auto& one : kCases) {
    EXPECT_EQ(DecimalText::Parse(one.text)->Rounded(one.count).ToString(), one.rounded) << one.text;
  }
}

TEST(DecimalTextTest, ShiftsAgreeWithIntegers) {
  for (int value = -1200; value <= 1200; ++value) {
    const std::string text = std::to_string(value);
    EXPECT_EQ(DecimalText::Parse(text)->Shifted(3).ToString(), std::to_string(value * 1000));
    EXPECT_EQ(DecimalText::Parse(text + "e-2")->Shifted(2).ToString(), text);
    EXPECT_EQ(DecimalText::Parse(text)->is_negative(), value < 0);
    EXPECT_EQ(DecimalText::Parse(text)->is_zero(), value == 0);
  }
}

}  // namespace
}  // namespace tokentra
