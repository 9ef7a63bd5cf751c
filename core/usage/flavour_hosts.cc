// Hosts of other makers' models whose bodies are neither OpenAI's nor Anthropic's.
//
// Replicate's prediction counts the tokens of a language model under `metrics`. Oracle's chat wraps
// OpenAI's counts in camel case. AssemblyAI's transcript states the seconds of sound. NLP Cloud's
// generation counts both sides at the top.
//
// Inclusion: each counts everything, nothing beside. Absent joins: none of them has any.

#include "core/usage/flavour.h"

namespace tokentra::extract {
namespace {

constexpr CountField kReplicateCounts[] = {
    {"input_token_count", kMeterInputTokens},
    {"output_token_count", kMeterOutputTokens},
};

constexpr CountField kOciCounts[] = {
    {"promptTokens", kMeterInputTokens},
    {"promptTokensDetails/cachedTokens", kMeterCacheReadTokens},
    {"completionTokens", kMeterOutputTokens},
    {"completionTokensDetails/reasoningTokens", kMeterOutputReasoningTokens},
};

constexpr CountField kAssemblyAiCounts[] = {
    {"audio_duration", kMeterInputAudioMilliseconds, kNoMeter, kNoMeter, 1000},
};

constexpr CountField kNlpCloudCounts[] = {
    {"nb_input_tokens", kMeterInputTokens},
    {"nb_generated_tokens", kMeterOutputTokens},
};

}  // namespace

constinit const Flavour kReplicatePrediction = {
    .api = "predictions",
    .usage = "metrics",
    .model = "model",
    .id = "id",
    .marker = "metrics/input_token_count|metrics/output_token_count",
    .counts = kReplicateCounts,
};

constinit const Flavour kOciChat = {
    .api = "oci_chat",
    .usage = "chatResponse/usage",
    .model = "modelId",
    .id = "id",
    .marker = "chatResponse/usage",
    .counts = kOciCounts,
    .total = "totalTokens",
};

constinit const Flavour kAssemblyAiTranscript = {
    .api = "transcript",
    .usage = ".",
    .model = "speech_model",
    .id = "id",
    .marker = "audio_duration",
    .counts = kAssemblyAiCounts,
};

constinit const Flavour kNlpCloudGeneration = {
    .api = "generation",
    .usage = ".",
    .model = "model",
    .id = "id",
    .marker = "nb_generated_tokens",
    .counts = kNlpCloudCounts,
};

}  // namespace tokentra::extract
