// Vocabulary files: one word a line, as organisations keep their teams.
//
//   # comment
//   engineering                          a word
//     growth  alias:grw                  indented: below the word above
//     search  former:discovery           a former name, always a finding
//     data    former:etl@2026-07-01      a former name that was right before that day
//
// Thread: pure functions.

#ifndef TOKENTRA_CORE_CONVENTION_VOCABULARY_FILE_H_
#define TOKENTRA_CORE_CONVENTION_VOCABULARY_FILE_H_

#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "core/convention/source.h"

namespace tokentra {

// Errors name `file` and the line.
absl::Status ReadVocabularyFile(std::string_view text, std::string_view file,
                                std::vector<WordSource>& words);

}  // namespace tokentra

#endif  // TOKENTRA_CORE_CONVENTION_VOCABULARY_FILE_H_
