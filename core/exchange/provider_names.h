// The names other systems give providers, and what a model's name says about its provider.
//
// Thread: pure functions.

#ifndef TOKENTRA_CORE_EXCHANGE_PROVIDER_NAMES_H_
#define TOKENTRA_CORE_EXCHANGE_PROVIDER_NAMES_H_

#include <string_view>

namespace tokentra {

// Ours for a foreign one ("bedrock", "aws.bedrock" -> "aws"); the name itself when it has none.
// Spelling counts without case, and '-' and ' ' count as '_'.
std::string_view ProviderFromName(std::string_view name);

// The provider whose own model this is ("gpt-4o" -> "openai", "us.anthropic.claude..." -> "aws");
// empty when the name does not say. A reading of last resort: whoever uses it says so.
std::string_view ProviderFromModel(std::string_view model);

struct ProviderAndModel {
  std::string_view provider;
  std::string_view model;
  std::string_view region;
};

// LiteLLM's spelling "bedrock/us-east-1/anthropic.claude-v2" in its pieces. `provider` is what is
// known already, in its spelling there; it may be empty.
ProviderAndModel SplitRoute(std::string_view provider, std::string_view model);

}  // namespace tokentra

#endif  // TOKENTRA_CORE_EXCHANGE_PROVIDER_NAMES_H_
