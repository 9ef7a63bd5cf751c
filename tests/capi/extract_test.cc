// Extraction: from a response body to usage, conditions and findings.
//
// Method: one body a provider with counts chosen so that each meter differs.
#include <map>

#include "tests/capi/testing.h"

namespace tokentra_testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

class ExtractTest : public ::testing::Test {
 protected:
  tokentra_status Extract(std::string_view body, std::string_view provider,
                          std::string_view api = "") {
    const tokentra_status status =
        tokentra_extract(Text(body), Text(provider), Text(api), extraction_.Out(), error.Out());
    if (status == TOKENTRA_OK) {
      EXPECT_OK(tokentra_extraction_summarize(extraction_.get(), &summary_, sizeof(summary_),
                                              error.Out()));
    }
    return status;
  }
  std::map<std::string, uint64_t> Usage() const {
    std::map<std::string, uint64_t> usage;
    const tokentra_quantity* quantities = tokentra_extraction_usage(extraction_.get());
    for (uint32_t i = 0; i < summary_.meters; ++i) {
      if (quantities[i].quantity == 0) continue;
      usage[View(tokentra_meter_name(quantities[i].meter))] = quantities[i].quantity;
    }
    return usage;
  }

  Extraction extraction_;
  tokentra_extraction_summary summary_ = {};
  Error error;
};

TEST_F(ExtractTest, OpenaiChat) {
  ASSERT_OK(Extract(kOpenaiBody, "openai"));
  EXPECT_THAT(Usage(), ElementsAre(Pair("input_tokens", 1500), Pair("output_tokens", 500)));
  EXPECT_EQ(View(summary_.provider), "openai");
  EXPECT_EQ(View(summary_.api), "chat");
  EXPECT_EQ(View(summary_.model), "gpt-4o-2024-08-06");
  EXPECT_EQ(View(summary_.response_id), "chatcmpl-1");
  EXPECT_EQ(summary_.quality, uint32_t{TOKENTRA_QUALITY_EXACT});
  EXPECT_EQ(summary_.parts, 1u);
  EXPECT_EQ(summary_.findings, 0u);
}

TEST_F(ExtractTest, AnthropicCountsAreMadeInclusive) {
  ASSERT_OK(
      Extract(R"({"id":"msg_1","type":"message","model":"claude-sonnet-4-5-20250929","usage":)"
              R"({"input_tokens":100,"cache_read_input_tokens":30,"cache_creation_input_tokens":7,)"
              R"("output_tokens":5,"service_tier":"standard"}})",
              "anthropic"));
  const auto usage = Usage();
  EXPECT_EQ(usage.at("input_tokens"), 137u);
  EXPECT_EQ(usage.at("cache_read_tokens"), 30u);
  EXPECT_EQ(usage.at("cache_write_tokens"), 7u);
  EXPECT_EQ(usage.at("output_tokens"), 5u);
  ASSERT_GE(summary_.conditions, 1u);
  std::map<std::string, std::string> conditions;
  for (uint32_t i = 0; i < summary_.conditions; ++i) {
    const tokentra_pair pair = tokentra_extraction_condition(extraction_.get(), i);
    conditions[View(pair.name)] = View(pair.value);
  }
  EXPECT_EQ(conditions["service_tier"], "standard");
}

TEST_F(ExtractTest, Parts) {
  ASSERT_OK(Extract(kOpenaiBody, "openai"));
  tokentra_part part = {};
  ASSERT_OK(tokentra_extraction_part_at(extraction_.get(), 0, &part, sizeof(part), error.Out()));
  uint64_t sum = 0;
  for (size_t i = 0; i < part.usage_count; ++i) sum += part.usage[i].quantity;
  EXPECT_EQ(sum, 2000u);
  EXPECT_ERROR(tokentra_extraction_part_at(extraction_.get(), 1, &part, sizeof(part), error.Out()),
               TOKENTRA_OUT_OF_RANGE, HasSubstr("1"));
}

TEST_F(ExtractTest, PastTheEnd) {
  ASSERT_OK(Extract(kOpenaiBody, "openai"));
  const tokentra_pair pair = tokentra_extraction_condition(extraction_.get(), SIZE_MAX);
  EXPECT_EQ(pair.name.size, 0u);
  EXPECT_EQ(pair.value.size, 0u);
  EXPECT_EQ(tokentra_extraction_finding(extraction_.get(), summary_.findings).size, 0u);
}

TEST_F(ExtractTest, WithoutUsageThereIsNoPart) {
  ASSERT_OK(Extract(R"({"object":"chat.completion","model":"gpt-4o"})", "openai"));
  EXPECT_EQ(summary_.parts, 0u);
  EXPECT_EQ(summary_.meters, 0u);
}

TEST_F(ExtractTest, AContradictionIsSuspectAndSaysWhy) {
  ASSERT_OK(Extract(R"({"object":"chat.completion","model":"gpt-4o","usage":)"
                    R"({"prompt_tokens":10,"completion_tokens":5,"total_tokens":16}})",
                    "openai"));
  EXPECT_EQ(summary_.quality, uint32_t{TOKENTRA_QUALITY_SUSPECT});
  ASSERT_GE(summary_.findings, 1u);
  EXPECT_THAT(View(tokentra_extraction_finding(extraction_.get(), 0)), HasSubstr("16"));
}

TEST_F(ExtractTest, UnknownProviderAndApi) {
  EXPECT_ERROR(Extract("{}", "opnai"), TOKENTRA_INVALID_ARGUMENT,
               AllOf(HasSubstr("opnai"), HasSubstr("openai")));
  EXPECT_ERROR(Extract(kOpenaiBody, "openai", "chatt"), TOKENTRA_INVALID_ARGUMENT,
               AllOf(HasSubstr("chatt"), HasSubstr("chat")));
}

TEST_F(ExtractTest, BodiesThatAreNone) {
  const std::string deep(100'000, '[');
  const std::string nul("{\"a\":\0}", 7);
  for (const std::string_view body :
       {std::string_view("[]"), std::string_view("{"), std::string_view("null"),
        std::string_view("{\"model\":\"\xff\"}"), std::string_view(deep), std::string_view(nul)}) {
    EXPECT_EQ(Extract(body, "openai"), TOKENTRA_INVALID_ARGUMENT) << body.substr(0, 20);
  }
}

TEST_F(ExtractTest, TheBodyIsNotKept) {
  std::string body(kOpenaiBody);
  ASSERT_OK(Extract(body, "openai"));
  body.assign(body.size(), 'x');
  EXPECT_EQ(View(summary_.model), "gpt-4o-2024-08-06");
  EXPECT_EQ(View(summary_.response_id), "chatcmpl-1");
}

constexpr std::string_view kChunks[] = {
    R"({"id":"c1","model":"gpt-4o","choices":[{"delta":{"content":"x"}}],"usage":null})",
    R"({"id":"c1","model":"gpt-4o","choices":[{"delta":{},"finish_reason":"stop"}]})",
    R"({"id":"c1","model":"gpt-4o","choices":[],)"
    R"("usage":{"prompt_tokens":14,"completion_tokens":8}})"};

TEST_F(ExtractTest, StreamOfBytesAndOfEvents) {
  for (const bool is_bytes : {true, false}) {
    Stream stream;
    ASSERT_OK(tokentra_stream_new(Text("openai"), kAbsent, kAbsent, stream.Out(), error.Out()));
    for (const std::string_view chunk : kChunks) {
      ASSERT_OK(tokentra_stream_usage(stream.get(), extraction_.Out(), error.Out()));
      ASSERT_OK(tokentra_extraction_summarize(extraction_.get(), &summary_, sizeof(summary_),
                                              error.Out()));
      EXPECT_EQ(summary_.quality, uint32_t{TOKENTRA_QUALITY_INCOMPLETE});
      if (!is_bytes) {
        ASSERT_OK(tokentra_stream_feed_event(stream.get(), Text(chunk), error.Out()));
        continue;
      }
      for (const char byte : "data: " + std::string(chunk) + "\n\n") {
        ASSERT_OK(tokentra_stream_feed(stream.get(), {&byte, 1}, error.Out()));
      }
    }
    ASSERT_OK(tokentra_stream_usage(stream.get(), extraction_.Out(), error.Out()));
    ASSERT_OK(
        tokentra_extraction_summarize(extraction_.get(), &summary_, sizeof(summary_), error.Out()));
    EXPECT_THAT(Usage(), ElementsAre(Pair("input_tokens", 14), Pair("output_tokens", 8)));
    EXPECT_EQ(summary_.quality, uint32_t{TOKENTRA_QUALITY_EXACT});
    EXPECT_EQ(View(summary_.model), "gpt-4o");

    Document body;
    ASSERT_OK(tokentra_stream_body(stream.get(), body.Out(), error.Out()));
    ASSERT_OK(Extract(View(tokentra_document_text(body.get())), "openai"));
    EXPECT_THAT(Usage(), ElementsAre(Pair("input_tokens", 14), Pair("output_tokens", 8)));
  }
}

TEST_F(ExtractTest, StreamErrors) {
  Stream stream;
  EXPECT_ERROR(tokentra_stream_new(Text("openai"), Text("ocr"), kAbsent, stream.Out(), error.Out()),
               TOKENTRA_INVALID_ARGUMENT, HasSubstr("ocr"));
  ASSERT_OK(tokentra_stream_new(Text("nobody"), kAbsent, kAbsent, stream.Out(), error.Out()));
  EXPECT_OK(tokentra_stream_feed(stream.get(), kAbsent, error.Out()));
  EXPECT_ERROR(tokentra_stream_feed_event(stream.get(), Text("[1]"), error.Out()),
               TOKENTRA_INVALID_ARGUMENT, HasSubstr("no JSON object"));
  EXPECT_ERROR(tokentra_stream_usage(stream.get(), extraction_.Out(), error.Out()),
               TOKENTRA_INVALID_ARGUMENT, HasSubstr("nobody"));
}

}  // namespace
}  // namespace tokentra_testing
