// SnapshotBuilder: takes cells in any order and makes the sorted, merged entries of a snapshot.
//
//   cells -> rows -> ranks of buckets, classes, tuples -> order (radix sort) -> runs -> entries
//
// Thread: one. Cost: O(cells) but for sorting the distinct classes and tuples by their bytes.

#ifndef TOKENTRA_CORE_LEDGER_SNAPSHOT_BUILDER_H_
#define TOKENTRA_CORE_LEDGER_SNAPSHOT_BUILDER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/ledger/cell.h"
#include "core/ledger/registry.h"
#include "core/ledger/snapshot.h"

namespace tokentra {

class SnapshotBuilder {
 public:
  explicit SnapshotBuilder(const Registry* registry) : registry_(*registry) {}

  // Room for about so many cells.
  void Reserve(std::uint64_t cells);

  // Cells of zeros are skipped.
  void Add(const CellKey& key, const CellImage& image);

  // Once.
  std::unique_ptr<const Snapshot> Build();

 private:
  struct Row {
    CellKey key;
    CellImage image;
  };
  // The fields that rows are ordered by, as dense numbers in sorted order.
  struct Rank {
    std::uint32_t bucket;
    std::uint32_t class_index;
    std::uint32_t dimensions_index;
    std::uint32_t time_fold;

    friend bool operator==(const Rank&, const Rank&) = default;
  };
  struct Sums;

  void RankClasses();
  void RankTuples();
  void RankBuckets();
  std::vector<std::uint32_t> OrderRows() const;
  void Accumulate(const Row& row, Sums* sums) const;
  void Emit(const Row& first, const Rank& rank, Sums* sums);
  std::size_t EmitQuantities(std::span<Uint128> totals, AtomSet* touched);
  void PointSpans();

  const Registry& registry_;
  std::unique_ptr<Snapshot> snapshot_{new Snapshot};
  std::vector<Row> rows_;
  std::vector<Rank> ranks_;
  struct Counts {
    std::size_t atoms;
    std::size_t billed;
  };
  std::vector<Counts> counts_;  // of each entry's quantities
};

}  // namespace tokentra

#endif  // TOKENTRA_CORE_LEDGER_SNAPSHOT_BUILDER_H_
