// Public price lists as overlays: LiteLLM's map, genai-prices' JSON, OpenRouter's list of models.
//
// A list becomes an overlay document (docs/overlays.md) that puts its models in the place of those
// a provider had, and a report of everything it says that a price row cannot: each with its place
// in the list, the value and the reason. Nothing is left out silently, and nothing is guessed.
// Figures are read as decimal text, never through a double.
//
// Thread: pure functions. Cost: linear in the list.

#ifndef TOKENTRA_CORE_EXCHANGE_PRICE_LIST_H_
#define TOKENTRA_CORE_EXCHANGE_PRICE_LIST_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace tokentra {

struct ImportedList {
  std::string overlay;  // the document
  std::string report;   // {"format", "overlay", "providers", "models", "price_rows", "left_out": [
                        //  {"at", "value", "reason"}]}
};

// `format` is litellm, genai-prices or openrouter; `name` becomes the overlay's; `as_of` is the
// date on which the list was read. INVALID_ARGUMENT for an unknown format (names the nearest) and a
// list that is not of it; RESOURCE_EXHAUSTED past the bytes an overlay may have.
absl::StatusOr<ImportedList> ImportPriceList(std::string_view format, std::string_view json,
                                             std::string_view name, std::string_view as_of);

}  // namespace tokentra

#endif  // TOKENTRA_CORE_EXCHANGE_PRICE_LIST_H_
