// Figures of a catalog, or of one provider of it: what it holds, from where, and how old.
//
// Thread: pure functions. Cost: linear.

#ifndef TOKENTRA_CORE_CATALOG_STATS_H_
#define TOKENTRA_CORE_CATALOG_STATS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/catalog/catalog.h"

namespace tokentra {

struct CatalogStats {
  std::uint64_t providers = 0;
  std::uint64_t models = 0;
  std::uint64_t priced_models = 0;
  std::uint64_t free_models = 0;  // all of whose rows are free
  std::uint64_t forbidden_models = 0;
  std::uint64_t aliases = 0;
  std::uint64_t patterns = 0;
  std::uint64_t price_rows = 0;
  std::uint64_t rows_with_source = 0;  // the others' is null
  std::uint64_t rows_by_overlays = 0;
  std::uint64_t rows_from_two_lists = 0;  // evidence names more than one
  std::uint64_t stale_rows = 0;           // read before the day asked about
  std::string oldest;                     // dates; empty when there is no row
  std::string newest;
};

// Of all providers when `provider` is nullopt. `stale_before` is a date, "2026-08-01"; empty: no
// row is stale.
CatalogStats StatsOf(const Catalog& catalog, std::optional<std::uint32_t> provider,
                     std::string_view stale_before);

}  // namespace tokentra

#endif  // TOKENTRA_CORE_CATALOG_STATS_H_
