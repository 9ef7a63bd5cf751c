// What the quantities of one cell cost under the price rows that could hold for its calls: one
// amount where that is certain, else bounds.
//
// Internal to core/analysis. Thread: pure functions.

#ifndef TOKENTRA_CORE_ANALYSIS_REPRICE_BOUNDS_H_
#define TOKENTRA_CORE_ANALYSIS_REPRICE_BOUNDS_H_

#include <cstdint>
#include <span>

#include "core/analysis/snapshot_view.h"
#include "core/base/money.h"
#include "core/catalog/image.h"
#include "core/usage/usage.h"

namespace tokentra {

struct CellAtoms {
  std::span<const AtomQuantity> atoms;
  std::span<const AtomQuantity> billed;  // under the row at recording
  std::uint64_t events = 0;
};

struct PriceBounds {
  Money lower;
  Money upper;
  bool per_call = false;  // a rule of one call decides, and the sums do not tell
  bool out_of_range = false;
};

// `rows` are of `image`, null where there would be no price; `recorded` is the row in force then.
PriceBounds BoundCost(const CatalogImage& image, std::span<const RowRecord* const> rows,
                      const CellAtoms& cell, const PlacedRow& recorded);

}  // namespace tokentra

#endif  // TOKENTRA_CORE_ANALYSIS_REPRICE_BOUNDS_H_
