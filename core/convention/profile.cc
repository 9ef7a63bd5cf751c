#include "core/convention/profile.h"

#include <algorithm>
#include <array>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/base/sha256.h"
#include "core/base/text.h"
#include "core/convention/unicode.h"

namespace tokentra {
namespace {

using unicode::Category;

constexpr std::array<std::string_view, kProfileCount> kNames = {
    "kubernetes", "aws", "gcp", "azure", "opentelemetry", "focus", "portable"};

bool IsLower(std::uint32_t c) { return c >= 'a' && c <= 'z'; }
bool IsUpper(std::uint32_t c) { return c >= 'A' && c <= 'Z'; }
bool IsDigit(std::uint32_t c) { return c >= '0' && c <= '9'; }
bool IsAlnum(std::uint32_t c) { return IsLower(c) || IsUpper(c) || IsDigit(c); }
bool IsOneOf(std::uint32_t c, std::string_view set) {
  return c < 0x80 && set.find(static_cast<char>(c)) != std::string_view::npos;
}

std::size_t CountCharacters(std::string_view text) {
  std::size_t count = 0;
  while (!text.empty()) {
    unicode::Decode(text);
    ++count;
  }
  return count;
}

template <typename Allowed>
std::string BadCharacter(std::string_view text, Allowed allowed) {
  while (!text.empty()) {
    const std::string_view before = text;
    const std::uint32_t point = unicode::Decode(text);
    if (!allowed(point)) {
      return absl::StrCat("the character ", Quote(before.substr(0, before.size() - text.size())),
                          " is not allowed");
    }
  }
  return {};
}

std::string TooLong(std::size_t size, std::size_t most, std::string_view unit) {
  if (size <= most) return {};
  return absl::StrCat("it has ", size, " ", unit, ", at most ", most);
}

bool InKubernetes(std::uint32_t c) { return IsAlnum(c) || IsOneOf(c, "-_."); }
bool InAws(std::uint32_t c) {
  if (c < 0x80) return IsAlnum(c) || IsOneOf(c, " _.:/=+-@");
  const Category category = unicode::CategoryOf(c);
  return unicode::IsLetter(category) || category == Category::kN || category == Category::kZs;
}
bool InGcp(std::uint32_t c) {
  if (c < 0x80) return IsLower(c) || IsDigit(c) || IsOneOf(c, "_-");
  const Category category = unicode::CategoryOf(c);
  return category == Category::kLl || category == Category::kLo || category == Category::kN;
}
bool InPortable(std::uint32_t c) { return IsLower(c) || IsDigit(c) || IsOneOf(c, "_-"); }
bool IsShown(std::uint32_t c) { return c != unicode::kInvalid && !unicode::IsForbidden(c); }

std::string Edges(std::string_view text, std::string_view what) {
  if (text.empty()) return {};
  if (IsAlnum(static_cast<unsigned char>(text.front())) &&
      IsAlnum(static_cast<unsigned char>(text.back()))) {
    return {};
  }
  return absl::StrCat("it must begin and end with ", what);
}

std::string First(std::initializer_list<std::string> problems) {
  for (const std::string& problem : problems) {
    if (!problem.empty()) return problem;
  }
  return {};
}

std::string KubernetesKeyProblem(std::string_view key) {
  const std::size_t slash = key.rfind('/');
  if (slash != std::string_view::npos) {
    const std::string_view prefix = key.substr(0, slash);
    const std::string problem = First({TooLong(prefix.size(), 253, "bytes before the /"),
                                       BadCharacter(prefix, [](std::uint32_t c) {
                                         return IsLower(c) || IsDigit(c) || IsOneOf(c, "-.");
                                       })});
    if (!problem.empty()) return problem;
    key.remove_prefix(slash + 1);
  }
  if (key.empty()) return "it has no name";
  return First({TooLong(key.size(), 63, "bytes"), BadCharacter(key, InKubernetes),
                Edges(key, "a letter or digit")});
}

std::string GcpKeyProblem(std::string_view key) {
  std::string_view rest = key;
  const std::uint32_t first = unicode::Decode(rest);
  const bool begins = first < 0x80 ? IsLower(first)
                                   : unicode::CategoryOf(first) == Category::kLl ||
                                         unicode::CategoryOf(first) == Category::kLo;
  return First({begins ? "" : "it must begin with a lower-case letter",
                TooLong(CountCharacters(key), 63, "characters"), TooLong(key.size(), 128, "bytes"),
                BadCharacter(key, InGcp)});
}

}  // namespace

std::string_view ProfileName(Profile profile) { return kNames[static_cast<std::size_t>(profile)]; }

std::optional<Profile> FindProfile(std::string_view name) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == name) return static_cast<Profile>(i);
  }
  return std::nullopt;
}

std::vector<std::string_view> ProfileNames() { return {kNames.begin(), kNames.end()}; }

std::size_t EntriesMax(Profile profile) {
  switch (profile) {
    case Profile::kAws:
    case Profile::kAzure:
    case Profile::kPortable:
      return 50;
    case Profile::kGcp:
      return 64;
    default:
      return 0;
  }
}

std::string KeyProblem(Profile profile, std::string_view key) {
  if (key.empty()) return "it is empty";
  switch (profile) {
    case Profile::kKubernetes:
      return KubernetesKeyProblem(key);
    case Profile::kAws:
      if (absl::StartsWithIgnoreCase(key, "aws:")) return "aws: in front is reserved";
      return First({TooLong(CountCharacters(key), 128, "characters"), BadCharacter(key, InAws)});
    case Profile::kGcp:
      return GcpKeyProblem(key);
    case Profile::kAzure:
      for (const std::string_view reserved : {"azure", "microsoft", "windows"}) {
        if (absl::StartsWithIgnoreCase(key, reserved)) {
          return absl::StrCat(reserved, " in front is reserved");
        }
      }
      return First(
          {TooLong(CountCharacters(key), 512, "characters"), BadCharacter(key, [](std::uint32_t c) {
             return IsShown(c) && !IsOneOf(c, "<>%&\\?/");
           })});
    case Profile::kOpenTelemetry:
      if (absl::StartsWith(key, "otel.")) return "otel. in front is reserved";
      return First({BadCharacter(
          key, [](std::uint32_t c) { return IsLower(c) || IsDigit(c) || IsOneOf(c, "._"); })});
    case Profile::kFocus:
      return BadCharacter(key, IsShown);
    case Profile::kPortable:
      if (absl::StartsWith(key, "aws:")) return "aws: in front is reserved";
      return First({IsLower(static_cast<unsigned char>(key.front()))
                        ? ""
                        : "it must begin with a lower-case letter",
                    TooLong(key.size(), 63, "bytes"), BadCharacter(key, InPortable),
                    Edges(key, "a letter or digit")});
  }
  return {};
}

std::string ValueProblem(Profile profile, std::string_view value) {
  switch (profile) {
    case Profile::kKubernetes:
      return First({TooLong(value.size(), 63, "bytes"), BadCharacter(value, InKubernetes),
                    Edges(value, "a letter or digit")});
    case Profile::kAws:
      return First(
          {TooLong(CountCharacters(value), 256, "characters"), BadCharacter(value, InAws)});
    case Profile::kGcp:
      return First({TooLong(CountCharacters(value), 63, "characters"),
                    TooLong(value.size(), 128, "bytes"), BadCharacter(value, InGcp)});
    case Profile::kAzure:
      return First(
          {TooLong(CountCharacters(value), 256, "characters"), BadCharacter(value, IsShown)});
    case Profile::kOpenTelemetry:
    case Profile::kFocus:
      return BadCharacter(value, IsShown);
    case Profile::kPortable:
      return First({value.empty() ? "it is empty" : "", TooLong(value.size(), 63, "bytes"),
                    BadCharacter(value, InPortable), Edges(value, "a lower-case letter or digit")});
  }
  return {};
}

namespace {

// The text with what is not allowed replaced by '-', lowered where needed, cut with a hash.
std::string Map(std::string_view text, bool (*allowed)(std::uint32_t), bool lower, std::size_t most,
                bool edges) {
  std::string out;
  std::string_view rest = text;
  while (!rest.empty()) {
    std::uint32_t point = unicode::Decode(rest);
    if (lower && IsUpper(point)) point += 'a' - 'A';
    if (allowed(point)) {
      unicode::Append(point, out);
    } else if (out.empty() || out.back() != '-') {
      out += '-';
    }
  }
  const auto trim = [&] {
    while (edges && !out.empty() && !IsAlnum(static_cast<unsigned char>(out.back()))) {
      out.pop_back();
    }
  };
  while (edges && !out.empty() && !IsAlnum(static_cast<unsigned char>(out.front()))) {
    out.erase(0, 1);
  }
  trim();
  // Another value could have become this one: the hash tells them apart.
  const std::string hash = Sha256::Hex(text, 4);
  if (out.size() + 1 + hash.size() > most) {
    out.resize(most - 1 - hash.size());
    while (!out.empty() && !IsValidUtf8(out)) out.pop_back();
    trim();
  }
  return out.empty() ? absl::StrCat("x-", hash) : absl::StrCat(out, "-", hash);
}

}  // namespace

std::string MapValue(Profile profile, std::string_view value) {
  if (ValueProblem(profile, value).empty()) return std::string(value);
  switch (profile) {
    case Profile::kKubernetes:
      return Map(value, InKubernetes, false, 63, true);
    case Profile::kAws:
      return Map(value, InAws, false, 256, false);
    case Profile::kGcp:
      return Map(
          value, [](std::uint32_t c) { return c < 0x80 && InGcp(c); }, true, 63, false);
    case Profile::kAzure:
    case Profile::kOpenTelemetry:
    case Profile::kFocus:
      return Map(value, IsShown, false, 256, false);
    case Profile::kPortable:
      return Map(value, InPortable, true, 63, true);
  }
  return std::string(value);
}

std::string MapKey(Profile profile, std::string_view key) {
  if (KeyProblem(profile, key).empty()) return std::string(key);
  std::string mapped = Map(key, InPortable, true, 60, true);
  if (profile == Profile::kOpenTelemetry) std::replace(mapped.begin(), mapped.end(), '-', '_');
  if (!KeyProblem(profile, mapped).empty()) mapped = absl::StrCat("x-", mapped);
  if (profile == Profile::kOpenTelemetry) std::replace(mapped.begin(), mapped.end(), '-', '_');
  return mapped;
}

}  // namespace tokentra
