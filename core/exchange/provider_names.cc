#include "core/exchange/provider_names.h"

#include <array>
#include <string>
#include <utility>

#include "core/base/text.h"

namespace tokentra {
namespace {

using Pair = std::pair<std::string_view, std::string_view>;

// OpenTelemetry's gen_ai.provider.name and gen_ai.system, LiteLLM's custom_llm_provider,
// OpenInference's llm.provider and llm.system.
constexpr std::array<Pair, 62> kNames = {{
    {"aiml", "aiml"},
    {"anthropic", "anthropic"},
    {"anthropic_text", "anthropic"},
    {"aws", "aws"},
    {"aws.bedrock", "aws"},
    {"aws_bedrock", "aws"},
    {"az.ai.inference", "azure"},
    {"az.ai.openai", "azure"},
    {"azure", "azure"},
    {"azure.ai.inference", "azure"},
    {"azure.ai.openai", "azure"},
    {"azure_ai", "azure"},
    {"azure_openai", "azure"},
    {"azure_text", "azure"},
    {"amazon_bedrock", "aws"},
    {"bedrock", "aws"},
    {"bedrock_converse", "aws"},
    {"cohere", "cohere"},
    {"cohere_chat", "cohere"},
    {"codestral", "mistral"},
    {"databricks", "databricks"},
    {"deepinfra", "deepinfra"},
    {"deepseek", "deepseek"},
    {"fireworks", "fireworks"},
    {"fireworks_ai", "fireworks"},
    {"gcp", "google"},
    {"gcp.gemini", "google"},
    {"gcp.gen_ai", "google"},
    {"gcp.vertex_ai", "google-vertex"},
    {"gemini", "google"},
    {"google", "google"},
    {"google_ai_studio", "google"},
    {"google_genai", "google"},
    {"google_vertex", "google-vertex"},
    {"google_vertexai", "google-vertex"},
    {"groq", "groq"},
    {"meta", "meta"},
    {"meta_llama", "meta"},
    {"mistral", "mistral"},
    {"mistral_ai", "mistral"},
    {"mistralai", "mistral"},
    {"moonshot", "moonshotai"},
    {"moonshot_ai", "moonshotai"},
    {"moonshotai", "moonshotai"},
    {"novita", "novita"},
    {"openai", "openai"},
    {"openai_like", "openai"},
    {"openrouter", "openrouter"},
    {"perplexity", "perplexity"},
    {"perplexity_ai", "perplexity"},
    {"text_completion_openai", "openai"},
    {"together", "together"},
    {"together_ai", "together"},
    {"vertex_ai", "google-vertex"},
    {"vertex_ai_beta", "google-vertex"},
    {"vertexai", "google-vertex"},
    {"voyage", "voyageai"},
    {"voyageai", "voyageai"},
    {"x_ai", "x-ai"},
    {"xai", "x-ai"},
    {"zai", "zai"},
    {"zhipuai", "zhipuai"},
}};

// Prefixes of model names, in order.
constexpr std::array<Pair, 38> kModels = {{
    {"us.", "aws"},
    {"eu.", "aws"},
    {"apac.", "aws"},
    {"au.", "aws"},
    {"jp.", "aws"},
    {"ca.", "aws"},
    {"us-gov.", "aws"},
    {"global.", "aws"},
    {"amazon.", "aws"},
    {"anthropic.", "aws"},
    {"cohere.", "aws"},
    {"meta.", "aws"},
    {"mistral.", "aws"},
    {"ai21.", "aws"},
    {"arn:aws", "aws"},
    {"claude", "anthropic"},
    {"gpt-", "openai"},
    {"ft:", "openai"},
    {"chatgpt", "openai"},
    {"o1", "openai"},
    {"o3", "openai"},
    {"o4", "openai"},
    {"text-embedding-3", "openai"},
    {"text-embedding-ada", "openai"},
    {"dall-e", "openai"},
    {"whisper", "openai"},
    {"tts-", "openai"},
    {"codex", "openai"},
    {"computer-use", "openai"},
    {"gemini", "google"},
    {"gemma", "google"},
    {"mistral", "mistral"},
    {"ministral", "mistral"},
    {"codestral", "mistral"},
    {"command", "cohere"},
    {"deepseek", "deepseek"},
    {"grok", "x-ai"},
    {"sonar", "perplexity"},
}};

std::string Normalized(std::string_view name) {
  std::string text = AsciiLower(name);
  for (char& c : text) {
    if (c == '-' || c == ' ') c = '_';
  }
  return text;
}

std::string_view Known(std::string_view name) {
  const std::string normalized = Normalized(name);
  for (const auto& [foreign, ours] : kNames) {
    if (normalized == foreign) return ours;
  }
  return {};
}

}  // namespace

std::string_view ProviderFromName(std::string_view name) {
  const std::string_view known = Known(name);
  return known.empty() ? name : known;
}

std::string_view ProviderFromModel(std::string_view model) {
  const std::string lower = AsciiLower(model.substr(0, 64));
  for (const auto& [prefix, provider] : kModels) {
    if (lower.compare(0, prefix.size(), prefix) == 0) return provider;
  }
  return {};
}

ProviderAndModel SplitRoute(std::string_view provider, std::string_view model) {
  ProviderAndModel split{provider, model, {}};
  const std::size_t slash = model.find('/');
  if (slash == std::string_view::npos) {
    if (!provider.empty()) split.provider = ProviderFromName(provider);
    return split;
  }
  const std::string_view head = model.substr(0, slash);
  const bool repeats = !provider.empty() && Normalized(head) == Normalized(provider);
  if (repeats || (provider.empty() && !Known(head).empty())) {
    split.provider = head;
    split.model = model.substr(slash + 1);
  }
  split.provider = ProviderFromName(split.provider);
  const std::size_t next = split.model.find('/');
  if (split.provider == "aws" && next != std::string_view::npos) {
    // A route word such as "converse", or the region.
    const std::string_view middle = split.model.substr(0, next);
    if (middle.find('-') != std::string_view::npos) split.region = middle;
    split.model.remove_prefix(next + 1);
  }
  return split;
}

}  // namespace tokentra
