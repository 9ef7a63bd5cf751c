// SharedShard: the one shard that several threads write, by read-modify-write.
//
// It takes the events of threads that found no shard of their own (more than shards_max threads
// at once, or no memory for a shard) and of signal handlers that interrupted their own thread's
// Record. It is slower, has a fixed number of cells, and folds earlier; nothing in it waits, and
// nothing is lost.
//
//   slot: | cell: entered (its sequence word), counters | left | state | key |
//   states: kEmpty -> kClaimed (by CAS; the key is being written) -> kReady
//
// A thread that meets a claimed slot does not wait for its key but goes on, so one key may stand
// in two slots; readers add them up.
//
// Invariants:
//   1. `entered` counts the writers that began on a cell, `left` those that ended: a copy between
//      equal counts holds whole events.
//   2. Sums are exact at every moment at which no writer is inside, whatever happened before.
//   Weaker than a shard of one writer: a reader that does not find a cell at rest in kReadTries
//   tries takes it as it is, perhaps with a part of an event that is being recorded. An event's
//   cells are not committed together.
//
// Thread: any. Cost: up to nine read-modify-writes a cell. Async-signal-safe for keys as given;
// folding may allocate.

#ifndef TOKENTRA_CORE_LEDGER_SHARED_SHARD_H_
#define TOKENTRA_CORE_LEDGER_SHARED_SHARD_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "core/ledger/cell.h"
#include "core/ledger/event.h"
#include "core/ledger/registry.h"

namespace tokentra {

class SharedShard {
 public:
  static constexpr std::uint32_t kSlots = 2048;
  static constexpr std::uint32_t kProbesMax = 32;
  static constexpr int kReadTries = 1000;

  // nullptr when memory is short. `registry` outlives it.
  static std::unique_ptr<SharedShard> Create(Registry* registry);
  ~SharedShard();
  SharedShard(const SharedShard&) = delete;
  SharedShard& operator=(const SharedShard&) = delete;

  RecordResult Record(const Event& event);

  // Calls visitor(key, image) for each cell. Any thread.
  template <typename Visitor>
  void ForEachCell(Visitor visitor) const {
    for (const Slot& slot : all_slots()) {
      // Acquire: pairs with the release that made the key readable.
      if (slot.state.load(std::memory_order_acquire) != kReady) continue;
      CellImage image;
      Read(slot, &image);
      visitor(slot.key, image);
    }
  }

  // Relaxed: a figure for statistics.
  std::uint64_t folded_events() const { return folded_events_.load(std::memory_order_relaxed); }
  std::uint64_t memory_bytes() const;

 private:
  enum State : std::uint32_t { kEmpty = 0, kClaimed = 1, kReady = 2 };

  // Zero bytes are an empty slot.
  struct alignas(64) Slot {
    Cell cell;
    std::atomic<std::uint64_t> left;
    std::atomic<std::uint32_t> state;
    CellKey key;
  };
  struct PlannedSlot {
    Slot* slot;
    PageAddition addition;
  };
  struct Plan;

  SharedShard(Registry* registry, Slot* slots) : registry_(*registry), slots_(slots) {}

  static void Read(const Slot& slot, CellImage* image);
  static bool HasRoom(const Slot& slot, const PageAddition& addition);
  static void Add(const PageAddition& addition, Slot* slot);

  std::span<Slot> all_slots() const;
  void CreateLastResort();
  // The slot of the key, claimed if need be; nullptr when there is no room.
  Slot* FindOrClaim(const CellGroup& group, const CellKey& key);
  Slot* LastResortSlot(const CellGroup& group, std::uint8_t page) const;
  RecordStatus PlanEvent(const Event& event, Plan* plan);
  bool PlanPart(const CellGroup& group, const PartPages& pages, Plan* plan);

  Registry& registry_;
  Slot* const slots_;  // kSlots, then those of the last resort
  std::atomic<std::uint64_t> folded_events_{0};
};

}  // namespace tokentra

#endif  // TOKENTRA_CORE_LEDGER_SHARED_SHARD_H_
