// CellStore: the cells of one shard, and the owner's way to find them.
//
//   readers:     the segment's extents (segment.h)
//   owner only:  index_: | cell number | hash tag |, open addressing, at most half full
//
// A cell's number never changes while its extent lives. Readers walk the extents and need no index,
// so the index is private to the owner, plain memory, and is rebuilt when it grows or when extents
// were sealed.
//
// Memory a cell: 64 bytes, 16 of key, and 16 to 32 of index; a text once an extent.
//
// Thread: the owner alone. Cost: Find is O(1) expected, one index line, one key; Insert takes an
// extent (up to 816 cells) when one is full, and rebuilds the index when it doubles.

#ifndef TOKENTRA_CORE_LEDGER_CELL_STORE_H_
#define TOKENTRA_CORE_LEDGER_CELL_STORE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "core/ledger/cell.h"
#include "core/ledger/segment.h"

namespace tokentra {

// The bytes that a key's handles stand for; only what a segment must explain is given.
struct KeyTexts {
  std::string_view class_bytes;
  std::uint32_t class_mark = 0;
  bool has_class = false;
  std::string_view tuple_bytes;
  bool has_tuple = false;
};

class CellStore {
 public:
  static constexpr std::uint32_t kNone = 0xffff'ffff;

  // `segment` outlives it. `home` is the shard's home extent; `may_grow`: other extents too.
  CellStore(Segment* segment, std::uint32_t home, bool may_grow)
      : segment_(*segment), home_(home), current_(home), may_grow_(may_grow) {}
  CellStore(const CellStore&) = delete;
  CellStore& operator=(const CellStore&) = delete;

  // The number of the key's cell, or kNone.
  std::uint32_t Find(const CellKey& key) const {
    const std::uint64_t hash = key.Hash();
    const auto tag = static_cast<std::uint32_t>(hash >> 32);
    for (std::uint64_t at = hash & index_mask_;; at = (at + 1) & index_mask_) {
      const Slot slot = index_[at];
      if (slot.number == kNone) return kNone;
      if (slot.tag == tag && segment_.key(slot.number) == key) return slot.number;
    }
  }

  // REQUIRES: a number that Find or Insert gave.
  Cell& cell(std::uint32_t number) const { return segment_.cell(number); }

  // A new cell of zeros, visible to readers; kNone, and nothing changed, when there is no room.
  // REQUIRES: Find(key) == kNone.
  std::uint32_t Insert(const CellKey& key, const KeyTexts& texts);

  // Seals every extent but the home. Their cells are no longer found: later events of their keys
  // get new ones.
  void SealExtents();

  std::uint32_t home() const { return home_; }
  std::size_t extents() const { return 1 + grown_.size(); }
  // Relaxed: a figure for statistics.
  std::uint64_t memory_bytes() const { return memory_bytes_.load(std::memory_order_relaxed); }

 private:
  struct Slot {
    std::uint32_t number;  // kNone: empty
    std::uint32_t tag;
  };

  bool HasRoom(std::uint32_t extent, const CellKey& key, const KeyTexts& texts) const;
  bool EnsureExtent(const CellKey& key, const KeyTexts& texts);
  bool EnsureIndex(std::uint32_t count);
  bool HasText(std::uint32_t extent, bool is_class, std::uint32_t handle) const;
  void AppendText(bool is_class, std::uint32_t handle, std::uint32_t mark, std::string_view bytes);
  void Link(const CellKey& key, std::uint32_t number);
  void LinkExtent(std::uint32_t extent);

  Segment& segment_;
  const std::uint32_t home_;
  std::uint32_t current_;  // extent that new cells go to
  const bool may_grow_;
  std::vector<std::uint32_t> grown_;  // extents besides the home
  std::uint32_t count_ = 0;           // cells in the index

  // The one-slot index of an empty store lets Find end without a branch for it.
  Slot empty_index_ = {kNone, 0};
  Slot* index_ = &empty_index_;
  std::uint64_t index_mask_ = 0;
  std::unique_ptr<Slot[]> index_memory_;
  std::atomic<std::uint64_t> memory_bytes_{0};
};

}  // namespace tokentra

#endif  // TOKENTRA_CORE_LEDGER_CELL_STORE_H_
