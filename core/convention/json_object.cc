#include "core/convention/json_object.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/status_macros.h"
#include "core/base/text.h"

namespace tokentra {

std::string_view JsonTypeName(const Json& json) {
  if (json.is_object()) return "an object";
  if (json.is_array()) return "a list";
  if (json.is_string()) return "a text";
  if (json.is_boolean()) return "a boolean";
  if (json.is_null()) return "null";
  return "a number";
}

std::string JsonObject::PathOf(std::string_view name) const {
  return path_.empty() ? std::string(name) : absl::StrCat(path_, ".", name);
}

absl::Status JsonObject::Error(std::string_view what) const {
  return absl::InvalidArgumentError(
      absl::StrCat(path_.empty() ? "the convention" : path_, ": ", what));
}

absl::Status JsonObject::Error(std::string_view name, std::string_view what) const {
  return absl::InvalidArgumentError(absl::StrCat(PathOf(name), ": ", what));
}

absl::Status JsonObject::Check(std::initializer_list<std::string_view> known) const {
  if (!json_.is_object()) {
    return Error(absl::StrCat("must be an object, not ", JsonTypeName(json_)));
  }
  const std::vector<std::string_view> names(known);
  for (const auto& [name, value] : json_.items()) {
    // "$schema" and comments belong to editors and people.
    if (name == "$schema" || name == "comment") continue;
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      return Error(absl::StrCat("member ", Quote(name), " is not known; known: ",
                                absl::StrJoin(names, ", "), NearestHint(name, names)));
    }
  }
  return absl::OkStatus();
}

const Json* JsonObject::Find(std::string_view name) const {
  const auto found = json_.find(std::string(name));
  return found == json_.end() || found->is_null() ? nullptr : &*found;
}

absl::Status JsonObject::Text(std::string_view name, std::string& target,
                              std::size_t bytes_max) const {
  const Json* value = Find(name);
  if (value == nullptr) return absl::OkStatus();
  if (!value->is_string()) {
    return Error(name, absl::StrCat("must be a text, not ", JsonTypeName(*value)));
  }
  const auto& text = value->get_ref<const std::string&>();
  if (text.size() > bytes_max) {
    return Error(name,
                 absl::StrCat(Quote(text), " has ", text.size(), " bytes, at most ", bytes_max));
  }
  target = text;
  return absl::OkStatus();
}

absl::Status JsonObject::Texts(std::string_view name, std::vector<std::string>& target,
                               std::size_t count_max, std::size_t bytes_max) const {
  const Json* value = Find(name);
  if (value == nullptr) return absl::OkStatus();
  if (!value->is_array()) {
    return Error(name, absl::StrCat("must be a list of texts, not ", JsonTypeName(*value)));
  }
  if (value->size() > count_max) {
    return Error(name, absl::StrCat("has ", value->size(), " entries, at most ", count_max));
  }
  for (const Json& item : *value) {
    if (!item.is_string()) {
      return Error(name, absl::StrCat("must hold texts, not ", JsonTypeName(item)));
    }
    const auto& text = item.get_ref<const std::string&>();
    if (text.empty() || text.size() > bytes_max) {
      return Error(name,
                   absl::StrCat(Quote(text), " has ", text.size(), " bytes, not 1 to ", bytes_max));
    }
    target.push_back(text);
  }
  return absl::OkStatus();
}

absl::Status JsonObject::Size(std::string_view name, std::uint64_t max,
                              std::uint64_t& target) const {
  const Json* value = Find(name);
  if (value == nullptr) return absl::OkStatus();
  if (!value->is_number_unsigned() || value->get<std::uint64_t>() > max) {
    return Error(name, absl::StrCat("must be a whole number up to ", max));
  }
  target = value->get<std::uint64_t>();
  return absl::OkStatus();
}

absl::Status JsonObject::Integer(std::string_view name, std::int64_t& target) const {
  const Json* value = Find(name);
  if (value == nullptr) return absl::OkStatus();
  if (!value->is_number_integer()) return Error(name, "must be a whole number");
  target = value->get<std::int64_t>();
  return absl::OkStatus();
}

absl::Status JsonObject::Instant(std::string_view name, InstantNs& target) const {
  std::string text;
  TOKENTRA_RETURN_IF_ERROR(Text(name, text));
  if (text.empty()) return absl::OkStatus();
  const bool is_date = text.size() == 10;
  absl::StatusOr<InstantNs> instant = ParseInstant(is_date ? text + "T00:00:00Z" : text);
  if (!instant.ok()) {
    return Error(name, absl::StrCat(Quote(text),
                                    " is neither a date (2026-11-01) nor an instant with a zone"));
  }
  target = *instant;
  return absl::OkStatus();
}

absl::Status JsonObject::MinMax(std::string_view name, std::size_t limit, std::size_t& min,
                                std::size_t& max) const {
  const Json* value = Find(name);
  if (value == nullptr) return absl::OkStatus();
  const JsonObject object(*value, PathOf(name));
  TOKENTRA_RETURN_IF_ERROR(object.Check({"min", "max"}));
  std::uint64_t low = min;
  std::uint64_t high = max;
  TOKENTRA_RETURN_IF_ERROR(object.Size("min", limit, low));
  TOKENTRA_RETURN_IF_ERROR(object.Size("max", limit, high));
  if (high != 0 && low > high) {
    return Error(name, absl::StrCat("min ", low, " is above max ", high));
  }
  min = low;
  max = high;
  return absl::OkStatus();
}

}  // namespace tokentra
