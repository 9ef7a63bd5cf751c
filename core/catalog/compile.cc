#include "core/catalog/compile.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/base/text.h"
#include "core/catalog/expand.h"
#include "core/catalog/image_builder.h"
#include "core/catalog/magnitude.h"

namespace tokentra {

absl::StatusOr<OwnedImage> CompileCatalog(std::vector<SourceProvider> providers) {
  std::sort(providers.begin(), providers.end(),
            [](const SourceProvider& a, const SourceProvider& b) { return a.id < b.id; });
  ImageBuilder builder;
  const SourceProvider* previous = nullptr;
  for (const SourceProvider& provider : providers) {
    if (previous != nullptr && previous->id == provider.id) {
      return absl::InvalidArgumentError(absl::StrCat(provider.file, ": provider ",
                                                     Quote(provider.id), " is also described by ",
                                                     previous->file));
    }
    previous = &provider;
    TOKENTRA_RETURN_IF_ERROR(CheckMagnitudes(provider.models, {}));
    TOKENTRA_RETURN_IF_ERROR(builder.BeginProvider(provider));
    for (const SourceModel& source : provider.models) {
      TOKENTRA_ASSIGN_OR_RETURN(const FullModel model, ExpandModel(source));
      TOKENTRA_RETURN_IF_ERROR(builder.AddModel(model));
    }
  }
  return builder.Finish();
}

}  // namespace tokentra
