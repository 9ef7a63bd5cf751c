// NULL everywhere: a NULL object is INVALID_ARGUMENT where there is a status and nothing where
// there is none; a NULL out parameter is INVALID_ARGUMENT; freeing NULL does nothing.
//
// Method: every function once for each pointer it takes. Nothing may crash.
#include <functional>

#include "tests/capi/testing.h"

namespace tokentra_testing {
namespace {

TEST(NullTest, FreeDoesNothing) {
  tokentra_error_free(nullptr);
  tokentra_document_free(nullptr);
  tokentra_catalog_free(nullptr);
  tokentra_cost_free(nullptr);
  tokentra_extraction_free(nullptr);
  tokentra_stream_free(nullptr);
  tokentra_records_free(nullptr);
  tokentra_client_options_free(nullptr);
  tokentra_client_free(nullptr);
  tokentra_recorder_free(nullptr);
  tokentra_snapshot_free(nullptr);
  tokentra_rows_free(nullptr);
  tokentra_convention_free(nullptr);
}

void ExpectNothing(tokentra_text text) { EXPECT_EQ(text.size, 0u); }

TEST(NullTest, WithoutAStatusItIsNothing) {
  EXPECT_EQ(tokentra_error_code(nullptr), TOKENTRA_OK);
  ExpectNothing(tokentra_error_message(nullptr));
  ExpectNothing(tokentra_document_text(nullptr));
  ExpectNothing(tokentra_catalog_digest(nullptr));
  ExpectNothing(tokentra_catalog_as_of(nullptr));
  EXPECT_EQ(tokentra_catalog_provider_count(nullptr), 0u);
  ExpectNothing(tokentra_catalog_provider(nullptr, 0));
  EXPECT_EQ(tokentra_catalog_model_count(nullptr, 0), 0u);
  EXPECT_EQ(tokentra_cost_usage(nullptr), nullptr);
  ExpectNothing(tokentra_cost_suggestion(nullptr, 0));
  ExpectNothing(tokentra_cost_finding(nullptr, 0));
  EXPECT_EQ(tokentra_extraction_usage(nullptr), nullptr);
  ExpectNothing(tokentra_extraction_condition(nullptr, 0).name);
  ExpectNothing(tokentra_extraction_condition(nullptr, 0).value);
  ExpectNothing(tokentra_extraction_finding(nullptr, 0));
  EXPECT_EQ(tokentra_records_count(nullptr), 0u);
  EXPECT_EQ(tokentra_records_lines(nullptr), 0u);
  EXPECT_EQ(tokentra_rows_count(nullptr), 0u);
  ExpectNothing(tokentra_convention_name(nullptr));
  ExpectNothing(tokentra_convention_digest(nullptr));
  EXPECT_EQ(tokentra_client_finding_events(nullptr), 0u);
  uint32_t presence = 7;
  ExpectNothing(tokentra_rows_key(nullptr, 0, 0, &presence));
  ExpectNothing(tokentra_rows_key(nullptr, 0, 0, nullptr));
  char buffer[TOKENTRA_MONEY_TEXT_MAX] = "untouched";
  EXPECT_EQ(tokentra_money_format({0, INT64_MIN}, -1, buffer), 0u);
}

// A live object of every kind, to be NULL in one place at a time.
class NullArgumentTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Error error;
    catalog_ = OpenCatalog();
    call_ = Call::Example();
    ASSERT_OK(tokentra_price(catalog_.get(), call_->get(), sizeof(tokentra_call), cost_.Out(),
                             error.Out()));
    ASSERT_OK(tokentra_extract(Text(kOpenaiBody), Text("openai"), kAbsent, extraction_.Out(),
                               error.Out()));
    ASSERT_OK(tokentra_records_price(catalog_.get(), Text("{}\n"), &kRecordsDefaults,
                                     sizeof(kRecordsDefaults), records_.Out(), error.Out()));
    ASSERT_OK(tokentra_client_options_new(options_.Out(), error.Out()));
    ASSERT_OK(tokentra_client_new(nullptr, client_.Out(), error.Out()));
    ASSERT_OK(tokentra_recorder_new(client_.get(), call_->get(), sizeof(tokentra_call),
                                    recorder_.Out(), error.Out()));
    tokentra_track_result result = {};
    ASSERT_OK(tokentra_client_track(client_.get(), call_->get(), sizeof(tokentra_call), &result,
                                    sizeof(result), error.Out()));
    ASSERT_OK(tokentra_client_snapshot(client_.get(), snapshot_.Out(), error.Out()));
    ASSERT_OK(
        tokentra_snapshot_group(snapshot_.get(), nullptr, 0, nullptr, 0, rows_.Out(), error.Out()));
  }

  // `function(error)` is INVALID_ARGUMENT, with and without an error object.
  static void ExpectRefused(const char* what,
                            const std::function<tokentra_status(tokentra_error**)>& function) {
    SCOPED_TRACE(what);
    Error error;
    EXPECT_EQ(function(error.Out()), TOKENTRA_INVALID_ARGUMENT);
    EXPECT_EQ(error.code(), TOKENTRA_INVALID_ARGUMENT);
    EXPECT_FALSE(error.message().empty());
    EXPECT_EQ(function(nullptr), TOKENTRA_INVALID_ARGUMENT);
  }

  Catalog catalog_;
  std::unique_ptr<Call> call_;
  Cost cost_;
  Extraction extraction_;
  Records records_;
  ClientOptions options_;
  Client client_;
  Recorder recorder_;
  Snapshot snapshot_;
  Rows rows_;
};

#define EXPECT_REFUSED(...) \
  ExpectRefused(#__VA_ARGS__, [&](tokentra_error** error) { return __VA_ARGS__; })

TEST_F(NullArgumentTest, LibraryAndCatalog) {
  tokentra_model model;
  EXPECT_REFUSED(tokentra_instant_parse(Text("2026-10-15T12:00:00Z"), nullptr, error));
  EXPECT_REFUSED(tokentra_catalog_open_builtin(nullptr, error));
  EXPECT_REFUSED(tokentra_catalog_model_at(nullptr, 0, 0, &model, sizeof(model), error));
  EXPECT_REFUSED(tokentra_catalog_model_at(catalog_.get(), 0, 0, nullptr, sizeof(model), error));
}

TEST_F(NullArgumentTest, Convention) {
  Convention convention;
  Error failure;
  ASSERT_EQ(tokentra_convention_open_builtin(convention.Out(), failure.Out()), TOKENTRA_OK);
  Document document;
  const tokentra_pair pair = {Text("team_id"), Text("growth")};
  const tokentra_pair bad = {{nullptr, 1}, Text("growth")};
  tokentra_convention_options options = {};
  Convention made;
  const tokentra_text json = Text(R"({"tokentra_convention":1,"keys":{"team_id":{}}})");
  constexpr size_t kSize = sizeof(options);
  EXPECT_REFUSED(tokentra_convention_open_builtin(nullptr, error));
  EXPECT_REFUSED(tokentra_convention_files(json, nullptr, error));
  EXPECT_REFUSED(tokentra_convention_files({nullptr, 3}, document.Out(), error));
  EXPECT_REFUSED(tokentra_convention_compile(json, nullptr, 0, nullptr, error));
  EXPECT_REFUSED(tokentra_convention_compile({nullptr, 3}, nullptr, 0, made.Out(), error));
  options.file_count = 1;
  EXPECT_REFUSED(tokentra_convention_compile(json, &options, kSize, made.Out(), error));
  options.files = &bad;
  EXPECT_REFUSED(tokentra_convention_compile(json, &options, kSize, made.Out(), error));
  options = {};
  options.fingerprint_key.size = 1;
  EXPECT_REFUSED(tokentra_convention_compile(json, &options, kSize, made.Out(), error));
  EXPECT_REFUSED(tokentra_convention_explain(nullptr, document.Out(), error));
  EXPECT_REFUSED(tokentra_convention_explain(convention.get(), nullptr, error));
  EXPECT_REFUSED(tokentra_convention_describe(nullptr, document.Out(), error));
  EXPECT_REFUSED(tokentra_convention_describe(convention.get(), nullptr, error));
  EXPECT_REFUSED(tokentra_convention_check(nullptr, &pair, 1, 0, document.Out(), error));
  EXPECT_REFUSED(tokentra_convention_check(convention.get(), nullptr, 1, 0, document.Out(), error));
  EXPECT_REFUSED(tokentra_convention_check(convention.get(), &bad, 1, 0, document.Out(), error));
  EXPECT_REFUSED(tokentra_convention_check(convention.get(), &pair, 1, 0, nullptr, error));
  EXPECT_REFUSED(tokentra_client_options_set_convention(nullptr, convention.get(), error));
  EXPECT_REFUSED(tokentra_client_use(nullptr, nullptr, convention.get(), 0, error));
  EXPECT_REFUSED(tokentra_client_check(nullptr, &pair, 1, 0, document.Out(), error));
  EXPECT_REFUSED(tokentra_client_check(client_.get(), nullptr, 1, 0, document.Out(), error));
  EXPECT_REFUSED(tokentra_client_check(client_.get(), &pair, 1, 0, nullptr, error));
}

TEST_F(NullArgumentTest, Price) {
  constexpr size_t kSize = sizeof(tokentra_call);
  Cost cost;
  Document document;
  tokentra_cost_summary summary;
  tokentra_cost_line line;
  EXPECT_REFUSED(tokentra_price(nullptr, call_->get(), kSize, cost.Out(), error));
  EXPECT_REFUSED(tokentra_price(catalog_.get(), nullptr, kSize, cost.Out(), error));
  EXPECT_REFUSED(tokentra_price(catalog_.get(), call_->get(), kSize, nullptr, error));
  EXPECT_REFUSED(tokentra_cost_summarize(nullptr, &summary, sizeof(summary), error));
  EXPECT_REFUSED(tokentra_cost_summarize(cost_.get(), nullptr, sizeof(summary), error));
  EXPECT_REFUSED(tokentra_cost_line_at(nullptr, 0, &line, sizeof(line), error));
  EXPECT_REFUSED(tokentra_cost_line_at(cost_.get(), 0, nullptr, sizeof(line), error));
  EXPECT_REFUSED(tokentra_cost_json(nullptr, document.Out(), error));
  EXPECT_REFUSED(tokentra_cost_json(cost_.get(), nullptr, error));
  EXPECT_REFUSED(tokentra_cost_explain(nullptr, document.Out(), error));
  EXPECT_REFUSED(tokentra_cost_explain(cost_.get(), nullptr, error));
}

TEST_F(NullArgumentTest, Batch) {
  constexpr size_t kSize = sizeof(tokentra_call);
  tokentra_price_result result;
  EXPECT_REFUSED(tokentra_price_batch(nullptr, call_->get(), 1, kSize, nullptr, nullptr, &result,
                                      sizeof(result), error));
  EXPECT_REFUSED(tokentra_price_batch(catalog_.get(), nullptr, 1, kSize, nullptr, nullptr, &result,
                                      sizeof(result), error));
  EXPECT_REFUSED(tokentra_price_batch(catalog_.get(), call_->get(), 1, kSize, nullptr, nullptr,
                                      nullptr, sizeof(result), error));
  Error error;
  EXPECT_OK(tokentra_price_batch(catalog_.get(), nullptr, 0, kSize, nullptr, nullptr, nullptr,
                                 sizeof(result), error.Out()));
}

TEST_F(NullArgumentTest, Extract) {
  Extraction extraction;
  tokentra_extraction_summary summary;
  tokentra_part part;
  EXPECT_REFUSED(tokentra_extract(Text(kOpenaiBody), Text("openai"), kAbsent, nullptr, error));
  EXPECT_REFUSED(tokentra_extract(kAbsent, Text("openai"), kAbsent, extraction.Out(), error));
  EXPECT_REFUSED(tokentra_extract(Text("{}"), kAbsent, kAbsent, extraction.Out(), error));
  EXPECT_REFUSED(tokentra_extraction_summarize(nullptr, &summary, sizeof(summary), error));
  EXPECT_REFUSED(tokentra_extraction_summarize(extraction_.get(), nullptr, sizeof(summary), error));
  EXPECT_REFUSED(tokentra_extraction_part_at(nullptr, 0, &part, sizeof(part), error));
  EXPECT_REFUSED(tokentra_extraction_part_at(extraction_.get(), 0, nullptr, sizeof(part), error));
}

TEST_F(NullArgumentTest, Stream) {
  Stream stream;
  EXPECT_REFUSED(tokentra_stream_new(Text("openai"), kAbsent, kAbsent, nullptr, error));
  EXPECT_REFUSED(tokentra_stream_feed(nullptr, Text("x"), error));
  EXPECT_REFUSED(tokentra_stream_feed_event(nullptr, Text("{}"), error));
  EXPECT_REFUSED(tokentra_stream_usage(nullptr, extraction_.Out(), error));
  Document document;
  EXPECT_REFUSED(tokentra_stream_body(nullptr, document.Out(), error));
  Error none;
  ASSERT_EQ(tokentra_stream_new(Text("openai"), kAbsent, kAbsent, stream.Out(), none.Out()),
            TOKENTRA_OK);
  EXPECT_REFUSED(tokentra_stream_feed(stream.get(), {nullptr, 1}, error));
  EXPECT_REFUSED(tokentra_stream_feed_event(stream.get(), kAbsent, error));
  EXPECT_REFUSED(tokentra_stream_usage(stream.get(), nullptr, error));
  EXPECT_REFUSED(tokentra_stream_body(stream.get(), nullptr, error));
}

TEST_F(NullArgumentTest, Records) {
  Records records;
  Document document;
  tokentra_record record;
  const tokentra_text line = Text("{}\n");
  // NULL options are all zero: no default instant, first line 1.
  EXPECT_EQ(tokentra_records_price(catalog_.get(), line, nullptr, 0, records.Out(), nullptr),
            TOKENTRA_OK);
  EXPECT_REFUSED(tokentra_records_price(nullptr, line, &kRecordsDefaults, sizeof(kRecordsDefaults),
                                        records.Out(), error));
  EXPECT_REFUSED(tokentra_records_price(catalog_.get(), line, &kRecordsDefaults,
                                        sizeof(kRecordsDefaults), nullptr, error));
  EXPECT_REFUSED(tokentra_records_track(nullptr, line, &kRecordsDefaults, sizeof(kRecordsDefaults),
                                        records.Out(), error));
  EXPECT_REFUSED(tokentra_records_track(client_.get(), line, &kRecordsDefaults,
                                        sizeof(kRecordsDefaults), nullptr, error));
  EXPECT_REFUSED(tokentra_records_explain(nullptr, line, &kRecordsDefaults,
                                          sizeof(kRecordsDefaults), document.Out(), error));
  EXPECT_REFUSED(tokentra_records_explain(catalog_.get(), line, &kRecordsDefaults,
                                          sizeof(kRecordsDefaults), nullptr, error));
  EXPECT_REFUSED(tokentra_records_at(nullptr, 0, &record, sizeof(record), error));
  EXPECT_REFUSED(tokentra_records_at(records_.get(), 0, nullptr, sizeof(record), error));
}

TEST_F(NullArgumentTest, ClientOptions) {
  uint64_t value = 0;
  tokentra_client_options* const options = options_.get();
  EXPECT_REFUSED(tokentra_client_options_new(nullptr, error));
  EXPECT_REFUSED(tokentra_client_options_set_catalog(nullptr, catalog_.get(), error));
  EXPECT_REFUSED(tokentra_client_options_set_catalog(options, nullptr, error));
  EXPECT_REFUSED(tokentra_client_options_set_dimensions(nullptr, nullptr, 0, error));
  EXPECT_REFUSED(tokentra_client_options_set_dimensions(options, nullptr, 1, error));
  EXPECT_REFUSED(tokentra_client_options_set_metadata(nullptr, nullptr, 0, error));
  EXPECT_REFUSED(tokentra_client_options_set_metadata(options, nullptr, 1, error));
  EXPECT_REFUSED(tokentra_client_options_set_limit(nullptr, Text("ids_max"), 1, error));
  EXPECT_REFUSED(tokentra_client_options_get_limit(nullptr, Text("ids_max"), &value, error));
  EXPECT_REFUSED(tokentra_client_options_get_limit(options, Text("ids_max"), nullptr, error));
}

TEST_F(NullArgumentTest, Client) {
  constexpr size_t kSize = sizeof(tokentra_call);
  Client child;
  Recorder recorder;
  tokentra_client* const client = client_.get();
  const tokentra_call* const call = call_->get();
  tokentra_track_result result;
  constexpr size_t kResultSize = sizeof(result);
  EXPECT_REFUSED(tokentra_client_new(nullptr, nullptr, error));
  EXPECT_REFUSED(tokentra_client_with_metadata(nullptr, nullptr, 0, child.Out(), error));
  EXPECT_REFUSED(tokentra_client_with_metadata(client, nullptr, 1, child.Out(), error));
  EXPECT_REFUSED(tokentra_client_with_metadata(client, nullptr, 0, nullptr, error));
  EXPECT_REFUSED(tokentra_client_track(nullptr, call, kSize, &result, kResultSize, error));
  EXPECT_REFUSED(tokentra_client_track(client, nullptr, kSize, &result, kResultSize, error));
  EXPECT_REFUSED(tokentra_client_track(client, call, kSize, nullptr, kResultSize, error));
  EXPECT_REFUSED(tokentra_recorder_new(nullptr, call, kSize, recorder.Out(), error));
  EXPECT_REFUSED(tokentra_recorder_new(client, nullptr, kSize, recorder.Out(), error));
  EXPECT_REFUSED(tokentra_recorder_new(client, call, kSize, nullptr, error));
  EXPECT_REFUSED(
      tokentra_recorder_record(nullptr, nullptr, 0, kInstant, &result, kResultSize, error));
  EXPECT_REFUSED(
      tokentra_recorder_record(recorder_.get(), nullptr, 1, kInstant, &result, kResultSize, error));
  EXPECT_REFUSED(tokentra_recorder_record(recorder_.get(), call->usage, call->usage_count, kInstant,
                                          nullptr, kResultSize, error));
}

TEST_F(NullArgumentTest, SnapshotAndRows) {
  Snapshot snapshot;
  Rows rows;
  tokentra_snapshot_totals totals;
  tokentra_row row;
  EXPECT_REFUSED(tokentra_client_snapshot(nullptr, snapshot.Out(), error));
  EXPECT_REFUSED(tokentra_client_snapshot(client_.get(), nullptr, error));
  EXPECT_REFUSED(tokentra_snapshot_total(nullptr, &totals, sizeof(totals), error));
  EXPECT_REFUSED(tokentra_snapshot_total(snapshot_.get(), nullptr, sizeof(totals), error));
  EXPECT_REFUSED(tokentra_snapshot_group(nullptr, nullptr, 0, nullptr, 0, rows.Out(), error));
  EXPECT_REFUSED(
      tokentra_snapshot_group(snapshot_.get(), nullptr, 1, nullptr, 0, rows.Out(), error));
  EXPECT_REFUSED(tokentra_snapshot_group(snapshot_.get(), nullptr, 0, nullptr, 0, nullptr, error));
  EXPECT_REFUSED(tokentra_rows_at(nullptr, 0, &row, sizeof(row), error));
  EXPECT_REFUSED(tokentra_rows_at(rows_.get(), 0, nullptr, sizeof(row), error));
}

// A pointer that is NULL beside a count or a size that is not 0 is inside a structure here.
TEST_F(NullArgumentTest, InsideACall) {
  Cost cost;
  const auto expect_refused = [&](const char* what, const auto& damage) {
    tokentra_call call = *call_->get();
    damage(call);
    ExpectRefused(what, [&](tokentra_error** error) {
      return tokentra_price(catalog_.get(), &call, sizeof(call), cost.Out(), error);
    });
  };
  expect_refused("usage", [](tokentra_call& call) { call.usage = nullptr; });
  expect_refused("conditions", [](tokentra_call& call) { call.condition_count = 1; });
  expect_refused("metadata", [](tokentra_call& call) { call.metadata_count = 1; });
  expect_refused("model", [](tokentra_call& call) { call.model.data = nullptr; });
  expect_refused("provider", [](tokentra_call& call) { call.provider.data = nullptr; });
}

}  // namespace
}  // namespace tokentra_testing
