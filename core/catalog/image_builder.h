// Builds an image provider by provider: models in full rows go in, one after the other.
//
// A builder either begins empty, or with what the models of a base image share; then models and
// providers that stay as they are are copied under their numbers, and only those that change are
// laid out again. Every row gets its content id here; two rows that could both match, a rate whose
// coverage is undecided and two models that claim one name are refused.
//
// Thread: one builder, one thread. Ownership: the base outlives the builder. Cost: quadratic in the
// rows of one model, linear in models; a copied model costs its rows' bytes.

#ifndef TOKENTRA_CORE_CATALOG_IMAGE_BUILDER_H_
#define TOKENTRA_CORE_CATALOG_IMAGE_BUILDER_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/catalog/expand.h"
#include "core/catalog/image.h"
#include "core/catalog/image_tables.h"
#include "core/catalog/names.h"
#include "core/catalog/restore.h"
#include "core/catalog/source.h"

namespace tokentra {

inline constexpr std::size_t kRegionsMax = 1024;  // of one provider
inline constexpr std::size_t kRegionDepthMax = 8;
// Meters that the bands of one catalog are by, `input_tokens` counted always: a usage class holds
// an interval of each.
inline constexpr std::size_t kContextMetersMax = 4;

class ImageBuilder {
 public:
  ImageBuilder() = default;
  explicit ImageBuilder(const CatalogImage& base);

  // Providers come in ascending order of their ids. `models` of `source` are not looked at.
  absl::Status BeginProvider(const SourceProvider& source);
  void CopyProvider(std::uint32_t base_provider);

  // To the provider begun last.
  absl::Status AddModel(const FullModel& model);
  void CopyModel(std::uint32_t base_model);

  void AddOverlay(std::string_view name) { image_.overlays.push_back(tables_.Text(name)); }

  // `digest` empty: over everything that was added. The builder is empty afterwards.
  absl::StatusOr<OwnedImage> Finish(std::string digest = "");

 private:
  void BeginLists(ProviderRecord record);
  void EndProvider();
  absl::Status AddRegions(const SourceProvider& source);
  absl::Status AddRow(const FullRow& row, std::uint32_t model, const std::string& model_id);
  absl::Status SetRegion(const FullRow& row, RowRecord& record) const;
  absl::Status SetRates(const FullRow& row, RowRecord& record, std::string& content);
  absl::Status AddName(const std::string& where, std::uint32_t model, const SourceAlias& name,
                       NameKind kind);

  ImageTables tables_;
  OwnedImage& image_ = tables_.image;
  const CatalogImage* base_ = nullptr;
  ModelNames base_names_;
  std::string provider_id_;  // of the provider begun last
  std::vector<DeclaredName> names_;
  std::string canonical_;  // what the digest covers
};

}  // namespace tokentra

#endif  // TOKENTRA_CORE_CATALOG_IMAGE_BUILDER_H_
