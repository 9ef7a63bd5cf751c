// Perplexity's bodies.
//
// Inclusion: a deep-research chat counts `reasoning_tokens` and `citation_tokens` beside
// `completion_tokens`: both are added to the output. The reasoning models (`sonar-reasoning`,
// `sonar-reasoning-pro`) have their reasoning inside the completion; more reasoning than completion
// stands beside it at any model.
//
// Absent joins: reasoning and citation exclude each other; there are no modalities.
//
// Total: `total_tokens` = prompt + completion, with or without what stands beside.
//
// A chat pays one request fee, whose size depends on `search_context_size`; deep research pays for
// each of `num_search_queries`. `cost.total_cost` is Perplexity's own bill.

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/usage/flavour.h"
#include "core/usage/reader.h"

namespace tokentra::extract {
namespace {

constexpr ReportedField kReported[] = {{"cost/total_cost"}};

constexpr ConditionField kConditions[] = {
    {"usage/search_context_size", "context_size"},
};

constexpr CountField kChatCounts[] = {
    {"prompt_tokens", kMeterInputTokens},
    {"completion_tokens", kMeterOutputTokens},
    {"reasoning_tokens", kMeterOutputReasoningTokens},
    {"citation_tokens", kMeterOutputCitationTokens, kMeterOutputTokens},
    {"num_search_queries", kMeterWebSearches},
};

constexpr CountField kResponsesCounts[] = {
    {"input_tokens", kMeterInputTokens},
    {"input_tokens_details/cache_read_input_tokens|input_tokens_details/cached_tokens",
     kMeterCacheReadTokens},
    {"input_tokens_details/cache_creation_input_tokens", kMeterCacheWriteTokens},
    {"output_tokens", kMeterOutputTokens},
    {"output_tokens_details/reasoning_tokens", kMeterOutputReasoningTokens},
    {"tool_calls_details/search_web/invocation", kMeterWebSearches},
};

void ReadChat(Reader& reader) {
  Usage& usage = reader.usage();
  if (usage.empty()) return;
  const std::uint64_t input = usage.Get(kMeterInputTokens).value_or(0);
  const std::uint64_t output = usage.Get(kMeterOutputTokens).value_or(0);
  const std::uint64_t citation = usage.Get(kMeterOutputCitationTokens).value_or(0);
  const std::uint64_t reasoning = usage.Get(kMeterOutputReasoningTokens).value_or(0);
  const std::uint64_t completion = output - citation;
  const bool inside = absl::StrContains(reader.out().model, "sonar-reasoning");
  if (!(inside && reasoning <= completion) && reasoning != 0) {
    (void)usage.Add(kMeterOutputTokens, reasoning);
  }
  if (const auto total = reader.ReadTotal("total_tokens")) {
    const std::uint64_t all = input + usage.Get(kMeterOutputTokens).value_or(0);
    if (*total != input + completion && *total != all) {
      reader.Suspect(absl::StrCat("total_tokens ", *total, " is not prompt_tokens ", input,
                                  " and completion_tokens ", completion, " together"));
    }
  }
  usage.Set(kMeterRequests, 1);
}

}  // namespace

constinit const Flavour kPerplexityChat = {
    .api = "chat",
    .usage = "usage",
    .model = "model",
    .id = "id",
    .marker = "usage/completion_tokens|choices",
    .counts = kChatCounts,
    .conditions = kConditions,
    .reported = kReported,
    .special = &ReadChat,
};

constinit const Flavour kPerplexityResponses = {
    .api = "responses",
    .usage = "usage|response/usage",
    .model = "model|response/model",
    .id = "id|response/id",
    .marker = "usage/input_tokens|response/usage/input_tokens|output|response/output",
    .unlike = "usage/prompt_tokens",
    .counts = kResponsesCounts,
    .total = "total_tokens",
    .reported = kReported,
};

}  // namespace tokentra::extract
