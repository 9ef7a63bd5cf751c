// Method: random events before and after a first snapshot; the difference must be what the slow map
// of ledger_oracle.h has of the later events. Then keys that were made coarser in between, by hand:
// what is told, and what cannot be told and is joined. Refusals name their reason.

#include "core/ledger/snapshot_difference.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/core/ledger/folder_testing.h"
#include "tests/core/ledger/ledger_oracle.h"

namespace tokentra {
namespace {

using ledger_test::LedgerOracle;
using ledger_test::OracleEvent;
using ledger_test::Random;
using ledger_test::RandomEvent;
using ledger_test::RecordInto;
using ledger_test::SumsOf;
using ledger_test::TestFolder;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<Int128> NoMoney(const Snapshot& snapshot) {
  return std::vector<Int128>(snapshot.entries().size());
}

absl::StatusOr<SnapshotDifference> DifferenceOf(const Snapshot& earlier, const Snapshot& later) {
  return Difference(earlier, NoMoney(earlier), later, NoMoney(later));
}

// One cell by hand: "x" and "*" are values and folded dimensions of the tuple.
struct Line {
  std::int64_t bucket;
  TimeFold time;
  std::string tuple;
  std::uint64_t events;
};

std::unique_ptr<const Snapshot> SnapshotOf(const std::vector<Line>& lines,
                                           std::uint64_t ledger_id = 1) {
  auto contents = std::make_unique<SnapshotContents>();
  contents->dimension_names = {"a", "b"};
  contents->bucket_seconds = 900;
  contents->ledgers.push_back({});
  contents->ledgers[0].ledger_id = {ledger_id, 0};
  SnapshotTexts texts(contents.get());
  for (const Line& line : lines) {
    std::string tuple;
    for (const char c : line.tuple) {
      tuple += c == '*' ? std::string("\1", 1) : std::string("\2\1\0\0\0", 5) + c;
    }
    const CellGroup group = {line.time == TimeFold::kAnyTime ? 0 : BucketWord(line.bucket),
                             texts.IndexOfClass("m", ClassKind::kPriced, false),
                             texts.IndexOfTuple(tuple), line.time};
    SnapshotRow row{};
    row.key = CellKey::Of(group, 0, 0);
    row.counters[kEventsCounter] = line.events;
    row.counters[kFirstQuantity] = 10 * line.events;
    contents->rows.push_back(row);
  }
  contents->sources.push_back({0, 0, 0, 0, contents->rows.size()});
  return Snapshot::Build(std::move(contents));
}

// "bucket/tuple=events", with d<bucket> for a day and any for any time.
std::vector<std::string> LinesOf(const Snapshot& snapshot) {
  std::vector<std::string> lines;
  for (const SnapshotEntry& entry : snapshot.entries()) {
    std::string line;
    if (entry.time_fold == TimeFold::kAnyTime) {
      line = "any";
    } else {
      line = (entry.time_fold == TimeFold::kDay ? "d" : "") +
             std::to_string(entry.bucket_start / (900 * kNsPerSecond));
    }
    line += "/";
    const DecodedTuple& tuple = snapshot.dimensions()[entry.dimensions_index];
    for (std::size_t i = 0; i < tuple.values.size(); ++i) {
      line += (tuple.folded >> i & 1) != 0 ? "*" : tuple.values[i];
    }
    lines.push_back(line + "=" + std::to_string(entry.events));
    EXPECT_EQ(entry.atoms[0].quantity, 10 * entry.events);
  }
  return lines;
}

TEST(SnapshotDifferenceTest, IsWhatCameSince) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Random random(seed);
    LedgerOptions options;
    options.dimensions = {"a", "b"};
    const auto ledger = Ledger::Create(options).value();
    for (int i = 0; i < 300; ++i) RecordInto(*ledger, RandomEvent(random, 2));
    const auto earlier = ledger->TakeSnapshot().value();
    LedgerOracle since;
    for (int i = 0; i < 300; ++i) {
      const OracleEvent event = RandomEvent(random, 2);
      RecordInto(*ledger, event);
      since.Record(event);
    }
    const auto later = ledger->TakeSnapshot().value();
    const auto difference = DifferenceOf(*earlier, *later);
    ASSERT_TRUE(difference.ok()) << difference.status();
    EXPECT_TRUE(difference->snapshot->Totals() == since.totals()) << "seed " << seed;
    EXPECT_TRUE(SumsOf(*difference->snapshot) == since.sums()) << "seed " << seed;
    EXPECT_TRUE(difference->snapshot->is_difference());
    EXPECT_TRUE(DifferenceOf(*later, *later)->snapshot->entries().empty());
  }
}

TEST(SnapshotDifferenceTest, SumsBeyondACellAreWhole) {
  const auto huge = SnapshotOf({{1, TimeFold::kNone, "xy", kCellQuantityMax / 10},
                                {1, TimeFold::kNone, "xy", kCellQuantityMax / 10},
                                {1, TimeFold::kNone, "xy", 7}});
  const auto difference = DifferenceOf(*SnapshotOf({}), *huge);
  ASSERT_TRUE(difference.ok()) << difference.status();
  EXPECT_TRUE(difference->snapshot->Totals() == huge->Totals());
}

TEST(SnapshotDifferenceTest, MoneyIsTheDifferenceOfMoney) {
  const auto earlier = SnapshotOf({{1, TimeFold::kNone, "xy", 1}, {2, TimeFold::kNone, "xy", 1}});
  const auto later = SnapshotOf({{1, TimeFold::kNone, "xy", 3}, {2, TimeFold::kNone, "xy", 1}});
  // The second key's quantities are the same and its money is not: rounding of what moved.
  const auto difference =
      Difference(*earlier, std::vector<Int128>{10, 5}, *later, std::vector<Int128>{29, 6});
  ASSERT_TRUE(difference.ok()) << difference.status();
  EXPECT_EQ(difference->money, (std::vector<Int128>{19, 1}));
  EXPECT_EQ(difference->snapshot->entries()[1].events, 0u);
}

TEST(SnapshotDifferenceTest, WhatWasFoldedIsTakenOffTheCoarserKey) {
  const auto earlier = SnapshotOf({{1, TimeFold::kNone, "xy", 10}, {1, TimeFold::kNone, "xz", 4}});
  // xy went to x*, where two more came; three more came under xy afterwards.
  const auto later = SnapshotOf({{1, TimeFold::kNone, "xy", 3},
                                 {1, TimeFold::kNone, "x*", 12},
                                 {1, TimeFold::kNone, "xz", 5}});
  EXPECT_THAT(LinesOf(*DifferenceOf(*earlier, *later)->snapshot), ElementsAre("1/x*=5", "1/xz=1"));
}

TEST(SnapshotDifferenceTest, WhatWasFoldedTwiceIsFollowed) {
  const auto earlier =
      SnapshotOf({{97, TimeFold::kNone, "xy", 10}, {97, TimeFold::kNone, "x*", 5}});
  const auto later = SnapshotOf({{96, TimeFold::kDay, "x*", 16}});
  EXPECT_THAT(LinesOf(*DifferenceOf(*earlier, *later)->snapshot), ElementsAre("d96/x*=1"));
}

TEST(SnapshotDifferenceTest, WhatCannotBeToldIsJoined) {
  const auto earlier = SnapshotOf({{1, TimeFold::kNone, "xy", 10}});
  // Either of the two may have taken the ten.
  const auto later = SnapshotOf({{1, TimeFold::kNone, "x*", 12}, {1, TimeFold::kNone, "*y", 15}});
  EXPECT_THAT(LinesOf(*DifferenceOf(*earlier, *later)->snapshot), ElementsAre("1/**=17"));
}

TEST(SnapshotDifferenceTest, ADayOfAZoneHoldsItsBuckets) {
  // A day that starts at bucket 92 holds buckets 92 to 187.
  const auto later = SnapshotOf({{92, TimeFold::kDay, "xy", 10}});
  for (const std::int64_t bucket : {92, 187}) {
    const auto earlier = SnapshotOf({{bucket, TimeFold::kNone, "xy", 10}});
    EXPECT_TRUE(DifferenceOf(*earlier, *later)->snapshot->entries().empty()) << bucket;
  }
  for (const std::int64_t bucket : {91, 188}) {
    const auto earlier = SnapshotOf({{bucket, TimeFold::kNone, "xy", 10}});
    EXPECT_FALSE(DifferenceOf(*earlier, *later).ok()) << bucket;
  }
}

TEST(SnapshotDifferenceTest, RefusesWhatIsNotTheSameLedgerLater) {
  const auto earlier = SnapshotOf({{1, TimeFold::kNone, "xy", 10}});
  const auto later = SnapshotOf({{1, TimeFold::kNone, "xy", 11}});
  EXPECT_THAT(DifferenceOf(*later, *earlier).status().message(), HasSubstr("holds less"));
  EXPECT_THAT(DifferenceOf(*SnapshotOf({}, 2), *later).status().message(),
              HasSubstr("different ledgers"));
  const auto difference = DifferenceOf(*earlier, *later);
  EXPECT_THAT(DifferenceOf(*difference->snapshot, *later).status().message(),
              HasSubstr("not from a difference"));
  LedgerOptions options;
  options.dimensions = {"other"};
  EXPECT_THAT(DifferenceOf(*earlier, *Ledger::Create(options).value()->TakeSnapshot().value())
                  .status()
                  .message(),
              HasSubstr("\"other\""));
}

// A real compaction that folds: a base that has room for few cells.
TEST(SnapshotDifferenceTest, AcrossACompactionThatFolds) {
  const TestFolder folder;
  LedgerOptions options;
  options.dimensions = {"a", "b"};
  auto wide = folder.Open(options);
  Random random(7);
  for (int i = 0; i < 400; ++i) RecordInto(*wide, RandomEvent(random, 2));
  const auto earlier = wide->TakeSnapshot().value();
  options.cells_max = 40;
  LedgerOracle since;
  for (int i = 0; i < 50; ++i) {
    const OracleEvent event = RandomEvent(random, 2);
    RecordInto(*wide, event);
    since.Record(event);
  }
  // Its segment is dead from here on, and the next to open absorbs it into a base of few cells.
  wide.reset();
  const auto later = folder.Open(options)->TakeSnapshot().value();
  const auto difference = DifferenceOf(*earlier, *later);
  ASSERT_TRUE(difference.ok()) << difference.status();
  EXPECT_TRUE(difference->snapshot->Totals() == since.totals());
}

}  // namespace
}  // namespace tokentra
