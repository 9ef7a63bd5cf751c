// Codex: session logs (JSON Lines below ~/.codex/sessions, rollout-*.jsonl).
// Source: the lines the program writes (openai/codex, codex-rs protocol: TokenUsageInfo,
// TurnContextItem, SessionMeta), as public readers of them document.
//
// A token_count line states the session's running total and the last call. It is written again
// when only rate limits changed: where the total did not move there was no call. The call is the
// growth of the total; where the total shrank (the history was compacted), the last call as
// stated. input_tokens includes cached_input_tokens, output_tokens includes
// reasoning_output_tokens. The model is that of the last turn_context before.

#include <array>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/exchange/format.h"
#include "core/exchange/provider_names.h"

namespace tokentra {
namespace {

using simdjson::dom::element;

constexpr std::array<std::pair<std::string_view, MeterId>, 5> kCounts = {{
    {"input_tokens", kMeterInputTokens},
    {"cached_input_tokens", kMeterCacheReadTokens},
    {"cache_write_input_tokens", kMeterCacheWriteTokens},
    {"output_tokens", kMeterOutputTokens},
    {"reasoning_output_tokens", kMeterOutputReasoningTokens},
}};

absl::Status ReadCounts(const std::optional<Fields>& from, Usage& usage) {
  if (!from.has_value()) return absl::OkStatus();
  for (const auto& [name, meter] : kCounts) {
    TOKENTRA_RETURN_IF_ERROR(from->Count(name, meter, usage));
  }
  return absl::OkStatus();
}

// What came to `before`; nullopt when some count shrank.
std::optional<Usage> Growth(const Usage& before, const Usage& now) {
  Usage growth;
  for (const Quantity& item : now.quantities()) {
    const std::uint64_t old = before.Get(item.meter).value_or(0);
    if (item.quantity < old) return std::nullopt;
    growth.Set(item.meter, item.quantity - old);
  }
  return growth;
}

bool IsNothing(const Usage& usage) {
  for (const Quantity& item : usage.quantities()) {
    if (item.quantity != 0) return false;
  }
  return true;
}

}  // namespace

// Reduces the line to what CodexSession reads: a turn's context can be long.
absl::Status ReadCodex(const Fields& record, const ReadOptions& /*options*/, DraftSink& sink) {
  const std::string_view type = record.Text("type");
  const std::optional<Fields> payload = record.Object("payload");
  if (!payload.has_value()) return absl::OkStatus();
  std::string text = absl::StrCat("{\"type\":\"", type, "\"");
  const auto add = [&](std::string_view key, const std::optional<element>& value) {
    if (value.has_value()) absl::StrAppend(&text, ",\"", key, "\":", simdjson::minify(*value));
  };
  if (type == "session_meta") {
    add("id", payload->Find("id|session_id"));
    add("cwd", payload->Find("cwd"));
    add("provider", payload->Find("model_provider"));
    add("model", payload->Find("model"));
  } else if (type == "turn_context") {
    add("model", payload->Find("model"));
    add("tier", payload->Find("service_tier"));
    add("cwd", payload->Find("cwd"));
  } else if (type == "event_msg" && payload->Text("type") == "token_count") {
    const std::optional<Fields> info = payload->Object("info");
    // Only rate limits: no call.
    if (!info.has_value()) return absl::OkStatus();
    add("at", record.Find("timestamp"));
    add("total", info->FindWhole("total_token_usage"));
    add("last", info->FindWhole("last_token_usage"));
    add("model", info->Find("model|model_name"));
  } else {
    return absl::OkStatus();
  }
  sink.OnSequence(text + "}");
  return absl::OkStatus();
}

absl::Status CodexSession::Read(element line, const ReadOptions& options, ReaderContext& context,
                                DraftSink& sink) {
  simdjson::dom::object object;
  if (line.get(object) != simdjson::SUCCESS) return absl::OkStatus();
  const Fields record(object, context);
  const auto replace = [&](std::string& target, std::string_view name) {
    const std::string_view text = record.Text(name);
    if (!text.empty()) target = text;
  };
  replace(model_, "model");
  const std::string_view type = record.Text("type");
  if (type != "event_msg") {
    replace(cwd_, "cwd");
    replace(tier_, "tier");
    if (type == "session_meta") {
      replace(session_, "id");
      replace(provider_, "provider");
    }
    return absl::OkStatus();
  }
  Usage total;
  Usage last;
  TOKENTRA_RETURN_IF_ERROR(ReadCounts(record.Object("total"), total));
  TOKENTRA_RETURN_IF_ERROR(ReadCounts(record.Object("last"), last));
  CallDraft draft;
  draft.usage = last;
  if (!total.empty()) {
    const std::optional<Usage> growth = Growth(total_, total);
    // A session that continues another begins with that one's total.
    if (growth.has_value() && (has_total_ || last.empty())) draft.usage = *growth;
    if (has_total_ && growth.has_value() && IsNothing(*growth)) return absl::OkStatus();
    total_ = total;
    has_total_ = true;
  }
  if (IsNothing(draft.usage)) return absl::OkStatus();
  draft.metered = true;
  SetProviderAndModel(draft, provider_.empty() ? "openai" : provider_, model_, options);
  draft.service_tier = tier_;
  TOKENTRA_ASSIGN_OR_RETURN(draft.at, record.Instant("at"));
  if (!session_.empty()) {
    context.texts.push_back(absl::StrCat(session_, "-", ++calls_));
    draft.id = context.texts.back();
  }
  AddTag(draft, "session_id", session_);
  AddTag(draft, "cwd", cwd_);
  sink.OnCall(draft);
  return absl::OkStatus();
}

}  // namespace tokentra
