#include "core/analysis/snapshot_view.h"

#include <algorithm>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/analysis/group_key.h"
#include "core/base/text.h"
#include "core/ledger/snapshot_difference.h"

namespace tokentra {
namespace {

// What an entry's events are to a reader.
std::string_view StateOf(const SnapshotClass& snapshot_class, CostState state) {
  switch (snapshot_class.kind) {
    case ClassKind::kUnmetered:
      return "unmetered";
    case ClassKind::kRefused:
      return "refused";
    default:
      return CostStateName(state);
  }
}

// Not recorded, only counted.
bool IsApart(ClassKind kind) {
  return kind == ClassKind::kRefused || kind == ClassKind::kDuplicate ||
         kind == ClassKind::kConflict;
}

std::uint64_t SaturatingAdd(std::uint64_t a, std::uint64_t b) {
  std::uint64_t sum = 0;
  return __builtin_add_overflow(a, b, &sum) ? ~std::uint64_t{0} : sum;
}

Atoms AtomsOf(std::span<const AtomQuantity> items) {
  Atoms atoms;
  for (const AtomQuantity& item : items) atoms.Append(item.atom, item.quantity);
  return atoms;
}

}  // namespace

absl::StatusOr<std::shared_ptr<const SnapshotView>> SnapshotView::Create(
    std::shared_ptr<const Snapshot> snapshot, std::shared_ptr<const Catalog> catalog,
    const EventCounters& counters) {
  std::shared_ptr<SnapshotView> view(new SnapshotView());
  view->snapshot_ = std::move(snapshot);
  view->catalog_ = std::move(catalog);
  view->counters_ = counters;
  absl::Status status = view->PriceEntries({});
  if (!status.ok()) return status;
  return std::shared_ptr<const SnapshotView>(std::move(view));
}

absl::Status SnapshotView::ReadClasses() {
  std::unordered_map<std::string, std::optional<RowShelf::Place>> shelved;  // by bytes
  for (const SnapshotClass& snapshot_class : snapshot_->classes()) {
    UsageClass usage_class;
    usage_class.kind = snapshot_class.kind;
    if (!snapshot_class.folded && !DecodeUsageClass(snapshot_class.bytes, usage_class)) {
      return absl::InternalError("a class of the ledger cannot be read");
    }
    classes_.push_back(usage_class);
    if (usage_class.row.empty()) continue;
    const auto [found, fresh] = shelved.try_emplace(usage_class.row);
    if (fresh) found->second = shelf_.Add(usage_class.row);
  }
  const CatalogImage& image = catalog_->image();
  std::unordered_map<std::string_view, const RowRecord*> listed;  // by id, made when one is needed
  for (const UsageClass& usage_class : classes_) {
    PlacedRow placed;
    const auto carried = shelved.find(usage_class.row);
    if (carried != shelved.end() && carried->second.has_value()) {
      placed = {&shelf_.ImageAt(*carried->second), &shelf_.RowAt(*carried->second)};
    } else if (!usage_class.price_row.empty()) {
      if (listed.empty()) {
        for (const RowRecord& row : image.rows) listed[image.RowId(row)] = &row;
      }
      const auto row = listed.find(usage_class.price_row);
      if (row != listed.end()) placed = {&image, row->second};
    }
    rows_.push_back(placed);
  }
  return absl::OkStatus();
}

std::vector<Int128> SnapshotView::EntryMoney() const {
  std::vector<Int128> money;
  money.reserve(priced_.size());
  for (const PricedEntry& entry : priced_) money.push_back(entry.cost.attos());
  return money;
}

absl::StatusOr<std::shared_ptr<const SnapshotView>> SnapshotView::Difference(
    const SnapshotView& earlier, const SnapshotView& later) {
  std::shared_ptr<const Snapshot> left = WithoutDeleted(*earlier.snapshot_, *later.snapshot_);
  if (left != nullptr || earlier.catalog_ != later.catalog_) {
    absl::StatusOr<std::shared_ptr<const SnapshotView>> again = Create(
        left != nullptr ? std::move(left) : earlier.snapshot_, later.catalog_, earlier.counters_);
    if (!again.ok()) return again.status();
    return Difference(**again, later);
  }
  absl::StatusOr<SnapshotDifference> difference = tokentra::Difference(
      earlier.snapshot(), earlier.EntryMoney(), later.snapshot(), later.EntryMoney());
  if (!difference.ok()) return difference.status();
  std::shared_ptr<SnapshotView> view(new SnapshotView());
  view->snapshot_ = std::move(difference->snapshot);
  view->catalog_ = later.catalog_;
  view->counters_.ids_overflowed = later.counters_.ids_overflowed;
  absl::Status status = view->PriceEntries(difference->money);
  if (!status.ok()) return status;
  return std::shared_ptr<const SnapshotView>(std::move(view));
}

absl::Status SnapshotView::PriceEntries(std::span<const Int128> given) {
  if (absl::Status status = ReadClasses(); !status.ok()) return status;
  priced_.reserve(snapshot_->entries().size());
  for (std::size_t i = 0; i < snapshot_->entries().size(); ++i) {
    const SnapshotEntry& entry = snapshot_->entries()[i];
    const ClassKind kind = snapshot_->classes()[entry.class_index].kind;
    if (kind == ClassKind::kDuplicate) counters_.duplicates += entry.events;
    if (kind == ClassKind::kConflict) counters_.conflicts += entry.events;
    priced_.push_back(PriceEntry(entry));
    if (!given.empty()) priced_.back().cost = Money::FromAttos(given[i]).value_or(Money());
    if (!AddEntry(i, totals_)) {
      return absl::OutOfRangeError("the cost of this snapshot is beyond 10^20 units of currency");
    }
  }
  return absl::OkStatus();
}

SnapshotView::PricedEntry SnapshotView::PriceEntry(const SnapshotEntry& entry) const {
  const auto [image, row] = rows_[entry.class_index];
  PricedEntry priced;
  const ClassKind kind = snapshot_->classes()[entry.class_index].kind;
  if (row == nullptr) {
    // A folded class keeps the money its parts cost when they were recorded.
    if (entry.overflow_parts != 0) {
      priced.cost = Money::FromAttos(entry.overflow_cost).value_or(Money());
      priced.state = CostState::kPriced;
    } else if (kind == ClassKind::kFree) {
      priced.state = CostState::kFree;
    }
    return priced;
  }
  Cost cost;
  PriceSums(*image, *row, AtomsOf(entry.atoms), AtomsOf(entry.billed), cost);
  priced.state = cost.state;
  priced.cost = cost.total;
  return priced;
}

std::string_view SnapshotView::StateName(std::size_t entry) const {
  return StateOf(snapshot_->classes()[snapshot_->entries()[entry].class_index],
                 priced_[entry].state);
}

bool SnapshotView::IsRecorded(std::size_t entry) const {
  return !IsApart(snapshot_->classes()[snapshot_->entries()[entry].class_index].kind);
}

bool SnapshotView::AddEntry(std::size_t index, ViewTotals& totals) const {
  const SnapshotEntry& entry = snapshot_->entries()[index];
  const ClassKind kind = snapshot_->classes()[entry.class_index].kind;
  if (kind == ClassKind::kRefused) totals.refused_events += entry.events;
  if (IsApart(kind)) return true;
  const PricedEntry& priced = priced_[index];
  totals.events += entry.events;
  if (snapshot_->IsFolded(entry)) totals.folded_events += entry.events;
  if (kind == ClassKind::kUnmetered) {
    totals.unmetered_events += entry.events;
  } else if (priced.state == CostState::kUnpriced) {
    totals.unpriced_events += entry.events;
  } else if (priced.state == CostState::kPartial) {
    totals.partial_events += entry.events;
  }
  totals.reported_events += entry.reported_events;
  totals.adjusted_events += entry.adjusted_events;
  totals.late_events += entry.late_events;
  totals.skewed_events += entry.skewed_events;
  const std::optional<Money> reported = Money::FromAttos(entry.reported);
  return totals.cost.Add(priced.cost) && reported.has_value() && totals.reported.Add(*reported);
}

absl::StatusOr<std::vector<GroupRow>> SnapshotView::Group(std::span<const std::string_view> keys,
                                                          const GroupOptions& options) const {
  std::vector<GroupKey> wanted;
  for (const std::string_view key : keys) {
    absl::StatusOr<GroupKey> parsed = ParseGroupKey(key, snapshot_->dimension_names());
    if (!parsed.ok()) return parsed.status();
    wanted.push_back(*parsed);
  }
  std::map<std::vector<KeyValue>, GroupRow> groups;
  for (std::size_t i = 0; i < snapshot_->entries().size(); ++i) {
    const SnapshotEntry& entry = snapshot_->entries()[i];
    const SnapshotClass& snapshot_class = snapshot_->classes()[entry.class_index];
    if (IsApart(snapshot_class.kind)) continue;
    if (entry.bucket_start != kNoInstant) {
      if (options.since != kNoInstant && entry.bucket_start < options.since) continue;
      if (options.until != kNoInstant && entry.bucket_start >= options.until) continue;
    }
    const EntryFacts facts{entry, snapshot_class, classes_[entry.class_index],
                           snapshot_->dimensions()[entry.dimensions_index],
                           StateOf(snapshot_class, priced_[i].state)};
    std::vector<KeyValue> values;
    for (const GroupKey& key : wanted) values.push_back(ValueOf(key, facts, options.zone));
    GroupRow& row = groups[values];
    if (!AddEntry(i, row.totals)) {
      return absl::OutOfRangeError("the cost of this group is beyond 10^20 units of currency");
    }
    for (const AtomQuantity& item : entry.atoms) {
      std::uint64_t& sum = row.atoms[static_cast<std::size_t>(item.atom)];
      sum = SaturatingAdd(sum, item.quantity);
    }
  }
  std::vector<GroupRow> rows;
  for (auto& [values, row] : groups) {
    row.keys = values;
    rows.push_back(std::move(row));
  }
  // Groups stand in key order already: a stable sort keeps it among equals.
  const auto time_key = std::find_if(wanted.begin(), wanted.end(), IsTimeKey);
  std::stable_sort(rows.begin(), rows.end(), [&](const GroupRow& a, const GroupRow& b) {
    if (time_key != wanted.end()) {
      const auto at = static_cast<std::size_t>(time_key - wanted.begin());
      if (a.keys[at] != b.keys[at]) return a.keys[at] < b.keys[at];
    }
    return a.totals.cost > b.totals.cost;
  });
  return rows;
}

}  // namespace tokentra
