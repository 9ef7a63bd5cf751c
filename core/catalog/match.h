// Which model of a provider a name means: the order of docs/catalog.md, Matching.
//
// Exact id, declared alias, declared pattern; then the steps of the normaliser that the provider
// declares, the name looked up again after each. A step that drops something which could tell two
// prices apart (a date, a version) answers only where the catalog says that it cannot.
//
// Thread: pure function of its arguments. Cost: one hash and one probe for an exact id; at most one
// look-up a step otherwise. No allocation.

#ifndef TOKENTRA_CORE_CATALOG_MATCH_H_
#define TOKENTRA_CORE_CATALOG_MATCH_H_

#include <cstdint>
#include <string_view>

#include "core/catalog/catalog.h"
#include "core/catalog/image.h"

namespace tokentra {

// `provider` is an index into the image's providers.
Resolution MatchModel(const CatalogImage& image, std::uint32_t provider, std::string_view name,
                      InstantNs at);

}  // namespace tokentra

#endif  // TOKENTRA_CORE_CATALOG_MATCH_H_
