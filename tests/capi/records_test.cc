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
  static tokentra_records_options NoInstants() {
    tokentra_records_options options = {};
    options.first_line = 1;
    options.default_at_ns = TOKENTRA_NO_INSTANT;
    options.since_ns = TOKENTRA_NO_INSTANT;
    options.until_ns = TOKENTRA_NO_INSTANT;
    return options;
  }

  tokentra_records_options options_ = NoInstants();
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

constexpr std::string_view kSpan =
    R"({"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"t","spanId":"a","parentSpanId":"b",)"
    R"("startTimeUnixNano":"1792065600000000000","attributes":[)"
    R"({"key":"gen_ai.operation.name","value":{"stringValue":"chat"}},)"
    R"({"key":"gen_ai.system","value":{"stringValue":"openai"}},)"
    R"({"key":"gen_ai.request.model","value":{"stringValue":"gpt-4o"}},)"
    R"({"key":"gen_ai.usage.input_tokens","value":{"intValue":"1500"}}]}]}]}]})";
constexpr std::string_view kAgent =
    R"({"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"t","spanId":"b",)"
    R"("startTimeUnixNano":"1792065600000000000","attributes":[)"
    R"({"key":"gen_ai.operation.name","value":{"stringValue":"invoke_agent"}},)"
    R"({"key":"gen_ai.system","value":{"stringValue":"openai"}},)"
    R"({"key":"gen_ai.request.model","value":{"stringValue":"gpt-4o"}},)"
    R"({"key":"gen_ai.usage.input_tokens","value":{"intValue":"1500"}}]}]}]}]})";

TEST_F(RecordsTest, FormatsHaveNamesAndAreDetected) {
  EXPECT_EQ(View(tokentra_records_format(0)), "record");
  EXPECT_EQ(tokentra_records_format(SIZE_MAX).size, 0u);
  const auto detect = [&](std::string_view head, uint32_t* found) {
    tokentra_text format = {};
    EXPECT_OK(tokentra_records_detect(Text(head), &format, found, error.Out()));
    return View(format);
  };
  uint32_t found = 0;
  EXPECT_EQ(detect(kSpan, &found), "otlp");
  EXPECT_EQ(found, uint32_t{TOKENTRA_DETECT_SHOWN});
  EXPECT_EQ(detect(kGood, &found), "record");
  EXPECT_EQ(detect("nothing", &found), "record");
  EXPECT_EQ(found, 0u);
  EXPECT_EQ(detect("time,model\n", &found), "csv");
  EXPECT_EQ(found, uint32_t{TOKENTRA_DETECT_SHOWN | TOKENTRA_DETECT_CSV});
  options_.format = Text("otpl");
  EXPECT_ERROR(tokentra_records_price(catalog_.get(), Text(kSpan), &options_, sizeof(options_),
                                      records_.Out(), error.Out()),
               TOKENTRA_INVALID_ARGUMENT, HasSubstr("otlp"));
}

TEST_F(RecordsTest, HeldIsResolvedWithinAChunkOrOverARun) {
  options_.format = Text("otlp");
  tokentra_records_totals totals = {};
  Price(Lines({kAgent, kSpan}));
  EXPECT_EQ(Count(), 1u);
  ASSERT_OK(tokentra_records_total(records_.get(), &totals, sizeof(totals), error.Out()));
  EXPECT_EQ(totals.covered, 1u);

  options_.flags = TOKENTRA_RECORDS_HOLD;
  tokentra_held* held = nullptr;
  ASSERT_OK(tokentra_held_new(&held, error.Out()));
  for (const std::string_view line : {kAgent, kSpan}) {
    options_.source = line == kAgent ? 1 : 2;
    Price(line);
    ASSERT_OK(tokentra_held_add(held, records_.get(), error.Out()));
  }
  EXPECT_EQ(Count(), 1u) << "the call itself waits for nothing";
  EXPECT_EQ(At(0).source, 2u);
  EXPECT_GT(tokentra_held_count(held), 0u);
  ASSERT_OK(tokentra_held_price(held, catalog_.get(), &options_, sizeof(options_), records_.Out(),
                                error.Out()));
  EXPECT_EQ(Count(), 0u);
  ASSERT_OK(tokentra_records_total(records_.get(), &totals, sizeof(totals), error.Out()));
  EXPECT_EQ(totals.covered, 1u);
  EXPECT_EQ(tokentra_held_count(held), 0u);

  options_.source = 7;
  Price(kAgent);
  ASSERT_OK(tokentra_held_add(held, records_.get(), error.Out()));
  ASSERT_OK(tokentra_held_price(held, catalog_.get(), &options_, sizeof(options_), records_.Out(),
                                error.Out()));
  ASSERT_EQ(Count(), 1u) << "nothing under it";
  EXPECT_EQ(At(0).source, 7u);
  tokentra_held_free(held);
}

TEST_F(RecordsTest, PreparedChunksAreCommittedInOrder) {
  Client client;
  ASSERT_OK(tokentra_client_new(nullptr, client.Out(), error.Out()));
  Records second;
  ASSERT_OK(tokentra_records_prepare(client.get(), Text(kGood), &options_, sizeof(options_),
                                     second.Out(), error.Out()));
  ASSERT_OK(tokentra_records_prepare(client.get(), Text(kGood), &options_, sizeof(options_),
                                     records_.Out(), error.Out()));
  ASSERT_OK(tokentra_records_commit(client.get(), records_.get(), error.Out()));
  ASSERT_OK(tokentra_records_commit(client.get(), second.get(), error.Out()));
  ASSERT_OK(tokentra_records_commit(client.get(), second.get(), error.Out())) << "once";
  EXPECT_EQ(At(0).outcome, uint32_t{TOKENTRA_OUTCOME_RECORDED});
  tokentra_record record = {};
  ASSERT_OK(tokentra_records_at(second.get(), 0, &record, sizeof(record), error.Out()));
  EXPECT_EQ(record.outcome, uint32_t{TOKENTRA_OUTCOME_DUPLICATE});
}

TEST_F(RecordsTest, UnreadFieldsAndColumns) {
  options_.flags = TOKENTRA_RECORDS_FIELDS;
  const std::string extra(kGood.substr(0, kGood.size() - 1));
  Price(extra + R"(,"mine":{"a":1}})");
  uint64_t count = 0;
  EXPECT_EQ(View(tokentra_records_field(records_.get(), 0, &count)), "mine.a");
  EXPECT_EQ(count, 1u);
  EXPECT_EQ(tokentra_records_field(records_.get(), 1, nullptr).size, 0u);

  options_ = NoInstants();
  const tokentra_pair columns[] = {{Text("input_tokens"), Text("in")}};
  options_.format = Text("csv");
  options_.provider = Text("openai");
  options_.model = Text("gpt-4o");
  options_.header = Text("at,in\n");
  options_.columns = columns;
  options_.column_count = 1;
  Price("2026-10-15,1000\n2026-10-15,x\n");
  ASSERT_EQ(Count(), 2u);
  EXPECT_EQ(Decimal(At(0).total), "0.0025");
  EXPECT_EQ(At(1).status, TOKENTRA_INVALID_ARGUMENT);
  EXPECT_GT(At(1).column, 0u);

  options_ = NoInstants();
  options_.flags = TOKENTRA_RECORDS_CONVERT;
  Price(kGood);
  EXPECT_EQ(View(At(0).json), kGood);
  options_.flags = TOKENTRA_RECORDS_EXPLAIN;
  Price(kGood);
  EXPECT_THAT(std::string(View(At(0).json)), HasSubstr("\"explain\":"));
}

}  // namespace
}  // namespace tokentra_testing
