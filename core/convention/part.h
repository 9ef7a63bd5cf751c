// Parts: the automaton and the words of one part, from its description.
//
// Thread: pure functions.

#ifndef TOKENTRA_CORE_CONVENTION_PART_H_
#define TOKENTRA_CORE_CONVENTION_PART_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "core/convention/dfa.h"
#include "core/convention/source.h"

namespace tokentra {

// Numbers of a "number" part that are written out as words; a wider range must be 0 to 10^n - 1.
inline constexpr std::int64_t kNumbersMax = 100'000;

struct CompiledPart {
  std::shared_ptr<const Dfa> dfa;
  std::string in_words;  // "lower-case letters and digits, joined by \"-\""
};

// Not for PartKind::kVocabulary. Errors have no path in front.
absl::StatusOr<CompiledPart> CompilePart(const PartSource& source);

}  // namespace tokentra

#endif  // TOKENTRA_CORE_CONVENTION_PART_H_
