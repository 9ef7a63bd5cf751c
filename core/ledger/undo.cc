#include "core/ledger/undo.h"

#include <algorithm>

namespace tokentra {
namespace {

using Counters = std::array<std::atomic<std::uint64_t>, kCellCounters>;

// Acquire: who sees a word of an event sees all that its writer stored before it, above all the
// sequence and the generation that tell that the event began.
void CopyCounters(const Counters& counters, CellImage* image) {
  for (std::size_t i = 0; i < kCellCounters; ++i) {
    image->counters[i] = counters[i].load(std::memory_order_acquire);
  }
}

// The counters of a cell at rest. False when it is or comes to be in motion.
bool ReadAtRest(const Cell& cell, CellImage* image) {
  const std::uint64_t sequence = cell.sequence.load(std::memory_order_acquire);
  if (sequence % 2 != 0) return false;
  CopyCounters(cell.counters, image);
  image->version = sequence;
  // Relaxed: the acquires of CopyCounters keep it after them.
  return cell.sequence.load(std::memory_order_relaxed) == sequence;
}

// The pre-image, while the event that holds it is open.
bool ReadPreImage(const UndoRecord& undo, std::uint64_t generation, std::uint32_t cell_number,
                  const Cell& cell, CellImage* image) {
  const std::uint64_t count =
      std::min<std::uint64_t>(undo.count.load(std::memory_order_acquire), kEventCellsMax);
  for (std::uint64_t i = 0; i < count; ++i) {
    const UndoImage& undo_image = undo.images[i];
    if (undo_image.cell_number.load(std::memory_order_acquire) != cell_number) continue;
    const std::uint64_t sequence = undo_image.sequence.load(std::memory_order_acquire);
    CopyCounters(undo_image.counters, image);
    image->version = sequence;
    // Acquire, so that the generation is read after it; relaxed for the last of a row of acquires.
    const bool is_open_cell = cell.sequence.load(std::memory_order_acquire) == sequence + 1;
    return is_open_cell && undo.generation.load(std::memory_order_relaxed) == generation;
  }
  return false;
}

// The counters of a cell in motion whose event is committed already.
bool ReadCommitted(const UndoRecord& undo, std::uint64_t generation, const Cell& cell,
                   CellImage* image) {
  const std::uint64_t sequence = cell.sequence.load(std::memory_order_acquire);
  CopyCounters(cell.counters, image);
  image->version = sequence + 1;
  // Relaxed: after the acquires above. An odd sequence that stayed means one event's time from its
  // first store here to its last; a generation that stayed, that the event was committed.
  return sequence % 2 != 0 && cell.sequence.load(std::memory_order_relaxed) == sequence &&
         undo.generation.load(std::memory_order_relaxed) == generation;
}

// Whether the open event of an odd generation is committed through its id. The slot and token are
// complete before the generation turns odd, so they belong to it if the generation stays.
bool IsCommittedById(const UndoRecord& undo, const IdCommits* ids) {
  const std::uint64_t slot = undo.id_slot.load(std::memory_order_acquire);
  if (slot == 0 || ids == nullptr) return false;
  return ids->IsCommitted(slot, undo.id_token.load(std::memory_order_acquire));
}

}  // namespace

bool ReadCell(const UndoRecord& undo, const IdCommits* ids, std::uint32_t cell_number,
              const Cell& cell, CellImage* image) {
  for (int i = 0; i < kReadTriesMax; ++i) {
    if (ReadAtRest(cell, image)) return true;
    // Acquire: an odd generation makes the images readable, an even one the committed counters.
    const std::uint64_t generation = undo.generation.load(std::memory_order_acquire);
    if (generation % 2 == 0 || IsCommittedById(undo, ids)) {
      if (ReadCommitted(undo, generation, cell, image)) return true;
    } else {
      if (ReadPreImage(undo, generation, cell_number, cell, image)) return true;
    }
  }
  return false;
}

}  // namespace tokentra
