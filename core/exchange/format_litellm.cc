// LiteLLM: rows of LiteLLM_SpendLogs (JSON Lines, a list, or CSV out of the database) and
// StandardLoggingPayload objects, which its loggers write.
// Sources: BerriAI/litellm schema.prisma (model LiteLLM_SpendLogs) and
// docs/my-website/docs/proxy/logging_spec.md; litellm/types/utils.py (Usage).
//
// prompt_tokens includes what was read from and written to the cache; releases that left it out
// are seen by counts that do not fit, and are added up with a finding. The finer counts stand in
// metadata.usage_object. The instant is startTime; without a zone it is UTC. An answer out of
// LiteLLM's own cache (cache_hit) and a failed call never cost anything: they are unmetered.
// `spend` and `response_cost` are LiteLLM's computation, not the provider's word: not read.

#include "core/base/status_macros.h"
#include "core/base/text.h"
#include "core/exchange/format.h"

namespace tokentra {
namespace {

using simdjson::dom::element;

// A sub-count of zero says nothing that its absence does not.
absl::Status SetAboveZero(const Fields& from, std::string_view names, MeterId meter, Usage& usage) {
  TOKENTRA_ASSIGN_OR_RETURN(const std::optional<std::uint64_t> count, from.Count(names));
  if (count.value_or(0) > 0) usage.Set(meter, *count);
  return absl::OkStatus();
}

absl::Status ReadCaches(const Fields& from, Usage& usage) {
  TOKENTRA_RETURN_IF_ERROR(
      SetAboveZero(from, "cache_read_input_tokens", kMeterCacheReadTokens, usage));
  return SetAboveZero(from, "cache_creation_input_tokens", kMeterCacheWriteTokens, usage);
}

absl::Status ReadPromptDetails(const Fields& details, Usage& usage) {
  if (!usage.Has(kMeterCacheReadTokens)) {
    TOKENTRA_RETURN_IF_ERROR(SetAboveZero(details, "cached_tokens", kMeterCacheReadTokens, usage));
  }
  if (!usage.Has(kMeterCacheWriteTokens)) {
    TOKENTRA_RETURN_IF_ERROR(SetAboveZero(details, "cache_creation_tokens|cache_write_tokens",
                                          kMeterCacheWriteTokens, usage));
  }
  TOKENTRA_RETURN_IF_ERROR(SetAboveZero(details, "audio_tokens", kMeterInputAudioTokens, usage));
  TOKENTRA_RETURN_IF_ERROR(SetAboveZero(details, "image_tokens", kMeterInputImageTokens, usage));
  TOKENTRA_RETURN_IF_ERROR(SetAboveZero(details, "video_tokens", kMeterInputVideoTokens, usage));
  TOKENTRA_RETURN_IF_ERROR(SetAboveZero(details, "web_search_requests", kMeterWebSearches, usage));
  const std::optional<Fields> written =
      details.Object("cache_creation_token_details|cache_creation");
  if (!written.has_value()) return absl::OkStatus();
  TOKENTRA_RETURN_IF_ERROR(
      SetAboveZero(*written, "ephemeral_5m_input_tokens", kMeterCacheWrite5mTokens, usage));
  return SetAboveZero(*written, "ephemeral_1h_input_tokens", kMeterCacheWrite1hTokens, usage);
}

absl::Status ReadCompletionDetails(const Fields& details, Usage& usage) {
  TOKENTRA_RETURN_IF_ERROR(
      SetAboveZero(details, "reasoning_tokens", kMeterOutputReasoningTokens, usage));
  TOKENTRA_RETURN_IF_ERROR(SetAboveZero(details, "audio_tokens", kMeterOutputAudioTokens, usage));
  return SetAboveZero(details, "image_tokens", kMeterOutputImageTokens, usage);
}

absl::Status ReadUsageObject(const Fields& object, Usage& usage) {
  TOKENTRA_RETURN_IF_ERROR(object.Count("prompt_tokens|input_tokens", kMeterInputTokens, usage));
  TOKENTRA_RETURN_IF_ERROR(
      object.Count("completion_tokens|output_tokens", kMeterOutputTokens, usage));
  TOKENTRA_RETURN_IF_ERROR(ReadCaches(object, usage));
  if (const auto details = object.Object("prompt_tokens_details|input_tokens_details")) {
    TOKENTRA_RETURN_IF_ERROR(ReadPromptDetails(*details, usage));
  }
  if (const auto details = object.Object("completion_tokens_details|output_tokens_details")) {
    TOKENTRA_RETURN_IF_ERROR(ReadCompletionDetails(*details, usage));
  }
  if (const auto tools = object.Object("server_tool_use")) {
    TOKENTRA_RETURN_IF_ERROR(SetAboveZero(*tools, "web_search_requests", kMeterWebSearches, usage));
  }
  return absl::OkStatus();
}

absl::Status ReadUsage(const Fields& record, const std::optional<Fields>& metadata,
                       const std::optional<Fields>& response, CallDraft& draft) {
  std::optional<Fields> object;
  if (metadata.has_value()) object = metadata->Object("usage_object");
  if (!object.has_value() && response.has_value()) object = response->Object("usage");
  if (object.has_value()) TOKENTRA_RETURN_IF_ERROR(ReadUsageObject(*object, draft.usage));
  // The row's own totals are what LiteLLM counted, whatever the object leaves out.
  Usage totals;
  TOKENTRA_RETURN_IF_ERROR(record.Count("prompt_tokens", kMeterInputTokens, totals));
  TOKENTRA_RETURN_IF_ERROR(record.Count("completion_tokens", kMeterOutputTokens, totals));
  for (const Quantity& total : totals.quantities()) {
    if (draft.usage.Get(total.meter).value_or(0) == 0) draft.usage.Set(total.meter, total.quantity);
  }
  if (!object.has_value() && metadata.has_value()) {
    if (const auto values = metadata->Object("additional_usage_values")) {
      TOKENTRA_RETURN_IF_ERROR(ReadCaches(*values, draft.usage));
      if (const auto details = values->Object("prompt_tokens_details")) {
        TOKENTRA_RETURN_IF_ERROR(ReadPromptDetails(*details, draft.usage));
      }
    }
  }
  IncludeCaches(draft);
  return absl::OkStatus();
}

// request_tags is a list; joined with commas it is one value.
std::string_view JoinedTags(const Fields& record) {
  const std::optional<element> value = record.FindWhole("request_tags");
  simdjson::dom::array tags;
  if (!value.has_value() || value->get(tags) != simdjson::SUCCESS) return {};
  std::string joined;
  for (const element tag : tags) {
    const std::string_view text = ScalarText(tag, record.context().texts);
    if (text.empty()) continue;
    if (!joined.empty()) joined += ',';
    joined += text;
  }
  record.context().texts.push_back(std::move(joined));
  return record.context().texts.back();
}

// The first that is not empty: LiteLLM writes "" for none.
std::string_view FirstText(const Fields& record, const std::optional<Fields>& metadata,
                           std::string_view own, std::string_view in_metadata) {
  const std::string_view text = record.Text(own);
  if (!text.empty() || !metadata.has_value()) return text;
  return metadata->Text(in_metadata);
}

void ReadMetadata(const Fields& record, const std::optional<Fields>& metadata, CallDraft& draft) {
  ReaderContext& context = record.context();
  if (metadata.has_value()) {
    // What the caller sent along comes first, so that its own words win.
    AddTags(draft, metadata->FindWhole("requester_metadata"), context);
    AddTags(draft, metadata->FindWhole("spend_logs_metadata"), context);
    AddTag(draft, "team_alias", metadata->Text("user_api_key_team_alias"));
    AddTag(draft, "api_key_alias", metadata->Text("user_api_key_alias"));
  }
  const auto add = [&](std::string_view key, std::string_view value) {
    for (const MetadataEntry& entry : draft.metadata) {
      if (entry.key == key) return;
    }
    AddTag(draft, key, value);
  };
  add("team_id", FirstText(record, metadata, "team_id", "user_api_key_team_id"));
  add("user_id", FirstText(record, metadata, "user", "user_api_key_user_id"));
  add("organization_id", FirstText(record, metadata, "organization_id", "user_api_key_org_id"));
  add("end_user", FirstText(record, metadata, "end_user", "user_api_key_end_user_id"));
  add("session_id", record.Text("session_id|trace_id"));
  add("model_group", record.Text("model_group"));
  add("request_id", record.Text("request_id|id"));
  add("request_tags", JoinedTags(record));
}

}  // namespace

absl::Status ReadLitellm(const Fields& record, const ReadOptions& options, DraftSink& sink) {
  CallDraft draft;
  const std::optional<Fields> metadata = record.Object("metadata");
  const std::optional<Fields> response = record.Object("response");
  draft.id = record.Text("request_id|id");
  draft.at = kNoInstant;
  TOKENTRA_ASSIGN_OR_RETURN(draft.at, record.Instant("startTime|start_time"));
  SetProviderAndModel(draft, record.Text("custom_llm_provider"), record.Text("model"), options);
  const std::string_view call_type = record.Text("call_type");
  draft.batch = call_type.find("batch") != std::string_view::npos;
  if (response.has_value()) draft.service_tier = response->Text("service_tier");
  ReadMetadata(record, metadata, draft);
  TOKENTRA_RETURN_IF_ERROR(ReadUsage(record, metadata, response, draft));
  const bool failed = AsciiLower(record.Text("status")) == "failure";
  const bool cached = record.True("cache_hit");
  const bool nothing = draft.usage.Get(kMeterInputTokens).value_or(0) == 0 &&
                       draft.usage.Get(kMeterOutputTokens).value_or(0) == 0;
  if (cached) draft.findings.push_back("answered from LiteLLM's own cache: no provider was called");
  draft.metered = !cached && !(nothing && (failed || draft.usage.quantities().size() <= 2));
  sink.OnCall(draft);
  return absl::OkStatus();
}

}  // namespace tokentra
