#include "core/catalog/restore.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "core/base/text.h"

namespace tokentra {
namespace {

std::string Own(const CatalogImage& image, TextRef text) { return std::string(image.Text(text)); }

std::map<std::string, std::string> MapOf(const CatalogImage& image, IndexRange conditions) {
  std::map<std::string, std::string> map;
  for (const ConditionRecord& record : CatalogImage::Slice(image.conditions, conditions)) {
    map.emplace(image.Text(record.name), image.Text(record.value));
  }
  return map;
}

SourceRate RateOf(const CatalogImage& image, const RateRecord& record) {
  SourceRate rate;
  rate.rate = {*Money::FromWords(record.amount_lo, record.amount_hi), record.per};
  rate.text = Own(image, record.amount);
  const OriginRecord& origin = image.origins[record.origin];
  rate.overlay = Own(image, origin.overlay);
  rate.note = Own(image, origin.note);
  return rate;
}

SourceConditions ConditionsOf(const CatalogImage& image, const RowRecord& row) {
  SourceConditions conditions;
  if (row.tier != 0) conditions.service_tier = image.ServiceTier(row);
  if (row.batch != 0) conditions.batch = true;
  if (row.region != kNoRegion) {
    const IndexRange regions = image.providers[image.models[row.model].provider].regions;
    conditions.region = SourceRegion{Own(image, image.regions[regions.begin + row.region].name),
                                     row.region_not != 0};
  }
  if (row.hours != 0) {
    const HoursRecord& record = image.hours[row.hours];
    SourceHours hours;
    hours.same_day = record.same_day;
    hours.next_day = record.next_day;
    hours.offset_quarters = record.offset_quarters;
    const auto except = CatalogImage::Slice(image.days, record.except);
    hours.except.assign(except.begin(), except.end());
    hours.text = Own(image, record.text);
    conditions.hours = std::move(hours);
  }
  conditions.named = MapOf(image, image.condition_sets[row.conditions]);
  return conditions;
}

FullRow RowOf(const CatalogImage& image, const RowRecord& record) {
  FullRow row;
  const IntervalRecord& interval = image.Interval(record);
  row.interval = {interval.from, interval.until};
  row.conditions = ConditionsOf(image, record);
  row.bands = image.Bands(record);
  for (std::size_t i = 0; i < record.rate_count; ++i) {
    const RateRecord& rate = image.Rate(record, i);
    row.rates[rate.meter] = RateOf(image, rate);
    if (rate.rule == 0) continue;
    const RuleRecord& rule = image.rules[rate.rule];
    row.billed[rate.meter] = {rule.minimum, rule.step, rule.included};
  }
  row.free = record.free != 0;
  row.as_of = image.AsOf(record);
  if (!image.Evidence(record).empty()) row.evidence.emplace_back(image.Evidence(record));
  row.source = image.Source(record);
  row.overlay = image.Overlay(record);
  row.id = image.RowId(record);
  row.shape = image.shapes[record.shape];
  row.where = absl::StrCat("price row ", row.id, " of model ",
                           Quote(image.Text(image.models[record.model].id)));
  return row;
}

}  // namespace

ModelNames NamesByModel(const CatalogImage& image) {
  ModelNames names(image.models.size());
  for (std::uint32_t i = 0; i < image.names.size(); ++i) {
    const NameRecord& record = image.names[i];
    if (record.kind != NameKind::kId && record.kind != NameKind::kAlias) continue;
    std::vector<std::uint32_t>& of_model = names[record.model];
    of_model.push_back(i);
    if (record.kind == NameKind::kId) std::swap(of_model.front(), of_model.back());
  }
  return names;
}

SourceProvider RestoreProvider(const CatalogImage& image, std::uint32_t provider) {
  const ProviderRecord& record = image.providers[provider];
  SourceProvider source;
  source.id = Own(image, record.id);
  source.name = Own(image, record.name);
  source.currency = "USD";
  for (const WordRecord& word : CatalogImage::Slice(image.words, record.tier_words)) {
    source.service_tiers.emplace(image.Text(word.word), image.Text(word.meaning));
  }
  const auto regions = CatalogImage::Slice(image.regions, record.regions);
  for (const RegionRecord& region : regions) {
    source.regions.emplace_back(
        image.Text(region.name),
        region.parent == kNoRegion ? std::string_view() : image.Text(regions[region.parent].name));
  }
  source.defaults = MapOf(image, record.defaults);
  source.normalize = static_cast<std::uint8_t>(record.normalize);
  source.indicative = record.indicative != 0;
  source.file = absl::StrCat("provider ", Quote(source.id));
  return source;
}

FullModel RestoreModel(const CatalogImage& image, std::uint32_t model, const ModelNames& names) {
  const ModelRecord& record = image.models[model];
  FullModel full;
  full.id = Own(image, record.id);
  full.where = absl::StrCat("model ", Quote(full.id));
  full.deprecated = record.deprecated != 0;
  full.dated_snapshots = record.dated_snapshots != 0;
  const OriginRecord& forbidden = image.origins[record.forbidden];
  full.forbidden_by = Own(image, forbidden.overlay);
  full.forbidden_why = Own(image, forbidden.note);
  for (const std::uint32_t index : names[model]) {
    const NameRecord& name = image.names[index];
    if (name.kind != NameKind::kAlias) continue;
    const NameTermsRecord& terms = image.name_terms[name.terms];
    full.aliases.push_back({Own(image, name.name),
                            {terms.interval.from, terms.interval.until},
                            MapOf(image, terms.pins)});
  }
  for (const PatternRecord& pattern :
       CatalogImage::Slice(image.patterns, image.providers[record.provider].patterns)) {
    if (pattern.model == model) full.patterns.push_back(Own(image, pattern.pattern));
  }
  for (const RowRecord& row : CatalogImage::Slice(image.rows, record.rows)) {
    full.rows.push_back(RowOf(image, row));
  }
  return full;
}

}  // namespace tokentra
