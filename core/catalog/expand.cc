#include "core/catalog/expand.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <set>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/base/text.h"

namespace tokentra {
namespace {

// A row or a row under a variant, its bands not yet cut.
struct Draft {
  FullRow row;
  std::vector<SourceBand> bands;
};

absl::Status ErrorAt(const std::string& where, std::string_view problem) {
  return absl::InvalidArgumentError(absl::StrCat(where, ": ", problem));
}

Draft DraftOf(const SourceRow& source) {
  Draft draft;
  draft.row.interval = source.interval;
  draft.row.conditions = source.conditions;
  draft.row.rates = source.rates;
  draft.row.billed = source.billed;
  draft.row.joins = source.joins;
  draft.row.free = source.free;
  draft.row.as_of = source.as_of;
  draft.row.evidence = source.evidence;
  draft.row.source = source.source;
  draft.row.where = source.where;
  draft.bands = source.bands;
  return draft;
}

std::optional<Interval> Intersect(const Interval& a, const Interval& b) {
  const Interval both{std::max(a.from, b.from), std::min(a.until, b.until)};
  if (both.from >= both.until) return std::nullopt;
  return both;
}

// amount x factor, exact or refused; the text follows the amount.
absl::Status MultiplyRate(const std::string& where, Money factor, SourceRate& rate) {
  if (!rate.stated) return absl::OkStatus();
  // factor = numerator / denominator in lowest terms: dividing first keeps the product in range.
  constexpr Int128 kFactorMax = Money::kUnit * 9;  // std::gcd takes 64 bits
  if (factor.attos() > kFactorMax) return ErrorAt(where, "multiply: by is above 9");
  const Int128 common =
      std::gcd(static_cast<std::int64_t>(factor.attos()), static_cast<std::int64_t>(Money::kUnit));
  const Int128 numerator = factor.attos() / common;
  const Int128 denominator = Money::kUnit / common;
  const Int128 amount = rate.rate.amount.attos();
  Int128 product = 0;
  if (amount % denominator == 0 &&
      !__builtin_mul_overflow(amount / denominator, numerator, &product)) {
    if (const std::optional<Money> exact = Money::FromAttos(product)) {
      rate.rate.amount = *exact;
      rate.text = exact->ToString();
      return absl::OkStatus();
    }
  }
  return ErrorAt(where, absl::StrCat("multiply: ", rate.text, " x ", factor.ToString(),
                                     " is not exact in 18 decimals; state the rate"));
}

absl::Status MergeConditions(const SourceRow& variant, SourceConditions& into) {
  const SourceConditions& from = variant.conditions;
  const auto twice = [&](std::string_view name) {
    return ErrorAt(variant.where,
                   absl::StrCat("conditions: ", name, " is already a condition of the price row"));
  };
  if (from.service_tier.has_value()) {
    if (into.service_tier.has_value()) return twice("service_tier");
    into.service_tier = from.service_tier;
  }
  if (from.batch.has_value()) {
    if (into.batch.has_value()) return twice("batch");
    into.batch = from.batch;
  }
  if (from.region.has_value()) {
    if (into.region.has_value()) return twice("region");
    into.region = from.region;
  }
  if (from.hours.has_value()) {
    if (into.hours.has_value()) return twice("hours");
    into.hours = from.hours;
  }
  for (const auto& [name, value] : from.named) {
    if (!into.named.emplace(name, value).second) return twice(name);
  }
  return absl::OkStatus();
}

// The rates of bands that a variant overrides are the variant's alone.
void OverrideRates(const SourceRow& variant, Draft& draft) {
  std::set<MeterId> stated;
  for (const auto& [meter, rate] : variant.rates) stated.insert(meter);
  for (const SourceBand& band : variant.bands) {
    for (const auto& [meter, rate] : band.rates) stated.insert(meter);
  }
  for (SourceBand& band : draft.bands) {
    for (const MeterId meter : stated) band.rates.erase(meter);
  }
  for (const auto& [meter, rate] : variant.rates) draft.row.rates[meter] = rate;
  for (const SourceBand& band : variant.bands) draft.bands.push_back(band);
  for (const MeterId meter : variant.remove) {
    draft.row.rates.erase(meter);
    draft.row.billed.erase(meter);
    for (SourceBand& band : draft.bands) band.rates.erase(meter);
  }
  std::erase_if(draft.bands, [](const SourceBand& band) { return band.rates.empty(); });
}

absl::Status ApplyMultipliers(const SourceRow& variant, Draft& draft) {
  for (const SourceMultiplier& multiplier : variant.multipliers) {
    for (const MeterId meter : multiplier.meters) {
      if (variant.rates.contains(meter)) continue;
      if (const auto rate = draft.row.rates.find(meter); rate != draft.row.rates.end()) {
        TOKENTRA_RETURN_IF_ERROR(MultiplyRate(variant.where, multiplier.by, rate->second));
      }
      for (SourceBand& band : draft.bands) {
        const auto rate = band.rates.find(meter);
        if (rate == band.rates.end()) continue;
        TOKENTRA_RETURN_IF_ERROR(MultiplyRate(variant.where, multiplier.by, rate->second));
      }
    }
  }
  return absl::OkStatus();
}

// nullopt: the intervals do not meet.
absl::StatusOr<std::optional<Draft>> Overlay(const SourceRow& row, const SourceRow& variant) {
  const std::optional<Interval> interval = Intersect(row.interval, variant.interval);
  if (!interval.has_value()) return std::optional<Draft>();
  Draft draft = DraftOf(row);
  draft.row.interval = *interval;
  TOKENTRA_RETURN_IF_ERROR(MergeConditions(variant, draft.row.conditions));
  TOKENTRA_RETURN_IF_ERROR(ApplyMultipliers(variant, draft));
  OverrideRates(variant, draft);
  draft.row.free = row.free && draft.row.rates.empty() && draft.bands.empty();
  for (const auto& [meter, rule] : variant.billed) draft.row.billed[meter] = rule;
  for (const auto& [join, target] : variant.joins) draft.row.joins[join] = target;
  draft.row.as_of = variant.as_of;
  draft.row.evidence = variant.evidence;
  if (!variant.source.empty()) draft.row.source = variant.source;
  draft.row.where = variant.where;
  return std::optional<Draft>(std::move(draft));
}

absl::Status TooMany(const std::string& where) {
  return ErrorAt(where, absl::StrCat("the model has more than ", kModelRowsMax,
                                     " price rows once variants and bands are laid out"));
}

// Cuts the bands of a draft into rows whose ranges are disjoint and cover everything.
absl::Status CutBands(const Draft& draft, std::vector<FullRow>& out) {
  std::map<MeterId, std::vector<std::uint64_t>> starts;  // first quantity of each range
  for (const SourceBand& band : draft.bands) starts[band.meter].push_back(band.min);
  if (starts.size() > kBandsMax) {
    return ErrorAt(draft.row.where, absl::StrCat("bands: by more than ", kBandsMax, " meters"));
  }
  std::vector<BandSet> cells(1);
  std::size_t axis = 0;
  for (auto& [meter, from] : starts) {
    from.push_back(0);
    std::sort(from.begin(), from.end());
    from.erase(std::unique(from.begin(), from.end()), from.end());
    std::vector<BandSet> finer;
    if (cells.size() * from.size() > kModelRowsMax) return TooMany(draft.row.where);
    for (const auto& cell : cells) {
      for (std::size_t i = 0; i < from.size(); ++i) {
        finer.push_back(cell);
        finer.back()[axis].meter = meter;
        finer.back()[axis].min = from[i];
        if (i + 1 < from.size()) finer.back()[axis].max = from[i + 1] - 1;
      }
    }
    cells = std::move(finer);
    ++axis;
  }
  if (out.size() + cells.size() > kModelRowsMax) return TooMany(draft.row.where);
  for (const auto& cell : cells) {
    FullRow row = draft.row;
    row.bands = cell;
    for (const SourceBand& band : draft.bands) {
      const bool holds = std::any_of(cell.begin(), cell.end(), [&](const BandRecord& range) {
        return range.meter == band.meter && range.min >= band.min;
      });
      if (!holds) continue;
      for (const auto& [meter, rate] : band.rates) row.rates[meter] = rate;
    }
    out.push_back(std::move(row));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<FullModel> ExpandModel(const SourceModel& model) {
  FullModel full;
  full.id = model.id;
  full.aliases = model.aliases;
  full.patterns = model.patterns;
  full.deprecated = model.deprecated;
  full.dated_snapshots = model.dated_snapshots;
  full.where = model.where;
  std::vector<FullRow>& rows = full.rows;
  for (const SourceRow& row : model.price_rows) {
    TOKENTRA_RETURN_IF_ERROR(CutBands(DraftOf(row), rows));
  }
  for (const SourceRow& variant : model.variants) {
    bool met = false;
    for (const SourceRow& row : model.price_rows) {
      absl::StatusOr<std::optional<Draft>> draft = Overlay(row, variant);
      if (!draft.ok()) return draft.status();
      if (!draft->has_value()) continue;
      met = true;
      TOKENTRA_RETURN_IF_ERROR(CutBands(**draft, rows));
    }
    if (!met) return ErrorAt(variant.where, "meets no price row of the model");
  }
  return full;
}

absl::StatusOr<ShapeRecord> CoverAtoms(const FullRow& row) {
  ShapeRecord shape;
  shape.rate_of_atom.fill(kNoRate);
  for (std::size_t i = 0; i < kAtomCount; ++i) {
    const AtomSet bit = AtomBit(static_cast<Atom>(i));
    // The candidates that contain no smaller candidate.
    std::vector<std::pair<MeterId, std::uint8_t>> finest;
    std::uint8_t position = 0;
    for (const auto& [meter, rate] : row.rates) {
      const AtomSet atoms = FindMeter(meter)->atoms;
      const std::uint8_t at = rate.stated ? position++ : kNoRate;
      if ((atoms & bit) == 0) continue;
      const auto contains = [&](const std::pair<MeterId, std::uint8_t>& other) {
        const AtomSet smaller = FindMeter(other.first)->atoms;
        return (atoms & smaller) == smaller && atoms != smaller;
      };
      if (std::any_of(finest.begin(), finest.end(), contains)) continue;
      std::erase_if(finest, [&](const std::pair<MeterId, std::uint8_t>& other) {
        const AtomSet larger = FindMeter(other.first)->atoms;
        return (larger & atoms) == atoms && larger != atoms;
      });
      finest.emplace_back(meter, at);
    }
    if (finest.size() > 1) {
      // The row says which, by the most specific join whose atoms hold this one.
      const std::pair<const MeterId, MeterId>* said = nullptr;
      for (const auto& one : row.joins) {
        const AtomSet atoms = FindMeter(one.first)->atoms;
        if ((atoms & bit) == 0) continue;
        const bool smaller =
            said == nullptr || CountOf(atoms) < CountOf(FindMeter(said->first)->atoms);
        if (smaller) said = &one;
      }
      const auto bills = [&](const std::pair<MeterId, std::uint8_t>& candidate) {
        return said != nullptr && candidate.first == said->second;
      };
      // A join that names neither decides nothing.
      if (std::any_of(finest.begin(), finest.end(), bills)) {
        std::erase_if(finest, [&](const auto& candidate) { return !bills(candidate); });
      }
    }
    if (finest.size() > 1) {
      return ErrorAt(row.where, absl::StrCat("rates: both ", FindMeter(finest[0].first)->name,
                                             " and ", FindMeter(finest[1].first)->name, " cover ",
                                             AtomName(static_cast<Atom>(i)),
                                             "; joins must say which bills it"));
    }
    if (!finest.empty()) shape.rate_of_atom[i] = finest[0].second;
  }
  return shape;
}

}  // namespace tokentra
