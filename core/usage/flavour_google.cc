// Gemini's generateContent body, from AI Studio and from Vertex, as JSON or as the Python SDK's
// dict (snake_case); also embedContent and the Live API, which spell some counts differently.
//
// Inclusion: `promptTokenCount` contains `cachedContentTokenCount`; `toolUsePromptTokenCount`
// stands beside it, and `thoughtsTokenCount` beside `candidatesTokenCount`: they are input and
// output all the same. The details split each of these counts by modality and need not be
// complete; what they leave has no stated modality. Documents are billed as images.
//
// Absent joins: thoughts and tool prompts are not within the details of candidates and prompt, so
// their join with each of those modalities is zero unless their own details say otherwise. Cached
// tokens without details are text as far as text goes.
//
// Total: `totalTokenCount` = prompt + tool prompt + candidates + thoughts.
//
// Not read: `promptTokenDetails`, the embeddings spelling. An embedding model has one input price,
// so it changes no amount.

#include "core/usage/flavour.h"
#include "core/usage/reader.h"

namespace tokentra::extract {
namespace {

constexpr CountField kCounts[] = {
    {"promptTokenCount|prompt_token_count", kMeterInputTokens},
    {"cachedContentTokenCount|cached_content_token_count", kMeterCacheReadTokens},
    {"toolUsePromptTokenCount|tool_use_prompt_token_count", kMeterInputToolTokens,
     kMeterInputTokens},
    {"candidatesTokenCount|candidates_token_count|responseTokenCount|response_token_count",
     kMeterOutputTokens},
    {"thoughtsTokenCount|thoughts_token_count", kMeterOutputReasoningTokens, kMeterOutputTokens},
};

constexpr SplitValue kPromptValues[] = {
    {"TEXT", kMeterInputTextTokens},      {"AUDIO", kMeterInputAudioTokens},
    {"IMAGE", kMeterInputImageTokens},    {"VIDEO", kMeterInputVideoTokens},
    {"DOCUMENT", kMeterInputImageTokens},
};
constexpr SplitValue kCacheValues[] = {
    {"TEXT", kMeterCacheTextReadTokens},      {"AUDIO", kMeterCacheAudioReadTokens},
    {"IMAGE", kMeterCacheImageReadTokens},    {"VIDEO", kMeterCacheVideoReadTokens},
    {"DOCUMENT", kMeterCacheImageReadTokens},
};
constexpr SplitValue kToolValues[] = {
    {"TEXT", kMeterInputTextToolTokens, kMeterInputTextTokens},
    {"AUDIO", kMeterInputAudioToolTokens, kMeterInputAudioTokens},
    {"IMAGE", kMeterInputImageToolTokens, kMeterInputImageTokens},
    {"VIDEO", kMeterInputVideoToolTokens, kMeterInputVideoTokens},
    {"DOCUMENT", kMeterInputImageToolTokens, kMeterInputImageTokens},
};
constexpr SplitValue kCandidateValues[] = {
    {"TEXT", kMeterOutputTextTokens},      {"AUDIO", kMeterOutputAudioTokens},
    {"IMAGE", kMeterOutputImageTokens},    {"VIDEO", kMeterOutputVideoTokens},
    {"DOCUMENT", kMeterOutputImageTokens},
};

constexpr std::string_view kCount = "tokenCount|token_count";
constexpr SplitField kSplits[] = {
    {"promptTokensDetails|prompt_tokens_details", "modality", kCount, kPromptValues},
    {"cacheTokensDetails|cache_tokens_details", "modality", kCount, kCacheValues},
    {"toolUsePromptTokensDetails|tool_use_prompt_tokens_details", "modality", kCount, kToolValues},
    {"candidatesTokensDetails|candidates_tokens_details|responseTokensDetails|"
     "response_tokens_details",
     "modality", kCount, kCandidateValues},
};

constexpr std::string_view kTrafficType =
    "usageMetadata/trafficType|usageMetadata/traffic_type|usage_metadata/traffic_type|"
    "usage_metadata/trafficType";

// AI Studio names the tier, Vertex the kind of traffic. The one that stands later wins.
constexpr ConditionField kConditions[] = {
    {kTrafficType, "service_tier", "TRAFFIC_TYPE_UNSPECIFIED"},
    {"usageMetadata/serviceTier|usageMetadata/service_tier|usage_metadata/service_tier|"
     "usage_metadata/serviceTier",
     "service_tier", "SERVICE_TIER_UNSPECIFIED|unspecified"},
};

constexpr Modality kStatedModalities[] = {Modality::kText, Modality::kAudio, Modality::kImage,
                                          Modality::kVideo};

// A use that was counted beside the modalities has nothing in common with them.
void StateNoOverlap(Direction direction, Use use, Usage* usage) {
  if (usage->Get(MeterWith(direction, Modality::kUnspecified, use)).value_or(0) == 0) return;
  for (Modality modality : kStatedModalities) {
    const MeterId join = MeterWith(direction, modality, use);
    if (usage->Has(MeterWith(direction, modality, Use::kAny)) && !usage->Has(join)) {
      usage->Set(join, 0);
    }
  }
}

void ReadSpecial(Reader& reader) {
  StateNoOverlap(Direction::kOutput, Use::kReasoning, &reader.usage());
  StateNoOverlap(Direction::kInput, Use::kTool, &reader.usage());
  // Only Vertex names the kind of traffic.
  if (reader.out().provider == "google" && FindText(reader.body(), kTrafficType)) {
    reader.out().provider = "google-vertex";
  }
}

}  // namespace

constinit const Flavour kGenerateContent = {
    .api = "generate_content",
    .usage = "usageMetadata|usage_metadata",
    .model = "modelVersion|model_version",
    .id = "responseId|response_id",
    .marker = "usageMetadata|usage_metadata|candidates",
    .counts = kCounts,
    .splits = kSplits,
    .total = "totalTokenCount|total_token_count",
    .conditions = kConditions,
    .special = &ReadSpecial,
};

}  // namespace tokentra::extract
