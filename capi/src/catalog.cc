// Catalog: open, overlay, enumerate.

#include <algorithm>
#include <mutex>

#include "core/catalog/overlay.h"
#include "handles.h"

using tokentra::CatalogImage;
using tokentra::NameRecord;
using tokentra::ProviderRecord;
using tokentra::capi::CheckIndex;
using tokentra::capi::CheckText;
using tokentra::capi::Guard;
using tokentra::capi::NullArgument;
using tokentra::capi::Text;
using tokentra::capi::View;
using tokentra::capi::WriteSized;

namespace {

// Ids that pin conditions, of each provider, in the order of their names. Found on the way through
// the name table, so that opening a catalog stays free.
std::vector<std::vector<const NameRecord*>> PinnedNames(const CatalogImage& image) {
  std::vector<std::vector<const NameRecord*>> names(image.providers.size());
  for (const NameRecord& record : image.names) {
    if (record.kind == tokentra::NameKind::kFolded) continue;
    if (image.name_terms[record.terms].pins.count == 0) continue;
    names[image.models[record.model].provider].push_back(&record);
  }
  for (auto& list : names) {
    std::sort(list.begin(), list.end(), [&](const NameRecord* a, const NameRecord* b) {
      return image.Text(a->name) < image.Text(b->name);
    });
  }
  return names;
}

const std::vector<std::vector<const NameRecord*>>& PinnedNamesOf(const tokentra_catalog& catalog) {
  std::call_once(catalog.pinned_once,
                 [&] { catalog.pinned_names = PinnedNames(catalog.catalog->image()); });
  return catalog.pinned_names;
}

}  // namespace

extern "C" {

tokentra_status tokentra_catalog_open_builtin(tokentra_catalog** catalog, tokentra_error** error) {
  return Guard(error, [&]() -> absl::Status {
    if (catalog == nullptr) return NullArgument("catalog");
    auto opened = std::make_unique<tokentra_catalog>();
    opened->catalog = tokentra::Catalog::Builtin();
    *catalog = opened.release();
    return absl::OkStatus();
  });
}

tokentra_status tokentra_catalog_overlay(const tokentra_catalog* base, tokentra_text json,
                                         tokentra_text file, tokentra_catalog** catalog,
                                         tokentra_error** error) {
  return Guard(error, [&]() -> absl::Status {
    if (base == nullptr) return NullArgument("base");
    if (catalog == nullptr) return NullArgument("catalog");
    absl::Status status = CheckText("json", json);
    if (status.ok()) status = CheckText("file", file);
    if (!status.ok()) return status;
    const std::string_view name = file.size == 0 ? std::string_view("overlay") : View(file);
    auto made = std::make_unique<tokentra_catalog>();
    absl::StatusOr<std::shared_ptr<const tokentra::Catalog>> laid =
        tokentra::LayOverlay(*base->catalog, View(json), name);
    if (!laid.ok()) return laid.status();
    made->catalog = *std::move(laid);
    *catalog = made.release();
    return absl::OkStatus();
  });
}

size_t tokentra_catalog_overlay_count(const tokentra_catalog* catalog) {
  return catalog == nullptr ? 0 : catalog->catalog->overlay_count();
}

tokentra_text tokentra_catalog_overlay_name(const tokentra_catalog* catalog, size_t index) {
  if (index >= tokentra_catalog_overlay_count(catalog)) return {nullptr, 0};
  return Text(catalog->catalog->overlay(index));
}

void tokentra_catalog_free(tokentra_catalog* catalog) { delete catalog; }

tokentra_text tokentra_catalog_digest(const tokentra_catalog* catalog) {
  if (catalog == nullptr) return {nullptr, 0};
  return Text(catalog->catalog->digest());
}

tokentra_text tokentra_catalog_as_of(const tokentra_catalog* catalog) {
  if (catalog == nullptr) return {nullptr, 0};
  return Text(catalog->catalog->as_of());
}

size_t tokentra_catalog_provider_count(const tokentra_catalog* catalog) {
  return catalog == nullptr ? 0 : catalog->catalog->image().providers.size();
}

tokentra_text tokentra_catalog_provider(const tokentra_catalog* catalog, size_t index) {
  if (index >= tokentra_catalog_provider_count(catalog)) return {nullptr, 0};
  return Text(catalog->catalog->ProviderId(static_cast<std::uint32_t>(index)));
}

size_t tokentra_catalog_model_count(const tokentra_catalog* catalog, size_t provider_index) {
  if (provider_index >= tokentra_catalog_provider_count(catalog)) return 0;
  try {
    return catalog->catalog->image().providers[provider_index].models.count +
           PinnedNamesOf(*catalog)[provider_index].size();
  } catch (...) {
    return catalog->catalog->image().providers[provider_index].models.count;
  }
}

tokentra_status tokentra_catalog_model_at(const tokentra_catalog* catalog, size_t provider_index,
                                          size_t model_index, tokentra_model* model,
                                          size_t model_size, tokentra_error** error) {
  return Guard(error, [&]() -> absl::Status {
    if (catalog == nullptr) return NullArgument("catalog");
    const CatalogImage& image = catalog->catalog->image();
    absl::Status status = CheckIndex("provider_index", provider_index, image.providers.size());
    if (!status.ok()) return status;
    const ProviderRecord& provider = image.providers[provider_index];
    const auto& pinned = PinnedNamesOf(*catalog)[provider_index];
    status = CheckIndex("model_index", model_index, provider.models.count + pinned.size());
    if (!status.ok()) return status;
    tokentra_model out = {};
    const bool is_alias = model_index >= provider.models.count;
    const std::size_t index = is_alias ? pinned[model_index - provider.models.count]->model
                                       : provider.models.begin + model_index;
    const tokentra::ModelRecord& record = image.models[index];
    out.canonical = Text(image.Text(record.id));
    out.id = is_alias ? Text(image.Text(pinned[model_index - provider.models.count]->name))
                      : out.canonical;
    out.price_rows = record.rows.count;
    out.flags = (record.deprecated != 0 ? TOKENTRA_MODEL_DEPRECATED : 0u) |
                (record.rows.count != 0 ? TOKENTRA_MODEL_PRICED : 0u) |
                (is_alias ? TOKENTRA_MODEL_ALIAS : 0u) |
                (record.forbidden != 0 ? TOKENTRA_MODEL_FORBIDDEN : 0u);
    return WriteSized("model", out, model, model_size);
  });
}

}  // extern "C"
