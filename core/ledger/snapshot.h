// Snapshot: what ledgers held, merged over shards, processes and, where snapshots were merged,
// machines. It owns its memory and never changes.
//
// Entries are sorted by bucket start, class (bytes, then kind), dimensions (canonical bytes, see
// tuple.h), and then by how far time was folded. There is one entry for each such key, but where
// a sum passes kCellQuantityMax: the key then has several entries in a row, each filled up before
// the next. The same cells give the same entries, however threads and shards shared them.
//
// Invariants:
//   1. Totals are sums of the entries and of nothing else, so every breakdown agrees with them.
//   2. In one entry the sum of a meter's atoms fits 64 bits (cell.h, invariant 2).
//   3. An entry with `overflow_parts` has a folded class; its `overflow_cost` is what those parts
//      cost by the prices in force when they were recorded, and cannot be computed again.
//
// Thread: immutable. Ownership: spans and references live as long as the snapshot.
// It knows nothing of prices; what the ledger guarantees about its moment stands in ledger.h.

#ifndef TOKENTRA_CORE_LEDGER_SNAPSHOT_H_
#define TOKENTRA_CORE_LEDGER_SNAPSHOT_H_

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/instant.h"
#include "core/base/money.h"
#include "core/ledger/cell.h"
#include "core/ledger/snapshot_contents.h"
#include "core/ledger/tuple.h"
#include "core/usage/usage.h"

namespace tokentra {

struct SnapshotEntry {
  InstantNs bucket_start;          // kNoInstant: any time
  std::int64_t bucket_seconds;     // 0: any time
  std::uint32_t class_index;       // in Snapshot::classes
  std::uint32_t dimensions_index;  // in Snapshot::dimensions
  TimeFold time_fold;
  std::uint64_t events;
  std::span<const AtomQuantity> atoms;   // ascending, no zeros
  std::span<const AtomQuantity> billed;  // ascending, no zeros
  Int128 reported;                       // in 10^-18
  std::uint64_t reported_events;
  Int128 overflow_cost;  // in 10^-18
  std::uint64_t overflow_parts;
  std::uint64_t adjusted_events;  // arrival.h
  std::uint64_t late_events;
  std::uint64_t skewed_events;
};

struct SnapshotTotals {
  std::uint64_t events = 0;
  std::array<Uint128, kAtomCount> atoms{};
  std::array<Uint128, kAtomCount> billed{};
  Int128 reported = 0;
  std::uint64_t reported_events = 0;
  Int128 overflow_cost = 0;
  std::uint64_t overflow_parts = 0;
  std::uint64_t adjusted_events = 0;
  std::uint64_t late_events = 0;
  std::uint64_t skewed_events = 0;

  friend bool operator==(const SnapshotTotals&, const SnapshotTotals&) = default;
};

// What a snapshot could not show, and what its making met.
struct SnapshotNotes {
  std::uint64_t sources = 0;  // segments read, the process's own included
  std::uint64_t live_processes = 0;
  std::uint64_t open_events = 0;    // of dead processes, whose record had not returned: not counted
  std::uint64_t damaged_cells = 0;  // left out
  std::vector<std::string> bad_files;  // left out, each with the reason

  friend bool operator==(const SnapshotNotes&, const SnapshotNotes&) = default;
};

class Snapshot {
 public:
  // Sorts and adds up. Throws std::bad_alloc.
  static std::unique_ptr<const Snapshot> Build(std::unique_ptr<SnapshotContents> contents,
                                               SnapshotNotes notes = {});
  // From the bytes that Serialize made. DATA_LOSS for damaged ones, UNIMPLEMENTED for those of
  // another format. Throws std::bad_alloc, as the two below.
  static absl::StatusOr<std::unique_ptr<const Snapshot>> Load(std::string_view bytes);
  // What both hold, each cell once, in its later version (snapshot_contents.h). INVALID_ARGUMENT
  // when their dimensions or bucket widths differ.
  static absl::StatusOr<std::unique_ptr<const Snapshot>> Merge(const Snapshot& a,
                                                               const Snapshot& b);
  // Canonical: equal snapshots have equal bytes, whoever merged them in which order.
  std::string Serialize() const;

  // Events that retention deleted, of all ledgers (base_change.h); in no total.
  std::uint64_t deleted_events() const;
  // True of what snapshot_difference.h makes: it belongs to no ledger.
  bool is_difference() const { return contents_->ledgers.empty(); }

  std::span<const SnapshotEntry> entries() const { return entries_; }
  std::span<const SnapshotClass> classes() const { return contents_->classes; }
  std::span<const DecodedTuple> dimensions() const { return dimensions_; }
  std::span<const std::string> dimension_names() const { return contents_->dimension_names; }
  std::int64_t bucket_seconds() const { return contents_->bucket_seconds; }
  const SnapshotContents& contents() const { return *contents_; }
  const SnapshotNotes& notes() const { return notes_; }

  bool IsFolded(const SnapshotEntry& entry) const {
    return entry.time_fold != TimeFold::kNone || classes()[entry.class_index].folded ||
           dimensions_[entry.dimensions_index].folded != 0;
  }

  SnapshotTotals Totals() const;

 private:
  friend class SnapshotBuilder;

  Snapshot() = default;
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

  std::unique_ptr<SnapshotContents> contents_;  // tables sorted
  SnapshotNotes notes_;
  std::vector<DecodedTuple> dimensions_;
  std::vector<SnapshotEntry> entries_;
  std::vector<AtomQuantity> quantities_;  // what the entries' spans point to
};

}  // namespace tokentra

#endif  // TOKENTRA_CORE_LEDGER_SNAPSHOT_H_
