// A snapshot's cells as an Arrow table: one row for each entry that counts recorded events.
//
//   bucket        timestamp in UTC; null: any time
//   provider, model, service_tier, region     dictionaries of utf8; null: absent or folded
//   state         dictionary of utf8: priced, free, partial, unpriced, unmetered
//   batch         boolean; null: folded
//   <dimension>   dictionary of utf8, one for each dimension; null: absent or folded
//   events        uint64
//   cost          decimal128(38, 18); null when unpriced or unmetered
//   <meter>       uint64, inclusive, for each meter that is above zero anywhere
//
// Events and costs sum to those of the snapshot. A dimension that has the name of a column above is
// called `metadata.<dimension>`.
//
// Thread: pure function. Cost: linear in entries.

#ifndef TOKENTRA_CORE_CLIENT_SNAPSHOT_TABLE_H_
#define TOKENTRA_CORE_CLIENT_SNAPSHOT_TABLE_H_

#include <memory>

#include "core/analysis/snapshot_view.h"
#include "core/exchange/arrow_table.h"

namespace tokentra {

// Throws std::bad_alloc.
std::shared_ptr<const ArrowTable> SnapshotTable(const SnapshotView& view);

}  // namespace tokentra

#endif  // TOKENTRA_CORE_CLIENT_SNAPSHOT_TABLE_H_
