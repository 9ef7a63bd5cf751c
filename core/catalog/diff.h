// What differs between two catalogs: models, names, price rows and single rates, in words.
//
// Price rows are told apart by what they hold for (interval, tier, batch, region, hours, named
// conditions, bands), so that a changed figure is one change and not a row gone and a row come.
//
// Thread: pure function of immutable arguments. Cost: linear in both, times a logarithm.

#ifndef TOKENTRA_CORE_CATALOG_DIFF_H_
#define TOKENTRA_CORE_CATALOG_DIFF_H_

#include <string>
#include <vector>

#include "core/catalog/catalog.h"

namespace tokentra {

// Numbers of the C ABI.
enum class CatalogChangeKind : std::uint32_t {
  kModelAdded = 1,
  kModelRemoved = 2,
  kNameAdded = 3,  // an alias: `what`
  kNameRemoved = 4,
  kRowAdded = 5,
  kRowRemoved = 6,
  kRateChanged = 7,  // `what` is the meter; from and to are rates, empty where there is none
};

struct CatalogChange {
  CatalogChangeKind kind = CatalogChangeKind::kModelAdded;
  std::string provider;
  std::string model;
  std::string what;
  std::string conditions;  // of the price row: "batch, region eu, from 2026-10-01T00:00:00Z"
  std::string from;        // "2.5 / 1000000"
  std::string to;
};

// By provider and model, in the order of their ids.
std::vector<CatalogChange> DiffCatalogs(const Catalog& before, const Catalog& after);

}  // namespace tokentra

#endif  // TOKENTRA_CORE_CATALOG_DIFF_H_
