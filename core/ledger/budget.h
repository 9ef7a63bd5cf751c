// Budget: how much of one limited thing is in use.
//
// Invariant: what all successful `Take`s took, less what was given back, never passes the limit
// that each of them named.
//
// Thread: any. Wait-free: at most two read-modify-writes. While another thread's `Take` fails, a
// `Take` that would have fitted may fail too: a limit may bite a little early, never late.

#ifndef TOKENTRA_CORE_LEDGER_BUDGET_H_
#define TOKENTRA_CORE_LEDGER_BUDGET_H_

#include <atomic>
#include <cstdint>

namespace tokentra {

class Budget {
 public:
  bool Take(std::uint64_t amount, std::uint64_t limit) {
    // Relaxed throughout: the count publishes nothing. The load keeps a ledger at its limit free
    // of contended read-modify-writes.
    if (used_.load(std::memory_order_relaxed) + amount > limit) return false;
    if (used_.fetch_add(amount, std::memory_order_relaxed) + amount <= limit) return true;
    GiveBack(amount);
    return false;
  }
  void GiveBack(std::uint64_t amount) { used_.fetch_sub(amount, std::memory_order_relaxed); }
  std::uint64_t used() const { return used_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> used_{0};
};

}  // namespace tokentra

#endif  // TOKENTRA_CORE_LEDGER_BUDGET_H_
