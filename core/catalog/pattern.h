// Declared patterns: anchored at both ends, with named parts that may vary.
//
//   {date}      YYYY-MM-DD            {yyyymmdd}  eight digits
//   {digits}    one or more digits    {version}   nothing, or -v digits, or -v digits : digits
//   {suffix}    one or more bytes of anything; only at the end
//
// Everything else is literal. Matching is linear in the text: no part needs backtracking, since
// every part but {version} has one possible length at its place, and {version} takes the longest.
//
// Thread: pure functions.

#ifndef TOKENTRA_CORE_CATALOG_PATTERN_H_
#define TOKENTRA_CORE_CATALOG_PATTERN_H_

#include <cstddef>
#include <string_view>

#include "absl/status/status.h"

namespace tokentra {

// Whether `pattern` is well formed: known parts, at least one literal byte, {suffix} last.
absl::Status CheckPattern(std::string_view pattern);

bool MatchesPattern(std::string_view pattern, std::string_view text);

// Whether `text` is YYYYMMDD and plausible: years 2000 to 2099, month 1 to 12, day 1 to 31.
bool IsCompactDate(std::string_view text);

// Length of a date at the end of `text` with its dash ("-2024-08-06", "-20240806"); 0: none.
std::size_t DateSuffixLength(std::string_view text);

}  // namespace tokentra

#endif  // TOKENTRA_CORE_CATALOG_PATTERN_H_
