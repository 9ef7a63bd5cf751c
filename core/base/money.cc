#include "core/base/money.h"

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/text.h"

namespace tokentra {
namespace {

constexpr Uint128 kPowersOfTen[] = {1ull,
                                    10ull,
                                    100ull,
                                    1'000ull,
                                    10'000ull,
                                    100'000ull,
                                    1'000'000ull,
                                    10'000'000ull,
                                    100'000'000ull,
                                    1'000'000'000ull,
                                    10'000'000'000ull,
                                    100'000'000'000ull,
                                    1'000'000'000'000ull,
                                    10'000'000'000'000ull,
                                    100'000'000'000'000ull,
                                    1'000'000'000'000'000ull,
                                    10'000'000'000'000'000ull,
                                    100'000'000'000'000'000ull,
                                    1'000'000'000'000'000'000ull};

constexpr Uint128 kMagnitudeMax = static_cast<Uint128>(Money::kMax);

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

Uint128 Magnitude(Int128 value) {
  return value < 0 ? Uint128{0} - static_cast<Uint128>(value) : static_cast<Uint128>(value);
}

std::string DigitsOf(Uint128 value) {
  if (value == 0) return "0";
  char buffer[40];
  char* const end = buffer + sizeof(buffer);
  char* at = end;
  // 10^19 is the largest power of ten in 64 bits: at most three 128-bit divisions.
  constexpr Uint128 kChunk = Uint128{10'000'000'000'000'000'000ull};
  while (value != 0) {
    std::uint64_t chunk = static_cast<std::uint64_t>(value % kChunk);
    value /= kChunk;
    for (int digits = 0; chunk != 0 || (value != 0 && digits < 19); ++digits) {
      *--at = static_cast<char>('0' + chunk % 10);
      chunk /= 10;
    }
  }
  return std::string(at, end);
}

// Decimal text of magnitude / 10^scale without trailing zeros.
std::string ScaledText(bool negative, Uint128 magnitude, int scale) {
  while (scale > 0 && magnitude % 10 == 0) {
    magnitude /= 10;
    --scale;
  }
  std::string digits = DigitsOf(magnitude);
  if (scale > 0) {
    const auto places = static_cast<std::size_t>(scale);
    if (digits.size() <= places) digits.insert(0, places + 1 - digits.size(), '0');
    digits.insert(digits.size() - places, 1, '.');
  }
  if (negative && magnitude != 0) digits.insert(0, 1, '-');
  return digits;
}

// numerator / divisor, half to even.
Uint128 DivideHalfEven(Uint128 numerator, Uint128 divisor) {
  const Uint128 quotient = numerator / divisor;
  const Uint128 remainder = numerator % divisor;
  const Uint128 other = divisor - remainder;
  const bool up = remainder > other || (remainder == other && (quotient & 1) != 0);
  return quotient + (up ? 1 : 0);
}

absl::Status BadAmount(std::string_view text, std::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat("amount ", Quote(text), " ", why));
}

}  // namespace

std::optional<Money> Money::FromWords(std::uint64_t lo, std::int64_t hi) {
  const Uint128 bits =
      (static_cast<Uint128>(static_cast<std::uint64_t>(hi)) << 64) | static_cast<Uint128>(lo);
  return FromAttos(static_cast<Int128>(bits));
}

absl::StatusOr<Money> Money::Parse(std::string_view text) {
  std::string_view rest = text;
  const bool negative = !rest.empty() && rest.front() == '-';
  if (!rest.empty() && (rest.front() == '-' || rest.front() == '+')) rest.remove_prefix(1);
  Uint128 magnitude = 0;
  int decimals = -1;  // -1: no point yet
  bool any_digit = false;
  for (const char c : rest) {
    if (c == '.') {
      if (decimals >= 0) return BadAmount(text, "has two decimal points");
      decimals = 0;
      continue;
    }
    if (!IsDigit(c)) {
      return BadAmount(text, "is no decimal number (digits, one point, a leading sign)");
    }
    any_digit = true;
    if (decimals >= kScale) {
      if (c != '0') return BadAmount(text, "has more than 18 decimals");
      continue;
    }
    if (decimals >= 0) ++decimals;
    // 10^38 - 1 times 10 plus 9 passes 128 bits; the bound before multiplying is enough.
    if (magnitude > kMagnitudeMax / 10) return BadAmount(text, "is out of range");
    magnitude = magnitude * 10 + static_cast<unsigned>(c - '0');
  }
  if (!any_digit) return BadAmount(text, "has no digits");
  for (int i = decimals < 0 ? 0 : decimals; i < kScale; ++i) {
    if (magnitude > kMagnitudeMax / 10) return BadAmount(text, "is out of range");
    magnitude *= 10;
  }
  if (magnitude > kMagnitudeMax) return BadAmount(text, "is out of range");
  const auto attos = static_cast<Int128>(magnitude);
  return Money(negative ? -attos : attos);
}

bool Money::Add(Money other) {
  // Both are below 10^38 in magnitude, so the 128-bit sum itself cannot wrap.
  const std::optional<Money> sum = FromAttos(attos_ + other.attos_);
  if (!sum.has_value()) return false;
  *this = *sum;
  return true;
}

std::string Money::ToString() const { return ScaledText(attos_ < 0, Magnitude(attos_), kScale); }

std::string Money::ToStringRounded(int places) const {
  if (places < 0) places = 0;
  if (places > kScale) places = kScale;
  const Uint128 rounded = DivideHalfEven(Magnitude(attos_), kPowersOfTen[kScale - places]);
  std::string digits = DigitsOf(rounded);
  if (places > 0) {
    const auto count = static_cast<std::size_t>(places);
    if (digits.size() <= count) digits.insert(0, count + 1 - digits.size(), '0');
    digits.insert(digits.size() - count, 1, '.');
  }
  if (attos_ < 0 && rounded != 0) digits.insert(0, 1, '-');
  return digits;
}

std::optional<Money> Multiply(const Rate& rate, std::uint64_t quantity) {
  if (rate.per == 0) return std::nullopt;
  const bool negative = rate.amount.attos() < 0;
  const Uint128 amount = Magnitude(rate.amount.attos());
  // amount = whole * per + part, so amount * quantity / per = whole * quantity + part * quantity /
  // per. part < per <= 2^64, so part * quantity fits 128 bits and only the first product is
  // checked.
  const Uint128 whole = amount / rate.per;
  const Uint128 part = amount % rate.per;
  Uint128 result = 0;
  if (__builtin_mul_overflow(whole, static_cast<Uint128>(quantity), &result)) return std::nullopt;
  if (part != 0) {
    const Uint128 floor = part * quantity / rate.per;
    const Uint128 remainder = part * quantity % rate.per;
    const Uint128 other = rate.per - remainder;
    // Half to even needs the parity of the whole sum, not of the fraction's share alone.
    const bool odd = ((result + floor) & 1) != 0;
    const bool up = remainder > other || (remainder == other && odd);
    if (__builtin_add_overflow(result, floor + (up ? 1 : 0), &result)) return std::nullopt;
  }
  if (result > kMagnitudeMax) return std::nullopt;
  const auto attos = static_cast<Int128>(result);
  return Money::FromAttos(negative ? -attos : attos);
}

}  // namespace tokentra
