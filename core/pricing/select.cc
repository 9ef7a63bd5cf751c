#include "core/pricing/select.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/text.h"
#include "core/catalog/hours.h"

namespace tokentra {
namespace {

constexpr int kNoMatch = -1;
constexpr std::string_view kEverywhere = "global";

std::string_view DefaultOf(const CatalogImage& image, const ProviderRecord& provider,
                           std::string_view name) {
  for (const ConditionRecord& record : CatalogImage::Slice(image.conditions, provider.defaults)) {
    if (image.Text(record.name) == name) return image.Text(record.value);
  }
  return {};
}

std::string_view PinOf(const Resolution& resolution, std::string_view name) {
  for (const PinnedCondition& pin : resolution.pinned()) {
    if (pin.name == name) return pin.value;
  }
  return {};
}

// The provider's own word in tokentra's vocabulary.
std::string_view TierMeaning(const CatalogImage& image, const ProviderRecord& provider,
                             std::string_view word) {
  for (const WordRecord& record : CatalogImage::Slice(image.words, provider.tier_words)) {
    if (image.Text(record.word) == word) return image.Text(record.meaning);
  }
  return word == "default" ? "standard" : word;
}

std::span<const RegionRecord> RegionsOf(const CatalogImage& image, const ProviderRecord& provider) {
  return CatalogImage::Slice(image.regions, provider.regions);
}

bool RegionIsWithin(std::span<const RegionRecord> regions, std::uint16_t node,
                    std::uint16_t ancestor) {
  while (node != kNoRegion && node != ancestor) node = regions[node].parent;
  return node == ancestor;
}

ResolvedConditions ResolveConditions(const CatalogImage& image, const Resolution& resolution,
                                     const CallConditions& call) {
  const ProviderRecord& provider = image.providers[resolution.provider];
  ResolvedConditions resolved;
  resolved.batch = call.batch;
  std::string_view tier = call.service_tier;
  if (tier.empty()) tier = PinOf(resolution, "service_tier");
  if (!tier.empty() && tier != "standard") {
    tier = TierMeaning(image, provider, tier);
    if (tier == "batch") {
      resolved.batch = true;
      tier = "standard";
    }
    resolved.service_tier = tier;
    resolved.tier_known = false;
    for (std::size_t i = 0; i < image.tiers.size(); ++i) {
      if (image.Text(image.tiers[i]) != tier) continue;
      resolved.tier = static_cast<std::uint8_t>(i);
      resolved.tier_known = true;
    }
  }
  // An id that means "global" is priced so wherever it is called from.
  const std::string_view pinned_region = PinOf(resolution, "region");
  std::string_view region = pinned_region == kEverywhere ? pinned_region : call.region;
  if (region.empty()) region = pinned_region;
  if (region.empty()) region = DefaultOf(image, provider, "region");
  resolved.region_name = region;
  const std::span<const RegionRecord> regions = RegionsOf(image, provider);
  if (regions.empty() || region.empty()) return resolved;
  resolved.region_known = false;
  for (std::size_t i = 0; i < regions.size(); ++i) {
    if (image.Text(regions[i].name) != region) continue;
    resolved.region = static_cast<std::uint16_t>(i);
    resolved.region_known = true;
    break;
  }
  return resolved;
}

// A pin and the caller's own word for the same condition must agree. For regions the caller may
// name a node within the pinned one: us.anthropic... called from us-east-1.
bool ContradictsPin(const CatalogImage& image, const Resolution& resolution,
                    const CallConditions& call) {
  for (const PinnedCondition& pin : resolution.pinned()) {
    if (pin.name == "region") {
      if (call.region.empty() || call.region == pin.value || pin.value == kEverywhere) continue;
      const std::span<const RegionRecord> regions =
          RegionsOf(image, image.providers[resolution.provider]);
      std::uint16_t node = kNoRegion;
      std::uint16_t ancestor = kNoRegion;
      for (std::uint16_t i = 0; i < regions.size(); ++i) {
        if (image.Text(regions[i].name) == call.region) node = i;
        if (image.Text(regions[i].name) == pin.value) ancestor = i;
      }
      if (ancestor == kNoRegion || !RegionIsWithin(regions, node, ancestor)) return true;
    } else if (pin.name == "service_tier") {
      if (!call.service_tier.empty() && call.service_tier != pin.value) return true;
    } else {
      for (const NamedCondition& named : call.named) {
        if (named.name == pin.name && named.value != pin.value) return true;
      }
    }
  }
  return false;
}

// How specifically the row's region condition names the call's region; kNoMatch when it fails.
int RegionRank(const RowRecord& row, const ResolvedConditions& resolved,
               std::span<const RegionRecord> regions) {
  if (row.region == kNoRegion) return 0;
  const bool within = RegionIsWithin(regions, resolved.region, row.region);
  if (row.region_not != 0) return within || resolved.region == kNoRegion ? kNoMatch : 1;
  return within ? 2 + regions[row.region].depth : kNoMatch;
}

std::uint64_t QuantityOf(MeterId meter, const Atoms& atoms) {
  return atoms.Sum(FindMeter(meter)->atoms);
}
std::uint64_t QuantityOf(MeterId meter, std::span<const ContextQuantity> context) {
  for (const ContextQuantity& item : context) {
    if (item.meter == meter) return item.quantity;
  }
  return 0;
}

// `context` is what the call used, or the quantities that matter.
template <typename Context>
bool BandsHold(const BandSet& bands, const Context& context) {
  for (const BandRecord& band : bands) {
    if (band.meter == 0) continue;
    const std::uint64_t quantity = QuantityOf(band.meter, context);
    if (quantity < band.min || quantity > band.max) return false;
  }
  return true;
}

bool DependsOnInstant(const CatalogImage& image, const RowRecord& row) {
  return row.hours != 0 || image.Interval(row).IsBounded();
}

bool HoldsAt(const CatalogImage& image, const RowRecord& row, InstantNs at) {
  return image.Interval(row).Contains(at) &&
         (row.hours == 0 || HoursHold(image.hours[row.hours], image.days, at));
}

// What, of all that a row asks, the call's conditions fail.
struct Fit {
  bool tier = false;
  bool batch = false;
  bool region = false;
  bool named = false;
  bool interval = false;
};

class Selector {
 public:
  Selector(const Catalog& catalog, const Resolution& resolution, const CallConditions& call,
           InstantNs at)
      : catalog_(catalog),
        image_(catalog.image()),
        resolution_(resolution),
        call_(call),
        at_(at),
        regions_(RegionsOf(image_, image_.providers[resolution.provider])),
        rows_(CatalogImage::Slice(image_.rows, image_.models[resolution.model].rows)) {}

  template <typename Context>
  Selection Select(const Context& context) {
    Selection selection;
    selection.conditions = ResolveConditions(image_, resolution_, call_);
    if (resolution_.pin_count != 0 && ContradictsPin(image_, resolution_, call_)) {
      selection.reason = UnpricedReason::kContradiction;
      return selection;
    }
    const ResolvedConditions& resolved = selection.conditions;
    int best = kNoMatch;
    bool needs_instant = false;
    if (resolved.tier_known && resolved.region_known) {
      for (const RowRecord& row : rows_) {
        if (row.tier != resolved.tier || (row.batch != 0) != resolved.batch) continue;
        if (at_ == kNoInstant && DependsOnInstant(image_, row)) {
          needs_instant = true;
          continue;
        }
        if (at_ != kNoInstant && !HoldsAt(image_, row, at_)) continue;
        const int region = RegionRank(row, resolved, regions_);
        if (region == kNoMatch || !BandsHold(image_.Bands(row), context)) continue;
        const int named = NamedRank(row);
        if (named == kNoMatch) continue;
        // Matching rows form a chain (the compiler proved it): the sum orders it.
        const int rank = region + named + (row.hours != 0 ? 1 : 0);
        if (rank <= best) continue;
        best = rank;
        selection.row = &row;
      }
    }
    if (needs_instant) {
      selection.row = nullptr;
      selection.reason = UnpricedReason::kInstantNeeded;
    } else if (selection.row != nullptr && HasUnknownNamed()) {
      selection.row = nullptr;
      selection.reason = UnpricedReason::kUnknownCondition;
    } else if (selection.row == nullptr) {
      selection.reason = Reason(resolved);
    }
    return selection;
  }

 private:
  int NamedRank(const RowRecord& row) const {
    const std::span<const ConditionRecord> conditions = image_.Conditions(row);
    for (const ConditionRecord& record : conditions) {
      const std::string_view value =
          NamedValue(catalog_, resolution_, call_, image_.Text(record.name));
      if (value != image_.Text(record.value)) return kNoMatch;
    }
    return static_cast<int>(conditions.size());
  }

  // A value of a condition that some row of the model names, which none of them knows.
  bool HasUnknownNamed() const {
    if (call_.named.empty() && resolution_.pin_count == 0) return false;
    for (const NamedCondition& named : call_.named) {
      bool names_it = false;
      bool knows_value = false;
      for (const RowRecord& row : rows_) {
        for (const ConditionRecord& record : image_.Conditions(row)) {
          if (image_.Text(record.name) != named.name) continue;
          names_it = true;
          knows_value = knows_value || image_.Text(record.value) == named.value;
        }
      }
      // The default of the provider is known even when only unconditioned rows serve it.
      if (names_it && !knows_value &&
          DefaultOf(image_, image_.providers[resolution_.provider], named.name) != named.value) {
        return true;
      }
    }
    return false;
  }

  UnpricedReason Reason(const ResolvedConditions& resolved) const {
    if (rows_.empty()) {
      return image_.models[resolution_.model].forbidden != 0 ? UnpricedReason::kForbidden
                                                             : UnpricedReason::kNoPrice;
    }
    if (!resolved.region_known) return UnpricedReason::kUnknownRegion;
    Fit any;
    for (const RowRecord& row : rows_) {
      if (resolved.tier_known && row.tier == resolved.tier) any.tier = true;
      if ((row.batch != 0) == resolved.batch) any.batch = true;
      if (RegionRank(row, resolved, regions_) != kNoMatch) any.region = true;
      if (NamedRank(row) != kNoMatch) any.named = true;
      if (at_ == kNoInstant || HoldsAt(image_, row, at_)) any.interval = true;
    }
    if (!any.tier) return UnpricedReason::kUnknownTier;
    if (!any.batch) return UnpricedReason::kUnknownBatch;
    if (!any.region) return UnpricedReason::kUnknownRegion;
    if (!any.named || HasUnknownNamed()) return UnpricedReason::kUnknownCondition;
    return any.interval ? UnpricedReason::kNoCombination : UnpricedReason::kNoRowAtInstant;
  }

  const Catalog& catalog_;
  const CatalogImage& image_;
  const Resolution& resolution_;
  const CallConditions& call_;
  const InstantNs at_;
  const std::span<const RegionRecord> regions_;
  const std::span<const RowRecord> rows_;
};

// What the model's rows know of one condition, for messages.
std::string Known(const CatalogImage& image, const Resolution& resolution, UnpricedReason reason) {
  std::set<std::string> known;
  const ProviderRecord& provider = image.providers[resolution.provider];
  for (const RowRecord& row :
       CatalogImage::Slice(image.rows, image.models[resolution.model].rows)) {
    if (reason == UnpricedReason::kUnknownTier) {
      known.emplace(image.ServiceTier(row));
    } else if (reason == UnpricedReason::kUnknownRegion && row.region != kNoRegion) {
      known.insert(absl::StrCat(row.region_not != 0 ? "any but " : "",
                                image.Text(RegionsOf(image, provider)[row.region].name)));
    } else if (reason == UnpricedReason::kUnknownCondition) {
      for (const ConditionRecord& record : image.Conditions(row)) {
        known.insert(absl::StrCat(image.Text(record.name), "=", image.Text(record.value)));
      }
    }
  }
  if (reason == UnpricedReason::kUnknownRegion && known.empty()) {
    for (const RegionRecord& region : RegionsOf(image, provider)) {
      known.emplace(image.Text(region.name));
    }
  }
  return absl::StrJoin(known, ", ");
}

std::string FirstAndLast(const CatalogImage& image, const Resolution& resolution) {
  InstantNs first = std::numeric_limits<InstantNs>::max();
  InstantNs last = std::numeric_limits<InstantNs>::min();
  for (const RowRecord& row :
       CatalogImage::Slice(image.rows, image.models[resolution.model].rows)) {
    first = std::min(first, image.Interval(row).from);
    last = std::max(last, image.Interval(row).until);
  }
  std::string text;
  if (first != std::numeric_limits<InstantNs>::min()) {
    absl::StrAppend(&text, " from ", FormatInstant(first));
  }
  if (last != std::numeric_limits<InstantNs>::max()) {
    absl::StrAppend(&text, " until ", FormatInstant(last));
  }
  return text;
}

// What is known of a call whose model is not.
Selection Unresolved(const Catalog& catalog, const Resolution& resolution,
                     const CallConditions& call) {
  Selection selection;
  selection.reason = !resolution.provider_known  ? UnpricedReason::kUnknownProvider
                     : resolution.instant_needed ? UnpricedReason::kInstantNeeded
                                                 : UnpricedReason::kUnknownModel;
  if (resolution.provider_known) {
    selection.conditions = ResolveConditions(catalog.image(), resolution, call);
  } else {
    if (!call.service_tier.empty() && call.service_tier != "default") {
      selection.conditions.service_tier = call.service_tier;
    }
    selection.conditions.batch = call.batch;
    selection.conditions.region_name = call.region;
  }
  return selection;
}

}  // namespace

Selection SelectRow(const Catalog& catalog, const Resolution& resolution,
                    const CallConditions& call, InstantNs at, const Atoms& atoms) {
  if (resolution.match == MatchKind::kNone) return Unresolved(catalog, resolution, call);
  return Selector(catalog, resolution, call, at).Select(atoms);
}

Selection SelectRowInContext(const Catalog& catalog, const Resolution& resolution,
                             const CallConditions& call, InstantNs at,
                             std::span<const ContextQuantity> context) {
  if (resolution.match == MatchKind::kNone) return Unresolved(catalog, resolution, call);
  return Selector(catalog, resolution, call, at).Select(context);
}

std::string_view ServiceTierMeaning(const Catalog& catalog, std::string_view provider,
                                    std::string_view word) {
  const std::optional<std::uint32_t> index = catalog.FindProvider(provider);
  if (!index.has_value()) return word == "default" ? "standard" : word;
  return TierMeaning(catalog.image(), catalog.image().providers[*index], word);
}

std::string_view NamedValue(const Catalog& catalog, const Resolution& resolution,
                            const CallConditions& call, std::string_view name) {
  for (const NamedCondition& named : call.named) {
    if (named.name == name) return named.value;
  }
  const std::string_view pinned = PinOf(resolution, name);
  if (!pinned.empty()) return pinned;
  const CatalogImage& image = catalog.image();
  return DefaultOf(image, image.providers[resolution.provider], name);
}

std::string ExplainUnpriced(const Catalog& catalog, const Resolution& resolution,
                            const Selection& selection, std::string_view provider,
                            std::string_view model, InstantNs at) {
  const CatalogImage& image = catalog.image();
  const auto suggestions = [&] {
    const std::vector<std::string_view> nearest = catalog.Suggest(provider, model, 3);
    return nearest.empty() ? std::string()
                           : absl::StrCat("; nearest: ", absl::StrJoin(nearest, ", "));
  };
  const auto known = [&] { return Known(image, resolution, selection.reason); };
  switch (selection.reason) {
    case UnpricedReason::kNone:
      break;
    case UnpricedReason::kUnknownProvider:
      return absl::StrCat("the catalog has no provider ", Quote(provider), suggestions());
    case UnpricedReason::kNoModel:
      return "neither the body nor the call names a model";
    case UnpricedReason::kUnknownModel:
      return absl::StrCat("the catalog has no model ", Quote(model), " at ", provider,
                          suggestions());
    case UnpricedReason::kNoPrice:
      return absl::StrCat("the catalog lists ", Quote(model), " without a public price");
    case UnpricedReason::kForbidden: {
      const OriginRecord& by = image.origins[image.models[resolution.model].forbidden];
      const std::string_view why = image.Text(by.note);
      return absl::StrCat(Quote(model), " is forbidden by overlay ", Quote(image.Text(by.overlay)),
                          why.empty() ? "" : ": ", why);
    }
    case UnpricedReason::kUnknownTier:
      return absl::StrCat("service_tier ", Quote(selection.conditions.service_tier),
                          " has no price for ", Quote(model), "; known: ", known());
    case UnpricedReason::kUnknownBatch:
      return selection.conditions.batch
                 ? absl::StrCat("batch has no price for ", Quote(model))
                 : absl::StrCat(Quote(model), " has a price for batch calls only");
    case UnpricedReason::kUnknownRegion:
      return absl::StrCat("region ", Quote(selection.conditions.region_name), " has no price for ",
                          Quote(model), "; known: ", known());
    case UnpricedReason::kUnknownCondition:
      return absl::StrCat("the conditions of this call have no price for ", Quote(model),
                          "; known: ", known());
    case UnpricedReason::kContradiction: {
      std::string pins;
      for (const PinnedCondition& pin : resolution.pinned()) {
        absl::StrAppend(&pins, pins.empty() ? "" : ", ", pin.name, "=", pin.value);
      }
      return absl::StrCat("the id ", Quote(model), " means ", pins, ", which the call contradicts");
    }
    case UnpricedReason::kNoRowAtInstant:
      return absl::StrCat(Quote(model), " has no price at ", FormatInstant(at), "; known",
                          FirstAndLast(image, resolution));
    case UnpricedReason::kNoCombination:
      return absl::StrCat(
          Quote(model), " has no price for service_tier ", Quote(selection.conditions.service_tier),
          selection.conditions.batch ? " in batch" : "",
          selection.conditions.region_name.empty()
              ? std::string()
              : absl::StrCat(" in region ", Quote(selection.conditions.region_name)),
          " together at that instant");
    case UnpricedReason::kInstantNeeded:
      return absl::StrCat("the price of ", Quote(model), " depends on the date: `at` is needed");
  }
  return std::string();
}

}  // namespace tokentra
