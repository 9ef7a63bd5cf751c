#include "core/ledger/snapshot_builder.h"

#include <algorithm>
#include <array>
#include <bit>
#include <numeric>
#include <utility>

namespace tokentra {
namespace {

// Sorts the elements; the new index of each old one.
template <typename Element>
std::vector<std::uint32_t> SortTable(std::vector<Element>* elements) {
  std::vector<std::uint32_t> order(elements->size());
  std::iota(order.begin(), order.end(), 0u);
  std::sort(order.begin(), order.end(),
            [&](std::uint32_t a, std::uint32_t b) { return (*elements)[a] < (*elements)[b]; });
  std::vector<std::uint32_t> index(order.size());
  std::vector<Element> sorted;
  sorted.reserve(order.size());
  for (const std::uint32_t old : order) {
    index[old] = static_cast<std::uint32_t>(sorted.size());
    sorted.push_back(std::move((*elements)[old]));
  }
  *elements = std::move(sorted);
  return index;
}

// Stable counting sort by the low `bits` of the keys, eleven at a time.
template <typename Place>
void SortPlaces(int bits, std::vector<Place>* places) {
  constexpr int kDigitBits = 11;
  std::vector<Place> scratch(places->size());
  for (int shift = 0; shift < bits; shift += kDigitBits) {
    std::array<std::uint32_t, 1 << kDigitBits> starts{};
    const auto digit = [shift](const Place& place) {
      return static_cast<std::uint32_t>(place.key >> shift) & ((1 << kDigitBits) - 1);
    };
    for (const Place& place : *places) ++starts[digit(place)];
    std::exclusive_scan(starts.begin(), starts.end(), starts.begin(), 0u);
    for (const Place& place : *places) scratch[starts[digit(place)]++] = place;
    places->swap(scratch);
  }
}

int BitsFor(std::uint64_t most) { return static_cast<int>(std::bit_width(most)); }

constexpr int kTimeBits = 2;

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
  std::uint64_t adjusted_events = 0;
  std::uint64_t late_events = 0;
  std::uint64_t skewed_events = 0;
};

void SnapshotBuilder::Build() {
  SortTables();
  int key_bits = 0;
  std::vector<Place> places = PlaceRows(&key_bits);
  SortPlaces(key_bits, &places);
  const std::vector<SnapshotRow>& rows = snapshot_.contents_->rows;
  // Upper bounds: a row makes at most one entry, but for sums that pass a cell's limit.
  snapshot_.entries_.reserve(rows.size());
  counts_.reserve(rows.size());
  snapshot_.quantities_.reserve(quantities_count_);
  Sums sums;
  for (std::size_t i = 0; i < places.size();) {
    const SnapshotRow& first = rows[places[i].row];
    std::size_t end = i + 1;
    while (end < places.size() && places[end].key == places[i].key) ++end;
    if (end == i + 1 && first.key.page() < kBilledBank) {
      EmitOne(first);
    } else {
      for (; i < end; ++i) Accumulate(rows[places[i].row], &sums);
      Emit(first, &sums);
    }
    i = end;
  }
  PointSpans();
}

void SnapshotBuilder::SortTables() {
  SnapshotContents& contents = *snapshot_.contents_;
  const std::vector<std::uint32_t> class_index = SortTable(&contents.classes);
  const std::vector<std::uint32_t> tuple_index = SortTable(&contents.tuples);
  for (SnapshotRow& row : contents.rows) {
    const CellGroup group = row.key.group();
    row.key = {std::uint64_t{group.bucket} << 32 | class_index[group.class_id],
               std::uint64_t{tuple_index[group.dimensions]} << 32 | (row.key.low & 0xffff'ffff)};
    for (std::size_t i = kFirstQuantity; i < kCellCounters; ++i) {
      quantities_count_ += row.counters[i] != 0 ? 1 : 0;
    }
  }
  snapshot_.dimensions_.reserve(contents.tuples.size());
  for (const std::string& tuple : contents.tuples) {
    snapshot_.dimensions_.push_back(DecodeTuple(tuple));
  }
}

std::vector<SnapshotBuilder::Place> SnapshotBuilder::PlaceRows(int* key_bits) const {
  const SnapshotContents& contents = *snapshot_.contents_;
  std::uint32_t first_bucket = ~std::uint32_t{0};
  std::uint32_t last_bucket = 0;
  for (const SnapshotRow& row : contents.rows) {
    const auto bucket = static_cast<std::uint32_t>(row.key.high >> 32);
    first_bucket = std::min(first_bucket, bucket);
    last_bucket = std::max(last_bucket, bucket);
  }
  const int class_bits = BitsFor(contents.classes.size());
  const int tuple_bits = BitsFor(contents.tuples.size());
  *key_bits = kTimeBits + tuple_bits + class_bits +
              (contents.rows.empty() ? 0 : BitsFor(last_bucket - first_bucket));
  std::vector<Place> places;
  places.reserve(contents.rows.size());
  for (std::uint32_t i = 0; i < contents.rows.size(); ++i) {
    const CellGroup group = contents.rows[i].key.group();
    const Uint128 key =
        ((Uint128{group.bucket - first_bucket} << class_bits | group.class_id) << tuple_bits |
         group.dimensions)
            << kTimeBits |
        static_cast<std::uint64_t>(group.time);
    places.push_back({key, i});
  }
  return places;
}

SnapshotEntry SnapshotBuilder::EntryOf(const SnapshotRow& row) const {
  const CellGroup group = row.key.group();
  const std::int64_t bucket_seconds = snapshot_.contents_->bucket_seconds;
  SnapshotEntry entry{};
  entry.bucket_start = kNoInstant;
  if (group.time != TimeFold::kAnyTime) {
    entry.bucket_start = BucketNumber(group.bucket) * bucket_seconds * kNsPerSecond;
    entry.bucket_seconds = group.time == TimeFold::kDay ? 86'400 : bucket_seconds;
  }
  entry.class_index = group.class_id;
  entry.dimensions_index = group.dimensions;
  entry.time_fold = group.time;
  return entry;
}

// The usual entry: one cell of quantities.
void SnapshotBuilder::EmitOne(const SnapshotRow& row) {
  SnapshotEntry& entry = snapshot_.entries_.emplace_back(EntryOf(row));
  entry.events = row.counters[kEventsCounter];
  const std::size_t first_atom = row.key.page() * kAtomsPerPage;
  std::uint32_t count = 0;
  for (std::size_t i = 0; i < kAtomsPerPage; ++i) {
    const std::uint64_t quantity = row.counters[kFirstQuantity + i];
    if (quantity == 0) continue;
    snapshot_.quantities_.push_back({static_cast<Atom>(first_atom + i), quantity});
    ++count;
  }
  counts_.push_back({count, 0});
}

void SnapshotBuilder::Accumulate(const SnapshotRow& row, Sums* sums) const {
  const std::uint8_t page = row.key.page();
  const auto& counters = row.counters;
  if (page == kReportedPage) {
    sums->reported += AmountOf(counters);
    sums->reported_events += counters[kAmountCount];
    sums->adjusted_events += counters[kFirstArrival];
    sums->late_events += counters[kFirstArrival + 1];
    sums->skewed_events += counters[kFirstArrival + 2];
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
void SnapshotBuilder::Emit(const SnapshotRow& first, Sums* sums) {
  SnapshotEntry entry = EntryOf(first);
  entry.events = sums->events;
  entry.reported = sums->reported;
  entry.reported_events = sums->reported_events;
  entry.overflow_cost = sums->overflow_cost;
  entry.overflow_parts = sums->overflow_parts;
  entry.adjusted_events = sums->adjusted_events;
  entry.late_events = sums->late_events;
  entry.skewed_events = sums->skewed_events;
  do {
    const std::size_t atoms = EmitQuantities(sums->atoms, &sums->atoms_touched);
    const std::size_t billed = EmitQuantities(sums->billed, &sums->billed_touched);
    snapshot_.entries_.push_back(entry);
    counts_.push_back({static_cast<std::uint32_t>(atoms), static_cast<std::uint32_t>(billed)});
    // A further entry of the same key holds quantities only.
    entry.events = entry.reported_events = entry.overflow_parts = 0;
    entry.adjusted_events = entry.late_events = entry.skewed_events = 0;
    entry.reported = entry.overflow_cost = 0;
  } while ((sums->atoms_touched | sums->billed_touched) != 0);
  sums->events = sums->reported_events = sums->overflow_parts = 0;
  sums->adjusted_events = sums->late_events = sums->skewed_events = 0;
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
    snapshot_.quantities_.push_back({static_cast<Atom>(atom), quantity});
    ++count;
  });
  return count;
}

// Only now that the quantities no longer move.
void SnapshotBuilder::PointSpans() {
  const AtomQuantity* next = snapshot_.quantities_.data();
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    snapshot_.entries_[i].atoms = {next, counts_[i].atoms};
    next += counts_[i].atoms;
    snapshot_.entries_[i].billed = {next, counts_[i].billed};
    next += counts_[i].billed;
  }
}

}  // namespace tokentra
