// SnapshotBuilder: from the contents of a snapshot to its sorted, merged entries.
//
//   rows -> ranks of classes and tuples -> one sortable word a row -> radix sort -> runs -> entries
//
// Thread: one. Cost: O(rows) but for sorting the distinct classes and tuples by their bytes.

#ifndef TOKENTRA_CORE_LEDGER_SNAPSHOT_BUILDER_H_
#define TOKENTRA_CORE_LEDGER_SNAPSHOT_BUILDER_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/ledger/snapshot.h"

namespace tokentra {

class SnapshotBuilder {
 public:
  explicit SnapshotBuilder(Snapshot* snapshot) : snapshot_(*snapshot) {}

  // Once.
  void Build();

 private:
  // A row's place: bucket, class, tuple and time fold, most significant first.
  struct Place {
    Uint128 key;
    std::uint32_t row;
  };
  struct Sums;

  void SortTables();
  std::vector<Place> PlaceRows(int* key_bits) const;
  void EmitOne(const SnapshotRow& row);
  void Accumulate(const SnapshotRow& row, Sums* sums) const;
  void Emit(const SnapshotRow& first, Sums* sums);
  SnapshotEntry EntryOf(const SnapshotRow& row) const;
  std::size_t EmitQuantities(std::span<Uint128> totals, AtomSet* touched);
  void PointSpans();

  Snapshot& snapshot_;
  std::size_t quantities_count_ = 0;
  struct Counts {
    std::uint32_t atoms;
    std::uint32_t billed;
  };
  std::vector<Counts> counts_;  // of each entry's quantities
};

}  // namespace tokentra

#endif  // TOKENTRA_CORE_LEDGER_SNAPSHOT_BUILDER_H_
