#include "core/ledger/segment.h"

#include <algorithm>
#include <cassert>
#include <new>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/siphash.h"
#include "core/ledger/platform.h"

namespace tokentra {
namespace {

// How often an extent that is freed and taken again while it is read is read anew.
constexpr int kExtentTriesMax = 8;

bool InUse(ExtentState state) {
  return state == ExtentState::kActive || state == ExtentState::kSealed;
}

// The `bytes` before `end`, in whole words: acquires, so that the serial is read after them. The
// last word first: a value that is being erased is seen whole or as erased (erasure.h).
void CopyTexts(const std::byte* end, std::size_t bytes, std::string* texts) {
  texts->resize(bytes);
  const auto* words = reinterpret_cast<const std::uint64_t*>(end - bytes);
  for (std::size_t i = bytes / 8; i-- > 0;) {
    const std::uint64_t word = __atomic_load_n(words + i, __ATOMIC_ACQUIRE);
    __builtin_memcpy(texts->data() + 8 * i, &word, 8);
  }
}

}  // namespace

std::uint64_t SegmentChecksum(const SegmentHeader& header) {
  return SipHash128({},
                    {reinterpret_cast<const char*>(&header), offsetof(SegmentHeader, checksum)})[0];
}

absl::StatusOr<SegmentView> SegmentView::Open(std::span<const std::byte> bytes) {
  if (bytes.size() < SegmentBytes(1)) return absl::DataLossError("too short for a segment");
  const SegmentView view(bytes.data(), 0);
  const SegmentHeader& header = view.header();
  if (header.magic != kSegmentMagic) return absl::DataLossError("not a segment");
  if (header.format != kSegmentFormat || header.byte_order != kByteOrderMark) {
    return absl::UnimplementedError(
        absl::StrCat("segment format ", header.format, " or its byte order is not known here"));
  }
  if (header.checksum != SegmentChecksum(header) || header.extent_bytes != kExtentBytes ||
      header.extent_count == 0 || header.extent_count > kExtentsMax ||
      bytes.size() < SegmentBytes(header.extent_count)) {
    return absl::DataLossError("the segment's header is damaged");
  }
  return SegmentView(bytes.data(), header.extent_count);
}

bool SegmentView::ReadExtent(std::uint32_t number, const IdCommits* ids, bool with_texts,
                             ExtentReading* reading) const {
  const ExtentHeader& header = extent(number);
  for (int i = 0; i < kExtentTriesMax; ++i) {
    // Acquire: pairs with the release in Segment::Take; home and first_cell are readable.
    const ExtentState state = header.state.load(std::memory_order_acquire);
    const std::uint64_t serial = header.serial.load(std::memory_order_acquire);
    if (!InUse(state) || serial == 0) return false;
    const std::uint32_t home = header.home.load(std::memory_order_relaxed);
    if (home >= extent_count_) return false;
    reading->serial = serial;
    reading->sealed = state == ExtentState::kSealed;
    reading->home = home == number;
    reading->cells.clear();
    reading->texts.clear();
    reading->damaged_cells = 0;
    const UndoRecord& undo = *reinterpret_cast<const UndoRecord*>(at(home) + sizeof(ExtentHeader));
    const std::uint32_t first = reading->home ? kHomeFirstCell : 0;
    // Acquire: keys below the end are readable, and their texts.
    const std::uint32_t end =
        std::min(header.cells_end.load(std::memory_order_acquire), kExtentCells);
    for (std::uint32_t position = first; position < end; ++position) {
      const auto& key = *reinterpret_cast<const CellKey*>(at(number) + KeyOffset(position));
      const auto& cell = *reinterpret_cast<const Cell*>(at(number) + CellOffset(position));
      CellReading& read = reading->cells.emplace_back();
      // Atomic: the extent may be freed and written anew meanwhile, which the serial will tell.
      read.key = {__atomic_load_n(&key.high, __ATOMIC_RELAXED),
                  __atomic_load_n(&key.low, __ATOMIC_RELAXED)};
      read.position = position;
      if (!ReadCell(undo, ids, number << kPositionBits | position, cell, &read.image)) {
        reading->cells.pop_back();
        ++reading->damaged_cells;
      }
    }
    if (with_texts) {
      const std::uint32_t text_bytes =
          std::min(header.text_bytes.load(std::memory_order_acquire), kExtentBytes);
      CopyTexts(at(number) + kExtentBytes, text_bytes / 8 * 8, &reading->texts);
    }
    // Acquire loads came before; relaxed is enough for a word that they are ordered before.
    if (header.serial.load(std::memory_order_relaxed) == serial) return true;
  }
  return false;
}

std::uint64_t SegmentView::OpenEvents() const {
  std::uint64_t open = 0;
  for (std::uint32_t i = 0; i < extent_count_; ++i) {
    const ExtentHeader& header = extent(i);
    if (!InUse(header.state.load(std::memory_order_acquire)) ||
        header.home.load(std::memory_order_relaxed) != i) {
      continue;
    }
    const auto& undo = *reinterpret_cast<const UndoRecord*>(at(i) + sizeof(ExtentHeader));
    open += undo.generation.load(std::memory_order_acquire) % 2;
  }
  return open;
}

Segment::Segment(Mapping memory, std::uint32_t extents, const SegmentIdentity& identity,
                 bool has_texts)
    : memory_(std::move(memory)),
      base_(memory_.data()),
      extent_count_(extents),
      has_texts_(has_texts),
      free_(extents) {
  assert(memory_.size() >= SegmentBytes(extents));
  auto* header = new (base_) SegmentHeader{};
  header->magic = kSegmentMagic;
  header->format = kSegmentFormat;
  header->byte_order = kByteOrderMark;
  header->extent_bytes = kExtentBytes;
  header->extent_count = extents;
  header->ledger_id = identity.ledger_id;
  header->segment_id = identity.segment_id;
  header->schema_hash = identity.schema_hash;
  header->pid = identity.pid;
  header->checksum = SegmentChecksum(*header);
  // Relaxed: nobody knows of this segment yet.
  header->next_serial.store(1, std::memory_order_relaxed);
}

std::unique_ptr<Segment> Segment::InMemory(std::uint32_t extents, const SegmentIdentity& identity) {
  Mapping memory = Mapping::Anonymous(SegmentBytes(extents));
  if (memory.empty()) return nullptr;
  std::unique_ptr<Segment> segment(new (std::nothrow)
                                       Segment(std::move(memory), extents, identity, false));
  if (segment != nullptr) segment->header().ordinal.store(1, std::memory_order_relaxed);
  return segment;
}

std::uint32_t Segment::Take(std::uint32_t home) {
  // Relaxed: a hint where to begin.
  const std::uint32_t begin = next_.load(std::memory_order_relaxed);
  for (std::uint32_t i = 0; i < extent_count_; ++i) {
    const std::uint32_t number = (begin + i) % extent_count_;
    ExtentHeader& header = extent(number);
    ExtentState free = ExtentState::kFree;
    if (header.state.load(std::memory_order_relaxed) != free) continue;
    // Acquire: what the last shard wrote here comes before what this one writes.
    if (!header.state.compare_exchange_strong(free, ExtentState::kTaken,
                                              std::memory_order_acquire)) {
      continue;
    }
    // A serial before anything else: a reader of the old contents must see that they are gone.
    // Release: pairs with the acquire in ReadExtent. Acquire and release of the draw: who sees that
    // the serial was drawn sees that this extent is taken.
    header.serial.store(this->header().next_serial.fetch_add(1, std::memory_order_acq_rel),
                        std::memory_order_release);
    const bool is_home = home == kNone;
    const std::uint32_t first_cell = is_home ? kHomeFirstCell : 0;
    header.home.store(is_home ? number : home, std::memory_order_relaxed);
    header.first_cell.store(first_cell, std::memory_order_relaxed);
    header.cells_end.store(first_cell, std::memory_order_relaxed);
    header.text_bytes.store(0, std::memory_order_relaxed);
    header.state.store(ExtentState::kActive, std::memory_order_release);
    free_.fetch_sub(1, std::memory_order_relaxed);
    next_.store(number + 1, std::memory_order_relaxed);
    return number;
  }
  return kNone;
}

bool Segment::Serials(std::vector<std::uint64_t>* serials) const {
  constexpr int kTriesMax = 100'000;
  for (std::uint32_t i = 0; i < extent_count_; ++i) {
    const ExtentHeader& header = extent(i);
    // Acquire: as in Take.
    if (header.state.load(std::memory_order_acquire) == ExtentState::kFree) continue;
    std::uint64_t serial = header.serial.load(std::memory_order_acquire);
    // Taken, its serial drawn and not yet here: a matter of two instructions.
    for (int tries = 0; serial == 0; ++tries) {
      if (tries == kTriesMax) return false;
      YieldThread();
      serial = header.serial.load(std::memory_order_acquire);
    }
    serials->push_back(serial);
  }
  return true;
}

void Segment::Seal(std::uint32_t number) {
  // Release: who sees the seal sees the last event.
  extent(number).state.store(ExtentState::kSealed, std::memory_order_release);
}

std::uint32_t Segment::Free(std::uint32_t number) {
  ExtentHeader& header = extent(number);
  const std::uint32_t cells = header.cells_end.load(std::memory_order_relaxed) -
                              header.first_cell.load(std::memory_order_relaxed);
  // The serial first: whoever is reading must not take the zeros that follow for cells.
  header.serial.store(0, std::memory_order_release);
  for (std::uint32_t position = 0; position < header.cells_end.load(std::memory_order_relaxed);
       ++position) {
    auto& cell = *reinterpret_cast<Cell*>(at(number) + CellOffset(position));
    cell.sequence.store(0, std::memory_order_release);
    for (auto& counter : cell.counters) counter.store(0, std::memory_order_release);
  }
  header.state.store(ExtentState::kFree, std::memory_order_release);
  free_.fetch_add(1, std::memory_order_relaxed);
  return cells;
}

}  // namespace tokentra
