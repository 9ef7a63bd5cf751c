#include "core/ledger/snapshot_builder.h"

#include <algorithm>
#include <array>
#include <bit>
#include <numeric>
#include <string_view>
#include <tuple>
#include <unordered_map>

namespace tokentra {
namespace {

// Gives each distinct id a dense number in the order of `less`; `ids` ends sorted by it.
template <typename Id, typename Less>
class Ranking {
 public:
  // Appends ids as they are met; equal neighbours, the usual case, cost no look-up.
  void Meet(Id id) {
    if (!ids_.empty() && id == last_) return;
    last_ = id;
    if (ranks_.try_emplace(id, 0).second) ids_.push_back(id);
  }
  void Sort(Less less) {
    std::sort(ids_.begin(), ids_.end(), less);
    for (std::size_t i = 0; i < ids_.size(); ++i) {
      ranks_[ids_[i]] = static_cast<std::uint32_t>(i);
    }
  }
  std::uint32_t RankOf(Id id) {
    if (id != last_ || !last_is_ranked_) {
      last_ = id;
      last_rank_ = ranks_.find(id)->second;
      last_is_ranked_ = true;
    }
    return last_rank_;
  }
  std::span<const Id> ids() const { return ids_; }

 private:
  std::vector<Id> ids_;
  std::unordered_map<Id, std::uint32_t> ranks_;
  Id last_{};
  std::uint32_t last_rank_ = 0;
  bool last_is_ranked_ = false;
};

// Stable counting sort of `order` by a field of the ranks, eleven bits at a time.
template <typename Ranks, typename Field>
void SortByField(const Ranks& ranks, Field field, std::vector<std::uint32_t>* order,
                 std::vector<std::uint32_t>* scratch) {
  constexpr int kDigitBits = 11;
  std::uint32_t most = 0;
  for (const auto& rank : ranks) most = std::max(most, field(rank));
  for (int shift = 0; shift < 32 && most >> shift != 0; shift += kDigitBits) {
    std::array<std::uint32_t, 1 << kDigitBits> starts{};
    const auto digit = [&](std::uint32_t row) {
      return field(ranks[row]) >> shift & ((1 << kDigitBits) - 1);
    };
    for (const std::uint32_t row : *order) ++starts[digit(row)];
    std::exclusive_scan(starts.begin(), starts.end(), starts.begin(), 0u);
    for (const std::uint32_t row : *order) (*scratch)[starts[digit(row)]++] = row;
    order->swap(*scratch);
  }
}

}  // namespace

// 128-bit sums of one entry. Only touched atoms are set, so that an entry costs what it holds.
struct SnapshotBuilder::Sums {
  std::uint64_t events = 0;
  AtomSet atoms_touched = 0;
  AtomSet billed_touched = 0;
  std::array<Uint128, kAtomCount> atoms{};
  std::array<Uint128, kAtomCount> billed{};
  Int128 reported = 0;
  std::uint64_t reported_events = 0;
  Int128 overflow_cost = 0;
  std::uint64_t overflow_parts = 0;
};

void SnapshotBuilder::Reserve(std::uint64_t cells) { rows_.reserve(cells); }

void SnapshotBuilder::Add(const CellKey& key, const CellImage& image) {
  std::uint64_t any = 0;
  for (const std::uint64_t counter : image.counters) any |= counter;
  if (any != 0) rows_.push_back({key, image});
}

std::unique_ptr<const Snapshot> SnapshotBuilder::Build() {
  snapshot_->dimension_names_ = registry_.options().dimensions;
  snapshot_->bucket_seconds_ = registry_.options().bucket_seconds;
  ranks_.resize(rows_.size());
  RankBuckets();
  RankClasses();
  RankTuples();
  const std::vector<std::uint32_t> order = OrderRows();
  // An upper bound: a row makes at most one entry, but for sums that pass a cell's limit.
  snapshot_->entries_.reserve(rows_.size());
  counts_.reserve(rows_.size());
  snapshot_->quantities_.reserve(rows_.size());
  Sums sums;
  for (std::size_t i = 0; i < order.size();) {
    const Rank& rank = ranks_[order[i]];
    const Row& first = rows_[order[i]];
    for (; i < order.size() && ranks_[order[i]] == rank; ++i) Accumulate(rows_[order[i]], &sums);
    Emit(first, rank, &sums);
  }
  PointSpans();
  return std::move(snapshot_);
}

void SnapshotBuilder::RankBuckets() {
  Ranking<std::uint32_t, std::less<std::uint32_t>> ranking;
  for (const Row& row : rows_) ranking.Meet(row.key.group().bucket);
  ranking.Sort({});
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const CellGroup group = rows_[i].key.group();
    ranks_[i].bucket = ranking.RankOf(group.bucket);
    ranks_[i].time_fold = static_cast<std::uint32_t>(group.time);
  }
}

void SnapshotBuilder::RankClasses() {
  const auto less = [this](ClassId a, ClassId b) {
    return std::tuple(registry_.ClassBytes(a), registry_.KindOf(a), !IsFoldedClass(a)) <
           std::tuple(registry_.ClassBytes(b), registry_.KindOf(b), !IsFoldedClass(b));
  };
  Ranking<ClassId, decltype(less)> ranking;
  for (const Row& row : rows_) ranking.Meet(row.key.group().class_id);
  ranking.Sort(less);
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    ranks_[i].class_index = ranking.RankOf(rows_[i].key.group().class_id);
  }
  for (const ClassId id : ranking.ids()) {
    snapshot_->classes_.push_back(
        {std::string(registry_.ClassBytes(id)), registry_.KindOf(id), IsFoldedClass(id)});
  }
}

void SnapshotBuilder::RankTuples() {
  const auto less = [this](DimensionsId a, DimensionsId b) {
    return registry_.TupleBytes(a) < registry_.TupleBytes(b);
  };
  Ranking<DimensionsId, decltype(less)> ranking;
  for (const Row& row : rows_) ranking.Meet(row.key.group().dimensions);
  ranking.Sort(less);
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    ranks_[i].dimensions_index = ranking.RankOf(rows_[i].key.group().dimensions);
  }
  snapshot_->dimensions_.reserve(ranking.ids().size());
  for (const DimensionsId id : ranking.ids()) {
    snapshot_->dimensions_.push_back(DecodeTuple(registry_.TupleBytes(id)));
  }
}

std::vector<std::uint32_t> SnapshotBuilder::OrderRows() const {
  std::vector<std::uint32_t> order(rows_.size());
  std::iota(order.begin(), order.end(), 0u);
  std::vector<std::uint32_t> scratch(rows_.size());
  // Least significant field first; each pass keeps the order of those before.
  const auto sort_by = [&](auto field) { SortByField(ranks_, field, &order, &scratch); };
  sort_by([](const Rank& rank) { return rank.time_fold; });
  sort_by([](const Rank& rank) { return rank.dimensions_index; });
  sort_by([](const Rank& rank) { return rank.class_index; });
  sort_by([](const Rank& rank) { return rank.bucket; });
  return order;
}

void SnapshotBuilder::Accumulate(const Row& row, Sums* sums) const {
  const std::uint8_t page = row.key.page();
  const auto& counters = row.image.counters;
  if (page == kReportedPage) {
    sums->reported += AmountOf(counters);
    sums->reported_events += counters[kAmountCount];
    return;
  }
  if (page == kOverflowPage) {
    sums->overflow_cost += AmountOf(counters);
    sums->overflow_parts += counters[kAmountCount];
    return;
  }
  sums->events += counters[kEventsCounter];
  const bool billed = IsBilledPage(page);
  auto& quantities = billed ? sums->billed : sums->atoms;
  auto& touched = billed ? sums->billed_touched : sums->atoms_touched;
  const std::size_t first_atom = (billed ? page - kBilledBank : page) * kAtomsPerPage;
  for (std::size_t i = 0; i < kAtomsPerPage; ++i) {
    const std::uint64_t quantity = counters[kFirstQuantity + i];
    if (quantity == 0) continue;
    quantities[first_atom + i] += quantity;
    touched |= AtomSet{1} << (first_atom + i);
  }
}

// One entry, or as many as the sums need; leaves the sums at zero.
void SnapshotBuilder::Emit(const Row& first, const Rank& rank, Sums* sums) {
  const CellGroup group = first.key.group();
  SnapshotEntry entry{};
  entry.bucket_start = kNoInstant;
  if (group.time != TimeFold::kAnyTime) {
    entry.bucket_start = BucketNumber(group.bucket) * registry_.bucket_ns();
    entry.bucket_seconds =
        group.time == TimeFold::kDay ? 86'400 : registry_.options().bucket_seconds;
  }
  entry.class_index = rank.class_index;
  entry.dimensions_index = rank.dimensions_index;
  entry.time_fold = group.time;
  entry.events = sums->events;
  entry.reported = sums->reported;
  entry.reported_events = sums->reported_events;
  entry.overflow_cost = sums->overflow_cost;
  entry.overflow_parts = sums->overflow_parts;
  do {
    const std::size_t atoms = EmitQuantities(sums->atoms, &sums->atoms_touched);
    const std::size_t billed = EmitQuantities(sums->billed, &sums->billed_touched);
    snapshot_->entries_.push_back(entry);
    counts_.push_back({atoms, billed});
    // A further entry of the same key holds quantities only.
    entry.events = entry.reported_events = entry.overflow_parts = 0;
    entry.reported = entry.overflow_cost = 0;
  } while ((sums->atoms_touched | sums->billed_touched) != 0);
  sums->events = sums->reported_events = sums->overflow_parts = 0;
  sums->reported = sums->overflow_cost = 0;
}

// Takes up to kCellQuantityMax off each total; atoms that have more stay touched.
std::size_t SnapshotBuilder::EmitQuantities(std::span<Uint128> totals, AtomSet* touched) {
  std::size_t count = 0;
  ForEachIn(*touched, [&](std::size_t atom) {
    const auto quantity =
        static_cast<std::uint64_t>(std::min(totals[atom], Uint128{kCellQuantityMax}));
    totals[atom] -= quantity;
    if (totals[atom] == 0) *touched &= ~(AtomSet{1} << atom);
    snapshot_->quantities_.push_back({static_cast<Atom>(atom), quantity});
    ++count;
  });
  return count;
}

// Only now that the quantities no longer move.
void SnapshotBuilder::PointSpans() {
  const AtomQuantity* next = snapshot_->quantities_.data();
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    snapshot_->entries_[i].atoms = {next, counts_[i].atoms};
    next += counts_[i].atoms;
    snapshot_->entries_[i].billed = {next, counts_[i].billed};
    next += counts_[i].billed;
  }
}

}  // namespace tokentra
