// Method: threads record for a while, with readers beside them, and the end must equal a
// sequential run to the last unit. Event k of a thread adds 1, k, k^2 to its own key, so that a
// reader can tell from the sums alone whether it sees a whole number of events: any mix of two
// states breaks the closed forms. Seeds are fixed; nothing sleeps.

#include <gtest/gtest.h>
#include <pthread.h>
#include <signal.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "core/ledger/ledger.h"
#include "tests/core/ledger/ledger_oracle.h"

namespace tokentra {
namespace {

using ledger_test::Intern;
using ledger_test::LedgerOracle;
using ledger_test::OracleEvent;
using ledger_test::Random;
using ledger_test::RandomEvent;
using ledger_test::RecordInto;
using ledger_test::SumsOf;

constexpr InstantNs kNow = 1'760'000'000 * kNsPerSecond;

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
constexpr std::uint64_t kScale = 1;
#else
constexpr std::uint64_t kScale = 10;
#endif

std::shared_ptr<Ledger> NewLedger(std::uint32_t shards_max = 256) {
  LedgerOptions options;
  options.dimensions = {"thread"};
  options.shards_max = shards_max;
  return Ledger::Create(options).value();
}

// Event k of a thread: two cells, each of which can be checked by itself.
Atoms EventAtoms(std::uint64_t k) {
  Atoms atoms;
  atoms.Append(Atom::kInput, k);
  atoms.Append(Atom::kOutput, k * k);
  atoms.Append(Atom::kCacheWrite1h, k);
  atoms.Append(Atom::kRequests, 1);
  return atoms;
}

std::uint64_t SumTo(std::uint64_t n) { return n * (n + 1) / 2; }
std::uint64_t SquaresTo(std::uint64_t n) { return n * (n + 1) * (2 * n + 1) / 6; }

std::uint64_t Get(std::span<const AtomQuantity> atoms, Atom atom) {
  for (const AtomQuantity& item : atoms) {
    if (item.atom == atom) return item.quantity;
  }
  return 0;
}

// Checks the closed forms, and returns the events of each thread.
std::vector<std::uint64_t> CheckWhole(const Snapshot& snapshot, std::size_t threads) {
  std::vector<std::uint64_t> events(threads, 0);
  for (const SnapshotEntry& entry : snapshot.entries()) {
    const auto thread = std::stoul(snapshot.dimensions()[entry.dimensions_index].values[0]);
    events[thread] = entry.events;
    const std::uint64_t n = entry.events;
    EXPECT_EQ(Get(entry.atoms, Atom::kInput), SumTo(n));
    EXPECT_EQ(Get(entry.atoms, Atom::kOutput), SquaresTo(n));
    EXPECT_EQ(Get(entry.atoms, Atom::kCacheWrite1h), SumTo(Get(entry.atoms, Atom::kRequests)));
    EXPECT_EQ(static_cast<std::uint64_t>(entry.reported), SumTo(entry.reported_events));
  }
  return events;
}

TEST(LedgerStressTest, SnapshotsBesideWritersSeeWholeEvents) {
  constexpr std::size_t kWriters = 3;
  const std::uint64_t kEvents = 30'000 * kScale;
  const auto ledger = NewLedger();
  std::array<std::atomic<std::uint64_t>, kWriters> completed{};
  std::vector<std::thread> writers;
  for (std::size_t writer = 0; writer < kWriters; ++writer) {
    writers.emplace_back([&, writer] {
      const ClassId class_id = ledger->InternClass("x", ClassKind::kPriced);
      const DimensionsId who = Intern(*ledger, {std::to_string(writer)});
      for (std::uint64_t k = 1; k <= kEvents; ++k) {
        // The sums of squares stay below 2^58 for this many events, so no cell carries over.
        const Atoms atoms = EventAtoms(k);
        const Part part{class_id, &atoms, nullptr, 0, true};
        ledger->Record({kNow, who, {&part, 1}, static_cast<Int128>(k)});
        completed[writer].store(k, std::memory_order_release);
      }
    });
  }
  std::vector<std::uint64_t> last(kWriters, 0);
  std::uint64_t snapshots = 0;
  for (bool ended = false; !ended; ++snapshots) {
    std::vector<std::uint64_t> before;
    ended = true;
    for (const auto& each : completed) {
      before.push_back(each.load(std::memory_order_acquire));
      ended &= before.back() == kEvents;
    }
    const auto events = CheckWhole(*ledger->TakeSnapshot().value(), kWriters);
    for (std::size_t writer = 0; writer < kWriters; ++writer) {
      EXPECT_GE(events[writer], before[writer]);  // what had returned is there
      EXPECT_GE(events[writer], last[writer]);    // and nothing goes back
    }
    last = events;
    if (testing::Test::HasFailure()) break;
  }
  for (std::thread& writer : writers) writer.join();
  EXPECT_EQ(ledger->TakeSnapshot().value()->Totals().events, kWriters * kEvents);
  RecordProperty("snapshots", std::to_string(snapshots));
}

// Every kind of event, under few keys: the shared shard's slots are few.
OracleEvent EventOfFewKeys(Random& random) {
  OracleEvent event = RandomEvent(random, 1);
  event.at = kNow;
  event.values = {"v"};
  return event;
}

// All threads meet the same keys.
template <typename NextEvent>
void EqualsSequentialRun(std::uint32_t shards_max, NextEvent next_event) {
  constexpr std::uint64_t kThreads = 6;
  const std::uint64_t kEvents = 2'000 * kScale;
  const auto ledger = NewLedger(shards_max);
  LedgerOracle oracle;
  for (std::uint64_t seed = 0; seed < kThreads; ++seed) {
    Random random(seed);
    for (std::uint64_t i = 0; i < kEvents; ++i) oracle.Record(next_event(random));
  }
  std::atomic<std::uint64_t> running{kThreads};
  std::vector<std::thread> threads;
  for (std::uint64_t seed = 0; seed < kThreads; ++seed) {
    threads.emplace_back([&, seed] {
      Random random(seed);
      for (std::uint64_t i = 0; i < kEvents; ++i) {
        ASSERT_EQ(RecordInto(*ledger, next_event(random)).status, RecordStatus::kRecorded);
      }
      running.fetch_sub(1);
    });
  }
  std::uint64_t events = 0;
  while (running.load() > 0) {
    const std::uint64_t now = ledger->TakeSnapshot().value()->Totals().events;
    EXPECT_GE(now, events);
    events = now;
  }
  for (std::thread& thread : threads) thread.join();
  const auto snapshot = ledger->TakeSnapshot().value();
  EXPECT_TRUE(snapshot->Totals() == oracle.totals());
  EXPECT_TRUE(SumsOf(*snapshot) == oracle.sums());
  EXPECT_LE(ledger->Statistics().shards, shards_max);
}

TEST(LedgerStressTest, EqualsSequentialRun) {
  EqualsSequentialRun(256, [](Random& random) { return RandomEvent(random, 1); });
}
TEST(LedgerStressTest, EqualsSequentialRunThroughTheSharedShard) {
  EqualsSequentialRun(1, EventOfFewKeys);
}

TEST(LedgerStressTest, ThreadChurnReusesShards) {
  constexpr std::size_t kAtOnce = 4;
  const std::size_t kRounds = 250 * kScale;
  const auto ledger = NewLedger();
  for (std::size_t round = 0; round < kRounds; ++round) {
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < kAtOnce; ++i) {
      threads.emplace_back([&] {
        const Atoms atoms = EventAtoms(3);
        const Part part{ledger->InternClass("x", ClassKind::kPriced), &atoms, nullptr, 0, true};
        ledger->Record({kNow, Intern(*ledger, {"t"}), {&part, 1}, {}});
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
  EXPECT_LE(ledger->Statistics().shards, kAtOnce);
  const SnapshotTotals totals = ledger->TakeSnapshot().value()->Totals();
  EXPECT_EQ(totals.events, kRounds * kAtOnce);
  EXPECT_EQ(totals.atoms[0], 3 * kRounds * kAtOnce);
}

// Ledgers that end before the threads that recorded into them, and new ones after.
TEST(LedgerStressTest, LedgersEndBeforeThreads) {
  constexpr std::size_t kThreads = 4;
  const std::size_t kRounds = 20 * kScale;
  std::atomic<std::size_t> round{0};
  std::atomic<std::size_t> done{0};
  std::shared_ptr<Ledger> ledger;
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (std::size_t seen = 0; seen < kRounds; ++seen) {
        while (round.load(std::memory_order_acquire) == seen) std::this_thread::yield();
        const Part part{ledger->InternClass("x", ClassKind::kFree), nullptr, nullptr, 0, true};
        ledger->Record({kNow, Intern(*ledger, {"t"}), {&part, 1}, {}});
        done.fetch_add(1, std::memory_order_acq_rel);
      }
    });
  }
  for (std::size_t i = 0; i < kRounds; ++i) {
    ledger = NewLedger();
    done.store(0, std::memory_order_relaxed);
    round.store(i + 1, std::memory_order_release);
    while (done.load(std::memory_order_acquire) < kThreads) std::this_thread::yield();
    EXPECT_EQ(ledger->TakeSnapshot().value()->Totals().events, kThreads);
    ledger.reset();
  }
  for (std::thread& thread : threads) thread.join();
}

// Threads interning the same and different values at once get one handle for equal ones, and the
// limits hold.
TEST(LedgerStressTest, InterningAtOnce) {
  constexpr std::size_t kThreads = 4;
  constexpr std::uint32_t kKeys = 500;
  LedgerOptions options;
  options.dimensions = {"thread"};
  options.keys_max = kKeys + kThreads;  // racing insertions may charge one key each too many
  const auto ledger = Ledger::Create(options).value();
  std::array<std::vector<DimensionsId>, kThreads> handles;
  std::vector<std::thread> threads;
  for (auto& mine : handles) {
    threads.emplace_back([&] {
      for (std::uint32_t i = 0; i < kKeys; ++i) {
        mine.push_back(Intern(*ledger, {std::to_string(i)}));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const auto& mine : handles) EXPECT_EQ(mine, handles[0]);
  EXPECT_EQ(ledger->Statistics().keys, kKeys);
}

// A signal handler that records while its thread records.
std::shared_ptr<Ledger> signalled_ledger;
DimensionsId signalled_dimensions;
ClassId signalled_class;
std::atomic<std::uint64_t> handled{0};

void RecordInHandler(int) {
  const Part part{signalled_class, nullptr, nullptr, 0, true};
  signalled_ledger->Record({kNow, signalled_dimensions, {&part, 1}, {}});
  handled.fetch_add(1, std::memory_order_relaxed);
}

TEST(LedgerStressTest, RecordInterruptsItself) {
  signalled_ledger = NewLedger();
  signalled_dimensions = Intern(*signalled_ledger, {"0"});
  signalled_class = signalled_ledger->InternClass("x", ClassKind::kPriced);
  struct sigaction action {};
  action.sa_handler = RecordInHandler;
  struct sigaction before {};
  ASSERT_EQ(sigaction(SIGUSR1, &action, &before), 0);
  std::atomic<bool> end{false};
  std::atomic<bool> begun{false};
  std::uint64_t recorded = 0;
  std::thread writer([&] {
    const Atoms atoms = EventAtoms(1);
    const Part part{signalled_class, &atoms, nullptr, 0, true};
    while (!end.load(std::memory_order_relaxed)) {
      signalled_ledger->Record({kNow, signalled_dimensions, {&part, 1}, {}});
      ++recorded;
      begun.store(true, std::memory_order_relaxed);
    }
  });
  while (!begun.load(std::memory_order_relaxed)) std::this_thread::yield();
  for (std::uint64_t i = 0; i < 2'000 * kScale; ++i) pthread_kill(writer.native_handle(), SIGUSR1);
  end.store(true, std::memory_order_relaxed);
  writer.join();
  ASSERT_EQ(sigaction(SIGUSR1, &before, nullptr), 0);
  const SnapshotTotals totals = signalled_ledger->TakeSnapshot().value()->Totals();
  EXPECT_EQ(totals.events, recorded + handled.load());
  EXPECT_EQ(totals.atoms[0], recorded);
  signalled_ledger.reset();
}

}  // namespace
}  // namespace tokentra
