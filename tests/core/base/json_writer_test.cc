// Method: what is written is compared as text for shape, and read again by nlohmann/json for
// content: all single bytes, all code points near the edges of UTF-8, and broken sequences.

#include "core/base/json_writer.h"

#include <functional>
#include <limits>
#include <string>

#include "core/base/text.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace tokentra {
namespace {

std::string Written(const std::function<void(JsonWriter&)>& write) {
  std::string out;
  JsonWriter writer(out);
  write(writer);
  return out;
}

TEST(JsonWriterTest, CommasStandWhereTheyBelong) {
  EXPECT_EQ(Written([](JsonWriter& json) {
              json.BeginObject();
              json.Text("a", "x");
              json.Number("b", 1);
              json.Key("c");
              json.BeginArray();
              json.Number(1);
              json.Text("two");
              json.Null();
              json.Bool(true);
              json.BeginObject();
              json.EndObject();
              json.BeginArray();
              json.EndArray();
              json.Raw("[2]");
              json.EndArray();
              json.TextOrNull("d", "");
              json.TextOrNull("e", "y");
              json.Key("f");
              json.Bool(false);
              json.EndObject();
            }),
            R"({"a":"x","b":1,"c":[1,"two",null,true,{},[],[2]],"d":null,"e":"y","f":false})");
}

TEST(JsonWriterTest, AppendsToWhatIsThere) {
  std::string out = "before\n";
  JsonWriter writer(out);
  writer.BeginObject();
  writer.Number("n", std::numeric_limits<std::uint64_t>::max());
  writer.EndObject();
  EXPECT_EQ(out, "before\n{\"n\":18446744073709551615}");
}

std::string ReadBack(const std::string& text) {
  const std::string json = Written([&](JsonWriter& writer) { writer.Text(text); });
  return nlohmann::json::parse(json).get<std::string>();
}

TEST(JsonWriterTest, EveryByteIsReadBack) {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string text = std::string("a") + static_cast<char>(byte) + "z";
    const std::string expected = byte < 0x80 ? text : "a\xEF\xBF\xBDz";
    EXPECT_EQ(ReadBack(text), expected) << byte;
  }
}

TEST(JsonWriterTest, Utf8StaysAndBrokenUtf8IsReplaced) {
  for (const char* text : {"\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80",
                           "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF", "\"\\\n\t\r"}) {
    EXPECT_EQ(ReadBack(text), text);
  }
  EXPECT_EQ(ReadBack("\xC3"), "\xEF\xBF\xBD");
  EXPECT_EQ(ReadBack("\xED\xA0\x80"), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
  EXPECT_EQ(ReadBack("\xF4\x90\x80\x80").size(), 12u);
  EXPECT_TRUE(IsValidUtf8(ReadBack(std::string(1000, '\xF0'))));
}

TEST(JsonWriterTest, KeysAreEscapedToo) {
  EXPECT_EQ(Written([](JsonWriter& json) {
              json.BeginObject();
              json.Number("a\"\x01", 1);
              json.EndObject();
            }),
            "{\"a\\\"\\u0001\":1}");
}

}  // namespace
}  // namespace tokentra
