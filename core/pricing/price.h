// usage x price row -> cost, exactly.
//
// Each rate of the row bills the atoms it covers as one line: billed quantity x amount / per,
// rounded once, half to even, only when the fraction does not end. The total is the sum of the
// lines. Atoms that no rate covers make the cost partial and are named.
//
// Thread: pure functions. Cost: linear in the atoms present; no allocation.

#ifndef TOKENTRA_CORE_PRICING_PRICE_H_
#define TOKENTRA_CORE_PRICING_PRICE_H_

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "core/base/money.h"
#include "core/catalog/image.h"
#include "core/usage/usage.h"

namespace tokentra {

// Numbers of the C ABI.
enum class CostState : std::uint8_t { kPriced = 1, kFree = 2, kPartial = 3, kUnpriced = 4 };
std::string_view CostStateName(CostState state);

// No initialisers: a cost holds room for many lines and writes few.
struct CostLine {
  std::uint32_t rate;  // index in the catalog's rates
  MeterId meter;
  std::uint64_t quantity;  // billed: after a minimum or step of the rate
  Int128 attos;            // amount in 10^-18

  Money amount() const { return *Money::FromAttos(attos); }
};

struct Cost {
  static constexpr std::size_t kLinesMax = kRatesMax;

  CostState state = CostState::kUnpriced;
  std::uint8_t line_count = 0;
  AtomSet uncovered = 0;      // atoms present that no rate covers
  Money total;                // meaningless when unpriced
  bool out_of_range = false;  // an amount left the range of Money; total and lines are unusable
  std::array<CostLine, kLinesMax> lines;

  std::span<const CostLine> line_span() const { return {lines.data(), line_count}; }
};

// One call: a per-call minimum or step of a rate applies to the quantity its atoms sum to.
void PriceCall(const CatalogImage& image, const RowRecord& row, const Atoms& atoms, Cost& cost);

// Many calls summed: `billed` holds what rates with a per-call rule billed, from BilledAtoms.
void PriceSums(const CatalogImage& image, const RowRecord& row, const Atoms& atoms,
               const Atoms& billed, Cost& cost);

// The quantities that rates with a per-call rule bill for one call, each at the first atom the
// rate covers there; empty for rows without such rates.
Atoms BilledAtoms(const CatalogImage& image, const RowRecord& row, const Atoms& atoms);

}  // namespace tokentra

#endif  // TOKENTRA_CORE_PRICING_PRICE_H_
