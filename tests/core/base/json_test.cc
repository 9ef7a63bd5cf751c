// Method: a table of documents that are refused, each with what the error must name; the depth
// limit at one below, at and one above, for lists, objects and both mixed.

#include "core/base/json.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tokentra {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string ErrorOf(std::string_view text) {
  const absl::StatusOr<Json> json = ParseJson(text, "a.json");
  EXPECT_FALSE(json.ok()) << text;
  if (json.ok()) return "";
  EXPECT_EQ(json.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(json.status().message());
}

TEST(JsonTest, KeepsOrderAndValues) {
  const absl::StatusOr<Json> json =
      ParseJson(R"({"z": 1, "a": ["x", null, true, 18446744073709551615], "m": {}})", "a.json");
  ASSERT_TRUE(json.ok()) << json.status();
  EXPECT_EQ(json->dump(), R"({"z":1,"a":["x",null,true,18446744073709551615],"m":{}})");
}

TEST(JsonTest, DuplicateKeysAreRefused) {
  EXPECT_THAT(ErrorOf(R"({"price": 1, "price": 2})"),
              AllOf(StartsWith("a.json "), HasSubstr("\"price\" twice")));
  EXPECT_THAT(ErrorOf(R"({"a": [{"b": {"c": 1, "d": 2, "c": 1}}]})"), HasSubstr("\"c\" twice"));
  EXPECT_THAT(ErrorOf(R"({"a": {"x": 1}, "b": 2, "a": 3})"), HasSubstr("\"a\" twice"));
  // An escape does not hide that it is the same key.
  EXPECT_THAT(ErrorOf(R"({"price": 1, "pri\u0063e": 2})"), HasSubstr("\"price\" twice"));
  // The same key in two objects is no duplicate.
  EXPECT_TRUE(ParseJson(R"({"a": {"x": 1}, "b": {"x": 1}, "x": [{"x": 1}, {"x": 1}]})", "f").ok());
}

TEST(JsonTest, SyntaxErrorsSayWhere) {
  EXPECT_THAT(ErrorOf("{\n  \"a\": 1,\n  \"b\" [2]\n}"),
              AllOf(StartsWith("a.json is not JSON: "), HasSubstr("line 3, column 7")));
  for (const char* text : {"", " ", "{", "[1,]", "{\"a\":1,}", "nul", "1 2", "{'a':1}", "[1] x",
                           "\xEF\xBB\xBF", "\"\xFF\"", "[NaN]", "01", "// no\n1", "{\"a\":1"}) {
    EXPECT_THAT(ErrorOf(text), HasSubstr("is not JSON")) << text;
  }
  EXPECT_LT(ErrorOf("\"" + std::string(100'000, 'x')).size(), 300u);
}

std::string Nested(int lists, std::string_view inner) {
  return std::string(static_cast<std::size_t>(lists), '[') + std::string(inner) +
         std::string(static_cast<std::size_t>(lists), ']');
}

TEST(JsonTest, DepthLimit) {
  for (const char* inner : {"", "1", "{}", "{\"a\": 1}"}) {
    const int used = std::string(inner).starts_with('{') ? 1 : 0;
    EXPECT_TRUE(ParseJson(Nested(kJsonDepthMax - 1 - used, inner), "f").ok()) << inner;
    EXPECT_TRUE(ParseJson(Nested(kJsonDepthMax - used, inner), "f").ok()) << inner;
    EXPECT_THAT(ErrorOf(Nested(kJsonDepthMax + 1 - used, inner)),
                HasSubstr("is nested deeper than 64"))
        << inner;
  }
  EXPECT_THAT(ErrorOf(Nested(200'000, "")), HasSubstr("is nested deeper than 64"));
  EXPECT_THAT(ErrorOf(std::string(200'000, '[')), HasSubstr("a.json is "));
}

TEST(ParseJsonKeepingDecimalsTest, NumbersWithPointOrExponentStayText) {
  const auto json = ParseJsonKeepingDecimals(
      R"({"a": 1.50, "b": [2.5E-06, -0.1, 7, -3, 18446744073709551616], "c": {"d": "1.50"},
          "e": [true, null, {}]})",
      "f");
  ASSERT_TRUE(json.ok()) << json.status();
  EXPECT_EQ(json->dump(), R"({"a":"1.50","b":["2.5E-06","-0.1",7,-3,"18446744073709551616"],)"
                          R"("c":{"d":"1.50"},"e":[true,null,{}]})");
  EXPECT_EQ(ParseJsonKeepingDecimals("1.0", "f")->dump(), "\"1.0\"");
}

TEST(ParseJsonKeepingDecimalsTest, RefusesWhatTheOtherReaderRefuses) {
  for (const char* text : {"", "{", "[1,]", "{\"a\":1,\"a\":2}", "nul", "[1] 2", "\"\xff\""}) {
    const auto json = ParseJsonKeepingDecimals(text, "f");
    EXPECT_FALSE(json.ok()) << text;
    EXPECT_EQ(json.status().message().substr(0, 2), "f ") << json.status();
    EXPECT_EQ(ParseJson(text, "f").ok(), json.ok());
  }
  const auto nested = [](int depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_TRUE(ParseJsonKeepingDecimals(nested(kJsonDepthMax), "f").ok());
  EXPECT_FALSE(ParseJsonKeepingDecimals(nested(kJsonDepthMax + 1), "f").ok());
}

// A long object costs no more than its length.
TEST(ParseJsonKeepingDecimalsTest, LongObjects) {
  std::string text = "{";
  for (int i = 0; i < 200'000; ++i) text += "\"k" + std::to_string(i) + "\":" + "0.5,";
  text.back() = '}';
  const auto json = ParseJsonKeepingDecimals(text, "f");
  ASSERT_TRUE(json.ok());
  EXPECT_EQ(json->size(), 200'000u);
}

}  // namespace
}  // namespace tokentra
