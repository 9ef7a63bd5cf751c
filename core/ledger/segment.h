// Segment: the memory one process records into, and the reading of it by anybody.
//
// `Segment` is the owner's side: it gives extents to shards and takes absorbed ones back. Over
// plain memory it is a ledger of one process; over a mapped file it is one of several segments of a
// ledger's directory. `SegmentView` is the reader's side, over any copy or mapping of a segment,
// which may be damaged: nothing outside it is touched, whatever it holds.
//
// Invariants:
//   1. An extent is written by one shard. Its serial is drawn when it is taken and never again.
//   2. Cells below `cells_end` have a key, and texts that explain the key stand in the same extent.
//   3. A home extent is never free again.
//
// Thread: Segment's functions any; SegmentView is immutable, its reading runs beside writers.

#ifndef TOKENTRA_CORE_LEDGER_SEGMENT_H_
#define TOKENTRA_CORE_LEDGER_SEGMENT_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/ledger/platform_files.h"
#include "core/ledger/segment_format.h"
#include "core/ledger/undo.h"

namespace tokentra {

// What a cell of a segment held, and where.
struct CellReading {
  CellKey key;
  CellImage image;
  std::uint32_t position;
};

// One extent as read.
struct ExtentReading {
  std::uint64_t serial = 0;
  bool sealed = false;
  bool home = false;
  std::vector<CellReading> cells;
  std::string texts;  // entries, the youngest first
  std::uint64_t damaged_cells = 0;
};

// Calls visitor(TextHeader, bytes) for each entry; false when they are damaged.
template <typename Visitor>
bool ForEachText(std::string_view texts, Visitor visitor) {
  while (!texts.empty()) {
    TextHeader header;
    if (texts.size() < sizeof header) return false;
    __builtin_memcpy(&header, texts.data(), sizeof header);
    if (header.bytes_size > kExtentBytes || TextEntryBytes(header.bytes_size) > texts.size()) {
      return false;
    }
    visitor(header, texts.substr(sizeof header, header.bytes_size));
    texts.remove_prefix(TextEntryBytes(header.bytes_size));
  }
  return true;
}

class SegmentView {
 public:
  // DATA_LOSS for what is no segment of this format, UNIMPLEMENTED for another format or byte
  // order.
  static absl::StatusOr<SegmentView> Open(std::span<const std::byte> bytes);

  const SegmentHeader& header() const { return *reinterpret_cast<const SegmentHeader*>(base_); }
  std::uint32_t extent_count() const { return extent_count_; }

  // False when the extent is free, or was taken anew meanwhile. `with_texts`: copy them too.
  bool ReadExtent(std::uint32_t extent, const IdCommits* ids, bool with_texts,
                  ExtentReading* reading) const;
  // Events that were open when their process died, and are not counted.
  std::uint64_t OpenEvents() const;

 private:
  friend class Segment;
  SegmentView(const std::byte* base, std::uint32_t extent_count)
      : base_(base), extent_count_(extent_count) {}

  const std::byte* at(std::uint32_t extent) const {
    return base_ + kSegmentHeaderBytes + std::size_t{extent} * kExtentBytes;
  }
  const ExtentHeader& extent(std::uint32_t number) const {
    return *reinterpret_cast<const ExtentHeader*>(at(number));
  }

  const std::byte* base_;
  std::uint32_t extent_count_;
};

struct SegmentIdentity {
  std::array<std::uint64_t, 2> ledger_id{};
  std::array<std::uint64_t, 2> segment_id{};
  std::uint64_t schema_hash = 0;
  std::uint64_t pid = 0;
};

std::uint64_t SegmentChecksum(const SegmentHeader& header);

class Segment {
 public:
  static constexpr std::uint32_t kNone = 0xffff'ffff;

  // Over zeros of SegmentBytes(extents). `has_texts`: keys are explained in the extents, because
  // other processes read them.
  Segment(Mapping memory, std::uint32_t extents, const SegmentIdentity& identity, bool has_texts);
  Segment(const Segment&) = delete;
  Segment& operator=(const Segment&) = delete;

  // In the memory of the process; nullptr when there is none.
  static std::unique_ptr<Segment> InMemory(std::uint32_t extents, const SegmentIdentity& identity);

  // A free extent for the shard of `home` (kNone: the extent is a home). kNone when all are taken.
  std::uint32_t Take(std::uint32_t home);
  void Seal(std::uint32_t extent);
  // Serials of the extents in use, those being taken included. False when a thread that takes one
  // is stopped so that its serial cannot be told.
  bool Serials(std::vector<std::uint64_t>* serials) const;
  // Frees a sealed extent; returns the cells it had.
  std::uint32_t Free(std::uint32_t extent);

  Cell& cell(std::uint32_t number) const {
    return *reinterpret_cast<Cell*>(at(number >> kPositionBits) + CellOffset(Position(number)));
  }
  CellKey& key(std::uint32_t number) const {
    return *reinterpret_cast<CellKey*>(at(number >> kPositionBits) + KeyOffset(Position(number)));
  }
  UndoRecord& undo(std::uint32_t home) const {
    return *reinterpret_cast<UndoRecord*>(at(home) + sizeof(ExtentHeader));
  }
  ExtentHeader& extent(std::uint32_t number) const {
    return *reinterpret_cast<ExtentHeader*>(at(number));
  }
  std::byte* at(std::uint32_t extent) const {
    return base_ + kSegmentHeaderBytes + std::size_t{extent} * kExtentBytes;
  }

  SegmentHeader& header() const { return *reinterpret_cast<SegmentHeader*>(base_); }
  std::uint64_t ordinal() const { return header().ordinal.load(std::memory_order_relaxed); }
  std::uint32_t extent_count() const { return extent_count_; }
  std::uint32_t free_extents() const { return free_.load(std::memory_order_relaxed); }
  bool has_texts() const { return has_texts_; }
  SegmentView view() const { return {base_, extent_count_}; }
  // Leaves the memory alone: in a forked child, where it is not there.
  void Abandon() { memory_.Release(); }

 private:
  static constexpr std::uint32_t Position(std::uint32_t number) {
    return number & ((1 << kPositionBits) - 1);
  }

  Mapping memory_;
  std::byte* const base_;
  const std::uint32_t extent_count_;
  const bool has_texts_;
  std::atomic<std::uint32_t> free_;
  std::atomic<std::uint32_t> next_{0};  // where to look for a free one first
};

}  // namespace tokentra

#endif  // TOKENTRA_CORE_LEDGER_SEGMENT_H_
