// Overlays: a user's changes over a catalog, which stays as it is. The result is a catalog of its
// own, with a digest over the catalog below and everything the overlay says.
//
// Changes apply in the order in which the document states them, each to what those before it made
// of the catalog (docs/overlays.md). An overlay is taken whole or not at all.
//
// Thread: pure function. Ownership: the result needs neither argument. Cost: models that no change
// names are copied; the table of names is built again.

#ifndef TOKENTRA_CORE_CATALOG_OVERLAY_H_
#define TOKENTRA_CORE_CATALOG_OVERLAY_H_

#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/catalog/catalog.h"

namespace tokentra {

inline constexpr std::size_t kOverlaysMax = 16;  // one over the other

// `file` names the document in errors. INVALID_ARGUMENT names the path in it, the value and the
// nearest valid one; RESOURCE_EXHAUSTED a limit.
absl::StatusOr<std::shared_ptr<const Catalog>> LayOverlay(const Catalog& base,
                                                          std::string_view json,
                                                          std::string_view file);

}  // namespace tokentra

#endif  // TOKENTRA_CORE_CATALOG_OVERLAY_H_
