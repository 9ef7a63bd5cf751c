// Method: tables for what stands in messages; EditDistance against the recursive definition on all
// short words of a small alphabet and on random ones; UTF-8 against the table of RFC 3629 for
// every code point and every two-byte text.

#include "core/base/text.h"

#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tokentra {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(QuoteTest, Table) {
  const std::pair<std::string, std::string> kCases[] = {
      {"", R"("")"},
      {"gpt-4o", R"("gpt-4o")"},
      {"a\"b\\c", R"("a\"b\\c")"},
      {"line\nend\ttab\r", R"("line\x0aend\x09tab\x0d")"},
      {std::string("\0x", 2), R"("\x00x")"},
      {"\x1f\x7f ", R"("\x1f\x7f ")"},
      {"d\xC3\xA9j\xC3\xA0", "\"d\xC3\xA9j\xC3\xA0\""},
      {"\xF0\x9F\x98\x80", "\"\xF0\x9F\x98\x80\""},
      {"\xC3", R"("\xc3")"},
      {"\xC3(", R"("\xc3(")"},
      {"\xED\xA0\x80", R"("\xed\xa0\x80")"},  // a surrogate
      {"\xC0\x80", R"("\xc0\x80")"},          // overlong
      {"\xFF\xFE", R"("\xff\xfe")"},
  };
  for (const auto& [value, quoted] : kCases) EXPECT_EQ(Quote(value), quoted);
}

std::string Quoted(const std::string& text) { return "\"" + text + "\""; }

TEST(QuoteTest, CutsAfter64Bytes) {
  EXPECT_EQ(Quote(std::string(63, 'x')), Quoted(std::string(63, 'x')));
  EXPECT_EQ(Quote(std::string(64, 'x')), Quoted(std::string(64, 'x')));
  EXPECT_EQ(Quote(std::string(65, 'x')), Quoted(std::string(64, 'x') + "..."));
  // A character that begins before the cut stays whole.
  EXPECT_EQ(Quote(std::string(63, 'x') + "\xC3\xA9"), Quoted(std::string(63, 'x') + "\xC3\xA9"));
  for (std::size_t size = 0; size < 300; ++size) {
    EXPECT_TRUE(IsValidUtf8(Quote(std::string(size, '\xFF'))));
    EXPECT_LE(Quote(std::string(size, '\n')).size(), 64u * 4 + 5);
  }
}

std::string Encode(std::uint32_t code) {
  std::string out;
  const auto tail = [&](unsigned shift) {
    out += static_cast<char>(0x80 | (code >> shift & 0x3F));
  };
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0 | code >> 6);
    tail(0);
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0 | code >> 12);
    tail(6);
    tail(0);
  } else {
    out += static_cast<char>(0xF0 | code >> 18);
    tail(12);
    tail(6);
    tail(0);
  }
  return out;
}

TEST(Utf8Test, EveryCodePoint) {
  for (std::uint32_t code = 0; code <= 0x110100; ++code) {
    const std::string text = Encode(code);
    const bool valid = code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF);
    ASSERT_EQ(Utf8SequenceLength(text), valid ? text.size() : 0u) << code;
    ASSERT_EQ(IsValidUtf8(text + "a"), valid) << code;
    // Cut anywhere, it is no character.
    for (std::size_t cut = 1; cut < text.size(); ++cut) {
      ASSERT_EQ(Utf8SequenceLength(std::string_view(text).substr(0, cut)), 0u) << code;
    }
  }
}

// Of two bytes only ASCII pairs and C2..DF 80..BF are text.
TEST(Utf8Test, EveryTwoBytes) {
  for (unsigned first = 0; first < 256; ++first) {
    for (unsigned second = 0; second < 256; ++second) {
      const std::string text = {static_cast<char>(first), static_cast<char>(second)};
      const bool expected = (first < 0x80 && second < 0x80) ||
                            (first >= 0xC2 && first <= 0xDF && second >= 0x80 && second <= 0xBF);
      ASSERT_EQ(IsValidUtf8(text), expected) << first << ' ' << second;
    }
  }
  EXPECT_TRUE(IsValidUtf8(""));
}

TEST(AsciiLowerTest, OnlyAscii) {
  EXPECT_EQ(AsciiLower("GPT-4o@[`{Z"), "gpt-4o@[`{z");
  EXPECT_EQ(AsciiLower("\xC3\x89"), "\xC3\x89");
}

std::size_t SlowDistance(const std::string& a, const std::string& b,
                         std::map<std::pair<std::string, std::string>, std::size_t>& memo) {
  if (a.empty()) return b.size();
  if (b.empty()) return a.size();
  const auto key = std::make_pair(a, b);
  if (const auto known = memo.find(key); known != memo.end()) return known->second;
  const std::string rest_a = a.substr(1);
  const std::string rest_b = b.substr(1);
  const bool equal = std::tolower(a[0]) == std::tolower(b[0]);
  std::size_t best = SlowDistance(rest_a, rest_b, memo) + (equal ? 0 : 1);
  best = std::min(best, SlowDistance(rest_a, b, memo) + 1);
  best = std::min(best, SlowDistance(a, rest_b, memo) + 1);
  return memo[key] = best;
}

TEST(EditDistanceTest, AllShortWords) {
  std::vector<std::string> words = {""};
  for (std::size_t begin = 0; words.size() < 200;) {
    const std::size_t end = words.size();
    for (; begin < end; ++begin) {
      for (const char c : {'a', 'B', 'b'}) words.push_back(words[begin] + c);
    }
  }
  words.resize(121);  // all of up to four letters
  std::map<std::pair<std::string, std::string>, std::size_t> memo;
  for (const std::string& a : words) {
    for (const std::string& b : words) ASSERT_EQ(EditDistance(a, b), SlowDistance(a, b, memo));
  }
}

TEST(EditDistanceTest, RandomWords) {
  constexpr unsigned kSeed = 7;
  SCOPED_TRACE(testing::Message() << "seed " << kSeed);
  std::mt19937 random(kSeed);
  const auto word = [&] {
    std::string out(random() % 9, ' ');
    for (char& c : out) c = static_cast<char>("abcDE-4."[random() % 8]);
    return out;
  };
  for (int i = 0; i < 500; ++i) {
    const std::string a = word();
    const std::string b = word();
    std::map<std::pair<std::string, std::string>, std::size_t> memo;
    ASSERT_EQ(EditDistance(a, b), SlowDistance(a, b, memo)) << a << ' ' << b;
    ASSERT_EQ(EditDistance(a, b), EditDistance(b, a));
  }
}

TEST(EditDistanceTest, LongTextsAreCutAt128) {
  EXPECT_EQ(EditDistance(std::string(128, 'a'), std::string(128, 'b')), 128u);
  EXPECT_EQ(EditDistance(std::string(129, 'a'), std::string(1000, 'b')), 128u);
  EXPECT_EQ(EditDistance(std::string(128, 'a') + "x", std::string(128, 'a') + "y"), 0u);
  EXPECT_EQ(EditDistance(std::string(127, 'a') + "x", std::string(127, 'a') + "y"), 1u);
}

TEST(NearestTest, BestFirstTiesInOrder) {
  const std::string_view kCandidates[] = {"gpt-4o-mini", "gpt-4o", "gpt-4.1", "o3", "gpt-4"};
  EXPECT_THAT(Nearest("gpt-4o", kCandidates, 5),
              ElementsAre("gpt-4o", "gpt-4", "gpt-4.1", "gpt-4o-mini"));
  EXPECT_THAT(Nearest("GPT-4O", kCandidates, 1), ElementsAre("gpt-4o"));
  EXPECT_THAT(Nearest("gpt-4x", kCandidates, 2), ElementsAre("gpt-4o", "gpt-4"));
  EXPECT_THAT(Nearest("gpt-4o", kCandidates, 0), IsEmpty());
  EXPECT_THAT(Nearest("completely different", kCandidates, 5), IsEmpty());
  EXPECT_THAT(Nearest("x", {}, 5), IsEmpty());
  // Half of the longer text is near, one more is not.
  const std::string_view kFour[] = {"abcd"};
  EXPECT_THAT(Nearest("abxx", kFour, 1), ElementsAre("abcd"));
  EXPECT_THAT(Nearest("axxx", kFour, 1), IsEmpty());
}

TEST(NearestTest, Hint) {
  const std::string_view kCandidates[] = {"rates", "region"};
  EXPECT_EQ(NearestHint("rate", kCandidates), ", nearest is \"rates\"");
  EXPECT_EQ(NearestHint("zzzzzzzz", kCandidates), "");
}

}  // namespace
}  // namespace tokentra
