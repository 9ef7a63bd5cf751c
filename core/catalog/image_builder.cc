#include "core/catalog/image_builder.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/sha256.h"
#include "core/base/status_macros.h"
#include "core/base/text.h"
#include "core/catalog/overlap.h"
#include "core/catalog/pattern.h"
#include "core/catalog/row_bytes.h"

namespace tokentra {
namespace {

absl::Status ErrorAt(std::string_view where, std::string_view problem) {
  return absl::InvalidArgumentError(absl::StrCat(where, ": ", problem));
}

// Canonical text of an interval end; empty when unbounded.
std::string EndText(InstantNs instant, InstantNs unbounded) {
  return instant == unbounded ? std::string() : FormatInstant(instant);
}

}  // namespace

ImageBuilder::ImageBuilder(const CatalogImage& base)
    : tables_(base), base_(&base), base_names_(NamesByModel(base)) {
  image_.as_of = base.as_of;
}

absl::Status ImageBuilder::AddRegions(const SourceProvider& provider) {
  if (provider.regions.size() > kRegionsMax) {
    return ErrorAt(provider.file, absl::StrCat("regions: ", provider.regions.size(),
                                               " are more than ", kRegionsMax));
  }
  std::map<std::string, std::uint16_t> index;
  std::size_t added = 0;
  const std::size_t begin = image_.regions.size();
  // Parents first, however the file orders them: as many rounds as the tree is deep.
  while (added < provider.regions.size()) {
    const std::size_t before = added;
    for (const auto& [node, parent] : provider.regions) {
      if (index.contains(node) || (!parent.empty() && !index.contains(parent))) continue;
      RegionRecord record;
      record.name = tables_.Text(node);
      if (!parent.empty()) {
        record.parent = index[parent];
        record.depth = static_cast<std::uint16_t>(image_.regions[begin + record.parent].depth + 1);
        if (record.depth >= kRegionDepthMax) {
          return ErrorAt(provider.file, absl::StrCat("regions: ", Quote(node), " lies deeper than ",
                                                     kRegionDepthMax));
        }
      }
      index[node] = static_cast<std::uint16_t>(added++);
      image_.regions.push_back(record);
    }
    if (added == before) {
      return ErrorAt(provider.file, "regions: a parent is unknown, or a node is its own ancestor");
    }
  }
  return absl::OkStatus();
}

absl::Status ImageBuilder::AddName(const std::string& where, std::uint32_t model,
                                   const SourceAlias& name, NameKind kind) {
  constexpr std::size_t kNameMax = 256;
  if (name.id.empty() || name.id.size() > kNameMax) {
    return ErrorAt(where, absl::StrCat("a name has 1 to ", kNameMax, " bytes"));
  }
  NameRecord record;
  record.name = tables_.Text(name.id);
  record.model = model;
  record.kind = kind;
  TOKENTRA_ASSIGN_OR_RETURN(
      record.terms, tables_.NameTerms({name.interval.from, name.interval.until}, name.pins));
  names_.push_back({record, where});
  return absl::OkStatus();
}

absl::Status ImageBuilder::SetRegion(const FullRow& row, RowRecord& record) const {
  const IndexRange range = image_.providers.back().regions;
  for (std::uint32_t i = 0; i < range.count; ++i) {
    const TextRef name = image_.regions[range.begin + i].name;
    if (std::string_view(image_.text).substr(name.offset, name.size) ==
        row.conditions.region->node) {
      record.region = static_cast<std::uint16_t>(i);
    }
  }
  if (record.region == kNoRegion) {
    return ErrorAt(row.where,
                   absl::StrCat("conditions.region: ", Quote(row.conditions.region->node),
                                " is not in the provider's regions"));
  }
  record.region_not = row.conditions.region->is_not ? 1 : 0;
  return absl::OkStatus();
}

absl::Status ImageBuilder::SetRates(const FullRow& row, RowRecord& record, std::string& content) {
  if (row.rates.size() > kRatesMax) {
    return ErrorAt(row.where, absl::StrCat("rates: more than ", kRatesMax));
  }
  ShapeRecord shape;
  if (row.shape.has_value()) {
    shape = *row.shape;
    const std::string_view bytes(reinterpret_cast<const char*>(shape.rate_of_atom.data()),
                                 shape.rate_of_atom.size());
    absl::StrAppend(&content, "cover ", absl::BytesToHexString(bytes), "\n");
  } else {
    TOKENTRA_ASSIGN_OR_RETURN(shape, CoverAtoms(row));
  }
  TOKENTRA_ASSIGN_OR_RETURN(record.shape, tables_.Shape(shape));
  std::vector<std::uint16_t> rates;
  for (const auto& [meter, rate] : row.rates) {
    if (!rate.stated) {
      absl::StrAppend(&content, FindMeter(meter)->name, " not stated\n");
      continue;
    }
    RateRecord out;
    out.amount_lo = rate.rate.amount.lo();
    out.amount_hi = rate.rate.amount.hi();
    out.per = rate.rate.per;
    out.attos_per_quantum = WholeAttosPerQuantum(rate.rate);
    RuleRecord rule;
    if (const auto stated = row.billed.find(meter); stated != row.billed.end()) {
      rule = {stated->second.minimum, stated->second.step, stated->second.included};
    }
    TOKENTRA_ASSIGN_OR_RETURN(out.rule, tables_.Rule(rule));
    out.amount = tables_.Text(rate.text);
    out.meter = meter;
    TOKENTRA_ASSIGN_OR_RETURN(out.origin, tables_.Origin(rate.overlay, rate.note));
    TOKENTRA_ASSIGN_OR_RETURN(std::uint16_t index, tables_.Rate(out));
    rates.push_back(index);
    absl::StrAppend(&content, FindMeter(meter)->name, " ", rate.rate.amount.ToString(), "/",
                    out.per, " ", rule.minimum, " ", rule.step);
    if (rule.included != 0) absl::StrAppend(&content, " ", rule.included);
    absl::StrAppend(&content, "\n");
  }
  record.rates = tables_.RateList(rates);
  record.rate_count = static_cast<std::uint8_t>(rates.size());
  for (const auto& [meter, rule] : row.billed) {
    if (!row.rates.contains(meter)) {
      return ErrorAt(row.where, absl::StrCat("billed: ", FindMeter(meter)->name, " has no rate"));
    }
  }
  return absl::OkStatus();
}

absl::Status ImageBuilder::AddRow(const FullRow& row, std::uint32_t model,
                                  const std::string& model_id) {
  RowRecord record;
  record.model = model;
  TOKENTRA_ASSIGN_OR_RETURN(record.interval,
                            tables_.Interval({row.interval.from, row.interval.until}));
  TOKENTRA_ASSIGN_OR_RETURN(record.bands, tables_.Bands(row.bands));
  record.free = row.free ? 1 : 0;
  record.batch = row.conditions.batch.value_or(false) ? 1 : 0;
  const std::string tier = row.conditions.service_tier.value_or("standard");
  TOKENTRA_ASSIGN_OR_RETURN(record.tier, tables_.Tier(tier));
  if (row.conditions.region.has_value()) TOKENTRA_RETURN_IF_ERROR(SetRegion(row, record));
  if (row.conditions.hours.has_value()) {
    TOKENTRA_ASSIGN_OR_RETURN(record.hours, tables_.Hours(*row.conditions.hours));
  }
  TOKENTRA_ASSIGN_OR_RETURN(record.conditions, tables_.ConditionSet(row.conditions.named));

  // The content id covers what a price depends on, not where it was read.
  std::string content = absl::StrCat(
      provider_id_, "\n", model_id, "\n", EndText(row.interval.from, Interval().from), "\n",
      EndText(row.interval.until, Interval().until), "\n", tier, "\n", record.batch, "\n");
  if (row.conditions.region.has_value()) {
    absl::StrAppend(&content, row.conditions.region->is_not ? "not " : "",
                    row.conditions.region->node);
  }
  absl::StrAppend(&content, "\n");
  if (row.conditions.hours.has_value()) {
    absl::StrAppend(&content, "hours ", row.conditions.hours->text, "\n");
  }
  for (const auto& [name, value] : row.conditions.named) {
    absl::StrAppend(&content, name, "=", value, "\n");
  }
  for (const BandRecord& band : row.bands) {
    if (band.meter != 0) {
      absl::StrAppend(&content, FindMeter(band.meter)->name, " ", band.min, "..", band.max, "\n");
    }
  }
  TOKENTRA_RETURN_IF_ERROR(SetRates(row, record, content));
  for (const auto& [join, target] : row.joins) {
    absl::StrAppend(&content, FindMeter(join)->name, ">", FindMeter(target)->name, "\n");
  }
  if (row.free) absl::StrAppend(&content, "free\n");
  ProvenanceRecord provenance;
  provenance.source = tables_.Text(row.source);
  provenance.as_of = tables_.Text(row.as_of);
  provenance.evidence = tables_.Text(absl::StrJoin(row.evidence, ", "));
  provenance.overlay = tables_.Text(row.overlay);
  TOKENTRA_ASSIGN_OR_RETURN(record.provenance, tables_.Provenance(provenance));
  image_.as_of = std::max(image_.as_of, row.as_of);
  image_.rows.push_back(record);
  image_.row_ids += row.id.empty() ? Sha256::Hex(content, kRowIdSize / 2) : row.id;
  absl::StrAppend(&canonical_, content, row.as_of, "\n", row.source, "\n",
                  absl::StrJoin(row.evidence, ","), "\n\n");
  return absl::OkStatus();
}

absl::Status ImageBuilder::AddModel(const FullModel& model) {
  const auto index = static_cast<std::uint32_t>(image_.models.size());
  ModelRecord record;
  record.id = tables_.Text(model.id);
  record.provider = static_cast<std::uint32_t>(image_.providers.size() - 1);
  record.deprecated = model.deprecated ? 1 : 0;
  record.dated_snapshots = model.dated_snapshots ? 1 : 0;
  TOKENTRA_ASSIGN_OR_RETURN(record.forbidden,
                            tables_.Origin(model.forbidden_by, model.forbidden_why));
  absl::StrAppend(&canonical_, provider_id_, "/", model.id, " ", record.dated_snapshots, "\n");

  TOKENTRA_RETURN_IF_ERROR(AddName(model.where, index, {model.id, Interval(), {}}, NameKind::kId));
  for (const SourceAlias& alias : model.aliases) {
    TOKENTRA_RETURN_IF_ERROR(AddName(model.where, index, alias, NameKind::kAlias));
    absl::StrAppend(&canonical_, "alias ", alias.id, " ",
                    EndText(alias.interval.from, Interval().from), " ",
                    EndText(alias.interval.until, Interval().until));
    for (const auto& [name, value] : alias.pins) {
      absl::StrAppend(&canonical_, " ", name, "=", value);
    }
    absl::StrAppend(&canonical_, "\n");
  }
  for (const std::string& pattern : model.patterns) {
    if (const absl::Status status = CheckPattern(pattern); !status.ok()) {
      return ErrorAt(model.where, status.message());
    }
    image_.patterns.push_back({tables_.Text(pattern), index});
    absl::StrAppend(&canonical_, "pattern ", pattern, "\n");
  }

  if (model.rows.size() > kModelRowsMax) {
    return ErrorAt(model.where, absl::StrCat("has ", model.rows.size(), " price rows, more than ",
                                             kModelRowsMax));
  }
  const std::size_t first = image_.rows.size();
  record.rows = {static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(model.rows.size())};
  image_.models.push_back(record);
  for (const FullRow& row : model.rows) {
    TOKENTRA_RETURN_IF_ERROR(AddRow(row, index, model.id));
  }
  const std::span<const RegionRecord> regions = CatalogImage::Slice(
      std::span<const RegionRecord>(image_.regions), image_.providers.back().regions);
  return CheckOverlaps(model.rows, std::span<const RowRecord>(image_.rows).subspan(first), regions);
}

void ImageBuilder::CopyModel(std::uint32_t base_model) {
  const auto index = static_cast<std::uint32_t>(image_.models.size());
  ModelRecord record = base_->models[base_model];
  for (const std::uint32_t name : base_names_[base_model]) {
    NameRecord copy = base_->names[name];
    copy.model = index;
    names_.push_back({copy, std::string()});
  }
  for (const PatternRecord& pattern :
       CatalogImage::Slice(base_->patterns, base_->providers[record.provider].patterns)) {
    if (pattern.model == base_model) image_.patterns.push_back({pattern.pattern, index});
  }
  const std::span<const RowRecord> rows = CatalogImage::Slice(base_->rows, record.rows);
  record.rows.begin = static_cast<std::uint32_t>(image_.rows.size());
  record.provider = static_cast<std::uint32_t>(image_.providers.size() - 1);
  image_.models.push_back(record);
  for (const RowRecord& row : rows) {
    image_.row_ids += base_->RowId(row);
    image_.rows.push_back(row);
    image_.rows.back().model = index;
  }
}

// The models and patterns of a provider are those added until the next one begins.
void ImageBuilder::BeginLists(ProviderRecord record) {
  EndProvider();
  record.models = {static_cast<std::uint32_t>(image_.models.size()), 0};
  record.patterns = {static_cast<std::uint32_t>(image_.patterns.size()), 0};
  image_.providers.push_back(record);
}

void ImageBuilder::EndProvider() {
  if (image_.providers.empty()) return;
  ProviderRecord& last = image_.providers.back();
  last.models.count = static_cast<std::uint32_t>(image_.models.size()) - last.models.begin;
  last.patterns.count = static_cast<std::uint32_t>(image_.patterns.size()) - last.patterns.begin;
}

void ImageBuilder::CopyProvider(std::uint32_t base_provider) {
  const ProviderRecord& record = base_->providers[base_provider];
  provider_id_ = base_->Text(record.id);
  BeginLists(record);
}

absl::Status ImageBuilder::BeginProvider(const SourceProvider& source) {
  ProviderRecord record;
  provider_id_ = source.id;
  record.id = tables_.Text(source.id);
  record.name = tables_.Text(source.name);
  record.normalize = source.normalize;
  record.tier_words = {static_cast<std::uint32_t>(image_.words.size()),
                       static_cast<std::uint32_t>(source.service_tiers.size())};
  for (const auto& [word, meaning] : source.service_tiers) {
    const TextRef word_text = tables_.Text(word);
    image_.words.push_back({word_text, tables_.Text(meaning)});
    absl::StrAppend(&canonical_, source.id, " tier ", word, "=", meaning, "\n");
  }
  record.regions = {static_cast<std::uint32_t>(image_.regions.size()),
                    static_cast<std::uint32_t>(source.regions.size())};
  TOKENTRA_RETURN_IF_ERROR(AddRegions(source));
  for (const auto& [node, parent] : source.regions) {
    absl::StrAppend(&canonical_, source.id, " region ", node, "<", parent, "\n");
  }
  record.defaults = tables_.Conditions(source.defaults);
  for (const auto& [name, value] : source.defaults) {
    absl::StrAppend(&canonical_, source.id, " default ", name, "=", value, "\n");
  }
  record.indicative = source.indicative ? 1 : 0;
  absl::StrAppend(&canonical_, source.id, " normalize ", record.normalize, " ", record.indicative,
                  "\n");
  BeginLists(record);
  return absl::OkStatus();
}

absl::StatusOr<OwnedImage> ImageBuilder::Finish(std::string digest) {
  EndProvider();
  TOKENTRA_RETURN_IF_ERROR(BuildNameTable(names_, image_));
  std::set<std::pair<MeterId, std::uint64_t>> cuts;
  std::set<MeterId> meters;
  for (const RowRecord& row : image_.rows) {
    for (const BandRecord& band : image_.bands[row.bands]) {
      if (band.meter == 0 || band.min == 0) continue;
      cuts.emplace(band.meter, band.min);
      meters.insert(band.meter);
    }
  }
  // A class is cut by input tokens always, and holds intervals of so many quantities.
  meters.insert(kMeterInputTokens);
  if (meters.size() > kContextMetersMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("the catalog's bands are by ", meters.size(), " meters, input_tokens among ",
                     "them; more than ", kContextMetersMax, " no usage class can hold"));
  }
  for (const auto& [meter, min] : cuts) {
    image_.context_cuts.push_back({min, ~std::uint64_t{0}, meter});
  }
  image_.digest = digest.empty() ? Sha256::Hex(canonical_) : std::move(digest);
  return std::move(tables_.image);
}

}  // namespace tokentra
