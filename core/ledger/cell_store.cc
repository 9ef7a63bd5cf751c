#include "core/ledger/cell_store.h"

#include <algorithm>
#include <cassert>
#include <new>
#include <utility>

namespace tokentra {

CellStore::~CellStore() {
  for (std::uint32_t i = 0; i < blocks_count_; ++i) delete directory_[i];
}

std::uint32_t CellStore::Insert(const CellKey& key) {
  assert(Find(key) == kNone);
  // Relaxed: the owner reads its own store.
  const std::uint32_t number = count_.load(std::memory_order_relaxed);
  if (number >= kCellsMax || !EnsureBlock(number) || !EnsureIndex(number + 1)) return kNone;
  directory_[number / kBlockCells]->keys[number % kBlockCells] = key;
  Link(key, number);
  // Release: readers that see the new count see the key, and the block's link.
  count_.store(number + 1, std::memory_order_release);
  return number;
}

bool CellStore::EnsureBlock(std::uint32_t number) {
  const std::uint32_t wanted = number / kBlockCells;
  if (wanted < blocks_count_) return true;
  if (wanted == directory_capacity_) {
    const std::uint32_t capacity = std::max<std::uint32_t>(8, 2 * directory_capacity_);
    std::unique_ptr<CellBlock*[]> larger(new (std::nothrow) CellBlock*[capacity]);
    if (larger == nullptr) return false;
    std::copy_n(directory_.get(), blocks_count_, larger.get());
    directory_ = std::move(larger);
    AddMemory((capacity - directory_capacity_) * sizeof(CellBlock*));
    directory_capacity_ = capacity;
  }
  auto* block = new (std::nothrow) CellBlock();
  if (block == nullptr) return false;
  // Relaxed: readers follow a link only below the count, whose release comes after it.
  std::atomic<CellBlock*>& link = wanted == 0 ? first_ : directory_[wanted - 1]->next;
  link.store(block, std::memory_order_relaxed);
  directory_[wanted] = block;
  ++blocks_count_;
  AddMemory(sizeof(CellBlock));
  return true;
}

bool CellStore::EnsureIndex(std::uint32_t count) {
  const std::uint64_t capacity = index_mask_ + 1;
  if (index_memory_ != nullptr && std::uint64_t{count} * 2 <= capacity) return true;
  const std::uint64_t larger = index_memory_ == nullptr ? 2 * kBlockCells : 2 * capacity;
  std::unique_ptr<std::uint32_t[]> memory(new (std::nothrow) std::uint32_t[larger]());
  if (memory == nullptr) return false;
  AddMemory((larger - (index_memory_ == nullptr ? 0 : capacity)) * sizeof(std::uint32_t));
  index_memory_ = std::move(memory);
  index_ = index_memory_.get();
  index_mask_ = larger - 1;
  for (std::uint32_t number = 0; number + 1 < count; ++number) {
    Link(directory_[number / kBlockCells]->keys[number % kBlockCells], number);
  }
  return true;
}

void CellStore::Link(const CellKey& key, std::uint32_t number) {
  const std::uint64_t hash = key.Hash();
  std::uint64_t at = hash & index_mask_;
  while (index_[at] != 0) at = (at + 1) & index_mask_;
  index_[at] = static_cast<std::uint32_t>(hash >> 56) << kTagShift | (number + 1);
}

void CellStore::AddMemory(std::uint64_t bytes) {
  // Relaxed, load and store: one writer, and a figure for statistics.
  memory_bytes_.store(memory_bytes_.load(std::memory_order_relaxed) + bytes,
                      std::memory_order_relaxed);
}

}  // namespace tokentra
