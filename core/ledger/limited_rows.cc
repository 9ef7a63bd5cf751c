#include "core/ledger/limited_rows.h"

#include <memory>
#include <string>

#include "core/ledger/day_bucket.h"

namespace tokentra {

bool LimitedRows::Add(const CellKey& key,
                      const std::array<std::uint64_t, kCellCounters>& counters) {
  const PageAddition addition{key.page(), counters};
  CellGroup group = key.group();
  std::uint64_t fold_step = 0;
  while (!AddAt(CellKey::Of(group, key.page(), 0), addition, fold_step)) {
    if (!Fold(&group, &fold_step)) return false;
  }
  if (fold_step > 0) ++folded_rows_;
  return true;
}

bool LimitedRows::AddAt(const CellKey& first, const PageAddition& addition,
                        std::uint64_t fold_step) {
  for (std::uint8_t carry = 0; carry <= kCarryMax; ++carry) {
    const CellKey key = CellKey::Of(first.group(), first.page(), carry);
    const auto found = rows_.find(std::pair(key.high, key.low));
    if (found == rows_.end()) {
      const std::uint64_t limit =
          FoldLimit(options_.cells_max, fold_step, options_.dimensions.size() + 2);
      if (rows_.size() >= limit) return false;
      rows_.emplace(std::pair(key.high, key.low), contents_.rows.size());
      contents_.rows.push_back({key, addition.counters, 0, 0});
      return true;
    }
    SnapshotRow& row = contents_.rows[found->second];
    std::array<std::uint64_t, kCellCounters> sum;
    if (AddCounters([&](std::size_t i) { return row.counters[i]; }, addition, &sum)) {
      row.counters = sum;
      return true;
    }
  }
  return false;
}

bool LimitedRows::Fold(CellGroup* group, std::uint64_t* fold_step) {
  const auto tuple = std::make_unique<TupleBuffer>();
  const std::string& bytes = contents_.tuples[group->dimensions];
  ++*fold_step;
  if (FoldTuple(bytes, tuple.get())) {
    group->dimensions = texts_.IndexOfTuple(tuple->view());
    return true;
  }
  return FoldTime(group, options_.bucket_seconds);
}

}  // namespace tokentra
