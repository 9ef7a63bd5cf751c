// Decimal numbers as other people's files write them: with exponents, and with the noise of having
// been a double once ("1.0000000000000001e-07"). They become exact decimals, never a double.
//
// Thread: values.

#ifndef TOKENTRA_CORE_BASE_DECIMAL_TEXT_H_
#define TOKENTRA_CORE_BASE_DECIMAL_TEXT_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace tokentra {

// `digits` x 10^exponent, `digits` without leading or trailing zeros; zero is "" x 10^0.
class DecimalText {
 public:
  static constexpr std::size_t kDigitsMax = 64;
  static constexpr int kExponentMax = 400;

  // An optional sign, digits with an optional point, an optional exponent; nullopt for anything
  // else, and beyond the limits.
  static std::optional<DecimalText> Parse(std::string_view text);

  bool is_zero() const { return digits_.empty(); }
  bool is_negative() const { return negative_; }
  std::size_t digit_count() const { return digits_.size(); }

  // x 10^places.
  DecimalText Shifted(int places) const;
  // To `count` significant digits, half to even; unchanged when it has no more.
  DecimalText Rounded(std::size_t count) const;

  // Plain decimal text, shortest: "0.15", "1200", "-3".
  std::string ToString() const;

 private:
  void Trim();

  std::string digits_;
  int exponent_ = 0;
  bool negative_ = false;
};

}  // namespace tokentra

#endif  // TOKENTRA_CORE_BASE_DECIMAL_TEXT_H_
