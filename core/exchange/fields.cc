#include "core/exchange/fields.h"

#include <array>
#include <charconv>
#include <cmath>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/base/text.h"

namespace tokentra {
namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;

// Calls `visit` for each name of "a|b|c" until it returns true.
template <typename Visit>
void ForEachName(std::string_view names, const Visit& visit) {
  while (!names.empty()) {
    const std::size_t end = std::min(names.find('|'), names.size());
    if (visit(names.substr(0, end))) return;
    names.remove_prefix(std::min(end + 1, names.size()));
  }
}

std::string Join(const std::string& path, std::string_view name) {
  return path.empty() ? std::string(name) : absl::StrCat(path, ".", name);
}

bool HasZone(std::string_view text) {
  if (text.empty()) return false;
  if (text.back() == 'Z' || text.back() == 'z') return true;
  const std::size_t sign = text.find_last_of("+-");
  return sign != std::string_view::npos && sign > 10;
}

// "+00" and "+0000" become "+00:00".
std::string WithFullOffset(std::string text) {
  const std::size_t sign = text.find_last_of("+-");
  if (sign == std::string::npos || sign <= 10) return text;
  const std::size_t digits = text.size() - sign - 1;
  if (digits == 2) return text + ":00";
  if (digits == 4) text.insert(sign + 3, 1, ':');
  return text;
}

// Units of an epoch number by its magnitude: 10^11 seconds is the year 5138.
absl::StatusOr<InstantNs> FromEpoch(std::string_view text) {
  const bool negative = text.front() == '-';
  const std::size_t point = std::min(text.find('.'), text.size());
  std::int64_t whole = 0;
  if (!absl::SimpleAtoi(absl::string_view(text.data(), point), &whole) || negative) {
    return absl::InvalidArgumentError(absl::StrCat(Quote(text), " is no instant"));
  }
  std::int64_t scale = whole < 100'000'000'000           ? 1'000'000'000
                       : whole < 100'000'000'000'000     ? 1'000'000
                       : whole < 100'000'000'000'000'000 ? 1'000
                                                         : 1;
  if (whole > std::numeric_limits<std::int64_t>::max() / scale - 1) {
    return absl::InvalidArgumentError(absl::StrCat(Quote(text), " is no instant"));
  }
  InstantNs instant = whole * scale;
  for (std::size_t i = point + 1; i < text.size() && scale > 1; ++i) {
    if (text[i] < '0' || text[i] > '9') {
      return absl::InvalidArgumentError(absl::StrCat(Quote(text), " is no instant"));
    }
    scale /= 10;
    instant += (text[i] - '0') * scale;
  }
  return instant;
}

std::string FixedNumber(double value) {
  std::array<char, 512> buffer;
  const std::to_chars_result end =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed);
  return std::string(buffer.data(), end.ptr);
}

}  // namespace

FieldLog::Entry* FieldLog::At(const std::string& path) {
  const auto found = entries_.find(path);
  if (found != entries_.end()) return &found->second;
  if (entries_.size() >= kFieldsMax) return nullptr;
  return &entries_[path];
}

void FieldLog::NoteSeen(const std::string& path, std::uint64_t count) {
  if (Entry* entry = At(path)) entry->seen += count;
}

void FieldLog::NoteAsked(const std::string& path, bool whole) {
  if (Entry* entry = At(path)) {
    entry->asked = true;
    entry->whole = entry->whole || whole;
  }
}

void FieldLog::Merge(const std::string& path, const Entry& other) {
  if (Entry* entry = At(path)) {
    entry->seen += other.seen;
    entry->asked = entry->asked || other.asked;
    entry->whole = entry->whole || other.whole;
  }
}

void FieldLog::NoteSeen(const std::string& path, element value) {
  const auto found = entries_.find(path);
  // What is taken whole has no unread part.
  if (found != entries_.end() && found->second.whole) return;
  simdjson::dom::object object;
  simdjson::dom::array array;
  if (value.get(object) == simdjson::SUCCESS) {
    for (const auto field : object) NoteSeen(Join(path, field.key), field.value);
  } else if (value.get(array) == simdjson::SUCCESS) {
    for (const element item : array) NoteSeen(absl::StrCat(path, "[]"), item);
  } else if (!value.is_null()) {
    NoteSeen(path, std::uint64_t{1});
  }
}

std::map<std::string, std::uint64_t> FieldLog::Unread() const {
  std::map<std::string, std::uint64_t> unread;
  for (const auto& [path, entry] : entries_) {
    if (entry.seen == 0 || entry.asked) continue;
    bool covered = false;
    for (std::size_t end = path.find_first_of(".["); end != std::string::npos && !covered;
         end = path.find_first_of(".[", end + 1)) {
      const auto above = entries_.find(path.substr(0, end));
      covered = above != entries_.end() && above->second.whole;
    }
    if (!covered) unread[path] = entry.seen;
  }
  return unread;
}

void ReaderContext::Reset() {
  texts.clear();
  parsers_used = 0;
}

std::optional<element> ReaderContext::ParseNested(std::string_view text) {
  if (parsers_used == kNestedMax) return std::nullopt;
  if (parsers.size() == parsers_used) parsers.emplace_back();
  element value;
  // Not padded: the parser copies.
  if (parsers[parsers_used].parse(text.data(), text.size(), true).get(value) != simdjson::SUCCESS) {
    return std::nullopt;
  }
  ++parsers_used;
  return value;
}

std::optional<element> Fields::Unwrapped(std::optional<element> value) const {
  std::string_view text;
  if (!value.has_value() || value->get(text) != simdjson::SUCCESS || text.empty() ||
      (text.front() != '{' && text.front() != '[')) {
    return value;
  }
  const std::optional<element> nested = context_->ParseNested(text);
  return nested.has_value() ? nested : value;
}

std::string Fields::PathOf(std::string_view name) const { return Join(path_, name); }

std::optional<element> Fields::FindNamed(std::string_view names, bool whole,
                                         std::string_view* found) const {
  std::optional<element> value;
  ForEachName(names, [&](std::string_view name) {
    if (context_->log != nullptr) context_->log->NoteAsked(PathOf(name), whole);
    element member;
    if (value.has_value() || object_.at_key(name).get(member) != simdjson::SUCCESS ||
        member.is_null()) {
      return false;
    }
    value = member;
    if (found != nullptr) *found = name;
    return context_->log == nullptr;  // with a log, the other spellings are noted too
  });
  return value;
}

std::optional<element> Fields::Find(std::string_view names) const {
  return FindNamed(names, false, nullptr);
}

std::optional<element> Fields::FindWhole(std::string_view names) const {
  return Unwrapped(FindNamed(names, true, nullptr));
}

std::optional<Fields> Fields::Object(std::string_view names) const {
  std::string_view name;
  const std::optional<element> value = Unwrapped(FindNamed(names, false, &name));
  simdjson::dom::object object;
  if (!value.has_value() || value->get(object) != simdjson::SUCCESS) return std::nullopt;
  return Fields(object, *context_, context_->log == nullptr ? std::string() : PathOf(name));
}

std::optional<simdjson::dom::array> Fields::Array(std::string_view names) const {
  const std::optional<element> value = Unwrapped(FindNamed(names, false, nullptr));
  simdjson::dom::array array;
  if (!value.has_value() || value->get(array) != simdjson::SUCCESS) return std::nullopt;
  return array;
}

std::string_view Fields::Text(std::string_view names) const {
  const std::optional<element> value = Find(names);
  return value.has_value() ? ScalarText(*value, context_->texts) : std::string_view();
}

absl::StatusOr<std::optional<std::uint64_t>> Fields::Count(std::string_view names) const {
  std::string_view name;
  const std::optional<element> value = FindNamed(names, false, &name);
  if (!value.has_value()) return std::optional<std::uint64_t>();
  if (value->is<std::string_view>() && value->get<std::string_view>().value_unsafe().empty()) {
    return std::optional<std::uint64_t>();
  }
  absl::StatusOr<std::uint64_t> count = ForeignCount(name, *value);
  if (!count.ok()) return count.status();
  return std::optional<std::uint64_t>(*count);
}

absl::Status Fields::Count(std::string_view names, MeterId meter, Usage& usage) const {
  TOKENTRA_ASSIGN_OR_RETURN(const std::optional<std::uint64_t> count, Count(names));
  if (count.has_value()) usage.Set(meter, *count);
  return absl::OkStatus();
}

absl::StatusOr<InstantNs> Fields::Instant(std::string_view names) const {
  std::string_view name;
  const std::optional<element> value = FindNamed(names, false, &name);
  if (!value.has_value()) return kNoInstant;
  const std::string_view text = ScalarText(*value, context_->texts);
  if (text.empty()) return kNoInstant;
  absl::StatusOr<InstantNs> instant = ForeignInstant(text);
  if (instant.ok()) return instant;
  return absl::InvalidArgumentError(absl::StrCat(name, ": ", instant.status().message()));
}

bool Fields::True(std::string_view names) const {
  const std::string text = AsciiLower(Text(names));
  return text == "true" || text == "1";
}

std::string_view ScalarText(element value, TextStore& texts) {
  const auto keep = [&](std::string text) -> std::string_view {
    texts.push_back(std::move(text));
    return texts.back();
  };
  switch (value.type()) {
    case element_type::STRING:
      return value.get<std::string_view>().value_unsafe();
    case element_type::BOOL:
      return value.get<bool>().value_unsafe() ? "true" : "false";
    case element_type::UINT64:
      return keep(absl::StrCat(std::uint64_t{value.get<std::uint64_t>().value_unsafe()}));
    case element_type::INT64:
      return keep(absl::StrCat(std::int64_t{value.get<std::int64_t>().value_unsafe()}));
    case element_type::DOUBLE:
      return keep(FixedNumber(value.get<double>().value_unsafe()));
    default:
      return {};
  }
}

absl::StatusOr<std::uint64_t> ForeignCount(std::string_view name, element value) {
  if (value.is<std::string_view>()) {
    return ForeignCount(name, value.get<std::string_view>().value_unsafe());
  }
  return CountFromJson(name, value);
}

absl::StatusOr<std::uint64_t> ForeignCount(std::string_view name, std::string_view text) {
  std::string_view digits = text;
  // 12.0 and 1,234 mean whole numbers; anything else after the point does not.
  const std::size_t point = digits.find('.');
  if (point != std::string_view::npos &&
      digits.find_first_not_of('0', point + 1) == std::string_view::npos) {
    digits = digits.substr(0, point);
  }
  std::uint64_t count = 0;
  if (!absl::SimpleAtoi(absl::string_view(digits.data(), digits.size()), &count) ||
      digits.front() == '+' || count > kQuantityMax) {
    return absl::InvalidArgumentError(
        absl::StrCat(name, " ", Quote(text), " is no whole number from 0 to 2^48"));
  }
  return count;
}

absl::StatusOr<InstantNs> ForeignInstant(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  if (text.empty()) return absl::InvalidArgumentError("an empty text is no instant");
  if (text.find_first_not_of("0123456789.") == std::string_view::npos) return FromEpoch(text);
  if (text.size() > 4 && text.substr(text.size() - 4) == " UTC") text.remove_suffix(4);
  std::string full(text);
  if (full.size() > 10 && full[10] == ' ') full[10] = 'T';
  if (full.size() == 10) full += "T00:00:00";
  if (full.size() == 16) full += ":00";
  full = HasZone(full) ? WithFullOffset(std::move(full)) : full + "Z";
  absl::StatusOr<InstantNs> instant = ParseInstant(full);
  if (instant.ok()) return instant;
  return absl::InvalidArgumentError(absl::StrCat(Quote(text), " is no instant"));
}

std::optional<Money> ForeignMoney(element value) {
  TextStore texts;
  std::string_view text = ScalarText(value, texts);
  if (!text.empty() && text.front() == '$') text.remove_prefix(1);
  const absl::StatusOr<Money> money = Money::Parse(text);
  if (!money.ok()) return std::nullopt;
  return *money;
}

}  // namespace tokentra
