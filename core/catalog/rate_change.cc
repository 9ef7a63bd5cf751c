#include "core/catalog/rate_change.h"

namespace tokentra {
namespace {

constexpr std::uint64_t kPerMax = 1'000'000'000'000'000'000;

Int128 Gcd(Int128 a, Int128 b) {
  while (b != 0) {
    const Int128 rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

// `amount` / (`per` x `more`), in lowest terms of `more`.
std::optional<Rate> RateOf(Int128 amount, std::uint64_t per, Int128 more) {
  const Int128 common = amount == 0 ? more : Gcd(amount, more);
  const std::optional<Money> money = Money::FromAttos(amount / common);
  Int128 quanta = 0;
  if (!money.has_value() ||
      __builtin_mul_overflow(static_cast<Int128>(per), more / common, &quanta) ||
      quanta > static_cast<Int128>(kPerMax)) {
    return std::nullopt;
  }
  return Rate{*money, static_cast<std::uint64_t>(quanta)};
}

}  // namespace

std::optional<Rate> ScaleRate(const Rate& rate, Money factor) {
  Int128 numerator = factor.attos();
  Int128 denominator = Money::kUnit;
  const Int128 common = numerator == 0 ? denominator : Gcd(numerator, denominator);
  numerator /= common;
  denominator /= common;
  // Dividing first keeps the product in range.
  Int128 amount = rate.amount.attos();
  const Int128 shared = amount == 0 ? denominator : Gcd(amount, denominator);
  amount /= shared;
  denominator /= shared;
  Int128 product = 0;
  if (__builtin_mul_overflow(amount, numerator, &product)) return std::nullopt;
  return RateOf(product, rate.per, denominator);
}

std::optional<Rate> SubtractRate(const Rate& rate, const Rate& off) {
  const Int128 common = Gcd(static_cast<Int128>(rate.per), static_cast<Int128>(off.per));
  const Int128 rate_times = static_cast<Int128>(off.per) / common;
  const Int128 off_times = static_cast<Int128>(rate.per) / common;
  Int128 from = 0;
  Int128 less = 0;
  if (__builtin_mul_overflow(rate.amount.attos(), rate_times, &from) ||
      __builtin_mul_overflow(off.amount.attos(), off_times, &less)) {
    return std::nullopt;
  }
  if (from <= less) return Rate{Money(), rate.per};
  return RateOf(from - less, rate.per, rate_times);
}

}  // namespace tokentra
