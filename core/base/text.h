// Text helpers for identifiers and messages: ASCII only, no locale.
//
// Thread: pure functions.

#ifndef TOKENTRA_CORE_BASE_TEXT_H_
#define TOKENTRA_CORE_BASE_TEXT_H_

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tokentra {

// `value` as it may stand in an error message: in double quotes, control characters and invalid
// UTF-8 escaped, cut after 64 bytes with "..." so that hostile input cannot flood a log.
std::string Quote(std::string_view value);

// Length of the valid UTF-8 sequence that starts `text` (not empty); 0 when there is none.
std::size_t Utf8SequenceLength(std::string_view text);

bool IsValidUtf8(std::string_view text);

std::string AsciiLower(std::string_view text);

// Edits (insert, delete, replace) between two texts, ASCII case ignored; texts longer than 128
// bytes are compared by their first 128.
std::size_t EditDistance(std::string_view a, std::string_view b);

// Up to `count` candidates nearest to `value`, best first; ties keep the candidates' order.
// Candidates further than half the longer text are left out.
std::vector<std::string_view> Nearest(std::string_view value,
                                      std::span<const std::string_view> candidates,
                                      std::size_t count);

// `, nearest is "x"`, or empty text when nothing is near: the tail of an error message.
std::string NearestHint(std::string_view value, std::span<const std::string_view> candidates);

}  // namespace tokentra

#endif  // TOKENTRA_CORE_BASE_TEXT_H_
