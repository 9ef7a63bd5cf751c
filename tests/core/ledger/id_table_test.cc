// Method: claims, commits and takeovers step by step on one thread; the limits of epochs at one
// below, at and one above; a table shared by two users, as by two processes; threads that all try
// the same ids, of which each must be won exactly once.

#include "core/ledger/id_table.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace tokentra {
namespace {

using Outcome = IdTables::Outcome;

std::unique_ptr<IdTables> NewTables(std::uint64_t ids_max) {
  return IdTables::Create(ids_max, {1, 2}, std::make_unique<IdMemory>());
}

// Claims and commits.
Outcome Record(IdTables& tables, const std::string& id, const std::string& content = "x",
               std::uint64_t token = 7) {
  const IdTables::Claim claim = tables.TryClaim(tables.IdOf(id, content), token);
  if (claim.outcome == Outcome::kClaimed) {
    EXPECT_TRUE(tables.Commit(claim.slot, token));
  }
  return claim.outcome;
}

TEST(IdTableTest, AnIdCountsOnce) {
  const auto tables = NewTables(10);
  EXPECT_EQ(Record(*tables, "a"), Outcome::kClaimed);
  EXPECT_EQ(Record(*tables, "a"), Outcome::kDuplicate);
  EXPECT_EQ(Record(*tables, "a", "x", 8), Outcome::kDuplicate);
  EXPECT_EQ(Record(*tables, "a", "y"), Outcome::kConflict);
  EXPECT_EQ(Record(*tables, "b", "y"), Outcome::kClaimed);
  EXPECT_EQ(Record(*tables, ""), Outcome::kClaimed);
  EXPECT_EQ(Record(*tables, ""), Outcome::kDuplicate);
  EXPECT_FALSE(tables->overflowed());
}

TEST(IdTableTest, TheKeyDecidesAboutHashes) {
  const auto one = IdTables::Create(10, {1, 2}, std::make_unique<IdMemory>());
  const auto two = IdTables::Create(10, {1, 3}, std::make_unique<IdMemory>());
  EXPECT_NE(one->IdOf("a", "x").hash_high, two->IdOf("a", "x").hash_high);
  EXPECT_EQ(one->IdOf("a", "x").hash_low, one->IdOf("a", "y").hash_low);
  EXPECT_NE(one->IdOf("a", "x").fingerprint, one->IdOf("a", "y").fingerprint);
}

TEST(IdTableTest, CommitIsOnlyTheOwners) {
  const auto tables = NewTables(10);
  const EventId id = tables->IdOf("a", "x");
  const IdTables::Claim claim = tables->TryClaim(id, 7);
  ASSERT_EQ(claim.outcome, Outcome::kClaimed);
  EXPECT_FALSE(tables->IsCommitted(claim.slot, 7));
  EXPECT_FALSE(tables->Commit(claim.slot, 8));
  EXPECT_TRUE(tables->Commit(claim.slot, 7));
  EXPECT_TRUE(tables->IsCommitted(claim.slot, 7));
  EXPECT_FALSE(tables->IsCommitted(claim.slot, 8));
  EXPECT_FALSE(tables->Commit(claim.slot, 7));
}

TEST(IdTableTest, APendingClaimIsTakenOver) {
  const auto tables = NewTables(10);
  const EventId id = tables->IdOf("a", "x");
  const IdTables::Claim dead = tables->TryClaim(id, 7);
  ASSERT_EQ(dead.outcome, Outcome::kClaimed);
  const IdTables::Claim retry = tables->TryClaim(id, 8);
  ASSERT_EQ(retry.outcome, Outcome::kClaimed);
  EXPECT_EQ(retry.slot, dead.slot);
  // The first owner was only stopped: it finds that it lost.
  EXPECT_FALSE(tables->Commit(dead.slot, 7));
  EXPECT_TRUE(tables->Commit(retry.slot, 8));
  EXPECT_EQ(tables->TryClaim(id, 7).outcome, Outcome::kDuplicate);
  EXPECT_FALSE(tables->IsCommitted(dead.slot, 7));
}

TEST(IdTableTest, AnOwnClaimIsFoundAgain) {
  const auto tables = NewTables(10);
  const EventId id = tables->IdOf("a", "x");
  EXPECT_EQ(tables->TryClaim(id, 7).outcome, Outcome::kClaimed);
  EXPECT_EQ(tables->TryClaim(id, 7).outcome, Outcome::kClaimed);
}

TEST(IdTableTest, TheFirstIdsMaxAreAllRemembered) {
  for (const std::uint64_t ids_max : {2, 3, 10, 1000}) {
    const auto tables = NewTables(ids_max);
    EXPECT_GE(tables->ids_max(), ids_max);
    for (std::uint64_t i = 0; i < ids_max; ++i) {
      ASSERT_EQ(Record(*tables, std::to_string(i)), Outcome::kClaimed) << ids_max << " " << i;
    }
    EXPECT_FALSE(tables->overflowed()) << ids_max;
    for (std::uint64_t i = 0; i < ids_max; ++i) {
      ASSERT_EQ(Record(*tables, std::to_string(i)), Outcome::kDuplicate) << ids_max << " " << i;
    }
  }
}

TEST(IdTableTest, LaterTheLastHalfAtLeast) {
  constexpr std::uint64_t kIdsMax = 100;
  const auto tables = NewTables(kIdsMax);
  for (std::uint64_t i = 0; i < 1000; ++i) {
    ASSERT_EQ(Record(*tables, std::to_string(i)), Outcome::kClaimed);
    const std::uint64_t first = i + 1 < kIdsMax / 2 ? 0 : i + 1 - kIdsMax / 2;
    for (std::uint64_t j = first; j <= i; ++j) {
      ASSERT_EQ(Record(*tables, std::to_string(j)), Outcome::kDuplicate) << j << " after " << i;
    }
  }
  EXPECT_TRUE(tables->overflowed());
  // What was forgotten counts again.
  EXPECT_EQ(Record(*tables, "0"), Outcome::kClaimed);
}

TEST(IdTableTest, DamagedReferencesAreNotCommitted) {
  const auto tables = NewTables(10);
  ASSERT_EQ(Record(*tables, "a"), Outcome::kClaimed);
  for (const std::uint64_t slot :
       {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{1} << 32,
        std::uint64_t{1} << 32 | 0xffff'ffff, std::uint64_t{9} << 32 | 1, ~std::uint64_t{0}}) {
    EXPECT_FALSE(tables->IsCommitted(slot, 7)) << slot;
  }
}

// Every thread tries every id; each is won once, and nobody's claim is lost.
TEST(IdTableTest, ThreadsWinEachIdOnce) {
  constexpr int kThreads = 4;
  constexpr int kIds = 5000;
  const auto tables = NewTables(2 * kIds);
  std::vector<std::atomic<int>> won(kIds);
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      const auto token = static_cast<std::uint64_t>(thread + 1);
      for (int i = 0; i < kIds; ++i) {
        const int n = thread % 2 == 0 ? i : kIds - 1 - i;
        const EventId id = tables->IdOf(std::to_string(n), "x");
        for (;;) {
          const IdTables::Claim claim = tables->TryClaim(id, token);
          if (claim.outcome != Outcome::kClaimed) break;
          if (tables->Commit(claim.slot, token)) {
            ++won[static_cast<std::size_t>(n)];
            break;
          }
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (int i = 0; i < kIds; ++i) ASSERT_EQ(won[static_cast<std::size_t>(i)], 1) << i;
}

}  // namespace
}  // namespace tokentra
