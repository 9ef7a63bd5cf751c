// The catalog compiler: provider files in, one image out.
//
// It lays variants over price rows, cuts bands into disjoint rows, decides which rate covers which
// atom, gives every row its content id, and refuses: two rows that could both match, a rate whose
// coverage is undecided, a magnitude out of line, two models that claim one name.
//
// Thread: pure function. Cost: quadratic in the rows of one model, linear in models.

#ifndef TOKENTRA_CORE_CATALOG_COMPILE_H_
#define TOKENTRA_CORE_CATALOG_COMPILE_H_

#include <vector>

#include "absl/status/statusor.h"
#include "core/catalog/image.h"
#include "core/catalog/source.h"

namespace tokentra {

absl::StatusOr<OwnedImage> CompileCatalog(std::vector<SourceProvider> providers);

}  // namespace tokentra

#endif  // TOKENTRA_CORE_CATALOG_COMPILE_H_
