// Which price row a part of a call pays: model, conditions, instant and context decide.
//
// At most one row of a catalog can match (the catalog compiler proves it); none means the part is
// unpriced, with the reason and what would have matched. Nothing is borrowed from another model,
// tier, region or time.
//
// Thread: pure functions of immutable arguments. Cost: linear in the rows of one model, no
// allocation; reasons in words are made only on request.

#ifndef TOKENTRA_CORE_PRICING_SELECT_H_
#define TOKENTRA_CORE_PRICING_SELECT_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/catalog/catalog.h"
#include "core/usage/usage.h"

namespace tokentra {

struct NamedCondition {
  std::string_view name;
  std::string_view value;
};

// What a call states besides model and quantities, in the provider's or tokentra's words. Empty
// text is absent.
struct CallConditions {
  std::string_view service_tier;
  std::string_view region;
  bool batch = false;
  std::span<const NamedCondition> named;
};

enum class UnpricedReason : std::uint8_t {
  kNone = 0,
  kUnknownProvider,
  kNoModel,  // neither the body nor the caller names one
  kUnknownModel,
  kNoPrice,  // the model is listed, its price is not public
  kUnknownTier,
  kUnknownBatch,  // the model has no batch price
  kUnknownRegion,
  kUnknownCondition,
  kContradiction,  // the called id pins a condition that the caller states otherwise
  kNoRowAtInstant,
  kNoCombination,  // each condition is known, their combination is not
  kForbidden,      // an overlay took the model's prices away
  kInstantNeeded,  // the price depends on the date and the call has none: an error, not a state
};

// Conditions as the provider's rows speak of them.
struct ResolvedConditions {
  std::uint16_t region = kNoRegion;  // index within the provider's regions
  std::uint8_t tier = 0;             // index in the catalog's tiers
  bool tier_known = true;
  bool region_known = true;
  bool batch = false;
  std::string_view service_tier = "standard";  // tokentra's word
  std::string_view region_name;                // empty: none stated, no default
};

struct Selection {
  const RowRecord* row = nullptr;  // null: unpriced
  UnpricedReason reason = UnpricedReason::kNone;
  ResolvedConditions conditions;
};

// `resolution` is the catalog's answer for the part's provider and model at `at`.
Selection SelectRow(const Catalog& catalog, const Resolution& resolution,
                    const CallConditions& call, InstantNs at, const Atoms& atoms);

// The same where only the quantities are known that prices may be banded by; a meter that is not
// among them has none.
struct ContextQuantity {
  MeterId meter = 0;
  std::uint64_t quantity = 0;
};
Selection SelectRowInContext(const Catalog& catalog, const Resolution& resolution,
                             const CallConditions& call, InstantNs at,
                             std::span<const ContextQuantity> context);

// A provider's word for a service tier in tokentra's vocabulary; the word itself when it has none.
std::string_view ServiceTierMeaning(const Catalog& catalog, std::string_view provider,
                                    std::string_view word);

// The value a named condition has for this call: stated, pinned or the provider's default.
std::string_view NamedValue(const Catalog& catalog, const Resolution& resolution,
                            const CallConditions& call, std::string_view name);

// One sentence: why the part is unpriced and what is known. `model` is the id as called.
std::string ExplainUnpriced(const Catalog& catalog, const Resolution& resolution,
                            const Selection& selection, std::string_view provider,
                            std::string_view model, InstantNs at);

}  // namespace tokentra

#endif  // TOKENTRA_CORE_PRICING_SELECT_H_
