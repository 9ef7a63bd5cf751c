// OpenTelemetry: OTLP JSON as the collector's file exporter writes it, one export request a line.
// Sources: opentelemetry.io docs/specs/otel/protocol/file-exporter; open-telemetry/
// semantic-conventions docs/gen-ai (current and deprecated attribute registry); the attributes of
// traceloop/openllmetry and Arize-ai/openinference beside them.
//
// 64-bit integers are texts or numbers. A call is a span with token counts. input_tokens includes
// cached tokens; instrumentations that leave them out are seen by counts that do not fit. The
// response's model is priced, else the request's. Spans of an operation that is no inference
// (invoke_agent, execute_tool, ...) repeat what the spans under them say: held until it is known
// whether one of those is a call. fetch_response re-reads an answer, and is none. The instant is
// the span's start. Metrics and log records are passed over: they repeat the spans.

#include <array>

#include "absl/strings/str_cat.h"
#include "core/base/metadata_key.h"
#include "core/base/status_macros.h"
#include "core/base/text.h"
#include "core/exchange/format.h"
#include "core/exchange/provider_names.h"

namespace tokentra {
namespace {

using simdjson::dom::element;

struct MeterAttribute {
  std::string_view names;  // the first present counts; current name first
  MeterId meter;
};

constexpr std::array<MeterAttribute, 8> kMeters = {{
    {"gen_ai.usage.input_tokens|gen_ai.usage.prompt_tokens|llm.usage.prompt_tokens|"
     "llm.token_count.prompt",
     kMeterInputTokens},
    {"gen_ai.usage.output_tokens|gen_ai.usage.completion_tokens|llm.usage.completion_tokens|"
     "llm.token_count.completion",
     kMeterOutputTokens},
    {"gen_ai.usage.cache_read.input_tokens|gen_ai.usage.cache_read_input_tokens|"
     "gen_ai.usage.input_tokens.cached|llm.usage.cache_read_input_tokens|"
     "llm.token_count.prompt_details.cache_read",
     kMeterCacheReadTokens},
    {"gen_ai.usage.cache_write.input_tokens|gen_ai.usage.cache_creation.input_tokens|"
     "gen_ai.usage.cache_creation_input_tokens|gen_ai.usage.cache_write_input_tokens|"
     "llm.usage.cache_creation_input_tokens|llm.token_count.prompt_details.cache_write",
     kMeterCacheWriteTokens},
    {"gen_ai.usage.reasoning.output_tokens|gen_ai.usage.reasoning_tokens|"
     "gen_ai.usage.output_tokens.reasoning|llm.usage.reasoning_tokens|"
     "llm.token_count.completion_details.reasoning",
     kMeterOutputReasoningTokens},
    {"gen_ai.usage.audio.input_tokens|llm.token_count.prompt_details.audio",
     kMeterInputAudioTokens},
    {"gen_ai.usage.audio.output_tokens|llm.token_count.completion_details.audio",
     kMeterOutputAudioTokens},
    {"gen_ai.usage.web_search_requests", kMeterWebSearches},
}};

constexpr std::string_view kProviderNames =
    "gen_ai.provider.name|gen_ai.system|llm.provider|llm.system";
constexpr std::string_view kModelNames =
    "gen_ai.response.model|gen_ai.request.model|llm.response.model|llm.request.model|"
    "llm.model_name|embedding.model_name";
constexpr std::string_view kTierNames =
    "openai.response.service_tier|gen_ai.openai.response.service_tier|"
    "openai.request.service_tier|gen_ai.openai.request.service_tier";
constexpr std::string_view kOperationNames =
    "gen_ai.operation.name|llm.request.type|openinference.span.kind";

// Metadata: ours, and the attributes it stands in.
constexpr std::array<std::pair<std::string_view, std::string_view>, 9> kTags = {{
    {"session_id", "session.id|gen_ai.conversation.id|session_id|sessionId"},
    {"user_id", "user.id|enduser.id|user_id|userId"},
    {"environment", "deployment.environment.name|deployment.environment|environment"},
    {"service", "service.name|service"},
    {"project_id", "project_id|projectId|tokentra.project_id"},
    {"team_id", "team_id|teamId|tokentra.team_id"},
    {"feature", "feature|tokentra.feature"},
    {"request_id", "request_id|requestId"},
    {"agent", "gen_ai.agent.name"},
}};

// The value of an AnyValue's one member.
std::optional<element> ValueOf(element any) {
  for (const std::string_view name :
       {"stringValue", "intValue", "doubleValue", "boolValue", "string_value", "int_value"}) {
    element value;
    if (any.at_key(name).get(value) == simdjson::SUCCESS) return value;
  }
  return std::nullopt;
}

// The attributes of one resource or span by name; of equal names the last counts.
class Attributes {
 public:
  Attributes(const std::optional<simdjson::dom::array>& list, std::string_view what,
             ReaderContext& context)
      : what_(what), context_(&context) {
    if (!list.has_value()) return;
    for (const element item : *list) {
      std::string_view key;
      element any;
      if (item.at_key("key").get(key) != simdjson::SUCCESS ||
          item.at_key("value").get(any) != simdjson::SUCCESS) {
        continue;
      }
      if (context.log != nullptr) context.log->NoteSeen(Path(key));
      if (const std::optional<element> value = ValueOf(any)) items_.emplace_back(key, *value);
    }
  }

  std::optional<element> Find(std::string_view names) const {
    std::optional<element> found;
    while (!names.empty()) {
      const std::size_t end = std::min(names.find('|'), names.size());
      const std::string_view name = names.substr(0, end);
      names.remove_prefix(std::min(end + 1, names.size()));
      if (context_->log != nullptr) context_->log->NoteAsked(Path(name), false);
      if (found.has_value()) continue;
      for (const auto& [key, value] : items_) {
        if (key == name) found = value;
      }
    }
    return found;
  }

  std::string_view Text(std::string_view names) const {
    const std::optional<element> value = Find(names);
    return value.has_value() ? ScalarText(*value, context_->texts) : std::string_view();
  }

 private:
  std::string Path(std::string_view key) const { return absl::StrCat(what_, ".attributes.", key); }

  std::string_view what_;
  ReaderContext* context_;
  std::vector<std::pair<std::string_view, element>> items_;
};

enum class Operation { kCall, kAround, kNone };

// An operation that is not named is one around others when it has some, else a call: held.
Operation OperationOf(std::string_view name) {
  const std::string operation = AsciiLower(name);
  for (const std::string_view call :
       {"chat", "text_completion", "completion", "generate_content", "embeddings", "embedding",
        "rerank", "llm", "responses", "transcription", "image_generation"}) {
    if (operation == call) return Operation::kCall;
  }
  return operation == "fetch_response" ? Operation::kNone : Operation::kAround;
}

class SpanReader {
 public:
  SpanReader(const ReadOptions& options, DraftSink& sink) : options_(options), sink_(sink) {}

  absl::Status Read(const Fields& span, const Attributes& resource) {
    NoteFields(span);
    const Attributes attributes(span.Array("attributes"), "span", span.context());
    const std::string_view trace = span.Text("traceId|trace_id");
    const std::string_view id = span.Text("spanId|span_id");
    const std::string_view parent = span.Text("parentSpanId|parent_span_id");
    SpanLink link;
    link.span = HashOf(trace, id);
    link.parent = parent.empty() ? 0 : HashOf(trace, parent);
    CallDraft draft;
    for (const MeterAttribute& meter : kMeters) {
      const std::optional<element> value = attributes.Find(meter.names);
      if (!value.has_value()) continue;
      TOKENTRA_ASSIGN_OR_RETURN(const std::uint64_t count,
                                ForeignCount(meter.names.substr(0, meter.names.find('|')), *value));
      draft.usage.Set(meter.meter, count);
    }
    const Operation operation = OperationOf(attributes.Text(kOperationNames));
    draft.metered = !draft.usage.empty() && operation != Operation::kNone;
    link.is_call = draft.metered && operation == Operation::kCall;
    sink_.OnSpan(link);
    if (!draft.metered) return absl::OkStatus();
    if (!link.is_call) draft.hold = Hold::kUnlessCovered;
    draft.key = link.span;
    return Finish(span, attributes, resource, absl::StrCat(trace, "-", id), draft);
  }

 private:
  // Attributes are told apart by name; what else a span holds, by member.
  static void NoteFields(const Fields& span) {
    FieldLog* const log = span.context().log;
    if (log == nullptr) return;
    for (const auto field : span.object()) {
      if (field.key != "attributes") log->NoteSeen(span.PathOf(field.key));
    }
  }

  absl::Status Finish(const Fields& span, const Attributes& attributes, const Attributes& resource,
                      std::string span_id, CallDraft& draft) {
    ReaderContext& context = span.context();
    IncludeCaches(draft);
    TOKENTRA_ASSIGN_OR_RETURN(
        draft.at, span.Instant("startTimeUnixNano|start_time_unix_nano|endTimeUnixNano"));
    SetProviderAndModel(draft, attributes.Text(kProviderNames), attributes.Text(kModelNames),
                        options_);
    draft.service_tier = attributes.Text(kTierNames);
    if (draft.service_tier == "auto") draft.service_tier = {};
    draft.id = attributes.Text("gen_ai.response.id|llm.response.id");
    if (draft.id.empty()) {
      context.texts.push_back(std::move(span_id));
      draft.id = context.texts.back();
    }
    for (const auto& [key, names] : kTags) {
      const std::string_view own = attributes.Text(names);
      AddTag(draft, key, own.empty() ? resource.Text(names) : own);
    }
    sink_.OnCall(draft);
    return absl::OkStatus();
  }

  const ReadOptions& options_;
  DraftSink& sink_;
};

// Calls `visit` for each object of a list.
template <typename Visit>
absl::Status ForEach(const Fields& from, std::string_view names, std::string path,
                     const Visit& visit) {
  const std::optional<simdjson::dom::array> list = from.Array(names);
  if (!list.has_value()) return absl::OkStatus();
  for (const element item : *list) {
    simdjson::dom::object object;
    if (item.get(object) != simdjson::SUCCESS) continue;
    TOKENTRA_RETURN_IF_ERROR(visit(Fields(object, from.context(), path)));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ReadOtlp(const Fields& record, const ReadOptions& options, DraftSink& sink) {
  SpanReader reader(options, sink);
  FieldLog* const log = record.context().log;
  for (const std::string_view other : {"resourceMetrics", "resourceLogs"}) {
    element value;
    if (log != nullptr && record.object().at_key(other).get(value) == simdjson::SUCCESS) {
      log->NoteSeen(std::string(other));
    }
  }
  return ForEach(
      record, "resourceSpans|resource_spans", "resourceSpans[]", [&](const Fields& group) {
        std::optional<simdjson::dom::array> about;
        if (const auto resource = group.Object("resource")) about = resource->Array("attributes");
        const Attributes resource(about, "resource", record.context());
        return ForEach(group, "scopeSpans|scope_spans|instrumentationLibrarySpans", "scopeSpans[]",
                       [&](const Fields& scope) {
                         return ForEach(scope, "spans", "spans[]", [&](const Fields& span) {
                           return reader.Read(span, resource);
                         });
                       });
      });
}

}  // namespace tokentra
