#include "core/ledger/directory.h"

#include <new>
#include <utility>

namespace tokentra {

namespace {

// How often a borrower looks for a guest shard before it gives up: seconds, for what is a matter of
// nanoseconds. Only a handler that interrupted the records of all guests would ever give up.
constexpr int kGuestTriesMax = 1'000'000;

}  // namespace

std::unique_ptr<ShardDirectory> ShardDirectory::Create(Registry* registry, IdTables* ids,
                                                       SegmentRelief* relief,
                                                       std::unique_ptr<Segment> segment,
                                                       std::uint32_t shards_max) {
  std::unique_ptr<std::atomic<Place*>[]> places(new (std::nothrow)
                                                    std::atomic<Place*>[shards_max]());
  if (places == nullptr || segment == nullptr) return nullptr;
  std::unique_ptr<ShardDirectory> directory(new (std::nothrow) ShardDirectory(
      registry, ids, relief, std::move(segment), shards_max, std::move(places)));
  if (directory == nullptr) return nullptr;
  for (Guest& guest : directory->guests_) {
    guest.shard = Shard::Create(registry, directory->segment_.get(), ids, nullptr, false);
    if (guest.shard == nullptr) return nullptr;
  }
  return directory;
}

ShardDirectory::ShardDirectory(Registry* registry, IdTables* ids, SegmentRelief* relief,
                               std::unique_ptr<Segment> segment, std::uint32_t shards_max,
                               std::unique_ptr<std::atomic<Place*>[]> places)
    : registry_(*registry),
      ids_(ids),
      relief_(relief),
      segment_(std::move(segment)),
      process_(ProcessNumber()),
      ledger_serial_(NextLedgerSerial()),
      shards_max_(shards_max),
      places_(std::move(places)) {}

ShardDirectory::~ShardDirectory() {
  for (std::uint32_t i = 0; i < shards_max_; ++i) {
    // Relaxed: nobody else is left, by the contract of destruction.
    Place* place = places_[i].load(std::memory_order_relaxed);
    if (place == nullptr) continue;
    // Acquire: whoever freed the shard is done with it. Release: whoever finds the lease orphaned
    // may delete it, after this.
    if (place->lease->state.exchange(LeaseState::kOrphaned, std::memory_order_acq_rel) ==
        LeaseState::kFree) {
      delete place->lease;
    }
    delete place;
  }
}

Shard* ShardDirectory::Acquire() {
  Place* place = TakeFree();
  if (place == nullptr) place = TakeNew();
  if (place == nullptr) return nullptr;
  Shard* shard = place->shard.get();
  if (BindShard(ledger_serial_, shard, place->lease)) return shard;
  // Release: gives back what TakeFree or TakeNew took, unused.
  place->lease->state.store(LeaseState::kFree, std::memory_order_release);
  return nullptr;
}

RecordResult ShardDirectory::RecordAsGuest(const Event& event) {
  for (int i = 0; i < kGuestTriesMax; ++i) {
    for (Guest& guest : guests_) {
      // Acquire: the last borrower's changes to the shard are readable.
      if (guest.taken.load(std::memory_order_relaxed) ||
          guest.taken.exchange(true, std::memory_order_acquire)) {
        continue;
      }
      const RecordResult result = guest.shard->Record(event);
      guest.taken.store(false, std::memory_order_release);
      return result;
    }
    YieldThread();
  }
  return {RecordStatus::kFull, false};
}

void ShardDirectory::SealIdle(Shard* own) {
  if (own != nullptr) own->SealExtents();
  for (std::uint32_t i = 0; i < shards_max_; ++i) {
    Place* place = places_[i].load(std::memory_order_acquire);  // the lease is readable
    if (place == nullptr) continue;
    LeaseState free = LeaseState::kFree;
    if (place->lease->state.load(std::memory_order_relaxed) != free) continue;
    // Acquire and release: between the last owner and the next.
    if (!place->lease->state.compare_exchange_strong(free, LeaseState::kOwned,
                                                     std::memory_order_acquire)) {
      continue;
    }
    place->shard->SealExtents();
    place->lease->state.store(LeaseState::kFree, std::memory_order_release);
  }
}

ShardDirectory::Place* ShardDirectory::TakeFree() {
  for (std::uint32_t i = 0; i < shards_max_; ++i) {
    Place* place = places_[i].load(std::memory_order_acquire);  // the lease is readable
    if (place == nullptr) continue;
    LeaseState free = LeaseState::kFree;
    // Relaxed look first: a taken shard costs no read-modify-write.
    if (place->lease->state.load(std::memory_order_relaxed) != free) continue;
    // Acquire: all that the last owner wrote to the shard is readable. Failure needs no order.
    if (place->lease->state.compare_exchange_strong(
            free, LeaseState::kOwned, std::memory_order_acquire, std::memory_order_relaxed)) {
      return place;
    }
  }
  return nullptr;
}

ShardDirectory::Place* ShardDirectory::TakeNew() {
  if (!shards_.Take(1, shards_max_)) return nullptr;
  std::unique_ptr<Shard> shard = Shard::Create(&registry_, segment_.get(), ids_, relief_, true);
  std::unique_ptr<ShardLease> lease(new (std::nothrow) ShardLease);
  auto* place = new (std::nothrow) Place{std::move(shard), lease.get()};
  if (place == nullptr || place->shard == nullptr || lease == nullptr) {
    delete place;
    shards_.GiveBack(1);
    return nullptr;
  }
  lease.release();
  for (std::uint32_t i = 0; i < shards_max_; ++i) {
    Place* empty = nullptr;
    // Release: publishes the shard. Failure only means that the position is taken: relaxed.
    if (places_[i].compare_exchange_strong(empty, place, std::memory_order_release,
                                           std::memory_order_relaxed)) {
      return place;
    }
  }
  // Not reached: the budget has as many as there are positions.
  delete place->lease;
  delete place;
  return nullptr;
}

}  // namespace tokentra
