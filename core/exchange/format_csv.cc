// Any CSV file: a row a call, columns named by a mapping or by themselves.
//
// A mapping entry "field=column" says which column a field of the call record stands in:
// provider, model, api, at, id, service_tier, region, batch, requests, reported, a meter, or
// metadata.KEY and conditions.NAME. Without an entry, a column counts when its own name is a
// field's, a meter's, a well-known metadata key or a usual spelling of one of these. Empty cells
// are absent. Counts mean what our meters mean: input_tokens includes the cached ones.

#include <array>

#include "absl/strings/str_cat.h"
#include "core/base/metadata_key.h"
#include "core/base/status_macros.h"
#include "core/base/text.h"
#include "core/exchange/format.h"

namespace tokentra {
namespace {

using simdjson::dom::element;

// Usual spellings, lower case with '_' between words, and the field they mean.
constexpr std::array<std::pair<std::string_view, std::string_view>, 36> kSpellings = {{
    {"timestamp", "at"},
    {"time", "at"},
    {"date", "at"},
    {"datetime", "at"},
    {"created_at", "at"},
    {"start_time", "at"},
    {"starttime", "at"},
    {"model_name", "model"},
    {"model_id", "model"},
    {"vendor", "provider"},
    {"request_id", "id"},
    {"requestid", "id"},
    {"response_id", "id"},
    {"tier", "service_tier"},
    {"prompt_tokens", "input_tokens"},
    {"tokens_in", "input_tokens"},
    {"tokens_prompt", "input_tokens"},
    {"tokens_input", "input_tokens"},
    {"input", "input_tokens"},
    {"completion_tokens", "output_tokens"},
    {"tokens_out", "output_tokens"},
    {"tokens_completion", "output_tokens"},
    {"tokens_output", "output_tokens"},
    {"output", "output_tokens"},
    {"cached_tokens", "cache_read_tokens"},
    {"cached_input_tokens", "cache_read_tokens"},
    {"cache_read_input_tokens", "cache_read_tokens"},
    {"cache_creation_input_tokens", "cache_write_tokens"},
    {"reasoning_tokens", "output_reasoning_tokens"},
    {"user", "metadata.user_id"},
    {"team", "metadata.team_id"},
    {"project", "metadata.project_id"},
    {"env", "metadata.environment"},
    {"session", "metadata.session_id"},
    {"userid", "metadata.user_id"},
    {"teamid", "metadata.team_id"},
}};
constexpr std::array<std::string_view, 10> kFields = {
    "provider", "model", "api",      "at",       "id",
    "region",   "batch", "requests", "reported", "service_tier"};
constexpr std::array<std::string_view, 8> kMetadata = {"project_id",  "team_id",    "feature",
                                                       "user_id",     "request_id", "session_id",
                                                       "environment", "service"};

template <typename Names>
bool IsOneOf(std::string_view name, const Names& names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string Plain(std::string_view name) {
  std::string plain = AsciiLower(name);
  for (char& c : plain) {
    if (c == ' ' || c == '-') c = '_';
  }
  return plain;
}

// The field a column means by its own name; empty: none.
std::string FieldOf(std::string_view column) {
  const std::string_view canonical = CanonicalMetadataKey(column);
  if (IsOneOf(canonical, kMetadata) && canonical != "request_id") {
    return absl::StrCat("metadata.", canonical);
  }
  const std::string plain = Plain(column);
  if (IsOneOf(plain, kFields) || FindMeter(plain) != nullptr ||
      FindMeterInSeconds(plain) != nullptr) {
    return plain;
  }
  for (const auto& [spelling, field] : kSpellings) {
    if (plain == spelling) return std::string(field);
  }
  if (plain.substr(0, 9) == "metadata." || plain.substr(0, 11) == "conditions.") {
    return std::string(column);
  }
  return {};
}

absl::Status SetField(std::string_view field, std::string_view column, element cell,
                      const Fields& row, CallDraft& draft) {
  const std::string_view text = ScalarText(cell, row.context().texts);
  if (text.empty()) return absl::OkStatus();
  const std::pair<std::string_view, std::string_view*> texts[] = {
      {"model", &draft.model}, {"api", &draft.api},       {"provider", &draft.provider},
      {"id", &draft.id},       {"region", &draft.region}, {"service_tier", &draft.service_tier}};
  for (const auto& [name, target] : texts) {
    if (field == name) {
      *target = text;
      return absl::OkStatus();
    }
  }
  if (field.substr(0, 9) == "metadata.") {
    AddTag(draft, field.substr(9), text);
  } else if (field.substr(0, 11) == "conditions.") {
    draft.conditions.push_back({field.substr(11), text});
  } else if (field == "at") {
    absl::StatusOr<InstantNs> at = ForeignInstant(text);
    if (!at.ok())
      return absl::InvalidArgumentError(absl::StrCat(column, ": ", at.status().message()));
    draft.at = *at;
  } else if (field == "batch") {
    const std::string word = AsciiLower(text);
    draft.batch = word == "true" || word == "1" || word == "yes";
  } else if (field == "reported") {
    draft.reported = ForeignMoney(cell);
    if (!draft.reported.has_value()) {
      return absl::InvalidArgumentError(absl::StrCat(column, ": ", Quote(text), " is no amount"));
    }
  } else {
    TOKENTRA_ASSIGN_OR_RETURN(const std::uint64_t count, ForeignCount(column, text));
    if (field == "requests") {
      draft.requests = std::max<std::uint64_t>(count, 1);
      return absl::OkStatus();
    }
    const MeterInfo* meter = FindMeter(field);
    const MeterInfo* seconds = meter == nullptr ? FindMeterInSeconds(field) : nullptr;
    if (seconds != nullptr && count > kQuantityMax / 1000) {
      return absl::InvalidArgumentError(absl::StrCat(column, ": ", Quote(text), " is too large"));
    }
    if (meter == nullptr && seconds == nullptr) {
      return absl::InvalidArgumentError(absl::StrCat("the column mapping has the unknown field ",
                                                     Quote(field), ", nearest meter is ",
                                                     Quote(NearestMeterName(field))));
    }
    draft.usage.Set(meter != nullptr ? meter->id : seconds->id,
                    meter != nullptr ? count : count * 1000);
    draft.metered = true;
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ReadCsv(const Fields& record, const ReadOptions& options, DraftSink& sink) {
  CallDraft draft;
  std::vector<std::string_view> mapped;
  for (const auto& [field, column] : options.columns) {
    mapped.push_back(column);
    if (const std::optional<element> cell = record.Find(column)) {
      TOKENTRA_RETURN_IF_ERROR(SetField(field, column, *cell, record, draft));
    }
  }
  const auto stated = [&](std::string_view field) {
    for (const auto& [name, column] : options.columns) {
      if (name == field) return true;
    }
    return false;
  };
  for (const auto cell : record.object()) {
    if (IsOneOf(cell.key, mapped)) continue;
    record.context().texts.push_back(FieldOf(cell.key));
    const std::string_view field = record.context().texts.back();
    if (field.empty() || stated(field)) continue;
    if (record.context().log != nullptr) {
      record.context().log->NoteAsked(std::string(cell.key), false);
    }
    TOKENTRA_RETURN_IF_ERROR(SetField(field, cell.key, cell.value, record, draft));
  }
  const std::string_view provider = draft.provider;
  const std::string_view model = draft.model;
  SetProviderAndModel(draft, provider, model, options);
  IncludeCaches(draft);
  sink.OnCall(draft);
  return absl::OkStatus();
}

}  // namespace tokentra
