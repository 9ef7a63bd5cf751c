#include "core/exchange/format.h"

#include <algorithm>
#include <array>

#include "absl/strings/str_cat.h"
#include "core/exchange/provider_names.h"

namespace tokentra {
namespace {

using simdjson::dom::element;

constexpr std::array<std::string_view, 10> kNames = {
    "record", "response",   "litellm",     "langfuse", "openai-usage",
    "otlp",   "openrouter", "claude-code", "codex",    "csv"};

bool Has(simdjson::dom::object object, std::string_view name) {
  element value;
  return object.at_key(name).get(value) == simdjson::SUCCESS && !value.is_null();
}

bool HasKey(simdjson::dom::object object, std::string_view name) {
  element value;
  return object.at_key(name).get(value) == simdjson::SUCCESS;
}

template <typename... Names>
bool HasAny(simdjson::dom::object object, Names... names) {
  return (HasKey(object, names) || ...);
}

std::string_view TextOf(simdjson::dom::object object, std::string_view name) {
  std::string_view text;
  if (object.at_key(name).get(text) != simdjson::SUCCESS) return {};
  return text;
}

template <typename... Values>
bool IsAnyOf(std::string_view text, Values... values) {
  return ((text == values) || ...);
}

bool IsCodex(simdjson::dom::object record) {
  return HasKey(record, "payload") &&
         IsAnyOf(TextOf(record, "type"), "session_meta", "turn_context", "event_msg",
                 "response_item", "compacted");
}

bool IsClaudeCode(simdjson::dom::object record) {
  const std::string_view type = TextOf(record, "type");
  if (IsAnyOf(type, "summary", "file-history-snapshot", "queue-operation")) {
    return HasAny(record, "leafUuid", "messageId", "sessionId", "snapshot");
  }
  return HasAny(record, "sessionId", "parentUuid", "uuid") && HasKey(record, "message") &&
         IsAnyOf(type, "assistant", "user");
}

bool IsLitellm(simdjson::dom::object record) {
  if (HasAny(record, "custom_llm_provider", "model_map_information", "saved_cache_cost")) {
    return true;
  }
  if (HasKey(record, "call_type")) return HasAny(record, "prompt_tokens", "total_tokens");
  return HasKey(record, "spend") && HasAny(record, "startTime", "request_tags", "team_id");
}

bool IsLangfuse(simdjson::dom::object record) {
  if (HasAny(record, "usageDetails", "usage_details", "providedModelName", "provided_model_name",
             "provided_usage_details")) {
    return true;
  }
  const std::string_view type = TextOf(record, "type");
  return HasAny(record, "traceId", "trace_id") &&
         (IsAnyOf(type, "GENERATION", "SPAN", "EVENT", "EMBEDDING", "AGENT", "TOOL", "CHAIN") ||
          HasAny(record, "calculatedTotalCost", "promptTokens"));
}

bool IsOpenaiUsage(simdjson::dom::object record) {
  const std::string_view kind = TextOf(record, "object");
  if (kind == "bucket" || kind.substr(0, 19) == "organization.usage.") return true;
  return HasKey(record, "results") && HasKey(record, "start_time");
}

bool IsOpenrouter(simdjson::dom::object record) {
  return HasAny(record, "model_permaslug", "native_tokens_prompt") ||
         (HasKey(record, "generation_id") && HasKey(record, "cost_total"));
}

bool IsResponse(simdjson::dom::object record) {
  if (HasKey(record, "custom_id")) return HasAny(record, "response", "result");
  if (HasKey(record, "response") && HasKey(record, "key")) return true;
  if (HasAny(record, "usageMetadata", "usage_metadata", "candidates", "modelVersion")) return true;
  const std::string_view kind = TextOf(record, "object");
  if (kind == "response" || kind == "list" || kind.substr(0, 15) == "chat.completion" ||
      kind == "text_completion") {
    return true;
  }
  if (HasKey(record, "choices")) return true;
  if (TextOf(record, "type") == "message" && HasKey(record, "role")) return true;
  element usage;
  return record.at_key("usage").get(usage) == simdjson::SUCCESS && usage.is_object() &&
         HasAny(record, "model", "output", "stopReason", "metrics", "content", "id");
}

}  // namespace

std::span<const std::string_view> FormatNames() { return kNames; }

std::string_view FormatName(RecordFormat format) {
  return kNames[static_cast<std::size_t>(format)];
}

std::optional<RecordFormat> FindFormat(std::string_view name) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == name) return static_cast<RecordFormat>(i);
  }
  return std::nullopt;
}

std::optional<RecordFormat> DetectFormat(element value) {
  simdjson::dom::object record;
  if (value.get(record) != simdjson::SUCCESS) return std::nullopt;
  if (HasAny(record, "resourceSpans", "resource_spans", "resourceLogs", "resourceMetrics")) {
    return RecordFormat::kOtlp;
  }
  if (Has(record, "provider") && HasAny(record, "response", "usage")) return RecordFormat::kRecord;
  if (IsCodex(record)) return RecordFormat::kCodex;
  if (IsClaudeCode(record)) return RecordFormat::kClaudeCode;
  if (IsLitellm(record)) return RecordFormat::kLitellm;
  if (IsLangfuse(record)) return RecordFormat::kLangfuse;
  if (IsOpenaiUsage(record)) return RecordFormat::kOpenaiUsage;
  if (IsOpenrouter(record)) return RecordFormat::kOpenrouter;
  // A page of an interface: what it holds says what it is. Embeddings are such a list too.
  simdjson::dom::array data;
  element inner;
  if (record.at_key("data").get(data) == simdjson::SUCCESS && data.size() > 0 &&
      !HasKey(record, "usage")) {
    if (data.at(0).get(inner) == simdjson::SUCCESS) return DetectFormat(inner);
  }
  if (record.at_key("data").get(inner) == simdjson::SUCCESS && inner.is_object()) {
    return DetectFormat(inner);
  }
  if (IsResponse(record)) return RecordFormat::kResponse;
  return std::nullopt;
}

absl::Status ReadRecord(RecordFormat format, element value, const ReadOptions& options,
                        ReaderContext& context, DraftSink& sink) {
  simdjson::dom::object object;
  if (value.get(object) != simdjson::SUCCESS) {
    return absl::InvalidArgumentError(
        absl::StrCat("a record of ", FormatName(format), " is an object"));
  }
  context.root = value;
  const Fields record(object, context);
  absl::Status status;
  switch (format) {
    case RecordFormat::kResponse:
      status = ReadResponse(record, options, sink);
      break;
    case RecordFormat::kLitellm:
      status = ReadLitellm(record, options, sink);
      break;
    case RecordFormat::kLangfuse:
      status = ReadLangfuse(record, options, sink);
      break;
    case RecordFormat::kOpenaiUsage:
      status = ReadOpenaiUsage(record, options, sink);
      break;
    case RecordFormat::kOtlp:
      status = ReadOtlp(record, options, sink);
      break;
    case RecordFormat::kOpenrouter:
      status = ReadOpenrouter(record, options, sink);
      break;
    case RecordFormat::kClaudeCode:
      status = ReadClaudeCode(record, options, sink);
      break;
    case RecordFormat::kCodex:
      status = ReadCodex(record, options, sink);
      break;
    case RecordFormat::kCsv:
      status = ReadCsv(record, options, sink);
      break;
    case RecordFormat::kRecord:
      return absl::InternalError("call records have a reader of their own");
  }
  // Spans tell of their own fields.
  if (context.log != nullptr && format != RecordFormat::kOtlp) {
    context.log->NoteSeen(std::string(), value);
  }
  return status;
}

void AddTag(CallDraft& draft, std::string_view key, std::string_view value) {
  if (!value.empty()) draft.metadata.push_back({key, value});
}

void AddTags(CallDraft& draft, const std::optional<element>& value, ReaderContext& context) {
  simdjson::dom::object object;
  if (!value.has_value() || value->get(object) != simdjson::SUCCESS) return;
  for (const auto field : object) {
    AddTag(draft, field.key, ScalarText(field.value, context.texts));
  }
}

void SetProviderAndModel(CallDraft& draft, std::string_view provider, std::string_view model,
                         const ReadOptions& options) {
  if (model.empty()) model = options.model;
  if (provider.empty()) provider = options.provider;
  const ProviderAndModel split = SplitRoute(provider, model);
  draft.model = split.model;
  if (draft.region.empty()) draft.region = split.region;
  draft.provider = split.provider;
  if (!draft.provider.empty()) return;
  draft.provider = ProviderFromModel(split.model);
  if (!draft.provider.empty()) {
    draft.findings.push_back(
        absl::StrCat("no provider is stated; ", draft.provider, " by the model's name"));
  }
}

void IncludeCaches(CallDraft& draft) {
  Usage& usage = draft.usage;
  const std::optional<std::uint64_t> input = usage.Get(kMeterInputTokens);
  const std::uint64_t read = usage.Get(kMeterCacheReadTokens).value_or(0);
  const std::uint64_t lifetimes = usage.Get(kMeterCacheWrite5mTokens).value_or(0) +
                                  usage.Get(kMeterCacheWrite1hTokens).value_or(0);
  const std::uint64_t written = std::max(usage.Get(kMeterCacheWriteTokens).value_or(0), lifetimes);
  if (!input.has_value() || read + written <= *input) return;
  usage.Set(kMeterInputTokens, std::min(*input + read + written, kQuantityMax));
  draft.findings.push_back(absl::StrCat("input tokens ", *input, " are fewer than the cached ",
                                        read + written, ": the cached ones are added"));
  draft.suspect = true;
}

std::uint64_t HashOf(std::string_view a, std::string_view b) {
  std::uint64_t hash = 0xcbf29ce484222325;
  const auto add = [&](std::string_view text) {
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    hash = (hash ^ 0xff) * 0x100000001b3;
  };
  add(a);
  add(b);
  return hash == 0 ? 1 : hash;
}

}  // namespace tokentra
