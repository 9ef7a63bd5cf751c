// Method: instants one nanosecond around each limit, and at the ends of what an instant can be;
// then events through a ledger, whose counts and buckets must be those of the rule.

#include "core/ledger/arrival.h"

#include <gtest/gtest.h>

#include <limits>

#include "tests/core/ledger/ledger_oracle.h"

namespace tokentra {
namespace {

using ledger_test::AtomsOf;

constexpr InstantNs kSecond = kNsPerSecond;
constexpr std::int64_t kBucketNs = 900 * kSecond;
constexpr InstantNs kBucket = 1'760'000'400 * kSecond;  // the start of one
static_assert(kBucket % kBucketNs == 0);
constexpr InstantNs kEnd = kBucket + kBucketNs;

Arrival Of(InstantNs at, InstantNs arrived) { return ArrivalOf(at, arrived, kBucketNs, {}); }

TEST(ArrivalTest, WhatIsNotStatedIsInTime) {
  for (const InstantNs at : {kNoInstant + 1, InstantNs{0}, std::numeric_limits<InstantNs>::max()}) {
    EXPECT_EQ(Of(at, kNoInstant), Arrival::kInTime);
  }
}

TEST(ArrivalTest, ABucketIsClosedAnHourAfterItsEnd) {
  for (const InstantNs at : {kBucket, kBucket + 1, kEnd - 1}) {
    EXPECT_EQ(Of(at, at), Arrival::kInTime);
    EXPECT_EQ(Of(at, kEnd + 3600 * kSecond - 1), Arrival::kInTime);
    EXPECT_EQ(Of(at, kEnd + 3600 * kSecond), Arrival::kAdjusted);
  }
  EXPECT_EQ(Of(kEnd, kEnd + 3600 * kSecond), Arrival::kInTime);
  // Before 1970 buckets count downwards.
  EXPECT_EQ(Of(-1, 3600 * kSecond - 1), Arrival::kInTime);
  EXPECT_EQ(Of(-1, 3600 * kSecond), Arrival::kAdjusted);
  EXPECT_EQ(Of(-kBucketNs, 3600 * kSecond - 1), Arrival::kInTime);
}

TEST(ArrivalTest, LateAfterAWeekSkewedAfterFiveMinutes) {
  constexpr InstantNs kWeek = 7 * 86'400 * kSecond;
  EXPECT_EQ(Of(kBucket, kBucket + kWeek), Arrival::kAdjusted);
  EXPECT_EQ(Of(kBucket, kBucket + kWeek + 1), Arrival::kLate);
  EXPECT_EQ(Of(kBucket, kBucket - 300 * kSecond), Arrival::kInTime);
  EXPECT_EQ(Of(kBucket, kBucket - 300 * kSecond - 1), Arrival::kSkewed);
}

TEST(ArrivalTest, NothingOverflows) {
  constexpr InstantNs kFirst = kNoInstant + 1;
  constexpr InstantNs kLast = std::numeric_limits<InstantNs>::max();
  EXPECT_EQ(Of(kFirst, kLast), Arrival::kLate);
  EXPECT_EQ(Of(kLast, kFirst), Arrival::kSkewed);
  EXPECT_EQ(Of(kLast, kLast), Arrival::kInTime);
  const ArrivalLimits most = {~0u, ~0u, ~0u};
  EXPECT_EQ(ArrivalOf(kFirst, kLast, kBucketNs, most), Arrival::kLate);
}

class ArrivingEvents : public testing::Test {
 protected:
  void Record(InstantNs at, InstantNs arrived, std::optional<Int128> reported = {}) {
    const Atoms atoms = AtomsOf({{Atom::kInput, 10}});
    const Part part{ledger_->InternClass("m", ClassKind::kPriced), &atoms, nullptr, 1, true};
    Event event{at, ledger_->InternDimensions({}, 0), {&part, 1}, reported, nullptr};
    event.arrived = arrived;
    ASSERT_EQ(ledger_->Record(event).status, RecordStatus::kRecorded);
  }

  const std::shared_ptr<Ledger> ledger_ = Ledger::Create({.dimensions = {}, .arrival = {}}).value();
};

TEST_F(ArrivingEvents, CountWhereTheRuleSays) {
  constexpr InstantNs kDay = 86'400 * kSecond;
  Record(kBucket, kBucket);
  Record(kBucket, kBucket + kDay);             // adjusted, into its bucket
  Record(kBucket, kBucket + kDay, Int128{5});  // the same, with an amount
  Record(kBucket, kBucket + 30 * kDay);        // late, into the bucket of its arrival
  Record(kBucket + 400 * kDay, kBucket);       // skewed, the same
  Record(kBucket + 400 * kDay, kNoInstant);    // not judged
  const auto snapshot = ledger_->TakeSnapshot().value();
  const SnapshotTotals totals = snapshot->Totals();
  EXPECT_EQ(totals.events, 6u);
  EXPECT_EQ(static_cast<std::uint64_t>(totals.atoms[0]), 60u);
  EXPECT_EQ(totals.adjusted_events, 2u);
  EXPECT_EQ(totals.late_events, 1u);
  EXPECT_EQ(totals.skewed_events, 1u);
  EXPECT_EQ(totals.reported, 5);
  EXPECT_EQ(totals.reported_events, 1u);
  ASSERT_EQ(snapshot->entries().size(), 3u);
  const auto& first = snapshot->entries()[0];
  EXPECT_EQ(first.bucket_start, kBucket);
  EXPECT_EQ(first.events, 4u);
  EXPECT_EQ(first.adjusted_events, 2u);
  EXPECT_EQ(first.skewed_events, 1u);
  EXPECT_EQ(snapshot->entries()[1].bucket_start, kBucket + 30 * kDay);
  EXPECT_EQ(snapshot->entries()[1].late_events, 1u);
  EXPECT_EQ(snapshot->entries()[2].bucket_start, kBucket + 400 * kDay);
  // There and back as bytes, and merged with itself.
  const auto again = Snapshot::Load(snapshot->Serialize()).value();
  EXPECT_TRUE(again->Totals() == totals);
  EXPECT_TRUE(Snapshot::Merge(*again, *snapshot).value()->Totals() == totals);
}

TEST_F(ArrivingEvents, AnArrivalThatNoLedgerHoldsIsInvalid) {
  const Part part{ledger_->InternClass("m", ClassKind::kPriced), nullptr, nullptr, 1, true};
  Event event{0, ledger_->InternDimensions({}, 0), {&part, 1}, {}, nullptr};
  event.arrived = kNoInstant + 1;
  EXPECT_EQ(ledger_->Record(event).status, RecordStatus::kInvalid);
  EXPECT_EQ(ledger_->TakeSnapshot().value()->Totals().events, 0u);
}

}  // namespace
}  // namespace tokentra
