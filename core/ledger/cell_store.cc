#include "core/ledger/cell_store.h"

#include <cassert>
#include <cstring>
#include <new>
#include <utility>

namespace tokentra {
namespace {

constexpr std::uint64_t kIndexSlotsLeast = 1024;

std::uint32_t TextBytes(const KeyTexts& texts, bool needs_class, bool needs_tuple) {
  return (needs_class ? TextEntryBytes(texts.class_bytes.size()) : 0) +
         (needs_tuple ? TextEntryBytes(texts.tuple_bytes.size()) : 0);
}

ClassId ClassOf(const CellKey& key) { return key.group().class_id; }
DimensionsId DimensionsOf(const CellKey& key) { return key.group().dimensions; }

}  // namespace

std::uint32_t CellStore::Insert(const CellKey& key, const KeyTexts& texts) {
  assert(Find(key) == kNone);
  if (!EnsureIndex(count_ + 1) || !EnsureExtent(key, texts)) return kNone;
  if (segment_.has_texts()) {
    if (texts.has_class && !HasText(current_, true, ClassOf(key))) {
      AppendText(true, ClassOf(key), texts.class_mark, texts.class_bytes);
    }
    if (texts.has_tuple && !HasText(current_, false, DimensionsOf(key))) {
      AppendText(false, DimensionsOf(key), 0, texts.tuple_bytes);
    }
  }
  ExtentHeader& header = segment_.extent(current_);
  // Relaxed: the owner reads its own extent.
  const std::uint32_t position = header.cells_end.load(std::memory_order_relaxed);
  const std::uint32_t number = current_ << kPositionBits | position;
  // Atomic: somebody may still be reading what the extent held before it was freed.
  CellKey& slot = segment_.key(number);
  __atomic_store_n(&slot.high, key.high, __ATOMIC_RELAXED);
  __atomic_store_n(&slot.low, key.low, __ATOMIC_RELAXED);
  Link(key, number);
  ++count_;
  // Release: readers that see the new end see the key and its texts.
  header.cells_end.store(position + 1, std::memory_order_release);
  return number;
}

bool CellStore::HasRoom(std::uint32_t extent, const CellKey& key, const KeyTexts& texts) const {
  const ExtentHeader& header = segment_.extent(extent);
  const std::uint32_t end = header.cells_end.load(std::memory_order_relaxed);
  if (end >= kExtentCells) return false;
  if (!segment_.has_texts()) return true;
  const std::uint32_t text_bytes =
      header.text_bytes.load(std::memory_order_relaxed) +
      TextBytes(texts, texts.has_class && !HasText(extent, true, ClassOf(key)),
                texts.has_tuple && !HasText(extent, false, DimensionsOf(key)));
  return GroupsEnd(end + 1) + text_bytes <= kExtentBytes;
}

bool CellStore::EnsureExtent(const CellKey& key, const KeyTexts& texts) {
  if (HasRoom(current_, key, texts)) return true;
  if (!may_grow_) return false;
  // A text that no extent could hold must not take all of them.
  if (sizeof(ExtentHeader) + kGroupBytes + TextBytes(texts, texts.has_class, texts.has_tuple) >
      kExtentBytes) {
    return false;
  }
  try {
    grown_.reserve(grown_.size() + 1);
  } catch (const std::bad_alloc&) {
    return false;
  }
  const std::uint32_t extent = segment_.Take(home_);
  if (extent == Segment::kNone) return false;
  grown_.push_back(extent);
  current_ = extent;
  return true;
}

bool CellStore::HasText(std::uint32_t extent, bool is_class, std::uint32_t handle) const {
  const std::uint32_t bytes = segment_.extent(extent).text_bytes.load(std::memory_order_relaxed);
  bool found = false;
  const auto* begin = reinterpret_cast<const char*>(segment_.at(extent) + kExtentBytes - bytes);
  ForEachText({begin, bytes}, [&](const TextHeader& header, std::string_view) {
    found |= header.handle == handle && (header.is_class != 0) == is_class;
  });
  return found;
}

void CellStore::AppendText(bool is_class, std::uint32_t handle, std::uint32_t mark,
                           std::string_view bytes) {
  ExtentHeader& extent = segment_.extent(current_);
  const std::uint32_t used = extent.text_bytes.load(std::memory_order_relaxed);
  const std::uint32_t entry = TextEntryBytes(bytes.size());
  std::byte* at = segment_.at(current_) + kExtentBytes - used - entry;
  TextHeader header{};
  header.handle = handle;
  header.is_class = is_class ? 1 : 0;
  header.mark = mark;
  header.bytes_size = static_cast<std::uint32_t>(bytes.size());
  std::memcpy(at, &header, sizeof header);
  if (!bytes.empty()) std::memcpy(at + sizeof header, bytes.data(), bytes.size());
  // Padding is zero, whatever an earlier extent left here.
  std::memset(at + sizeof header + bytes.size(), 0, entry - sizeof header - bytes.size());
  // Release: who sees the size sees the entry.
  extent.text_bytes.store(used + entry, std::memory_order_release);
}

bool CellStore::EnsureIndex(std::uint32_t count) {
  const std::uint64_t capacity = index_mask_ + 1;
  if (index_memory_ != nullptr && std::uint64_t{count} * 2 <= capacity) return true;
  const std::uint64_t larger = index_memory_ == nullptr ? kIndexSlotsLeast : 2 * capacity;
  std::unique_ptr<Slot[]> memory(new (std::nothrow) Slot[larger]);
  if (memory == nullptr) return false;
  index_memory_ = std::move(memory);
  index_ = index_memory_.get();
  index_mask_ = larger - 1;
  // Relaxed: one writer, and a figure for statistics.
  memory_bytes_.store(larger * sizeof(Slot), std::memory_order_relaxed);
  // All bits set: kNone.
  std::memset(static_cast<void*>(index_), 0xff, larger * sizeof(Slot));
  LinkExtent(home_);
  for (const std::uint32_t extent : grown_) LinkExtent(extent);
  return true;
}

void CellStore::LinkExtent(std::uint32_t extent) {
  const ExtentHeader& header = segment_.extent(extent);
  const std::uint32_t end = header.cells_end.load(std::memory_order_relaxed);
  for (std::uint32_t position = header.first_cell.load(std::memory_order_relaxed); position < end;
       ++position) {
    const std::uint32_t number = extent << kPositionBits | position;
    Link(segment_.key(number), number);
  }
}

void CellStore::Link(const CellKey& key, std::uint32_t number) {
  const std::uint64_t hash = key.Hash();
  std::uint64_t at = hash & index_mask_;
  while (index_[at].number != kNone) at = (at + 1) & index_mask_;
  index_[at] = {number, static_cast<std::uint32_t>(hash >> 32)};
}

void CellStore::SealExtents() {
  for (const std::uint32_t extent : grown_) segment_.Seal(extent);
  grown_.clear();
  current_ = home_;
  std::memset(static_cast<void*>(index_), 0xff, (index_mask_ + 1) * sizeof(Slot));
  const ExtentHeader& header = segment_.extent(home_);
  count_ = header.cells_end.load(std::memory_order_relaxed) -
           header.first_cell.load(std::memory_order_relaxed);
  LinkExtent(home_);
}

}  // namespace tokentra
