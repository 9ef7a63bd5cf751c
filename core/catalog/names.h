// The table from (provider, name) to model, and what is worked out when it is built: lower-case
// and unversioned spellings, and which families have one rate for every snapshot.
//
// Thread: pure functions. Cost: linear in names, and in the rows of families that have snapshots
// listed as models of their own.

#ifndef TOKENTRA_CORE_CATALOG_NAMES_H_
#define TOKENTRA_CORE_CATALOG_NAMES_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "core/catalog/image.h"

namespace tokentra {

// A name as declared: kind kId or kAlias. `where` stands in errors.
struct DeclaredName {
  NameRecord record;
  std::string where;
};

// Fills `image.names`, and clears `dated_snapshots` of models for which a date or a version at the
// end of an id decides about the price. Everything else of `image` stands already. The error names
// the name that two models claim at one time.
absl::Status BuildNameTable(const std::vector<DeclaredName>& names, OwnedImage& image);

// Whether two models charge the same: the same rows but for identity and provenance.
bool SamePrices(const CatalogImage& image, const ModelRecord& a, const ModelRecord& b);

}  // namespace tokentra

#endif  // TOKENTRA_CORE_CATALOG_NAMES_H_
