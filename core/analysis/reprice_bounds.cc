#include "core/analysis/reprice_bounds.h"

#include <algorithm>
#include <optional>

#include "core/pricing/price.h"

namespace tokentra {
namespace {

constexpr std::uint64_t kMost = ~std::uint64_t{0};

std::uint64_t Plus(std::uint64_t a, std::uint64_t b) {
  std::uint64_t sum = 0;
  return __builtin_add_overflow(a, b, &sum) ? kMost : sum;
}
std::uint64_t Times(std::uint64_t a, std::uint64_t b) {
  std::uint64_t product = 0;
  return __builtin_mul_overflow(a, b, &product) ? kMost : product;
}

Atoms AtomsOf(std::span<const AtomQuantity> items) {
  Atoms atoms;
  for (const AtomQuantity& item : items) atoms.Append(item.atom, item.quantity);
  return atoms;
}

// Which rate of its row covers an atom; null: none.
const RateRecord* RateOf(const CatalogImage& image, const RowRecord& row, Atom atom) {
  const std::uint8_t at = image.shapes[row.shape].rate_of_atom[static_cast<std::size_t>(atom)];
  return at == kNoRate ? nullptr : &image.Rate(row, at);
}

bool SameRule(const RuleRecord& a, const RuleRecord& b) {
  return a.minimum == b.minimum && a.step == b.step && a.included == b.included;
}

// Whether what was billed at recording is what `row` bills too: each rate with a rule covers, of
// the atoms that are there, those that one rate with the same rule covered.
bool BilledAlike(const CatalogImage& image, const RowRecord& row, const CellAtoms& cell,
                 const PlacedRow& recorded) {
  for (const AtomQuantity& item : cell.atoms) {
    const RateRecord* rate = RateOf(image, row, item.atom);
    if (rate == nullptr || rate->rule == 0) continue;
    if (recorded.row == nullptr) return false;
    const RateRecord* before = RateOf(*recorded.image, *recorded.row, item.atom);
    if (before == nullptr ||
        !SameRule(image.rules[rate->rule], recorded.image->rules[before->rule])) {
      return false;
    }
    for (const AtomQuantity& other : cell.atoms) {
      const bool together = RateOf(image, row, other.atom) == rate;
      if (together != (RateOf(*recorded.image, *recorded.row, other.atom) == before)) return false;
    }
  }
  return true;
}

// The least and the most that one row bills of `quantity`, which some number of calls used.
struct Billed {
  std::uint64_t least;
  std::uint64_t most;
};
Billed BilledOf(const RuleRecord& rule, std::uint64_t quantity) {
  if (quantity == 0) return {0, 0};
  // One call may have used all of it, or each quantum have been a call.
  const std::uint64_t more = Times(quantity, std::max(rule.minimum, rule.step - 1));
  const std::uint64_t least = rule.included == 0 ? quantity : 0;
  return {least, Plus(quantity, more)};
}

// rate x quantity, not above (`up` false) or not below the exact product.
std::optional<Money> Toward(const RateRecord& rate, std::uint64_t quantity, bool up) {
  const Rate exact{*Money::FromWords(rate.amount_lo, rate.amount_hi), rate.per};
  const std::optional<Money> product = Multiply(exact, quantity);
  if (!product.has_value() || IsWholePerQuantum(exact)) return product;
  // Rounded by at most half of the last digit.
  return up ? Money::FromAttos(product->attos() + 1)
            : Money::FromAttos(std::max<Int128>(product->attos() - 1, 0));
}

}  // namespace

PriceBounds BoundCost(const CatalogImage& image, std::span<const RowRecord* const> rows,
                      const CellAtoms& cell, const PlacedRow& recorded) {
  PriceBounds bounds;
  if (rows.size() == 1) {
    if (rows[0] == nullptr) return bounds;
    if (BilledAlike(image, *rows[0], cell, recorded)) {
      Cost cost;
      PriceSums(image, *rows[0], AtomsOf(cell.atoms), AtomsOf(cell.billed), cost);
      bounds.lower = bounds.upper = cost.total;
      bounds.out_of_range = cost.out_of_range;
      return bounds;
    }
  }
  for (const AtomQuantity& item : cell.atoms) {
    std::optional<Money> least;
    std::optional<Money> most;
    for (const RowRecord* row : rows) {
      Money low;
      Money high;
      const RateRecord* rate = row == nullptr ? nullptr : RateOf(image, *row, item.atom);
      if (rate != nullptr) {
        const Billed billed = BilledOf(image.rules[rate->rule], item.quantity);
        if (rate->rule != 0) bounds.per_call = true;
        const std::optional<Money> down = Toward(*rate, billed.least, false);
        const std::optional<Money> up = Toward(*rate, billed.most, true);
        if (!down.has_value() || !up.has_value()) {
          bounds.out_of_range = true;
          return bounds;
        }
        low = *down;
        high = *up;
      }
      least = least.has_value() ? std::min(*least, low) : low;
      most = most.has_value() ? std::max(*most, high) : high;
    }
    if (!bounds.lower.Add(least.value_or(Money())) || !bounds.upper.Add(most.value_or(Money()))) {
      bounds.out_of_range = true;
      return bounds;
    }
  }
  return bounds;
}

}  // namespace tokentra
