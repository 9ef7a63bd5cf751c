// Keys given in both of their spellings, `project_id` and `projectId`, with different values: the
// canonical one counts, and that is a finding with or without a convention.
//
// Values with a privacy finding are told by their kind only. Thread: pure functions.

#ifndef TOKENTRA_CORE_CONVENTION_KEY_SPELLING_H_
#define TOKENTRA_CORE_CONVENTION_KEY_SPELLING_H_

#include <span>
#include <string>
#include <vector>

#include "core/convention/convention.h"

namespace tokentra {

// One finding for each key that `result` does not tell already.
void AppendSpellingFindings(std::span<const MetadataEntry> metadata, CheckResult& result);

// The same as sentences for an event's findings.
std::vector<std::string> SpellingMessages(std::span<const MetadataEntry> metadata);

}  // namespace tokentra

#endif  // TOKENTRA_CORE_CONVENTION_KEY_SPELLING_H_
