// OpenAI's realtime, image and transcription bodies.
//
// Inclusion: `input_tokens` contains text, audio, image and cached tokens, `output_tokens` text,
// audio and images. Unlike chat bodies these price text apart from the rest, and state it.
//
// Absent joins: realtime bodies split their cached tokens by modality (`cached_tokens_details`);
// image bodies do not, and text is cached first.
//
// Total: `total_tokens` = input + output. Transcription by duration counts seconds alone.

#include "core/usage/flavour.h"

namespace tokentra::extract {
namespace {

constexpr ConditionField kConditions[] = {
    {"service_tier|response/service_tier", "service_tier", "auto"}};

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
