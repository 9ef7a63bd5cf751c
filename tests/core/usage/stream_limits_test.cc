// Method: every limit of a stream at limit - 1, limit and limit + 1, and what is held of a stream
// that never ends.

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/crc32.h"
#include "core/usage/binary_events.h"
#include "core/usage/json_collector.h"
#include "core/usage/stream.h"
#include "core/usage/stream_body.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tokentra {
namespace {

using extract::BinaryEvents;
using extract::JsonCollector;
using extract::StreamBody;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::string_view kUsage =
    R"("choices":[{"finish_reason":"stop"}],"usage":{"prompt_tokens":14,"completion_tokens":8})";

UsageStream Open(std::string_view provider = "openai") {
  absl::StatusOr<UsageStream> stream = UsageStream::Open(provider, "", "a-model");
  EXPECT_TRUE(stream.ok());
  return *std::move(stream);
}

std::string Text(std::size_t size) { return std::string(size, 'x'); }

TEST(Crc32Test, KnownSums) {
  EXPECT_EQ(Crc32(0, ""), 0u);
  EXPECT_EQ(Crc32(0, "123456789"), 0xCBF43926u);  // the check value of its definition
  EXPECT_EQ(Crc32(Crc32(0, "1234"), "56789"), 0xCBF43926u);
}

TEST(JsonCollectorTest, LongStringsAreEmptied) {
  constexpr std::size_t kMax = JsonCollector::kStringMax;
  for (const std::size_t size : {kMax - 1, kMax, kMax + 1}) {
    JsonCollector collector;
    const std::string json = absl::StrCat(R"({"a":")", Text(size), R"(","b":1})");
    EXPECT_EQ(collector.Take(json), json.size());
    ASSERT_TRUE(collector.done());
    EXPECT_EQ(collector.text(), size > kMax ? R"({"a":"","b":1})" : json) << size;
  }
}

TEST(JsonCollectorTest, LongStringsEndWhereTheyEnd) {
  // Quotes, backslashes and brackets beyond the limit, cut at every byte around it.
  const std::string inner = Text(JsonCollector::kStringMax - 2) + R"(\\\"}]{[\\)" + "\xc3\xa9";
  const std::string json = absl::StrCat(R"({"a":")", inner, R"(","b":[{"c":2}]})");
  for (std::size_t at = JsonCollector::kStringMax; at < json.size(); ++at) {
    JsonCollector collector;
    EXPECT_EQ(collector.Take(std::string_view(json).substr(0, at)), at);
    EXPECT_FALSE(collector.done());
    collector.Take(std::string_view(json).substr(at));
    ASSERT_TRUE(collector.done());
    EXPECT_EQ(collector.text(), R"({"a":"","b":[{"c":2}]})");
  }
}

TEST(JsonCollectorTest, LongObjectsAreFollowedToTheirEnd) {
  constexpr std::size_t kMax = JsonCollector::kObjectMax;
  for (const std::size_t size : {kMax - 1, kMax, kMax + 1}) {
    std::string json = "{";
    const std::string member = absl::StrCat(R"("a":")", Text(8000), R"(",)");
    while (json.size() + member.size() + 100 < size) json += member;
    json += R"("b":[)" + std::string(size - json.size() - 7, ' ') + "]}";
    ASSERT_EQ(json.size(), size);
    JsonCollector collector;
    EXPECT_EQ(collector.Take(json + "{}"), size);
    EXPECT_TRUE(collector.done());
    EXPECT_EQ(collector.too_long(), size > kMax);
    EXPECT_EQ(collector.text().size(), size > kMax ? 0 : size);
  }
}

TEST(StreamLimitsTest, AnEventThatIsTooLongIsLeftOut) {
  UsageStream stream = Open();
  std::string event = R"({"choices":[)";
  while (event.size() <= kStreamEventMax) absl::StrAppend(&event, "{\"x\":\"", Text(4000), "\"},");
  event += "{}]}";
  stream.Feed(absl::StrCat("data: ", event, "\n\ndata: {", kUsage, "}\n\n"));
  const absl::StatusOr<Extraction> usage = stream.Usage();
  ASSERT_TRUE(usage.ok());
  EXPECT_EQ(usage->quality, Quality::kIncomplete);
  EXPECT_THAT(usage->findings, Contains(HasSubstr("longer than 4194304 bytes")));
  EXPECT_EQ(usage->parts.at(0).usage.Get(kMeterInputTokens), 14u);
}

TEST(StreamLimitsTest, ALongPictureIsNoLongEvent) {
  UsageStream stream = Open();
  stream.Feed(R"(data: {"b64":")");
  const std::string piece = Text(std::size_t{1} << 20);
  for (int i = 0; i < 16; ++i) stream.Feed(piece);
  stream.Feed(absl::StrCat("\",", kUsage, "}\n\n"));
  const absl::StatusOr<Extraction> usage = stream.Usage();
  ASSERT_TRUE(usage.ok());
  EXPECT_EQ(usage->quality, Quality::kExact) << usage->findings.at(0);
}

TEST(StreamLimitsTest, MembersOfUsage) {
  constexpr std::size_t kMax = StreamBody::kUsageMax;
  constexpr std::string_view kKey = "iterations";
  for (const std::size_t size : {kMax - 1, kMax, kMax + 1}) {
    UsageStream stream = Open("anthropic");
    const std::string text = Text(10000);
    std::string value = "[";
    while (value.size() + text.size() + 20 < size) absl::StrAppend(&value, "\"", text, "\",");
    const std::size_t rest = size - kKey.size() - value.size() - 3;
    absl::StrAppend(&value, "\"", Text(rest), "\"]");
    ASSERT_EQ(kKey.size() + value.size(), size);
    stream.Feed(
        absl::StrCat(R"(data: {"type":"message_stop","usage":{")", kKey, "\":", value, "}}\n\n"));
    const absl::StatusOr<Extraction> usage = stream.Usage();
    ASSERT_TRUE(usage.ok());
    const bool is_left_out = stream.Body().find(kKey) == std::string::npos;
    EXPECT_EQ(is_left_out, size > kMax) << size;
    if (is_left_out) {
      EXPECT_THAT(usage->findings, Contains(HasSubstr("usage is longer than")));
    }
  }
}

TEST(StreamLimitsTest, Names) {
  constexpr std::size_t kMax = StreamBody::kNameMax;
  for (const std::size_t size : {kMax - 1, kMax, kMax + 1}) {
    UsageStream stream = Open();
    stream.Feed(absl::StrCat(R"(data: {"model":")", Text(size), "\",", kUsage, "}\n\n"));
    EXPECT_EQ(stream.Body().find(Text(kMax - 1)) == std::string::npos, size > kMax) << size;
    EXPECT_EQ(stream.Usage()->quality, Quality::kSuspect);  // no model has such a name
  }
}

TEST(StreamLimitsTest, ToolCalls) {
  constexpr std::size_t kMax = StreamBody::kToolCallsMax;
  for (const std::size_t count : {kMax - 1, kMax, kMax + 1}) {
    std::string output;
    for (std::size_t i = 0; i < count; ++i) {
      absl::StrAppend(&output, i == 0 ? "" : ",", R"({"type":"file_search_call"})");
    }
    UsageStream stream = Open();
    stream.Feed(absl::StrCat(R"(data: {"type":"response.completed","response":{"output":[)", output,
                             R"(],"usage":{"input_tokens":1,"output_tokens":1}}})", "\n\n"));
    const absl::StatusOr<Extraction> usage = stream.Usage();
    ASSERT_TRUE(usage.ok());
    EXPECT_EQ(usage->parts.at(0).usage.Get(kMeterStorageSearches), std::min(count, kMax));
    EXPECT_EQ(usage->quality, count > kMax ? Quality::kIncomplete : Quality::kExact);
  }
}

TEST(StreamLimitsTest, Findings) {
  for (const std::size_t count :
       {StreamBody::kFindingsMax - 1, StreamBody::kFindingsMax, StreamBody::kFindingsMax + 1}) {
    UsageStream stream = Open();
    for (std::size_t i = 0; i < count; ++i) stream.Feed("data: {\"a\":}\n\n");
    EXPECT_EQ(stream.Usage()->findings.size(), std::min(count, StreamBody::kFindingsMax));
  }
}

void AppendBigEndian(std::uint32_t value, std::string* to) {
  for (int shift = 24; shift >= 0; shift -= 8) *to += static_cast<char>(value >> shift);
}

// A message with `headers` bytes of one header that nobody reads.
std::string Message(std::size_t headers, std::string_view payload) {
  std::string message;
  AppendBigEndian(static_cast<std::uint32_t>(16 + headers + payload.size()), &message);
  AppendBigEndian(static_cast<std::uint32_t>(headers), &message);
  AppendBigEndian(Crc32(0, message), &message);
  absl::StrAppend(&message, Text(headers), payload);
  AppendBigEndian(Crc32(0, message), &message);
  return message;
}

TEST(StreamLimitsTest, Headers) {
  constexpr std::size_t kMax = BinaryEvents::kHeadersMax;
  for (const std::size_t size : {kMax - 1, kMax, kMax + 1}) {
    UsageStream stream = Open("aws");
    stream.Feed(Message(
        size, R"({"usage":{"inputTokens":3,"outputTokens":4,"totalTokens":7},"metrics":{}})"));
    EXPECT_EQ(stream.Usage()->parts.empty(), size > kMax) << size;
  }
}

TEST(StreamLimitsTest, AMessageMustHoldItself) {
  std::string message;
  AppendBigEndian(15, &message);  // less than its own frame
  AppendBigEndian(0, &message);
  AppendBigEndian(Crc32(0, message), &message);
  UsageStream stream = Open("aws");
  stream.Feed(message);
  stream.Feed(Message(0, R"({"usage":{"inputTokens":3,"outputTokens":4}})"));
  EXPECT_THAT(stream.Usage()->parts, IsEmpty());
  EXPECT_THAT(stream.Usage()->findings, Contains(HasSubstr("cannot be")));
}

}  // namespace
}  // namespace tokentra
