// Method: ledgers with tiny limits. Totals stay exact whatever is folded; each limit is met at
// one below, at it and one above; the order of folding is read off the entries.

#include <gtest/gtest.h>

#include <string>

#include "core/ledger/ledger.h"
#include "tests/core/ledger/ledger_oracle.h"

namespace tokentra {
namespace {

using ledger_test::AtomsOf;
using ledger_test::Intern;
using ledger_test::LedgerOracle;
using ledger_test::OracleEvent;
using ledger_test::Random;
using ledger_test::RandomEvent;
using ledger_test::RecordInto;

constexpr InstantNs kNow = 1'760'000'000 * kNsPerSecond;

class FoldTest : public testing::Test {
 protected:
  FoldTest() { options_.dimensions = {"team", "user"}; }

  void Create() { ledger_ = Ledger::Create(options_).value(); }

  RecordResult RecordOne(std::string_view class_bytes, const std::string& user,
                         InstantNs at = kNow) {
    const Part part{ledger_->InternClass(class_bytes, ClassKind::kPriced), &atoms_, nullptr, 3,
                    true};
    return ledger_->Record({at, Intern(*ledger_, {"team", user}), {&part, 1}, {}});
  }

  LedgerOptions options_;
  std::shared_ptr<Ledger> ledger_;
  const Atoms atoms_ = AtomsOf({{Atom::kInput, 2}});
};

TEST_F(FoldTest, CellsMax) {
  for (const std::uint32_t limit : {1u, 2u, 255u, 256u, 257u}) {
    options_.cells_max = limit;
    Create();
    for (std::uint32_t i = 1; i <= limit + 2; ++i) {
      EXPECT_EQ(RecordOne("x", std::to_string(i)).folded, i > limit) << i << " of " << limit;
    }
    EXPECT_FALSE(RecordOne("x", "1").folded);
    EXPECT_EQ(ledger_->TakeSnapshot().value()->Totals().events, limit + 3);
    EXPECT_EQ(ledger_->Statistics().folded_events, 2u);
    EXPECT_LE(ledger_->Statistics().cells, limit + FoldReserve(limit));
  }
}

TEST_F(FoldTest, KeysMax) {
  for (const std::uint32_t limit : {1u, 2u, 7u}) {
    options_.keys_max = limit;
    Create();
    for (std::uint32_t i = 1; i <= limit + 2; ++i) {
      EXPECT_EQ(RecordOne("x", std::to_string(i)).folded, i > limit) << i << " of " << limit;
    }
    EXPECT_EQ(ledger_->TakeSnapshot().value()->Totals().events, limit + 2);
    EXPECT_LE(ledger_->Statistics().keys, limit + FoldReserve(limit));
  }
}

TEST_F(FoldTest, TextBytesMax) {
  const std::size_t key = InternTable::NodeBytes(2 + 2 * 4 + 4 + 1);  // "team" and one letter
  const std::size_t class_text = InternTable::NodeBytes(1);
  for (const std::size_t keys : {1u, 2u, 5u}) {
    for (const int off : {-1, 0, 1}) {
      options_.text_bytes_max = class_text + keys * key + static_cast<std::size_t>(off + 1) - 1;
      Create();
      ledger_->InternClass("x", ClassKind::kPriced);
      const std::size_t fits = off < 0 ? keys - 1 : keys;
      for (std::size_t i = 1; i <= keys + 1; ++i) {
        EXPECT_EQ(RecordOne("x", std::string(1, static_cast<char>('a' + i))).folded, i > fits)
            << i << " of " << keys << " off " << off;
      }
    }
  }
}

TEST_F(FoldTest, ClassesMax) {
  for (const std::uint32_t limit : {1u, 2u, 9u}) {
    options_.classes_max = limit;
    Create();
    for (std::uint32_t i = 1; i <= limit + 1; ++i) {
      EXPECT_EQ(RecordOne("class-" + std::to_string(i), "u").folded, i > limit);
    }
    EXPECT_EQ(ledger_->Statistics().classes, limit);
    const auto snapshot = ledger_->TakeSnapshot().value();
    const SnapshotTotals totals = snapshot->Totals();
    EXPECT_EQ(totals.events, limit + 1);
    EXPECT_EQ(totals.atoms[0], 2 * (limit + 1));
    EXPECT_EQ(totals.overflow_cost, 3);
    EXPECT_EQ(totals.overflow_parts, 1u);
    EXPECT_TRUE(snapshot->classes()[0].folded);
    EXPECT_EQ(ledger_->InternClass("another", ClassKind::kUnpriced),
              static_cast<ClassId>(ClassKind::kUnpriced));
  }
}

TEST_F(FoldTest, ClassBytesMax) {
  options_.class_bytes_max = 10;
  Create();
  EXPECT_FALSE(RecordOne(std::string(9, 'x'), "u").folded);
  EXPECT_FALSE(RecordOne(std::string(10, 'x'), "u").folded);
  EXPECT_TRUE(RecordOne(std::string(11, 'x'), "u").folded);
}

TEST_F(FoldTest, ValueBytesMax) {
  for (const std::uint32_t limit : {1u, 256u, 1024u}) {
    options_.value_bytes_max = limit;
    options_.dimensions = {"user", "team"};  // the long value is not the last
    Create();
    for (const std::uint32_t size : {limit - 1, limit, limit + 1}) {
      const std::string value(size, 'x');
      const std::string_view values[] = {value, "t"};
      const DimensionsId id = ledger_->InternDimensions(values, 0b11);
      EXPECT_EQ((id & kFoldedBit) != 0, size > limit);
      const Part part{ledger_->InternClass("x", ClassKind::kPriced), &atoms_, nullptr, 3, true};
      EXPECT_EQ(ledger_->Record({kNow, id, {&part, 1}, {}}).folded, size > limit);
    }
    const auto snapshot = ledger_->TakeSnapshot().value();
    EXPECT_EQ(snapshot->dimensions().back().values[1], "t");
    std::size_t folded = 0;
    for (const DecodedTuple& tuple : snapshot->dimensions()) {
      if (tuple.folded == 0) continue;
      EXPECT_EQ(tuple.folded, 0b01u);
      EXPECT_EQ(tuple.present, 0b10u);
      ++folded;
    }
    EXPECT_EQ(folded, 1u);
  }
}

// With a reserve of four cells and four steps, each step gets one: the user goes, then the team,
// then the quarter hour, then the day; then the class.
TEST_F(FoldTest, Order) {
  options_.cells_max = 13;
  Create();
  ASSERT_EQ(FoldReserve(13), 4u);
  for (int i = 0; i < 13; ++i) ASSERT_FALSE(RecordOne("x", std::to_string(i)).folded);
  // Other classes, so that no folded key is met twice.
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(RecordOne("new-" + std::to_string(i), "u").folded);
  }
  const auto snapshot = ledger_->TakeSnapshot().value();
  const auto find = [&](const std::string& bytes) {
    for (const SnapshotEntry& entry : snapshot->entries()) {
      if (snapshot->classes()[entry.class_index].bytes == bytes) return entry;
    }
    return SnapshotEntry{};
  };
  const auto folded_dimensions = [&](const SnapshotEntry& entry) {
    return snapshot->dimensions()[entry.dimensions_index].folded;
  };
  EXPECT_EQ(folded_dimensions(find("new-0")), 0b10u);
  EXPECT_EQ(snapshot->dimensions()[find("new-0").dimensions_index].values[0], "team");
  EXPECT_EQ(folded_dimensions(find("new-1")), 0b11u);
  EXPECT_EQ(find("new-1").time_fold, TimeFold::kNone);
  EXPECT_EQ(find("new-2").time_fold, TimeFold::kDay);
  EXPECT_EQ(find("new-2").bucket_start % (86'400 * kNsPerSecond), 0);
  EXPECT_EQ(find("new-2").bucket_seconds, 86'400);
  EXPECT_EQ(find("new-3").time_fold, TimeFold::kAnyTime);
  EXPECT_EQ(find("new-3").bucket_start, kNoInstant);
  EXPECT_EQ(find("new-4").events, 0u);
  EXPECT_EQ(find("").overflow_cost, 3);
  EXPECT_EQ(find("").events, 1u);
  EXPECT_EQ(snapshot->Totals().events, 18u);
}

TEST_F(FoldTest, DaysBefore1970) {
  options_.cells_max = 5;
  Create();
  for (int i = 0; i < 5; ++i) RecordOne("x", std::to_string(i));
  const InstantNs at = -1;
  RecordOne("y", "u", at);
  RecordOne("z", "u", at);
  const auto snapshot = ledger_->TakeSnapshot().value();
  for (const SnapshotEntry& entry : snapshot->entries()) {
    if (entry.time_fold == TimeFold::kDay) {
      EXPECT_EQ(entry.bucket_start, -86'400 * kNsPerSecond);
    }
  }
}

// A part folds as a whole: quantities as used and as billed stay together.
TEST_F(FoldTest, PartsFoldWhole) {
  options_.cells_max = 16;
  Create();
  for (int i = 0; i < 16; ++i) RecordOne("x", std::to_string(i));
  const Part part{ledger_->InternClass("x", ClassKind::kPriced), &atoms_, &atoms_, 3, true};
  EXPECT_TRUE(ledger_->Record({kNow, Intern(*ledger_, {"team", "1"}), {&part, 1}, {}}).folded);
  const auto snapshot = ledger_->TakeSnapshot().value();
  std::size_t billed = 0;
  for (const SnapshotEntry& entry : snapshot->entries()) {
    ASSERT_EQ(entry.atoms.size(), 1u);
    EXPECT_EQ(entry.atoms[0].quantity, 2u);
    EXPECT_EQ(entry.billed.size(), snapshot->IsFolded(entry) ? 1u : 0u);
    billed += entry.billed.size();
  }
  EXPECT_EQ(billed, 1u);
}

TEST_F(FoldTest, TotalsStayExactUnderEveryLimit) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    options_.dimensions = {"a", "b", "c"};
    options_.cells_max = 1 + static_cast<std::uint32_t>(random.Below(200));
    options_.keys_max = 1 + static_cast<std::uint32_t>(random.Below(20));
    options_.classes_max = 1 + static_cast<std::uint32_t>(random.Below(6));
    Create();
    LedgerOracle oracle;
    for (int i = 0; i < 400; ++i) {
      const OracleEvent event = RandomEvent(random, 3);
      oracle.Record(event);
      ASSERT_EQ(RecordInto(*ledger_, event).status, RecordStatus::kRecorded);
    }
    SnapshotTotals totals = ledger_->TakeSnapshot().value()->Totals();
    // Billed quantities end where the class does; the cost takes their place.
    totals.billed = oracle.totals().billed;
    totals.overflow_cost = 0;
    totals.overflow_parts = 0;
    EXPECT_TRUE(totals == oracle.totals());
    EXPECT_LE(ledger_->Statistics().cells, options_.cells_max + FoldReserve(options_.cells_max));
  }
}

TEST_F(FoldTest, CardinalityBomb) {
  options_.cells_max = 1000;
  options_.keys_max = 1000;
  options_.text_bytes_max = 100'000;
  Create();
  const std::uint64_t memory_before = ledger_->Statistics().memory_bytes;
  constexpr std::uint64_t kEvents = 200'000;
  for (std::uint64_t i = 0; i < kEvents; ++i) RecordOne("x", std::to_string(i));
  const SnapshotTotals totals = ledger_->TakeSnapshot().value()->Totals();
  EXPECT_EQ(totals.events, kEvents);
  EXPECT_EQ(totals.atoms[0], 2 * kEvents);
  const LedgerStatistics statistics = ledger_->Statistics();
  EXPECT_LT(statistics.memory_bytes - memory_before, 400'000u);
  EXPECT_GE(statistics.folded_events, kEvents - 1000);
}

// 2^58 quanta in a cell are some thousand of the largest events: they carry over into further
// cells of the key, one entry each, and the total is the sum.
TEST_F(FoldTest, FullCellsCarryOver) {
  Create();
  const Atoms largest = AtomsOf({{Atom::kInput, kQuantityMax}});
  const Part part{ledger_->InternClass("x", ClassKind::kPriced), &largest, nullptr, 0, true};
  const DimensionsId who = Intern(*ledger_, {"team", "u"});
  constexpr std::uint64_t kEvents = 5000;
  for (std::uint64_t i = 0; i < kEvents; ++i) {
    const RecordResult result = ledger_->Record({kNow, who, {&part, 1}, {}});
    ASSERT_EQ(result.status, RecordStatus::kRecorded);
    ASSERT_FALSE(result.folded);
  }
  const auto snapshot = ledger_->TakeSnapshot().value();
  EXPECT_EQ(snapshot->Totals().atoms[0], Uint128{kQuantityMax} * kEvents);
  EXPECT_EQ(snapshot->Totals().events, kEvents);
  EXPECT_EQ(snapshot->entries().size(), 5u);
  EXPECT_EQ(snapshot->entries()[0].atoms[0].quantity, kCellQuantityMax);
  EXPECT_EQ(ledger_->Statistics().cells, 5u);
}

TEST_F(FoldTest, FullAmountsCarryOver) {
  Create();
  const Part part{ledger_->InternClass("x", ClassKind::kPriced), nullptr, nullptr, 0, true};
  const DimensionsId who = Intern(*ledger_, {"team", "u"});
  for (int i = 0; i < 300; ++i) {
    ASSERT_EQ(ledger_->Record({kNow, who, {&part, 1}, -kEventAmountMax}).status,
              RecordStatus::kRecorded);
  }
  EXPECT_EQ(ledger_->TakeSnapshot().value()->Totals().reported, -kEventAmountMax * 300);
  EXPECT_EQ(ledger_->Statistics().cells, 4u);  // page 0, and three of amounts
}

// When even the last resort is full, the event is refused and changes nothing, its other part
// included.
TEST_F(FoldTest, FullLastResortRefuses) {
  options_.cells_max = 1;
  Create();
  ASSERT_FALSE(RecordOne("x", "u").folded);
  const Atoms largest = AtomsOf({{Atom::kInput, kQuantityMax}});
  const ClassId folded = static_cast<ClassId>(ClassKind::kPriced);
  const Part parts[] = {{ledger_->InternClass("x", ClassKind::kPriced), &atoms_, nullptr, 0, true},
                        {folded, &largest, nullptr, 1, true}};
  const DimensionsId who = Intern(*ledger_, {"team", "u"});
  std::uint64_t recorded = 0;
  RecordResult result{};
  for (int i = 0; i < 5000; ++i) {
    result = ledger_->Record({kNow, who, parts, {}});
    if (result.status != RecordStatus::kRecorded) break;
    ++recorded;
  }
  EXPECT_EQ(result.status, RecordStatus::kFull);
  const SnapshotTotals totals = ledger_->TakeSnapshot().value()->Totals();
  EXPECT_EQ(totals.events, recorded + 1);
  EXPECT_EQ(totals.atoms[0], Uint128{kQuantityMax + 2} * recorded + 2);
  EXPECT_EQ(totals.overflow_cost, static_cast<Int128>(recorded));
}

}  // namespace
}  // namespace tokentra
