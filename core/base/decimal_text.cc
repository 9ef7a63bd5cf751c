#include "core/base/decimal_text.h"

#include <algorithm>

namespace tokentra {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

std::string_view TakeDigits(std::string_view& text) {
  std::size_t count = 0;
  while (count < text.size() && IsDigit(text[count])) ++count;
  const std::string_view digits = text.substr(0, count);
  text.remove_prefix(count);
  return digits;
}

bool TakeSign(std::string_view& text) {
  if (text.empty() || (text.front() != '-' && text.front() != '+')) return false;
  const bool negative = text.front() == '-';
  text.remove_prefix(1);
  return negative;
}

}  // namespace

std::optional<DecimalText> DecimalText::Parse(std::string_view text) {
  DecimalText decimal;
  decimal.negative_ = TakeSign(text);
  decimal.digits_ = TakeDigits(text);
  bool any = !decimal.digits_.empty();
  if (text.starts_with(".")) {
    text.remove_prefix(1);
    const std::string_view fraction = TakeDigits(text);
    any = any || !fraction.empty();
    if (fraction.size() > kExponentMax) return std::nullopt;
    decimal.digits_ += fraction;
    decimal.exponent_ = -static_cast<int>(fraction.size());
  }
  if (!any) return std::nullopt;
  if (text.starts_with("e") || text.starts_with("E")) {
    text.remove_prefix(1);
    const bool negative = TakeSign(text);
    const std::string_view digits = TakeDigits(text);
    if (digits.empty() || digits.size() > 4) return std::nullopt;
    int exponent = 0;
    for (const char c : digits) exponent = exponent * 10 + (c - '0');
    decimal.exponent_ += negative ? -exponent : exponent;
  }
  if (!text.empty()) return std::nullopt;
  decimal.Trim();
  if (decimal.digits_.size() > kDigitsMax || decimal.exponent_ > kExponentMax ||
      decimal.exponent_ < -kExponentMax) {
    return std::nullopt;
  }
  return decimal;
}

void DecimalText::Trim() {
  digits_.erase(0, std::min(digits_.find_first_not_of('0'), digits_.size()));
  while (!digits_.empty() && digits_.back() == '0') {
    digits_.pop_back();
    ++exponent_;
  }
  if (digits_.empty()) {
    exponent_ = 0;
    negative_ = false;
  }
}

DecimalText DecimalText::Shifted(int places) const {
  DecimalText shifted = *this;
  if (!is_zero()) shifted.exponent_ += places;
  return shifted;
}

DecimalText DecimalText::Rounded(std::size_t count) const {
  if (digits_.size() <= count || count == 0) return *this;
  DecimalText rounded = *this;
  const std::string_view rest = std::string_view(digits_).substr(count);
  rounded.digits_.resize(count);
  rounded.exponent_ += static_cast<int>(rest.size());
  // The rest has no trailing zeros: more than one digit is never exactly half.
  const bool half = rest == "5";
  const bool odd = (rounded.digits_.back() - '0') % 2 != 0;
  if (rest.front() > '5' || (rest.front() == '5' && (!half || odd))) {
    std::size_t at = count;
    while (at > 0 && rounded.digits_[at - 1] == '9') rounded.digits_[--at] = '0';
    if (at == 0) {
      rounded.digits_.insert(rounded.digits_.begin(), '1');
    } else {
      ++rounded.digits_[at - 1];
    }
  }
  rounded.Trim();
  return rounded;
}

std::string DecimalText::ToString() const {
  if (is_zero()) return "0";
  std::string text = digits_;
  if (exponent_ >= 0) {
    text.append(static_cast<std::size_t>(exponent_), '0');
  } else {
    const auto places = static_cast<std::size_t>(-exponent_);
    if (text.size() <= places) text.insert(0, places - text.size() + 1, '0');
    text.insert(text.size() - places, ".");
  }
  return negative_ ? "-" + text : text;
}

}  // namespace tokentra
