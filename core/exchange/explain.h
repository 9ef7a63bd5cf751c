// Why this number: input, match, class, price row, conditions, arithmetic, source, in words.
//
// Thread: pure function.

#ifndef TOKENTRA_CORE_EXCHANGE_EXPLAIN_H_
#define TOKENTRA_CORE_EXCHANGE_EXPLAIN_H_

#include <string>

#include "core/exchange/cost_json.h"

namespace tokentra {

// Several lines of plain text, each ended by a newline; at most 100 columns unless an id is longer.
std::string ExplainEvaluation(const Catalog& catalog, const Evaluation& evaluation,
                              const CostContext& context);

}  // namespace tokentra

#endif  // TOKENTRA_CORE_EXCHANGE_EXPLAIN_H_
