#include "core/catalog/overlay_work.h"

#include <algorithm>
#include <utility>

#include "core/base/status_macros.h"
#include "core/base/text.h"

namespace tokentra {

OverlayWork::OverlayWork(const CatalogImage& base) : base_(base), names_(NamesByModel(base)) {
  for (std::uint32_t i = 0; i < base.providers.size(); ++i) {
    WorkProvider provider;
    provider.base = i;
    const IndexRange models = base.providers[i].models;
    for (std::uint32_t at = 0; at < models.count; ++at) {
      provider.models.push_back({models.begin + at, std::nullopt});
    }
    providers_.emplace(base.Text(base.providers[i].id), std::move(provider));
  }
}

WorkProvider* OverlayWork::FindProvider(std::string_view id) {
  const auto found = providers_.find(id);
  return found == providers_.end() ? nullptr : &found->second;
}

std::string_view OverlayWork::IdOf(const WorkModel& model) const {
  return model.full.has_value() ? std::string_view(model.full->id)
                                : base_.Text(base_.models[model.base].id);
}

// Calls `visit` with the interval of each alias `id` of the model until that returns true.
template <typename Visit>
bool OverlayWork::AnyAlias(const WorkModel& model, std::string_view id, const Visit& visit) const {
  if (model.full.has_value()) {
    const auto& aliases = model.full->aliases;
    return std::any_of(aliases.begin(), aliases.end(), [&](const SourceAlias& alias) {
      return alias.id == id && visit(IntervalRecord{alias.interval.from, alias.interval.until});
    });
  }
  const std::vector<std::uint32_t>& names = names_[model.base];
  return std::any_of(names.begin(), names.end(), [&](std::uint32_t at) {
    const NameRecord& name = base_.names[at];
    return name.kind == NameKind::kAlias && base_.Text(name.name) == id &&
           visit(base_.name_terms[name.terms].interval);
  });
}

bool OverlayWork::HasAlias(const WorkModel& model, std::string_view id) const {
  return AnyAlias(model, id, [](const IntervalRecord&) { return true; });
}

WorkModel* OverlayWork::FindModel(WorkProvider& provider, std::string_view id, bool names) {
  for (WorkModel& model : provider.models) {
    if (IdOf(model) == id) return &model;
  }
  if (!names) return nullptr;
  for (WorkModel& model : provider.models) {
    const auto holds_always = [](const IntervalRecord& interval) { return !interval.IsBounded(); };
    if (AnyAlias(model, id, holds_always)) return &model;
  }
  return nullptr;
}

FullModel& OverlayWork::Full(WorkModel& model) {
  if (!model.full.has_value()) model.full = RestoreModel(base_, model.base, names_);
  return *model.full;
}

SourceProvider& OverlayWork::Fields(WorkProvider& provider) {
  if (!provider.fields.has_value()) provider.fields = RestoreProvider(base_, *provider.base);
  return *provider.fields;
}

std::string OverlayWork::NearestProvider(std::string_view id) const {
  std::vector<std::string_view> ids;
  for (const auto& [known, provider] : providers_) ids.push_back(known);
  return NearestHint(id, ids);
}

std::string OverlayWork::NearestModel(const WorkProvider& provider, std::string_view id) const {
  std::vector<std::string_view> ids;
  for (const WorkModel& model : provider.models) ids.push_back(IdOf(model));
  return NearestHint(id, ids);
}

absl::StatusOr<OwnedImage> OverlayWork::Build(std::string_view overlay, std::string digest) const {
  ImageBuilder builder(base_);
  builder.AddOverlay(overlay);
  for (const auto& [id, provider] : providers_) {
    if (provider.fields.has_value()) {
      TOKENTRA_RETURN_IF_ERROR(builder.BeginProvider(*provider.fields));
    } else {
      builder.CopyProvider(*provider.base);
    }
    for (const WorkModel& model : provider.models) {
      if (model.full.has_value()) {
        TOKENTRA_RETURN_IF_ERROR(builder.AddModel(*model.full));
      } else {
        builder.CopyModel(model.base);
      }
    }
  }
  return builder.Finish(std::move(digest));
}

}  // namespace tokentra
