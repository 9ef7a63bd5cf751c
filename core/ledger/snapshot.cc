#include "core/ledger/snapshot.h"

#include <utility>

#include "core/ledger/snapshot_builder.h"
#include "core/ledger/snapshot_codec.h"

namespace tokentra {

std::unique_ptr<const Snapshot> Snapshot::Build(std::unique_ptr<SnapshotContents> contents,
                                                SnapshotNotes notes) {
  std::unique_ptr<Snapshot> snapshot(new Snapshot);
  snapshot->contents_ = std::move(contents);
  snapshot->notes_ = std::move(notes);
  SnapshotBuilder(snapshot.get()).Build();
  return snapshot;
}

absl::StatusOr<std::unique_ptr<const Snapshot>> Snapshot::Load(std::string_view bytes) {
  absl::StatusOr<std::unique_ptr<SnapshotContents>> contents = DecodeContents(bytes);
  if (!contents.ok()) return contents.status();
  return Build(*std::move(contents));
}

absl::StatusOr<std::unique_ptr<const Snapshot>> Snapshot::Merge(const Snapshot& a,
                                                                const Snapshot& b) {
  absl::StatusOr<std::unique_ptr<SnapshotContents>> merged =
      MergeContents(*a.contents_, *b.contents_);
  if (!merged.ok()) return merged.status();
  SnapshotNotes notes;
  for (const Snapshot* each : {&a, &b}) {
    notes.sources += each->notes_.sources;
    notes.live_processes += each->notes_.live_processes;
    notes.open_events += each->notes_.open_events;
    notes.damaged_cells += each->notes_.damaged_cells;
    notes.bad_files.insert(notes.bad_files.end(), each->notes_.bad_files.begin(),
                           each->notes_.bad_files.end());
  }
  return Build(*std::move(merged), std::move(notes));
}

std::string Snapshot::Serialize() const { return EncodeContents(*contents_); }

std::uint64_t Snapshot::deleted_events() const {
  std::uint64_t deleted = 0;
  for (const LedgerProgress& progress : contents_->ledgers) deleted += progress.deleted_events;
  return deleted;
}

SnapshotTotals Snapshot::Totals() const {
  SnapshotTotals totals;
  for (const SnapshotEntry& entry : entries_) {
    totals.events += entry.events;
    for (const AtomQuantity& item : entry.atoms) {
      totals.atoms[static_cast<std::size_t>(item.atom)] += item.quantity;
    }
    for (const AtomQuantity& item : entry.billed) {
      totals.billed[static_cast<std::size_t>(item.atom)] += item.quantity;
    }
    totals.reported += entry.reported;
    totals.reported_events += entry.reported_events;
    totals.overflow_cost += entry.overflow_cost;
    totals.overflow_parts += entry.overflow_parts;
    totals.adjusted_events += entry.adjusted_events;
    totals.late_events += entry.late_events;
    totals.skewed_events += entry.skewed_events;
  }
  return totals;
}

}  // namespace tokentra
