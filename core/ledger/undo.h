// UndoRecord: the pre-images of every cell that the event being recorded changes.
//
// One word, `generation`, decides for all cells of an event at once: odd while the event is open,
// and its step to even is the event's commit. A reader that meets a changing cell takes the
// pre-image while the generation is odd, and the counters themselves once it is even; it never
// waits for a writer that was stopped in between. The reader of a process that died does just the
// same, so nothing has to be repaired before it is read.
//
// An event with an id has another commit point: its id's slot turning to done under the event's
// token (id_table.h). While the generation is odd, readers decide by that slot.
//
// Invariants:
//   1. `count` and the images are complete before the generation turns odd, and do not change
//      while it is odd.
//   2. The generation only grows. Cells named here are odd only from after the generation turned
//      odd until before the images are next written.
//
// Thread: written by the shard's owner; read by anybody. Every access is release or acquire: a
// reader that sees one word of the next event's images is thereby bound to see a later generation.

#ifndef TOKENTRA_CORE_LEDGER_UNDO_H_
#define TOKENTRA_CORE_LEDGER_UNDO_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "core/ledger/cell.h"
#include "core/ledger/event.h"

namespace tokentra {

// Whether the event that holds a claim on an id slot is committed. Any thread.
class IdCommits {
 public:
  virtual ~IdCommits() = default;
  virtual bool IsCommitted(std::uint64_t slot_reference, std::uint64_t token) const = 0;
};

struct UndoImage {
  std::atomic<std::uint64_t> cell_number;
  std::atomic<std::uint64_t> sequence;
  std::array<std::atomic<std::uint64_t>, kCellCounters> counters;
};

struct alignas(64) UndoRecord {
  std::atomic<std::uint64_t> generation;
  std::atomic<std::uint64_t> count;
  std::atomic<std::uint64_t> id_slot;   // reference of the id slot that decides; 0: none does
  std::atomic<std::uint64_t> id_token;  // what the slot holds when this event won
  std::array<UndoImage, kEventCellsMax> images;
};

// Takes the counters out of a cell as they are after a whole number of events. Lock-free: a try
// fails only when the writer finished a step meanwhile. False after kReadTriesMax tries, which no
// writer keeps up: the cell and its undo record contradict each other. `ids` may be null.
inline constexpr int kReadTriesMax = 1'000'000;
bool ReadCell(const UndoRecord& undo, const IdCommits* ids, std::uint32_t cell_number,
              const Cell& cell, CellImage* image);

}  // namespace tokentra

#endif  // TOKENTRA_CORE_LEDGER_UNDO_H_
