// Ledgers in folders, and snapshots as values: opened, shared by processes' handles, compacted,
// erased, serialised, merged, subtracted.
//
// Method: each function once for what it promises, once for each NULL, once for each size of its
// structures; costs as decimal text against those of the calls that were tracked.
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <functional>

#include "tests/capi/testing.h"

namespace tokentra_testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

using Ledger = Handle<tokentra_ledger, tokentra_ledger_free>;
using Bytes = Handle<tokentra_document, tokentra_document_free>;

void ExpectRefused(const char* what, const std::function<tokentra_status(tokentra_error**)>& call) {
  Error error;
  EXPECT_EQ(call(error.Out()), TOKENTRA_INVALID_ARGUMENT) << what;
  EXPECT_EQ(tokentra_error_code(error.get()), TOKENTRA_INVALID_ARGUMENT) << what;
}
#define EXPECT_REFUSED(...) \
  ExpectRefused(#__VA_ARGS__, [&](tokentra_error** failed) { return __VA_ARGS__; })

class LedgerTest : public ::testing::Test {
 protected:
  LedgerTest() {
    std::string name = (std::filesystem::temp_directory_path() / "tokentra-capi-XXXXXX").string();
    folder_ = mkdtemp(name.data());
    path_ = (folder_ / "ledger").string();
  }
  ~LedgerTest() override { std::filesystem::remove_all(folder_); }

  void SetUp() override {
    options_.segment_bytes = 1 << 20;
    options_.ids_max = 1000;
    Open(ledger_);
    NewClient(ledger_, client_);
  }

  void Open(Ledger& ledger) {
    ASSERT_OK(
        tokentra_ledger_open(Text(path_), &options_, sizeof(options_), ledger.Out(), error.Out()));
  }
  void NewClient(const Ledger& ledger, Client& client) {
    ClientOptions options;
    ASSERT_OK(tokentra_client_options_new(options.Out(), error.Out()));
    ASSERT_OK(tokentra_client_options_set_ledger(options.get(), ledger.get(), error.Out()));
    ASSERT_OK(tokentra_client_new(options.get(), client.Out(), error.Out()));
  }
  void Track(const Client& client, std::string_view team, int64_t at, uint64_t tokens = 1500) {
    Call call("openai", "gpt-4o");
    call.Usage({{"input_tokens", tokens}, {"output_tokens", 500}});
    call.At(at);
    call.Metadata({{"team_id", team}});
    tokentra_track_result result = {};
    ASSERT_OK(tokentra_client_track(client.get(), call.get(), sizeof(tokentra_call), &result,
                                    sizeof(result), error.Out()));
    ASSERT_EQ(result.outcome, static_cast<uint32_t>(TOKENTRA_OUTCOME_RECORDED));
    cost_ = Plus(cost_, result.total);
    ++events_;
  }
  void Take(Snapshot& snapshot) {
    ASSERT_OK(tokentra_ledger_snapshot(ledger_.get(), catalog_.get(), snapshot.Out(), error.Out()));
  }
  tokentra_snapshot_totals Totals(const Snapshot& snapshot) {
    tokentra_snapshot_totals totals = {};
    EXPECT_OK(tokentra_snapshot_total(snapshot.get(), &totals, sizeof(totals), error.Out()));
    return totals;
  }
  // "key=cost" of each row.
  std::vector<std::string> Rows(const Snapshot& snapshot, std::string_view key) {
    tokentra_testing::Rows rows;
    const tokentra_text keys[] = {Text(key)};
    EXPECT_OK(
        tokentra_snapshot_group(snapshot.get(), keys, 1, nullptr, 0, rows.Out(), error.Out()));
    std::vector<std::string> lines;
    for (size_t i = 0; i < tokentra_rows_count(rows.get()); ++i) {
      tokentra_row row = {};
      EXPECT_OK(tokentra_rows_at(rows.get(), i, &row, sizeof(row), error.Out()));
      uint32_t presence = 0;
      const std::string value = View(tokentra_rows_key(rows.get(), i, 0, &presence));
      lines.push_back((presence == TOKENTRA_KEY_FOLDED ? "*" : value) + "=" + Decimal(row.cost));
    }
    return lines;
  }

  std::filesystem::path folder_;
  std::string path_;
  tokentra_ledger_options options_ = {};
  Catalog catalog_ = OpenCatalog();
  Ledger ledger_;
  Client client_;
  tokentra_money cost_ = {0, 0};
  uint64_t events_ = 0;
  Error error;
};

TEST_F(LedgerTest, DescribesItself) {
  EXPECT_EQ(View(tokentra_ledger_path(ledger_.get())), path_);
  EXPECT_EQ(tokentra_ledger_dimension_count(ledger_.get()), 4u);
  EXPECT_EQ(View(tokentra_ledger_dimension(ledger_.get(), 1)), "team_id");
  EXPECT_EQ(tokentra_ledger_dimension(ledger_.get(), 4).size, 0u);
  tokentra_ledger_statistics figures = {};
  Track(client_, "growth", kInstant);
  ASSERT_OK(tokentra_ledger_stats(ledger_.get(), &figures, sizeof(figures), error.Out()));
  EXPECT_GE(figures.cells, 1u);
  EXPECT_EQ(figures.keys, 1u);
  EXPECT_EQ(figures.bucket_seconds, 900u);
  EXPECT_GE(figures.files, 2u);
}

TEST_F(LedgerTest, AClientsLedgerIsTheOneGiven) {
  Ledger same;
  ASSERT_OK(tokentra_client_ledger(client_.get(), same.Out(), error.Out()));
  EXPECT_EQ(View(tokentra_ledger_path(same.get())), path_);
  Client alone;
  ASSERT_OK(tokentra_client_new(nullptr, alone.Out(), error.Out()));
  Ledger memory;
  ASSERT_OK(tokentra_client_ledger(alone.get(), memory.Out(), error.Out()));
  alone.Reset();  // the ledger is shared
  EXPECT_EQ(tokentra_ledger_path(memory.get()).size, 0u);
  EXPECT_ERROR(tokentra_ledger_compact(memory.get(), nullptr, 0, nullptr, 0, error.Out()),
               TOKENTRA_FAILED_PRECONDITION, HasSubstr("in memory"));
}

TEST_F(LedgerTest, ADifferenceIsWhatCameBetween) {
  Track(client_, "growth", kInstant);
  Track(client_, "support", kInstant);
  Snapshot earlier;
  Take(earlier);
  cost_ = {0, 0};
  events_ = 0;
  Track(client_, "growth", kInstant, 777);
  Track(client_, "research", kInstant + kHour);
  Snapshot later;
  Take(later);
  Snapshot difference;
  ASSERT_OK(tokentra_snapshot_diff(earlier.get(), later.get(), difference.Out(), error.Out()));
  EXPECT_EQ(Totals(difference).events, events_);
  EXPECT_EQ(Decimal(Totals(difference).cost), Decimal(cost_));
  EXPECT_THAT(Rows(difference, "team_id"), ElementsAre("research=0.00875", "growth=0.0069425"));
  EXPECT_ERROR(tokentra_snapshot_diff(later.get(), earlier.get(), difference.Out(), error.Out()),
               TOKENTRA_INVALID_ARGUMENT, HasSubstr("holds less"));
}

TEST_F(LedgerTest, ADifferenceIsNoState) {
  Track(client_, "growth", kInstant);
  Snapshot snapshot;
  Take(snapshot);
  Snapshot none;
  ASSERT_OK(tokentra_snapshot_diff(snapshot.get(), snapshot.get(), none.Out(), error.Out()));
  EXPECT_EQ(Totals(none).cells, 0u);
  Bytes bytes;
  EXPECT_ERROR(tokentra_snapshot_serialize(none.get(), bytes.Out(), error.Out()),
               TOKENTRA_INVALID_ARGUMENT, HasSubstr("difference"));
  Snapshot merged;
  EXPECT_ERROR(tokentra_snapshot_merge(none.get(), snapshot.get(), merged.Out(), error.Out()),
               TOKENTRA_INVALID_ARGUMENT, HasSubstr("difference"));
  EXPECT_ERROR(tokentra_snapshot_merge(snapshot.get(), none.get(), merged.Out(), error.Out()),
               TOKENTRA_INVALID_ARGUMENT, HasSubstr("difference"));
  EXPECT_ERROR(tokentra_snapshot_diff(none.get(), snapshot.get(), merged.Out(), error.Out()),
               TOKENTRA_INVALID_ARGUMENT, HasSubstr("difference"));
}

TEST_F(LedgerTest, CompactRollsUpAndDeletes) {
  {
    Ledger gone;
    Client client;
    Open(gone);
    NewClient(gone, client);
    for (int hour = 0; hour < 60; ++hour) Track(client, "growth", kInstant + hour * kHour);
  }
  Snapshot before;
  Take(before);
  EXPECT_EQ(Decimal(Totals(before).cost), Decimal(cost_));
  // kInstant is noon: half a day, a day, a day, none whole but the middle ones.
  const int64_t midnight = kInstant + 12 * kHour;
  tokentra_compact_options options = {};
  options.rollup_before_ns = midnight + 24 * kHour;
  tokentra_compact_result result = {};
  ASSERT_OK(tokentra_ledger_compact(ledger_.get(), &options, sizeof(options), &result,
                                    sizeof(result), error.Out()));
  EXPECT_EQ(result.rolled_up_cells, 36u);
  EXPECT_EQ(result.cells, 24u + 2u);
  EXPECT_EQ(result.deleted_cells, 0u);
  Snapshot after;
  Take(after);
  EXPECT_EQ(Decimal(Totals(after).cost), Decimal(cost_));
  EXPECT_EQ(Rows(after, "day"), Rows(before, "day"));
  Snapshot difference;
  ASSERT_OK(tokentra_snapshot_diff(before.get(), after.get(), difference.Out(), error.Out()));
  EXPECT_EQ(Totals(difference).cells, 0u);

  options = {};
  options.delete_before_ns = midnight;
  ASSERT_OK(tokentra_ledger_compact(ledger_.get(), &options, sizeof(options), &result,
                                    sizeof(result), error.Out()));
  EXPECT_EQ(result.deleted_events, 12u);
  Take(after);
  EXPECT_EQ(Totals(after).events, 48u);
  ASSERT_OK(tokentra_snapshot_diff(before.get(), after.get(), difference.Out(), error.Out()));
  EXPECT_EQ(Totals(difference).events, 0u);
  EXPECT_EQ(Decimal(Totals(difference).cost), "0");
}

TEST_F(LedgerTest, EraseTakesTheNameOnly) {
  Track(client_, "growth", kInstant);
  Track(client_, "support", kInstant);
  uint64_t erased = 0;
  uint64_t unreached = 7;
  ASSERT_OK(tokentra_ledger_erase(ledger_.get(), Text("teamId"), Text("growth"), &erased,
                                  &unreached, error.Out()));
  EXPECT_EQ(erased, 1u);
  EXPECT_EQ(unreached, 0u);
  Snapshot snapshot;
  Take(snapshot);
  EXPECT_EQ(Decimal(Totals(snapshot).cost), Decimal(cost_));
  EXPECT_THAT(Rows(snapshot, "team_id"),
              ::testing::UnorderedElementsAre("*=0.00875", "support=0.00875"));
  EXPECT_ERROR(
      tokentra_ledger_erase(ledger_.get(), Text("team"), Text("x"), nullptr, nullptr, error.Out()),
      TOKENTRA_NOT_FOUND, HasSubstr("team_id"));
}

TEST_F(LedgerTest, ReadOnlyChangesNothing) {
  Ledger reader;
  options_.flags = TOKENTRA_LEDGER_READ_ONLY;
  Open(reader);
  EXPECT_ERROR(tokentra_ledger_compact(reader.get(), nullptr, 0, nullptr, 0, error.Out()),
               TOKENTRA_FAILED_PRECONDITION, HasSubstr("reading"));
  EXPECT_ERROR(tokentra_ledger_erase(reader.get(), Text("team_id"), Text("x"), nullptr, nullptr,
                                     error.Out()),
               TOKENTRA_FAILED_PRECONDITION, HasSubstr("reading"));
}

TEST_F(LedgerTest, BytesAreLoadedAndMerged) {
  Track(client_, "growth", kInstant);
  Snapshot one;
  Take(one);
  Track(client_, "growth", kInstant);
  Snapshot two;
  Take(two);
  Bytes bytes;
  ASSERT_OK(tokentra_snapshot_serialize(two.get(), bytes.Out(), error.Out()));
  const std::string text = View(tokentra_document_text(bytes.get()));
  Snapshot loaded;
  ASSERT_OK(tokentra_snapshot_load(Text(text), catalog_.get(), loaded.Out(), error.Out()));
  EXPECT_EQ(Totals(loaded).events, 2u);
  Snapshot merged;
  ASSERT_OK(tokentra_snapshot_merge(one.get(), loaded.get(), merged.Out(), error.Out()));
  EXPECT_EQ(Totals(merged).events, 2u);
  ASSERT_OK(tokentra_snapshot_serialize(merged.get(), bytes.Out(), error.Out()));
  EXPECT_EQ(View(tokentra_document_text(bytes.get())), text);
  // Each byte matters.
  for (size_t i = 0; i < text.size(); ++i) {
    std::string damaged = text;
    damaged[i] = static_cast<char>(damaged[i] ^ 1);
    Snapshot none;
    const tokentra_status status =
        tokentra_snapshot_load(Text(damaged), catalog_.get(), none.Out(), nullptr);
    EXPECT_TRUE(status == TOKENTRA_DATA_LOSS || status == TOKENTRA_UNIMPLEMENTED) << i;
  }
}

TEST_F(LedgerTest, Null) {
  Snapshot snapshot;
  Take(snapshot);
  Snapshot made;
  Bytes bytes;
  Ledger ledger;
  tokentra_ledger_statistics figures;
  tokentra_ledger_free(nullptr);
  EXPECT_EQ(tokentra_ledger_dimension_count(nullptr), 0u);
  EXPECT_EQ(tokentra_ledger_dimension(nullptr, 0).size, 0u);
  EXPECT_EQ(tokentra_ledger_path(nullptr).size, 0u);
  EXPECT_EQ(tokentra_snapshot_dimension_count(nullptr), 0u);
  EXPECT_EQ(tokentra_snapshot_dimension(nullptr, 0).size, 0u);
  EXPECT_EQ(tokentra_snapshot_bad_file_count(nullptr), 0u);
  EXPECT_EQ(tokentra_snapshot_bad_file(nullptr, 0).size, 0u);
  EXPECT_REFUSED(tokentra_ledger_open(Text(path_), nullptr, 0, nullptr, failed));
  EXPECT_REFUSED(tokentra_ledger_open({nullptr, 1}, nullptr, 0, ledger.Out(), failed));
  EXPECT_REFUSED(tokentra_ledger_open({nullptr, 0}, nullptr, 0, ledger.Out(), failed));
  options_.dimension_count = 1;
  EXPECT_REFUSED(
      tokentra_ledger_open(Text(path_), &options_, sizeof(options_), ledger.Out(), failed));
  EXPECT_REFUSED(tokentra_ledger_stats(nullptr, &figures, sizeof(figures), failed));
  EXPECT_REFUSED(tokentra_ledger_stats(ledger_.get(), nullptr, sizeof(figures), failed));
  EXPECT_REFUSED(tokentra_ledger_snapshot(nullptr, catalog_.get(), made.Out(), failed));
  EXPECT_REFUSED(tokentra_ledger_snapshot(ledger_.get(), nullptr, made.Out(), failed));
  EXPECT_REFUSED(tokentra_ledger_snapshot(ledger_.get(), catalog_.get(), nullptr, failed));
  EXPECT_REFUSED(tokentra_ledger_compact(nullptr, nullptr, 0, nullptr, 0, failed));
  EXPECT_REFUSED(
      tokentra_ledger_erase(nullptr, Text("team_id"), Text("x"), nullptr, nullptr, failed));
  EXPECT_REFUSED(
      tokentra_ledger_erase(ledger_.get(), {nullptr, 1}, Text("x"), nullptr, nullptr, failed));
  EXPECT_REFUSED(tokentra_ledger_erase(ledger_.get(), Text("team_id"), {nullptr, 1}, nullptr,
                                       nullptr, failed));
  EXPECT_REFUSED(tokentra_client_ledger(nullptr, ledger.Out(), failed));
  EXPECT_REFUSED(tokentra_client_ledger(client_.get(), nullptr, failed));
  EXPECT_REFUSED(tokentra_snapshot_serialize(nullptr, bytes.Out(), failed));
  EXPECT_REFUSED(tokentra_snapshot_serialize(snapshot.get(), nullptr, failed));
  EXPECT_REFUSED(tokentra_snapshot_load({nullptr, 1}, catalog_.get(), made.Out(), failed));
  EXPECT_REFUSED(tokentra_snapshot_load(Text("x"), nullptr, made.Out(), failed));
  EXPECT_REFUSED(tokentra_snapshot_load(Text("x"), catalog_.get(), nullptr, failed));
  for (const auto function : {tokentra_snapshot_merge, tokentra_snapshot_diff}) {
    EXPECT_REFUSED(function(nullptr, snapshot.get(), made.Out(), failed));
    EXPECT_REFUSED(function(snapshot.get(), nullptr, made.Out(), failed));
    EXPECT_REFUSED(function(snapshot.get(), snapshot.get(), nullptr, failed));
  }
}

TEST_F(LedgerTest, Sizes) {
  struct {
    tokentra_compact_options options;
    unsigned char tail[16];
  } longer = {};
  EXPECT_OK(tokentra_ledger_compact(ledger_.get(), &longer.options, sizeof(longer), nullptr, 0,
                                    error.Out()));
  longer.tail[0] = 1;
  EXPECT_REFUSED(
      tokentra_ledger_compact(ledger_.get(), &longer.options, sizeof(longer), nullptr, 0, failed));
  EXPECT_REFUSED(tokentra_ledger_compact(ledger_.get(), &longer.options, 0, nullptr, 0, failed));
  longer.options.zone_count = 1;
  EXPECT_REFUSED(tokentra_ledger_compact(ledger_.get(), &longer.options, sizeof(longer.options),
                                         nullptr, 0, failed));
  // Shorter: what is missing is zero.
  EXPECT_OK(tokentra_ledger_compact(ledger_.get(), &longer.options,
                                    offsetof(tokentra_compact_options, zone), nullptr, 0,
                                    error.Out()));
  tokentra_compact_result result;
  std::memset(&result, 0xa5, sizeof(result));
  EXPECT_OK(tokentra_ledger_compact(ledger_.get(), nullptr, 0, &result,
                                    offsetof(tokentra_compact_result, deleted_events),
                                    error.Out()));
  EXPECT_EQ(result.deleted_cells, 0u);
  EXPECT_EQ(result.deleted_events, 0xa5a5a5a5a5a5a5a5u);
  options_.reserved = 1;
  Ledger ledger;
  EXPECT_REFUSED(
      tokentra_ledger_open(Text(path_), &options_, sizeof(options_), ledger.Out(), failed));
  options_.reserved = 0;
  options_.flags = 0x8000'0000u;
  EXPECT_REFUSED(
      tokentra_ledger_open(Text(path_), &options_, sizeof(options_), ledger.Out(), failed));
}

}  // namespace
}  // namespace tokentra_testing
