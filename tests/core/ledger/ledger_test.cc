// Method: sequences of events on one thread, compared with the map of ledger_oracle.h; and the
// answers at the edges of what may be recorded.

#include "core/ledger/ledger.h"

#include <gtest/gtest.h>

#include <limits>
#include <thread>

#include "tests/core/ledger/ledger_oracle.h"

namespace tokentra {
namespace {

using ledger_test::AtomsOf;
using ledger_test::LedgerOracle;
using ledger_test::OracleEvent;
using ledger_test::Random;
using ledger_test::RandomEvent;
using ledger_test::RecordInto;
using ledger_test::SumsOf;

constexpr InstantNs kNow = 1'760'000'000 * kNsPerSecond;

std::shared_ptr<Ledger> NewLedger(std::vector<std::string> dimensions = {"team"}) {
  LedgerOptions options;
  options.dimensions = std::move(dimensions);
  return Ledger::Create(options).value();
}

TEST(LedgerTest, EmptySnapshotHasNothing) {
  const auto snapshot = NewLedger()->TakeSnapshot().value();
  EXPECT_TRUE(snapshot->entries().empty());
  EXPECT_TRUE(snapshot->Totals() == SnapshotTotals());
}

TEST(LedgerTest, OneEvent) {
  const auto ledger = NewLedger({"team", "project"});
  const Atoms atoms = AtomsOf({{Atom::kInput, 1500}, {Atom::kOutput, 500}});
  const Part part{ledger->InternClass("gpt-4o", ClassKind::kPriced), &atoms, nullptr, 7, true};
  const std::string_view values[] = {"search", ""};
  const DimensionsId who = ledger->InternDimensions(values, 0b01);
  const RecordResult result = ledger->Record({kNow, who, {&part, 1}, Int128{-5}});
  EXPECT_EQ(result.status, RecordStatus::kRecorded);
  EXPECT_FALSE(result.folded);

  const auto snapshot = ledger->TakeSnapshot().value();
  ASSERT_EQ(snapshot->entries().size(), 1u);
  const SnapshotEntry& entry = snapshot->entries()[0];
  EXPECT_EQ(entry.bucket_start, kNow / (900 * kNsPerSecond) * (900 * kNsPerSecond));
  EXPECT_EQ(entry.bucket_seconds, 900);
  EXPECT_EQ(entry.events, 1u);
  ASSERT_EQ(entry.atoms.size(), 2u);
  EXPECT_EQ(entry.atoms[0].atom, Atom::kInput);
  EXPECT_EQ(entry.atoms[0].quantity, 1500u);
  EXPECT_EQ(entry.atoms[1].quantity, 500u);
  EXPECT_TRUE(entry.billed.empty());
  EXPECT_EQ(entry.reported, -5);
  EXPECT_EQ(entry.reported_events, 1u);
  EXPECT_EQ(entry.overflow_parts, 0u);
  EXPECT_FALSE(snapshot->IsFolded(entry));
  EXPECT_EQ(snapshot->classes()[entry.class_index].bytes, "gpt-4o");
  const DecodedTuple& tuple = snapshot->dimensions()[entry.dimensions_index];
  EXPECT_EQ(tuple.present, 0b01u);
  EXPECT_EQ(tuple.values[0], "search");
  EXPECT_EQ(snapshot->dimension_names()[1], "project");
}

TEST(LedgerTest, AbsentIsNotEmpty) {
  const auto ledger = NewLedger();
  const std::string_view values[] = {""};
  EXPECT_NE(ledger->InternDimensions(values, 0), ledger->InternDimensions(values, 1));
  EXPECT_EQ(ledger->InternDimensions(values, 1), ledger->InternDimensions(values, 1));
}

TEST(LedgerTest, EqualBytesOfTwoKindsAreTwoClasses) {
  const auto ledger = NewLedger();
  EXPECT_NE(ledger->InternClass("x", ClassKind::kPriced),
            ledger->InternClass("x", ClassKind::kUnpriced));
}

TEST(LedgerTest, EventWithoutAtomsCounts) {
  const auto ledger = NewLedger();
  const Part part{ledger->InternClass("bad usage", ClassKind::kRefused), nullptr, nullptr, 0,
                  false};
  const std::string_view values[] = {"search"};
  ledger->Record({kNow, ledger->InternDimensions(values, 1), {&part, 1}, {}});
  const auto snapshot = ledger->TakeSnapshot().value();
  ASSERT_EQ(snapshot->entries().size(), 1u);
  EXPECT_EQ(snapshot->entries()[0].events, 1u);
  EXPECT_TRUE(snapshot->entries()[0].atoms.empty());
  EXPECT_EQ(snapshot->classes()[0].kind, ClassKind::kRefused);
}

TEST(LedgerTest, WithoutDimensions) {
  const auto ledger = NewLedger({});
  const Part part{ledger->InternClass("x", ClassKind::kFree), nullptr, nullptr, 0, true};
  EXPECT_FALSE(ledger->Record({kNow, ledger->InternDimensions({}, 0), {&part, 1}, {}}).folded);
  const auto snapshot = ledger->TakeSnapshot().value();
  ASSERT_EQ(snapshot->entries().size(), 1u);
  EXPECT_FALSE(snapshot->IsFolded(snapshot->entries()[0]));
}

TEST(LedgerTest, RandomEventsEqualTheOracle) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    const auto ledger = NewLedger({"a", "b", "c"});
    LedgerOracle oracle;
    for (int i = 0; i < 500; ++i) {
      const OracleEvent event = RandomEvent(random, 3);
      oracle.Record(event);
      const RecordResult result = RecordInto(*ledger, event);
      ASSERT_EQ(result.status, RecordStatus::kRecorded);
      ASSERT_FALSE(result.folded);
    }
    const auto snapshot = ledger->TakeSnapshot().value();
    EXPECT_TRUE(snapshot->Totals() == oracle.totals());
    EXPECT_TRUE(SumsOf(*snapshot) == oracle.sums());
  }
}

// The usual event takes a way of its own through the shard; a reported amount of zero sends the
// same event the general way.
TEST(LedgerTest, PlainAndPlannedEventsCountTheSame) {
  const auto plain = NewLedger();
  const auto planned = NewLedger();
  Random random(7);
  for (int i = 0; i < 2000; ++i) {
    OracleEvent event = RandomEvent(random, 1);
    event.parts.resize(1);
    event.reported.reset();
    RecordInto(*plain, event);
    event.reported = 0;
    RecordInto(*planned, event);
  }
  SnapshotTotals totals = planned->TakeSnapshot().value()->Totals();
  EXPECT_EQ(totals.reported_events, 2000u);
  totals.reported_events = 0;
  EXPECT_TRUE(plain->TakeSnapshot().value()->Totals() == totals);
}

TEST(LedgerTest, OrderOfEventsAndThreadsDoesNotShow) {
  std::vector<OracleEvent> events;
  Random random(3);
  for (int i = 0; i < 300; ++i) events.push_back(RandomEvent(random, 1));
  const auto forward = NewLedger();
  for (const OracleEvent& event : events) RecordInto(*forward, event);
  const auto backward = NewLedger();
  std::thread([&] {
    for (std::size_t i = events.size(); i > 150; --i) RecordInto(*backward, events[i - 1]);
  }).join();
  for (std::size_t i = 150; i > 0; --i) RecordInto(*backward, events[i - 1]);

  const auto a = forward->TakeSnapshot().value();
  const auto b = backward->TakeSnapshot().value();
  ASSERT_EQ(a->entries().size(), b->entries().size());
  for (std::size_t i = 0; i < a->entries().size(); ++i) {
    const SnapshotEntry& x = a->entries()[i];
    const SnapshotEntry& y = b->entries()[i];
    EXPECT_EQ(x.bucket_start, y.bucket_start);
    EXPECT_EQ(a->classes()[x.class_index].bytes, b->classes()[y.class_index].bytes);
    EXPECT_EQ(a->dimensions()[x.dimensions_index].values,
              b->dimensions()[y.dimensions_index].values);
    EXPECT_EQ(x.events, y.events);
  }
}

struct InvalidCase {
  const char* name;
  RecordStatus status;
  InstantNs at;
  std::uint64_t quantity;
  Int128 cost;
  Int128 reported;
  std::size_t parts;
};

TEST(LedgerTest, WhatMayBeRecorded) {
  const InvalidCase cases[] = {
      {"usual", RecordStatus::kRecorded, kNow, 1, 1, 1, 1},
      {"no parts", RecordStatus::kInvalid, kNow, 1, 1, 1, 0},
      {"eight parts", RecordStatus::kRecorded, kNow, 1, 1, 1, 8},
      {"nine parts", RecordStatus::kInvalid, kNow, 1, 1, 1, 9},
      {"no instant", RecordStatus::kInvalid, kNoInstant, 1, 1, 1, 1},
      {"before the first", RecordStatus::kInvalid, kEventInstantMin - 1, 1, 1, 1, 1},
      {"the first", RecordStatus::kRecorded, kEventInstantMin, 1, 1, 1, 1},
      {"the last", RecordStatus::kRecorded, std::numeric_limits<InstantNs>::max(), 1, 1, 1, 1},
      {"largest quantity", RecordStatus::kRecorded, kNow, kQuantityMax, 1, 1, 1},
      {"above it", RecordStatus::kInvalid, kNow, kQuantityMax + 1, 1, 1, 1},
      {"largest cost", RecordStatus::kRecorded, kNow, 1, kEventAmountMax, 1, 1},
      {"above it", RecordStatus::kInvalid, kNow, 1, kEventAmountMax + 1, 1, 1},
      {"smallest report", RecordStatus::kRecorded, kNow, 1, 1, -kEventAmountMax, 1},
      {"below it", RecordStatus::kInvalid, kNow, 1, 1, -kEventAmountMax - 1, 1},
  };
  for (const InvalidCase& item : cases) {
    for (const bool reports : {true, false}) {
      for (const bool seen : {true, false}) {
        SCOPED_TRACE(item.name);
        if (!reports && item.reported != 1) continue;
        const auto ledger = NewLedger({});
        const Atoms atoms = AtomsOf({{Atom::kInput, item.quantity}});
        const Part part{ledger->InternClass("x", ClassKind::kPriced), &atoms, nullptr, item.cost,
                        true};
        const DimensionsId none = ledger->InternDimensions({}, 0);
        if (seen) {
          const Part empty{part.class_id, nullptr, nullptr, 0, true};
          ledger->Record({item.at, none, {&empty, 1}, {}});
        }
        const std::uint64_t events_before = ledger->TakeSnapshot().value()->Totals().events;
        const std::vector<Part> parts(item.parts, part);
        std::optional<Int128> reported;
        if (reports) reported = item.reported;
        EXPECT_EQ(ledger->Record({item.at, none, parts, reported}).status, item.status);
        EXPECT_EQ(ledger->TakeSnapshot().value()->Totals().events - events_before,
                  item.status == RecordStatus::kRecorded ? 1u : 0u);
      }
    }
  }
}

TEST(LedgerTest, UnknownHandlesAreRefused) {
  const auto ledger = NewLedger();
  const std::string_view values[] = {"x"};
  const DimensionsId known = ledger->InternDimensions(values, 1);
  const ClassId known_class = ledger->InternClass("x", ClassKind::kPriced);
  for (const ClassId unknown : {ClassId{kClassKinds}, ClassId{7}, known_class ^ 1, ~ClassId{0}}) {
    const Part part{unknown, nullptr, nullptr, 0, true};
    EXPECT_EQ(ledger->Record({kNow, known, {&part, 1}, {}}).status, RecordStatus::kInvalid);
  }
  const Part part{known_class, nullptr, nullptr, 0, true};
  for (const DimensionsId unknown : {known ^ 1, known | kFoldedBit, DimensionsId{0x7fff'ffff}}) {
    EXPECT_EQ(ledger->Record({kNow, unknown, {&part, 1}, {}}).status, RecordStatus::kInvalid);
  }
  EXPECT_TRUE(ledger->TakeSnapshot().value()->entries().empty());
}

TEST(LedgerTest, ManyLedgersOnOneThread) {
  std::vector<std::shared_ptr<Ledger>> ledgers;
  for (int i = 0; i < 20; ++i) ledgers.push_back(NewLedger({}));
  for (int round = 0; round < 3; ++round) {
    for (const auto& ledger : ledgers) {
      const Part part{ledger->InternClass("x", ClassKind::kFree), nullptr, nullptr, 0, true};
      ledger->Record({kNow, ledger->InternDimensions({}, 0), {&part, 1}, {}});
    }
    if (round == 1) ledgers.resize(10);
  }
  for (const auto& ledger : ledgers) {
    EXPECT_EQ(ledger->TakeSnapshot().value()->Totals().events, 3u);
    EXPECT_EQ(ledger->Statistics().shards, 1u);
  }
}

}  // namespace
}  // namespace tokentra
