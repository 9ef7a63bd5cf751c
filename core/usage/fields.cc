#include "core/usage/fields.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "core/usage/usage.h"

namespace tokentra::extract {

std::string_view TypeName(Element value) {
  switch (value.type()) {
    case simdjson::dom::element_type::ARRAY:
      return "an array";
    case simdjson::dom::element_type::OBJECT:
      return "an object";
    case simdjson::dom::element_type::BOOL:
      return "a boolean";
    case simdjson::dom::element_type::STRING:
      return "a string";
    default:
      return "a number";
  }
}

std::optional<std::uint64_t> ParseCount(std::string_view text) {
  const std::size_t point = text.find('.');
  if (point != std::string_view::npos) {
    const std::string_view decimals = text.substr(point + 1);
    if (decimals.empty() || decimals.find_first_not_of('0') != std::string_view::npos) {
      return std::nullopt;
    }
    text = text.substr(0, point);
  }
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<std::uint64_t> WholeNumber(double value, std::uint32_t scale) {
  const double scaled = std::nearbyint(value * scale);
  if (!(scaled >= 0) || scaled > static_cast<double>(kQuantityMax)) return std::nullopt;
  if (scaled / scale != value) return std::nullopt;
  return static_cast<std::uint64_t>(scaled);
}

std::string ShiftDecimal(std::string_view text, int exponent) {
  const std::string_view sign = text.substr(0, text.starts_with('-') ? 1 : 0);
  std::string digits(text.substr(sign.size()));
  if (exponent == 0 || digits.find_first_not_of("0123456789.") != std::string::npos) {
    return std::string(text);
  }
  const std::size_t point = std::min(digits.find('.'), digits.size());
  digits.erase(point, 1);
  const std::size_t places = static_cast<std::size_t>(-exponent);
  const std::size_t missing = point <= places ? places - point + 1 : 0;
  digits.insert(0, missing, '0');
  digits.insert(point + missing - places, 1, '.');
  if (digits.ends_with('.')) digits += '0';
  return absl::StrCat(sign, digits);
}

std::optional<Element> FindOne(Element from, std::string_view path) {
  if (path == ".") return from;
  Element at = from;
  const bool missing = AnyOf(path, '/', [&](std::string_view key) {
    simdjson::dom::object object;
    if (at.get_object().get(object) != simdjson::SUCCESS) return true;
    return object.at_key(key).get(at) != simdjson::SUCCESS;
  });
  if (missing || at.is_null()) return std::nullopt;
  simdjson::dom::object object;
  const bool empty = at.get_object().get(object) == simdjson::SUCCESS && object.size() == 0;
  return empty ? std::nullopt : std::optional<Element>(at);
}

std::optional<Element> Find(Element from, std::string_view paths) {
  std::optional<Element> found;
  AnyOf(paths, '|', [&](std::string_view path) {
    found = FindOne(from, path);
    return found.has_value();
  });
  return found;
}

std::optional<std::string_view> FindText(Element from, std::string_view paths) {
  const std::optional<Element> found = Find(from, paths);
  std::string_view text;
  if (!found || found->get_string().get(text) != simdjson::SUCCESS) return std::nullopt;
  return text;
}

bool IsOneOf(std::string_view value, std::string_view values) {
  return AnyOf(values, '|', [&](std::string_view one) { return one == value; });
}

}  // namespace tokentra::extract
