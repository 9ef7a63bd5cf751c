#include "core/ledger/snapshot.h"

namespace tokentra {

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
  }
  return totals;
}

}  // namespace tokentra
