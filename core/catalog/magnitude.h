// The magnitude guard: refuses a rate that is far from its family, which a slipped unit makes it.
//
// The family is the same meter at the same provider, models listed before included; far is a factor
// of kMagnitudeFactor from the median, either way. Families of fewer than three rates have no
// median worth the name. A model states a waiver for a meter whose rate is right though unusual.
//
// Thread: pure function.

#ifndef TOKENTRA_CORE_CATALOG_MAGNITUDE_H_
#define TOKENTRA_CORE_CATALOG_MAGNITUDE_H_

#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "core/catalog/image.h"
#include "core/catalog/source.h"

namespace tokentra {

inline constexpr std::int64_t kMagnitudeFactor = 1000;

// Rates of a provider as listed before, 10^-18 per quantum, by meter.
using KnownMagnitudes = std::map<MeterId, std::vector<Int128>>;

// Of all models of `image`'s provider.
KnownMagnitudes MagnitudesOf(const CatalogImage& image, std::uint32_t provider);

// The error names file, model, row and meter.
absl::Status CheckMagnitudes(std::span<const SourceModel> models, const KnownMagnitudes& known);

}  // namespace tokentra

#endif  // TOKENTRA_CORE_CATALOG_MAGNITUDE_H_
