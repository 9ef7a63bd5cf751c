// Which flavours each provider's bodies have.

#include <span>
#include <string_view>

#include "core/usage/flavour.h"

namespace tokentra::extract {
namespace {

using List = const Flavour* const;

List kOpenAi[] = {&kChat, &kOpenAiResponses, &kEmbeddings, &kRealtime, &kImages, &kLive};
List kOpenAiDecisions[] = {&kResponses, &kDecisions};
List kAnthropic[] = {&kMessages, &kChat, &kResponses};
List kGoogle[] = {&kGenerateContent, &kMessages, &kChat, &kEmbeddings};
List kAws[] = {&kConverse, &kInvokeModel, &kMessages, &kChat, &kResponses, &kEmbeddings};
List kAzure[] = {&kChat, &kOpenAiResponses, &kEmbeddings, &kMessages, &kImages, &kRealtime, &kLive};
List kMistral[] = {&kMistralChat, &kMistralOcr, &kMistralOcrAnnotated};
List kXai[] = {&kXaiChat, &kXaiResponses, &kXaiRealtime, &kMessages};
List kPerplexity[] = {&kPerplexityChat, &kPerplexityResponses, &kDecisions, &kEmbeddings};
List kCohere[] = {&kCohereChat, &kCohereEmbeddings, &kCohereRerank, &kCohereTokens, &kChat};
List kCloudflare[] = {&kCloudflareChat, &kResponses, &kEmbeddings, &kDecisions};
List kOpenRouter[] = {&kChat, &kResponses, &kMessages, &kEmbeddings, &kDecisions};
List kMinimax[] = {&kMessages, &kResponses, &kChat};
List kCursor[] = {&kCursorEvent};
List kTypesafe[] = {&kDecisions};
List kVoyageAi[] = {&kVoyage};
List kElevenLabs[] = {&kRealtime, &kElevenLabsSpeech};
List kCodestral[] = {&kMistralChat};
List kReplicate[] = {&kReplicatePrediction, &kChat};
List kOci[] = {&kOciChat, &kChat, &kResponses};
List kAssemblyAi[] = {&kAssemblyAiTranscript, &kChat};
List kNlpCloud[] = {&kNlpCloudGeneration};
List kCompatible[] = {&kChat, &kMessages, &kResponses, &kEmbeddings};

constexpr ProviderFlavours kProviders[] = {
    {"openai", kOpenAi},
    {"anthropic", kAnthropic},
    {"google", kGoogle},
    {"google-vertex", kGoogle},
    {"aws", kAws},
    {"azure", kAzure},
    {"mistral", kMistral},
    {"groq", kCompatible},
    {"x-ai", kXai},
    {"openrouter", kOpenRouter},
    {"perplexity", kPerplexity},
    {"cohere", kCohere},
    {"deepseek", kCompatible},
    {"openai-decisions", kOpenAiDecisions},
    {"arcee", kCompatible},
    {"avian", kCompatible},
    {"baseten", kCompatible},
    {"cerebras", kCompatible},
    {"cloudflare", kCloudflare},
    {"cursor", kCursor},
    {"databricks", kCompatible},
    {"deepinfra", kCompatible},
    {"doubleword", kCompatible},
    {"elevenlabs", kElevenLabs},
    {"fireworks", kCompatible},
    {"github-copilot", kCompatible},
    {"huggingface_cerebras", kCompatible},
    {"huggingface_fireworks-ai", kCompatible},
    {"huggingface_groq", kCompatible},
    {"huggingface_hyperbolic", kCompatible},
    {"huggingface_nebius", kCompatible},
    {"huggingface_novita", kCompatible},
    {"huggingface_nscale", kCompatible},
    {"huggingface_ovhcloud", kCompatible},
    {"huggingface_publicai", kCompatible},
    {"huggingface_sambanova", kCompatible},
    {"huggingface_together", kCompatible},
    {"meta", kCompatible},
    {"minimax", kMinimax},
    {"modal", kCompatible},
    {"moonshotai", kCompatible},
    {"novita", kCompatible},
    {"ovhcloud", kCompatible},
    {"quicksilverpro", kCompatible},
    {"together", kCompatible},
    {"typesafe", kTypesafe},
    {"voyageai", kVoyageAi},
    {"zai", kCompatible},
    {"zhipuai", kCompatible},
    {"ai21", kCompatible},
    {"aihubmix", kCompatible},
    {"amazon-nova", kCompatible},
    {"anyscale", kCompatible},
    {"assemblyai", kAssemblyAi},
    {"codestral", kCodestral},
    {"crusoe", kCompatible},
    {"dashscope", kCompatible},
    {"friendliai", kCompatible},
    {"gmi", kCompatible},
    {"gradient-ai", kCompatible},
    {"hyperbolic", kCompatible},
    {"inception", kCompatible},
    {"jina-ai", kCompatible},
    {"lambda-ai", kCompatible},
    {"libertai", kCompatible},
    {"llamagate", kCompatible},
    {"morph", kCompatible},
    {"nebius", kCompatible},
    {"nlp-cloud", kNlpCloud},
    {"nscale", kCompatible},
    {"oci", kOci},
    {"qwen-ai-platform", kCompatible},
    {"qwencloud", kCompatible},
    {"replicate", kReplicate},
    {"sambanova", kCompatible},
    {"scaleway", kCompatible},
    {"snowflake", kCompatible},
    {"tencent", kCompatible},
    {"v0", kCompatible},
    {"vercel-ai-gateway", kCompatible},
    {"volcengine", kCompatible},
    {"wandb", kCompatible},
    {"watsonx", kCompatible},
    {"xiaomi-mimo", kCompatible},
};

List kDetectionOrder[] = {
    &kGenerateContent,
    &kMistralOcrAnnotated,
    &kMistralOcr,
    &kConverse,
    &kCursorEvent,
    &kElevenLabsSpeech,
    &kReplicatePrediction,
    &kOciChat,
    &kAssemblyAiTranscript,
    &kNlpCloudGeneration,
    &kCohereRerank,
    &kCohereEmbeddings,
    &kCohereChat,
    &kRealtime,
    &kXaiRealtime,
    &kImages,
    &kLive,
    &kEmbeddings,
    &kCloudflareChat,
    &kXaiChat,
    &kPerplexityChat,
    &kChat,
    &kMessages,
    &kOpenAiResponses,
    &kXaiResponses,
    &kPerplexityResponses,
    &kResponses,
    &kDecisions,
    &kMistralChat,
    &kInvokeModel,
    &kVoyage,
};

}  // namespace

std::span<const ProviderFlavours> AllProviders() { return kProviders; }
std::span<const Flavour* const> CompatibleFlavours() { return kCompatible; }
std::span<const Flavour* const> DetectionOrder() { return kDetectionOrder; }

}  // namespace tokentra::extract
