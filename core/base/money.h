// Money: an exact signed amount, and rates as published.
//
// `Money` is a signed 128-bit count of 10^-18 of the catalog's one currency, limited to
// +-(10^38 - 1) so that Arrow decimal128(38,18) holds it. No float or double ever holds money or a
// rate. Arithmetic is checked: an overflow is a false return, never a wrap.
//
// A `Rate` is kept as published, money per N quanta. Nearly all rates are a whole number of
// 10^-18 per quantum, and then a cost line never rounds; the others round once per line, half to
// even.
//
// Text: decimal digits with an optional sign and point; no exponent, no grouping, no spaces.
// Parsing takes at most 18 decimals that are not zero and refuses more. Printing gives the
// shortest exact text: "0.00875", "12", "-0.5".
//
// Thread: values.

#ifndef TOKENTRA_CORE_BASE_MONEY_H_
#define TOKENTRA_CORE_BASE_MONEY_H_

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace tokentra {

__extension__ typedef __int128 Int128;
__extension__ typedef unsigned __int128 Uint128;

class Money {
 public:
  static constexpr int kScale = 18;                           // decimals
  static constexpr Int128 kUnit = 1'000'000'000'000'000'000;  // 10^18: one unit of currency
  static constexpr Int128 kMax = kUnit * kUnit * 100 - 1;     // 10^38 - 1

  constexpr Money() = default;

  // nullopt when out of range.
  static constexpr std::optional<Money> FromAttos(Int128 attos) {
    if (attos > kMax || attos < -kMax) return std::nullopt;
    return Money(attos);
  }
  // The boundary form {lo, hi} of decimal128; nullopt when out of range.
  static std::optional<Money> FromWords(std::uint64_t lo, std::int64_t hi);

  static absl::StatusOr<Money> Parse(std::string_view text);

  constexpr Int128 attos() const { return attos_; }
  std::uint64_t lo() const { return static_cast<std::uint64_t>(static_cast<Uint128>(attos_)); }
  std::int64_t hi() const { return static_cast<std::int64_t>(attos_ >> 64); }

  // False, and *this unchanged, when the sum is out of range.
  [[nodiscard]] bool Add(Money other);

  // Shortest exact decimal text.
  std::string ToString() const;
  // Rounded half to even, to `places` decimals (0 to 18), for display only.
  std::string ToStringRounded(int places) const;

  friend constexpr auto operator<=>(Money, Money) = default;

 private:
  explicit constexpr Money(Int128 attos) : attos_(attos) {}
  Int128 attos_ = 0;
};

// Money per `per` quanta; amount >= 0, per >= 1.
struct Rate {
  Money amount;
  std::uint64_t per = 1;

  friend bool operator==(const Rate&, const Rate&) = default;
};

// quantity x rate, rounded half to even to 10^-18 when the fraction does not end; nullopt when
// the result is out of range. Exact for every quantity and rate in range.
std::optional<Money> Multiply(const Rate& rate, std::uint64_t quantity);

// True when amount / per is a whole number of 10^-18, so that no line at this rate rounds.
inline bool IsWholePerQuantum(const Rate& rate) {
  return rate.amount.attos() % static_cast<Int128>(rate.per) == 0;
}

}  // namespace tokentra

#endif  // TOKENTRA_CORE_BASE_MONEY_H_
