// Method: answers against a std::map on random sequences; the capacity at one below, at and one
// above; and threads that claim the same ids at the same time, where each id must have exactly one
// first claim, also for the last free place.

#include "core/client/id_window.h"

#include <atomic>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace tokentra {
namespace {

using Claim = IdWindow::Claim;

TEST(IdWindowTest, FirstDuplicateConflict) {
  IdWindow window(10);
  EXPECT_EQ(window.TryClaim("a", "x"), Claim::kFirst);
  EXPECT_EQ(window.TryClaim("a", "x"), Claim::kDuplicate);
  EXPECT_EQ(window.TryClaim("a", "y"), Claim::kConflict);
  EXPECT_EQ(window.TryClaim("a", "x"), Claim::kDuplicate);  // a conflict changes nothing
  EXPECT_EQ(window.TryClaim("b", "x"), Claim::kFirst);
  EXPECT_EQ(window.TryClaim("", ""), Claim::kFirst);
  EXPECT_EQ(window.TryClaim("", ""), Claim::kDuplicate);
  EXPECT_EQ(window.TryClaim(std::string("a\0", 2), "x"), Claim::kFirst);
  EXPECT_FALSE(window.overflowed());
}

TEST(IdWindowTest, CapacityAtItsEdge) {
  for (const std::uint64_t ids_max : {1u, 2u, 3u, 7u, 8u, 100u}) {
    IdWindow window(ids_max);
    for (std::uint64_t i = 0; i < ids_max; ++i) {
      ASSERT_EQ(window.TryClaim(std::to_string(i), "x"), Claim::kFirst) << ids_max;
    }
    EXPECT_FALSE(window.overflowed());
    EXPECT_EQ(window.TryClaim("more", "x"), Claim::kNotRemembered);
    EXPECT_EQ(window.TryClaim("more", "x"), Claim::kNotRemembered);
    EXPECT_TRUE(window.overflowed());
    for (std::uint64_t i = 0; i < ids_max; ++i) {
      ASSERT_EQ(window.TryClaim(std::to_string(i), "x"), Claim::kDuplicate);
      ASSERT_EQ(window.TryClaim(std::to_string(i), "y"), Claim::kConflict);
    }
  }
}

TEST(IdWindowTest, AgreesWithAMap) {
  constexpr unsigned kSeed = 17;
  SCOPED_TRACE(testing::Message() << "seed " << kSeed);
  std::mt19937 random(kSeed);
  IdWindow window(1'000);
  std::map<std::string, std::string> seen;
  for (int i = 0; i < 20'000; ++i) {
    const std::string id = std::to_string(random() % 1'500);
    const std::string content = std::to_string(random() % 2);
    Claim expected = Claim::kFirst;
    if (const auto found = seen.find(id); found != seen.end()) {
      expected = found->second == content ? Claim::kDuplicate : Claim::kConflict;
    } else if (seen.size() == 1'000) {
      expected = Claim::kNotRemembered;
    } else {
      seen[id] = content;
    }
    ASSERT_EQ(window.TryClaim(id, content), expected) << id;
  }
  EXPECT_TRUE(window.overflowed());
}

// Every id by every thread; all contents alike.
TEST(IdWindowTest, OneFirstClaimForEachIdAmongThreads) {
  constexpr int kThreads = 4;
  constexpr int kIds = 20'000;
  IdWindow window(kIds);  // exactly full at the end
  std::vector<std::atomic<int>> firsts(kIds);
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < kIds; ++i) {
        const Claim claim = window.TryClaim(std::to_string(i), "x");
        if (claim == Claim::kFirst) {
          firsts[static_cast<std::size_t>(i)].fetch_add(1);
        } else if (claim != Claim::kDuplicate) {
          wrong.fetch_add(1);
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong.load(), 0);
  for (int i = 0; i < kIds; ++i) ASSERT_EQ(firsts[static_cast<std::size_t>(i)].load(), 1) << i;
  EXPECT_FALSE(window.overflowed());
}

// The last place, claimed by all threads at once for one id: the others are duplicates, and
// nothing overflowed.
TEST(IdWindowTest, TheLastPlaceIsContestedExactly) {
  constexpr int kThreads = 2;
  constexpr int kRounds = 20'000;
  std::vector<std::unique_ptr<IdWindow>> windows;
  for (int i = 0; i < kRounds; ++i) {
    windows.push_back(std::make_unique<IdWindow>(2));
    windows.back()->TryClaim("before", "x");  // allocates the table, takes the first place
  }
  std::vector<std::atomic<int>> arrived(kRounds);
  std::atomic<int> firsts{0};
  std::atomic<int> duplicates{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < kRounds; ++i) {
        const auto at = static_cast<std::size_t>(i);
        // Threads meet at each window, as far as the machine lets them.
        arrived[at].fetch_add(1);
        for (int spins = 0; spins < 20'000 && arrived[at].load() < kThreads; ++spins) {
        }
        const Claim claim = windows[at]->TryClaim("id", "x");
        if (claim == Claim::kFirst) firsts.fetch_add(1);
        if (claim == Claim::kDuplicate) duplicates.fetch_add(1);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(firsts.load(), kRounds);
  EXPECT_EQ(duplicates.load(), kRounds * (kThreads - 1));
  for (const auto& window : windows) EXPECT_FALSE(window->overflowed());
}

// Different contents: one first, all others conflicts.
TEST(IdWindowTest, ConcurrentConflicts) {
  constexpr int kThreads = 4;
  constexpr int kIds = 5'000;
  IdWindow window(kIds);
  std::atomic<int> firsts{0};
  std::atomic<int> conflicts{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kIds; ++i) {
        const Claim claim = window.TryClaim(std::to_string(i), std::to_string(t));
        if (claim == Claim::kFirst) firsts.fetch_add(1);
        if (claim == Claim::kConflict) conflicts.fetch_add(1);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(firsts.load(), kIds);
  EXPECT_EQ(conflicts.load(), kIds * (kThreads - 1));
}

}  // namespace
}  // namespace tokentra
