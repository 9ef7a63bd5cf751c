// Exact arithmetic on rates: discounts and exchange rates never round.
//
// A result that 18 decimals cannot hold becomes money per more quanta; where that leaves 64 bits
// too, the change is refused.
//
// Thread: pure functions.

#ifndef TOKENTRA_CORE_CATALOG_RATE_CHANGE_H_
#define TOKENTRA_CORE_CATALOG_RATE_CHANGE_H_

#include <optional>

#include "core/base/money.h"

namespace tokentra {

// rate x factor; nullopt when it cannot be held exactly. `factor` is not negative.
std::optional<Rate> ScaleRate(const Rate& rate, Money factor);

// rate - off, 0 where that is negative; nullopt when it cannot be held exactly.
std::optional<Rate> SubtractRate(const Rate& rate, const Rate& off);

}  // namespace tokentra

#endif  // TOKENTRA_CORE_CATALOG_RATE_CHANGE_H_
