#include "core/pricing/evaluate.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/base/text.h"

namespace tokentra {
namespace {

std::string_view BodyCondition(const Call& call, std::string_view name) {
  if (call.extraction == nullptr) return {};
  for (const Condition& condition : call.extraction->conditions) {
    if (condition.name == name) return condition.value;
  }
  return {};
}

// A deployment has a name of its own (Azure): the caller says which model is behind it.
Resolution ResolveBaseModel(const Catalog& catalog, std::string_view provider,
                            const CallConditions& conditions, InstantNs at) {
  for (const NamedCondition& named : conditions.named) {
    if (named.name != "base_model") continue;
    Resolution resolution = catalog.Resolve(provider, named.value, at);
    if (resolution.match != MatchKind::kNone) resolution.match = MatchKind::kAlias;
    return resolution;
  }
  return {};
}

Atoms Averaged(const Atoms& atoms, std::uint64_t requests) {
  Atoms averaged;
  for (const AtomQuantity& item : atoms.items()) {
    averaged.Append(item.atom, item.quantity / requests);
  }
  return averaged;
}

absl::Status OutOfRange() {
  return absl::OutOfRangeError("the cost of this usage is beyond 10^20 units of currency");
}

}  // namespace

PartEvaluation& Evaluation::AddPart() {
  if (part_count_++ == 0) return first_;
  more_.push_back(std::make_unique<PartEvaluation>());
  return *more_.back();
}

// The body's word, else the caller's; a difference is a finding. Words are compared by what they
// mean to the provider: "default" and "standard" agree.
absl::Status Evaluation::MergeConditions(const Catalog& catalog, const Call& call) {
  const auto same = [&](std::string_view name, std::string_view a, std::string_view b) {
    return a == b || (name == "service_tier" && ServiceTierMeaning(catalog, provider_, a) ==
                                                    ServiceTierMeaning(catalog, provider_, b));
  };
  const auto merge = [&](std::string_view name, std::string_view stated) {
    const std::string_view body = BodyCondition(call, name);
    if (body.empty()) return stated;
    if (!stated.empty() && !same(name, stated, body)) {
      findings_.push_back(absl::StrCat(name, ": the body says ", Quote(body), ", the call said ",
                                       Quote(stated), "; the body's counts"));
    }
    return body;
  };
  conditions_.service_tier = merge("service_tier", call.service_tier);
  conditions_.region = merge("region", call.region);
  conditions_.batch = call.batch;
  if (call.conditions.size() + 1 > named_.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("conditions: ", call.conditions.size(), " are more than ", named_.size() - 1));
  }
  std::size_t count = 0;
  for (const NamedCondition& named : call.conditions) {
    // A word of section 4 given in the map means the same as the field of its own.
    if (named.name == "service_tier") {
      if (conditions_.service_tier.empty()) conditions_.service_tier = named.value;
    } else if (named.name == "region") {
      if (conditions_.region.empty()) conditions_.region = named.value;
    } else if (named.name == "batch") {
      if (named.value != "true" && named.value != "false") {
        return absl::InvalidArgumentError(
            absl::StrCat("conditions.batch: ", Quote(named.value), " is not true or false"));
      }
      conditions_.batch = conditions_.batch || named.value == "true";
    } else {
      named_[count++] = named;
    }
  }
  if (!call.api.empty()) named_[count++] = {"api", call.api};
  conditions_.named = {named_.data(), count};
  return absl::OkStatus();
}

absl::Status Evaluation::PricePart(const Catalog& catalog, PartEvaluation& part) {
  part.resolution = catalog.Resolve(provider_, part.model, at_);
  if (part.resolution.match == MatchKind::kNone && part.resolution.provider_known) {
    const Resolution base = ResolveBaseModel(catalog, provider_, conditions_, at_);
    if (base.match != MatchKind::kNone) part.resolution = base;
  }
  part.selection =
      requests_ <= 1
          ? SelectRow(catalog, part.resolution, conditions_, at_, part.atoms)
          : SelectRow(catalog, part.resolution, conditions_, at_, Averaged(part.atoms, requests_));
  if (part.selection.reason == UnpricedReason::kUnknownModel && part.model.empty()) {
    part.selection.reason = UnpricedReason::kNoModel;
  }
  if (part.selection.reason == UnpricedReason::kInstantNeeded) {
    return absl::InvalidArgumentError(
        ExplainUnpriced(catalog, part.resolution, part.selection, provider_, part.model, at_));
  }
  if (part.selection.row == nullptr) {
    part.cost.state = CostState::kUnpriced;
    return absl::OkStatus();
  }
  PriceCall(catalog.image(), *part.selection.row, part.atoms, part.cost);
  if (part.cost.out_of_range) return OutOfRange();
  return absl::OkStatus();
}

// Unpriced only when no part has a price; free only when all are; partial when some money is
// missing.
absl::Status Evaluation::Combine() {
  std::size_t unpriced = 0;
  std::size_t partial = 0;
  std::size_t free = 0;
  total_ = Money();
  for (std::size_t i = 0; i < part_count_; ++i) {
    const Cost& cost = part(i).cost;
    unpriced += cost.state == CostState::kUnpriced ? 1 : 0;
    partial += cost.state == CostState::kPartial ? 1 : 0;
    free += cost.state == CostState::kFree ? 1 : 0;
    if (cost.state != CostState::kUnpriced && !total_.Add(cost.total)) return OutOfRange();
  }
  state_ = unpriced == part_count_         ? CostState::kUnpriced
           : unpriced != 0 || partial != 0 ? CostState::kPartial
           : free == part_count_           ? CostState::kFree
                                           : CostState::kPriced;
  return absl::OkStatus();
}

Usage Evaluation::TotalUsage() const {
  Usage sum;
  for (std::size_t i = 0; i < part_count_; ++i) {
    for (const Quantity& item : part(i).usage.quantities()) {
      if (!sum.Add(item.meter, item.quantity)) sum.Set(item.meter, kQuantityMax);
    }
  }
  return sum;
}

std::string Evaluation::Reason(const Catalog& catalog) const {
  for (std::size_t i = 0; i < part_count_; ++i) {
    const PartEvaluation& one = part(i);
    if (one.selection.reason == UnpricedReason::kNone) continue;
    return ExplainUnpriced(catalog, one.resolution, one.selection, provider_, one.model, at_);
  }
  return std::string();
}

absl::Status Evaluate(const Catalog& catalog, const Call& call, Evaluation& out) {
  if (call.provider.empty()) return absl::InvalidArgumentError("provider is missing");
  out.provider_ =
      call.extraction != nullptr ? std::string_view(call.extraction->provider) : call.provider;
  out.at_ = call.at;
  out.requests_ = call.requests == 0 ? 1 : call.requests;
  out.findings_.assign(call.findings.begin(), call.findings.end());
  TOKENTRA_RETURN_IF_ERROR(out.MergeConditions(catalog, call));
  if (call.extraction == nullptr) {
    if (call.usage->empty()) return absl::OkStatus();
    PartEvaluation& part = out.AddPart();
    part.model = call.model;
    part.usage = *call.usage;
    TOKENTRA_ASSIGN_OR_RETURN(part.atoms, ToAtoms(part.usage, JoinRule::kError));
    TOKENTRA_RETURN_IF_ERROR(out.PricePart(catalog, part));
    return out.Combine();
  }
  const Extraction& extraction = *call.extraction;
  out.quality_ = extraction.quality;
  out.findings_.insert(out.findings_.begin(), extraction.findings.begin(),
                       extraction.findings.end());
  for (const ExtractedPart& extracted : extraction.parts) {
    PartEvaluation& part = out.AddPart();
    const bool main = extracted.model.empty() || extracted.model == extraction.model;
    part.model = main && !call.model.empty() ? call.model
                 : extracted.model.empty()   ? std::string_view(extraction.model)
                                             : std::string_view(extracted.model);
    part.usage = extracted.usage;
    part.atoms = extracted.atoms;
    TOKENTRA_RETURN_IF_ERROR(out.PricePart(catalog, part));
  }
  return out.part_count_ == 0 ? absl::OkStatus() : out.Combine();
}

}  // namespace tokentra
