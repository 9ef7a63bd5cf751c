// Response bodies as received, one a line: as written by a proxy or a script, or as the results
// file of a batch. Sources: the providers' API references; OpenAI's and Anthropic's batch results.
//
// A body does not say who sent it: `--provider` does, else marks that only one provider's bodies
// carry, else the model's name. A batch result is priced as batch. The instant is the body's own
// (created, created_at, createTime), which Anthropic's and Google's bodies do not carry.

#include "core/exchange/format.h"
#include "core/exchange/provider_names.h"

namespace tokentra {
namespace {

using simdjson::dom::element;

bool Has(element from, std::string_view pointer) {
  element value;
  return from.at_pointer(pointer).get(value) == simdjson::SUCCESS && !value.is_null();
}

bool HasAny(element from, std::initializer_list<std::string_view> pointers) {
  for (const std::string_view pointer : pointers) {
    if (Has(from, pointer)) return true;
  }
  return false;
}

std::string_view TextAt(element from, std::string_view pointer) {
  std::string_view text;
  if (from.at_pointer(pointer).get(text) != simdjson::SUCCESS) return {};
  return text;
}

bool StartsWith(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

// Marks of one provider alone; empty: none.
std::string_view ProviderOfBody(element body) {
  if (HasAny(body, {"/usageMetadata", "/usage_metadata", "/candidates", "/modelVersion"})) {
    return "google";
  }
  const std::string_view id = TextAt(body, "/id");
  if (TextAt(body, "/type") == "message") {
    return StartsWith(id, "msg_bdrk_")   ? "aws"
           : StartsWith(id, "msg_vrtx_") ? "google-vertex"
                                         : "anthropic";
  }
  if (HasAny(body, {"/usage/inputTokens", "/usage/totalTokens"})) return "aws";
  if (HasAny(body, {"/usage/billed_units", "/meta/billed_units"})) return "cohere";
  if (HasAny(body, {"/usage/cost_in_usd_ticks", "/usage/num_sources_used"})) return "x-ai";
  if (HasAny(body, {"/usage/prompt_cache_hit_tokens", "/usage/prompt_cache_miss_tokens"})) {
    return "deepseek";
  }
  if (HasAny(body, {"/x_groq", "/usage/queue_time"})) return "groq";
  if (HasAny(body, {"/usage/num_search_queries", "/usage/search_context_size", "/citations"})) {
    return "perplexity";
  }
  if (Has(body, "/usage/estimated_cost")) return "deepinfra";
  if (StartsWith(id, "gen-") || HasAny(body, {"/usage/cost_details", "/usage/is_byok"})) {
    return "openrouter";
  }
  if (HasAny(body, {"/prompt_filter_results", "/choices/0/content_filter_results"})) {
    return "azure";
  }
  if (Has(body, "/usage_info/pages_processed")) return "mistral";
  return {};
}

std::string_view ProviderFor(element body, const ReadOptions& options, CallDraft& draft) {
  if (!options.provider.empty()) return ProviderFromName(options.provider);
  const std::string_view marked = ProviderOfBody(body);
  if (!marked.empty()) return marked;
  const std::string_view model = TextAt(body, "/model");
  const std::string_view named = ProviderFromModel(model);
  if (!named.empty()) return named;
  const std::string_view kind = TextAt(body, "/object");
  if (kind.empty()) return {};
  draft.findings.push_back("no provider is stated; openai by the shape of the body");
  return "openai";
}

}  // namespace

absl::Status ReadResponse(const Fields& record, const ReadOptions& options, DraftSink& sink) {
  CallDraft draft;
  std::optional<element> body;
  FieldLog* const log = record.context().log;
  if (record.Find("custom_id").has_value()) {
    draft.batch = true;
    draft.id = record.Text("custom_id");
    if (const std::optional<Fields> response = record.Object("response")) {
      body = response->FindWhole("body");
    } else if (const std::optional<Fields> result = record.Object("result")) {
      body = result->FindWhole("message");
    }
    // A request that failed has no body, and costs nothing.
    if (!body.has_value()) return absl::OkStatus();
    // The same custom id is used by one batch after the other: the body's id is the call's.
    if (!TextAt(*body, "/id").empty()) draft.id = {};
  } else if (record.Find("key").has_value() && record.Find("response").has_value()) {
    draft.batch = true;
    draft.id = record.Text("key");
    body = record.FindWhole("response");
  } else if (record.Object("body").has_value() && !record.Find("usage").has_value()) {
    body = record.FindWhole("body");
  } else {
    body = record.context().root;
    if (log != nullptr) log->NoteAsked(std::string(), true);
  }
  simdjson::dom::object object;
  if (body->get(object) != simdjson::SUCCESS) {
    return absl::InvalidArgumentError("the response is no object");
  }
  draft.body = *body;
  draft.provider = ProviderFor(*body, options, draft);
  if (draft.provider.empty()) {
    return absl::InvalidArgumentError(
        "the response does not show whose it is: name the provider with --provider");
  }
  if (!HasAny(*body, {"/model", "/modelVersion", "/model_version", "/response/model"})) {
    draft.model = options.model;
  }
  const Fields inner(object, record.context(), "body");
  absl::StatusOr<InstantNs> at = inner.Instant("created|created_at|createTime|create_time");
  if (at.ok() && *at == kNoInstant) at = record.Instant("at|timestamp|time");
  if (!at.ok()) return at.status();
  draft.at = *at;
  sink.OnCall(draft);
  return absl::OkStatus();
}

}  // namespace tokentra
