// The layout of a segment: what one process records into, in memory or in a file.
//
//   0        4096                 4096 + 65536         ...
//   | header | extent 0           | extent 1           | ...
//
//   extent       | header 64 | undo record (home extents only) | groups -> ...... <- texts |
//   group        | 4 keys of 16 bytes | 4 cells of 64 bytes |
//   text         | handle u32 | kind u8, 3 reserved | mark u32 | size u32 | bytes, padded to 8 |
//
// An extent belongs to one shard, and is its unit of sealing. Groups grow up from the start, texts
// grow down from the end. A *home* extent holds its shard's undo record and last-resort cells and
// is the shard's for as long as the segment lives; other extents are sealed when they are full and
// free again once a base has absorbed them, under a new serial.
//
// A cell's number is extent << 10 | position; the undo record of a home extent covers the first
// positions, which are never used.
//
// Integers are in the byte order of the machine, which the header states; a file of the other byte
// order is refused. Every word that changes after creation is a lock-free 64 or 32-bit atomic.
// docs/segment-format.md draws every byte. Changing anything here means a new kSegmentFormat.

#ifndef TOKENTRA_CORE_LEDGER_SEGMENT_FORMAT_H_
#define TOKENTRA_CORE_LEDGER_SEGMENT_FORMAT_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "core/ledger/cell.h"
#include "core/ledger/undo.h"

namespace tokentra {

inline constexpr std::array<char, 8> kSegmentMagic = {'t', 'o', 'k', 's', 'e', 'g', '\r', '\n'};
inline constexpr std::uint32_t kSegmentFormat = 1;
inline constexpr std::uint32_t kByteOrderMark = 0x01020304;
inline constexpr std::uint32_t kSegmentHeaderBytes = 4096;
inline constexpr std::uint32_t kExtentBytes = 64 << 10;
inline constexpr std::uint32_t kExtentsMax = 1 << 18;

struct SegmentHeader {
  // Fixed when the segment is created; `checksum` is over the bytes before it, `ordinal` taken as
  // zero there because it is drawn last.
  std::array<char, 8> magic;
  std::uint32_t format;
  std::uint32_t byte_order;
  std::uint32_t extent_bytes;
  std::uint32_t extent_count;
  std::array<std::uint64_t, 2> ledger_id;
  std::array<std::uint64_t, 2> segment_id;
  std::uint64_t schema_hash;  // of dimensions and bucket width
  std::uint64_t pid;          // for people; nothing is decided by it
  std::uint64_t checksum;
  // Drawn from the ledger's counter while the file is not yet published; never used twice.
  std::atomic<std::uint64_t> ordinal;
  std::array<std::uint64_t, 4> reserved;
  // The serial of the next extent to be taken.
  alignas(64) std::atomic<std::uint64_t> next_serial;
  std::array<std::uint64_t, 7> reserved2;
};
static_assert(offsetof(SegmentHeader, checksum) == 72);
static_assert(offsetof(SegmentHeader, ordinal) == 80);
static_assert(offsetof(SegmentHeader, next_serial) == 128);
static_assert(sizeof(SegmentHeader) == 192);
static_assert(sizeof(SegmentHeader) <= kSegmentHeaderBytes);

enum class ExtentState : std::uint32_t {
  kFree = 0,    // zero bytes are a free extent
  kTaken = 1,   // being prepared
  kActive = 2,  // its shard records into it
  kSealed = 3,  // its cells do not change any more
};

struct ExtentHeader {
  std::atomic<std::uint64_t> serial;  // names the extent's present contents; 0: free
  std::atomic<ExtentState> state;
  std::atomic<std::uint32_t> home;        // extent with the shard's undo record
  std::atomic<std::uint32_t> first_cell;  // position of the first cell
  std::atomic<std::uint32_t> cells_end;   // position after the last cell
  std::atomic<std::uint32_t> text_bytes;  // of texts, at the end of the extent
  std::uint32_t reserved;
  std::atomic<std::uint64_t> folded_events;  // of the shard; in home extents
  std::array<std::uint64_t, 3> reserved2;
};
// Before the bytes of a class or a tuple that keys of the extent refer to.
struct TextHeader {
  std::uint32_t handle;  // as in the keys: a ClassId or a DimensionsId
  std::uint8_t is_class;
  std::uint8_t reserved[3];
  std::uint32_t mark;  // a class's kind
  std::uint32_t bytes_size;
};
static_assert(sizeof(TextHeader) == 16);
constexpr std::uint32_t TextEntryBytes(std::size_t bytes_size) {
  return static_cast<std::uint32_t>(sizeof(TextHeader) + (bytes_size + 7) / 8 * 8);
}

static_assert(sizeof(ExtentHeader) == 64 && std::is_standard_layout_v<ExtentHeader>);
static_assert(std::atomic<ExtentState>::is_always_lock_free);
static_assert(std::has_unique_object_representations_v<TextHeader>);

inline constexpr std::uint32_t kGroupCells = 4;
inline constexpr std::uint32_t kGroupBytes = kGroupCells * (sizeof(CellKey) + sizeof(Cell));
inline constexpr std::uint32_t kExtentGroups = (kExtentBytes - sizeof(ExtentHeader)) / kGroupBytes;
inline constexpr std::uint32_t kExtentCells = kExtentGroups * kGroupCells;
inline constexpr int kPositionBits = 10;
static_assert(kExtentCells <= 1 << kPositionBits && kGroupBytes == 320);

inline constexpr std::uint32_t kHomeFirstCell =
    (sizeof(UndoRecord) + kGroupBytes - 1) / kGroupBytes * kGroupCells;

// Where the cell at a position, and its key, stand in an extent.
constexpr std::uint32_t KeyOffset(std::uint32_t position) {
  return static_cast<std::uint32_t>(sizeof(ExtentHeader) + position / kGroupCells * kGroupBytes +
                                    position % kGroupCells * sizeof(CellKey));
}
constexpr std::uint32_t CellOffset(std::uint32_t position) {
  return static_cast<std::uint32_t>(sizeof(ExtentHeader) + position / kGroupCells * kGroupBytes +
                                    kGroupCells * sizeof(CellKey) +
                                    position % kGroupCells * sizeof(Cell));
}
// Bytes from the start of an extent that cells up to this position take, whole groups.
constexpr std::uint32_t GroupsEnd(std::uint32_t cells_end) {
  return sizeof(ExtentHeader) + (cells_end + kGroupCells - 1) / kGroupCells * kGroupBytes;
}
static_assert(CellOffset(0) % 64 == 0 && CellOffset(kGroupCells) % 64 == 0);
static_assert(GroupsEnd(kExtentCells) <= kExtentBytes);

constexpr std::uint64_t SegmentBytes(std::uint32_t extents) {
  return kSegmentHeaderBytes + std::uint64_t{extents} * kExtentBytes;
}

}  // namespace tokentra

#endif  // TOKENTRA_CORE_LEDGER_SEGMENT_FORMAT_H_
