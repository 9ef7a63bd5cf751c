// Method: tables of patterns with what they match and what they must not; anchoring is tried by
// adding one byte at either end of everything that matches.

#include "core/catalog/pattern.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tokentra {
namespace {

using ::testing::HasSubstr;

struct Case {
  std::string_view pattern;
  std::vector<std::string_view> matches;
  std::vector<std::string_view> others;
};

TEST(PatternTest, Table) {
  const Case kCases[] = {
      {"gpt-4o", {"gpt-4o"}, {"", "gpt-4", "gpt-4o-", "GPT-4o"}},
      {"m-{date}",
       {"m-2024-08-06", "m-2000-01-31", "m-2099-12-01"},
       {"m-", "m-2024-8-6", "m-20240806", "m-2024-13-06", "m-2024-00-06", "m-2024-08-00",
        "m-2024-08-32", "m-1999-08-06", "m-2100-01-01", "m-2024-08-060", "m-2024-08-0",
        "m-2024-08"}},
      {"m-{yyyymmdd}",
       {"m-20240806", "m-20991231"},
       {"m-", "m-2024-08-06", "m-2024080", "m-202408060", "m-20241306", "m-20240800",
        "m-19990806"}},
      {"m-{digits}", {"m-0", "m-001", "m-12345678901234567890123"}, {"m-", "m-x", "m-1x", "m--1"}},
      {"m-{digits}k-{digits}", {"m-1k-2", "m-32k-0613"}, {"m-k-1", "m-1k-", "m-1-2"}},
      {"m{version}",
       {"m", "m-v1", "m-v1:0", "m-v12:34"},
       {"m-v", "m-v:0", "m-v1:", "m-v1:x", "m-v1.0", "m-1", "m:0", "mm"}},
      {"m{version}-x", {"m-x", "m-v1-x", "m-v1:0-x"}, {"m-v-x", "m-v1:-x"}},
      {"ft:m:{suffix}", {"ft:m:x", "ft:m:org::abc", "ft:m:\n", "ft:m:{suffix}"}, {"ft:m:", "ft:m"}},
      {"a.b*c?", {"a.b*c?"}, {"aXb*c?", "a.bbc?", "a.b*c"}},
      {"m-{date}-{yyyymmdd}", {"m-2024-08-06-20240806"}, {"m-2024-08-06-2024080"}},
  };
  for (const Case& one : kCases) {
    EXPECT_TRUE(CheckPattern(one.pattern).ok()) << one.pattern;
    for (const std::string_view text : one.matches) {
      EXPECT_TRUE(MatchesPattern(one.pattern, text)) << one.pattern << ' ' << text;
      EXPECT_FALSE(MatchesPattern(one.pattern, "z" + std::string(text))) << one.pattern;
      // A suffix takes anything; every other pattern ends where it ends.
      const bool open = one.pattern.ends_with("{suffix}");
      EXPECT_EQ(MatchesPattern(one.pattern, std::string(text) + "z"), open) << one.pattern;
    }
    for (const std::string_view text : one.others) {
      EXPECT_FALSE(MatchesPattern(one.pattern, text)) << one.pattern << ' ' << text;
    }
  }
}

TEST(PatternTest, MalformedPatternsAreNamed) {
  const std::pair<std::string_view, std::string_view> kCases[] = {
      {"m-{Date}", "unknown part"},
      {"m-{}", "unknown part"},
      {"m-{date", "unknown part"},
      {"m-date}", "unknown part"},
      {"m-{{date}}", "unknown part"},
      {"{suffix}-m", "{suffix} before its end"},
      {"m-{suffix}{suffix}", "{suffix} before its end"},
      {"", "no literal"},
      {"{date}", "no literal"},
      {"{digits}{suffix}", "no literal"},
  };
  for (const auto& [pattern, problem] : kCases) {
    const absl::Status status = CheckPattern(pattern);
    ASSERT_FALSE(status.ok()) << pattern;
    EXPECT_THAT(std::string(status.message()), HasSubstr(std::string(problem)));
    EXPECT_THAT(std::string(status.message()), HasSubstr("\"" + std::string(pattern) + "\""));
  }
}

TEST(PatternTest, DateSuffixLength) {
  const std::pair<std::string_view, std::size_t> kCases[] = {
      {"m-2024-08-06", 11},
      {"m-20240806", 9},
      {"m-2024-08-6", 0},
      {"m2024-08-06", 0},
      {"m20240806", 0},
      {"-2024-08-06", 0},
      {"-20240806", 0},
      {"m-2024-13-06", 0},
      {"m-20241306", 0},
      {"m-1999-08-06", 0},
      {"m-2024-08-06-x", 0},
      {"m-120240806", 0},
      {"", 0},
      {"m", 0},
      {"m-0613", 0},
      {"m--20240806", 9},
  };
  for (const auto& [text, length] : kCases) EXPECT_EQ(DateSuffixLength(text), length) << text;
}

}  // namespace
}  // namespace tokentra
