// SnapshotContents: what a snapshot is made of, by where it was counted. Plain data.
//
// A ledger's cells stand in its *base*, which holds what was absorbed, and in *sources*, the
// extents of segments, each named by (ledger id, segment ordinal, extent serial), numbers that are
// never used again. A cell of a source only grows, and its version with it. `LedgerProgress` says
// which sources a base has absorbed; what it says of a source never changes back in later bases. So
// two contents merge by taking, for each ledger, the later base, without the sources it absorbed;
// and for each cell of the other sources, the later version. That is a least upper bound:
// associative, commutative and idempotent.
//
// The list in a progress is bounded: it names the segments that are not absorbed whole, which are
// those of processes that live or died since the base was made, and of each the extents in use.
//
// Thread: values.

#ifndef TOKENTRA_CORE_LEDGER_SNAPSHOT_CONTENTS_H_
#define TOKENTRA_CORE_LEDGER_SNAPSHOT_CONTENTS_H_

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/instant.h"
#include "core/ledger/cell.h"
#include "core/ledger/tuple.h"
#include "core/usage/usage_class.h"

namespace tokentra {

struct SegmentProgress {
  std::uint64_t ordinal = 0;
  std::uint64_t next_serial = 0;       // serials from here on are not absorbed
  std::vector<std::uint64_t> serials;  // nor these, ascending, below next_serial

  friend bool operator==(const SegmentProgress&, const SegmentProgress&) = default;
};

struct LedgerProgress {
  std::array<std::uint64_t, 2> ledger_id{};
  std::uint64_t base_version = 0;         // 0: no base
  std::uint64_t next_ordinal = 0;         // segments from here on are not absorbed
  std::vector<SegmentProgress> segments;  // nor, in part, these: ascending, below next_ordinal
  // Rows of buckets and days that ended by then are deleted, in sources as in the base; grows only.
  InstantNs deleted_before = kNoInstant;
  std::uint64_t deleted_events = 0;  // that were in the base

  bool IsAbsorbed(std::uint64_t ordinal, std::uint64_t serial) const;
  const SegmentProgress* Find(std::uint64_t ordinal) const;

  friend bool operator==(const LedgerProgress&, const LedgerProgress&) = default;
};

// A cell. Its key's handles are indices of `classes` and `tuples`.
struct SnapshotRow {
  CellKey key;
  std::array<std::uint64_t, kCellCounters> counters;
  std::uint64_t version;   // 0 in a base
  std::uint32_t position;  // in its extent; 0 in a base
};

// Rows [begin, end) of one extent, or of the base of a ledger (ordinal and serial 0).
struct SnapshotSource {
  std::uint32_t ledger = 0;
  std::uint64_t ordinal = 0;
  std::uint64_t serial = 0;
  std::size_t begin = 0;
  std::size_t end = 0;

  bool is_base() const { return ordinal == 0; }
};

struct SnapshotClass {
  std::string bytes;  // as interned; empty when folded
  ClassKind kind;
  bool folded;  // stands for all classes of its kind that had no room

  friend auto operator<=>(const SnapshotClass&, const SnapshotClass&) = default;
};

struct SnapshotContents {
  std::vector<std::string> dimension_names;
  std::int64_t bucket_seconds = 0;
  std::vector<SnapshotClass> classes;
  std::vector<std::string> tuples;  // canonical bytes (tuple.h)
  std::vector<LedgerProgress> ledgers;
  std::vector<SnapshotSource> sources;
  std::vector<SnapshotRow> rows;
};

// Gives each distinct class and tuple its index in contents that are being filled.
class SnapshotTexts {
 public:
  explicit SnapshotTexts(SnapshotContents* contents) : contents_(*contents) {}

  std::uint32_t IndexOfClass(std::string_view bytes, ClassKind kind, bool folded);
  std::uint32_t IndexOfTuple(std::string_view bytes);
  std::uint32_t IndexOfAllFolded();

 private:
  // Lets a view be looked up. The maps are the standard's: Abseil's do not survive an allocation
  // that fails.
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>()(text);
    }
  };
  using TextMap = std::unordered_map<std::string, std::uint32_t, TextHash, std::equal_to<>>;

  SnapshotContents& contents_;
  TextMap classes_;  // by bytes and kind
  TextMap tuples_;
};

// True when the page exists and the counters are within the limits of cell.h.
bool IsPossibleCell(const CellKey& key, const std::array<std::uint64_t, kCellCounters>& counters);

// INVALID_ARGUMENT when dimensions or bucket widths differ, naming both.
absl::Status CheckSameShape(const SnapshotContents& a, const SnapshotContents& b);

// INVALID_ARGUMENT as CheckSameShape.
absl::StatusOr<std::unique_ptr<SnapshotContents>> MergeContents(const SnapshotContents& a,
                                                                const SnapshotContents& b);

// Leaves out rows that stand in no source, and those that their ledger's progress says are deleted.
void DropDeletedRows(SnapshotContents* contents);

// The same contents with sorted tables, sources and rows, without what nothing refers to.
std::unique_ptr<SnapshotContents> CanonicalContents(const SnapshotContents& contents);

}  // namespace tokentra

#endif  // TOKENTRA_CORE_LEDGER_SNAPSHOT_CONTENTS_H_
