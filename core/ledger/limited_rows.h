// LimitedRows: the cells of a base, as many as a ledger may have.
//
// Rows with equal keys are added up. A key that finds no room is made coarser, as in recording:
// dimensions from the last declared to the first, then bucket to day, then to any time; a quarter
// more than `cells_max` is set aside for folded keys. Classes stay: what they cost could not be
// told without them. Nothing saturates: what passes a cell's limit goes to the next carry number.
//
// Thread: one. Cost: O(rows) expected.

#ifndef TOKENTRA_CORE_LEDGER_LIMITED_ROWS_H_
#define TOKENTRA_CORE_LEDGER_LIMITED_ROWS_H_

#include <cstdint>
#include <unordered_map>
#include <utility>

#include "core/ledger/options.h"
#include "core/ledger/snapshot_contents.h"

namespace tokentra {

class LimitedRows {
 public:
  // Rows are appended to `contents`, whose tables `texts` fills.
  LimitedRows(const LedgerOptions& options, SnapshotContents* contents, SnapshotTexts* texts)
      : options_(options), contents_(*contents), texts_(*texts) {}

  // The key's handles are indices of the contents' tables. False when not even the coarsest key has
  // room, with nothing changed.
  bool Add(const CellKey& key, const std::array<std::uint64_t, kCellCounters>& counters);

  std::uint64_t folded_rows() const { return folded_rows_; }

 private:
  bool AddAt(const CellKey& key, const PageAddition& addition, std::uint64_t fold_step);
  bool Fold(CellGroup* group, std::uint64_t* fold_step);

  const LedgerOptions& options_;
  SnapshotContents& contents_;
  SnapshotTexts& texts_;
  struct KeyHash {
    std::size_t operator()(const std::pair<std::uint64_t, std::uint64_t>& key) const {
      return CellKey{key.first, key.second}.Hash();
    }
  };
  std::unordered_map<std::pair<std::uint64_t, std::uint64_t>, std::size_t, KeyHash> rows_;
  std::uint64_t folded_rows_ = 0;
};

}  // namespace tokentra

#endif  // TOKENTRA_CORE_LEDGER_LIMITED_ROWS_H_
