// Platform: the only files of the core with process-wide and thread-local state.
//
// A thread remembers which shard of which ledger it owns. The memory of that ownership is a
// `ShardLease`, which thread and ledger share, so that each may end first:
//
//   kOwned --thread ends--> kFree --another thread--> kOwned        (the shard is handed on)
//   kOwned --ledger ends--> kOrphaned                               (the thread deletes the lease)
//   kFree  --ledger ends--> deleted by the ledger
//
// Invariants:
//   1. A shard is written only by the thread whose lease on it is kOwned.
//   2. A lease has one deleter: the thread when it is kOrphaned, the ledger when it is kFree.
//   3. Ledger serials are never reused in a process, so a thread's memory of a ledger that is gone
//      can never be taken for one that is there.
//
// Threads are told of their end by a pthread key, not by a destructor of a thread-local object:
// those make every access slower, and the thread-local word here is one initial-exec pointer. A
// thread that records after its key's destructor ran starts again; one that does so in the last
// of the system's destructor rounds keeps its shard owned for ever, which loses nothing but the
// shard's reuse. A library that contains this file must not be unloaded (link it -z nodelete).
//
// fork: a child has another *process number* than its parent, and none of its thread's bindings:
// both live in memory that the kernel hands to children as zeros (MADV_WIPEONFORK, which no way of
// forking gets around; a pthread_atfork handler does the same where a kernel does not know it). So
// the first record in a child takes the slow path and finds that it is in another process, and no
// other record pays for the question.

#ifndef TOKENTRA_CORE_LEDGER_PLATFORM_H_
#define TOKENTRA_CORE_LEDGER_PLATFORM_H_

#include <atomic>
#include <cstdint>

namespace tokentra {

class Shard;

enum class LeaseState : std::uint32_t { kFree, kOwned, kOrphaned };

struct ShardLease {
  std::atomic<LeaseState> state{LeaseState::kOwned};
};

struct ThreadBinding {
  std::uint64_t ledger_serial;
  Shard* shard;
  ShardLease* lease;
  ThreadBinding* next;
};

// In a page of its own, which is all zero in a forked child.
struct ThreadBindings {
  std::uint64_t last_serial;  // of the last binding found; 0 is no ledger's serial
  Shard* last_shard;
  ThreadBinding* first;
};

#if defined(__clang__) || defined(__GNUC__)
[[gnu::tls_model("initial-exec")]]
#endif
extern thread_local constinit ThreadBindings* thread_bindings;

std::uint64_t NextLedgerSerial();

// Not zero; differs between a process and its forked children, whichever way they were forked.
std::uint64_t ProcessNumber();

// Lets another thread run.
void YieldThread();

// The slower half of BoundShard.
Shard* FindBoundShard(std::uint64_t ledger_serial);

// The calling thread's shard of a ledger, or nullptr.
inline Shard* BoundShard(std::uint64_t ledger_serial) {
  const ThreadBindings* bindings = thread_bindings;
  if (bindings != nullptr && bindings->last_serial == ledger_serial) [[likely]] {
    return bindings->last_shard;
  }
  return FindBoundShard(ledger_serial);
}

// Remembers that the calling thread owns `shard` until it ends. Drops what it remembers of ledgers
// that are gone. False, with nothing changed, when memory is short; the lease stays the caller's.
bool BindShard(std::uint64_t ledger_serial, Shard* shard, ShardLease* lease);

}  // namespace tokentra

#endif  // TOKENTRA_CORE_LEDGER_PLATFORM_H_
