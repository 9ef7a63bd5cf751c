// The members of a convention that describe words, severities and one key (source.h has the whole).
//
// Thread: pure functions.

#ifndef TOKENTRA_CORE_CONVENTION_KEY_SOURCE_H_
#define TOKENTRA_CORE_CONVENTION_KEY_SOURCE_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/convention/json_object.h"
#include "core/convention/source.h"

namespace tokentra {

absl::StatusOr<Severity> ReadSeverity(const JsonObject& object, std::string_view name,
                                      const Json& value);

// A list of words, or of objects with name, parent, aliases, former.
absl::Status ReadWords(const Json& list, const std::string& path, std::vector<WordSource>& words);
absl::Status CheckWords(const VocabularySource& vocabulary, const std::string& path);

// Inline words become vocabularies of their own in `vocabularies`.
absl::Status ReadKeySource(const JsonObject& object, const Json& body,
                           std::vector<VocabularySource>& vocabularies, KeySource& key);

}  // namespace tokentra

#endif  // TOKENTRA_CORE_CONVENTION_KEY_SOURCE_H_
