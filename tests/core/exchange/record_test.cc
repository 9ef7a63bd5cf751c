// Method: one record with every field, then a table of records that break one rule of record.h
// each, with the error they must give. Counts and seconds are tried at their limits.

#include "core/exchange/record.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "simdjson.h"

namespace tokentra {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

const InstantNs kAt = *ParseInstant("2026-10-15T12:00:00Z");

class Parsed {
 public:
  explicit Parsed(std::string_view line, InstantNs default_at = kAt)
      : padded_(line), status(parser.Parse(padded_, default_at)) {}

 private:
  simdjson::padded_string padded_;

 public:
  RecordParser parser;
  absl::Status status;
};

std::string ErrorOf(std::string_view line, InstantNs default_at = kAt) {
  const Parsed parsed(line, default_at);
  EXPECT_FALSE(parsed.status.ok()) << line;
  EXPECT_EQ(parsed.status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_LT(parsed.status.message().size(), 300u);
  return std::string(parsed.status.message());
}

TEST(RecordTest, EveryField) {
  const Parsed one(R"({"id": "r1", "provider": "acme", "model": "m1", "api": "chat",
      "at": "2026-10-15T14:00:00+02:00", "service_tier": "flex", "region": "eu", "batch": true,
      "conditions": {"size": "big", "hd": true, "n": 2, "none": null},
      "metadata": {"team_id": "a", "flag": false, "count": 7, "low": -7, "ratio": 0.5, "no": null,
                   "empty": ""},
      "usage": {"input_tokens": 5, "output_tokens": 0, "cache_read_tokens": null},
      "whatever": [1, 2]})");
  ASSERT_TRUE(one.status.ok()) << one.status;
  const Call& call = one.parser.call();
  EXPECT_EQ(one.parser.id(), "r1");
  EXPECT_EQ(call.provider, "acme");
  EXPECT_EQ(call.model, "m1");
  EXPECT_EQ(call.api, "chat");
  EXPECT_EQ(call.at, kAt);
  EXPECT_EQ(call.service_tier, "flex");
  EXPECT_EQ(call.region, "eu");
  EXPECT_TRUE(call.batch);
  std::map<std::string, std::string> conditions;
  for (const NamedCondition& named : call.conditions) conditions.emplace(named.name, named.value);
  EXPECT_THAT(conditions, ElementsAre(Pair("hd", "true"), Pair("n", "2"), Pair("size", "big")));
  std::map<std::string, std::string> metadata;
  for (const MetadataEntry& entry : one.parser.metadata()) metadata.emplace(entry.key, entry.value);
  EXPECT_THAT(metadata, ElementsAre(Pair("count", "7"), Pair("empty", ""), Pair("flag", "false"),
                                    Pair("low", "-7"), Pair("ratio", "0.5"), Pair("team_id", "a")));
  EXPECT_THAT(one.parser.findings(), IsEmpty());
  ASSERT_NE(call.usage, nullptr);
  EXPECT_EQ(call.extraction, nullptr);
  EXPECT_EQ(call.usage->Get(kMeterInputTokens), 5u);
  EXPECT_EQ(call.usage->Get(kMeterOutputTokens), 0u);    // zero is not absent
  EXPECT_FALSE(call.usage->Has(kMeterCacheReadTokens));  // null is
}

TEST(RecordTest, AParserIsFreshForEachRecord) {
  RecordParser parser;
  const simdjson::padded_string first(std::string_view(
      R"({"id": 9, "provider": "acme", "model": "m1", "batch": true, "conditions": {"a": "b"},
          "metadata": {"k": [1]}, "usage": {"requests": 1}})"));
  const simdjson::padded_string second(
      std::string_view(R"({"provider": "beta", "usage": {"input_tokens": 1}})"));
  ASSERT_TRUE(parser.Parse(first, kAt).ok());
  EXPECT_EQ(parser.id(), "9");
  EXPECT_EQ(parser.findings().size(), 1u);
  ASSERT_TRUE(parser.Parse(second, kAt).ok());
  EXPECT_EQ(parser.id(), "");
  EXPECT_EQ(parser.call().model, "");
  EXPECT_FALSE(parser.call().batch);
  EXPECT_TRUE(parser.call().conditions.empty());
  EXPECT_TRUE(parser.metadata().empty());
  EXPECT_TRUE(parser.findings().empty());
  EXPECT_FALSE(parser.call().usage->Has(kMeterRequests));
}

TEST(RecordTest, ResponsesAreReadWhereTheyStand) {
  const Parsed one(R"({"provider": "openai", "response": {"id": "chatcmpl-1",
      "object": "chat.completion", "model": "gpt-4o", "choices": [],
      "usage": {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}}})");
  ASSERT_TRUE(one.status.ok()) << one.status;
  ASSERT_NE(one.parser.extraction(), nullptr);
  EXPECT_EQ(one.parser.extraction()->model, "gpt-4o");
  EXPECT_EQ(one.parser.id(), "chatcmpl-1");
  const Parsed own(R"({"id": "mine", "provider": "openai", "response": {"id": "chatcmpl-1",
      "model": "gpt-4o", "usage": {"prompt_tokens": 10, "completion_tokens": 5}}})");
  EXPECT_EQ(own.parser.id(), "mine");
}

TEST(RecordTest, RulesThatAreBroken) {
  const std::pair<const char*, const char*> kCases[] = {
      {"", "not JSON"},
      {"{", "not JSON"},
      {R"({"provider": "a"} x)", "not JSON"},
      {"{\"provider\": \"\xFF\"}", "not JSON"},
      {"[1]", "a call record is an object, not a list"},
      {"5", "a call record is an object, not a number"},
      {"null", "a call record is an object, not null"},
      {R"({"usage": {}})", "provider is missing"},
      {R"({"provider": "", "usage": {}})", "provider is missing"},
      {R"({"provider": null, "usage": {}})", "provider is missing"},
      {R"({"provider": 5, "usage": {}})", "provider must be a text, not a number"},
      {R"({"provider": "a", "model": ["x"], "usage": {}})", "model must be a text, not a list"},
      {R"({"provider": "a", "api": {}, "usage": {}})", "api must be a text, not an object"},
      {R"({"provider": "a", "id": 1.5, "usage": {}})", "id must be a text, not a number"},
      {R"({"provider": "a", "id": true, "usage": {}})", "id must be a text, not true or false"},
      {R"({"provider": "a", "at": "noon", "usage": {}})", "at: instant \"noon\""},
      {R"({"provider": "a", "at": 1760529600, "usage": {}})", "at must be a text, not a number"},
      {R"({"provider": "a", "batch": "true", "usage": {}})", "batch must be true or false"},
      {R"({"provider": "a", "batch": 1, "usage": {}})", "batch must be true or false"},
      {R"({"provider": "a", "conditions": "x", "usage": {}})", "conditions must be an object"},
      {R"({"provider": "a", "conditions": {"k": 1.5}, "usage": {}})",
       "conditions.k must be a text"},
      {R"({"provider": "a", "conditions": {"k": []}, "usage": {}})", "conditions.k must be a text"},
      {R"({"provider": "a"})", "neither response nor usage is given"},
      {R"({"provider": "a", "usage": null, "response": null})", "neither response nor usage"},
      {R"({"provider": "a", "usage": {}, "response": {}})", "both response and usage are given"},
      {R"({"provider": "a", "usage": [1]})", "usage must be an object of meters, not a list"},
      {R"({"provider": "a", "usage": {"input_token": 1}})",
       "usage has the unknown meter \"input_token\", nearest is \"input_tokens\""},
      {R"({"provider": "openai", "response": "text"})", "object"},
      {R"({"provider": "a", "model": "x", "model": "y", "usage": {}})", "model is given twice"},
      {R"({"provider": "a", "usage": null, "usage": {}})", "usage is given twice"},
      {R"({"provider": "a", "usage": {"input_tokens": 18446744073709551616}})",
       "a number is beyond what 64 bits hold"},
  };
  for (const auto& [line, problem] : kCases) EXPECT_THAT(ErrorOf(line), HasSubstr(problem)) << line;
  EXPECT_THAT(ErrorOf(R"({"provider": "a", "usage": {}})", kNoInstant),
              HasSubstr("a record of a log never means now"));
  EXPECT_TRUE(Parsed(R"({"provider": "a", "at": "2026-10-15T12:00:00Z", "usage": {}})", kNoInstant)
                  .status.ok());
}

std::string WithCount(std::string_view count) {
  return absl::StrCat(R"({"provider": "a", "usage": {"input_tokens": )", count, "}}");
}

TEST(RecordTest, CountsAreWholeNumbersWithinTheirLimit) {
  const std::pair<const char*, std::uint64_t> kGood[] = {
      {"0", 0},
      {"-0", 0},
      {"1", 1},
      {"5.0", 5},
      {"1e3", 1000},
      {"-0.0", 0},
      {"281474976710655", kQuantityMax - 1},
      {"281474976710656", kQuantityMax},
      {"281474976710656.0", kQuantityMax},
  };
  for (const auto& [text, count] : kGood) {
    const Parsed parsed(WithCount(text));
    ASSERT_TRUE(parsed.status.ok()) << text << ' ' << parsed.status;
    EXPECT_EQ(parsed.parser.call().usage->Get(kMeterInputTokens), count) << text;
  }
  const std::pair<const char*, const char*> kBad[] = {
      {"-1", "input_tokens -1 is negative"},
      {"-9223372036854775808", "is negative"},
      {"-1.5", "input_tokens -1.5 is negative"},
      {"0.5", "input_tokens 0.5 is no whole number"},
      {"1e-9", "input_tokens 1e-09 is no whole number"},
      {"281474976710657", "input_tokens 281474976710657 is above the limit 2^48"},
      {"281474976710657.0", "is above the limit 2^48"},
      {"18446744073709551615", "is above the limit 2^48"},
      {"9007199254740992.0", "is above the limit 2^48"},
      {"9007199254740994.0", "is a float above 2^53"},
      {"1e300", "input_tokens 1e+300 is a float above 2^53"},
      {"18446744073709551616", "a number is beyond what 64 bits hold"},
      {"\"5\"", "input_tokens must be a whole number, not a text"},
      {"true", "input_tokens must be a whole number, not true or false"},
      {"[5]", "input_tokens must be a whole number, not a list"},
      {"{}", "input_tokens must be a whole number, not an object"},
  };
  for (const auto& [text, problem] : kBad) {
    EXPECT_THAT(ErrorOf(WithCount(text)), HasSubstr(problem)) << text;
  }
}

TEST(RecordTest, SecondsBecomeMillisecondsExactlyOrAreRefused) {
  const auto line = [](std::string_view seconds) {
    return absl::StrCat(R"({"provider": "a", "usage": {"input_audio_seconds": )", seconds, "}}");
  };
  const std::pair<const char*, std::uint64_t> kGood[] = {
      {"0", 0},     {"1", 1'000},     {"1.5", 1'500},  {"0.001", 1},
      {"0.1", 100}, {"2.675", 2'675}, {"1e1", 10'000}, {"281474976710.656", kQuantityMax},
  };
  for (const auto& [text, milliseconds] : kGood) {
    const Parsed parsed(line(text));
    ASSERT_TRUE(parsed.status.ok()) << text << ' ' << parsed.status;
    EXPECT_EQ(parsed.parser.call().usage->Get(kMeterInputAudioMilliseconds), milliseconds) << text;
  }
  for (const char* text : {"0.0001", "1.0005", "-1", "-0.5", "281474976710.657", "281474976711",
                           "1e300", "1e-300", "5e-324", "18446744073709551615"}) {
    EXPECT_THAT(ErrorOf(line(text)), AllOf(HasSubstr("input_audio_seconds"),
                                           HasSubstr("no whole number of milliseconds")))
        << text;
  }
  EXPECT_THAT(ErrorOf(line("\"1\"")), HasSubstr("must be a number of seconds, not a text"));
}

TEST(RecordTest, OneMeterGivenTwiceIsRefused) {
  EXPECT_THAT(ErrorOf(R"({"provider": "a", "usage": {"input_tokens": 1, "input_tokens": 2}})"),
              HasSubstr("usage gives input_tokens twice: 1 and 2"));
  EXPECT_THAT(
      ErrorOf(R"({"provider": "a", "usage": {"audio_milliseconds": 1000, "audio_seconds": 2}})"),
      HasSubstr("usage gives audio_milliseconds twice: 1000 and 2000"));
}

// Money is never lost over a tag.
TEST(RecordTest, OddMetadataIsAFindingAndLeftOut) {
  const Parsed one(
      R"({"provider": "a", "usage": {}, "metadata": {"k": ["x"], "o": {}, "t": "v"}})");
  ASSERT_TRUE(one.status.ok()) << one.status;
  ASSERT_EQ(one.parser.metadata().size(), 1u);
  EXPECT_EQ(one.parser.metadata()[0].key, "t");
  EXPECT_THAT(one.parser.findings(),
              ElementsAre(HasSubstr("metadata.k is a list"), HasSubstr("metadata.o is an object")));
  const Parsed text(R"({"provider": "a", "usage": {}, "metadata": "x"})");
  ASSERT_TRUE(text.status.ok());
  EXPECT_THAT(text.parser.findings(), ElementsAre(HasSubstr("metadata must be an object")));
}

TEST(RecordTest, AFieldThatIsASlipIsAFinding) {
  const auto findings = [](const std::string& name) {
    const Parsed one(absl::StrCat(R"({"provider": "a", "usage": {}, ")", name, R"(": "x"})"));
    EXPECT_TRUE(one.status.ok()) << one.status;
    return std::vector<std::string>(one.parser.findings().begin(), one.parser.findings().end());
  };
  EXPECT_THAT(findings("servicetier"),
              ElementsAre("the field \"servicetier\" is not read; did you mean \"service_tier\"?"));
  for (const char* slip : {"serviceTier", "service-tier", "SERVICE_TIER", "service_teir2"}) {
    EXPECT_EQ(findings(slip).size(), slip == std::string("service_teir2") ? 0u : 1u) << slip;
  }
  EXPECT_THAT(findings("regoin"), IsEmpty());  // two letters off: it may be anything
  EXPECT_THAT(findings("regions"), ElementsAre(HasSubstr("\"region\"")));
  for (const char* own : {"", "ids", "trace_id", "latency_ms", "user", "a", "prompt", "cost"}) {
    EXPECT_THAT(findings(own), IsEmpty()) << own;
  }
}

std::string Entries(int count, std::string_view field) {
  std::string out = absl::StrCat(R"({"provider": "a", "usage": {}, ")", field, "\": {");
  for (int i = 0; i < count; ++i) absl::StrAppend(&out, i == 0 ? "" : ",", "\"k", i, "\": \"v\"");
  return out + "}}";
}

TEST(RecordTest, NumbersOfEntriesAreLimited) {
  EXPECT_TRUE(Parsed(Entries(14, "conditions")).status.ok());
  EXPECT_THAT(ErrorOf(Entries(15, "conditions")), HasSubstr("more than 14"));
  const Parsed full(Entries(64, "metadata"));
  EXPECT_EQ(full.parser.metadata().size(), 64u);
  EXPECT_TRUE(full.parser.findings().empty());
  const Parsed over(Entries(65, "metadata"));
  ASSERT_TRUE(over.status.ok());
  EXPECT_EQ(over.parser.metadata().size(), 64u);
  EXPECT_THAT(over.parser.findings(), ElementsAre(HasSubstr("more than 64")));
}

TEST(RecordTest, IdAndProviderSurviveALaterError) {
  const Parsed one(R"({"id": "r1", "provider": "acme", "at": "noon", "usage": {}})");
  EXPECT_FALSE(one.status.ok());
  EXPECT_EQ(one.parser.id(), "r1");
  EXPECT_EQ(one.parser.call().provider, "acme");
}

}  // namespace
}  // namespace tokentra
