// SignedSums: what the entries of one key add up to, or differ by, and the rows that hold it.
//
// Thread: values.

#ifndef TOKENTRA_CORE_LEDGER_SUMS_ROWS_H_
#define TOKENTRA_CORE_LEDGER_SUMS_ROWS_H_

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "core/base/money.h"
#include "core/ledger/snapshot.h"

namespace tokentra {

struct SignedSums {
  // A page and a counter in it (cell.h) as one number; ascending, no zeros.
  using Quantity = std::pair<std::uint16_t, Int128>;

  // `sign` is 1 or -1.
  void Add(const SnapshotEntry& entry, Int128 entry_money, int sign);
  void Add(const SignedSums& other);

  friend bool operator==(const SignedSums&, const SignedSums&) = default;

  Int128 events = 0;
  std::vector<Quantity> quantities;
  Int128 reported = 0;
  Int128 reported_events = 0;
  Int128 overflow_cost = 0;
  Int128 overflow_parts = 0;
  std::array<Int128, 3> arrivals{};  // adjusted, late, skewed events
  Int128 money = 0;
};

// Appends rows of `key` that add up to the sums: one at least. REQUIRES: no count or quantity is
// negative.
void AppendRows(const CellGroup& key, const SignedSums& sums, std::vector<SnapshotRow>* rows);

}  // namespace tokentra

#endif  // TOKENTRA_CORE_LEDGER_SUMS_ROWS_H_
