// The spellings of model ids that providers and gateways use: what may stand before and after the
// id itself. Each function recognises one form and nothing else; none decides what a name means.
//
// Thread: pure functions. Cost: linear in the text, no allocation.

#ifndef TOKENTRA_CORE_CATALOG_SPELLING_H_
#define TOKENTRA_CORE_CATALOG_SPELLING_H_

#include <cstddef>
#include <optional>
#include <string_view>

namespace tokentra {

// Length of what names the provider itself before an id: `<provider>/`, its spelling with
// underscores, and the names that gateways give it (`bedrock/` before ids of aws); 0: none.
std::size_t ProviderPrefixLength(std::string_view provider, std::string_view name);

// Length of a resource path before an id: `models/` and `publishers/P/models/` at Google, the
// latter also behind `projects/P/locations/L/`; 0: none. `location` becomes L where it stands.
std::size_t ResourcePathLength(std::string_view name, std::string_view* location);

// The region and the id that a Bedrock ARN of a foundation model or an inference profile names.
// Other resources (application profiles, provisioned models) name no model.
struct BedrockArn {
  std::string_view region;
  std::string_view id;
};
std::optional<BedrockArn> ParseBedrockArn(std::string_view name);

// The `us` of "us.anthropic.claude-..."; empty when the name has no profile prefix. Only before a
// vendor-dotted id: a run of letters and digits, and a dot. Lives as long as the program.
std::string_view BedrockGeography(std::string_view name);

// Length of "-v1" or "-v1:0" at the end; 0: none.
std::size_t BedrockVersionLength(std::string_view name);

// Length of "@20250929", "@default" or "@latest" at the end; 0: none.
std::size_t VertexVersionLength(std::string_view name);

// Another word for a region of the provider; the word itself when it has no other.
std::string_view RegionWord(std::string_view provider, std::string_view word);

}  // namespace tokentra

#endif  // TOKENTRA_CORE_CATALOG_SPELLING_H_
