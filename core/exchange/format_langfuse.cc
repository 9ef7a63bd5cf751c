// Langfuse: observations, as its blob storage export (JSON Lines or CSV), its interface's export
// (a list) and its API (a page with `data`) give them; columns in snake_case, members in camelCase.
// Sources: langfuse/langfuse, ClickHouse migration 0002_observations.up.sql; langfuse.com docs,
// "Blob Storage Export Field Reference" and "Token & Cost Tracking".
//
// Usage types are free names: those with "input" in them are input, with "output" output. Langfuse
// prices and sums them as disjoint, but integrations also wrote inclusive counts. The stated total
// tells which: the reading whose sum is the total is taken, disjoint first; where none is, disjoint
// and suspect. Only generations and embeddings are calls; other observations are passed over. No
// provider is recorded: `--provider`, else the model's name. The instant is startTime.
// `costDetails` and the like are Langfuse's computation: not read.

#include <array>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/base/text.h"
#include "core/exchange/format.h"

namespace tokentra {
namespace {

using simdjson::dom::element;

struct UsageType {
  std::string_view name;
  MeterId meter;
};

constexpr std::array<UsageType, 36> kTypes = {{
    {"input", kMeterInputTokens},
    {"input_tokens", kMeterInputTokens},
    {"prompt_tokens", kMeterInputTokens},
    {"promptTokens", kMeterInputTokens},
    {"output", kMeterOutputTokens},
    {"output_tokens", kMeterOutputTokens},
    {"completion_tokens", kMeterOutputTokens},
    {"completionTokens", kMeterOutputTokens},
    {"input_cached_tokens", kMeterCacheReadTokens},
    {"input_cached", kMeterCacheReadTokens},
    {"input_cache_read", kMeterCacheReadTokens},
    {"input_cache_read_tokens", kMeterCacheReadTokens},
    {"input_cached_content_tokens", kMeterCacheReadTokens},
    {"cache_read_input_tokens", kMeterCacheReadTokens},
    {"cached_tokens", kMeterCacheReadTokens},
    {"cached_content_token_count", kMeterCacheReadTokens},
    {"input_cache_creation", kMeterCacheWriteTokens},
    {"input_cache_creation_tokens", kMeterCacheWriteTokens},
    {"input_cache_write_tokens", kMeterCacheWriteTokens},
    {"cache_creation_input_tokens", kMeterCacheWriteTokens},
    {"input_cache_creation_5m", kMeterCacheWrite5mTokens},
    {"cache_creation_5m_input_tokens", kMeterCacheWrite5mTokens},
    {"input_cache_creation_1h", kMeterCacheWrite1hTokens},
    {"cache_creation_1h_input_tokens", kMeterCacheWrite1hTokens},
    {"input_audio", kMeterInputAudioTokens},
    {"input_audio_tokens", kMeterInputAudioTokens},
    {"input_image_tokens", kMeterInputImageTokens},
    {"input_modality_1", kMeterInputTextTokens},
    {"output_reasoning", kMeterOutputReasoningTokens},
    {"output_reasoning_tokens", kMeterOutputReasoningTokens},
    {"reasoning_tokens", kMeterOutputReasoningTokens},
    {"thoughts_token_count", kMeterOutputReasoningTokens},
    {"output_audio", kMeterOutputAudioTokens},
    {"output_audio_tokens", kMeterOutputAudioTokens},
    {"output_image_tokens", kMeterOutputImageTokens},
    {"input_text_tokens", kMeterInputTextTokens},
}};

struct Side {
  std::uint64_t base = 0;  // "input" or "output" itself
  std::uint64_t parts = 0;
  std::uint64_t Disjoint() const { return base + parts; }
};

// Whether each side's base includes its parts, in the order of preference.
struct Reading {
  bool input_includes;
  bool output_includes;
};
constexpr std::array<Reading, 4> kReadings = {
    {{false, false}, {true, true}, {true, false}, {false, true}}};

class UsageDetails {
 public:
  absl::Status Read(const Fields& fields) {
    for (const UsageType& type : kTypes) {
      TOKENTRA_ASSIGN_OR_RETURN(const std::optional<std::uint64_t> count, fields.Count(type.name));
      if (!count.has_value() || usage_.Has(type.meter)) continue;
      found_ = true;
      const bool base = type.meter == kMeterInputTokens || type.meter == kMeterOutputTokens;
      if (!base && *count == 0) continue;
      usage_.Set(type.meter, *count);
      Side& side = FindMeter(type.meter)->direction == Direction::kOutput ? output_ : input_;
      // A text part is what is left beside the other parts, never one of them.
      if (base) side.base = *count;
      if (!base && type.meter != kMeterInputTextTokens) side.parts += *count;
    }
    TOKENTRA_ASSIGN_OR_RETURN(total_, fields.Count("total|total_tokens|totalTokens"));
    return absl::OkStatus();
  }

  bool found() const { return found_; }

  void Settle(CallDraft& draft) {
    Reading chosen = kReadings[0];
    bool fits = !total_.has_value();
    for (const Reading& reading : kReadings) {
      if (fits) break;
      const std::uint64_t sum = (reading.input_includes ? input_.base : input_.Disjoint()) +
                                (reading.output_includes ? output_.base : output_.Disjoint());
      if (sum != *total_) continue;
      chosen = reading;
      fits = true;
    }
    if (!fits) {
      draft.suspect = true;
      draft.findings.push_back(absl::StrCat("no reading of the usage types sums to the total ",
                                            *total_, "; they are taken as disjoint"));
    }
    draft.usage = usage_;
    if (!chosen.input_includes && usage_.Has(kMeterInputTokens)) {
      draft.usage.Set(kMeterInputTokens, std::min(input_.Disjoint(), kQuantityMax));
    }
    if (!chosen.output_includes && usage_.Has(kMeterOutputTokens)) {
      draft.usage.Set(kMeterOutputTokens, std::min(output_.Disjoint(), kQuantityMax));
    }
  }

 private:
  Usage usage_;
  Side input_;
  Side output_;
  std::optional<std::uint64_t> total_;
  bool found_ = false;
};

bool IsCall(std::string_view type) {
  return type.empty() || type == "GENERATION" || type == "EMBEDDING";
}

}  // namespace

absl::Status ReadLangfuse(const Fields& record, const ReadOptions& options, DraftSink& sink) {
  if (const std::optional<simdjson::dom::array> page = record.Array("data")) {
    for (const element item : *page) {
      simdjson::dom::object object;
      if (item.get(object) != simdjson::SUCCESS) continue;
      const Fields inner(object, record.context(), "data[]");
      TOKENTRA_RETURN_IF_ERROR(ReadLangfuse(inner, options, sink));
    }
    return absl::OkStatus();
  }
  if (!IsCall(record.Text("type"))) return absl::OkStatus();
  CallDraft draft;
  UsageDetails details;
  for (const std::string_view name :
       {"usageDetails|usage_details", "providedUsageDetails|provided_usage_details", "usage"}) {
    const std::optional<Fields> object = record.Object(name);
    if (!object.has_value() || details.found()) continue;
    TOKENTRA_RETURN_IF_ERROR(details.Read(*object));
  }
  if (!details.found()) TOKENTRA_RETURN_IF_ERROR(details.Read(record));
  if (details.found()) {
    draft.metered = true;
    details.Settle(draft);
  }
  draft.id = record.Text("id");
  TOKENTRA_ASSIGN_OR_RETURN(draft.at, record.Instant("startTime|start_time"));
  SetProviderAndModel(
      draft, {}, record.Text("providedModelName|provided_model_name|model|internalModel"), options);
  if (const auto parameters = record.Object("modelParameters|model_parameters")) {
    draft.service_tier = parameters->Text("service_tier");
  }
  AddTags(draft, record.FindWhole("metadata"), record.context());
  AddTag(draft, "user_id", record.Text("userId|user_id"));
  AddTag(draft, "session_id", record.Text("sessionId|session_id"));
  AddTag(draft, "environment", record.Text("environment"));
  AddTag(draft, "trace_name", record.Text("traceName|trace_name"));
  AddTag(draft, "name", record.Text("name"));
  AddTag(draft, "trace_id", record.Text("traceId|trace_id"));
  AddTag(draft, "release", record.Text("release"));
  sink.OnCall(draft);
  return absl::OkStatus();
}

}  // namespace tokentra
