// Proves that for one call at most one price row of a model matches: of two rows that some call
// could match both, one must be more specific in everything in which they differ.
//
// Thread: pure function. Cost: quadratic in the rows.

#ifndef TOKENTRA_CORE_CATALOG_OVERLAP_H_
#define TOKENTRA_CORE_CATALOG_OVERLAP_H_

#include <span>
#include <vector>

#include "absl/status/status.h"
#include "core/catalog/expand.h"
#include "core/catalog/image.h"

namespace tokentra {

// `records` are the model's rows as compiled, one for each of `rows`; `regions` the provider's.
// The error names two rows that overlap.
absl::Status CheckOverlaps(const std::vector<FullRow>& rows, std::span<const RowRecord> records,
                           std::span<const RegionRecord> regions);

}  // namespace tokentra

#endif  // TOKENTRA_CORE_CATALOG_OVERLAP_H_
