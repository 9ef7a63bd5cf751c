#include "core/ledger/sums_rows.h"

#include <algorithm>

namespace tokentra {
namespace {

constexpr std::uint16_t kCounterBits = 3;
static_assert(kCellCounters <= 1 << kCounterBits);

std::uint16_t PlaceOf(Atom atom, std::uint8_t bank) {
  const auto number = static_cast<std::size_t>(atom);
  return static_cast<std::uint16_t>((number / kAtomsPerPage + bank) << kCounterBits |
                                    (kFirstQuantity + number % kAtomsPerPage));
}

std::vector<SignedSums::Quantity> Added(const std::vector<SignedSums::Quantity>& a,
                                        const std::vector<SignedSums::Quantity>& b) {
  std::vector<SignedSums::Quantity> sum;
  sum.reserve(a.size() + b.size());
  for (std::size_t i = 0, j = 0; i < a.size() || j < b.size();) {
    const bool of_a = j == b.size() || (i < a.size() && a[i].first <= b[j].first);
    const bool of_b = i == a.size() || (j < b.size() && b[j].first <= a[i].first);
    SignedSums::Quantity quantity = of_a ? a[i] : b[j];
    if (of_a && of_b) quantity.second += b[j].second;
    i += of_a ? 1 : 0;
    j += of_b ? 1 : 0;
    if (quantity.second != 0) sum.push_back(quantity);
  }
  return sum;
}

// Rows of one page whose counters add up to `left`, each as full as a cell may be.
void AppendPage(const CellGroup& key, std::uint8_t page, std::array<Int128, kCellCounters> left,
                std::vector<SnapshotRow>* rows) {
  const auto some_left = [&] {
    return std::any_of(left.begin(), left.end(), [](Int128 value) { return value != 0; });
  };
  do {
    SnapshotRow& row = rows->emplace_back();
    row.key = CellKey::Of(key, page, 0);
    row.version = 0;
    row.position = 0;
    for (std::size_t i = 0; i < kCellCounters; ++i) {
      row.counters[i] = static_cast<std::uint64_t>(std::min(left[i], Int128{kCellQuantityMax}));
      left[i] -= row.counters[i];
    }
  } while (some_left());
}

void AppendAmount(const CellGroup& key, std::uint8_t page, Int128 amount, Int128 count,
                  std::array<Int128, 3> arrivals, std::vector<SnapshotRow>* rows) {
  while (amount != 0 || count != 0 || arrivals != std::array<Int128, 3>{}) {
    const Int128 part = std::clamp(amount, -kCellAmountMax, kCellAmountMax);
    const Int128 part_count = std::min(count, Int128{kCellQuantityMax});
    SnapshotRow& row = rows->emplace_back();
    row.key = CellKey::Of(key, page, 0);
    row.version = 0;
    row.position = 0;
    row.counters.fill(0);
    row.counters[kAmountLow] = static_cast<std::uint64_t>(part);
    row.counters[kAmountHigh] = static_cast<std::uint64_t>(static_cast<Uint128>(part) >> 64);
    row.counters[kAmountCount] = static_cast<std::uint64_t>(part_count);
    for (std::size_t i = 0; i < arrivals.size(); ++i) {
      const Int128 events = std::min(arrivals[i], Int128{kCellQuantityMax});
      row.counters[kFirstArrival + i] = static_cast<std::uint64_t>(events);
      arrivals[i] -= events;
    }
    amount -= part;
    count -= part_count;
  }
}

}  // namespace

void SignedSums::Add(const SnapshotEntry& entry, Int128 entry_money, int sign) {
  SignedSums one;
  one.events = sign * Int128{entry.events};
  for (const AtomQuantity& item : entry.atoms) {
    one.quantities.emplace_back(PlaceOf(item.atom, 0), sign * Int128{item.quantity});
  }
  for (const AtomQuantity& item : entry.billed) {
    one.quantities.emplace_back(PlaceOf(item.atom, kBilledBank), sign * Int128{item.quantity});
  }
  one.reported = sign * entry.reported;
  one.reported_events = sign * Int128{entry.reported_events};
  one.overflow_cost = sign * entry.overflow_cost;
  one.overflow_parts = sign * Int128{entry.overflow_parts};
  one.arrivals = {sign * Int128{entry.adjusted_events}, sign * Int128{entry.late_events},
                  sign * Int128{entry.skewed_events}};
  one.money = sign * entry_money;
  Add(one);
}

void SignedSums::Add(const SignedSums& other) {
  events += other.events;
  quantities = Added(quantities, other.quantities);
  reported += other.reported;
  reported_events += other.reported_events;
  overflow_cost += other.overflow_cost;
  overflow_parts += other.overflow_parts;
  for (std::size_t i = 0; i < arrivals.size(); ++i) arrivals[i] += other.arrivals[i];
  money += other.money;
}

void AppendRows(const CellGroup& key, const SignedSums& sums, std::vector<SnapshotRow>* rows) {
  std::array<Int128, kCellCounters> page_sums{};
  page_sums[kEventsCounter] = sums.events;
  std::uint8_t page = 0;
  const std::size_t rows_before = rows->size();
  bool any = sums.events != 0;
  for (const auto& [place, quantity] : sums.quantities) {
    const auto its_page = static_cast<std::uint8_t>(place >> kCounterBits);
    if (its_page != page) {
      if (any) AppendPage(key, page, page_sums, rows);
      page_sums.fill(0);
      page = its_page;
    }
    page_sums[place & ((1 << kCounterBits) - 1)] = quantity;
    any = true;
  }
  if (any) AppendPage(key, page, page_sums, rows);
  AppendAmount(key, kReportedPage, sums.reported, sums.reported_events, sums.arrivals, rows);
  AppendAmount(key, kOverflowPage, sums.overflow_cost, sums.overflow_parts, {}, rows);
  if (rows->size() == rows_before) AppendPage(key, 0, {}, rows);
}

}  // namespace tokentra
