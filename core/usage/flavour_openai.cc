// OpenAI's bodies, and whoever speaks them.
//
// Inclusion: `prompt_tokens` / `input_tokens` contain cached, cache-write, audio and image tokens;
// `completion_tokens` / `output_tokens` contain reasoning and audio (2600 = 2000 read + 400
// written + 200 plain in OpenAI's own example). Accepted and rejected prediction tokens are plain
// output. The text counts of chat bodies are what the other modalities leave, priced the same, and
// not read; realtime and image bodies price text apart from the rest and theirs are.
//
// Absent joins: cached and reasoning tokens are text as far as text goes. Realtime bodies state
// theirs (`cached_tokens_details`).
//
// Total: `total_tokens` = input + output. It also tells servers that count reasoning or cached
// tokens beside the whole: such a body is suspect and read by its total.

#include "core/usage/flavour.h"

namespace tokentra::extract {
namespace {

// "auto" names what was asked for, not what served the call.
constexpr ConditionField kConditions[] = {
    {"service_tier|response/service_tier", "service_tier", "auto"}};

constexpr CountField kChatCounts[] = {
    {"prompt_tokens", kMeterInputTokens},
    {"prompt_tokens_details/cached_tokens|cached_tokens", kMeterCacheReadTokens},
    {"prompt_tokens_details/cache_write_tokens", kMeterCacheWriteTokens},
    {"prompt_tokens_details/audio_tokens", kMeterInputAudioTokens},
    {"prompt_tokens_details/image_tokens", kMeterInputImageTokens},
    {"prompt_tokens_details/video_tokens", kMeterInputVideoTokens},
    {"completion_tokens", kMeterOutputTokens},
    {"completion_tokens_details/reasoning_tokens", kMeterOutputReasoningTokens},
    {"completion_tokens_details/audio_tokens", kMeterOutputAudioTokens},
    {"completion_tokens_details/image_tokens", kMeterOutputImageTokens},
};

constexpr CountField kEmbeddingsCounts[] = {
    {"prompt_tokens|input_tokens", kMeterInputTokens},
};

constexpr CountField kResponsesCounts[] = {
    {"input_tokens", kMeterInputTokens},
    {"input_tokens_details/cached_tokens", kMeterCacheReadTokens},
    {"input_tokens_details/cache_write_tokens", kMeterCacheWriteTokens},
    {"output_tokens", kMeterOutputTokens},
    {"output_tokens_details/reasoning_tokens", kMeterOutputReasoningTokens},
};

constexpr CountField kRealtimeCounts[] = {
    {"input_tokens", kMeterInputTokens},
    {"input_token_details/text_tokens", kMeterInputTextTokens},
    {"input_token_details/audio_tokens", kMeterInputAudioTokens},
    {"input_token_details/image_tokens", kMeterInputImageTokens},
    {"input_token_details/cached_tokens", kMeterCacheReadTokens},
    {"input_token_details/cached_tokens_details/text_tokens", kMeterCacheTextReadTokens},
    {"input_token_details/cached_tokens_details/audio_tokens", kMeterCacheAudioReadTokens},
    {"input_token_details/cached_tokens_details/image_tokens", kMeterCacheImageReadTokens},
    {"output_tokens", kMeterOutputTokens},
    {"output_token_details/text_tokens", kMeterOutputTextTokens},
    {"output_token_details/audio_tokens", kMeterOutputAudioTokens},
};

constexpr CountField kImagesCounts[] = {
    {"input_tokens", kMeterInputTokens},
    {"input_tokens_details/text_tokens", kMeterInputTextTokens},
    {"input_tokens_details/image_tokens", kMeterInputImageTokens},
    {"input_tokens_details/cached_tokens", kMeterCacheReadTokens},
    {"output_tokens", kMeterOutputTokens},
    {"output_tokens_details/text_tokens", kMeterOutputTextTokens},
    {"output_tokens_details/image_tokens", kMeterOutputImageTokens},
};

constexpr CountField kLiveCounts[] = {
    {"seconds", kMeterAudioMilliseconds, kNoMeter, kNoMeter, 1000},
};

}  // namespace

constinit const Flavour kChat = {
    .api = "chat",
    .usage = "usage|x_groq/usage",
    .model = "model",
    .id = "id",
    .marker = "usage/completion_tokens|x_groq/usage/completion_tokens|choices",
    .counts = kChatCounts,
    .total = "total_tokens",
    .conditions = kConditions,
    .reported = "cost",
};

constinit const Flavour kEmbeddings = {
    .api = "embeddings",
    .usage = "usage",
    .model = "model",
    .id = "id",
    .marker = "usage/prompt_tokens",
    .unlike = "usage/completion_tokens|choices",
    .counts = kEmbeddingsCounts,
    .total = "total_tokens",
    .conditions = kConditions,
};

constinit const Flavour kResponses = {
    .api = "responses",
    .usage = "usage|response/usage",
    .model = "model|response/model",
    .id = "id|response/id",
    .marker = "usage/input_tokens|response/usage/input_tokens|output|response/output",
    .unlike = "usage/prompt_tokens|usage/cache_read_input_tokens",
    .counts = kResponsesCounts,
    .total = "total_tokens",
    .conditions = kConditions,
    .reported = "cost",
};

constinit const Flavour kRealtime = {
    .api = "realtime",
    .usage = "response/usage|usage",
    .model = "model|response/model",
    .id = "response/id|id",
    .marker = "response/usage/input_token_details|usage/input_token_details",
    .counts = kRealtimeCounts,
    .total = "total_tokens",
    .conditions = kConditions,
};

constinit const Flavour kImages = {
    .api = "images",
    .usage = "usage",
    .model = "model",
    .id = "id",
    .marker = "usage/input_tokens_details/image_tokens",
    .counts = kImagesCounts,
    .total = "total_tokens",
    .conditions = kConditions,
};

constinit const Flavour kLive = {
    .api = "live",
    .usage = "usage",
    .model = "model",
    .id = "id",
    .marker = "usage/seconds",
    .counts = kLiveCounts,
    .conditions = kConditions,
};

}  // namespace tokentra::extract
