// ShardDirectory: the shards of one process in one segment, and which thread has which.
//
// A thread owns a shard while it lives. Who finds no shard of its own (more than shards_max threads
// at once, or no extent left), and a signal handler that interrupts its own thread's Record,
// borrows a *guest* shard for one event: a shard like the others, made beforehand, within one
// extent, taken by a flag.
//
// Invariants:
//   1. A position turns from null to a shard once and stays; shards live as long as the directory.
//   2. A thread gets a shard that nobody has before a new one is made, so there are at most as many
//      shards as there were threads at once, and never more than shards_max.
//   3. Every shard's cells are in the segment, where readers find them.
//
// Thread: any. Acquire looks at each shard once, and takes an extent when all are owned; it is
// called at a thread's first record only, or at each record of a thread that found none. A borrower
// waits only while every guest is inside a record.

#ifndef TOKENTRA_CORE_LEDGER_DIRECTORY_H_
#define TOKENTRA_CORE_LEDGER_DIRECTORY_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "core/ledger/platform.h"
#include "core/ledger/registry.h"
#include "core/ledger/segment.h"
#include "core/ledger/shard.h"

namespace tokentra {

class ShardDirectory {
 public:
  static constexpr std::size_t kGuests = 2;

  // nullptr when there is no room. `registry`, `ids` and `relief` (both nullable) outlive it.
  static std::unique_ptr<ShardDirectory> Create(Registry* registry, IdTables* ids,
                                                SegmentRelief* relief,
                                                std::unique_ptr<Segment> segment,
                                                std::uint32_t shards_max);
  // REQUIRES: no other call on the ledger is running. Threads that own shards may live on.
  ~ShardDirectory();
  ShardDirectory(const ShardDirectory&) = delete;
  ShardDirectory& operator=(const ShardDirectory&) = delete;

  // The calling thread's shard when it has one already.
  Shard* BoundShardOfThread() const { return BoundShard(ledger_serial_); }
  // Makes the calling thread own a shard; nullptr when there is none for it now.
  Shard* Acquire();
  RecordResult RecordAsGuest(const Event& event);

  // Seals the extents of shards that nobody owns, and of `own` (nullable).
  void SealIdle(Shard* own);

  template <typename Visitor>
  void ForEach(Visitor visitor) const {
    for (std::uint32_t i = 0; i < shards_max_; ++i) {
      // Acquire: pairs with the release in Acquire; the shard is readable.
      const Place* place = places_[i].load(std::memory_order_acquire);
      if (place != nullptr) visitor(*place->shard);
    }
  }
  template <typename Visitor>
  void ForEachGuest(Visitor visitor) const {
    for (const Guest& guest : guests_) visitor(*guest.shard);
  }

  Segment& segment() const { return *segment_; }
  std::uint64_t process() const { return process_; }
  // In a forked child: the segment is the parent's, and its memory is not here.
  void Abandon() { segment_->Abandon(); }

 private:
  struct Place {
    std::unique_ptr<Shard> shard;
    ShardLease* lease;  // shared with the thread that owns the shard; see platform.h
  };
  struct Guest {
    std::unique_ptr<Shard> shard;
    std::atomic<bool> taken{false};
  };

  ShardDirectory(Registry* registry, IdTables* ids, SegmentRelief* relief,
                 std::unique_ptr<Segment> segment, std::uint32_t shards_max,
                 std::unique_ptr<std::atomic<Place*>[]> places);

  Place* TakeFree();
  Place* TakeNew();

  Registry& registry_;
  IdTables* const ids_;
  SegmentRelief* const relief_;
  const std::unique_ptr<Segment> segment_;
  const std::uint64_t process_;
  const std::uint64_t ledger_serial_;
  const std::uint32_t shards_max_;
  const std::unique_ptr<std::atomic<Place*>[]> places_;
  Budget shards_;
  std::array<Guest, kGuests> guests_;
};

}  // namespace tokentra

#endif  // TOKENTRA_CORE_LEDGER_DIRECTORY_H_
