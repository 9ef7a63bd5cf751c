#include "core/catalog/stats.h"

#include <algorithm>

namespace tokentra {
namespace {

void AddRow(const CatalogImage& image, const RowRecord& row, std::string_view stale_before,
            CatalogStats& stats) {
  ++stats.price_rows;
  if (!image.Source(row).empty()) ++stats.rows_with_source;
  if (!image.Overlay(row).empty()) ++stats.rows_by_overlays;
  if (image.Evidence(row).find(", ") != std::string_view::npos) ++stats.rows_from_two_lists;
  const std::string_view as_of = image.AsOf(row);
  if (as_of < stale_before) ++stats.stale_rows;
  if (stats.oldest.empty() || as_of < stats.oldest) stats.oldest = as_of;
  if (as_of > stats.newest) stats.newest = as_of;
}

}  // namespace

CatalogStats StatsOf(const Catalog& catalog, std::optional<std::uint32_t> provider,
                     std::string_view stale_before) {
  const CatalogImage& image = catalog.image();
  const auto counts = [&](std::uint32_t of) { return !provider.has_value() || *provider == of; };
  CatalogStats stats;
  for (std::uint32_t i = 0; i < image.providers.size(); ++i) {
    if (!counts(i)) continue;
    ++stats.providers;
    stats.patterns += image.providers[i].patterns.count;
  }
  for (const ModelRecord& model : image.models) {
    if (!counts(model.provider)) continue;
    const auto rows = CatalogImage::Slice(image.rows, model.rows);
    ++stats.models;
    if (!rows.empty()) ++stats.priced_models;
    if (model.forbidden != 0) ++stats.forbidden_models;
    const bool free =
        std::all_of(rows.begin(), rows.end(), [](const RowRecord& row) { return row.free != 0; });
    if (free && !rows.empty()) ++stats.free_models;
    for (const RowRecord& row : rows) AddRow(image, row, stale_before, stats);
  }
  for (const NameRecord& name : image.names) {
    if (name.kind == NameKind::kAlias && counts(image.models[name.model].provider)) ++stats.aliases;
  }
  return stats;
}

}  // namespace tokentra
