// Snapshots: rows by key sum to the total, whatever the key.
//
// Method: a ledger of events over teams, models and hours; every grouping is summed exactly.
#include <map>

#include "tests/capi/testing.h"

namespace tokentra_testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

class SnapshotTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK(tokentra_client_new(nullptr, client_.Out(), error.Out()));
    constexpr std::string_view kTeams[] = {"growth", "research", "support", ""};
    constexpr std::string_view kModels[] = {"gpt-4o", "gpt-4o-mini", "gpt-4o-hyper"};
    for (int i = 0; i < 120; ++i) {
      Call call("openai", kModels[i % 3]);
      call.Usage({{"input_tokens", 1000u + static_cast<uint64_t>(i) * 7},
                  {"cache_read_tokens", static_cast<uint64_t>(i)},
                  {"output_tokens", static_cast<uint64_t>(i) * 3}});
      call.At(kInstant + kHour * (i % 50));
      if (i % 5 != 0) call.Metadata({{"team_id", kTeams[i % 4]}, {"project_id", "p"}});
      if (i % 11 == 0) call.get()->flags = TOKENTRA_CALL_BATCH;
      tokentra_track_result result = {};
      ASSERT_OK(tokentra_client_track(client_.get(), call.get(), sizeof(tokentra_call), &result,
                                      sizeof(result), error.Out()));
      ++events_;
      if (result.state == TOKENTRA_STATE_UNPRICED) {
        ++unpriced_;
      } else {
        cost_ = Plus(cost_, result.total);
      }
    }
    ASSERT_OK(tokentra_client_snapshot(client_.get(), snapshot_.Out(), error.Out()));
  }

  tokentra_status Group(std::initializer_list<std::string_view> keys,
                        const tokentra_group_options* options = nullptr) {
    std::vector<tokentra_text> texts;
    for (const std::string_view key : keys) texts.push_back(Text(key));
    return tokentra_snapshot_group(snapshot_.get(), texts.data(), texts.size(), options,
                                   options ? sizeof(*options) : 0, rows_.Out(), error.Out());
  }
  size_t Count() const { return tokentra_rows_count(rows_.get()); }
  tokentra_row At(size_t index) {
    tokentra_row row = {};
    EXPECT_OK(tokentra_rows_at(rows_.get(), index, &row, sizeof(row), error.Out()));
    return row;
  }
  std::string Key(size_t index, size_t key_index = 0) {
    return View(tokentra_rows_key(rows_.get(), index, key_index, nullptr));
  }
  std::string Sum() {
    tokentra_money sum = {0, 0};
    for (size_t i = 0; i < Count(); ++i) sum = Plus(sum, At(i).cost);
    return Decimal(sum);
  }

  Client client_;
  Snapshot snapshot_;
  Rows rows_;
  tokentra_money cost_ = {0, 0};
  uint64_t events_ = 0;
  uint64_t unpriced_ = 0;
  Error error;
};

TEST_F(SnapshotTest, TotalsAreTheSumOfTheEvents) {
  tokentra_snapshot_totals totals = {};
  ASSERT_OK(tokentra_snapshot_total(snapshot_.get(), &totals, sizeof(totals), error.Out()));
  EXPECT_EQ(Decimal(totals.cost), Decimal(cost_));
  EXPECT_EQ(totals.events, events_);
  EXPECT_EQ(totals.unpriced_events, unpriced_);
  EXPECT_EQ(totals.partial_events, 0u);
  EXPECT_EQ(totals.folded_events, 0u);
  EXPECT_EQ(totals.reported_events, 0u);
  EXPECT_GT(totals.cells, 0u);
}

TEST_F(SnapshotTest, EveryGroupingSumsToTheTotal) {
  const std::string total = Decimal(cost_);
  for (const auto& keys : std::initializer_list<std::initializer_list<std::string_view>>{
           {},
           {"team_id"},
           {"model"},
           {"provider"},
           {"state"},
           {"service_tier"},
           {"region"},
           {"batch"},
           {"bucket"},
           {"hour"},
           {"day"},
           {"project_id", "team_id", "model"},
           {"day", "team_id", "batch", "state"}}) {
    ASSERT_OK(Group(keys));
    EXPECT_EQ(Sum(), total);
    uint64_t events = 0;
    for (size_t i = 0; i < Count(); ++i) events += At(i).events;
    EXPECT_EQ(events, events_);
  }
}

TEST_F(SnapshotTest, WithoutKeysThereIsOneRow) {
  ASSERT_OK(Group({}));
  ASSERT_EQ(Count(), 1u);
  const tokentra_row row = At(0);
  EXPECT_EQ(row.unpriced_events, unpriced_);
  std::map<uint32_t, uint64_t> usage;
  for (size_t i = 0; i < row.usage_count; ++i) usage[row.usage[i].meter] = row.usage[i].quantity;
  EXPECT_EQ(usage[Meter("input_tokens")], 120u * 1000 + 7 * (119 * 120 / 2));
  EXPECT_EQ(usage[Meter("cache_read_tokens")], 119u * 120 / 2);
  EXPECT_EQ(usage[Meter("output_tokens")], 3u * (119 * 120 / 2));
}

TEST_F(SnapshotTest, KeysAreAbsentOrPresentAndMayBeEmpty) {
  ASSERT_OK(Group({"team_id"}));
  std::map<std::string, uint32_t> presences;
  uint32_t absent = 0;
  for (size_t i = 0; i < Count(); ++i) {
    uint32_t presence = 9;
    const std::string value = View(tokentra_rows_key(rows_.get(), i, 0, &presence));
    if (presence == TOKENTRA_KEY_ABSENT) {
      ++absent;
      EXPECT_EQ(value, "");
    } else {
      presences[value] = presence;
    }
  }
  EXPECT_EQ(absent, 1u);
  EXPECT_THAT(presences, ElementsAre(Pair("", 1u), Pair("growth", 1u), Pair("research", 1u),
                                     Pair("support", 1u)));
}

TEST_F(SnapshotTest, SortedByCostHighestFirst) {
  ASSERT_OK(Group({"team_id", "model"}));
  ASSERT_GT(Count(), 3u);
  for (size_t i = 1; i < Count(); ++i) {
    const tokentra_money before = At(i - 1).cost;
    const tokentra_money after = At(i).cost;
    EXPECT_TRUE(before.hi > after.hi || (before.hi == after.hi && before.lo >= after.lo)) << i;
  }
}

TEST_F(SnapshotTest, ATimeKeySortsFirst) {
  ASSERT_OK(Group({"day"}));
  ASSERT_EQ(Count(), 3u);
  EXPECT_EQ(Key(0), "2026-10-15");
  EXPECT_EQ(Key(1), "2026-10-16");
  EXPECT_EQ(Key(2), "2026-10-17");
}

TEST_F(SnapshotTest, AZoneMovesTheDays) {
  // At UTC+12 noon is midnight: 50 hours from there on are three other days.
  const tokentra_zone_offset zone[] = {{TOKENTRA_NO_INSTANT, 12 * 3600, 0}};
  tokentra_group_options options = {TOKENTRA_NO_INSTANT, TOKENTRA_NO_INSTANT, zone, 1};
  ASSERT_OK(Group({"day"}, &options));
  ASSERT_EQ(Count(), 3u);
  EXPECT_EQ(Key(0), "2026-10-16");
  EXPECT_EQ(Sum(), Decimal(cost_));

  const tokentra_zone_offset uneven[] = {{TOKENTRA_NO_INSTANT, 100, 0}};
  options.zone = uneven;
  EXPECT_ERROR(Group({"day"}, &options), TOKENTRA_INVALID_ARGUMENT, HasSubstr("100"));
}

TEST_F(SnapshotTest, SinceAndUntilPartTheTotal) {
  const int64_t middle = kInstant + 20 * kHour;
  tokentra_group_options before = {0, middle, nullptr, 0};
  tokentra_group_options after = {middle, 0, nullptr, 0};
  ASSERT_OK(Group({}, &before));
  ASSERT_EQ(Count(), 1u);
  const tokentra_row first = At(0);
  ASSERT_OK(Group({}, &after));
  ASSERT_EQ(Count(), 1u);
  EXPECT_GT(first.events, 0u);
  EXPECT_EQ(first.events + At(0).events, events_);
  EXPECT_EQ(Decimal(Plus(first.cost, At(0).cost)), Decimal(cost_));
}

TEST_F(SnapshotTest, UnknownKeysNameTheNearest) {
  EXPECT_ERROR(Group({"team"}), TOKENTRA_INVALID_ARGUMENT,
               AllOf(HasSubstr("team"), HasSubstr("team_id")));
  EXPECT_ERROR(Group({"modle"}), TOKENTRA_INVALID_ARGUMENT,
               AllOf(HasSubstr("modle"), HasSubstr("model")));
  EXPECT_EQ(Group({""}), TOKENTRA_INVALID_ARGUMENT);
}

TEST_F(SnapshotTest, PastTheEnd) {
  ASSERT_OK(Group({"team_id"}));
  tokentra_row row = {};
  for (const size_t index : {Count(), SIZE_MAX}) {
    EXPECT_ERROR(tokentra_rows_at(rows_.get(), index, &row, sizeof(row), error.Out()),
                 TOKENTRA_OUT_OF_RANGE, HasSubstr(std::to_string(index)));
    EXPECT_EQ(tokentra_rows_key(rows_.get(), index, 0, nullptr).size, 0u);
  }
  EXPECT_EQ(tokentra_rows_key(rows_.get(), 0, 1, nullptr).size, 0u);
  EXPECT_EQ(tokentra_rows_key(rows_.get(), 0, SIZE_MAX, nullptr).size, 0u);
}

TEST_F(SnapshotTest, ASnapshotDoesNotChange) {
  const auto call = Call::Example();
  tokentra_track_result result = {};
  ASSERT_OK(tokentra_client_track(client_.get(), call->get(), sizeof(tokentra_call), &result,
                                  sizeof(result), error.Out()));
  tokentra_snapshot_totals totals = {};
  ASSERT_OK(tokentra_snapshot_total(snapshot_.get(), &totals, sizeof(totals), error.Out()));
  EXPECT_EQ(totals.events, events_);
  ASSERT_OK(tokentra_client_snapshot(client_.get(), snapshot_.Out(), error.Out()));
  ASSERT_OK(tokentra_snapshot_total(snapshot_.get(), &totals, sizeof(totals), error.Out()));
  EXPECT_EQ(totals.events, events_ + 1);
}

TEST_F(SnapshotTest, RowsOutliveClientAndSnapshot) {
  ASSERT_OK(Group({"team_id", "model"}));
  client_.Reset();
  snapshot_.Reset();
  EXPECT_EQ(Sum(), Decimal(cost_));
  EXPECT_EQ(Key(0, 1), "gpt-4o");
}

TEST_F(SnapshotTest, AnEmptyLedger) {
  ASSERT_OK(tokentra_client_new(nullptr, client_.Out(), error.Out()));
  ASSERT_OK(tokentra_client_snapshot(client_.get(), snapshot_.Out(), error.Out()));
  tokentra_snapshot_totals totals = {};
  ASSERT_OK(tokentra_snapshot_total(snapshot_.get(), &totals, sizeof(totals), error.Out()));
  EXPECT_EQ(totals.events, 0u);
  EXPECT_EQ(Decimal(totals.cost), "0");
  ASSERT_OK(Group({"team_id"}));
  EXPECT_EQ(Count(), 0u);
}

}  // namespace
}  // namespace tokentra_testing
