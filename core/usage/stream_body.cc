#include "core/usage/stream_body.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/base/json_writer.h"
#include "core/base/text.h"
#include "simdjson.h"

namespace tokentra::extract {
namespace {

constexpr std::string_view kNames[] = {
    "model",      "modelVersion", "model_version", "id",
    "responseId", "response_id",  "generation_id", "service_tier"};
// Objects of conditions, whole.
constexpr std::string_view kConditions[] = {"serviceTier", "performanceConfig"};
// Objects of usage that are whole wherever they stand.
constexpr std::string_view kMetrics[] = {"amazon-bedrock-invocationMetrics", "meta", "tokenUsage",
                                         "usage_info"};
// What carries an answer's names, and what carries its usage alone.
constexpr std::string_view kCarriers[] = {"response", "message", "result"};
constexpr std::string_view kUsageCarriers[] = {"delta", "metadata", "x_groq"};

constexpr std::string_view kEnds[] = {
    "message_stop",        "message-end",     "stream-end",   "response.completed",
    "response.incomplete", "response.failed", "response.done"};

// An event within an event within an event is none.
constexpr int kDepthMax = 2;

std::string Minified(Element value) { return simdjson::minify(value); }

bool IsCount(std::string_view json) {
  return !json.empty() && json.find_first_not_of("0123456789") == std::string_view::npos;
}

bool HasEnd(Element event, std::string_view list, std::string_view reason) {
  const std::optional<Element> found = Find(event, list);
  simdjson::dom::array items;
  if (!found || found->get_array().get(items) != simdjson::SUCCESS) return false;
  for (Element item : items) {
    if (Find(item, reason)) return true;
  }
  return false;
}

}  // namespace

void StreamBody::AddFinding(std::string finding) {
  is_suspect_ = true;
  if (findings_.size() < kFindingsMax) findings_.push_back(std::move(finding));
}

void StreamBody::Set(Members* members, std::string_view key, std::string value) {
  for (auto& [name, old] : *members) {
    if (name != key) continue;
    old = std::move(value);
    return;
  }
  members->emplace_back(key, std::move(value));
}

void StreamBody::AddWhole(Element carrier, std::string_view key, std::string_view paths,
                          Members* to) {
  const std::optional<Element> found = Find(carrier, paths);
  if (!found || !found->is_object()) return;
  std::string json = Minified(*found);
  if (json.size() > kUsageMax) {
    AddFinding(absl::StrCat(key, " is longer than ", kUsageMax, " bytes; left out"));
    return;
  }
  Set(to, key, std::move(json));
}

void StreamBody::AddNames(Element carrier) {
  for (const std::string_view name : kNames) {
    const std::optional<std::string_view> text = FindText(carrier, name);
    if (!text || text->empty()) continue;
    if (text->size() > kNameMax) {
      AddFinding(absl::StrCat(name, " is longer than ", kNameMax, " bytes; left out"));
      continue;
    }
    Set(&names_, name, Minified(*Find(carrier, name)));
  }
}

void StreamBody::AddUsageMember(std::string_view key, Element value) {
  if (value.is_null()) return;
  std::string json = Minified(value);
  const auto known = std::find_if(usage_.begin(), usage_.end(),
                                  [&](const auto& member) { return member.first == key; });
  if (known != usage_.end() && json == "0" && IsCount(known->second) && known->second != "0") {
    AddFinding(absl::StrCat(Quote(key), " falls from ", known->second, " to 0; not read"));
    return;
  }
  const std::size_t before = known == usage_.end() ? 0 : key.size() + known->second.size();
  const std::size_t after = key.size() + json.size();
  if (usage_size_ - before + after > kUsageMax) {
    AddFinding(
        absl::StrCat("usage is longer than ", kUsageMax, " bytes; ", Quote(key), " is left out"));
    is_broken_ = true;
    return;
  }
  usage_size_ = usage_size_ - before + after;
  Set(&usage_, key, std::move(json));
}

void StreamBody::AddUsage(Element usage) {
  simdjson::dom::object members;
  if (usage.get_object().get(members) != simdjson::SUCCESS) return;
  for (const auto& [key, value] : members) AddUsageMember(key, value);
}

void StreamBody::AddToolCalls(Element output) {
  simdjson::dom::array items;
  if (output.get_array().get(items) != simdjson::SUCCESS) return;
  tool_calls_.clear();
  for (Element item : items) {
    const std::string_view type = FindText(item, "type").value_or("");
    if (type != "web_search_call" && type != "file_search_call") continue;
    if (tool_calls_.size() == kToolCallsMax) {
      AddFinding(absl::StrCat("more than ", kToolCallsMax, " tool calls; the rest is left out"));
      is_broken_ = true;
      return;
    }
    const std::string_view action = FindText(item, "action/type").value_or("");
    tool_calls_.push_back(type == "file_search_call"             ? ToolCall::kFileSearch
                          : action.empty() || action == "search" ? ToolCall::kWebSearch
                                                                 : ToolCall::kPage);
  }
}

void StreamBody::AddCarrier(Element carrier) {
  if (const std::optional<Element> usage = Find(carrier, "usage")) AddUsage(*usage);
  const std::optional<Element> metadata = Find(carrier, "usageMetadata|usage_metadata");
  if (metadata && metadata->is_object()) {
    metadata_.clear();
    AddWhole(carrier, "usageMetadata", "usageMetadata|usage_metadata", &metadata_);
  }
  for (const std::string_view key : kMetrics) AddWhole(carrier, key, key, &metrics_);
  for (const std::string_view key : kConditions) AddWhole(carrier, key, key, &names_);
}

void StreamBody::AddEnds(Element event, std::string_view type) {
  const bool is_named_end = std::find(std::begin(kEnds), std::end(kEnds), type) != std::end(kEnds);
  const bool has_usage = Find(event, "usage|response/usage").has_value();
  const bool is_last = absl::EndsWith(type, ".completed") || absl::EndsWith(type, ".done");
  if (is_named_end || (is_last && has_usage)) is_done_ = true;
  if (Find(event,
           "amazon-bedrock-invocationMetrics|usage/inputTokens|metadata/usage/inputTokens")) {
    is_done_ = true;
  }
  if (HasEnd(event, "choices", "finish_reason") ||
      HasEnd(event, "candidates", "finishReason|finish_reason") ||
      Find(event, "delta/stop_reason|promptFeedback/blockReason|prompt_feedback/block_reason")) {
    is_finished_ = true;
  }
  if (type == "error" || Find(event, "error")) {
    const std::string_view what =
        FindText(event, "error/type|error/message|error/code|message|error").value_or("error");
    AddFinding(absl::StrCat("the stream ends with ", Quote(what)));
    is_broken_ = true;
  }
}

void StreamBody::AddEvent(Element event, int depth) {
  if (const std::optional<Element> bytes = Find(event, "chunk/bytes|bytes")) {
    if (depth < kDepthMax) AddEncoded(*bytes, depth);
    return;
  }
  if (const std::optional<Element> data = Find(event, "data"); data && data->is_object()) {
    if (depth < kDepthMax) AddEvent(*data, depth + 1);
    return;
  }
  const std::string_view type = FindText(event, "type|event_type").value_or("");
  // A transcript beside the answer, by another model.
  if (absl::StartsWith(type, "conversation.item.")) return;
  if (type == "response.created" || type == "message_start") is_done_ = is_finished_ = false;
  AddNames(event);
  AddCarrier(event);
  for (const std::string_view key : kCarriers) {
    const std::optional<Element> carrier = Find(event, key);
    if (!carrier || !carrier->is_object()) continue;
    AddNames(*carrier);
    AddCarrier(*carrier);
  }
  for (const std::string_view key : kUsageCarriers) {
    const std::optional<Element> carrier = Find(event, key);
    if (carrier && carrier->is_object()) AddCarrier(*carrier);
  }
  AddEnds(event, type);
  if (is_done_) {
    if (const std::optional<Element> output = Find(event, "response/output")) AddToolCalls(*output);
  }
  is_answer_end_ = is_answer_end_ || type == "response.done";
}

void StreamBody::AddEncoded(Element bytes, int depth) {
  std::string_view text;
  if (bytes.get_string().get(text) != simdjson::SUCCESS) return;
  std::string decoded;
  if (text.empty()) return;
  if (text.front() == '{') {
    decoded = text;
  } else if (!absl::Base64Unescape(text, &decoded)) {
    AddFinding("an event's bytes are no base64; left out");
    is_broken_ = true;
    return;
  }
  simdjson::dom::parser parser;
  Element event;
  if (parser.parse(decoded).get(event) != simdjson::SUCCESS || !event.is_object()) {
    AddFinding("an event's bytes hold no JSON object; left out");
    is_broken_ = true;
    return;
  }
  AddEvent(event, depth + 1);
}

void StreamBody::SetModel(std::string_view model) {
  std::string text;
  JsonWriter(text).Text(model);
  Set(&names_, "model", std::move(text));
}

bool StreamBody::Add(Element event) {
  is_answer_end_ = false;
  AddEvent(event, 0);
  return is_answer_end_;
}

void StreamBody::BeginAnswer() {
  usage_.clear();
  usage_size_ = 0;
  metadata_.clear();
  metrics_.clear();
  tool_calls_.clear();
}

std::string StreamBody::Text() const {
  std::string text;
  JsonWriter json(text);
  const auto write = [&](const Members& members) {
    for (const auto& [key, value] : members) {
      json.Key(key);
      json.Raw(value);
    }
  };
  json.BeginObject();
  write(names_);
  if (!usage_.empty()) {
    json.Key("usage");
    json.BeginObject();
    write(usage_);
    json.EndObject();
  }
  write(metadata_);
  write(metrics_);
  if (!tool_calls_.empty()) {
    json.Key("output");
    json.BeginArray();
    for (const ToolCall call : tool_calls_) {
      json.Raw(call == ToolCall::kFileSearch ? R"({"type":"file_search_call"})"
               : call == ToolCall::kWebSearch
                   ? R"({"type":"web_search_call"})"
                   : R"({"type":"web_search_call","action":{"type":"page"}})");
    }
    json.EndArray();
  }
  json.EndObject();
  return text;
}

}  // namespace tokentra::extract
