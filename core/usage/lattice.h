// The general way from meters to atoms: calls that state modalities or unusual uses.
//
// Most calls of this kind state every join that matters and `SolveDirect` has them. What is left
// is a transport problem over the cells of the table (stated.h), solved exactly by augmenting
// paths; `usage.cc` answers calls without modalities before any of this.
//
// Internal to core/usage.

#ifndef TOKENTRA_CORE_USAGE_LATTICE_H_
#define TOKENTRA_CORE_USAGE_LATTICE_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "core/usage/stated.h"

namespace tokentra::lattice {

// Fills one direction's part of `atoms`. `stated` holds `usage` and is completed.
absl::Status SolveTokens(const Usage& usage, Direction direction, JoinRule joins, Stated* stated,
                         AtomTable* atoms);

// `input_tokens 500`: how errors name a quantity.
std::string Describe(MeterId meter, std::uint64_t quantity);

}  // namespace tokentra::lattice

#endif  // TOKENTRA_CORE_USAGE_LATTICE_H_
