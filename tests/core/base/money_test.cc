// Method: parsing and printing are inverse on every text of few digits, exhaustively; limits are
// tried at one below, at and one above; Multiply against schoolbook arithmetic on decimal digits.
// money_oracle_test.cc compares the same functions with Python's decimal.Decimal.

#include "core/base/money.h"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tokentra {
namespace {

using ::testing::HasSubstr;

Money Attos(Int128 attos) { return *Money::FromAttos(attos); }

TEST(MoneyTest, TextsAndAttos) {
  const struct {
    const char* text;
    Int128 attos;
    const char* printed;
  } kCases[] = {
      {"0", 0, "0"},
      {"-0", 0, "0"},
      {"+0.000", 0, "0"},
      {"1", Money::kUnit, "1"},
      {"12", 12 * Money::kUnit, "12"},
      {"1.", Money::kUnit, "1"},
      {".5", Money::kUnit / 2, "0.5"},
      {"-0.5", -Money::kUnit / 2, "-0.5"},
      {"0.00875", Money::kUnit / 100'000 * 875, "0.00875"},
      {"0.000000000000000001", 1, "0.000000000000000001"},
      {"0.0000000000000000010000", 1, "0.000000000000000001"},
      {"100", 100 * Money::kUnit, "100"},
      {"00012.50", 25 * Money::kUnit / 2, "12.5"},
  };
  for (const auto& one : kCases) {
    const absl::StatusOr<Money> money = Money::Parse(one.text);
    ASSERT_TRUE(money.ok()) << money.status();
    EXPECT_TRUE(money->attos() == one.attos) << one.text;
    EXPECT_EQ(money->ToString(), one.printed);
  }
}

TEST(MoneyTest, RefusedTextsNameTheTextAndWhy) {
  const struct {
    const char* text;
    const char* why;
  } kCases[] = {
      {"", "has no digits"},
      {"-", "has no digits"},
      {"+.", "has no digits"},
      {".", "has no digits"},
      {"1.2.3", "has two decimal points"},
      {"0.0000000000000000000.", "has two decimal points"},
      {"1e3", "is no decimal number"},
      {"1,5", "is no decimal number"},
      {" 1", "is no decimal number"},
      {"1 ", "is no decimal number"},
      {"--1", "is no decimal number"},
      {"+-1", "is no decimal number"},
      {"1-", "is no decimal number"},
      {"NaN", "is no decimal number"},
      {"0x10", "is no decimal number"},
      {"0.0000000000000000001", "has more than 18 decimals"},
      {"0.0000000000000000000000000000000001", "has more than 18 decimals"},
      {"100000000000000000000", "is out of range"},
      {"-100000000000000000000", "is out of range"},
  };
  for (const auto& one : kCases) {
    const absl::StatusOr<Money> money = Money::Parse(one.text);
    ASSERT_FALSE(money.ok()) << one.text;
    EXPECT_EQ(money.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(money.status().message()), HasSubstr(one.why));
    EXPECT_THAT(std::string(money.status().message()),
                HasSubstr("\"" + std::string(one.text) + "\""));
  }
  const std::string nul("1\0", 2);
  EXPECT_FALSE(Money::Parse(nul).ok());
  EXPECT_LT(Money::Parse(std::string(10'000, 'x')).status().message().size(), 200u);
  EXPECT_FALSE(Money::Parse(std::string(10'000, '9')).ok());
  EXPECT_TRUE(Money::Parse(std::string(10'000, '0') + "7").ok());
}

// All numbers of three digits at every place of the point: text -> money -> text -> money.
TEST(MoneyTest, RoundTripExhaustive) {
  for (int number = -999; number <= 999; ++number) {
    Int128 power = 1;
    for (int exponent = 0; exponent < 36; ++exponent, power *= 10) {
      const Money money = Attos(power * number);
      const std::string text = money.ToString();
      ASSERT_EQ(*Money::Parse(text), money) << text;
      ASSERT_EQ(*Money::Parse(text + (text.find('.') == std::string::npos ? ".0" : "0")), money);
      // Shortest: no zero that could go.
      ASSERT_TRUE(text.find('.') == std::string::npos || text.back() != '0') << text;
      ASSERT_TRUE(text == "0" || text.find_first_not_of("-0.") != std::string::npos) << text;
      ASSERT_EQ(text.starts_with('-'), number < 0);
    }
  }
}

TEST(MoneyTest, RangeAtItsLimits) {
  constexpr Int128 kMax = Money::kMax;
  for (const int sign : {1, -1}) {
    EXPECT_TRUE(Money::FromAttos(sign * (kMax - 1)).has_value());
    EXPECT_TRUE(Money::FromAttos(sign * kMax).has_value());
    EXPECT_FALSE(Money::FromAttos(sign * (kMax + 1)).has_value());
  }
  const std::string integral(20, '9');
  const std::string limit = integral + "." + std::string(18, '9');
  EXPECT_EQ(Attos(kMax).ToString(), limit);
  EXPECT_EQ(Attos(-kMax).ToString(), "-" + limit);
  EXPECT_TRUE(Money::Parse(limit)->attos() == kMax);
  EXPECT_TRUE(Money::Parse("-" + limit)->attos() == -kMax);
  EXPECT_TRUE(Money::Parse(integral + "." + std::string(17, '9') + "8")->attos() == kMax - 1);
  EXPECT_FALSE(Money::Parse("1" + std::string(20, '0')).ok());
  EXPECT_FALSE(Money::Parse("1" + std::string(20, '0') + ".0").ok());
}

TEST(MoneyTest, AddRefusesOverflowAndChangesNothing) {
  for (const int sign : {1, -1}) {
    Money money = Attos(sign * (Money::kMax - 1));
    EXPECT_TRUE(money.Add(Attos(sign)));
    EXPECT_TRUE(money.attos() == sign * Money::kMax);
    EXPECT_FALSE(money.Add(Attos(sign)));
    EXPECT_TRUE(money.attos() == sign * Money::kMax);
    EXPECT_FALSE(money.Add(Attos(sign * Money::kMax)));
    EXPECT_TRUE(money.Add(Attos(-sign * Money::kMax)));
    EXPECT_EQ(money, Money());
  }
}

TEST(MoneyTest, WordsAreThoseOfDecimal128) {
  for (const Int128 attos : {Int128{0}, Int128{1}, Int128{-1}, Int128{1} << 64, -(Int128{1} << 64),
                             (Int128{1} << 64) - 1, Money::kMax, -Money::kMax}) {
    const Money money = Attos(attos);
    EXPECT_EQ(Money::FromWords(money.lo(), money.hi()), money);
  }
  EXPECT_EQ(Attos(-1).lo(), ~std::uint64_t{0});
  EXPECT_EQ(Attos(-1).hi(), -1);
  const Int128 above = Money::kMax + 1;
  EXPECT_FALSE(
      Money::FromWords(static_cast<std::uint64_t>(above), static_cast<std::int64_t>(above >> 64))
          .has_value());
  EXPECT_FALSE(Money::FromWords(0, std::numeric_limits<std::int64_t>::min()).has_value());
  EXPECT_FALSE(
      Money::FromWords(~std::uint64_t{0}, std::numeric_limits<std::int64_t>::max()).has_value());
}

TEST(MoneyTest, RoundingIsHalfToEven) {
  const struct {
    const char* money;
    int places;
    const char* rounded;
  } kCases[] = {
      {"0.5", 0, "0"},
      {"1.5", 0, "2"},
      {"2.5", 0, "2"},
      {"-0.5", 0, "0"},
      {"-1.5", 0, "-2"},
      {"-2.5", 0, "-2"},
      {"0.500000000000000001", 0, "1"},
      {"0.499999999999999999", 0, "0"},
      {"0.125", 2, "0.12"},
      {"0.135", 2, "0.14"},
      {"0.00875", 4, "0.0088"},
      {"0.00885", 4, "0.0088"},
      {"-0.00885", 4, "-0.0088"},
      {"9.999", 2, "10.00"},
      {"-0.004", 2, "0.00"},
      {"12", 2, "12.00"},
      {"12.3", 18, "12.300000000000000000"},
      {"1", -3, "1"},
      {"0.5", 99, "0.500000000000000000"},
      {"0.000000000000000001", 17, "0.00000000000000000"},
      {"0.000000000000000005", 17, "0.00000000000000000"},
      {"0.000000000000000015", 17, "0.00000000000000002"},
      {"99999999999999999999.999999999999999999", 0, "100000000000000000000"},
  };
  for (const auto& one : kCases) {
    EXPECT_EQ(Money::Parse(one.money)->ToStringRounded(one.places), one.rounded)
        << one.money << " to " << one.places;
  }
}

// A whole number as decimal digits, least first: slow, and too plain to be wrong.
using Digits = std::vector<int>;

Digits DigitsOf(Uint128 value) {
  Digits digits;
  for (; value != 0; value /= 10) digits.push_back(static_cast<int>(value % 10));
  return digits;
}

Digits Product(const Digits& a, const Digits& b) {
  Digits out(a.size() + b.size() + 1, 0);
  for (std::size_t i = 0; i < a.size(); ++i) {
    for (std::size_t j = 0; j < b.size(); ++j) {
      out[i + j] += a[i] * b[j];
      for (std::size_t k = i + j; out[k] > 9; ++k) {
        out[k + 1] += out[k] / 10;
        out[k] %= 10;
      }
    }
  }
  return out;
}

// Long division; remainders stay below `per` < 2^64.
Digits Quotient(const Digits& a, std::uint64_t per, std::uint64_t* remainder) {
  Digits out(a.size(), 0);
  Uint128 rest = 0;
  for (std::size_t i = a.size(); i-- > 0;) {
    rest = rest * 10 + static_cast<unsigned>(a[i]);
    out[i] = static_cast<int>(rest / per);
    rest %= per;
  }
  *remainder = static_cast<std::uint64_t>(rest);
  return out;
}

std::optional<Money> SlowMultiply(const Rate& rate, std::uint64_t quantity) {
  std::uint64_t remainder = 0;
  Digits digits =
      Quotient(Product(DigitsOf(static_cast<Uint128>(rate.amount.attos())), DigitsOf(quantity)),
               rate.per, &remainder);
  digits.push_back(0);
  const Uint128 twice = static_cast<Uint128>(remainder) * 2;
  if (twice > rate.per || (twice == rate.per && digits[0] % 2 == 1)) {
    std::size_t k = 0;
    while (++digits[k] == 10) digits[k++] = 0;
  }
  while (!digits.empty() && digits.back() == 0) digits.pop_back();
  if (digits.size() > 38) return std::nullopt;
  Int128 attos = 0;
  for (std::size_t i = digits.size(); i-- > 0;) attos = attos * 10 + digits[i];
  return Money::FromAttos(attos);
}

TEST(MultiplyTest, SmallCasesExhaustively) {
  for (int amount = 0; amount <= 24; ++amount) {
    for (std::uint64_t per = 1; per <= 24; ++per) {
      for (std::uint64_t quantity = 0; quantity <= 24; ++quantity) {
        const Rate rate{Attos(amount), per};
        ASSERT_EQ(Multiply(rate, quantity), SlowMultiply(rate, quantity))
            << amount << " / " << per << " x " << quantity;
      }
    }
  }
}

TEST(MultiplyTest, BoundariesAndRandomAgreeWithSchoolbook) {
  constexpr std::uint64_t kWordMax = ~std::uint64_t{0};
  std::vector<Int128> amounts = {0,
                                 1,
                                 2,
                                 3,
                                 Money::kUnit - 1,
                                 Money::kUnit,
                                 Money::kMax,
                                 Money::kMax - 1,
                                 Money::kUnit / 1000 * 111,
                                 Money::kUnit * 5 / 2,
                                 (Int128{1} << 64) - 1,
                                 Int128{1} << 64,
                                 (Int128{1} << 64) + 1};
  std::vector<std::uint64_t> words = {1,
                                      2,
                                      3,
                                      1'000,
                                      3'600,
                                      3'600'000,
                                      1'000'000,
                                      kWordMax,
                                      kWordMax - 1,
                                      std::uint64_t{1} << 63,
                                      (std::uint64_t{1} << 32) + 1};
  constexpr std::uint64_t kSeed = 20261015;
  SCOPED_TRACE(testing::Message() << "seed " << kSeed);
  std::mt19937_64 random(kSeed);
  for (int i = 0; i < 60; ++i) {
    const Uint128 bits = static_cast<Uint128>(random()) << 64 | random();
    amounts.push_back(
        static_cast<Int128>((bits >> (random() % 127 + 1)) % static_cast<Uint128>(Money::kMax)));
    words.push_back((random() >> (random() % 64)) | 1);
  }
  int refused = 0;
  for (const Int128 amount : amounts) {
    for (const std::uint64_t per : words) {
      for (const std::uint64_t quantity : words) {
        const Rate rate{Attos(amount), per};
        const std::optional<Money> expected = SlowMultiply(rate, quantity);
        refused += expected.has_value() ? 0 : 1;
        ASSERT_EQ(Multiply(rate, quantity), expected)
            << rate.amount.ToString() << " / " << per << " x " << quantity;
      }
    }
  }
  EXPECT_GT(refused, 1000) << "the cases do not reach the limit";
}

TEST(MultiplyTest, RatesThatDoNotEndRoundOnceHalfToEven) {
  const Rate hour{*Money::Parse("0.111"), 3'600'000};
  EXPECT_FALSE(IsWholePerQuantum(hour));
  EXPECT_EQ(Multiply(hour, 1)->ToString(), "0.000000030833333333");
  EXPECT_EQ(Multiply(hour, 2)->ToString(), "0.000000061666666667");
  EXPECT_EQ(Multiply(hour, 3)->ToString(), "0.0000000925");
  EXPECT_EQ(Multiply(hour, 3'600'000)->ToString(), "0.111");
  // Ties: k x 1 atto / 2.
  const Rate half{Attos(1), 2};
  EXPECT_TRUE(Multiply(half, 1)->attos() == 0);
  EXPECT_TRUE(Multiply(half, 3)->attos() == 2);
  EXPECT_TRUE(Multiply(half, 5)->attos() == 2);
  EXPECT_TRUE(Multiply(half, 7)->attos() == 4);
  // The parity that decides a tie is that of the whole sum: 3/2 x 1 -> 2, 5/2 x 1 -> 2.
  EXPECT_TRUE(Multiply({Attos(3), 2}, 1)->attos() == 2);
  EXPECT_TRUE(Multiply({Attos(5), 2}, 1)->attos() == 2);
  EXPECT_TRUE(Multiply({Attos(-5), 2}, 1)->attos() == -2);
  EXPECT_TRUE(Multiply({Attos(-7), 2}, 1)->attos() == -4);
}

TEST(MultiplyTest, LimitsAndNonsense) {
  EXPECT_TRUE(Multiply({Attos(Money::kMax), 1}, 1)->attos() == Money::kMax);
  EXPECT_FALSE(Multiply({Attos(Money::kMax), 1}, 2).has_value());
  EXPECT_FALSE(Multiply({Attos(1), 0}, 1).has_value());
  EXPECT_TRUE(Multiply({Attos(Money::kMax), 1}, 0)->attos() == 0);
  // One below, at and one above the limit, by rounding alone: kMax = 3 x q + r.
  EXPECT_TRUE(Multiply({Attos(Money::kMax), 3}, 3)->attos() == Money::kMax);
  EXPECT_TRUE(Multiply({Attos(Money::kMax), 4}, 4)->attos() == Money::kMax);
}

TEST(MultiplyTest, WholePerQuantum) {
  EXPECT_TRUE(IsWholePerQuantum({*Money::Parse("2.5"), 1'000'000}));
  EXPECT_TRUE(IsWholePerQuantum({*Money::Parse("0"), 7}));
  EXPECT_FALSE(IsWholePerQuantum({*Money::Parse("1"), 3}));
  EXPECT_FALSE(IsWholePerQuantum({Attos(1), 2}));
}

}  // namespace
}  // namespace tokentra
