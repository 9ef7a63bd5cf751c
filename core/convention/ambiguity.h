// What can be decided about a shape at compile time, each with a witness.
//
// FindAmbiguity walks pairs of threads that read the same text: a pair that has come apart and can
// still end together is an ambiguity, and the text on the way there is the witness, a short one. It
// is exact: no witness means that no value has two readings.
//
// A part that must equal another key's value, and that begins at a fixed place, has its end fixed
// by that value; readings that end it elsewhere are not counted (`anchored_part`).
//
// Thread: pure functions. Cost: linear in the states, plus the pairs that come apart; past
// kAmbiguityPairsMax the answer is RESOURCE_EXHAUSTED, not a guess.

#ifndef TOKENTRA_CORE_CONVENTION_AMBIGUITY_H_
#define TOKENTRA_CORE_CONVENTION_AMBIGUITY_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "core/convention/shape.h"

namespace tokentra {

inline constexpr std::size_t kAmbiguityPairsMax = 1'000'000;

// A text with two readings; nullopt: there is none. `anchored_part` -1: none.
absl::StatusOr<std::optional<std::string>> FindAmbiguity(
    const Shape& shape, int anchored_part, std::size_t pairs_max = kAmbiguityPairsMax);

// A shortest text of the shape with min to max bytes; nullopt: there is none.
std::optional<std::string> FindExample(const Shape& shape, std::size_t min, std::size_t max);

// Every text of alternative `number` is a text of an earlier one. False as well when that is not
// decided within kReachabilityStatesMax steps.
inline constexpr std::size_t kReachabilityStatesMax = 20'000;
bool IsShadowed(const Shape& shape, std::size_t number);

// A text that both accept; nullopt: there is none.
std::optional<std::string> FindCommon(const Dfa& a, const Dfa& b);

// Part `part` begins at one place in every alternative that has it, and all have it.
bool IsAnchored(const Shape& shape, int part);

}  // namespace tokentra

#endif  // TOKENTRA_CORE_CONVENTION_AMBIGUITY_H_
