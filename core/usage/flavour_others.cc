// Providers with a shape of their own and one or two flavours.
//
// Cloudflare wraps what a model answers: `result.usage`, counted as OpenAI's chat.
//
// Cursor's usage events: `inputTokens` *excludes* cache reads and writes; the whole input is the
// sum of three. `totalCents` is Cursor's own bill.
//
// Voyage counts `total_tokens`, all of them input. A multimodal body counts its text apart
// (`text_tokens`) and images and video by pixels, which are billed instead of the tokens made of
// them.
//
// ElevenLabs' speech answers with sound; what is billed stands in the header `character-cost`.
//
// Absent joins: none of them has any.

#include "core/usage/flavour.h"

namespace tokentra::extract {
namespace {

constexpr CountField kCloudflareCounts[] = {
    {"prompt_tokens", kMeterInputTokens},
    {"prompt_tokens_details/cached_tokens", kMeterCacheReadTokens},
    {"completion_tokens", kMeterOutputTokens},
    {"completion_tokens_details/reasoning_tokens", kMeterOutputReasoningTokens},
};

constexpr CountField kCursorCounts[] = {
    {"inputTokens", kMeterInputTokens},
    {"cacheReadTokens", kMeterCacheReadTokens, kMeterInputTokens},
    {"cacheWriteTokens", kMeterCacheWriteTokens, kMeterInputTokens},
    {"outputTokens", kMeterOutputTokens},
};
constexpr ReportedField kCursorReported[] = {{"totalCents", -2}};

constexpr CountField kVoyageCounts[] = {
    {"text_tokens", kMeterInputTokens},
    {"total_tokens", kNoMeter, kMeterInputTokens, kMeterInputTokens},
    {"image_pixels", kMeterInputPixels},
    {"video_pixels", kMeterInputPixels},
};

constexpr CountField kElevenLabsCounts[] = {
    {"character-cost|Character-Cost", kMeterInputCharacters},
};

}  // namespace

constinit const Flavour kCloudflareChat = {
    .api = "chat",
    .usage = "usage|result/usage",
    .model = "model|result/model",
    .id = "id|result/id",
    .marker = "usage/completion_tokens|result/usage/completion_tokens|choices",
    .counts = kCloudflareCounts,
    .total = "total_tokens",
};

constinit const Flavour kCursorEvent = {
    .api = "usage-event",
    .usage = "tokenUsage",
    .model = "model",
    .id = "id",
    .marker = "tokenUsage",
    .counts = kCursorCounts,
    .reported = kCursorReported,
};

constinit const Flavour kVoyage = {
    .api = "embeddings",
    .usage = "usage",
    .model = "model",
    .id = "id",
    .marker = "usage/total_tokens",
    .counts = kVoyageCounts,
};

constinit const Flavour kElevenLabsSpeech = {
    .api = "speech",
    .usage = "headers",
    .model = "model|model_id",
    .id = "headers/request-id|headers/Request-Id",
    .marker = "headers/character-cost|headers/Character-Cost",
    .counts = kElevenLabsCounts,
};

}  // namespace tokentra::extract
