#include "core/catalog/overlay.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/sha256.h"
#include "core/base/status_macros.h"
#include "core/base/text.h"
#include "core/catalog/magnitude.h"
#include "core/catalog/overlay_source.h"
#include "core/catalog/overlay_work.h"
#include "core/catalog/rate_change.h"

namespace tokentra {
namespace {

absl::Status ErrorAt(std::string_view where, std::string_view problem) {
  return absl::InvalidArgumentError(absl::StrCat(where, " ", problem));
}

std::optional<Interval> Intersect(const Interval& a, const Interval& b) {
  const Interval both{std::max(a.from, b.from), std::min(a.until, b.until)};
  if (both.from >= both.until) return std::nullopt;
  return both;
}

bool IsSame(const Interval& a, const Interval& b) { return a.from == b.from && a.until == b.until; }

// The parts of `item` outside `interval`, each with its own interval; a row cut loses its id.
template <typename Item, typename Change>
void AppendOutside(const Item& item, const Interval& interval, const Change& changed,
                   std::vector<Item>& out) {
  const std::optional<Interval> both = Intersect(item.interval, interval);
  if (!both.has_value()) {
    out.push_back(item);
    return;
  }
  for (const Interval& rest :
       {Interval{item.interval.from, both->from}, Interval{both->until, item.interval.until}}) {
    if (rest.from >= rest.until) continue;
    Item part = item;
    part.interval = rest;
    changed(part);
    out.push_back(std::move(part));
  }
}

void ForgetId(FullRow& row) { row.id.clear(); }

void AddName(std::string_view name, std::string& overlays) {
  if (overlays.ends_with(name)) return;  // names are distinct in one stack
  absl::StrAppend(&overlays, overlays.empty() ? "" : ", ", name);
}

class Applier {
 public:
  Applier(const CatalogImage& base, const SourceOverlay& overlay)
      : base_(base), overlay_(overlay), work_(base) {}

  absl::StatusOr<OwnedImage> Apply() {
    for (const OverlayChange& change : overlay_.changes) {
      TOKENTRA_RETURN_IF_ERROR(ApplyOne(change));
    }
    return work_.Build(overlay_.name, Sha256::Hex(absl::StrCat("tokentra overlay 1\n", base_.digest,
                                                               "\n", overlay_.digest)));
  }

 private:
  absl::Status ApplyOne(const OverlayChange& change) {
    switch (change.action) {
      case OverlayAction::kAdd:
        return Add(change);
      case OverlayAction::kReplace:
        return Replace(change);
      case OverlayAction::kForbid:
        return Forbid(change);
      case OverlayAction::kAlias:
        return Alias(change);
      case OverlayAction::kDiscount:
        return Discount(change);
    }
    return absl::OkStatus();
  }

  absl::StatusOr<WorkProvider*> Provider(const OverlayChange& change) {
    WorkProvider* provider = work_.FindProvider(change.provider);
    if (provider != nullptr) return provider;
    return ErrorAt(change.where, absl::StrCat("names the unknown provider ", Quote(change.provider),
                                              work_.NearestProvider(change.provider)));
  }

  absl::StatusOr<WorkModel*> Model(const OverlayChange& change, WorkProvider& provider,
                                   std::string_view id) {
    WorkModel* model = work_.FindModel(provider, id, true);
    if (model != nullptr) return model;
    return ErrorAt(change.where, absl::StrCat("names the unknown model ", Quote(id), " of ",
                                              change.provider, work_.NearestModel(provider, id)));
  }

  // The models a change selects, all when it names none.
  absl::StatusOr<std::vector<WorkModel*>> Selected(const OverlayChange& change,
                                                   WorkProvider& provider) {
    std::vector<WorkModel*> models;
    if (change.models.empty()) {
      for (WorkModel& model : provider.models) models.push_back(&model);
    }
    for (const std::string& id : change.models) {
      absl::StatusOr<WorkModel*> model = Model(change, provider, id);
      if (!model.ok()) return model.status();
      models.push_back(*model);
    }
    return models;
  }

  absl::Status CheckMagnitudesOf(const OverlayChange& change, const WorkProvider& provider) const {
    return CheckMagnitudes(change.source.models, provider.base.has_value()
                                                     ? MagnitudesOf(base_, *provider.base)
                                                     : KnownMagnitudes());
  }

  // What a model of the overlay brings, its rows under the overlay's name.
  absl::StatusOr<FullModel> Expand(const SourceModel& source) const {
    absl::StatusOr<FullModel> full = ExpandModel(source);
    if (!full.ok()) return full.status();
    for (FullRow& row : full->rows) row.overlay = overlay_.name;
    return full;
  }

  // Fields of a provider that is there already may grow, not change.
  absl::Status Extend(const OverlayChange& change, WorkProvider& provider) {
    SourceProvider& fields = work_.Fields(provider);
    const SourceProvider& added = change.source;
    if (!added.name.empty() || added.normalize != 0 || added.indicative) {
      return ErrorAt(change.where,
                     absl::StrCat("states name, normalize or indicative of ", Quote(added.id),
                                  ", which the catalog has already"));
    }
    const auto grow = [&](std::string_view what, const auto& from, auto& to) -> absl::Status {
      for (const auto& [name, value] : from) {
        const auto found = to.find(name);
        if (found != to.end() && found->second != value) {
          return ErrorAt(change.where, absl::StrCat(what, ".", name, " is ", Quote(found->second),
                                                    " already, not ", Quote(value)));
        }
        to.emplace(name, value);
      }
      return absl::OkStatus();
    };
    TOKENTRA_RETURN_IF_ERROR(grow("service_tiers", added.service_tiers, fields.service_tiers));
    TOKENTRA_RETURN_IF_ERROR(grow("defaults", added.defaults, fields.defaults));
    std::map<std::string, std::string> nodes(fields.regions.begin(), fields.regions.end());
    const std::map<std::string, std::string> before = nodes;
    TOKENTRA_RETURN_IF_ERROR(
        grow("regions", std::map(added.regions.begin(), added.regions.end()), nodes));
    for (const auto& region : added.regions) {
      if (!before.contains(region.first)) fields.regions.push_back(region);
    }
    fields.file = change.where;
    return absl::OkStatus();
  }

  absl::Status Add(const OverlayChange& change) {
    WorkProvider* provider = work_.FindProvider(change.provider);
    if (provider == nullptr) {
      WorkProvider fresh;
      fresh.fields = change.source;
      fresh.fields->models.clear();
      if (fresh.fields->name.empty()) fresh.fields->name = change.provider;
      provider = &work_.providers().emplace(change.provider, std::move(fresh)).first->second;
    } else if (change.has_fields) {
      TOKENTRA_RETURN_IF_ERROR(Extend(change, *provider));
    }
    TOKENTRA_RETURN_IF_ERROR(CheckMagnitudesOf(change, *provider));
    for (const SourceModel& source : change.source.models) {
      TOKENTRA_ASSIGN_OR_RETURN(FullModel added, Expand(source));
      WorkModel* there = work_.FindModel(*provider, source.id, false);
      if (there == nullptr) {
        provider->models.push_back({0, std::move(added)});
        continue;
      }
      FullModel& model = work_.Full(*there);
      model.rows.insert(model.rows.end(), added.rows.begin(), added.rows.end());
      if (!added.rows.empty()) Allow(model);
      AddNames(added, model);
    }
    return absl::OkStatus();
  }

  static void Allow(FullModel& model) {
    model.forbidden_by.clear();
    model.forbidden_why.clear();
  }

  static void AddNames(const FullModel& from, FullModel& to) {
    to.where = from.where;
    to.aliases.insert(to.aliases.end(), from.aliases.begin(), from.aliases.end());
    to.patterns.insert(to.patterns.end(), from.patterns.begin(), from.patterns.end());
    to.deprecated = to.deprecated || from.deprecated;
    to.dated_snapshots = to.dated_snapshots && from.dated_snapshots;
  }

  // Everything the provider has goes, its names as well; tiers, regions and normaliser stay.
  absl::Status ReplaceWhole(const OverlayChange& change) {
    WorkProvider* provider = work_.FindProvider(change.provider);
    if (provider == nullptr) return Add(change);
    TOKENTRA_RETURN_IF_ERROR(CheckMagnitudes(change.source.models, {}));
    provider->models.clear();
    for (const SourceModel& source : change.source.models) {
      TOKENTRA_ASSIGN_OR_RETURN(FullModel added, Expand(source));
      provider->models.push_back({0, std::move(added)});
    }
    return absl::OkStatus();
  }

  absl::Status Replace(const OverlayChange& change) {
    if (change.whole) return ReplaceWhole(change);
    absl::StatusOr<WorkProvider*> provider = Provider(change);
    if (!provider.ok()) return provider.status();
    TOKENTRA_RETURN_IF_ERROR(CheckMagnitudesOf(change, **provider));
    for (const SourceModel& source : change.source.models) {
      WorkModel* there = work_.FindModel(**provider, source.id, false);
      if (there == nullptr) {
        return ErrorAt(absl::StrCat(source.where, ".id"),
                       absl::StrCat("is the unknown model ", Quote(source.id), " of ",
                                    change.provider, work_.NearestModel(**provider, source.id)));
      }
      TOKENTRA_ASSIGN_OR_RETURN(const FullModel added, Expand(source));
      FullModel& model = work_.Full(*there);
      std::vector<FullRow> rows;
      for (const FullRow& row : model.rows) AppendOutside(row, change.interval, ForgetId, rows);
      const std::size_t kept = rows.size();
      for (const FullRow& row : added.rows) {
        const std::optional<Interval> interval = Intersect(row.interval, change.interval);
        if (!interval.has_value()) continue;
        rows.push_back(row);
        rows.back().interval = *interval;
      }
      if (rows.size() == kept) {
        return ErrorAt(source.where, "has no price row within from and until of the replacement");
      }
      model.rows = std::move(rows);
      Allow(model);
      AddNames(added, model);
    }
    return absl::OkStatus();
  }

  absl::Status Forbid(const OverlayChange& change) {
    absl::StatusOr<WorkProvider*> provider = Provider(change);
    if (!provider.ok()) return provider.status();
    absl::StatusOr<std::vector<WorkModel*>> models = Selected(change, **provider);
    if (!models.ok()) return models.status();
    for (WorkModel* selected : *models) {
      FullModel& model = work_.Full(*selected);
      model.rows.clear();
      model.forbidden_by = overlay_.name;
      model.forbidden_why = change.reason;
    }
    return absl::OkStatus();
  }

  // An alias of that name gives way for the interval; an id or nothing but names never does.
  absl::Status Alias(const OverlayChange& change) {
    absl::StatusOr<WorkProvider*> provider = Provider(change);
    if (!provider.ok()) return provider.status();
    absl::StatusOr<WorkModel*> target = Model(change, **provider, change.models[0]);
    if (!target.ok()) return target.status();
    const SourceAlias& added = change.alias;
    if (work_.FindModel(**provider, added.id, false) != nullptr) {
      return ErrorAt(change.where, absl::StrCat("id ", Quote(added.id),
                                                " is the id of a model, which no alias can take"));
    }
    for (WorkModel& other : (*provider)->models) {
      if (!work_.HasAlias(other, added.id)) continue;
      std::vector<SourceAlias> rest;
      for (const SourceAlias& alias : work_.Full(other).aliases) {
        if (alias.id == added.id) {
          AppendOutside(
              alias, added.interval, [](SourceAlias&) {}, rest);
        } else {
          rest.push_back(alias);
        }
      }
      work_.Full(other).aliases = std::move(rest);
    }
    FullModel& model = work_.Full(**target);
    model.where = change.where;
    model.aliases.push_back(added);
    return absl::OkStatus();
  }

  bool Selects(const OverlayChange& change, MeterId meter, const SourceRate& rate) const {
    if (!rate.stated || rate.rate.amount.attos() == 0) return false;
    return change.meters.empty() ||
           std::find(change.meters.begin(), change.meters.end(), meter) != change.meters.end();
  }

  absl::Status Reduce(const OverlayChange& change, std::string_view where, SourceRate& rate) const {
    const std::optional<Rate> reduced = change.is_percent
                                            ? ScaleRate(rate.rate, change.factor)
                                            : SubtractRate(rate.rate, change.off.rate);
    if (!reduced.has_value()) {
      return ErrorAt(change.where,
                     absl::StrCat("cannot be taken off ", rate.text, " of ", where, " exactly"));
    }
    absl::StrAppend(&rate.note, rate.note.empty() ? "" : "; ",
                    change.is_percent ? absl::StrCat(change.percent, " %")
                                      : absl::StrCat(change.off.text, " / ", change.off.rate.per),
                    " off ", rate.text, change.off.note.empty() ? "" : " (", change.off.note,
                    change.off.note.empty() ? "" : ")", change.reason.empty() ? "" : ": ",
                    change.reason);
    AddName(overlay_.name, rate.overlay);
    rate.rate = *reduced;
    rate.text = reduced->amount.ToString();
    return absl::OkStatus();
  }

  absl::StatusOr<bool> DiscountModel(const OverlayChange& change, WorkModel& selected) {
    bool any = false;
    FullModel& model = work_.Full(selected);
    std::vector<FullRow> rows;
    for (const FullRow& row : model.rows) {
      const std::optional<Interval> both = Intersect(row.interval, change.interval);
      const bool hit =
          both.has_value() && std::any_of(row.rates.begin(), row.rates.end(), [&](const auto& one) {
            return Selects(change, one.first, one.second);
          });
      if (!hit) {
        rows.push_back(row);
        continue;
      }
      any = true;
      if (!IsSame(*both, row.interval)) AppendOutside(row, change.interval, ForgetId, rows);
      FullRow reduced = row;
      reduced.interval = *both;
      ForgetId(reduced);
      AddName(overlay_.name, reduced.overlay);
      for (auto& [meter, rate] : reduced.rates) {
        if (!Selects(change, meter, rate)) continue;
        TOKENTRA_RETURN_IF_ERROR(Reduce(change, row.where, rate));
      }
      rows.push_back(std::move(reduced));
    }
    model.rows = std::move(rows);
    return any;
  }

  absl::Status Discount(const OverlayChange& change) {
    std::vector<WorkProvider*> providers;
    if (change.provider.empty()) {
      for (auto& [id, provider] : work_.providers()) providers.push_back(&provider);
    } else {
      absl::StatusOr<WorkProvider*> provider = Provider(change);
      if (!provider.ok()) return provider.status();
      providers.push_back(*provider);
    }
    bool any = false;
    for (WorkProvider* provider : providers) {
      absl::StatusOr<std::vector<WorkModel*>> models = Selected(change, *provider);
      if (!models.ok()) return models.status();
      for (WorkModel* model : *models) {
        absl::StatusOr<bool> hit = DiscountModel(change, *model);
        if (!hit.ok()) return hit.status();
        any = any || *hit;
      }
    }
    if (any) return absl::OkStatus();
    return ErrorAt(change.where, "meets no rate: nothing would be discounted");
  }

  const CatalogImage& base_;
  const SourceOverlay& overlay_;
  OverlayWork work_;
};

}  // namespace

absl::StatusOr<std::shared_ptr<const Catalog>> LayOverlay(const Catalog& base,
                                                          std::string_view json,
                                                          std::string_view file) {
  absl::StatusOr<SourceOverlay> overlay = ReadOverlay(json, file);
  if (!overlay.ok()) return overlay.status();
  const CatalogImage& image = base.image();
  if (image.overlays.size() >= kOverlaysMax) {
    return absl::ResourceExhaustedError(absl::StrCat(file, ": the catalog has ",
                                                     image.overlays.size(), " overlays already, ",
                                                     kOverlaysMax, " at most"));
  }
  for (const TextRef name : image.overlays) {
    if (image.Text(name) != overlay->name) continue;
    return absl::InvalidArgumentError(absl::StrCat(file, ": overlay ", Quote(overlay->name),
                                                   " is laid over this catalog already"));
  }
  absl::StatusOr<OwnedImage> built = Applier(image, *overlay).Apply();
  if (!built.ok()) return built.status();
  return Catalog::FromImage(*std::move(built));
}

}  // namespace tokentra
