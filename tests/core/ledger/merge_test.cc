// Method: snapshots of two machines' ledgers, each with several processes, some of them dead and
// absorbed, taken at different times. Merging them in any order and grouping, and merging again
// what was merged, must give the same bytes; and the counts of the latest of each.

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "core/ledger/snapshot.h"
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
using SnapshotPtr = std::shared_ptr<const Snapshot>;

SnapshotPtr Merged(const SnapshotPtr& a, const SnapshotPtr& b) {
  return Snapshot::Merge(*a, *b).value();
}

class MergeTest : public testing::Test {
 protected:
  // Snapshots in time: processes of either machine come, record, die and are absorbed between them.
  void Run(std::uint64_t seed) {
    Random random(seed);
    snapshots_.clear();
    oracle_ = LedgerOracle();
    std::array<TestFolder, 2> machines;
    std::array<std::vector<std::shared_ptr<Ledger>>, 2> processes;
    for (std::size_t machine = 0; machine < 2; ++machine) {
      processes[machine].push_back(machines[machine].Open());
    }
    for (int step = 0; step < 12; ++step) {
      const std::size_t machine = random.Below(2);
      auto& alive = processes[machine];
      if (alive.size() < 3 && random.Below(2) == 0) alive.push_back(machines[machine].Open());
      for (int i = 0; i < 20; ++i) {
        const OracleEvent event = RandomEvent(random, 2);
        RecordInto(*alive[random.Below(alive.size())], event);
        oracle_.Record(event);
      }
      // Any but the last to be alive may die.
      if (alive.size() > 1 && random.Below(2) == 0) {
        alive.erase(alive.begin() + static_cast<std::ptrdiff_t>(random.Below(alive.size())));
      }
      snapshots_.push_back(alive.back()->TakeSnapshot().value());
    }
    for (const auto& alive : processes) snapshots_.push_back(alive.back()->TakeSnapshot().value());
  }

  std::vector<SnapshotPtr> snapshots_;
  LedgerOracle oracle_;
};

TEST_F(MergeTest, IsCommutativeAndIdempotent) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    Run(seed);
    for (const SnapshotPtr& a : snapshots_) {
      EXPECT_EQ(Merged(a, a)->Serialize(), a->Serialize());
      for (const SnapshotPtr& b : snapshots_) {
        const SnapshotPtr both = Merged(a, b);
        ASSERT_EQ(both->Serialize(), Merged(b, a)->Serialize());
        ASSERT_EQ(Merged(both, b)->Serialize(), both->Serialize());
      }
    }
  }
}

TEST_F(MergeTest, IsAssociative) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    Run(seed);
    Random random(seed);
    for (int i = 0; i < 200; ++i) {
      const SnapshotPtr a = snapshots_[random.Below(snapshots_.size())];
      const SnapshotPtr b = snapshots_[random.Below(snapshots_.size())];
      const SnapshotPtr c = snapshots_[random.Below(snapshots_.size())];
      ASSERT_EQ(Merged(Merged(a, b), c)->Serialize(), Merged(a, Merged(b, c))->Serialize());
    }
  }
}

TEST_F(MergeTest, AllInAnyOrderIsTheLatestOfEach) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    Run(seed);
    Random random(seed);
    std::string bytes;
    for (int round = 0; round < 5; ++round) {
      std::vector<SnapshotPtr> order = snapshots_;
      for (std::size_t i = order.size(); i > 1; --i)
        std::swap(order[i - 1], order[random.Below(i)]);
      SnapshotPtr all = order[0];
      for (const SnapshotPtr& each : order) all = Merged(all, each);
      EXPECT_TRUE(all->Totals() == oracle_.totals());
      EXPECT_TRUE(SumsOf(*all) == oracle_.sums());
      if (bytes.empty()) bytes = all->Serialize();
      EXPECT_EQ(all->Serialize(), bytes);
    }
  }
}

TEST_F(MergeTest, BytesAreReadBackTheSame) {
  Run(4);
  for (const SnapshotPtr& each : snapshots_) {
    const std::string bytes = each->Serialize();
    const SnapshotPtr again = Snapshot::Load(bytes).value();
    EXPECT_EQ(again->Serialize(), bytes);
    EXPECT_TRUE(again->Totals() == each->Totals());
    EXPECT_TRUE(SumsOf(*again) == SumsOf(*each));
  }
}

}  // namespace
}  // namespace tokentra
