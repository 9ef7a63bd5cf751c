#include "core/ledger/snapshot_difference.h"

#include <algorithm>
#include <array>
#include <map>
#include <tuple>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/ledger/key_order.h"
#include "core/ledger/sums_rows.h"

namespace tokentra {
namespace {

constexpr std::uint64_t kPairsMax = 10'000'000;

bool IsNegative(const SignedSums& sums) {
  return sums.events < 0 || sums.reported_events < 0 || sums.overflow_parts < 0 ||
         std::any_of(sums.arrivals.begin(), sums.arrivals.end(),
                     [](Int128 events) { return events < 0; }) ||
         std::any_of(sums.quantities.begin(), sums.quantities.end(),
                     [](const auto& item) { return item.second < 0; });
}

class Differ {
 public:
  explicit Differ(const Snapshot& later)
      : contents_(std::make_unique<SnapshotContents>()),
        texts_(contents_.get()),
        order_(later.bucket_seconds(), &contents_->tuples) {
    contents_->dimension_names = later.contents().dimension_names;
    contents_->bucket_seconds = later.bucket_seconds();
  }

  void Add(const Snapshot& snapshot, std::span<const Int128> money, int sign) {
    std::vector<std::uint32_t> classes;
    for (const SnapshotClass& each : snapshot.classes()) {
      classes.push_back(texts_.IndexOfClass(each.bytes, each.kind, each.folded));
    }
    std::vector<std::uint32_t> tuples;
    for (const std::string& tuple : snapshot.contents().tuples) {
      tuples.push_back(texts_.IndexOfTuple(tuple));
    }
    const std::span<const SnapshotEntry> entries = snapshot.entries();
    for (std::size_t i = 0; i < entries.size(); ++i) {
      const SnapshotEntry& entry = entries[i];
      const CellGroup key = {BucketOfEntry(entry, contents_->bucket_seconds),
                             classes[entry.class_index], tuples[entry.dimensions_index],
                             entry.time_fold};
      sums_[key].Add(entry, money[i], sign);
    }
  }

  // False when something went that is in no coarser key.
  bool Settle() {
    std::erase_if(sums_, [](const auto& item) { return item.second == SignedSums(); });
    std::map<ClassId, std::vector<CellGroup>> falling;
    for (const auto& [key, sums] : sums_) {
      if (IsNegative(sums)) falling[key.class_id].push_back(key);
    }
    for (const auto& [class_id, keys] : falling) {
      if (!SettleClass(class_id, keys)) return false;
    }
    return true;
  }

  SnapshotDifference Finish() {
    for (const auto& [key, sums] : sums_) AppendRows(key, sums, &contents_->rows);
    contents_->sources.push_back({0, 0, 0, 0, contents_->rows.size()});
    SnapshotDifference difference;
    difference.snapshot = Snapshot::Build(std::move(contents_));
    const Snapshot& snapshot = *difference.snapshot;
    // Building sorted the tables; the texts still know each one's first place.
    for (const SnapshotEntry& entry : snapshot.entries()) {
      const SnapshotClass& each = snapshot.classes()[entry.class_index];
      SignedSums& sums =
          sums_.at({BucketOfEntry(entry, snapshot.bucket_seconds()),
                    texts_.IndexOfClass(each.bytes, each.kind, each.folded),
                    texts_.IndexOfTuple(snapshot.contents().tuples[entry.dimensions_index]),
                    entry.time_fold});
      // A key of several entries has its money on the first.
      difference.money.push_back(std::exchange(sums.money, 0));
    }
    return difference;
  }

 private:
  struct ByKey {
    bool operator()(const CellGroup& a, const CellGroup& b) const {
      return std::tuple(a.class_id, a.time, a.bucket, a.dimensions) <
             std::tuple(b.class_id, b.time, b.bucket, b.dimensions);
    }
  };

  // Finest first: what a key gives away, a coarser one may have to give on.
  bool SettleClass(ClassId class_id, const std::vector<CellGroup>& falling) {
    std::vector<CellGroup> coarser;
    const CellGroup first = {0, class_id, 0, TimeFold::kNone};
    for (auto at = sums_.lower_bound(first); at != sums_.end() && at->first.class_id == class_id;
         ++at) {
      if (order_.IsFolded(at->first)) coarser.push_back(at->first);
    }
    if (falling.size() * coarser.size() > kPairsMax) return JoinAll(falling, coarser);
    std::multimap<std::uint32_t, CellGroup> waiting;
    for (const CellGroup& key : falling) waiting.emplace(order_.Coarseness(key), key);
    while (!waiting.empty()) {
      const CellGroup key = waiting.extract(waiting.begin()).mapped();
      const auto at = sums_.find(key);
      if (at == sums_.end() || !IsNegative(at->second)) continue;
      CellGroup joined = key;
      std::vector<CellGroup> grown;
      for (const CellGroup& each : coarser) {
        if (each == key || !order_.Covers(each, key) || !sums_.contains(each)) continue;
        joined = grown.empty() ? each : order_.Join(joined, each, &texts_);
        grown.push_back(each);
      }
      if (grown.empty()) return false;
      SignedSums moved = std::move(at->second);
      sums_.erase(at);
      for (const CellGroup& each : grown) {
        moved.Add(sums_.at(each));
        sums_.erase(each);
      }
      const auto [to, made] = sums_.try_emplace(joined);
      to->second.Add(moved);
      if (std::find(coarser.begin(), coarser.end(), joined) == coarser.end()) {
        coarser.push_back(joined);
      }
      if (to->second == SignedSums()) {
        sums_.erase(to);
      } else if (IsNegative(to->second)) {
        waiting.emplace(order_.Coarseness(joined), joined);
      }
    }
    return true;
  }

  bool JoinAll(const std::vector<CellGroup>& falling, const std::vector<CellGroup>& coarser) {
    CellGroup joined = falling.front();
    SignedSums all;
    for (const auto* keys : {&falling, &coarser}) {
      for (const CellGroup& key : *keys) {
        const auto at = sums_.find(key);
        if (at == sums_.end()) continue;
        joined = order_.Join(joined, key, &texts_);
        all.Add(at->second);
        sums_.erase(at);
      }
    }
    SignedSums& sums = sums_[joined];
    sums.Add(all);
    return !IsNegative(sums);
  }

  std::unique_ptr<SnapshotContents> contents_;
  SnapshotTexts texts_;
  const KeyOrder order_;
  std::map<CellGroup, SignedSums, ByKey> sums_;
};

absl::Status CheckComparable(const SnapshotContents& earlier, const SnapshotContents& later) {
  if (earlier.ledgers.empty() || later.ledgers.empty()) {
    return absl::InvalidArgumentError(
        "a difference is taken between two snapshots, not from a difference");
  }
  absl::Status status = CheckSameShape(earlier, later);
  if (!status.ok()) return status;
  for (const LedgerProgress& each : earlier.ledgers) {
    const bool known =
        std::any_of(later.ledgers.begin(), later.ledgers.end(),
                    [&](const LedgerProgress& other) { return other.ledger_id == each.ledger_id; });
    if (!known) {
      return absl::InvalidArgumentError(
          "the snapshots are of different ledgers: the later does not hold what the earlier does");
    }
  }
  return absl::OkStatus();
}

}  // namespace

std::shared_ptr<const Snapshot> WithoutDeleted(const Snapshot& earlier, const Snapshot& later) {
  auto left = std::make_unique<SnapshotContents>(earlier.contents());
  bool deleted = false;
  for (LedgerProgress& progress : left->ledgers) {
    for (const LedgerProgress& other : later.contents().ledgers) {
      if (other.ledger_id != progress.ledger_id) continue;
      deleted |= other.deleted_before > progress.deleted_before;
      progress.deleted_before = std::max(progress.deleted_before, other.deleted_before);
    }
  }
  if (!deleted) return nullptr;
  DropDeletedRows(left.get());
  return Snapshot::Build(std::move(left));
}

absl::StatusOr<SnapshotDifference> Difference(const Snapshot& earlier,
                                              std::span<const Int128> earlier_money,
                                              const Snapshot& later,
                                              std::span<const Int128> later_money) {
  absl::Status status = CheckComparable(earlier.contents(), later.contents());
  if (!status.ok()) return status;
  Differ differ(later);
  differ.Add(later, later_money, 1);
  differ.Add(earlier, earlier_money, -1);
  if (!differ.Settle()) {
    return absl::InvalidArgumentError(
        "the later snapshot holds less than the earlier one: are they the other way round?");
  }
  return differ.Finish();
}

}  // namespace tokentra
