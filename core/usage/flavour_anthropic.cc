// Anthropic's messages body, as the API, Bedrock InvokeModel and Vertex give it.
//
// Inclusion: `input_tokens` *excludes* cache reads and writes, so the whole input is the sum of
// three counts. The two `ephemeral_..._input_tokens` break down `cache_creation_input_tokens` and
// are not added to it. Thinking lies within `output_tokens`.
//
// Parts: `usage.iterations` lists every sampling of the call. The counts above it are the sum of
// the iterations of type `message` (of `fallback_message`, when the call was served by a fallback
// model; the message iterations are then declined attempts, which are not billed). Iterations of
// type `compaction` (the call's model) and `advisor_message` (their own model) are billed besides:
// each is a part.
//
// Total: the body has none; the iterations are the check.

#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "core/base/text.h"
#include "core/usage/flavour.h"
#include "core/usage/reader.h"

namespace tokentra::extract {
namespace {

constexpr CountField kCounts[] = {
    {"input_tokens", kMeterInputTokens},
    {"cache_read_input_tokens", kMeterCacheReadTokens, kMeterInputTokens},
    {"cache_creation_input_tokens", kMeterCacheWriteTokens, kMeterInputTokens},
    {"cache_creation/ephemeral_5m_input_tokens", kMeterCacheWrite5mTokens, kMeterInputTokens,
     kMeterCacheWriteTokens},
    {"cache_creation/ephemeral_1h_input_tokens", kMeterCacheWrite1hTokens, kMeterInputTokens,
     kMeterCacheWriteTokens},
    {"output_tokens", kMeterOutputTokens},
    {"output_tokens_details/thinking_tokens", kMeterOutputReasoningTokens},
    {"server_tool_use/web_search_requests", kMeterWebSearches},
};

// Where inference ran matters only where it was bound to a place.
constexpr ConditionField kConditions[] = {
    {"usage/service_tier|message/usage/service_tier", "service_tier"},
    {"usage/inference_geo|message/usage/inference_geo", "region", "global|not_available"},
};

// `speed` is a tier in our words. A call that was both fast and of another tier keeps both.
void ReadSpeed(Reader& reader) {
  const std::optional<std::string_view> speed = FindText(reader.usage_object(), "speed");
  if (!speed || *speed == "standard") return;
  bool has_tier = false;
  for (const Condition& condition : reader.out().conditions) {
    has_tier = has_tier || (condition.name == "service_tier" && condition.value != "standard");
  }
  reader.SetCondition(has_tier ? "speed" : "service_tier", *speed);
}

constexpr MeterId kCheckedMeters[] = {kMeterInputTokens, kMeterOutputTokens, kMeterCacheReadTokens,
                                      kMeterCacheWriteTokens};

void ReadIterations(Reader& reader) {
  const std::optional<Element> found = Find(reader.usage_object(), "iterations");
  simdjson::dom::array iterations;
  if (!found || found->get_array().get(iterations) != simdjson::SUCCESS) return;

  Usage messages;
  Usage fallbacks;
  bool has_message = false;
  bool has_fallback = false;
  for (Element iteration : iterations) {
    const std::string_view type = FindText(iteration, "type").value_or("");
    const Usage usage = reader.ReadCounts(iteration);
    if (type == "message" || type == "fallback_message") {
      const bool fallback = type == "fallback_message";
      (fallback ? has_fallback : has_message) = true;
      for (MeterId meter : kCheckedMeters) {
        if (!(fallback ? fallbacks : messages).Add(meter, usage.Get(meter).value_or(0))) {
          reader.Suspect("usage.iterations hold more tokens than one call can");
          return;
        }
      }
      continue;
    }
    const std::string_view model = FindText(iteration, "model").value_or("");
    if (type == "advisor_message" && model.empty()) {
      reader.Suspect("an advisor_message iteration names no model; the call's is taken");
    } else if (type != "advisor_message" && type != "compaction") {
      reader.Suspect(absl::StrCat("unknown iteration type ", Quote(type), "; counted as a part"));
    }
    if (!usage.empty()) reader.AddPart(model, usage);
  }

  if (!has_message && !has_fallback) return;
  const Usage& served = has_fallback ? fallbacks : messages;
  for (MeterId meter : kCheckedMeters) {
    const std::uint64_t stated = reader.usage().Get(meter).value_or(0);
    const std::uint64_t sum = served.Get(meter).value_or(0);
    if (stated == sum) continue;
    reader.Suspect(absl::StrCat(FindMeter(meter)->name, " ", stated,
                                " is not the sum of the iterations, ", sum));
  }
}

void ReadSpecial(Reader& reader) {
  ReadSpeed(reader);
  ReadIterations(reader);
}

}  // namespace

constinit const Flavour kMessages = {
    .api = "messages",
    .usage = "usage|message/usage",
    .model = "model|message/model",
    .id = "id|message/id",
    .marker = "usage/input_tokens|message/usage/input_tokens",
    .unlike = "usage/input_tokens_details|usage/total_tokens|usage/prompt_tokens",
    .counts = kCounts,
    .total = "total_tokens",
    .conditions = kConditions,
    .special = &ReadSpecial,
};

}  // namespace tokentra::extract
