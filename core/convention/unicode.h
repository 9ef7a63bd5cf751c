// Unicode for values: what may not stand in a name, and the forms that look alike.
//
// Tables are of one pinned version (Version()), made at build time. Input that is no valid UTF-8
// is the caller's to refuse first: Decode gives kInvalid there.
//
// Thread: pure functions. Cost: a binary search a character outside ASCII; nothing for ASCII.

#ifndef TOKENTRA_CORE_CONVENTION_UNICODE_H_
#define TOKENTRA_CORE_CONVENTION_UNICODE_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "core/convention/unicode_tables.h"

namespace tokentra::unicode {

inline constexpr std::uint32_t kInvalid = 0xFFFFFFFF;

std::string_view Version();

// Takes one character off the front of `text`; kInvalid takes one byte.
std::uint32_t Decode(std::string_view& text);
void Append(std::uint32_t point, std::string& out);

Category CategoryOf(std::uint32_t point);

// Letters of any script, in the sense of \p{L}.
bool IsLetter(Category category);

// Characters that change how the text around them is shown: directional marks, embeddings,
// overrides and isolates.
bool IsBidiControl(std::uint32_t point);

// Characters that no name may hold: controls, formats (zero-width and bidirectional ones are among
// them), line and paragraph separators, surrogates, private use, unassigned.
bool IsForbidden(std::uint32_t point);

// Normalization Form C (UAX 15).
std::string ToNfc(std::string_view text);
bool IsNfc(std::string_view text);

// The ASCII letter or digit that `point`, outside ASCII, looks like (UTS 39); 0: none.
char LooksLike(std::uint32_t point);

// `text` with every character replaced that looks like ASCII; the same text where there is none.
std::string ReplaceConfusables(std::string_view text);

}  // namespace tokentra::unicode

#endif  // TOKENTRA_CORE_CONVENTION_UNICODE_H_
