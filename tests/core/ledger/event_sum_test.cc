// Method: one event that stands for many leaves what the many leave, on each way that recording
// takes (one page, several pages, folded classes); and its limits, each at, below and above.

#include <gtest/gtest.h>

#include "core/ledger/ledger.h"
#include "tests/core/ledger/ledger_oracle.h"

namespace tokentra {
namespace {

using ledger_test::AtomsOf;

constexpr InstantNs kNow = 1'760'000'000 * kNsPerSecond;

std::shared_ptr<Ledger> NewLedger(std::uint32_t classes_max = 16) {
  LedgerOptions options;
  options.dimensions = {"team"};
  options.classes_max = classes_max;
  return Ledger::Create(options).value();
}

RecordResult RecordSum(Ledger& ledger, const Atoms& atoms, Int128 cost, std::uint64_t events,
                       std::string_view class_bytes = "gpt-4o", const EventId* id = nullptr) {
  const std::string_view values[] = {"search"};
  const Part part{ledger.InternClass(class_bytes, ClassKind::kPriced), &atoms, nullptr, cost, true};
  return ledger.Record({kNow, ledger.InternDimensions(values, 1), {&part, 1}, {}, id, events});
}

TEST(EventSumTest, OneForManyLeavesWhatTheManyLeave) {
  constexpr std::uint64_t kEvents = 5;
  const Atoms one_page = AtomsOf({{Atom::kInput, 7}, {Atom::kCacheRead, 3}});
  const Atoms one_page_sum = AtomsOf({{Atom::kInput, 35}, {Atom::kCacheRead, 15}});
  const Atoms two_pages = AtomsOf({{Atom::kOutput, 2}, {Atom::kWebSearches, 1}});
  const Atoms two_pages_sum = AtomsOf({{Atom::kOutput, 10}, {Atom::kWebSearches, 5}});
  const auto summed = NewLedger();
  const auto single = NewLedger();
  for (int round = 0; round < 2; ++round) {  // the first makes the cells, the second finds them
    for (std::uint64_t i = 0; i < kEvents; ++i) {
      RecordSum(*single, one_page, 11, 1);
      RecordSum(*single, two_pages, 13, 1);
    }
    EXPECT_EQ(RecordSum(*summed, one_page_sum, 55, kEvents).status, RecordStatus::kRecorded);
    EXPECT_EQ(RecordSum(*summed, two_pages_sum, 65, kEvents).status, RecordStatus::kRecorded);
  }
  const SnapshotTotals totals = summed->TakeSnapshot().value()->Totals();
  EXPECT_EQ(totals.events, 4 * kEvents);
  EXPECT_TRUE(totals == single->TakeSnapshot().value()->Totals());
}

TEST(EventSumTest, FoldedClassesKeepTheCostAndAreCounted) {
  const auto ledger = NewLedger(1);
  const Atoms atoms = AtomsOf({{Atom::kInput, 35}});
  EXPECT_FALSE(RecordSum(*ledger, atoms, 55, 5, "first").folded);
  EXPECT_TRUE(RecordSum(*ledger, atoms, 55, 5, "second").folded);
  const SnapshotTotals totals = ledger->TakeSnapshot().value()->Totals();
  EXPECT_EQ(totals.events, 10u);
  EXPECT_EQ(totals.overflow_cost, 55);
  EXPECT_EQ(ledger->Statistics().folded_events, 5u);
}

TEST(EventSumTest, Limits) {
  const auto status = [](const Atoms& atoms, Int128 cost, std::uint64_t events) {
    return RecordSum(*NewLedger(), atoms, cost, events).status;
  };
  const Atoms few = AtomsOf({{Atom::kInput, 1}});
  EXPECT_EQ(status(few, 0, 0), RecordStatus::kInvalid);
  EXPECT_EQ(status(few, 0, kSumEventsMax - 1), RecordStatus::kRecorded);
  EXPECT_EQ(status(few, 0, kSumEventsMax), RecordStatus::kRecorded);
  EXPECT_EQ(status(few, 0, kSumEventsMax + 1), RecordStatus::kInvalid);
  for (const auto& [events, most] :
       {std::pair{std::uint64_t{1}, kQuantityMax}, std::pair{std::uint64_t{2}, kSumQuantityMax}}) {
    EXPECT_EQ(status(AtomsOf({{Atom::kInput, most - 1}}), 0, events), RecordStatus::kRecorded);
    EXPECT_EQ(status(AtomsOf({{Atom::kInput, most}}), 0, events), RecordStatus::kRecorded);
    EXPECT_EQ(status(AtomsOf({{Atom::kInput, most + 1}}), 0, events), RecordStatus::kInvalid);
  }
  EXPECT_EQ(status(few, kEventAmountMax, 1), RecordStatus::kRecorded);
  EXPECT_EQ(status(few, kEventAmountMax + 1, 1), RecordStatus::kInvalid);
  EXPECT_EQ(status(few, kEventAmountMax + 1, 2), RecordStatus::kRecorded);
  EXPECT_EQ(status(few, kCellAmountMax, 2), RecordStatus::kRecorded);
  EXPECT_EQ(status(few, kCellAmountMax + 1, 2), RecordStatus::kInvalid);
}

TEST(EventSumTest, AnIdIsOfOneEvent) {
  const auto ledger = NewLedger();
  const EventId id = ledger->IdOf("a", "content");
  const Atoms atoms = AtomsOf({{Atom::kInput, 2}});
  EXPECT_EQ(RecordSum(*ledger, atoms, 0, 2, "gpt-4o", &id).status, RecordStatus::kInvalid);
  EXPECT_EQ(RecordSum(*ledger, atoms, 0, 1, "gpt-4o", &id).status, RecordStatus::kRecorded);
}

}  // namespace
}  // namespace tokentra
