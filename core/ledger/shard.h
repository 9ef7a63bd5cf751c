// Shard: the cells of one thread at a time, and the protocol that it records by.
//
// Record, by the owner (w), and reading a cell, by anybody (r); every store is a release, every
// load an acquire, and there is no fence:
//
//   w: for each cell of the event: undo image = the cell's sequence and counters
//      generation + 1 (odd)                                          the event is open
//      for each cell: sequence + 1 (odd); counters = new values
//      generation + 1 (even)                                         COMMIT, of all cells at once
//      for each cell: sequence + 1 (even)                            at rest
//   r: sequence even, copy, same sequence                         -> the copy
//      else generation odd, cell among the images, same generation -> the pre-image
//      else generation even, same odd sequence, same generation   -> the copy
//
// Invariants:
//   1. One writer: the thread that holds the shard's lease (platform.h). The next owner takes the
//      shard as it is, private index included; nothing is flushed or merged.
//   2. A cell as read is its state after a whole number of events of this shard. Every event whose
//      Record returned before the reading began is in it; later readings never go back.
//   3. An event is committed by one store. All its cells are planned before the first is touched:
//      a Record that fails changes none.
//   4. All pages of a part are folded together, to the finest key at which all of them have room;
//      two parts may be folded differently.
//   What is not promised: two cells read one after the other may be of different moments, so a
//   snapshot beside a running writer may show one cell of an event and not yet another. It shows
//   both or neither when the owner records nothing while the snapshot is taken.
//
// Cost of Record, all keys seen: bounded steps; no lock, no system call, no allocation, no shared
// read-modify-write. A first-seen key may allocate a block of cells and charges the cell budget.

#ifndef TOKENTRA_CORE_LEDGER_SHARD_H_
#define TOKENTRA_CORE_LEDGER_SHARD_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "core/ledger/cell.h"
#include "core/ledger/cell_store.h"
#include "core/ledger/event.h"
#include "core/ledger/registry.h"
#include "core/ledger/undo.h"

namespace tokentra {

class Shard {
 public:
  // With the cells of the last resort. nullptr when memory is short. `registry` outlives it.
  static std::unique_ptr<Shard> Create(Registry* registry);

  // REQUIRES: the caller owns the shard and busy() is false.
  RecordResult Record(const Event& event);

  // True while the owner is inside Record: what a signal handler must ask first. Relaxed: only the
  // owner's thread asks.
  bool busy() const { return busy_.load(std::memory_order_relaxed); }

  // Calls visitor(key, image) for each cell. Any thread.
  template <typename Visitor>
  void ForEachCell(Visitor visitor) const {
    cells_.ForEach([&](std::uint32_t number, const CellKey& key, const Cell& cell) {
      CellImage image;
      ReadCell(undo_, number, cell, &image);
      visitor(key, image);
    });
  }

  // Relaxed: figures for statistics.
  std::uint64_t folded_events() const { return folded_events_.load(std::memory_order_relaxed); }
  std::uint64_t memory_bytes() const { return sizeof(*this) + cells_.memory_bytes(); }

 private:
  // New values of a cell, before they are stored. A cell that two parts of one event change is
  // planned twice; the later plan builds on the earlier.
  struct PlannedCell {
    Cell* cell;
    std::uint32_t number;
    std::array<std::uint64_t, kCellCounters> counters;
  };

  explicit Shard(Registry* registry) : registry_(*registry) {}

  bool CreateLastResort();
  std::uint32_t BucketOf(InstantNs at);
  RecordResult Plan(const Event& event);
  bool PlanPart(const CellGroup& group, const PartPages& pages);
  bool PlanCell(const CellGroup& group, const PageAddition& addition, std::size_t parts_planned,
                CellKey* missing);
  void PlanNewCell(std::uint32_t number, const PageAddition& addition);
  bool CreateCells(const CellGroup& group, std::size_t count);
  void Commit();
  bool RecordPlain(const Event& event);

  Registry& registry_;
  std::atomic<bool> busy_{false};

  // Private to the owner.
  std::uint32_t bucket_word_ = 0;    // the bucket that starts at bucket_begin_
  std::uint64_t bucket_begin_ = 0;   // as unsigned, so that differences cannot overflow
  std::uint64_t bucket_length_ = 0;  // 0 until the first event
  std::size_t planned_count_ = 0;
  struct MissingCell {
    CellKey key;
    const PageAddition* addition;
  };
  std::array<MissingCell, PartPages::kCapacity> missing_;
  std::array<PlannedCell, kEventCellsMax> planned_;
  CellStore cells_;

  // Shared with readers.
  UndoRecord undo_{};
  std::atomic<std::uint64_t> folded_events_{0};
};

}  // namespace tokentra

#endif  // TOKENTRA_CORE_LEDGER_SHARD_H_
