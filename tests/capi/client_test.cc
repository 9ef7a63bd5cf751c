// The client: tracking, duplicates, conflicts, refusals, options, recorders, children.
//
// Method: a few events whose exact sums are known; the snapshot has to tell the same.
#include "tests/capi/testing.h"

namespace tokentra_testing {
namespace {

using ::testing::HasSubstr;

class ClientTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_OK(tokentra_client_new(nullptr, client_.Out(), error.Out())); }

  tokentra_status Track(const Call& call) { return TrackIn(client_, call); }
  tokentra_status TrackIn(const Client& client, const Call& call) {
    result_ = {};
    return tokentra_client_track(client.get(), call.get(), sizeof(tokentra_call), &result_,
                                 sizeof(result_), error.Out());
  }
  tokentra_snapshot_totals Totals() {
    Snapshot snapshot;
    tokentra_snapshot_totals totals = {};
    EXPECT_OK(tokentra_client_snapshot(client_.get(), snapshot.Out(), error.Out()));
    EXPECT_OK(tokentra_snapshot_total(snapshot.get(), &totals, sizeof(totals), error.Out()));
    return totals;
  }
  // The one row's value of `key`.
  std::string Only(std::string_view key) {
    Snapshot snapshot;
    Rows rows;
    const tokentra_text keys[] = {Text(key)};
    EXPECT_OK(tokentra_client_snapshot(client_.get(), snapshot.Out(), error.Out()));
    EXPECT_OK(
        tokentra_snapshot_group(snapshot.get(), keys, 1, nullptr, 0, rows.Out(), error.Out()));
    EXPECT_EQ(tokentra_rows_count(rows.get()), 1u);
    return View(tokentra_rows_key(rows.get(), 0, 0, nullptr));
  }

  Client client_;
  tokentra_track_result result_ = {};
  Error error;
};

TEST_F(ClientTest, TracksTheExample) {
  ASSERT_OK(Track(*Call::Example()));
  EXPECT_EQ(Decimal(result_.total), "0.00875");
  EXPECT_EQ(result_.outcome, uint32_t{TOKENTRA_OUTCOME_RECORDED});
  EXPECT_EQ(result_.state, uint32_t{TOKENTRA_STATE_PRICED});
  EXPECT_EQ(result_.match, uint32_t{TOKENTRA_MATCH_EXACT});
  EXPECT_EQ(result_.quality, uint32_t{TOKENTRA_QUALITY_EXACT});
  EXPECT_EQ(result_.flags, 0u);
  EXPECT_EQ(result_.reserved, 0u);
  EXPECT_EQ(result_.reserved2, 0u);
  const auto totals = Totals();
  EXPECT_EQ(Decimal(totals.cost), "0.00875");
  EXPECT_EQ(totals.events, 1u);
}

TEST_F(ClientTest, SameIdSameContentCountsOnce) {
  const auto call = Call::Example();
  call->Id("request-1");
  ASSERT_OK(Track(*call));
  EXPECT_EQ(result_.outcome, uint32_t{TOKENTRA_OUTCOME_RECORDED});
  ASSERT_OK(Track(*call));
  EXPECT_EQ(result_.outcome, uint32_t{TOKENTRA_OUTCOME_DUPLICATE});
  const auto totals = Totals();
  EXPECT_EQ(Decimal(totals.cost), "0.00875");
  EXPECT_EQ(totals.events, 1u);
  EXPECT_EQ(totals.duplicate_events, 1u);
}

TEST_F(ClientTest, SameIdOtherContentIsAConflict) {
  const auto call = Call::Example();
  call->Id("request-1");
  ASSERT_OK(Track(*call));
  call->Usage({{"input_tokens", 1501}, {"output_tokens", 500}});
  ASSERT_OK(Track(*call));
  EXPECT_EQ(result_.outcome, uint32_t{TOKENTRA_OUTCOME_CONFLICT});
  const auto totals = Totals();
  EXPECT_EQ(Decimal(totals.cost), "0.00875");
  EXPECT_EQ(totals.events, 1u);
  EXPECT_EQ(totals.conflict_events, 1u);
}

TEST_F(ClientTest, TheResponsesIdIsTheEventsId) {
  Call call("openai", "");
  call.Response(kOpenaiBody);
  ASSERT_OK(Track(call));
  ASSERT_OK(Track(call));
  EXPECT_EQ(result_.outcome, uint32_t{TOKENTRA_OUTCOME_DUPLICATE});
}

TEST_F(ClientTest, WithoutAnIdEveryCallCounts) {
  for (int i = 0; i < 3; ++i) ASSERT_OK(Track(*Call::Example()));
  EXPECT_EQ(Decimal(Totals().cost), "0.02625");
}

TEST_F(ClientTest, InvalidUsageIsRefusedAndCounted) {
  Call call("openai", "gpt-4o");
  call.Usage({{"input_tokens", 10}, {"cache_read_tokens", 11}});
  EXPECT_ERROR(Track(call), TOKENTRA_INVALID_ARGUMENT, HasSubstr("cache_read_tokens"));
  EXPECT_EQ(result_.outcome, uint32_t{TOKENTRA_OUTCOME_REFUSED}) << "the result is written";
  const auto totals = Totals();
  EXPECT_EQ(totals.events, 0u);
  EXPECT_EQ(totals.refused_events, 1u);
  EXPECT_EQ(Decimal(totals.cost), "0");
}

TEST_F(ClientTest, AResultThatCannotBeWrittenRecordsNothing) {
  const auto call = Call::Example();
  const auto track = [&](tokentra_track_result* result, size_t size) {
    return tokentra_client_track(client_.get(), call->get(), sizeof(tokentra_call), result, size,
                                 error.Out());
  };
  EXPECT_EQ(track(&result_, 0), TOKENTRA_INVALID_ARGUMENT);
  EXPECT_EQ(track(nullptr, sizeof(result_)), TOKENTRA_INVALID_ARGUMENT);
  EXPECT_EQ(Totals().events, 0u);
}

TEST_F(ClientTest, UnmeteredIsCountedAndNotRefused) {
  Call call("openai", "");
  call.Response(R"({"id":"x","object":"chat.completion","model":"gpt-4o"})");
  ASSERT_OK(Track(call));
  EXPECT_EQ(result_.outcome, uint32_t{TOKENTRA_OUTCOME_UNMETERED});
  EXPECT_EQ(result_.state, uint32_t{TOKENTRA_STATE_UNMETERED});
  EXPECT_EQ(Totals().unmetered_events, 1u);
}

TEST_F(ClientTest, UnpricedIsRecorded) {
  Call call("openai", "gpt-4o-hyper");
  call.Usage({{"input_tokens", 10}});
  ASSERT_OK(Track(call));
  EXPECT_EQ(result_.outcome, uint32_t{TOKENTRA_OUTCOME_RECORDED});
  EXPECT_EQ(result_.state, uint32_t{TOKENTRA_STATE_UNPRICED});
  const auto totals = Totals();
  EXPECT_EQ(totals.events, 1u);
  EXPECT_EQ(totals.unpriced_events, 1u);
}

TEST_F(ClientTest, ChildrenAddMetadataToTheSameLedger) {
  const tokentra_pair parent_pairs[] = {{Text("team_id"), Text("growth")},
                                        {Text("feature"), Text("chat")}};
  const tokentra_pair child_pairs[] = {{Text("feature"), Text("search")}};
  Client parent;
  Client child;
  ASSERT_OK(
      tokentra_client_with_metadata(client_.get(), parent_pairs, 2, parent.Out(), error.Out()));
  ASSERT_OK(tokentra_client_with_metadata(parent.get(), child_pairs, 1, child.Out(), error.Out()));
  parent.Reset();
  ASSERT_OK(TrackIn(child, *Call::Example()));
  EXPECT_EQ(Only("team_id"), "growth");
  EXPECT_EQ(Only("feature"), "search") << "the child's entry wins";
  EXPECT_EQ(Totals().events, 1u);
}

TEST_F(ClientTest, AnEventsOwnMetadataWins) {
  const tokentra_pair pairs[] = {{Text("team_id"), Text("growth")}};
  Client child;
  ASSERT_OK(tokentra_client_with_metadata(client_.get(), pairs, 1, child.Out(), error.Out()));
  const auto call = Call::Example();
  call->Metadata({{"teamId", "research"}});
  ASSERT_OK(TrackIn(child, *call));
  EXPECT_EQ(Only("team_id"), "research");
}

TEST_F(ClientTest, Recorder) {
  const auto call = Call::Example();
  call->Metadata({{"team_id", "growth"}});
  Recorder recorder;
  ASSERT_OK(tokentra_recorder_new(client_.get(), call->get(), sizeof(tokentra_call), recorder.Out(),
                                  error.Out()));
  const tokentra_quantity usage[] = {{1, 0, 1500}, {2, 0, 500}};
  for (int i = 0; i < 2; ++i) {
    result_ = {};
    ASSERT_OK(tokentra_recorder_record(recorder.get(), usage, 2, kInstant, &result_,
                                       sizeof(result_), error.Out()));
    EXPECT_EQ(Decimal(result_.total), "0.00875");
    EXPECT_EQ(result_.outcome, uint32_t{TOKENTRA_OUTCOME_RECORDED});
  }
  EXPECT_EQ(Decimal(Totals().cost), "0.0175");
  EXPECT_EQ(Only("team_id"), "growth");

  const tokentra_quantity wrong[] = {{1, 0, 10}, {Meter("cache_read_tokens"), 0, 11}};
  EXPECT_ERROR(tokentra_recorder_record(recorder.get(), wrong, 2, kInstant, &result_,
                                        sizeof(result_), error.Out()),
               TOKENTRA_INVALID_ARGUMENT, HasSubstr("cache_read_tokens"));
  EXPECT_EQ(result_.outcome, uint32_t{TOKENTRA_OUTCOME_REFUSED});
  EXPECT_EQ(Totals().refused_events, 1u);
}

TEST_F(ClientTest, RecorderOutlivesItsClient) {
  const auto call = Call::Example();
  Recorder recorder;
  Snapshot snapshot;
  ASSERT_OK(tokentra_recorder_new(client_.get(), call->get(), sizeof(tokentra_call), recorder.Out(),
                                  error.Out()));
  ASSERT_OK(Track(*call));
  ASSERT_OK(tokentra_client_snapshot(client_.get(), snapshot.Out(), error.Out()));
  client_.Reset();
  ASSERT_OK(tokentra_recorder_record(recorder.get(), call->get()->usage, 2, kInstant, &result_,
                                     sizeof(result_), error.Out()));
  tokentra_snapshot_totals totals = {};
  ASSERT_OK(tokentra_snapshot_total(snapshot.get(), &totals, sizeof(totals), error.Out()));
  EXPECT_EQ(totals.events, 1u);
}

TEST_F(ClientTest, OptionsLimits) {
  ClientOptions options;
  ASSERT_OK(tokentra_client_options_new(options.Out(), error.Out()));
  uint64_t value = 0;
  ASSERT_OK(tokentra_client_options_get_limit(options.get(), Text("ids_max"), &value, error.Out()));
  EXPECT_EQ(value, 1'000'000u);
  for (const std::string_view name : {"ids_max", "cells_max", "keys_max", "classes_max"}) {
    ASSERT_OK(tokentra_client_options_set_limit(options.get(), Text(name), 4096, error.Out()));
    ASSERT_OK(tokentra_client_options_get_limit(options.get(), Text(name), &value, error.Out()));
    EXPECT_EQ(value, 4096u) << name;
    EXPECT_EQ(tokentra_client_options_set_limit(options.get(), Text(name), 0, error.Out()),
              TOKENTRA_INVALID_ARGUMENT)
        << name;
  }
  EXPECT_ERROR(tokentra_client_options_set_limit(options.get(), Text("id_max"), 1, error.Out()),
               TOKENTRA_NOT_FOUND, AllOf(HasSubstr("id_max"), HasSubstr("ids_max")));
  EXPECT_ERROR(
      tokentra_client_options_get_limit(options.get(), Text("nothing"), &value, error.Out()),
      TOKENTRA_NOT_FOUND, HasSubstr("nothing"));
  EXPECT_OK(tokentra_client_new(options.get(), client_.Out(), error.Out()));
}

TEST_F(ClientTest, OptionsDimensionsMetadataAndCatalog) {
  ClientOptions options;
  ASSERT_OK(tokentra_client_options_new(options.Out(), error.Out()));
  const tokentra_text names[] = {Text("cost_center"), Text("team_id")};
  const tokentra_text twice[] = {Text("team_id"), Text("team_id")};
  const tokentra_text empty[] = {Text("")};
  std::vector<std::string> many;
  std::vector<tokentra_text> many_texts;
  for (int i = 0; i < 33; ++i) many.push_back("key_" + std::to_string(i));
  for (const std::string& name : many) many_texts.push_back(Text(name));
  const auto set = [&](const tokentra_text* keys, size_t count) {
    return tokentra_client_options_set_dimensions(options.get(), keys, count, error.Out());
  };
  EXPECT_ERROR(set(twice, 2), TOKENTRA_INVALID_ARGUMENT, HasSubstr("team_id"));
  EXPECT_EQ(set(empty, 1), TOKENTRA_INVALID_ARGUMENT);
  EXPECT_ERROR(set(many_texts.data(), 33), TOKENTRA_INVALID_ARGUMENT, HasSubstr("32"));
  EXPECT_OK(set(many_texts.data(), 32));
  ASSERT_OK(set(names, 2));
  const tokentra_pair metadata[] = {{Text("cost_center"), Text("4711")}};
  ASSERT_OK(tokentra_client_options_set_metadata(options.get(), metadata, 1, error.Out()));
  Catalog catalog = OpenCatalog();
  ASSERT_OK(tokentra_client_options_set_catalog(options.get(), catalog.get(), error.Out()));
  catalog.Reset();
  ASSERT_OK(tokentra_client_new(options.get(), client_.Out(), error.Out()));
  options.Reset();
  ASSERT_OK(Track(*Call::Example()));
  EXPECT_EQ(Only("cost_center"), "4711");
}

TEST_F(ClientTest, PastALimitEventsAreFoldedAndTotalsExact) {
  ClientOptions options;
  ASSERT_OK(tokentra_client_options_new(options.Out(), error.Out()));
  ASSERT_OK(tokentra_client_options_set_limit(options.get(), Text("keys_max"), 4, error.Out()));
  ASSERT_OK(tokentra_client_new(options.get(), client_.Out(), error.Out()));
  uint32_t folded = 0;
  for (int i = 0; i < 100; ++i) {
    const std::string team = "team-" + std::to_string(i);
    const auto call = Call::Example();
    call->Metadata({{"team_id", team}});
    ASSERT_OK(Track(*call));
    folded += result_.flags & TOKENTRA_TRACK_FOLDED;
  }
  EXPECT_GT(folded, 0u);
  const auto totals = Totals();
  EXPECT_EQ(Decimal(totals.cost), "0.875");
  EXPECT_EQ(totals.events, 100u);
  EXPECT_EQ(totals.folded_events, folded);
}

}  // namespace
}  // namespace tokentra_testing
