// Looking things up in a body: paths, counts, names.
//
// Paths are those of flavour.h: keys joined by '/', spellings joined by '|', "." for the object
// itself. A null and an empty object are absent.
//
// Internal to core/usage.

#ifndef TOKENTRA_CORE_USAGE_FIELDS_H_
#define TOKENTRA_CORE_USAGE_FIELDS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "simdjson.h"

namespace tokentra::extract {

using Element = simdjson::dom::element;

// Calls `visit` with each part of `list` up to `separator` until it returns true.
template <typename Visit>
bool AnyOf(std::string_view list, char separator, Visit visit) {
  while (!list.empty()) {
    const std::size_t end = list.find(separator);
    if (visit(list.substr(0, end))) return true;
    if (end == std::string_view::npos) return false;
    list.remove_prefix(end + 1);
  }
  return false;
}

// The element at one path.
std::optional<Element> FindOne(Element from, std::string_view path);
// The element at the first spelling that is present.
std::optional<Element> Find(Element from, std::string_view paths);
// The text there; nullopt when it is absent or no string.
std::optional<std::string_view> FindText(Element from, std::string_view paths);
// Whether `value` is one of `values`, which are joined by '|'.
bool IsOneOf(std::string_view value, std::string_view values);

// "an array", for messages.
std::string_view TypeName(Element value);

// "12" and "12.000" are whole numbers; everything else is not.
std::optional<std::uint64_t> ParseCount(std::string_view text);
// A JSON number with a point or an exponent, times `scale`, when that is a whole number. The
// parser has rounded the text to a double already; a quotient that gives the same double back
// shows that `whole` / `scale` is the number that was written.
std::optional<std::uint64_t> WholeNumber(double value, std::uint32_t scale);

// `text` times ten to the `exponent`, at most zero. What is no plain decimal is left to the parser.
std::string ShiftDecimal(std::string_view text, int exponent);

}  // namespace tokentra::extract

#endif  // TOKENTRA_CORE_USAGE_FIELDS_H_
