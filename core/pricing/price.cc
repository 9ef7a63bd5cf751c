#include "core/pricing/price.h"

#include <algorithm>

namespace tokentra {
namespace {

bool HasRule(const RateRecord& rate) { return rate.rule != 0; }

// max(minimum, ceil((quantity - included) / step) * step); nothing stays nothing.
std::uint64_t BilledQuantity(const RuleRecord& rule, std::uint64_t quantity) {
  if (quantity <= rule.included) return 0;
  const std::uint64_t steps = (quantity - rule.included - 1) / rule.step + 1;
  return std::max(rule.minimum, steps * rule.step);
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
  for (std::size_t i = 0; i < row.rate_count; ++i) {
    std::uint64_t quantity = sums.quantity[i];
    if (quantity == 0) continue;
    const std::uint32_t index = image.RateIndex(row, i);
    const RateRecord& rate = image.rates[index];
    if (HasRule(rate)) {
      quantity = BilledQuantity(image.rules[rate.rule], quantity);
      if (quantity == 0) continue;
    }
    AddLine(rate, index, quantity, cost);
  }
}

void PriceSums(const CatalogImage& image, const RowRecord& row, const Atoms& atoms,
               const Atoms& billed, Cost& cost) {
  Sums counted;
  Sums ruled;
  SumByRate(image.shapes[row.shape], atoms, counted);
  SumByRate(image.shapes[row.shape], billed, ruled);
  Begin(row, counted.uncovered, cost);
  for (std::size_t i = 0; i < row.rate_count; ++i) {
    const std::uint32_t index = image.RateIndex(row, i);
    const RateRecord& rate = image.rates[index];
    const std::uint64_t quantity = HasRule(rate) ? ruled.quantity[i] : counted.quantity[i];
    if (quantity != 0) AddLine(rate, index, quantity, cost);
  }
}

Atoms BilledAtoms(const CatalogImage& image, const RowRecord& row, const Atoms& atoms) {
  Atoms billed;
  const std::span<const std::uint16_t> rates = image.rate_ids.subspan(row.rates, row.rate_count);
  const auto has_rule = [&](std::uint16_t rate) { return HasRule(image.rates[rate]); };
  if (std::none_of(rates.begin(), rates.end(), has_rule)) return billed;
  const ShapeRecord& shape = image.shapes[row.shape];
  Sums sums;
  SumByRate(shape, atoms, sums);
  for (const AtomQuantity& item : atoms.items()) {
    const std::uint8_t rate = shape.rate_of_atom[static_cast<std::size_t>(item.atom)];
    if (rate >= Cost::kLinesMax || !has_rule(rates[rate]) || sums.quantity[rate] == 0) continue;
    const RuleRecord& rule = image.rules[image.rates[rates[rate]].rule];
    billed.Append(item.atom, BilledQuantity(rule, sums.quantity[rate]));
    sums.quantity[rate] = 0;
  }
  return billed;
}

}  // namespace tokentra
