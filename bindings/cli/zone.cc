#include "bindings/cli/zone.h"

#include <time.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "bindings/cli/handle.h"
#include "bindings/cli/nearest.h"
#include "bindings/cli/terminal.h"

namespace tokentra::cli {
namespace {

constexpr std::int64_t kNsPerSecond = 1'000'000'000;
constexpr std::int64_t kDaySeconds = 86'400;
constexpr std::int64_t kOffsetUnitSeconds = 900;

std::filesystem::path ZoneFolder() {
  const char* folder = std::getenv("TZDIR");
  return folder != nullptr && *folder != '\0' ? folder : "/usr/share/zoneinfo";
}

bool IsZoneFile(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return false;
  char magic[4] = {};
  std::ifstream(path, std::ios::binary).read(magic, sizeof magic);
  return std::string_view(magic, sizeof magic) == "TZif";
}

// Letters, digits and _+-/ only, so that the name cannot leave the folder.
bool IsZoneName(std::string_view name) {
  return !name.empty() && name.front() != '/' &&
         std::all_of(name.begin(), name.end(), [](unsigned char c) {
           return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                  c == '_' || c == '+' || c == '-' || c == '/';
         });
}

std::vector<std::string> ZoneNames(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (std::filesystem::recursive_directory_iterator entry(folder, error), end;
       !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().lexically_relative(folder).string();
    if (name == "posix" || name == "right") {
      entry.disable_recursion_pending();
    } else if (name.front() >= 'A' && name.front() <= 'Z' && IsZoneFile(entry->path())) {
      names.push_back(name);
    }
  }
  return names;
}

std::int64_t OffsetAt(std::int64_t seconds) {
  const time_t time = static_cast<time_t>(seconds);
  tm local = {};
  localtime_r(&time, &local);
  return local.tm_gmtoff;
}

// The first second of (low, high] whose offset is that of `high`; one change between them.
std::int64_t ChangeBetween(std::int64_t low, std::int64_t high) {
  const std::int64_t after = OffsetAt(high);
  while (high - low > 1) {
    const std::int64_t middle = low + (high - low) / 2;
    (OffsetAt(middle) == after ? high : low) = middle;
  }
  return high;
}

std::int64_t FloorSeconds(std::int64_t ns) {
  return ns / kNsPerSecond - (ns % kNsPerSecond < 0 ? 1 : 0);
}

}  // namespace

Zone::Zone(const std::string& name)
    : name_(name.empty() ? "UTC" : name), utc_(name_ == "UTC" || name_ == "Z") {
  if (!utc_) {
    const std::filesystem::path folder = ZoneFolder();
    if (!IsZoneName(name_) || !IsZoneFile(folder / name_)) {
      const std::vector<std::string> names = ZoneNames(folder);
      throw UsageError("--zone: no zone '" + Printable(name_) + "'" +
                       (names.empty() ? "; there is no zone data in " + folder.string() +
                                            " (Debian: package tzdata)"
                                      : DidYouMean(name_, names)));
    }
  }
  setenv("TZ", utc_ ? "UTC0" : (":" + name_).c_str(), 1);
  tzset();
}

std::vector<tokentra_zone_offset> Zone::Offsets(std::int64_t from_ns, std::int64_t until_ns) const {
  if (utc_) return {};
  std::vector<tokentra_zone_offset> offsets;
  const auto add = [&](std::int64_t seconds, std::int64_t from) {
    const std::int64_t offset = OffsetAt(seconds);
    if (offset % kOffsetUnitSeconds != 0) {
      throw Failure(TOKENTRA_OUT_OF_RANGE, "--zone: the offset of " + name_ + " on " +
                                               Day(seconds * kNsPerSecond) +
                                               " is no multiple of 15 minutes");
    }
    offsets.push_back({from, static_cast<std::int32_t>(offset), 0});
  };
  // A day around the data, because its buckets begin before it and end after it.
  std::int64_t seconds = FloorSeconds(from_ns) - kDaySeconds;
  const std::int64_t last = FloorSeconds(until_ns) + kDaySeconds;
  add(seconds, TOKENTRA_NO_INSTANT + 1);
  for (; seconds < last; seconds += kDaySeconds) {
    const std::int64_t next = seconds + kDaySeconds;
    if (OffsetAt(next) == OffsetAt(seconds)) continue;
    const std::int64_t change = ChangeBetween(seconds, next);
    add(change, change * kNsPerSecond);
  }
  return offsets;
}

std::optional<std::int64_t> Zone::DayStart(std::string_view text) const {
  const auto number = [&](std::size_t at, std::size_t size, int& value) {
    const char* end = text.data() + at + size;
    return std::from_chars(text.data() + at, end, value).ptr == end && text[at] != '-';
  };
  tm day = {};
  const bool shaped = text.size() == 10 && text[4] == '-' && text[7] == '-' &&
                      number(0, 4, day.tm_year) && number(5, 2, day.tm_mon) &&
                      number(8, 2, day.tm_mday);
  if (!shaped) return std::nullopt;
  day.tm_year -= 1900;
  day.tm_mon -= 1;
  day.tm_isdst = -1;
  const tm asked = day;
  const time_t start = mktime(&day);
  if (day.tm_mday != asked.tm_mday || day.tm_mon != asked.tm_mon) return std::nullopt;
  constexpr std::int64_t kSecondsMax = INT64_MAX / kNsPerSecond;
  if (start > kSecondsMax || start < -kSecondsMax) return std::nullopt;
  return static_cast<std::int64_t>(start) * kNsPerSecond;
}

std::string Zone::Day(std::int64_t at_ns) const {
  const time_t time = static_cast<time_t>(FloorSeconds(at_ns));
  tm local = {};
  localtime_r(&time, &local);
  char text[32];
  return std::string(text, strftime(text, sizeof text, "%Y-%m-%d", &local));
}

}  // namespace tokentra::cli
