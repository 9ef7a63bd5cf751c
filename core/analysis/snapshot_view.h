// Money over a snapshot: each entry priced once, and views that are sums of those.
//
// The ledger holds quantities. A view prices every entry with the price row that was in force when
// it was recorded (what it charges stands in the class), once, and then only adds: totals and every
// breakdown agree to the last unit because they are sums of the same priced entries.
//
// Grouping keys: the ledger's dimensions; `provider`, `model`, `state`, `service_tier`, `region`,
// `batch`; `bucket`, `hour`, `day` (local to a zone that the caller describes by its offsets).
//
// Thread: immutable; const methods run concurrently. Cost: pricing is linear in entries, grouping
// too, with a sort of the groups.

#ifndef TOKENTRA_CORE_ANALYSIS_SNAPSHOT_VIEW_H_
#define TOKENTRA_CORE_ANALYSIS_SNAPSHOT_VIEW_H_

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/zone.h"
#include "core/catalog/catalog.h"
#include "core/catalog/row_bytes.h"
#include "core/ledger/snapshot.h"
#include "core/pricing/price.h"
#include "core/usage/usage_class.h"

namespace tokentra {

// Counts of what was not recorded; duplicates and conflicts are found in the snapshot.
struct EventCounters {
  std::uint64_t duplicates = 0;
  std::uint64_t conflicts = 0;
  bool ids_overflowed = false;
};

struct ViewTotals {
  Money cost;
  Money reported;
  std::uint64_t events = 0;  // recorded: priced, free, partial, unpriced, unmetered
  std::uint64_t unpriced_events = 0;
  std::uint64_t partial_events = 0;
  std::uint64_t unmetered_events = 0;
  std::uint64_t refused_events = 0;
  std::uint64_t folded_events = 0;
  std::uint64_t reported_events = 0;
  std::uint64_t adjusted_events = 0;  // core/ledger/arrival.h
  std::uint64_t late_events = 0;
  std::uint64_t skewed_events = 0;
};

struct GroupOptions {
  InstantNs since = kNoInstant;  // kNoInstant: unbounded
  InstantNs until = kNoInstant;
  std::vector<ZoneOffset> zone;  // ascending; empty: UTC
};

enum class KeyPresence : std::uint8_t { kAbsent = 0, kPresent = 1, kFolded = 2 };

struct KeyValue {
  KeyPresence presence = KeyPresence::kAbsent;
  std::string text;

  friend auto operator<=>(const KeyValue&, const KeyValue&) = default;
};

struct GroupRow {
  std::vector<KeyValue> keys;  // in the order asked for
  ViewTotals totals;
  std::array<std::uint64_t, kAtomCount> atoms = {};  // capped at 2^64 - 1
};

// A row and the image it stands in; row null: none.
struct PlacedRow {
  const CatalogImage* image = nullptr;
  const RowRecord* row = nullptr;
};

class SnapshotView {
 public:
  // OUT_OF_RANGE when a sum of money leaves its range, INTERNAL when a class cannot be read. A
  // class that does not carry its price row is priced by the row of that id in `catalog`; where
  // there is none it is unpriced.
  static absl::StatusOr<std::shared_ptr<const SnapshotView>> Create(
      std::shared_ptr<const Snapshot> snapshot, std::shared_ptr<const Catalog> catalog,
      const EventCounters& counters);

  // What came between two views of the same ledgers, by the catalog of `later`: an entry's cost is
  // what the cost of its key grew by, so that totals are the difference of totals to the last unit
  // (snapshot_difference.h, whose errors are these).
  static absl::StatusOr<std::shared_ptr<const SnapshotView>> Difference(const SnapshotView& earlier,
                                                                        const SnapshotView& later);

  const Snapshot& snapshot() const { return *snapshot_; }

  const std::shared_ptr<const Catalog>& catalog() const { return catalog_; }
  const ViewTotals& totals() const { return totals_; }
  const EventCounters& counters() const { return counters_; }
  std::size_t entry_count() const { return snapshot_->entries().size(); }
  // What an entry's events are to a reader ("priced", "unmetered", ...), and whether they are
  // recorded or only counted (refused, duplicates, conflicts).
  std::string_view StateName(std::size_t entry) const;
  bool IsRecorded(std::size_t entry) const;

  // Of an entry, by its index in the snapshot.
  Money cost(std::size_t entry) const { return priced_[entry].cost; }
  CostState state(std::size_t entry) const { return priced_[entry].state; }
  // Of a class, by its index: meaningless when it is folded.
  const UsageClass& usage_class(std::size_t index) const { return classes_[index]; }
  // The row in force when a class was recorded; null in it when there is none, or it is lost.
  PlacedRow row_of_class(std::size_t index) const { return rows_[index]; }

  // Rows sorted by time (when a time key is asked for), then cost, highest first, then keys. Their
  // costs sum to the cost of all entries within since and until. INVALID_ARGUMENT for an unknown
  // key, naming the nearest.
  absl::StatusOr<std::vector<GroupRow>> Group(std::span<const std::string_view> keys,
                                              const GroupOptions& options) const;

 private:
  struct PricedEntry {
    CostState state = CostState::kUnpriced;
    Money cost;
  };

  SnapshotView() = default;
  // `given`: the money of each entry, where it is not to be computed.
  absl::Status PriceEntries(std::span<const Int128> given);
  std::vector<Int128> EntryMoney() const;
  absl::Status ReadClasses();
  PricedEntry PriceEntry(const SnapshotEntry& entry) const;
  // Adds an entry to totals; false when money leaves its range.
  bool AddEntry(std::size_t index, ViewTotals& totals) const;

  std::shared_ptr<const Snapshot> snapshot_;
  std::shared_ptr<const Catalog> catalog_;
  EventCounters counters_;
  ViewTotals totals_;
  std::vector<UsageClass> classes_;  // decoded, by the snapshot's class index
  RowShelf shelf_;                   // rows that the classes carry
  std::vector<PlacedRow> rows_;      // of each class
  std::vector<PricedEntry> priced_;  // by entry
};

}  // namespace tokentra

#endif  // TOKENTRA_CORE_ANALYSIS_SNAPSHOT_VIEW_H_
