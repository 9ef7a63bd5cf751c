#include "core/ledger/platform.h"

#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <unistd.h>

#include <new>

namespace tokentra {

thread_local constinit ThreadBindings* thread_bindings = nullptr;

namespace {

constexpr std::size_t kPageBytes = 4096;

// A page of zeros that children see as zeros again.
void* NewWipedPage() {
  void* page =
      mmap(nullptr, kPageBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) return nullptr;
  // Best effort: where the kernel does not know the advice, TokentraAfterFork does the same.
  (void)madvise(page, kPageBytes, MADV_WIPEONFORK);
  return page;
}

std::atomic<std::uint64_t> last_process_number{0};

struct ProcessPage {
  std::atomic<std::uint64_t> number;
};

extern "C" void TokentraAfterFork();

ProcessPage* Process() {
  static ProcessPage* const page = [] {
    pthread_atfork(nullptr, nullptr, TokentraAfterFork);
    void* memory = NewWipedPage();
    // Without a page there is still the handler.
    static ProcessPage fallback{};
    return memory == nullptr ? &fallback : new (memory) ProcessPage{};
  }();
  return page;
}

extern "C" void TokentraAfterFork() {
  // Relaxed: a forked child begins with one thread.
  Process()->number.store(0, std::memory_order_relaxed);
  if (thread_bindings != nullptr) *thread_bindings = {};
}

// Gives the thread's share of a lease up.
void EndLease(ShardLease* lease) {
  LeaseState owned = LeaseState::kOwned;
  // Release: the next owner's acquire sees all that this thread wrote to the shard. Acquire, on
  // failure: the ledger's last touch of the lease comes before its deletion.
  if (!lease->state.compare_exchange_strong(owned, LeaseState::kFree, std::memory_order_acq_rel)) {
    delete lease;
  }
}

extern "C" void TokentraEndThread(void* bindings_of_thread) {
  auto* bindings = static_cast<ThreadBindings*>(bindings_of_thread);
  thread_bindings = nullptr;
  for (ThreadBinding* binding = bindings->first; binding != nullptr;) {
    ThreadBinding* next = binding->next;
    EndLease(binding->lease);
    delete binding;
    binding = next;
  }
  munmap(bindings, kPageBytes);
}

// The key whose destructor runs at the end of each thread that recorded; created once, for ever.
struct ThreadEndKey {
  ThreadEndKey() : valid(pthread_key_create(&key, TokentraEndThread) == 0) {}

  pthread_key_t key;
  bool valid;
};

ThreadBindings* BindingsOfThread() {
  if (thread_bindings != nullptr) return thread_bindings;
  static const ThreadEndKey thread_end;
  if (!thread_end.valid) return nullptr;
  void* page = NewWipedPage();
  if (page == nullptr) return nullptr;
  auto* bindings = new (page) ThreadBindings{};
  if (pthread_setspecific(thread_end.key, bindings) != 0) {
    munmap(page, kPageBytes);
    return nullptr;
  }
  thread_bindings = bindings;
  return bindings;
}

void DropOrphans(ThreadBindings* bindings) {
  for (ThreadBinding** at = &bindings->first; *at != nullptr;) {
    ThreadBinding* binding = *at;
    // Acquire: as in EndLease.
    if (binding->lease->state.load(std::memory_order_acquire) == LeaseState::kOrphaned) {
      *at = binding->next;
      delete binding->lease;
      delete binding;
    } else {
      at = &binding->next;
    }
  }
}

}  // namespace

std::uint64_t NextLedgerSerial() {
  static std::atomic<std::uint64_t> last{0};
  // Relaxed: only that the numbers differ matters.
  return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

std::uint64_t ProcessNumber() {
  std::atomic<std::uint64_t>& number = Process()->number;
  // Relaxed: a number orders nothing.
  std::uint64_t known = number.load(std::memory_order_relaxed);
  if (known != 0) [[likely]]
    return known;
  const std::uint64_t drawn = last_process_number.fetch_add(1, std::memory_order_relaxed) + 1;
  return number.compare_exchange_strong(known, drawn, std::memory_order_relaxed) ? drawn : known;
}

void YieldThread() { sched_yield(); }

Shard* FindBoundShard(std::uint64_t ledger_serial) {
  ThreadBindings* bindings = thread_bindings;
  if (bindings == nullptr) return nullptr;
  for (ThreadBinding* binding = bindings->first; binding != nullptr; binding = binding->next) {
    if (binding->ledger_serial == ledger_serial) {
      bindings->last_serial = ledger_serial;
      bindings->last_shard = binding->shard;
      return binding->shard;
    }
  }
  return nullptr;
}

bool BindShard(std::uint64_t ledger_serial, Shard* shard, ShardLease* lease) {
  ThreadBindings* bindings = BindingsOfThread();
  if (bindings == nullptr) return false;
  DropOrphans(bindings);
  auto* binding = new (std::nothrow) ThreadBinding{ledger_serial, shard, lease, bindings->first};
  if (binding == nullptr) return false;
  bindings->first = binding;
  bindings->last_serial = ledger_serial;
  bindings->last_shard = shard;
  return true;
}

}  // namespace tokentra
