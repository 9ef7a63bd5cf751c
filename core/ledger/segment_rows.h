// From the extents of a segment to rows of a snapshot.
//
// The segment may be damaged: a cell whose key no text explains, or whose counters break the limits
// of cell.h, is left out and counted.
//
// Thread: one; runs beside the segment's writers.

#ifndef TOKENTRA_CORE_LEDGER_SEGMENT_ROWS_H_
#define TOKENTRA_CORE_LEDGER_SEGMENT_ROWS_H_

#include <cstdint>

#include "core/ledger/registry.h"
#include "core/ledger/segment.h"
#include "core/ledger/snapshot.h"
#include "core/ledger/snapshot_contents.h"

namespace tokentra {

class SegmentRows {
 public:
  // Rows go to the ledger of that index. All outlive it.
  SegmentRows(std::uint32_t ledger, SnapshotContents* contents, SnapshotTexts* texts,
              SnapshotNotes* notes)
      : ledger_(ledger), contents_(*contents), texts_(*texts), notes_(*notes) {}

  // Extents that explain their keys themselves. `sealed_only`: no others.
  void Add(const SegmentView& view, const IdCommits* ids, bool sealed_only);
  // A segment of this process's memory, whose keys the registry explains.
  void Add(const SegmentView& view, const IdCommits* ids, const Registry& registry);

 private:
  template <typename ClassOf, typename TupleOf>
  void AddExtent(const SegmentView& view, ClassOf class_of, TupleOf tuple_of);

  const std::uint32_t ledger_;
  SnapshotContents& contents_;
  SnapshotTexts& texts_;
  SnapshotNotes& notes_;
  ExtentReading reading_;
};

// Leaves out the sources that the progress says are absorbed, and then the rows that no source has
// or that the ledgers' progress says are deleted.
void DropAbsorbed(const LedgerProgress& progress, std::uint32_t ledger, SnapshotContents* contents);

}  // namespace tokentra

#endif  // TOKENTRA_CORE_LEDGER_SEGMENT_ROWS_H_
