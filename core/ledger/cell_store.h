// CellStore: the cells of one shard, and the owner's way to find them.
//
//   readers and owner:  count_ ---> first_: CellBlock -> CellBlock -> ...
//                                   | next | keys[256] | cells[256] |
//   owner only:         directory_: pointers to the blocks, by number
//                       index_:     u32 words, open addressing: hash tag << 24 | cell number + 1
//
// A cell's number never changes, and cells are never removed. Readers walk the blocks and need no
// index, so the index is private to the owner, plain memory, and may be rebuilt at any time.
//
// Memory a cell: 64 bytes, 16 of key, and 8 to 16 of index.
//
// Invariants:
//   1. Cells below count_ have a key and stand in a block that readers can reach.
//   2. At most half of the index is in use, so a search ends.
//
// Thread: non-const functions and Find by the owner alone; ForEach by anybody at any time.
// Cost: Find is O(1) expected, one index line, one key; Insert allocates when a block (256 cells)
// is full, and rebuilds the index when it doubles: bounded by the cells there are.

#ifndef TOKENTRA_CORE_LEDGER_CELL_STORE_H_
#define TOKENTRA_CORE_LEDGER_CELL_STORE_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "core/ledger/cell.h"

namespace tokentra {

inline constexpr std::uint32_t kBlockCells = 256;

struct CellBlock {
  std::atomic<CellBlock*> next{nullptr};
  std::array<CellKey, kBlockCells> keys;  // written once, before count_ covers them
  std::array<Cell, kBlockCells> cells;
};

class CellStore {
 public:
  static constexpr std::uint32_t kNone = 0xffff'ffff;
  static constexpr std::uint32_t kCellsMax = (1 << 24) - 1;

  CellStore() = default;
  ~CellStore();
  CellStore(const CellStore&) = delete;
  CellStore& operator=(const CellStore&) = delete;

  // The number of the key's cell, or kNone.
  std::uint32_t Find(const CellKey& key) const {
    const std::uint64_t hash = key.Hash();
    for (std::uint64_t at = hash & index_mask_;; at = (at + 1) & index_mask_) {
      const std::uint32_t word = index_[at];
      if (word == 0) return kNone;
      if (word >> kTagShift != hash >> 56) continue;
      const std::uint32_t number = (word & kNumberMask) - 1;
      if (directory_[number / kBlockCells]->keys[number % kBlockCells] == key) return number;
    }
  }

  // REQUIRES: number < count().
  Cell& cell(std::uint32_t number) const {
    return directory_[number / kBlockCells]->cells[number % kBlockCells];
  }

  // A new cell of zeros, visible to readers; kNone, and nothing changed, when memory is short.
  // REQUIRES: Find(key) == kNone.
  std::uint32_t Insert(const CellKey& key);

  // Calls visitor(number, key, cell) for each cell there was when it began, in order of number.
  template <typename Visitor>
  void ForEach(Visitor visitor) const {
    // Acquire: pairs with the release in Insert; keys and blocks below the count are readable.
    const std::uint32_t count = count_.load(std::memory_order_acquire);
    const CellBlock* block = nullptr;
    for (std::uint32_t number = 0; number < count; ++number) {
      if (number % kBlockCells == 0) {
        // Relaxed: the count's acquire covers the links of all blocks that it counts.
        block = number == 0 ? first_.load(std::memory_order_relaxed)
                            : block->next.load(std::memory_order_relaxed);
      }
      visitor(number, block->keys[number % kBlockCells], block->cells[number % kBlockCells]);
    }
  }

  // Relaxed: a figure for statistics.
  std::uint64_t memory_bytes() const { return memory_bytes_.load(std::memory_order_relaxed); }

 private:
  static constexpr int kTagShift = 24;
  static constexpr std::uint32_t kNumberMask = (1 << kTagShift) - 1;

  bool EnsureBlock(std::uint32_t number);
  bool EnsureIndex(std::uint32_t count);
  void Link(const CellKey& key, std::uint32_t number);
  void AddMemory(std::uint64_t bytes);

  // Owner only. The one-word index of an empty store lets Find end without a branch for it.
  std::uint32_t empty_index_ = 0;
  std::uint32_t* index_ = &empty_index_;
  std::uint64_t index_mask_ = 0;
  std::unique_ptr<CellBlock*[]> directory_;
  std::uint32_t directory_capacity_ = 0;
  std::uint32_t blocks_count_ = 0;
  std::unique_ptr<std::uint32_t[]> index_memory_;

  // Shared with readers.
  std::atomic<std::uint32_t> count_{0};
  std::atomic<CellBlock*> first_{nullptr};
  std::atomic<std::uint64_t> memory_bytes_{0};
};

}  // namespace tokentra

#endif  // TOKENTRA_CORE_LEDGER_CELL_STORE_H_
