// ShardDirectory: the shards of one ledger, and which thread has which.
//
// Invariants:
//   1. A position turns from null to a shard once and stays; shards live as long as the directory.
//   2. A thread gets a shard that nobody has before a new one is made, so there are at most as many
//      shards as there were threads at once, and never more than shards_max.
//   3. Every event whose Record returned before ForEach began is in a shard that ForEach visits.
//
// Thread: any. Acquire looks at each shard once, and allocates when all are taken; it is called at
// a thread's first record only, or at each record of a thread that found none.

#ifndef TOKENTRA_CORE_LEDGER_DIRECTORY_H_
#define TOKENTRA_CORE_LEDGER_DIRECTORY_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "core/ledger/platform.h"
#include "core/ledger/registry.h"
#include "core/ledger/shard.h"

namespace tokentra {

class ShardDirectory {
 public:
  // nullptr when memory is short. `registry` outlives it.
  static std::unique_ptr<ShardDirectory> Create(Registry* registry);
  // REQUIRES: no other call on the ledger is running. Threads that own shards may live on.
  ~ShardDirectory();
  ShardDirectory(const ShardDirectory&) = delete;
  ShardDirectory& operator=(const ShardDirectory&) = delete;

  // The calling thread's shard; nullptr when there is none for it now.
  Shard* ShardOfThread() {
    Shard* shard = BoundShard(ledger_serial_);
    return shard != nullptr ? shard : Acquire();
  }

  template <typename Visitor>
  void ForEach(Visitor visitor) const {
    for (std::uint32_t i = 0; i < shards_max_; ++i) {
      // Acquire: pairs with the release in Acquire; the shard is readable.
      const Place* place = places_[i].load(std::memory_order_acquire);
      if (place != nullptr) visitor(*place->shard);
    }
  }

 private:
  struct Place {
    std::unique_ptr<Shard> shard;
    ShardLease* lease;  // shared with the thread that owns the shard; see platform.h
  };

  ShardDirectory(Registry* registry, std::unique_ptr<std::atomic<Place*>[]> places);

  Shard* Acquire();
  Place* TakeFree();
  Place* TakeNew();

  Registry& registry_;
  const std::uint64_t ledger_serial_;
  const std::uint32_t shards_max_;
  const std::unique_ptr<std::atomic<Place*>[]> places_;
  Budget shards_;
};

}  // namespace tokentra

#endif  // TOKENTRA_CORE_LEDGER_DIRECTORY_H_
