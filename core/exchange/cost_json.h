// An evaluation as JSON: the result line of records and of one priced call.
//
// Thread: pure functions. Money is decimal text, exact; quantities are whole numbers.

#ifndef TOKENTRA_CORE_EXCHANGE_COST_JSON_H_
#define TOKENTRA_CORE_EXCHANGE_COST_JSON_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "core/catalog/catalog.h"
#include "core/pricing/evaluate.h"

namespace tokentra {

// What the result of an evaluation carries besides it.
struct CostContext {
  std::uint64_t line = 0;  // 0: none is printed
  std::string_view id;     // the event's id; empty: null
  const Money* reported = nullptr;
  std::string_view explain;               // empty: none is printed
  std::span<const std::string> findings;  // beside those of the evaluation
};

inline constexpr std::size_t kSuggestionsMax = 3;

// Appends one object, without a newline.
void AppendCostJson(const Catalog& catalog, const Evaluation& evaluation,
                    const CostContext& context, std::string& out);

// Appends {"line":7,"column":12,"error":{"code":...,"message":...}}; 0: none is printed.
void AppendErrorJson(std::uint64_t line, std::uint32_t column, const absl::Status& status,
                     std::string& out);

// "priced", "free", "partial", "unpriced", "unmetered".
std::string_view EvaluationStateName(const Evaluation& evaluation);

// The catalog's id of the main part's model, as named when it has none.
std::string_view EvaluationModel(const Catalog& catalog, const Evaluation& evaluation);

// Of the first part; kNone when unmetered.
MatchKind EvaluationMatch(const Evaluation& evaluation);

// Nearest ids for the first part whose model or provider is unknown; empty when all are known.
std::vector<std::string_view> EvaluationSuggestions(const Catalog& catalog,
                                                    const Evaluation& evaluation);

}  // namespace tokentra

#endif  // TOKENTRA_CORE_EXCHANGE_COST_JSON_H_
