// Method: processes that record into one folder are killed, at random instants and, under ptrace,
// after every single instruction of one record. Event k of a process adds 1, k, k^2 to its key, so
// that any mix of two states breaks the closed forms. What a process's Record calls had returned is
// told through a shared page; the report must hold at least that, and at most one event more.
//
// The processes are forked before any thread is started. Seeds are fixed.

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "core/ledger/ledger.h"
#include "tests/core/ledger/ledger_oracle.h"

namespace tokentra {
namespace {

using ledger_test::Intern;
using ledger_test::Random;

constexpr InstantNs kNow = 1'760'000'000 * kNsPerSecond;

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

// scripts/prove asks for more rounds.
std::uint64_t Rounds(std::uint64_t usual) {
  const char* scale = std::getenv("TOKENTRA_KILL_SCALE");
  const std::uint64_t times = scale == nullptr ? 1 : std::strtoull(scale, nullptr, 10);
  return usual * (times == 0 ? 1 : times);
}

std::uint64_t SumTo(std::uint64_t n) { return n * (n + 1) / 2; }
std::uint64_t SquaresTo(std::uint64_t n) { return n * (n + 1) * (2 * n + 1) / 6; }

std::uint64_t Get(std::span<const AtomQuantity> atoms, Atom atom) {
  for (const AtomQuantity& item : atoms) {
    if (item.atom == atom) return item.quantity;
  }
  return 0;
}

enum class Kind { kPlain, kTwoParts, kWithId, kFirstSeen };

class LedgerKillTest : public testing::Test {
 protected:
  LedgerKillTest()
      : folder_(std::filesystem::temp_directory_path() /
                ("tokentra-kill-" + std::to_string(getpid()))),
        returned_(static_cast<std::atomic<std::uint64_t>*>(
            mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0))) {
    std::filesystem::remove_all(folder_);
  }
  ~LedgerKillTest() override {
    std::filesystem::remove_all(folder_);
    munmap(static_cast<void*>(returned_), 4096);
  }

  std::shared_ptr<Ledger> Open(bool read_only = false) const {
    LedgerOptions options;
    options.dimensions = {"process"};
    options.ids_max = 100'000;
    FolderOptions folder_options;
    folder_options.segment_bytes = 512 << 10;
    folder_options.read_only = read_only;
    return Ledger::Open(folder_.string(), folder_options, options).value();
  }

  static RecordStatus Record(Ledger& ledger, Kind kind, const std::string& process,
                             std::uint64_t k) {
    Atoms atoms;
    atoms.Append(Atom::kInput, k);
    atoms.Append(Atom::kOutput, k * k);
    Atoms second;
    second.Append(Atom::kInput, k);
    second.Append(Atom::kRequests, 1);  // on another page
    const ClassId one = ledger.InternClass("one", ClassKind::kPriced);
    const Part parts[] = {
        {one, &atoms, nullptr, 0, true},
        {ledger.InternClass("two", ClassKind::kPriced), &second, nullptr, 0, true}};
    EventId id;
    Event event{kNow, Intern(ledger, {process}), {parts, 1}, {}, nullptr};
    if (kind == Kind::kTwoParts) event.parts = parts;
    if (kind == Kind::kWithId) {
      id = ledger.IdOf(process + "/" + std::to_string(k), std::to_string(k));
      event.id = &id;
      event.parts = parts;
    }
    return ledger.Record(event).status;
  }

  // The events of a process, after checking that they are whole; both classes agree.
  static std::uint64_t EventsOf(const Snapshot& snapshot, const std::string& process,
                                bool two_parts) {
    std::uint64_t events = 0;
    std::uint64_t second = 0;
    for (const SnapshotEntry& entry : snapshot.entries()) {
      if (snapshot.dimensions()[entry.dimensions_index].values[0] != process) continue;
      if (snapshot.classes()[entry.class_index].bytes == "one") {
        events = entry.events;
        EXPECT_EQ(Get(entry.atoms, Atom::kInput), SumTo(events));
        EXPECT_EQ(Get(entry.atoms, Atom::kOutput), SquaresTo(events));
      } else {
        second = Get(entry.atoms, Atom::kRequests);
        EXPECT_EQ(Get(entry.atoms, Atom::kInput), SumTo(second));
      }
    }
    if (two_parts) {
      EXPECT_EQ(events, second);
    }
    EXPECT_TRUE(snapshot.notes().bad_files.empty());
    EXPECT_EQ(snapshot.notes().damaged_cells, 0u);
    return events;
  }

  void KillAtRandom(Kind kind, std::uint64_t rounds);
  void KillAfterEveryInstruction(Kind kind);

  const std::filesystem::path folder_;
  std::atomic<std::uint64_t>* const returned_;
};

void LedgerKillTest::KillAtRandom(Kind kind, std::uint64_t rounds) {
  const auto ledger = Open();
  Random random(static_cast<std::uint64_t>(kind) + 1);
  std::uint64_t lost_at_kill = 0;
  for (std::uint64_t round = 0; round < rounds; ++round) {
    const std::string process = std::to_string(round % 8);
    // Processes of one name continue its count.
    const std::uint64_t before =
        EventsOf(*ledger->TakeSnapshot().value(), process, kind != Kind::kPlain);
    returned_->store(before);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      for (std::uint64_t k = before + 1;; ++k) {
        if (Record(*ledger, kind, process, k) != RecordStatus::kRecorded) _exit(1);
        returned_->store(k);
      }
    }
    const std::uint64_t wanted = before + 1 + random.Below(300);
    while (returned_->load() < wanted) {
      if (waitpid(child, nullptr, WNOHANG) == child) FAIL() << "the writer ended by itself";
    }
    ASSERT_EQ(kill(child, SIGKILL), 0);
    waitpid(child, nullptr, 0);
    const std::uint64_t returned = returned_->load();
    const std::uint64_t events =
        EventsOf(*ledger->TakeSnapshot().value(), process, kind != Kind::kPlain);
    ASSERT_GE(events, returned);
    ASSERT_LE(events, returned + 1);
    lost_at_kill += events == returned ? 1 : 0;
    if (HasFailure()) return;
  }
  EXPECT_LE(ledger->Statistics().files, 2u * 1 + 8);
  RecordProperty("kills", std::to_string(rounds));
  RecordProperty("at_rest_or_rolled_back", std::to_string(lost_at_kill));
}

TEST_F(LedgerKillTest, PlainEvents) { KillAtRandom(Kind::kPlain, Rounds(kSanitized ? 10 : 25)); }
TEST_F(LedgerKillTest, TwoParts) { KillAtRandom(Kind::kTwoParts, Rounds(kSanitized ? 10 : 25)); }
TEST_F(LedgerKillTest, WithIds) { KillAtRandom(Kind::kWithId, Rounds(kSanitized ? 10 : 25)); }

// One record of the fourth event, stopped after `steps` instructions and killed there. False when
// the record had ended before.
bool KillAfter(std::uint64_t steps, const std::function<void()>& prepare,
               const std::function<void()>& record) {
  const pid_t child = fork();
  if (child == 0) {
    prepare();
    ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
    raise(SIGSTOP);
    record();
    raise(SIGSTOP);
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  bool within = WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP;
  for (std::uint64_t step = 0; step < steps && within; ++step) {
    if (ptrace(PTRACE_SINGLESTEP, child, nullptr, nullptr) != 0) break;
    waitpid(child, &status, 0);
    within = WIFSTOPPED(status) && WSTOPSIG(status) == SIGTRAP;
  }
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  return within;
}

void LedgerKillTest::KillAfterEveryInstruction(Kind kind) {
  if (kSanitized) GTEST_SKIP() << "a sanitizer's own instructions are not the protocol's";
  const auto ledger = Open();
  const bool two_parts = kind == Kind::kTwoParts || kind == Kind::kWithId;
  // Every instruction when scripts/prove asks for it (the cost is quadratic), else one in many; the
  // first-seen key takes thousands.
  const std::uint64_t stride =
      std::getenv("TOKENTRA_KILL_SCALE") != nullptr && kind != Kind::kFirstSeen ? 1 : 41;
  std::uint64_t commits_at = 0;
  std::uint64_t kills = 0;
  for (std::uint64_t steps = 1;; steps += stride, ++kills) {
    const std::string process = "p" + std::to_string(steps);
    const std::uint64_t before = kind == Kind::kFirstSeen ? 0 : 3;
    const bool within = KillAfter(
        steps,
        [&] {
          // The thread has its shard before the record that is stopped.
          Record(*ledger, kind, kind == Kind::kFirstSeen ? "other" : process, 1);
          for (std::uint64_t k = 2; k <= before; ++k) Record(*ledger, kind, process, k);
        },
        [&] { Record(*ledger, kind, process, before + 1); });
    const std::uint64_t events = EventsOf(*ledger->TakeSnapshot().value(), process, two_parts);
    ASSERT_GE(events, before) << "killed after " << steps;
    ASSERT_LE(events, before + 1) << "killed after " << steps;
    // Committed once, for good.
    if (events == before + 1 && commits_at == 0) commits_at = steps;
    if (commits_at != 0) {
      ASSERT_EQ(events, before + 1) << "killed after " << steps;
    }
    if (kind == Kind::kWithId && within) {
      // The caller did not get an answer and tries again.
      const RecordStatus again = Record(*ledger, kind, process, before + 1);
      ASSERT_EQ(again, events == before ? RecordStatus::kRecorded : RecordStatus::kDuplicate)
          << "killed after " << steps;
      ASSERT_EQ(EventsOf(*ledger->TakeSnapshot().value(), process, two_parts), before + 1);
    }
    if (HasFailure() || !within) break;
  }
  EXPECT_GT(commits_at, 0u);
  RecordProperty("kills", std::to_string(kills));
  RecordProperty("commits_after", std::to_string(commits_at));
}

TEST_F(LedgerKillTest, AfterEveryInstructionOfAPlainRecord) {
  KillAfterEveryInstruction(Kind::kPlain);
}
TEST_F(LedgerKillTest, AfterEveryInstructionOfTwoParts) {
  KillAfterEveryInstruction(Kind::kTwoParts);
}
TEST_F(LedgerKillTest, AfterEveryInstructionOfAnEventWithAnId) {
  KillAfterEveryInstruction(Kind::kWithId);
}
TEST_F(LedgerKillTest, WithinTheRecordOfAFirstSeenKey) {
  KillAfterEveryInstruction(Kind::kFirstSeen);
}

// Small segments, more keys than they hold: extents are sealed, absorbed and used again while
// another process reads, and is killed and replaced.
TEST_F(LedgerKillTest, SealedExtentsAreCountedOnce) {
  const auto ledger = Open();
  const std::uint64_t rounds = Rounds(kSanitized ? 2 : 6);
  constexpr std::uint64_t kKeys = 12'000;
  for (std::uint64_t round = 0; round < rounds; ++round) {
    returned_->store(0);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      for (std::uint64_t k = 0; k < kKeys; ++k) {
        Atoms atoms;
        atoms.Append(Atom::kInput, 1);
        const Part part{ledger->InternClass("x", ClassKind::kFree), &atoms, nullptr, 0, true};
        const InstantNs at = kNow + static_cast<InstantNs>(k % 500) * 900 * kNsPerSecond;
        const std::string who = std::to_string(k / 500);
        if (ledger->Record({at, Intern(*ledger, {who}), {&part, 1}, {}, nullptr}).status !=
            RecordStatus::kRecorded) {
          _exit(1);
        }
        returned_->store(k + 1);
      }
      pause();
    }
    std::uint64_t last = round * kKeys;
    for (bool ended = false; !ended;) {
      const std::uint64_t returned = returned_->load();
      ended = returned == kKeys;
      const SnapshotTotals totals = ledger->TakeSnapshot().value()->Totals();
      ASSERT_GE(totals.events, round * kKeys + returned);
      ASSERT_GE(totals.events, last);
      ASSERT_EQ(static_cast<std::uint64_t>(totals.atoms[0]), totals.events);
      last = totals.events;
      if (waitpid(child, nullptr, WNOHANG) == child) FAIL() << "the writer ended by itself";
    }
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    ASSERT_EQ(ledger->TakeSnapshot().value()->Totals().events, (round + 1) * kKeys);
  }
}

}  // namespace
}  // namespace tokentra
