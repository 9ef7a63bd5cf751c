#include "core/usage/stated.h"

#include <algorithm>

#include "core/usage/transport.h"

namespace tokentra::lattice {
namespace {

// [direction][modality]: a bit for each meter.
constexpr std::array<std::array<MeterSet, kModalityCount>, 3> MakeRowBits() {
  std::array<std::array<MeterSet, kModalityCount>, 3> bits{};
  for (Direction direction : {Direction::kInput, Direction::kOutput}) {
    for (std::size_t m = 0; m < kModalityCount; ++m) {
      MeterSet& row = bits[static_cast<std::size_t>(direction)][m];
      const Modality modality = static_cast<Modality>(m);
      row |= MeterBit(MeterWith(direction, modality, Use::kAny));
      for (Use use : ColumnsOf(direction)) {
        row |= MeterBit(MeterWith(direction, modality, use));
      }
    }
  }
  return bits;
}
constexpr auto kRowBits = MakeRowBits();

}  // namespace

bool Stated::HasRow(Direction direction, Modality modality) const {
  return (present_ & kRowBits[static_cast<std::size_t>(direction)][Index(modality)]) != 0;
}

std::uint64_t Stated::OpenOverlap(Direction direction, Use use, std::span<const Use> inner_uses,
                                  OpenWhole* open) const {
  const auto meter = [&](Modality m, Use u) { return MeterWith(direction, m, u); };
  // Rows are modalities, columns uses, each less its stated joins. What shares nothing goes to the
  // row of no modality and the column of no use; where these two meet is what is shared.
  constexpr std::size_t kNoModality = Index(kAllModalities);
  constexpr std::size_t kNoUse = Transport::kColumns - 1;
  Transport t;
  for (Modality m : kModalities) t.supply[Index(m)] = Get(meter(m, use));
  for (std::size_t c = 0; c < inner_uses.size(); ++c) {
    t.demand[c] = Get(meter(kAllModalities, inner_uses[c]));
    for (Modality m : kModalities) {
      const std::uint64_t join = Get(meter(m, inner_uses[c]));
      // Joins above their whole are a contradiction, which is found later.
      t.supply[Index(m)] -= std::min(join, t.supply[Index(m)]);
      t.demand[c] -= std::min(join, t.demand[c]);
    }
  }
  bool found = false;
  for (Modality m : kModalities) {
    for (std::size_t c = 0; c < inner_uses.size(); ++c) {
      if (t.supply[Index(m)] == 0 || t.demand[c] == 0 || Has(meter(m, inner_uses[c]))) continue;
      t.open[Index(m)][c] = true;
      if (!found && open->whole == 0) {
        *open = {meter(kAllModalities, use), meter(m, use), meter(kAllModalities, inner_uses[c])};
      }
      found = true;
    }
  }
  if (!found) return 0;
  for (Modality m : kModalities) {
    t.open[Index(m)][kNoUse] = true;
    t.demand[kNoUse] += t.supply[Index(m)];
  }
  for (std::size_t c = 0; c < inner_uses.size(); ++c) {
    t.open[kNoModality][c] = true;
    t.supply[kNoModality] += t.demand[c];
  }
  t.open[kNoModality][kNoUse] = true;
  t.Solve();
  t.Maximize(kNoModality, kNoUse);
  return t.cell(kNoModality, kNoUse);
}

// A whole is the sum of its parts by use and, for all modalities together, by modality; what both
// count is counted once.
void Stated::CompleteOne(Direction direction, Modality modality, Use use,
                         std::span<const Use> inner_uses, OpenWhole* open) {
  const MeterId whole = MeterWith(direction, modality, use);
  if (Has(whole)) return;
  bool found = false;
  std::uint64_t by_use = 0;
  std::uint64_t by_modality = 0;
  std::uint64_t overlap = 0;
  const auto add = [&](Modality m, Use u, std::uint64_t* to) {
    const MeterId part = MeterWith(direction, m, u);
    found = found || Has(part);
    *to += Get(part);
  };
  for (Use inner : inner_uses) add(modality, inner, &by_use);
  if (modality == kAllModalities) {
    for (Modality inner : kModalities) {
      if (!HasRow(direction, inner)) continue;
      add(inner, use, &by_modality);
      for (Use u : inner_uses) add(inner, u, &overlap);
    }
  }
  if (!found) return;
  if (by_use != 0 && by_modality != 0) overlap += OpenOverlap(direction, use, inner_uses, open);
  present_ |= MeterBit(whole);
  values_[whole] = by_use + by_modality - overlap;
}

// From the finest meters up, so that a sum finds its own parts complete.
OpenWhole Stated::Complete(Direction direction) {
  OpenWhole open;
  if (direction == Direction::kInput) {
    for (Use use : kLifetimes) CompleteOne(direction, kAllModalities, use, {}, &open);
    for (Modality m : kModalities) {
      if (HasRow(direction, m)) CompleteOne(direction, m, Use::kCacheWrite, kLifetimes, &open);
    }
    CompleteOne(direction, kAllModalities, Use::kCacheWrite, kLifetimes, &open);
    CompleteOne(direction, kAllModalities, Use::kTool, {}, &open);
    CompleteOne(direction, kAllModalities, Use::kCacheRead, {}, &open);
  } else {
    for (Use use : kOutputUses) CompleteOne(direction, kAllModalities, use, {}, &open);
  }
  for (Modality m : kModalities) {
    if (HasRow(direction, m)) CompleteOne(direction, m, Use::kAny, UsesOf(direction), &open);
  }
  CompleteOne(direction, kAllModalities, Use::kAny, UsesOf(direction), &open);
  return open;
}

bool SolveDirect(const Stated& stated, Direction direction, AtomTable* atoms) {
  // Quantities are at most 2^48, so signed sums of all meters cannot overflow; a negative rest is
  // a contradiction, which is not for this function to explain.
  using Signed = std::int64_t;
  const auto get = [&](Modality m, Use u) {
    return static_cast<Signed>(stated.Get(MeterWith(direction, m, u)));
  };
  const auto has = [&](Modality m, Use u) { return stated.Has(MeterWith(direction, m, u)); };

  const std::span<const Use> columns = ColumnsOf(direction);
  std::array<Signed, kColumnsMax> left{};  // by column: not yet given to a modality
  for (std::size_t c = 0; c < columns.size(); ++c) left[c] = get(kAllModalities, columns[c]);
  if (direction == Direction::kInput) left[4] -= left[2] + left[3];

  Signed cells[kModalityCount][kColumnsMax + 1] = {};  // the last column: of no particular use
  std::array<bool, kColumnsMax> text_is_stated{};
  for (std::size_t m = 1; m < kModalityCount; ++m) {
    const Modality modality = static_cast<Modality>(m);
    if (!stated.HasRow(direction, modality)) continue;
    const bool is_text = modality == Modality::kText;
    Signed rest = get(modality, Use::kAny);
    for (std::size_t c = 0; c < columns.size(); ++c) {
      const Use use = columns[c];
      if (has(modality, use)) {
        cells[m][c] = get(modality, use);
        if (use == Use::kCacheWrite) cells[m][c] -= cells[m][2] + cells[m][3];
        text_is_stated[c] = text_is_stated[c] || is_text;
      } else if (rest != 0 && left[c] != 0) {
        // Text takes what is left, unless its writes are stated and their lifetimes are not.
        if (!is_text) return false;
        if (IsWrite(use) && has(modality, Use::kCacheWrite)) return false;
      }
      left[c] -= cells[m][c];
      rest -= cells[m][c];
    }
    cells[m][kColumnsMax] = rest;
  }

  Signed& text_rest = cells[Index(Modality::kText)][kColumnsMax];
  for (std::size_t c = 0; c < columns.size(); ++c) {
    if (!text_is_stated[c]) {
      const Signed taken = std::min(text_rest, left[c]);
      cells[Index(Modality::kText)][c] = taken;
      text_rest -= taken;
      left[c] -= taken;
    }
    cells[Index(kAllModalities)][c] = left[c];
  }
  Signed rest = get(kAllModalities, Use::kAny);
  for (Modality m : kModalities) rest -= get(m, Use::kAny);
  for (std::size_t c = 0; c < columns.size(); ++c) rest -= left[c];
  cells[Index(kAllModalities)][kColumnsMax] = rest;

  // All cells together are the whole, so none can be above the limit when that is not.
  if (get(kAllModalities, Use::kAny) > static_cast<Signed>(kQuantityMax)) return false;
  Signed signs = 0;
  for (const auto& row : cells) {
    for (Signed cell : row) signs |= cell;
  }
  if (signs < 0) return false;

  const std::span<const MeterInfo> meters = Meters();
  for (std::size_t m = 0; m < kModalityCount; ++m) {
    if (m != 0 && !stated.HasRow(direction, static_cast<Modality>(m))) continue;
    for (std::size_t c = 0; c <= columns.size(); ++c) {
      const bool plain = c == columns.size();
      const MeterId meter =
          MeterWith(direction, static_cast<Modality>(m), plain ? Use::kAny : columns[c]);
      (*atoms)[static_cast<std::size_t>(meters[meter - 1U].remainder)] =
          static_cast<std::uint64_t>(cells[m][plain ? kColumnsMax : c]);
    }
  }
  return true;
}

}  // namespace tokentra::lattice
