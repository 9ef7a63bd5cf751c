// xAI's bodies.
//
// Inclusion: `prompt_tokens` contains cached and image tokens, and `prompt_tokens_details.
// text_tokens` contains the cached ones too, so it is not read. Chat's `completion_tokens`
// *excludes* reasoning: it is added to the output. Responses count it inside `output_tokens`, as
// OpenAI does.
//
// Absent joins: text first.
//
// Total: `total_tokens` = prompt + completion + reasoning. A chat body whose total has no room for
// the reasoning counts it inside, as some gateways do; it is read so, as suspect.
//
// Tools that ran at xAI are counted by kind; the SDK's message (`cached_prompt_text_tokens`,
// `reasoning_tokens`) is the same call by other names. `cost_in_usd_ticks` is the bill in 10^-10
// USD.

#include "core/usage/flavour.h"
#include "core/usage/reader.h"

namespace tokentra::extract {
namespace {

constexpr ReportedField kReported[] = {{"cost_in_usd_ticks", -10}};

constexpr ConditionField kConditions[] = {
    {"service_tier|response/service_tier", "service_tier", "auto"}};

constexpr CountField kChatCounts[] = {
    {"prompt_tokens", kMeterInputTokens},
    {"prompt_tokens_details/cached_tokens|cached_prompt_text_tokens", kMeterCacheReadTokens},
    {"prompt_tokens_details/audio_tokens", kMeterInputAudioTokens},
    {"prompt_tokens_details/image_tokens|prompt_image_tokens", kMeterInputImageTokens},
    {"completion_tokens", kMeterOutputTokens},
    {"completion_tokens_details/audio_tokens", kMeterOutputAudioTokens},
    {"completion_tokens_details/reasoning_tokens|reasoning_tokens", kMeterOutputReasoningTokens,
     kMeterOutputTokens},
    {"server_side_tool_usage_details/web_search_calls", kMeterWebSearches},
    {"server_side_tool_usage_details/x_search_calls", kMeterSocialSearches},
    {"server_side_tool_usage_details/code_interpreter_calls", kMeterCodeExecutions},
    {"server_side_tool_usage_details/file_search_calls", kMeterStorageSearches},
    {"server_side_tool_usage_details/document_search_calls", kMeterStorageSearches},
};

constexpr CountField kResponsesCounts[] = {
    {"input_tokens", kMeterInputTokens},
    {"input_tokens_details/cached_tokens", kMeterCacheReadTokens},
    {"output_tokens", kMeterOutputTokens},
    {"output_tokens_details/reasoning_tokens", kMeterOutputReasoningTokens},
    {"server_side_tool_usage_details/web_search_calls", kMeterWebSearches},
    {"server_side_tool_usage_details/x_search_calls", kMeterSocialSearches},
    {"server_side_tool_usage_details/code_interpreter_calls", kMeterCodeExecutions},
    {"server_side_tool_usage_details/file_search_calls", kMeterStorageSearches},
    {"server_side_tool_usage_details/document_search_calls", kMeterStorageSearches},
};

constexpr CountField kRealtimeCounts[] = {
    {"input_tokens", kMeterInputTokens},
    {"input_token_details/text_tokens", kMeterInputTextTokens},
    {"input_token_details/audio_tokens", kMeterInputAudioTokens},
    {"output_tokens", kMeterOutputTokens},
    {"output_token_details/text_tokens", kMeterOutputTextTokens},
    {"output_token_details/audio_tokens", kMeterOutputAudioTokens},
    {"billable_audio_seconds", kMeterAudioMilliseconds, kNoMeter, kNoMeter, 1000},
    {"input_text_messages", kMeterInputTextMessages},
};

}  // namespace

constinit const Flavour kXaiChat = {
    .api = "chat",
    .usage = "usage",
    .model = "model",
    .id = "id",
    .marker = "usage/completion_tokens|choices",
    .counts = kChatCounts,
    .total = "total_tokens",
    .conditions = kConditions,
    .reported = kReported,
};

constinit const Flavour kXaiResponses = {
    .api = "responses",
    .usage = "usage|response/usage",
    .model = "model|response/model",
    .id = "id|response/id",
    .marker = "usage/input_tokens|response/usage/input_tokens|output|response/output",
    .unlike = "usage/prompt_tokens",
    .counts = kResponsesCounts,
    .total = "total_tokens",
    .conditions = kConditions,
    .reported = kReported,
};

constinit const Flavour kXaiRealtime = {
    .api = "realtime",
    .usage = "usage|response/usage",
    .model = "model|response/model",
    .id = "response/id|id",
    .marker =
        "usage/billable_audio_seconds|response/usage/billable_audio_seconds|"
        "usage/input_token_details|response/usage/input_token_details",
    .counts = kRealtimeCounts,
    .total = "total_tokens",
    .conditions = kConditions,
    .reported = kReported,
};

}  // namespace tokentra::extract
