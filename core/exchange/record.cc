#include "core/exchange/record.h"

#include <algorithm>
#include <array>
#include <bitset>
#include <charconv>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/base/text.h"
#include "core/exchange/fields.h"
#include "core/exchange/json_position.h"
#include "simdjson.h"

namespace tokentra {
namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;

constexpr std::size_t kConditionsMax = 14;
constexpr std::size_t kMetadataMax = 64;

// Shortest text that reads back as the same number.
std::string NumberText(double value) {
  std::array<char, 64> buffer;
  const std::to_chars_result end =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  return std::string(buffer.data(), end.ptr);
}

std::string FixedText(double value) {
  std::array<char, 512> buffer;
  const std::to_chars_result end =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed);
  return std::string(buffer.data(), end.ptr);
}

std::string_view TypeName(element value) {
  switch (value.type()) {
    case element_type::ARRAY:
      return "a list";
    case element_type::OBJECT:
      return "an object";
    case element_type::STRING:
      return "a text";
    case element_type::BOOL:
      return "true or false";
    case element_type::NULL_VALUE:
      return "null";
    default:
      return "a number";
  }
}

// The fields of a record, in the order of RecordParser::Field.
constexpr std::array<std::string_view, RecordParser::kFieldCount> kFieldNames = {
    "provider", "model",      "api",      "service_tier", "region",   "id",    "at",
    "batch",    "conditions", "metadata", "requests",     "reported", "usage", "response"};

// A field of ours that an unknown name was surely meant to be: one slip away from it, or the same
// without separators and case ("serviceTier"). Empty when there is none.
std::string_view MeantField(std::string_view name) {
  const std::string lower = AsciiLower(name);
  for (const std::string_view field : kFieldNames) {
    if (lower.empty() || lower.front() != field.front() || lower.size() + 2 < field.size() ||
        field.size() + 2 < lower.size()) {
      continue;
    }
    std::string letters(lower);
    std::string plain(field);
    std::erase_if(letters, [](char c) { return c == '_' || c == '-'; });
    std::erase(plain, '_');
    if (letters == plain || (field.size() > 4 && EditDistance(lower, field) == 1)) return field;
  }
  return {};
}

absl::Status BadCount(std::string_view name, std::string_view value, std::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat(name, " ", value, " ", why));
}

constexpr std::string_view kNoCount = "is no whole number of its quantum";

// Seconds to milliseconds, exactly or refused: the decimals of the shortest text count.
absl::StatusOr<std::uint64_t> MillisecondsFromSeconds(std::string_view name, element value) {
  std::string text;
  std::string shown;
  if (value.is<std::uint64_t>()) {
    shown = text = absl::StrCat(std::uint64_t{value.get<std::uint64_t>().value_unsafe()});
  } else if (value.is<std::int64_t>()) {
    shown = text = absl::StrCat(std::int64_t{value.get<std::int64_t>().value_unsafe()});
  } else if (value.is<double>()) {
    text = FixedText(value.get<double>().value_unsafe());
    shown = NumberText(value.get<double>().value_unsafe());
  } else {
    return absl::InvalidArgumentError(
        absl::StrCat(name, " must be a number of seconds, not ", TypeName(value)));
  }
  const absl::StatusOr<Money> seconds = Money::Parse(text);
  constexpr Int128 kPerMillisecond = Money::kUnit / 1000;
  if (!seconds.ok() || seconds->attos() < 0 || seconds->attos() % kPerMillisecond != 0 ||
      seconds->attos() / kPerMillisecond > static_cast<Int128>(kQuantityMax)) {
    return BadCount(name, shown, "is no whole number of milliseconds from 0 to 2^48");
  }
  return static_cast<std::uint64_t>(seconds->attos() / kPerMillisecond);
}

}  // namespace

absl::StatusOr<std::uint64_t> CountFromJson(std::string_view name, element value) {
  std::uint64_t count = 0;
  if (value.is<std::uint64_t>()) {
    count = value.get<std::uint64_t>().value_unsafe();
  } else if (value.is<std::int64_t>()) {
    return BadCount(name, absl::StrCat(std::int64_t{value.get<std::int64_t>().value_unsafe()}),
                    "is negative");
  } else if (value.is<double>()) {
    const double number = value.get<double>().value_unsafe();
    constexpr double kExactMax = 9007199254740992.0;  // 2^53
    if (number < 0) return BadCount(name, NumberText(number), "is negative");
    if (number > kExactMax) {
      return BadCount(name, NumberText(number),
                      "is a float above 2^53 = 9007199254740992, which cannot be exact");
    }
    count = static_cast<std::uint64_t>(number);
    if (static_cast<double>(count) != number) return BadCount(name, NumberText(number), kNoCount);
  } else {
    return absl::InvalidArgumentError(
        absl::StrCat(name, " must be a whole number, not ", TypeName(value)));
  }
  if (count > kQuantityMax) {
    return BadCount(name, absl::StrCat(count), "is above the limit 2^48 = 281474976710656");
  }
  return count;
}

RecordParser::RecordParser() : parser_(std::make_unique<simdjson::dom::parser>()) {}
RecordParser::~RecordParser() = default;

std::string_view RecordParser::Keep(std::string text) {
  kept_.push_back(std::move(text));
  return kept_.back();
}

std::string_view RecordParser::id() const {
  if (!id_.empty() || call_.extraction == nullptr) return id_;
  return call_.extraction->response_id;
}

struct RecordParser::Fields {
  // Nothing when the field is absent or null.
  const std::optional<element>& operator[](Field field) const {
    return values[static_cast<std::size_t>(field)];
  }
  bool Stated(Field field) const { return stated[static_cast<std::size_t>(field)]; }
  absl::StatusOr<std::string_view> Text(Field field) const;

  std::array<std::optional<element>, kFieldCount> values;
  std::bitset<kFieldCount> stated;
};

absl::StatusOr<std::string_view> RecordParser::Fields::Text(Field field) const {
  const std::optional<element>& value = (*this)[field];
  std::string_view text;
  if (value.has_value() && value->get(text) != simdjson::SUCCESS) {
    return absl::InvalidArgumentError(absl::StrCat(kFieldNames[static_cast<std::size_t>(field)],
                                                   " must be a text, not ", TypeName(*value)));
  }
  return text;
}

absl::Status RecordParser::ReadFields(simdjson::dom::object record, Fields& fields) {
  for (const auto member : record) {
    const auto* const found = std::find(kFieldNames.begin(), kFieldNames.end(), member.key);
    if (found == kFieldNames.end()) {
      if (const std::string_view meant = MeantField(member.key); !meant.empty()) {
        findings_.push_back(absl::StrCat("the field ", Quote(member.key),
                                         " is not read; did you mean ", Quote(meant), "?"));
      }
      continue;
    }
    const auto index = static_cast<std::size_t>(found - kFieldNames.begin());
    if (fields.stated[index]) {
      return absl::InvalidArgumentError(absl::StrCat(*found, " is given twice"));
    }
    fields.stated.set(index);
    if (!member.value.is_null()) fields.values[index] = member.value;
  }
  return absl::OkStatus();
}

absl::Status RecordParser::Parse(std::string_view line, InstantNs default_at) {
  call_ = Call();
  id_ = {};
  usage_.Clear();
  conditions_.clear();
  metadata_.clear();
  findings_.clear();
  kept_.clear();
  element root;
  const simdjson::error_code error = parser_->parse(line.data(), line.size(), false).get(root);
  parsed_ = error == simdjson::SUCCESS;
  if (error != simdjson::SUCCESS) {
    return NotJson(error, line);
  }
  simdjson::dom::object record;
  if (root.get(record) != simdjson::SUCCESS) {
    return absl::InvalidArgumentError(
        absl::StrCat("a call record is an object, not ", TypeName(root)));
  }
  const absl::Status status = ParseObject(record, default_at);
  call_.findings = findings_;
  return status;
}

void RecordParser::NoteFields(FieldLog& log) const {
  if (!parsed_) return;
  for (const std::string_view name : kFieldNames) {
    const bool whole =
        name == "conditions" || name == "metadata" || name == "response" || name == "usage";
    log.NoteAsked(std::string(name), whole);
  }
  log.NoteSeen(std::string(), parser_->doc.root());
}

absl::Status RecordParser::ReadAt(const Fields& fields, InstantNs default_at) {
  absl::StatusOr<std::string_view> at = fields.Text(Field::kAt);
  if (!at.ok()) return at.status();
  call_.at = default_at;
  if (!at->empty()) {
    absl::StatusOr<InstantNs> instant = ParseInstant(*at);
    if (!instant.ok()) {
      return absl::InvalidArgumentError(absl::StrCat("at: ", instant.status().message()));
    }
    call_.at = *instant;
  }
  if (call_.at == kNoInstant) {
    return absl::InvalidArgumentError(
        "at is missing: a record of a log never means now; state it or give a default instant");
  }
  return absl::OkStatus();
}

absl::Status RecordParser::ReadId(const std::optional<element>& id) {
  if (!id.has_value()) return absl::OkStatus();
  if (id->is<std::string_view>()) {
    id_ = id->get<std::string_view>().value_unsafe();
  } else if (id->is<std::uint64_t>()) {
    id_ = Keep(absl::StrCat(std::uint64_t{id->get<std::uint64_t>().value_unsafe()}));
  } else {
    return absl::InvalidArgumentError(absl::StrCat("id must be a text, not ", TypeName(*id)));
  }
  return absl::OkStatus();
}

absl::Status RecordParser::ParseObject(simdjson::dom::object record, InstantNs default_at) {
  Fields fields;
  TOKENTRA_RETURN_IF_ERROR(ReadFields(record, fields));
  TOKENTRA_RETURN_IF_ERROR(ReadId(fields[Field::kId]));
  TOKENTRA_ASSIGN_OR_RETURN(call_.provider, fields.Text(Field::kProvider));
  TOKENTRA_ASSIGN_OR_RETURN(call_.model, fields.Text(Field::kModel));
  TOKENTRA_ASSIGN_OR_RETURN(call_.api, fields.Text(Field::kApi));
  TOKENTRA_ASSIGN_OR_RETURN(call_.service_tier, fields.Text(Field::kServiceTier));
  TOKENTRA_ASSIGN_OR_RETURN(call_.region, fields.Text(Field::kRegion));
  if (call_.provider.empty()) call_.provider = default_provider_;
  if (call_.provider.empty()) return absl::InvalidArgumentError("provider is missing");
  TOKENTRA_RETURN_IF_ERROR(ReadAt(fields, default_at));
  if (const std::optional<element>& batch = fields[Field::kBatch]) {
    if (batch->get(call_.batch) != simdjson::SUCCESS) {
      return absl::InvalidArgumentError(
          absl::StrCat("batch must be true or false, not ", TypeName(*batch)));
    }
  }
  if (const std::optional<element>& conditions = fields[Field::kConditions]) {
    TOKENTRA_RETURN_IF_ERROR(ReadConditions(*conditions));
  }
  if (const std::optional<element>& metadata = fields[Field::kMetadata]) {
    TOKENTRA_RETURN_IF_ERROR(ReadMetadata(*metadata));
  }
  TOKENTRA_RETURN_IF_ERROR(ReadRequests(fields[Field::kRequests]));
  const std::optional<element>& response = fields[Field::kResponse];
  const std::optional<element>& usage = fields[Field::kUsage];
  TOKENTRA_ASSIGN_OR_RETURN(const std::optional<Money> reported,
                            ReadReported(fields[Field::kReported]));
  if (fields.Stated(Field::kUsage) && !usage.has_value() && !fields.Stated(Field::kResponse)) {
    // "usage": null says that the call had none.
    UseExtraction(reported);
    return absl::OkStatus();
  }
  if (response.has_value() == usage.has_value()) {
    return absl::InvalidArgumentError(response.has_value()
                                          ? "both response and usage are given; one is needed"
                                          : "neither response nor usage is given");
  }
  if (usage.has_value()) {
    if (call_.model.empty()) call_.model = default_model_;
    TOKENTRA_RETURN_IF_ERROR(ReadUsage(*usage));
    if (!reported.has_value()) return absl::OkStatus();
    TOKENTRA_ASSIGN_OR_RETURN(Atoms atoms, ToAtoms(usage_, JoinRule::kError));
    UseExtraction(reported);
    if (!usage_.empty()) extraction_.parts.push_back({std::string(), usage_, atoms});
    call_.usage = nullptr;
    return absl::OkStatus();
  }
  TOKENTRA_ASSIGN_OR_RETURN(extraction_, ExtractUsage(*response, call_.provider, call_.api));
  if (call_.model.empty() && extraction_.model.empty()) call_.model = default_model_;
  if (reported.has_value()) extraction_.reported = reported;
  call_.extraction = &extraction_;
  return absl::OkStatus();
}

// An extraction that says what the record does.
void RecordParser::UseExtraction(const std::optional<Money>& reported) {
  extraction_ = Extraction();
  extraction_.provider = call_.provider;
  extraction_.api = call_.api;
  extraction_.model = call_.model;
  extraction_.reported = reported;
  call_.extraction = &extraction_;
}

absl::Status RecordParser::ReadRequests(const std::optional<element>& requests) {
  if (!requests.has_value()) return absl::OkStatus();
  TOKENTRA_ASSIGN_OR_RETURN(call_.requests, CountFromJson("requests", *requests));
  if (call_.requests == 0) return absl::InvalidArgumentError("requests 0 is no number of calls");
  return absl::OkStatus();
}

// Decimal text, or a number in its shortest form.
absl::StatusOr<std::optional<Money>> RecordParser::ReadReported(
    const std::optional<element>& value) {
  if (!value.has_value()) return std::optional<Money>();
  std::string_view text;
  if (value->get(text) != simdjson::SUCCESS) {
    if (!value->is_number()) {
      return absl::InvalidArgumentError(
          absl::StrCat("reported must be an amount, not ", TypeName(*value)));
    }
    text = Keep(FixedText(value->get_double().value_unsafe()));
  }
  const absl::StatusOr<Money> money = Money::Parse(text);
  if (!money.ok()) {
    return absl::InvalidArgumentError(absl::StrCat("reported: ", money.status().message()));
  }
  return std::optional<Money>(*money);
}

absl::Status RecordParser::ReadUsage(element value) {
  simdjson::dom::object object;
  if (value.get(object) != simdjson::SUCCESS) {
    return absl::InvalidArgumentError(
        absl::StrCat("usage must be an object of meters, not ", TypeName(value)));
  }
  for (const auto field : object) {
    if (field.value.is_null()) continue;
    const MeterInfo* meter = FindMeter(field.key);
    const MeterInfo* in_seconds = meter == nullptr ? FindMeterInSeconds(field.key) : nullptr;
    if (meter == nullptr && in_seconds == nullptr) {
      return absl::InvalidArgumentError(absl::StrCat("usage has the unknown meter ",
                                                     Quote(field.key), ", nearest is ",
                                                     Quote(NearestMeterName(field.key))));
    }
    absl::StatusOr<std::uint64_t> count = meter != nullptr
                                              ? CountFromJson(field.key, field.value)
                                              : MillisecondsFromSeconds(field.key, field.value);
    if (!count.ok()) return count.status();
    const MeterInfo* const counted = meter != nullptr ? meter : in_seconds;
    if (usage_.Has(counted->id)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "usage gives ", counted->name, " twice: ", *usage_.Get(counted->id), " and ", *count));
    }
    usage_.Set(counted->id, *count);
  }
  call_.usage = &usage_;
  return absl::OkStatus();
}

absl::Status RecordParser::ReadConditions(element value) {
  simdjson::dom::object object;
  if (value.get(object) != simdjson::SUCCESS) {
    return absl::InvalidArgumentError(
        absl::StrCat("conditions must be an object of texts, not ", TypeName(value)));
  }
  for (const auto field : object) {
    if (field.value.is_null()) continue;
    if (conditions_.size() == kConditionsMax) {
      return absl::InvalidArgumentError(
          absl::StrCat("conditions has more than ", kConditionsMax, " entries"));
    }
    std::string_view text;
    if (field.value.is<bool>()) {
      text = field.value.get<bool>().value_unsafe() ? "true" : "false";
    } else if (field.value.is<std::uint64_t>()) {
      text = Keep(absl::StrCat(std::uint64_t{field.value.get<std::uint64_t>().value_unsafe()}));
    } else if (field.value.get(text) != simdjson::SUCCESS) {
      return absl::InvalidArgumentError(
          absl::StrCat("conditions.", field.key, " must be a text, not ", TypeName(field.value)));
    }
    conditions_.push_back({field.key, text});
  }
  call_.conditions = conditions_;
  return absl::OkStatus();
}

absl::Status RecordParser::ReadMetadata(element value) {
  simdjson::dom::object object;
  if (value.get(object) != simdjson::SUCCESS) {
    findings_.push_back(
        absl::StrCat("metadata must be an object, not ", TypeName(value), "; it is left out"));
    return absl::OkStatus();
  }
  for (const auto field : object) {
    if (field.value.is_null()) continue;
    if (metadata_.size() == kMetadataMax) {
      findings_.push_back(
          absl::StrCat("metadata has more than ", kMetadataMax, " entries; the rest is left out"));
      break;
    }
    std::string_view text;
    switch (field.value.type()) {
      case element_type::STRING:
        text = field.value.get<std::string_view>().value_unsafe();
        break;
      case element_type::BOOL:
        text = field.value.get<bool>().value_unsafe() ? "true" : "false";
        break;
      case element_type::UINT64:
        text = Keep(absl::StrCat(std::uint64_t{field.value.get<std::uint64_t>().value_unsafe()}));
        break;
      case element_type::INT64:
        text = Keep(absl::StrCat(std::int64_t{field.value.get<std::int64_t>().value_unsafe()}));
        break;
      case element_type::DOUBLE:
        text = Keep(NumberText(field.value.get<double>().value_unsafe()));
        break;
      default:
        findings_.push_back(absl::StrCat("metadata.", field.key, " is ", TypeName(field.value),
                                         ", not a text; it is left out"));
        continue;
    }
    metadata_.push_back({field.key, text});
  }
  return absl::OkStatus();
}

}  // namespace tokentra
