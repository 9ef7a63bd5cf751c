// Patterns: the small regular expressions of a convention, compiled to a Dfa.
//
//   abc        the text itself          [a-z0-9_]  one of these ASCII characters
//   \.         a special character      [^-/]      any character but these
//   \d \w      [0-9] [A-Za-z0-9_]       .          any character
//   a|b  (ab)  either, group            *  +  ?    repetition
//   {2}  {2,}  {2,5}                    ^...$      allowed around the whole, means nothing
//
// A pattern always matches a whole part. There is no look-around, no back-reference, no laziness:
// they would not be a finite automaton. "Any character" is any UTF-8 character but controls.
//
// Thread: pure functions. Limits: below; the error names the limit, what was reached and the place.

#ifndef TOKENTRA_CORE_CONVENTION_PATTERN_H_
#define TOKENTRA_CORE_CONVENTION_PATTERN_H_

#include <string_view>

#include "absl/status/statusor.h"
#include "core/convention/dfa.h"

namespace tokentra {

inline constexpr std::size_t kPatternBytesMax = 512;
inline constexpr int kPatternDepthMax = 16;
inline constexpr int kPatternRepeatMax = 128;
inline constexpr std::size_t kPatternNodesMax = 8'192;   // of the automaton before it is made
inline constexpr std::size_t kPatternStatesMax = 1'024;  // deterministic; stops runaway patterns

// INVALID_ARGUMENT: a message that begins with `pattern "..."`.
absl::StatusOr<Dfa> CompilePattern(std::string_view pattern);

// What both accept, limited to kPatternStatesMax states: `dfa` with lengths from min to max bytes.
absl::StatusOr<Dfa> LimitLength(const Dfa& dfa, std::size_t min, std::size_t max);

}  // namespace tokentra

#endif  // TOKENTRA_CORE_CONVENTION_PATTERN_H_
