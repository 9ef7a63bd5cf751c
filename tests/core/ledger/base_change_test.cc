// Method: events over days, dimensions and processes that live, died and were absorbed; then a
// rollup, deletion or erasure. What must stay the same is compared with the map of
// ledger_oracle.h, whose keys are changed by the slow rule; files are searched for erased names.

#include "core/ledger/base_change.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "core/ledger/snapshot_difference.h"
#include "tests/core/ledger/folder_testing.h"
#include "tests/core/ledger/ledger_oracle.h"

namespace tokentra {
namespace {

using ledger_test::AtomsOf;
using ledger_test::Intern;
using ledger_test::Random;
using ledger_test::TestFolder;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

constexpr InstantNs kHour = 3600 * kNsPerSecond;
constexpr InstantNs kDay = 24 * kHour;

InstantNs At(std::string_view text) { return *ParseInstant(text); }

void Record(Ledger& ledger, InstantNs at, const std::string& a, const std::string& b,
            std::uint64_t tokens = 1, const std::string& model = "m") {
  const Atoms atoms = AtomsOf({{Atom::kInput, tokens}});
  const Part part{ledger.InternClass(model, ClassKind::kPriced), &atoms, nullptr, 1, true};
  ASSERT_EQ(ledger.Record({at, Intern(ledger, {a, b}), {&part, 1}, {}, nullptr}).status,
            RecordStatus::kRecorded);
}

// "start/length/a.b=events" of each entry; * is folded.
std::vector<std::string> Lines(const Snapshot& snapshot) {
  std::vector<std::string> lines;
  for (const SnapshotEntry& entry : snapshot.entries()) {
    const DecodedTuple& tuple = snapshot.dimensions()[entry.dimensions_index];
    const auto value = [&](std::size_t i) {
      return (tuple.folded >> i & 1) != 0 ? std::string("*") : tuple.values[i];
    };
    lines.push_back(FormatInstant(entry.bucket_start) + "/" + std::to_string(entry.bucket_seconds) +
                    "/" + value(0) + "." + value(1) + "=" + std::to_string(entry.events));
  }
  return lines;
}

bool AnyFileHolds(const TestFolder& folder, const std::string& text) {
  for (const auto& entry : std::filesystem::directory_iterator(folder.ledger_path())) {
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    if (bytes.find(text) != std::string::npos) return true;
  }
  return false;
}

TEST(BaseChangeTest, RollsWholeDaysUp) {
  const TestFolder folder;
  {
    const auto gone = folder.Open();
    Record(*gone, At("2026-03-01T00:00:00Z"), "x", "y");
    Record(*gone, At("2026-03-01T23:59:59Z"), "x", "y");
    Record(*gone, At("2026-03-01T12:00:00Z"), "x", "z");
    Record(*gone, At("2026-03-02T00:00:00Z"), "x", "y");
    Record(*gone, At("2026-03-02T12:00:00Z"), "x", "y");
  }
  const auto ledger = folder.Open();
  BaseChange change;
  change.rollup_before = At("2026-03-02T23:59:59Z");
  const auto result = ledger->Change(change);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->rolled_up_cells, 3u);
  EXPECT_EQ(result->cells, 4u);
  EXPECT_THAT(Lines(*ledger->TakeSnapshot().value()),
              ElementsAre("2026-03-01T00:00:00Z/86400/x.y=2", "2026-03-01T00:00:00Z/86400/x.z=1",
                          "2026-03-02T00:00:00Z/900/x.y=1", "2026-03-02T12:00:00Z/900/x.y=1"));
  // At the very end of the day it is whole.
  change.rollup_before = At("2026-03-03T00:00:00Z");
  EXPECT_EQ(ledger->Change(change)->rolled_up_cells, 2u);
  EXPECT_EQ(ledger->Change(change)->rolled_up_cells, 0u);
  EXPECT_EQ(ledger->TakeSnapshot().value()->Totals().events, 5u);
}

TEST(BaseChangeTest, DaysAreThoseOfTheZone) {
  const TestFolder folder;
  std::map<std::string, std::uint64_t> days;
  const std::vector<ZoneOffset> berlin = {{kNoInstant + 1, 3600},
                                          {At("2026-03-29T01:00:00Z"), 7200}};
  {
    const auto gone = folder.Open();
    for (InstantNs at = At("2026-03-27T00:00:00Z"); at < At("2026-03-31T00:00:00Z"); at += kHour) {
      Record(*gone, at, "x", "y");
      const InstantNs local = at + OffsetAt(at, berlin) * kNsPerSecond;
      ++days[FormatInstant(local).substr(0, 10)];
    }
  }
  EXPECT_EQ(days["2026-03-29"], 23u);
  const auto ledger = folder.Open();
  BaseChange change;
  change.rollup_before = At("2026-04-10T00:00:00Z");
  change.zone = berlin;
  ASSERT_TRUE(ledger->Change(change).ok());
  const auto snapshot = ledger->TakeSnapshot().value();
  std::map<std::string, std::uint64_t> rolled;
  for (const SnapshotEntry& entry : snapshot->entries()) {
    const InstantNs local =
        entry.bucket_start + OffsetAt(entry.bucket_start, berlin) * kNsPerSecond;
    const std::string day = FormatInstant(local).substr(0, 10);
    rolled[day] += entry.events;
    // The day of the change stays in buckets.
    EXPECT_EQ(entry.bucket_seconds, day == "2026-03-29" ? 900 : 86'400) << day;
  }
  EXPECT_EQ(rolled, days);
}

TEST(BaseChangeTest, ClassesStayApart) {
  const TestFolder folder;
  {
    const auto gone = folder.Open();
    for (int hour = 0; hour < 24; ++hour) {
      Record(*gone, At("2026-03-01T00:00:00Z") + hour * kHour, "x", "y", 1,
             hour < 8 ? "old price" : "new price");
    }
  }
  const auto ledger = folder.Open();
  BaseChange change;
  change.rollup_before = At("2026-04-01T00:00:00Z");
  ASSERT_TRUE(ledger->Change(change).ok());
  const auto snapshot = ledger->TakeSnapshot().value();
  ASSERT_EQ(snapshot->entries().size(), 2u);
  EXPECT_EQ(snapshot->entries()[0].events + snapshot->entries()[1].events, 24u);
  EXPECT_EQ(snapshot->classes()[snapshot->entries()[0].class_index].bytes, "new price");
  EXPECT_EQ(snapshot->entries()[0].events, 16u);
}

TEST(BaseChangeTest, AZoneMustGoWithTheBuckets) {
  const TestFolder folder;
  LedgerOptions options;
  options.dimensions = {"a", "b"};
  options.bucket_seconds = 7200;
  const auto ledger = folder.Open(options);
  BaseChange change;
  change.zone = {{0, 3600}};
  EXPECT_THAT(ledger->Change(change).status().message(), HasSubstr("3600 seconds"));
  EXPECT_THAT(ledger->Change(change).status().message(), HasSubstr("bucket of 7200"));
}

TEST(BaseChangeTest, DeletesWhatEndedInBaseAndInLiveSegments) {
  const TestFolder folder;
  {
    const auto gone = folder.Open();
    Record(*gone, At("2026-03-01T12:00:00Z"), "x", "y");
    Record(*gone, At("2026-03-02T12:00:00Z"), "x", "y");
  }
  auto other = folder.Open();
  Record(*other, At("2026-03-01T13:00:00Z"), "x", "live");
  Record(*other, At("2026-03-02T13:00:00Z"), "x", "live");
  const auto ledger = folder.Open();
  const auto before = ledger->TakeSnapshot().value();
  BaseChange change;
  change.delete_before = At("2026-03-01T12:14:59Z");
  EXPECT_EQ(ledger->Change(change)->deleted_events, 0u);
  change.delete_before = At("2026-03-02T00:00:00Z");
  const auto result = ledger->Change(change);
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->deleted_cells, 1u);
  EXPECT_EQ(result->deleted_events, 1u);
  const auto after = ledger->TakeSnapshot().value();
  EXPECT_THAT(Lines(*after),
              ElementsAre("2026-03-02T12:00:00Z/900/x.y=1", "2026-03-02T13:00:00Z/900/x.live=1"));
  // An earlier boundary brings nothing back, and merging the old does not either.
  change.delete_before = At("2026-01-01T00:00:00Z");
  ASSERT_TRUE(ledger->Change(change).ok());
  EXPECT_EQ(Lines(*ledger->TakeSnapshot().value()), Lines(*after));
  EXPECT_EQ(Lines(*Snapshot::Merge(*before, *after).value()), Lines(*after));
  EXPECT_EQ(Snapshot::Merge(*before, *after).value()->Serialize(),
            Snapshot::Merge(*after, *before).value()->Serialize());
  // What was deleted neither came nor went in between.
  const auto left = WithoutDeleted(*before, *after);
  ASSERT_NE(left, nullptr);
  const std::vector<Int128> none(8);
  const auto difference = Difference(*left, std::span(none).first(left->entries().size()), *after,
                                     std::span(none).first(after->entries().size()));
  ASSERT_TRUE(difference.ok()) << difference.status();
  EXPECT_TRUE(difference->snapshot->entries().empty());
  // When the live process ends, its deleted event is counted as such.
  other.reset();
  const auto again = folder.Open()->TakeSnapshot().value();
  EXPECT_EQ(Lines(*again), Lines(*after));
  EXPECT_EQ(again->contents().ledgers[0].deleted_events, 2u);
}

TEST(BaseChangeTest, ErasesEverywhere) {
  const TestFolder folder;
  const std::string name = "Eve-Adamson";
  {
    const auto gone = folder.Open();
    Record(*gone, 0, name, "dead");
    Record(*gone, 0, "x", name);  // another dimension: stays
  }
  const auto other = folder.Open();
  Record(*other, 0, name, "live", 7);
  Record(*other, 0, "y", "live");
  const auto ledger = folder.Open();
  Record(*ledger, 0, name, "own", 3);
  ASSERT_TRUE(AnyFileHolds(folder, name));
  const auto before = ledger->TakeSnapshot().value();
  const SnapshotTotals totals = before->Totals();

  BaseChange change;
  change.erased = {0, name};
  const auto result = ledger->Change(change);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->erased_keys, 3u);
  EXPECT_EQ(result->unreached_files, 0u);
  const auto after = ledger->TakeSnapshot().value();
  EXPECT_TRUE(after->Totals() == totals);
  EXPECT_THAT(Lines(*after), UnorderedElementsAre("1970-01-01T00:00:00Z/900/*.dead=1",
                                                  "1970-01-01T00:00:00Z/900/x." + name + "=1",
                                                  "1970-01-01T00:00:00Z/900/*.live=1",
                                                  "1970-01-01T00:00:00Z/900/y.live=1",
                                                  "1970-01-01T00:00:00Z/900/*.own=1"));
  change.erased = {1, name};
  EXPECT_EQ(ledger->Change(change)->erased_keys, 1u);
  EXPECT_FALSE(AnyFileHolds(folder, name));
  EXPECT_FALSE(AnyFileHolds(folder, name.substr(0, 5)));
  // Merging with a snapshot from before keeps the name out of what both have.
  const auto now = ledger->TakeSnapshot().value();
  const auto merged = Snapshot::Merge(*before, *now).value();
  EXPECT_EQ(merged->Serialize(), Snapshot::Merge(*now, *before).value()->Serialize());
  EXPECT_EQ(merged->Serialize().find(name), std::string::npos);
  EXPECT_TRUE(merged->Totals() == totals);
  EXPECT_EQ(ledger->Change(change)->erased_keys, 0u);
  // The difference between the two is nothing.
  const std::vector<Int128> none(16);
  const auto difference = Difference(*before, std::span(none).first(before->entries().size()), *now,
                                     std::span(none).first(now->entries().size()));
  ASSERT_TRUE(difference.ok()) << difference.status();
  EXPECT_TRUE(difference->snapshot->entries().empty());
}

TEST(BaseChangeTest, ANameRecordedAgainIsThereAgain) {
  for (const bool in_memory : {true, false}) {
    const TestFolder folder;
    const auto ledger = in_memory
                            ? Ledger::Create({.dimensions = {"a", "b"}, .arrival = {}}).value()
                            : folder.Open();
    const DimensionsId bound = Intern(*ledger, {"eve", "y"});
    Record(*ledger, 0, "eve", "y");
    BaseChange change;
    change.erased = {0, "eve"};
    const auto result = ledger->Change(change);
    ASSERT_TRUE(result.ok()) << result.status();
    EXPECT_EQ(result->erased_keys, 1u);
    EXPECT_THAT(Lines(*ledger->TakeSnapshot().value()),
                ElementsAre("1970-01-01T00:00:00Z/900/*.y=1"));
    // Who bound the key before goes on under what is left of it.
    const Atoms atoms = AtomsOf({{Atom::kInput, 1}});
    const Part part{ledger->InternClass("m", ClassKind::kPriced), &atoms, nullptr, 1, true};
    ASSERT_EQ(ledger->Record({0, bound, {&part, 1}, {}, nullptr}).status, RecordStatus::kRecorded);
    EXPECT_THAT(Lines(*ledger->TakeSnapshot().value()),
                ElementsAre("1970-01-01T00:00:00Z/900/*.y=2"));
    Record(*ledger, 0, "eve", "y");
    EXPECT_THAT(
        Lines(*ledger->TakeSnapshot().value()),
        UnorderedElementsAre("1970-01-01T00:00:00Z/900/*.y=2", "1970-01-01T00:00:00Z/900/eve.y=1"));
  }
}

TEST(BaseChangeTest, AnythingKeepsItsTotals) {
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    const TestFolder folder;
    Random random(seed);
    auto ledger = folder.Open();
    std::uint64_t events = 0;
    std::uint64_t tokens = 0;
    for (int step = 0; step < 30; ++step) {
      for (int i = 0; i < 20; ++i) {
        const std::uint64_t count = random.Below(1000);
        Record(*ledger,
               At("2026-03-01T00:00:00Z") + static_cast<InstantNs>(random.Below(96)) * kHour / 4,
               "a" + std::to_string(random.Below(4)), "b" + std::to_string(random.Below(3)), count);
        ++events;
        tokens += count;
      }
      BaseChange change;
      if (random.Below(2) == 0) {
        change.rollup_before =
            At("2026-03-01T00:00:00Z") + static_cast<InstantNs>(random.Below(3)) * kDay;
      }
      if (random.Below(3) == 0)
        change.erased = {random.Below(2), "a" + std::to_string(random.Below(4))};
      if (random.Below(3) == 0) ledger = folder.Open();
      ASSERT_TRUE(ledger->Change(change).ok());
      const SnapshotTotals totals = ledger->TakeSnapshot().value()->Totals();
      ASSERT_EQ(totals.events, events) << "seed " << seed;
      ASSERT_EQ(static_cast<std::uint64_t>(totals.atoms[0]), tokens) << "seed " << seed;
    }
  }
}

TEST(BaseChangeTest, RefusesWhereThereIsNoBase) {
  const auto memory = Ledger::Create({.dimensions = {"a", "b"}, .arrival = {}}).value();
  BaseChange change;
  change.rollup_before = 0;
  EXPECT_EQ(memory->Change(change).status().code(), absl::StatusCode::kFailedPrecondition);
  const TestFolder folder;
  const auto writer = folder.Open();
  FolderOptions folder_options;
  folder_options.read_only = true;
  const auto reader =
      Ledger::Open(folder.ledger_path(), folder_options, {.dimensions = {"a", "b"}, .arrival = {}})
          .value();
  EXPECT_THAT(reader->Change(change).status().message(), HasSubstr("for reading only"));
}

}  // namespace
}  // namespace tokentra
