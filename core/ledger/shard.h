// Shard: the cells of one thread at a time, and the protocol that it records by.
//
// Record, by the owner (w), and reading a cell, by anybody (r); every store is a release, every
// load an acquire, and there is no fence:
//
//   w: for each cell of the event: undo image = the cell's sequence and counters
//      generation + 1 (odd)                                          the event is open
//      for each cell: sequence + 1 (odd); counters = new values
//      [with an id: slot pending -> done, by compare-exchange        COMMIT; failed: counters =
//      old] generation + 1 (even)                                         COMMIT, of all cells at
//      once for each cell: sequence + 1 (even)                            at rest
//   r: sequence even, copy, same sequence                         -> the copy
//      else generation odd (and the slot not done), cell among the images, same generation
//                                                                 -> the pre-image
//      else same odd sequence, same generation                    -> the copy
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
//   5. What a reader of a shared segment needs is in the segment: a process that is killed between
//      any two instructions leaves what a reader takes for a whole number of events, with every
//      event whose Record had returned.
//   What is not promised: two cells read one after the other may be of different moments, so a
//   snapshot beside a running writer may show one cell of an event and not yet another. It shows
//   both or neither when the owner records nothing while the snapshot is taken.
//
// Cost of Record, all keys seen: bounded steps; no lock, no system call, no allocation, no shared
// read-modify-write, but for the id slot of events with an id. A first-seen key may take an extent
// and charges the cell budget; when extents run low, the next Record asks for relief.

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
#include "core/ledger/id_table.h"
#include "core/ledger/registry.h"
#include "core/ledger/segment.h"
#include "core/ledger/undo.h"

namespace tokentra {

class Shard;

// Makes room in a segment by moving sealed cells elsewhere.
class SegmentRelief {
 public:
  virtual ~SegmentRelief() = default;
  // Called by the owner between two events, when the segment ran low. False when nothing came free.
  virtual bool Relieve(Shard* shard) = 0;
};

class Shard {
 public:
  // With a home extent and the cells of the last resort. nullptr when there is no room. `registry`,
  // `segment`, `ids` and `relief` (nullable) outlive it. A shard that may not grow stays within its
  // home extent and, for keys as given, allocates nothing: a signal handler may use it.
  static std::unique_ptr<Shard> Create(Registry* registry, Segment* segment, IdTables* ids,
                                       SegmentRelief* relief, bool may_grow);

  // REQUIRES: the caller owns the shard and busy() is false.
  RecordResult Record(const Event& event);

  // True while the owner is inside Record: what a signal handler must ask first. Relaxed: only the
  // owner's thread asks.
  bool busy() const { return busy_.load(std::memory_order_relaxed); }

  // By the owner, or whoever took the lease of a shard without one.
  void SealExtents() { cells_.SealExtents(); }
  std::size_t extents() const { return cells_.extents(); }

  // Relaxed: figures for statistics.
  std::uint64_t folded_events() const {
    return segment_.extent(cells_.home()).folded_events.load(std::memory_order_relaxed);
  }
  std::uint64_t memory_bytes() const { return sizeof(*this) + cells_.memory_bytes(); }

 private:
  // New values of a cell, before they are stored. A cell that two parts of one event change is
  // planned twice; the later plan builds on the earlier.
  struct PlannedCell {
    Cell* cell;
    std::uint32_t number;
    std::array<std::uint64_t, kCellCounters> counters;
  };

  Shard(Registry* registry, Segment* segment, IdTables* ids, SegmentRelief* relief,
        std::uint32_t home, bool may_grow);

  bool CreateLastResort();
  void RelieveIfWanted();
  std::uint32_t InsertCell(const CellKey& key);
  std::uint32_t BucketOf(InstantNs at);
  RecordResult Plan(const Event& event);
  bool PlanPart(const CellGroup& group, const PartPages& pages);
  bool PlanCell(const CellGroup& group, const PageAddition& addition, std::size_t parts_planned,
                CellKey* missing);
  void PlanNewCell(std::uint32_t number, const PageAddition& addition);
  bool CreateCells(const CellGroup& group, std::size_t count);
  RecordStatus CommitWithId(const EventId& id);
  void CountApart(ClassKind kind);
  void OpenEvent(std::uint64_t id_slot);
  void Apply();
  void RollBack();
  void CloseEvent();
  bool RecordPlain(const Event& event);

  Registry& registry_;
  Segment& segment_;
  IdTables* const ids_;
  SegmentRelief* const relief_;
  UndoRecord& undo_;
  const std::uint64_t token_;  // names this shard among all that ever were
  std::atomic<bool> busy_{false};

  // Private to the owner.
  std::uint32_t bucket_word_ = 0;    // the bucket that starts at bucket_begin_
  std::uint64_t bucket_begin_ = 0;   // as unsigned, so that differences cannot overflow
  std::uint64_t bucket_length_ = 0;  // 0 until the first event
  bool wants_relief_ = false;
  std::uint32_t relief_pause_ = 0;  // how many wishes are let pass before the next is followed
  std::uint32_t relief_pause_next_ = 0;
  std::size_t planned_count_ = 0;
  struct MissingCell {
    CellKey key;
    const PageAddition* addition;
  };
  std::array<MissingCell, PartPages::kCapacity> missing_;
  std::array<PlannedCell, kEventCellsMax> planned_;
  CellStore cells_;
};

}  // namespace tokentra

#endif  // TOKENTRA_CORE_LEDGER_SHARD_H_
