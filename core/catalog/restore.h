// From an image back to full rows: what an overlay changes is laid out again, the rest copied.
//
// A restored row keeps its content id and what covers which atom; joins and unstated rates do not
// stand in an image, and live on in that cover.
//
// Thread: pure functions. Cost: linear in what is restored.

#ifndef TOKENTRA_CORE_CATALOG_RESTORE_H_
#define TOKENTRA_CORE_CATALOG_RESTORE_H_

#include <cstdint>
#include <vector>

#include "core/catalog/expand.h"
#include "core/catalog/image.h"
#include "core/catalog/source.h"

namespace tokentra {

// The names that were declared, by model: its id first.
using ModelNames = std::vector<std::vector<std::uint32_t>>;
ModelNames NamesByModel(const CatalogImage& image);

// Everything of a provider but its models.
SourceProvider RestoreProvider(const CatalogImage& image, std::uint32_t provider);

FullModel RestoreModel(const CatalogImage& image, std::uint32_t model, const ModelNames& names);

}  // namespace tokentra

#endif  // TOKENTRA_CORE_CATALOG_RESTORE_H_
