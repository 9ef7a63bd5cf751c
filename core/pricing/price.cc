#include "core/pricing/price.h"

#include <algorithm>

namespace tokentra {
namespace {

bool HasRule(const RateRecord& rate) { return rate.minimum != 0 || rate.step > 1; }

// max(minimum, ceil(quantity / step) * step); nothing stays nothing.
std::uint64_t BilledQuantity(const RateRecord& rate, std::uint64_t quantity) {
  if (quantity == 0) return 0;
  const std::uint64_t steps = (quantity - 1) / rate.step + 1;
  return std::max(rate.minimum, steps * rate.step);
}

// Sums of atoms by rate position, and what no rate covers.
struct Sums {
  std::array<std::uint64_t, Cost::kLinesMax> quantity = {};
  AtomSet uncovered = 0;
};

void SumByRate(const ShapeRecord& shape, const Atoms& atoms, Sums& sums) {
  for (const AtomQuantity& item : atoms.items()) {
    const std::uint8_t rate = shape.rate_of_atom[static_cast<std::size_t>(item.atom)];
    if (rate < Cost::kLinesMax) {
      sums.quantity[rate] += item.quantity;
    } else {
      sums.uncovered |= AtomBit(item.atom);
    }
  }
}

void AddLine(const RateRecord& rate, std::uint32_t index, std::uint64_t quantity, Cost& cost) {
  CostLine& line = cost.lines[cost.line_count++];
  line.rate = index;
  line.meter = rate.meter;
  line.quantity = quantity;
  line.attos = 0;
  if (rate.attos_per_quantum != 0) {
    // 64 x 64 bits: the product always fits 128.
    const Uint128 attos = static_cast<Uint128>(rate.attos_per_quantum) * quantity;
    if (attos > static_cast<Uint128>(Money::kMax)) {
      cost.out_of_range = true;
      return;
    }
    line.attos = static_cast<Int128>(attos);
  } else {
    const std::optional<Money> amount =
        Multiply({*Money::FromWords(rate.amount_lo, rate.amount_hi), rate.per}, quantity);
    if (!amount.has_value()) {
      cost.out_of_range = true;
      return;
    }
    line.attos = amount->attos();
  }
  if (!cost.total.Add(line.amount())) cost.out_of_range = true;
}

void Begin(const RowRecord& row, AtomSet uncovered, Cost& cost) {
  cost.line_count = 0;
  cost.total = Money();
  cost.out_of_range = false;
  cost.uncovered = row.free != 0 ? 0 : uncovered;
  cost.state = row.free != 0    ? CostState::kFree
               : uncovered != 0 ? CostState::kPartial
                                : CostState::kPriced;
}

}  // namespace

std::string_view CostStateName(CostState state) {
  switch (state) {
    case CostState::kPriced:
      return "priced";
    case CostState::kFree:
      return "free";
    case CostState::kPartial:
      return "partial";
    case CostState::kUnpriced:
      break;
  }
  return "unpriced";
}

void PriceCall(const CatalogImage& image, const RowRecord& row, const Atoms& atoms, Cost& cost) {
  Sums sums;
  SumByRate(image.shapes[row.shape], atoms, sums);
  Begin(row, sums.uncovered, cost);
  for (std::uint32_t i = 0; i < row.rates.count; ++i) {
    if (sums.quantity[i] == 0) continue;
    const std::uint32_t index = row.rates.begin + i;
    const RateRecord& rate = image.rates[index];
    AddLine(rate, index, HasRule(rate) ? BilledQuantity(rate, sums.quantity[i]) : sums.quantity[i],
            cost);
  }
}

void PriceSums(const CatalogImage& image, const RowRecord& row, const Atoms& atoms,
               const Atoms& billed, Cost& cost) {
  Sums counted;
  Sums ruled;
  SumByRate(image.shapes[row.shape], atoms, counted);
  SumByRate(image.shapes[row.shape], billed, ruled);
  Begin(row, counted.uncovered, cost);
  for (std::uint32_t i = 0; i < row.rates.count; ++i) {
    const std::uint32_t index = row.rates.begin + i;
    const RateRecord& rate = image.rates[index];
    const std::uint64_t quantity = HasRule(rate) ? ruled.quantity[i] : counted.quantity[i];
    if (quantity != 0) AddLine(rate, index, quantity, cost);
  }
}

Atoms BilledAtoms(const CatalogImage& image, const RowRecord& row, const Atoms& atoms) {
  Atoms billed;
  const std::span<const RateRecord> rates = CatalogImage::Slice(image.rates, row.rates);
  if (std::none_of(rates.begin(), rates.end(), HasRule)) return billed;
  const ShapeRecord& shape = image.shapes[row.shape];
  Sums sums;
  SumByRate(shape, atoms, sums);
  for (const AtomQuantity& item : atoms.items()) {
    const std::uint8_t rate = shape.rate_of_atom[static_cast<std::size_t>(item.atom)];
    if (rate >= Cost::kLinesMax || !HasRule(rates[rate]) || sums.quantity[rate] == 0) continue;
    billed.Append(item.atom, BilledQuantity(rates[rate], sums.quantity[rate]));
    sums.quantity[rate] = 0;
  }
  return billed;
}

}  // namespace tokentra
