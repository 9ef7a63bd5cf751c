// One call, from what the caller or the provider says to its cost.
//
// `Evaluate` reads usage from the response body or takes it from the caller, decides channel,
// model and conditions of every part, selects price rows and prices. It records nothing and is a
// pure function of catalog and call.
//
// Usage that states no quantity at all, by a body or by its caller, gives no part: the call is
// unmetered, never priced at zero. A stated zero is a quantity.
//
// Precedence: the body's own word (the tier that was served) wins over the caller's, and a
// contradiction is a finding; the caller's `model` overrides the body's for the main part, since
// only the caller knows what a deployment name stands for; parts that name another model keep it.
//
// Thread: pure function. Cost: no allocation when the caller gives usage and the model is priced.

#ifndef TOKENTRA_CORE_PRICING_EVALUATE_H_
#define TOKENTRA_CORE_PRICING_EVALUATE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "core/pricing/price.h"
#include "core/pricing/select.h"
#include "core/usage/extract.h"

namespace tokentra {

// A call as its caller states it. Views and pointers outlive the evaluation.
struct Call {
  std::string_view provider;
  std::string_view model;
  std::string_view api;
  std::string_view service_tier;
  std::string_view region;
  bool batch = false;
  std::span<const NamedCondition> conditions;
  InstantNs at = kNoInstant;
  InstantNs arrived = kNoInstant;  // when it came, where the ledger is to judge that
  // Calls that the usage sums up: what a price is banded by is their average.
  std::uint64_t requests = 1;
  std::span<const std::string> findings;  // of whoever read the call; Evaluate's come after them
  // Exactly one of the two is set.
  const Usage* usage = nullptr;
  const Extraction* extraction = nullptr;
};

struct PartEvaluation {
  std::string_view model;  // as called
  Usage usage;
  Atoms atoms;
  Resolution resolution;
  Selection selection;
  Cost cost;
};

class Evaluation {
 public:
  static constexpr std::size_t kNamedMax = 16;

  std::size_t part_count() const { return part_count_; }
  const PartEvaluation& part(std::size_t i) const { return i == 0 ? first_ : *more_[i - 1]; }

  // Sums over all parts.
  CostState state() const { return state_; }
  bool unmetered() const { return part_count_ == 0; }
  Money total() const { return total_; }  // meaningless when unpriced or unmetered
  Quality quality() const { return quality_; }
  std::string_view provider() const { return provider_; }
  InstantNs at() const { return at_; }
  std::uint64_t requests() const { return requests_; }
  const CallConditions& conditions() const { return conditions_; }
  const std::vector<std::string>& findings() const { return findings_; }

  // The inclusive usage of all parts together.
  Usage TotalUsage() const;

  // Why the first unpriced part is unpriced; empty when none is.
  std::string Reason(const Catalog& catalog) const;

 private:
  friend absl::Status Evaluate(const Catalog& catalog, const Call& call, Evaluation& out);

  absl::Status MergeConditions(const Catalog& catalog, const Call& call);
  PartEvaluation& AddPart();
  absl::Status PricePart(const Catalog& catalog, PartEvaluation& part);
  absl::Status Combine();

  std::string_view provider_;
  InstantNs at_ = kNoInstant;
  std::uint64_t requests_ = 1;
  CallConditions conditions_;
  std::array<NamedCondition, kNamedMax> named_;
  CostState state_ = CostState::kUnpriced;
  Quality quality_ = Quality::kExact;
  Money total_;
  std::size_t part_count_ = 0;
  PartEvaluation first_;
  std::vector<std::unique_ptr<PartEvaluation>> more_;
  std::vector<std::string> findings_;
};

// Errors: INVALID_ARGUMENT (meters that contradict each other, no provider, no instant where the
// price depends on it), OUT_OF_RANGE (an amount). `out` must be fresh.
absl::Status Evaluate(const Catalog& catalog, const Call& call, Evaluation& out);

}  // namespace tokentra

#endif  // TOKENTRA_CORE_PRICING_EVALUATE_H_
