#include "bindings/cli/when.h"

#include <charconv>
#include <chrono>

#include "bindings/cli/log_reader.h"

namespace tokentra::cli {

std::int64_t DateOrInstant(std::string_view name, const std::string& text, const Zone& zone) {
  if (const auto day = zone.DayStart(text)) return *day;
  return InstantOption(name, text);
}

std::int64_t DateInstantOrAge(std::string_view name, const std::string& text, const Zone& zone) {
  std::uint32_t days = 0;
  const char* end = text.data() + text.size();
  constexpr std::uint32_t kDaysMost = 100 * 366;
  if (!text.empty() && text.back() == 'd' &&
      std::from_chars(text.data(), end - 1, days).ptr == end - 1 && days <= kDaysMost) {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    constexpr std::int64_t kDayNs = std::int64_t{86'400} * 1'000'000'000;
    return std::chrono::duration_cast<std::chrono::nanoseconds>(now).count() - days * kDayNs;
  }
  return DateOrInstant(name, text, zone);
}

}  // namespace tokentra::cli
