#include "core/catalog/object_reader.h"

#include "absl/strings/str_cat.h"
#include "core/base/text.h"

namespace tokentra {
namespace {

constexpr std::size_t kShownMax = 64;

}  // namespace

std::string NotThis(const Json& value) {
  if (value.is_string()) {
    return absl::StrCat(", not ", Quote(value.get_ref<const std::string&>()));
  }
  if (value.is_object()) return absl::StrCat(", not an object of ", value.size());
  if (value.is_array()) return absl::StrCat(", not a list of ", value.size());
  std::string text = value.dump();
  if (text.size() > kShownMax) text = text.substr(0, kShownMax) + "...";
  return absl::StrCat(", not ", text);
}

absl::Status ObjectReader::Check() const {
  if (!json_.is_object()) {
    return absl::InvalidArgumentError(absl::StrCat(where_, " must be an object", NotThis(json_)));
  }
  for (const auto& [key, value] : json_.items()) {
    bool known = false;
    for (const std::string_view field : fields_) known = known || field == key;
    if (!known) {
      return absl::InvalidArgumentError(
          absl::StrCat(where_, " has the unknown field ", Quote(key), NearestHint(key, fields_)));
    }
  }
  return absl::OkStatus();
}

const Json* ObjectReader::Find(std::string_view field) const {
  const auto found = json_.find(std::string(field));
  if (found == json_.end() || found->is_null()) return nullptr;
  return &*found;
}

std::string ObjectReader::At(std::string_view field) const {
  const bool is_document = where_.find(": ") == std::string::npos;
  return absl::StrCat(where_, is_document ? ": " : ".", field);
}

absl::Status ObjectReader::Error(std::string_view field, std::string_view problem) const {
  return absl::InvalidArgumentError(absl::StrCat(field.empty() ? where_ : At(field), " ", problem));
}

absl::Status ObjectReader::MustBe(std::string_view field, std::string_view what) const {
  const Json* value = Find(field);
  return Error(field, absl::StrCat("must be ", what, value == nullptr ? "" : NotThis(*value)));
}

absl::StatusOr<std::string> ObjectReader::Text(std::string_view field) const {
  const Json* value = Find(field);
  if (value == nullptr) return Error(field, "is missing");
  if (!value->is_string() || value->get_ref<const std::string&>().empty()) {
    return MustBe(field, "a text that is not empty");
  }
  return value->get<std::string>();
}

absl::StatusOr<std::string> ObjectReader::OptionalText(std::string_view field) const {
  if (Find(field) == nullptr) return std::string();
  return Text(field);
}

absl::StatusOr<bool> ObjectReader::Bool(std::string_view field, bool absent) const {
  const Json* value = Find(field);
  if (value == nullptr) return absent;
  if (!value->is_boolean()) return MustBe(field, "true or false");
  return value->get<bool>();
}

absl::StatusOr<std::map<std::string, std::string>> ObjectReader::TextMap(
    std::string_view field) const {
  std::map<std::string, std::string> map;
  const Json* value = Find(field);
  if (value == nullptr) return map;
  if (!value->is_object()) return MustBe(field, "an object of texts");
  for (const auto& [key, item] : value->items()) {
    if (!item.is_string()) {
      return Error(absl::StrCat(field, ".", key), absl::StrCat("must be a text", NotThis(item)));
    }
    map[key] = item.get<std::string>();
  }
  return map;
}

absl::StatusOr<std::vector<std::string>> ObjectReader::TextList(std::string_view field) const {
  std::vector<std::string> list;
  const Json* value = Find(field);
  if (value == nullptr) return list;
  if (!value->is_array()) return MustBe(field, "a list of texts");
  for (const Json& item : *value) {
    if (!item.is_string()) {
      return Error(absl::StrCat(field, "[", list.size(), "]"),
                   absl::StrCat("must be a text", NotThis(item)));
    }
    list.push_back(item.get<std::string>());
  }
  return list;
}

absl::StatusOr<const Json*> ObjectReader::List(std::string_view field) const {
  const Json* value = Find(field);
  if (value != nullptr && !value->is_array()) return MustBe(field, "a list");
  return value;
}

absl::StatusOr<Money> ObjectReader::Decimal(std::string_view field) const {
  absl::StatusOr<std::string> text = Text(field);
  if (!text.ok()) return text.status();
  absl::StatusOr<Money> number = Money::Parse(*text);
  if (!number.ok()) return Error(field, number.status().message());
  if (number->attos() < 0) return Error(field, absl::StrCat("is negative: ", Quote(*text)));
  return number;
}

absl::StatusOr<std::string> ObjectReader::Date(std::string_view field) const {
  absl::StatusOr<std::string> date = Text(field);
  if (date.ok() && !ParseInstant(absl::StrCat(*date, "T00:00:00Z")).ok()) {
    return Error(field, absl::StrCat(Quote(*date), " is no date, such as \"2026-11-10\""));
  }
  return date;
}

absl::StatusOr<InstantNs> ObjectReader::QuarterHour(std::string_view field,
                                                    InstantNs absent) const {
  if (Find(field) == nullptr) return absent;
  absl::StatusOr<std::string> text = Text(field);
  if (!text.ok()) return text.status();
  absl::StatusOr<InstantNs> instant = ParseInstant(*text);
  if (!instant.ok()) return Error(field, instant.status().message());
  constexpr std::int64_t kQuarterNs = kBucketSeconds * kNsPerSecond;
  const std::int64_t past = ((*instant % kQuarterNs) + kQuarterNs) % kQuarterNs;
  if (past != 0) {
    return Error(field,
                 absl::StrCat(Quote(*text), " is not on a quarter hour, nearest is ",
                              Quote(FormatInstant(*instant - past +
                                                  (past * 2 >= kQuarterNs ? kQuarterNs : 0)))));
  }
  return *instant;
}

absl::StatusOr<Interval> ObjectReader::ReadInterval() const {
  Interval interval;
  absl::StatusOr<InstantNs> from = QuarterHour("from", interval.from);
  if (!from.ok()) return from.status();
  absl::StatusOr<InstantNs> until = QuarterHour("until", interval.until);
  if (!until.ok()) return until.status();
  interval = {*from, *until};
  if (interval.from >= interval.until) {
    return Error("until", absl::StrCat(Quote(FormatInstant(interval.until)), " is not after from ",
                                       Quote(FormatInstant(interval.from))));
  }
  return interval;
}

}  // namespace tokentra
