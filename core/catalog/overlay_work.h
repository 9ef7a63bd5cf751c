// A catalog while an overlay is laid over it: what is changed stands in full rows, the rest is
// referred to by its place in the base image.
//
// Internal to core/catalog. Thread: one object, one thread. Ownership: the base outlives it.

#ifndef TOKENTRA_CORE_CATALOG_OVERLAY_WORK_H_
#define TOKENTRA_CORE_CATALOG_OVERLAY_WORK_H_

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/catalog/expand.h"
#include "core/catalog/image.h"
#include "core/catalog/image_builder.h"
#include "core/catalog/restore.h"
#include "core/catalog/source.h"

namespace tokentra {

struct WorkModel {
  std::uint32_t base = 0;         // in the base image, unless `full` stands
  std::optional<FullModel> full;  // changed, or new
};

struct WorkProvider {
  std::optional<std::uint32_t> base;     // in the base image
  std::optional<SourceProvider> fields;  // new or changed; its models are not looked at
  std::vector<WorkModel> models;
};

class OverlayWork {
 public:
  explicit OverlayWork(const CatalogImage& base);

  // By id; null when there is none.
  WorkProvider* FindProvider(std::string_view id);
  std::map<std::string, WorkProvider, std::less<>>& providers() { return providers_; }

  std::string_view IdOf(const WorkModel& model) const;
  // By id; else, with `names`, by an alias that holds always. Null when there is none.
  WorkModel* FindModel(WorkProvider& provider, std::string_view id, bool names);

  // At any time.
  bool HasAlias(const WorkModel& model, std::string_view id) const;

  // For writing: restored from the base when it is not in full yet.
  FullModel& Full(WorkModel& model);
  SourceProvider& Fields(WorkProvider& provider);

  // `, nearest is "x"` among the providers, or the models of one.
  std::string NearestProvider(std::string_view id) const;
  std::string NearestModel(const WorkProvider& provider, std::string_view id) const;

  absl::StatusOr<OwnedImage> Build(std::string_view overlay, std::string digest) const;

 private:
  template <typename Visit>
  bool AnyAlias(const WorkModel& model, std::string_view id, const Visit& visit) const;

  const CatalogImage& base_;
  const ModelNames names_;
  std::map<std::string, WorkProvider, std::less<>> providers_;  // by id
};

}  // namespace tokentra

#endif  // TOKENTRA_CORE_CATALOG_OVERLAY_WORK_H_
