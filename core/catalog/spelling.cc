#include "core/catalog/spelling.h"

#include <array>

#include "core/catalog/pattern.h"

namespace tokentra {
namespace {

struct ProviderWord {
  std::string_view provider;
  std::string_view prefix;  // with its slash; longer ones of a provider first
};

// Names that gateways write before the ids of a provider, where they are not `<provider>/`.
constexpr std::array<ProviderWord, 33> kPrefixes = {{
    {"anthropic", "text-completion-anthropic/"},
    {"aws", "bedrock/converse/"},
    {"aws", "bedrock/invoke/"},
    {"aws", "bedrock_converse/"},
    {"aws", "bedrock_mantle/"},
    {"aws", "amazon-bedrock/"},
    {"aws", "bedrock/"},
    {"azure", "azure_ai/"},
    {"azure", "azure_text/"},
    {"azure", "azure-openai/"},
    {"cohere", "cohere_chat/"},
    {"fireworks", "fireworks_ai/"},
    {"fireworks", "fireworks-ai/"},
    {"github-copilot", "github/"},
    {"google", "gemini/"},
    {"google", "google_genai/"},
    {"google", "google-gla/"},
    {"google-vertex", "vertex_ai/"},
    {"google-vertex", "vertexai/"},
    {"google-vertex", "vertex/"},
    {"google-vertex", "google/"},
    {"google-vertex", "anthropic/"},
    {"google-vertex", "google-vertex-anthropic/"},
    {"mistral", "mistralai/"},
    {"moonshotai", "moonshot/"},
    {"openai", "text-completion-openai/"},
    {"openai", "openai/responses/"},
    {"together", "together_ai/"},
    {"together", "togetherai/"},
    {"voyageai", "voyage/"},
    {"x-ai", "xai/"},
    {"x-ai", "grok/"},
    {"zai", "z-ai/"},
}};

constexpr std::array<std::string_view, 10> kGeographies = {
    "us-gov.", "global.", "apac.", "us.", "eu.", "au.", "jp.", "in.", "ca.", "sa."};

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

std::size_t DigitsAtEnd(std::string_view text) {
  std::size_t count = 0;
  while (count < text.size() && IsDigit(text[text.size() - 1 - count])) ++count;
  return count;
}

// `name` starts with `provider`, whose dashes may be underscores, and a slash.
bool StartsWithOwnName(std::string_view provider, std::string_view name) {
  if (name.size() <= provider.size() + 1 || name[provider.size()] != '/') return false;
  for (std::size_t i = 0; i < provider.size(); ++i) {
    if (name[i] != provider[i] && !(provider[i] == '-' && name[i] == '_')) return false;
  }
  return true;
}

// Takes `word` and a slash, or, without a word, one segment and its slash.
bool TakeSegment(std::string_view& rest, std::string_view word, std::string_view* segment) {
  const std::size_t slash = rest.find('/');
  if (slash == std::string_view::npos || slash == 0) return false;
  if (!word.empty() && rest.substr(0, slash) != word) return false;
  if (segment != nullptr) *segment = rest.substr(0, slash);
  rest.remove_prefix(slash + 1);
  return true;
}

}  // namespace

std::size_t ProviderPrefixLength(std::string_view provider, std::string_view name) {
  for (const ProviderWord& word : kPrefixes) {
    if (word.provider == provider && name.size() > word.prefix.size() &&
        name.starts_with(word.prefix)) {
      return word.prefix.size();
    }
  }
  return StartsWithOwnName(provider, name) ? provider.size() + 1 : 0;
}

std::size_t ResourcePathLength(std::string_view name, std::string_view* location) {
  std::string_view rest = name;
  std::string_view place;
  if (TakeSegment(rest, "projects", nullptr)) {
    if (!TakeSegment(rest, {}, nullptr) || !TakeSegment(rest, "locations", nullptr) ||
        !TakeSegment(rest, {}, &place)) {
      return 0;
    }
    // A project's own `models/` are numbered custom models, so a publisher is needed here.
    if (!rest.starts_with("publishers/")) return 0;
  }
  if (TakeSegment(rest, "publishers", nullptr) && !TakeSegment(rest, {}, nullptr)) return 0;
  if (!TakeSegment(rest, "models", nullptr) || rest.empty()) return 0;
  *location = place;
  return name.size() - rest.size();
}

std::optional<BedrockArn> ParseBedrockArn(std::string_view name) {
  // arn:partition:service:region:account:resource/id, and the id may hold colons of its own.
  std::string_view rest = name;
  std::array<std::string_view, 5> fields;
  for (std::string_view& field : fields) {
    const std::size_t colon = rest.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    field = rest.substr(0, colon);
    rest.remove_prefix(colon + 1);
  }
  if (fields[0] != "arn" || !fields[1].starts_with("aws") || !fields[2].starts_with("bedrock")) {
    return std::nullopt;
  }
  for (const std::string_view kind : {"foundation-model/", "inference-profile/"}) {
    if (!rest.starts_with(kind) || rest.size() == kind.size()) continue;
    return BedrockArn{fields[3], rest.substr(kind.size())};
  }
  return std::nullopt;
}

std::string_view BedrockGeography(std::string_view name) {
  for (const std::string_view prefix : kGeographies) {
    if (!name.starts_with(prefix)) continue;
    const std::string_view rest = name.substr(prefix.size());
    const std::size_t dot = rest.find('.');
    if (dot == std::string_view::npos || dot == 0) return {};
    for (const char c : rest.substr(0, dot)) {
      if ((c < 'a' || c > 'z') && !IsDigit(c)) return {};
    }
    return prefix.substr(0, prefix.size() - 1);
  }
  return {};
}

std::size_t BedrockVersionLength(std::string_view name) {
  std::string_view rest = name;
  const std::size_t last = DigitsAtEnd(rest);
  if (last == 0) return 0;
  rest.remove_suffix(last);
  if (rest.ends_with(":")) {
    rest.remove_suffix(1);
    const std::size_t major = DigitsAtEnd(rest);
    if (major == 0) return 0;
    rest.remove_suffix(major);
  }
  if (!rest.ends_with("-v") || rest.size() == 2) return 0;
  return name.size() - (rest.size() - 2);
}

std::size_t VertexVersionLength(std::string_view name) {
  const std::size_t at = name.rfind('@');
  if (at == std::string_view::npos || at == 0) return 0;
  const std::string_view version = name.substr(at + 1);
  if (!IsCompactDate(version) && version != "default" && version != "latest") return 0;
  return name.size() - at;
}

std::string_view RegionWord(std::string_view provider, std::string_view word) {
  if (provider == "azure" && word == "global-standard") return "global";
  return word;
}

}  // namespace tokentra
