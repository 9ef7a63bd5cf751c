// Records: JSON Lines in, one result a record out.
//
// Method: small chunks with one thing wrong at a time; options one by one.
#include <algorithm>

#include "tests/capi/testing.h"

namespace tokentra_testing {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kGood =
    R"({"provider":"openai","model":"gpt-4o","at":"2026-10-15T12:00:00Z","id":"a",)"
    R"("usage":{"input_tokens":1500,"output_tokens":500}})";
constexpr std::string_view kWithoutInstant =
    R"({"provider":"openai","model":"gpt-4o","usage":{"input_tokens":1000}})";

std::string Lines(std::initializer_list<std::string_view> lines) {
  std::string text;
  for (const std::string_view line : lines) text.append(line).append("\n");
  return text;
}

class RecordsTest : public ::testing::Test {
 protected:
  void Price(std::string_view chunk) {
    ASSERT_OK(tokentra_records_price(catalog_.get(), Text(chunk), &options_, sizeof(options_),
                                     records_.Out(), error.Out()));
  }
  size_t Count() const { return tokentra_records_count(records_.get()); }
  tokentra_record At(size_t index) {
    tokentra_record record = {};
    EXPECT_OK(tokentra_records_at(records_.get(), index, &record, sizeof(record), error.Out()));
    return record;
  }

  Catalog catalog_ = OpenCatalog();
  tokentra_records_options options_ = {
      1, TOKENTRA_NO_INSTANT, TOKENTRA_NO_INSTANT, TOKENTRA_NO_INSTANT, 0, 0, 0};
  Records records_;
  Error error;
};

TEST_F(RecordsTest, OneRecord) {
  Price(Lines({kGood}));
  ASSERT_EQ(Count(), 1u);
  EXPECT_EQ(tokentra_records_lines(records_.get()), 1u);
  const tokentra_record record = At(0);
  EXPECT_EQ(record.status, TOKENTRA_OK);
  EXPECT_EQ(Decimal(record.total), "0.00875");
  EXPECT_EQ(record.line, 1u);
  EXPECT_EQ(View(record.provider), "openai");
  EXPECT_EQ(View(record.model), "gpt-4o");
  EXPECT_EQ(View(record.id), "a");
  EXPECT_EQ(record.message.size, 0u);
  EXPECT_EQ(record.json.size, 0u) << "made on request only";
  EXPECT_EQ(record.at_ns, kInstant);
  EXPECT_EQ(record.input_tokens, 1500u);
  EXPECT_EQ(record.output_tokens, 500u);
  EXPECT_EQ(record.state, uint32_t{TOKENTRA_STATE_PRICED});
  EXPECT_EQ(record.match, uint32_t{TOKENTRA_MATCH_EXACT});
  EXPECT_EQ(record.quality, uint32_t{TOKENTRA_QUALITY_EXACT});
  EXPECT_EQ(record.outcome, 0u);
  EXPECT_EQ(record.flags, 0u);
}

TEST_F(RecordsTest, LinesAreNumberedAndBlankOnesCount) {
  options_.first_line = 41;
  Price(Lines({kGood, "", "  ", "not json", kGood}) + std::string(kGood));
  ASSERT_EQ(Count(), 4u);
  EXPECT_EQ(tokentra_records_lines(records_.get()), 6u);
  EXPECT_EQ(At(0).line, 41u);
  EXPECT_EQ(At(1).line, 44u);
  EXPECT_EQ(At(2).line, 45u);
  EXPECT_EQ(At(3).line, 46u) << "the last line needs no newline";
  EXPECT_EQ(At(1).status, TOKENTRA_INVALID_ARGUMENT);
  EXPECT_GT(At(1).message.size, 0u);
  EXPECT_EQ(At(3).status, TOKENTRA_OK);
}

TEST_F(RecordsTest, OneBadRecordSpoilsNoOther) {
  for (const std::string_view bad :
       {"{", "[]", "null", "{\"provider\":3}", "{\"provider\":\"openai\"}", "\xff\xfe",
        R"({"provider":"openai","model":"gpt-4o","at":"soon","usage":{"input_tokens":1}})",
        R"({"provider":"openai","model":"gpt-4o","at":"2026-10-15T12:00:00Z",)"
        R"("usage":{"input_tokens":-1}})"}) {
    Price(Lines({kGood, bad, kGood}));
    ASSERT_EQ(Count(), 3u) << bad;
    EXPECT_EQ(Decimal(At(0).total), "0.00875");
    EXPECT_EQ(At(1).status, TOKENTRA_INVALID_ARGUMENT) << bad;
    EXPECT_GT(At(1).message.size, 0u) << bad;
    EXPECT_EQ(Decimal(At(2).total), "0.00875");
  }
}

TEST_F(RecordsTest, ANulByteIsNoEnd) {
  std::string chunk = Lines({kGood, "x", kGood});
  chunk[chunk.find("\nx\n") + 1] = '\0';
  Price(chunk);
  ASSERT_EQ(Count(), 3u);
  EXPECT_EQ(At(1).status, TOKENTRA_INVALID_ARGUMENT);
  EXPECT_EQ(At(2).status, TOKENTRA_OK);
}

TEST_F(RecordsTest, NothingAtAll) {
  for (const std::string_view chunk : {"", "\n", "\n\n", "\r\n"}) {
    Price(chunk);
    EXPECT_EQ(Count(), 0u);
    EXPECT_EQ(tokentra_records_lines(records_.get()),
              static_cast<uint64_t>(std::count(chunk.begin(), chunk.end(), '\n')));
  }
}

TEST_F(RecordsTest, DefaultInstant) {
  Price(Lines({kWithoutInstant}));
  EXPECT_EQ(At(0).status, TOKENTRA_INVALID_ARGUMENT) << "a record of a log never means now";
  EXPECT_THAT(View(At(0).message), HasSubstr("at"));
  options_.default_at_ns = kInstant;
  Price(Lines({kWithoutInstant}));
  EXPECT_EQ(At(0).status, TOKENTRA_OK);
  EXPECT_EQ(At(0).at_ns, kInstant);
  EXPECT_EQ(Decimal(At(0).total), "0.0025");
}

TEST_F(RecordsTest, SinceAndUntil) {
  const auto skipped = [&](int64_t since_ns, int64_t until_ns) {
    options_.since_ns = since_ns;
    options_.until_ns = until_ns;
    Price(Lines({kGood}));
    return (At(0).flags & TOKENTRA_RECORD_SKIPPED) != 0;
  };
  EXPECT_FALSE(skipped(TOKENTRA_NO_INSTANT, TOKENTRA_NO_INSTANT));
  EXPECT_FALSE(skipped(0, 0)) << "0 is no bound";
  EXPECT_FALSE(skipped(kInstant, kInstant + 1));
  EXPECT_TRUE(skipped(kInstant + 1, TOKENTRA_NO_INSTANT));
  EXPECT_TRUE(skipped(TOKENTRA_NO_INSTANT, kInstant)) << "until is not included";
}

TEST_F(RecordsTest, DefaultOptions) {
  options_ = kRecordsDefaults;
  Price(Lines({kGood, kWithoutInstant}));
  EXPECT_EQ(Decimal(At(0).total), "0.00875");
  EXPECT_EQ(At(0).line, 1u);
  EXPECT_EQ(At(1).status, TOKENTRA_INVALID_ARGUMENT);
}

TEST_F(RecordsTest, UnpricedSaysWhy) {
  Price(R"({"provider":"openai","model":"gpt-4o-hyper","at":"2026-10-15T12:00:00Z",)"
        R"("usage":{"input_tokens":1500}})");
  EXPECT_EQ(At(0).status, TOKENTRA_OK);
  EXPECT_EQ(At(0).state, uint32_t{TOKENTRA_STATE_UNPRICED});
  EXPECT_EQ(View(At(0).model), "gpt-4o-hyper");
  EXPECT_THAT(View(At(0).message), HasSubstr("gpt-4o-hyper"));
}

TEST_F(RecordsTest, JsonOnRequest) {
  options_.flags = TOKENTRA_RECORDS_JSON;
  options_.first_line = 7;
  Price(Lines({kGood, "{"}));
  const std::string good = View(At(0).json);
  EXPECT_THAT(good, HasSubstr(R"("line":7)"));
  EXPECT_THAT(good, HasSubstr(R"("total":"0.00875")"));
  const std::string bad = View(At(1).json);
  EXPECT_THAT(bad, HasSubstr(R"("line":8)"));
  EXPECT_THAT(bad, HasSubstr(R"("code":"INVALID_ARGUMENT")"));
  for (const std::string& json : {good, bad}) {
    EXPECT_THAT(json, ::testing::StartsWith("{"));
    EXPECT_THAT(json, ::testing::EndsWith("}"));
    EXPECT_THAT(json, ::testing::Not(HasSubstr("\n")));
  }
}

TEST_F(RecordsTest, PastTheEnd) {
  Price(Lines({kGood}));
  tokentra_record record = {};
  for (const size_t index : {size_t{1}, SIZE_MAX}) {
    EXPECT_ERROR(tokentra_records_at(records_.get(), index, &record, sizeof(record), error.Out()),
                 TOKENTRA_OUT_OF_RANGE, HasSubstr(std::to_string(index)));
  }
}

TEST_F(RecordsTest, ResultsOutliveChunkAndCatalog) {
  {
    const std::string chunk = Lines({kGood, "{"});
    Price(chunk);
  }
  catalog_.Reset();
  EXPECT_EQ(View(At(0).model), "gpt-4o");
  EXPECT_EQ(View(At(0).id), "a");
  EXPECT_GT(At(1).message.size, 0u);
}

TEST_F(RecordsTest, Explain) {
  Document document;
  ASSERT_OK(tokentra_records_explain(catalog_.get(), Text(kGood), &kRecordsDefaults,
                                     sizeof(kRecordsDefaults), document.Out(), error.Out()));
  const std::string text = View(tokentra_document_text(document.get()));
  EXPECT_THAT(text, HasSubstr("gpt-4o"));
  EXPECT_THAT(text, HasSubstr("0.00875"));
  EXPECT_ERROR(tokentra_records_explain(catalog_.get(), Text("{"), &kRecordsDefaults,
                                        sizeof(kRecordsDefaults), document.Out(), error.Out()),
               TOKENTRA_INVALID_ARGUMENT, ::testing::_);
}

TEST_F(RecordsTest, TrackCountsTheSameIdOnce) {
  Client client;
  ASSERT_OK(tokentra_client_new(nullptr, client.Out(), error.Out()));
  const std::string chunk = Lines({kGood, kGood, "{"});
  ASSERT_OK(tokentra_records_track(client.get(), Text(chunk), &options_, sizeof(options_),
                                   records_.Out(), error.Out()));
  EXPECT_EQ(At(0).outcome, uint32_t{TOKENTRA_OUTCOME_RECORDED});
  EXPECT_EQ(At(1).outcome, uint32_t{TOKENTRA_OUTCOME_DUPLICATE});
  EXPECT_EQ(At(2).outcome, uint32_t{TOKENTRA_OUTCOME_REFUSED});
  Snapshot snapshot;
  ASSERT_OK(tokentra_client_snapshot(client.get(), snapshot.Out(), error.Out()));
  tokentra_snapshot_totals totals = {};
  ASSERT_OK(tokentra_snapshot_total(snapshot.get(), &totals, sizeof(totals), error.Out()));
  EXPECT_EQ(Decimal(totals.cost), "0.00875");
  EXPECT_EQ(totals.events, 1u);
  EXPECT_EQ(totals.duplicate_events, 1u);
  EXPECT_EQ(totals.refused_events, 1u);
}

}  // namespace
}  // namespace tokentra_testing
