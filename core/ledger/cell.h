// Cells: the words that the ledger counts in, and the keys they stand under.
//
// A cell is one cache line: a sequence word and seven counters. What the counters mean depends on
// the page, which is part of the key:
//
//   page        counter 0   counters 1 to 6
//   0 to 15     events      quantities of atoms 6p to 6p+5, as used       (events on page 0 only)
//   16 to 31    0           quantities of atoms 6(p-16) to 6(p-16)+5, as billed
//   32          0           reported amount: low word, high word, events that reported one;
//                           then events by arrival: adjusted, late, skewed (arrival.h)
//   33          0           overflow amount: low word, high word, parts that it is the cost of
//
// Invariants:
//   1. A counter is a sum over whole events; which events, the shard's protocol decides (shard.h).
//   2. A quantity in a cell is at most kCellQuantityMax, so that the sum of a meter's atoms under
//      one key fits 64 bits; an amount is within +-kCellAmountMax, so that the sum of every cell a
//      ledger can have stays within Money::kMax. What would pass a limit goes to the cell of the
//      next carry number; nothing saturates and nothing wraps.
//   3. A key never changes once its cell is visible to readers.
//   4. Money stands only on pages 32 and 33: what the provider says it charged, and parts that
//      cannot be priced again because their class was folded.
//
// Thread: see shard.h (one writer) and shared_shard.h (many).

#ifndef TOKENTRA_CORE_LEDGER_CELL_H_
#define TOKENTRA_CORE_LEDGER_CELL_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "core/base/meter.h"
#include "core/base/money.h"

namespace tokentra {

// Handles of interned values. They belong to one ledger object and never leave the process.
using ClassId = std::uint32_t;
using DimensionsId = std::uint32_t;

inline constexpr std::size_t kCellCounters = 7;
inline constexpr std::size_t kEventsCounter = 0;
inline constexpr std::size_t kFirstQuantity = 1;
// On amount pages.
inline constexpr std::size_t kAmountLow = 1;
inline constexpr std::size_t kAmountHigh = 2;
inline constexpr std::size_t kAmountCount = 3;
// On the reported page, besides.
inline constexpr std::size_t kFirstArrival = 4;

inline constexpr std::size_t kAtomPages = (kAtomCount + kAtomsPerPage - 1) / kAtomsPerPage;
inline constexpr std::uint8_t kBilledBank = 16;  // page of billed quantities = page of atoms + 16
inline constexpr std::uint8_t kReportedPage = 32;
inline constexpr std::uint8_t kOverflowPage = 33;
static_assert(kAtomPages <= kBilledBank);

constexpr bool IsBilledPage(std::uint8_t page) {
  return page >= kBilledBank && page < kReportedPage;
}
constexpr bool IsAmountPage(std::uint8_t page) { return page >= kReportedPage; }

inline constexpr int kCellQuantityBits = 58;
inline constexpr std::uint64_t kCellQuantityMax = (std::uint64_t{1} << kCellQuantityBits) - 1;
static_assert(kCellQuantityBits + 6 == 64 && kMeterAtomsMax <= 64, "a meter's sum fits 64 bits");
inline constexpr Int128 kCellAmountMax = Int128{1} << 100;
// One event's cost or reported amount: ten thousand million units of currency.
inline constexpr Int128 kEventAmountMax = Money::kUnit * 10'000'000'000;

// All words are lock-free 64-bit atomics, which are address-free, so that the same layout serves
// in a mapping shared by processes. Zero bytes are an empty cell.
struct alignas(64) Cell {
  std::atomic<std::uint64_t> sequence;  // odd while the counters are being changed
  std::array<std::atomic<std::uint64_t>, kCellCounters> counters;
};
static_assert(sizeof(Cell) == 64);
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

// function(i) for each counter, unrolled: these loops are most of what recording costs.
template <typename Function>
[[gnu::always_inline]] inline void ForEachCounter(Function function) {
  [&]<std::size_t... kIndex>(std::index_sequence<kIndex...>) { (function(kIndex), ...); }
  (std::make_index_sequence<kCellCounters>());
}

// What a reader takes out of a cell.
struct CellImage {
  std::array<std::uint64_t, kCellCounters> counters;
  std::uint64_t version;  // even; grows with every event of the cell
};

// How far a bucket was folded.
enum class TimeFold : std::uint8_t { kNone = 0, kDay = 1, kAnyTime = 2 };

// The key without page and carry number: the cells of one group make one snapshot entry.
struct CellGroup {
  std::uint32_t bucket;  // biased bucket number (BucketWord); 0 for kAnyTime
  ClassId class_id;
  DimensionsId dimensions;
  TimeFold time;

  friend bool operator==(const CellGroup&, const CellGroup&) = default;
};

// 16 bytes beside each cell.
//   high: bucket << 32 | class
//   low:  dimensions << 32 | page << 24 | carry << 16 | time fold << 8 | 1
struct CellKey {
  std::uint64_t high;
  std::uint64_t low;

  static CellKey Of(const CellGroup& group, std::uint8_t page, std::uint8_t carry) {
    return {std::uint64_t{group.bucket} << 32 | group.class_id,
            std::uint64_t{group.dimensions} << 32 | std::uint64_t{page} << 24 |
                std::uint64_t{carry} << 16 | static_cast<std::uint64_t>(group.time) << 8 | 1};
  }
  CellGroup group() const {
    return {static_cast<std::uint32_t>(high >> 32), static_cast<std::uint32_t>(high),
            static_cast<std::uint32_t>(low >> 32), static_cast<TimeFold>(low >> 8 & 0xff)};
  }
  std::uint8_t page() const { return static_cast<std::uint8_t>(low >> 24); }
  std::uint8_t carry() const { return static_cast<std::uint8_t>(low >> 16); }

  std::uint64_t Hash() const {
    const Uint128 product = Uint128{high ^ 0x9e3779b97f4a7c15} * (low ^ 0xd6e8feb86659fd93);
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
  }

  friend bool operator==(const CellKey&, const CellKey&) = default;
};
static_assert(sizeof(CellKey) == 16);

// Bucket numbers count from 1970 and may be negative; in keys they are biased so that their order
// is that of unsigned words.
constexpr std::uint32_t BucketWord(std::int64_t bucket) {
  return static_cast<std::uint32_t>(bucket + (std::int64_t{1} << 31));
}
constexpr std::int64_t BucketNumber(std::uint32_t word) {
  return static_cast<std::int64_t>(word) - (std::int64_t{1} << 31);
}

// A key whose cells are full goes on in cells of carry number 1, 2, ... up to this, then folds.
inline constexpr std::uint8_t kCarryMax = 15;

// What one event adds to one cell.
struct PageAddition {
  std::uint8_t page;
  std::array<std::uint64_t, kCellCounters> counters;
};

inline Int128 AmountOf(const std::array<std::uint64_t, kCellCounters>& counters) {
  return static_cast<Int128>(Uint128{counters[kAmountHigh]} << 64 | counters[kAmountLow]);
}

// sum = base + addition; false when a limit of invariant 2 would be passed. The addition's own
// values are bounded (kQuantityMax, kEventAmountMax), so no sum can wrap. `base(i)` gives counter
// i of the base.
template <typename Base>
inline bool AddCounters(Base base, const PageAddition& addition,
                        std::array<std::uint64_t, kCellCounters>* sum) {
  if (IsAmountPage(addition.page)) [[unlikely]] {
    for (std::size_t i = 0; i < kCellCounters; ++i) (*sum)[i] = base(i);
    const Int128 amount = AmountOf(*sum) + AmountOf(addition.counters);
    (*sum)[kAmountLow] = static_cast<std::uint64_t>(amount);
    (*sum)[kAmountHigh] = static_cast<std::uint64_t>(static_cast<Uint128>(amount) >> 64);
    std::uint64_t all_bits = 0;
    for (std::size_t i = kAmountCount; i < kCellCounters; ++i) {
      all_bits |= (*sum)[i] += addition.counters[i];
    }
    return amount <= kCellAmountMax && amount >= -kCellAmountMax &&
           all_bits >> kCellQuantityBits == 0;
  }
  std::uint64_t all_bits = 0;
  ForEachCounter([&](std::size_t i) {
    const std::uint64_t counter = base(i) + addition.counters[i];
    (*sum)[i] = counter;
    all_bits |= counter;
  });
  return all_bits >> kCellQuantityBits == 0;
}

}  // namespace tokentra

#endif  // TOKENTRA_CORE_LEDGER_CELL_H_
