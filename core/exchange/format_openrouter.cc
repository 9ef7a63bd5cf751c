// OpenRouter: the activity export (CSV, one generation a row) and its interface's activity and
// generation objects.
// Sources: openrouter.ai docs guides/activity-export and api-reference (GET /activity,
// GET /generation); the export's header as public readers of it quote it.
//
// cost_total, usage and total_cost are what OpenRouter charged: `reported`. tokens_prompt includes
// tokens_cached, tokens_completion includes tokens_reasoning. A row of /activity sums up a day's
// `requests`. Instants without a zone are UTC. The variant is part of the model's name.

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/exchange/format.h"

namespace tokentra {
namespace {

using simdjson::dom::element;

void ReadReported(const Fields& row, CallDraft& draft) {
  const std::optional<element> cost = row.Find("cost_total|total_cost|usage");
  if (cost.has_value()) draft.reported = ForeignMoney(*cost);
}

}  // namespace

absl::Status ReadOpenrouter(const Fields& record, const ReadOptions& options, DraftSink& sink) {
  if (const std::optional<simdjson::dom::array> page = record.Array("data")) {
    for (const element item : *page) {
      simdjson::dom::object object;
      if (item.get(object) != simdjson::SUCCESS) continue;
      const Fields row(object, record.context(), "data[]");
      TOKENTRA_RETURN_IF_ERROR(ReadOpenrouter(row, options, sink));
    }
    return absl::OkStatus();
  }
  if (const std::optional<Fields> generation = record.Object("data")) {
    return ReadOpenrouter(*generation, options, sink);
  }
  CallDraft draft;
  draft.provider = "openrouter";
  draft.metered = true;
  draft.id = record.Text("generation_id|id");
  TOKENTRA_ASSIGN_OR_RETURN(draft.at, record.Instant("created_at|date"));
  // The counts that are billed are those of the model's own tokens, where both are given.
  TOKENTRA_RETURN_IF_ERROR(record.Count("native_tokens_prompt|tokens_prompt|prompt_tokens",
                                        kMeterInputTokens, draft.usage));
  TOKENTRA_RETURN_IF_ERROR(
      record.Count("native_tokens_completion|tokens_completion|completion_tokens",
                   kMeterOutputTokens, draft.usage));
  TOKENTRA_RETURN_IF_ERROR(record.Count("native_tokens_reasoning|tokens_reasoning|reasoning_tokens",
                                        kMeterOutputReasoningTokens, draft.usage));
  TOKENTRA_RETURN_IF_ERROR(record.Count("native_tokens_cached|tokens_cached|cached_tokens",
                                        kMeterCacheReadTokens, draft.usage));
  TOKENTRA_ASSIGN_OR_RETURN(const std::optional<std::uint64_t> requests, record.Count("requests"));
  draft.requests = std::max<std::uint64_t>(requests.value_or(1), 1);
  draft.model = record.Text("model_permaslug|model");
  const std::string_view variant = record.Text("variant");
  if (!variant.empty() && variant != "standard" &&
      draft.model.find(':') == std::string_view::npos) {
    record.context().texts.push_back(absl::StrCat(draft.model, ":", variant));
    draft.model = record.context().texts.back();
  }
  if (draft.model.empty()) draft.model = options.model;
  ReadReported(record, draft);
  AddTag(draft, "user_id", record.Text("user|external_user"));
  AddTag(draft, "api_key_name", record.Text("api_key_name"));
  AddTag(draft, "app_name", record.Text("app_name"));
  AddTag(draft, "upstream_provider", record.Text("provider_name"));
  sink.OnCall(draft);
  return absl::OkStatus();
}

}  // namespace tokentra
