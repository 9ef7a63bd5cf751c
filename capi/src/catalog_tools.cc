// Catalog: import lists, check files, figures, differences.

#include "core/catalog/diff.h"

#include <optional>

#include "core/base/json.h"
#include "core/base/text.h"
#include "core/catalog/compile.h"
#include "core/catalog/overlay.h"
#include "core/catalog/overlay_source.h"
#include "core/catalog/stats.h"
#include "core/exchange/price_list.h"
#include "handles.h"

using tokentra::capi::CheckIndex;
using tokentra::capi::CheckText;
using tokentra::capi::Guard;
using tokentra::capi::NullArgument;
using tokentra::capi::Text;
using tokentra::capi::View;
using tokentra::capi::WriteSized;

namespace {

absl::Status CheckTexts(
    std::initializer_list<std::pair<std::string_view, tokentra_text>> arguments) {
  for (const auto& [name, text] : arguments) {
    if (absl::Status status = CheckText(name, text); !status.ok()) return status;
  }
  return absl::OkStatus();
}

// A provider file states its provider at the top; an overlay its name.
bool IsProviderFile(std::string_view json) {
  absl::StatusOr<tokentra::Json> parsed = tokentra::ParseJson(json, "");
  if (!parsed.ok()) return false;
  const tokentra::JsonGuard guard(*parsed);
  return parsed->is_object() && parsed->contains("provider");
}

absl::StatusOr<std::shared_ptr<const tokentra::Catalog>> CompileOne(std::string_view json,
                                                                    std::string_view file) {
  absl::StatusOr<tokentra::SourceProvider> provider = tokentra::ReadProvider(json, file);
  if (!provider.ok()) return provider.status();
  std::vector<tokentra::SourceProvider> providers;
  providers.push_back(*std::move(provider));
  absl::StatusOr<tokentra::OwnedImage> image = tokentra::CompileCatalog(std::move(providers));
  if (!image.ok()) return image.status();
  return tokentra::Catalog::FromImage(*std::move(image));
}

std::int64_t InstantOf(const std::string& date) {
  return tokentra::ParseInstant(absl::StrCat(date, "T00:00:00Z")).value_or(TOKENTRA_NO_INSTANT);
}

}  // namespace

extern "C" {

tokentra_status tokentra_overlay_import(tokentra_text format, tokentra_text list,
                                        tokentra_text name, tokentra_text as_of,
                                        tokentra_document** overlay, tokentra_document** report,
                                        tokentra_error** error) {
  return Guard(error, [&]() -> absl::Status {
    if (overlay == nullptr) return NullArgument("overlay");
    if (report == nullptr) return NullArgument("report");
    absl::Status status =
        CheckTexts({{"format", format}, {"list", list}, {"name", name}, {"as_of", as_of}});
    if (!status.ok()) return status;
    absl::StatusOr<tokentra::ImportedList> imported =
        tokentra::ImportPriceList(View(format), View(list), View(name), View(as_of));
    if (!imported.ok()) return imported.status();
    auto document = std::make_unique<tokentra_document>();
    document->text = std::move(imported->overlay);
    *report = new tokentra_document{std::move(imported->report)};
    *overlay = document.release();
    return absl::OkStatus();
  });
}

tokentra_status tokentra_catalog_check(const tokentra_catalog* base, tokentra_text json,
                                       tokentra_text file, tokentra_catalog** catalog,
                                       tokentra_error** error) {
  return Guard(error, [&]() -> absl::Status {
    if (base == nullptr) return NullArgument("base");
    absl::Status status = CheckTexts({{"json", json}, {"file", file}});
    if (!status.ok()) return status;
    if (json.size > tokentra::kOverlayBytesMax) {
      return absl::ResourceExhaustedError(
          absl::StrCat("json has ", json.size, " bytes, more than ", tokentra::kOverlayBytesMax));
    }
    const std::string_view name = file.size == 0 ? std::string_view("overlay") : View(file);
    absl::StatusOr<std::shared_ptr<const tokentra::Catalog>> made =
        IsProviderFile(View(json)) ? CompileOne(View(json), name)
                                   : tokentra::LayOverlay(*base->catalog, View(json), name);
    if (!made.ok()) return made.status();
    if (catalog == nullptr) return absl::OkStatus();
    auto out = std::make_unique<tokentra_catalog>();
    out->catalog = *std::move(made);
    *catalog = out.release();
    return absl::OkStatus();
  });
}

tokentra_status tokentra_catalog_stats(const tokentra_catalog* catalog, tokentra_text provider,
                                       tokentra_text stale_before,
                                       tokentra_catalog_statistics* statistics,
                                       size_t statistics_size, tokentra_error** error) {
  return Guard(error, [&]() -> absl::Status {
    if (catalog == nullptr) return NullArgument("catalog");
    absl::Status status = CheckTexts({{"provider", provider}, {"stale_before", stale_before}});
    if (!status.ok()) return status;
    std::optional<std::uint32_t> index;
    if (provider.size != 0) {
      index = catalog->catalog->FindProvider(View(provider));
      if (!index.has_value()) {
        const auto nearest = catalog->catalog->Suggest(View(provider), "", 1);
        return absl::NotFoundError(absl::StrCat(
            "provider ", tokentra::Quote(View(provider)), " is not in the catalog",
            nearest.empty() ? "" : absl::StrCat(", nearest is ", tokentra::Quote(nearest[0]))));
      }
    }
    const tokentra::CatalogStats from =
        tokentra::StatsOf(*catalog->catalog, index, View(stale_before));
    tokentra_catalog_statistics out = {};
    out.providers = from.providers;
    out.models = from.models;
    out.priced_models = from.priced_models;
    out.free_models = from.free_models;
    out.forbidden_models = from.forbidden_models;
    out.aliases = from.aliases;
    out.patterns = from.patterns;
    out.price_rows = from.price_rows;
    out.rows_with_source = from.rows_with_source;
    out.rows_from_two_lists = from.rows_from_two_lists;
    out.rows_by_overlays = from.rows_by_overlays;
    out.stale_rows = from.stale_rows;
    out.oldest_ns = InstantOf(from.oldest);
    out.newest_ns = InstantOf(from.newest);
    return WriteSized("statistics", out, statistics, statistics_size);
  });
}

tokentra_status tokentra_catalog_diff(const tokentra_catalog* before, const tokentra_catalog* after,
                                      tokentra_diff** diff, tokentra_error** error) {
  return Guard(error, [&]() -> absl::Status {
    if (before == nullptr) return NullArgument("before");
    if (after == nullptr) return NullArgument("after");
    if (diff == nullptr) return NullArgument("diff");
    *diff = new tokentra_diff{tokentra::DiffCatalogs(*before->catalog, *after->catalog)};
    return absl::OkStatus();
  });
}

void tokentra_diff_free(tokentra_diff* diff) { delete diff; }

size_t tokentra_diff_count(const tokentra_diff* diff) {
  return diff == nullptr ? 0 : diff->changes.size();
}

tokentra_status tokentra_diff_at(const tokentra_diff* diff, size_t index,
                                 tokentra_catalog_change* change, size_t change_size,
                                 tokentra_error** error) {
  return Guard(error, [&]() -> absl::Status {
    if (diff == nullptr) return NullArgument("diff");
    absl::Status status = CheckIndex("index", index, diff->changes.size());
    if (!status.ok()) return status;
    const tokentra::CatalogChange& from = diff->changes[index];
    tokentra_catalog_change out = {};
    out.provider = Text(from.provider);
    out.model = Text(from.model);
    out.what = Text(from.what);
    out.conditions = Text(from.conditions);
    out.from = Text(from.from);
    out.to = Text(from.to);
    out.kind = static_cast<std::uint32_t>(from.kind);
    return WriteSized("change", out, change, change_size);
  });
}

}  // extern "C"
