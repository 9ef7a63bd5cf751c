#include "core/ledger/platform.h"

#include <pthread.h>

#include <new>

namespace tokentra {

thread_local constinit ThreadBindings* thread_bindings = nullptr;

namespace {

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
  delete bindings;
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
  auto* bindings = new (std::nothrow) ThreadBindings;
  if (bindings == nullptr) return nullptr;
  if (pthread_setspecific(thread_end.key, bindings) != 0) {
    delete bindings;
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
