// SnapshotDifference: what came between two snapshots of the same ledgers, exactly.
//
// The difference is taken key by key. A key may hold less later than earlier: compaction made it
// coarser (dimensions folded, bucket to day to any time), or a value was erased. What left a key
// went to a coarser one of the same class, so it is taken off that one:
//
//   one coarser key grew       -> it is there that it went
//   several coarser keys grew  -> which cannot be told: they become one key, the finest that is
//                                 coarser than all of them
//
// So all sums are exact, no quantity is negative, and no key is finer than what is known.
//
// Thread: pure functions. Cost: O(entries log entries), and for keys that hold less, times the
// folded keys of their class; past kPairsMax of those the class's folded keys become one.
// Memory: O(entries).

#ifndef TOKENTRA_CORE_LEDGER_SNAPSHOT_DIFFERENCE_H_
#define TOKENTRA_CORE_LEDGER_SNAPSHOT_DIFFERENCE_H_

#include <memory>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/money.h"
#include "core/ledger/snapshot.h"

namespace tokentra {

// `earlier` without what was deleted (base_change.h) until `later`; null when nothing was. What was
// deleted did not come in between, nor go: it is left out of both.
std::shared_ptr<const Snapshot> WithoutDeleted(const Snapshot& earlier, const Snapshot& later);

struct SnapshotDifference {
  std::unique_ptr<const Snapshot> snapshot;  // of no ledger: it has no bytes and does not merge
  // Of each entry of `snapshot`, what its key's money grew by; on the first entry of a key.
  std::vector<Int128> money;
};

// `earlier_money` and `later_money` are of the snapshots' entries, in their order. INVALID_ARGUMENT
// when the snapshots are not of the same ledgers (one of `earlier` is not in `later`, or
// dimensions or bucket widths differ), when one is a difference itself, and when `later` holds
// less than `earlier`. Throws std::bad_alloc.
absl::StatusOr<SnapshotDifference> Difference(const Snapshot& earlier,
                                              std::span<const Int128> earlier_money,
                                              const Snapshot& later,
                                              std::span<const Int128> later_money);

}  // namespace tokentra

#endif  // TOKENTRA_CORE_LEDGER_SNAPSHOT_DIFFERENCE_H_
