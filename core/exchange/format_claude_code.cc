// Claude Code: session logs (JSON Lines below ~/.claude/projects).
// Source: the lines the program writes, as public readers of them document: ryoppippi/ccusage and
// others; the message is an Anthropic response body.
//
// One answer is written on several lines, one a content block, with the same message id and counts
// that grow while it streams, and once more in sessions that continue another: of one id the line
// with the most output counts, once. Lines of the model <synthetic> and API errors are no calls.

#include "core/base/status_macros.h"
#include "core/exchange/format.h"

namespace tokentra {
namespace {

using simdjson::dom::element;

bool StartsWith(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

}  // namespace

absl::Status ReadClaudeCode(const Fields& record, const ReadOptions& options, DraftSink& sink) {
  if (record.Text("type") != "assistant" || record.True("isApiErrorMessage")) {
    return absl::OkStatus();
  }
  const std::optional<Fields> message = record.Object("message");
  if (!message.has_value()) return absl::OkStatus();
  const std::string_view model = message->Text("model");
  const std::optional<Fields> usage = message->Object("usage");
  if (model == "<synthetic>" || !usage.has_value()) return absl::OkStatus();
  CallDraft draft;
  draft.body = record.FindWhole("message");
  draft.id = message->Text("id");
  draft.provider = StartsWith(draft.id, "msg_bdrk_")   ? "aws"
                   : StartsWith(draft.id, "msg_vrtx_") ? "google-vertex"
                                                       : "anthropic";
  if (!options.provider.empty()) draft.provider = options.provider;
  if (model.empty()) draft.model = options.model;
  if (draft.id.empty()) draft.id = record.Text("requestId|uuid");
  TOKENTRA_ASSIGN_OR_RETURN(draft.at, record.Instant("timestamp"));
  AddTag(draft, "session_id", record.Text("sessionId"));
  AddTag(draft, "request_id", record.Text("requestId"));
  AddTag(draft, "cwd", record.Text("cwd"));
  AddTag(draft, "git_branch", record.Text("gitBranch"));
  AddTag(draft, "agent", record.Text("agentId"));
  AddTag(draft, "sidechain", record.True("isSidechain") ? "true" : "");
  TOKENTRA_ASSIGN_OR_RETURN(const std::optional<std::uint64_t> output,
                            usage->Count("output_tokens"));
  draft.weight = output.value_or(0);
  if (!draft.id.empty()) {
    draft.hold = Hold::kLargest;
    draft.key = HashOf(draft.id);
  }
  sink.OnCall(draft);
  return absl::OkStatus();
}

}  // namespace tokentra
