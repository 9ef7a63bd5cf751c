#include "core/catalog/pattern.h"

#include <algorithm>
#include <array>
#include <optional>

#include "absl/strings/str_cat.h"
#include "core/base/text.h"

namespace tokentra {
namespace {

constexpr std::array<std::string_view, 5> kParts = {"{date}", "{yyyymmdd}", "{digits}", "{version}",
                                                    "{suffix}"};

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

std::size_t DigitCount(std::string_view text) {
  std::size_t count = 0;
  while (count < text.size() && IsDigit(text[count])) ++count;
  return count;
}

unsigned NumberOf(std::string_view digits) {
  unsigned value = 0;
  for (const char c : digits) value = value * 10 + static_cast<unsigned>(c - '0');
  return value;
}

// A plausible calendar date: years 2000 to 2099, month 1 to 12, day 1 to 31.
bool IsDate(std::string_view year, std::string_view month, std::string_view day) {
  const unsigned m = NumberOf(month);
  const unsigned d = NumberOf(day);
  return year.substr(0, 2) == "20" && m >= 1 && m <= 12 && d >= 1 && d <= 31;
}

bool StartsWithDashedDate(std::string_view text) {
  return text.size() >= 10 && DigitCount(text) == 4 && text[4] == '-' &&
         DigitCount(text.substr(5)) == 2 && text[7] == '-' && DigitCount(text.substr(8, 2)) == 2 &&
         IsDate(text.substr(0, 4), text.substr(5, 2), text.substr(8, 2));
}

bool StartsWithCompactDate(std::string_view text) {
  return DigitCount(text) == 8 && IsCompactDate(text.substr(0, 8));
}

// Bytes of `text` that the part takes; nullopt when it does not match.
std::optional<std::size_t> TakePart(std::string_view part, std::string_view text) {
  if (part == "{date}") {
    if (StartsWithDashedDate(text)) return 10;
    return std::nullopt;
  }
  if (part == "{yyyymmdd}") {
    if (StartsWithCompactDate(text)) return 8;
    return std::nullopt;
  }
  if (part == "{digits}") {
    const std::size_t count = DigitCount(text);
    if (count > 0) return count;
    return std::nullopt;
  }
  if (part == "{version}") {
    if (!text.starts_with("-v")) return 0;
    const std::size_t major = DigitCount(text.substr(2));
    if (major == 0) return 0;
    std::size_t length = 2 + major;
    if (text.substr(length).starts_with(":")) {
      const std::size_t minor = DigitCount(text.substr(length + 1));
      if (minor > 0) length += 1 + minor;
    }
    return length;
  }
  if (text.empty()) return std::nullopt;
  return text.size();  // {suffix}
}

std::string_view PartAt(std::string_view pattern) {
  for (const std::string_view part : kParts) {
    if (pattern.starts_with(part)) return part;
  }
  return {};
}

}  // namespace

absl::Status CheckPattern(std::string_view pattern) {
  std::string_view rest = pattern;
  bool literal = false;
  while (!rest.empty()) {
    const std::string_view part = PartAt(rest);
    if (part.empty()) {
      if (rest.front() == '{' || rest.front() == '}') {
        return absl::InvalidArgumentError(absl::StrCat(
            "pattern ", Quote(pattern), " has an unknown part at ", Quote(rest), "; known are ",
            kParts[0], " ", kParts[1], " ", kParts[2], " ", kParts[3], " ", kParts[4]));
      }
      literal = true;
      rest.remove_prefix(1);
      continue;
    }
    rest.remove_prefix(part.size());
    if (part == "{suffix}" && !rest.empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat("pattern ", Quote(pattern), " has {suffix} before its end"));
    }
  }
  if (!literal) {
    return absl::InvalidArgumentError(
        absl::StrCat("pattern ", Quote(pattern), " has no literal text"));
  }
  return absl::OkStatus();
}

bool IsCompactDate(std::string_view text) {
  return text.size() == 8 && DigitCount(text) == 8 &&
         IsDate(text.substr(0, 4), text.substr(4, 2), text.substr(6, 2));
}

bool MatchesPattern(std::string_view pattern, std::string_view text) {
  while (!pattern.empty()) {
    const std::string_view part = PartAt(pattern);
    if (part.empty()) {
      if (text.empty() || text.front() != pattern.front()) return false;
      pattern.remove_prefix(1);
      text.remove_prefix(1);
      continue;
    }
    const std::optional<std::size_t> taken = TakePart(part, text);
    if (!taken.has_value()) return false;
    pattern.remove_prefix(part.size());
    text.remove_prefix(*taken);
  }
  return text.empty();
}

std::size_t DateSuffixLength(std::string_view text) {
  if (text.size() > 11 && text[text.size() - 11] == '-' &&
      StartsWithDashedDate(text.substr(text.size() - 10))) {
    return 11;
  }
  if (text.size() > 9 && text[text.size() - 9] == '-' &&
      StartsWithCompactDate(text.substr(text.size() - 8))) {
    return 9;
  }
  return 0;
}

}  // namespace tokentra
