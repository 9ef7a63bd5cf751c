#include "core/catalog/compile.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/sha256.h"
#include "core/base/status_macros.h"
#include "core/base/text.h"
#include "core/catalog/expand.h"
#include "core/catalog/magnitude.h"
#include "core/catalog/names.h"
#include "core/catalog/pattern.h"

namespace tokentra {
namespace {

constexpr std::size_t kRowIdBytes = 8;

absl::Status ErrorAt(std::string_view where, std::string_view problem) {
  return absl::InvalidArgumentError(absl::StrCat(where, ": ", problem));
}

// Canonical text of an interval end; empty when unbounded.
std::string EndText(InstantNs instant, InstantNs unbounded) {
  return instant == unbounded ? std::string() : FormatInstant(instant);
}

class Builder {
 public:
  Builder() { InternTier("standard"); }  // tier 0

  absl::Status AddProvider(const SourceProvider& provider);
  absl::StatusOr<OwnedImage> Finish();

 private:
  TextRef Intern(std::string_view text);
  std::uint8_t InternTier(std::string_view tier);
  IndexRange AddConditions(const std::map<std::string, std::string>& map);
  absl::Status AddRegions(const SourceProvider& provider);
  absl::Status AddModel(const SourceProvider& source, std::uint32_t provider,
                        const SourceModel& model);
  absl::Status AddName(const std::string& where, std::uint32_t provider, std::uint32_t model,
                       std::string_view name, const Interval& interval, IndexRange pins,
                       NameKind kind);
  absl::Status AddRow(const SourceProvider& source, const FullRow& row, std::uint32_t model,
                      const std::string& model_id);
  absl::Status CheckOverlaps(std::size_t first, const std::vector<FullRow>& full,
                             const ProviderRecord& provider) const;

  OwnedImage image_;
  absl::flat_hash_map<std::string, TextRef> texts_;
  std::map<std::array<std::uint8_t, kAtomCount>, std::uint16_t> shapes_;
  std::vector<DeclaredName> names_;
  std::string canonical_;  // what the digest covers
};

TextRef Builder::Intern(std::string_view text) {
  const auto [found, added] = texts_.try_emplace(text);
  if (added) {
    found->second = {static_cast<std::uint32_t>(image_.text.size()),
                     static_cast<std::uint32_t>(text.size())};
    image_.text += text;
  }
  return found->second;
}

std::uint8_t Builder::InternTier(std::string_view tier) {
  const TextRef text = Intern(tier);
  for (std::size_t i = 0; i < image_.tiers.size(); ++i) {
    if (image_.tiers[i].offset == text.offset && image_.tiers[i].size == text.size) {
      return static_cast<std::uint8_t>(i);
    }
  }
  image_.tiers.push_back(text);
  return static_cast<std::uint8_t>(image_.tiers.size() - 1);
}

IndexRange Builder::AddConditions(const std::map<std::string, std::string>& map) {
  const IndexRange range{static_cast<std::uint32_t>(image_.conditions.size()),
                         static_cast<std::uint32_t>(map.size())};
  for (const auto& [name, value] : map) {
    const TextRef name_text = Intern(name);
    image_.conditions.push_back({name_text, Intern(value)});
  }
  return range;
}

absl::Status Builder::AddRegions(const SourceProvider& provider) {
  std::map<std::string, std::uint16_t> index;
  std::size_t added = 0;
  const std::size_t begin = image_.regions.size();
  // Parents first, however the file orders them: as many rounds as the tree is deep.
  while (added < provider.regions.size()) {
    const std::size_t before = added;
    for (const auto& [node, parent] : provider.regions) {
      if (index.contains(node) || (!parent.empty() && !index.contains(parent))) continue;
      RegionRecord record;
      record.name = Intern(node);
      if (!parent.empty()) {
        record.parent = index[parent];
        record.depth = static_cast<std::uint16_t>(image_.regions[begin + record.parent].depth + 1);
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

absl::Status Builder::AddName(const std::string& where, std::uint32_t provider, std::uint32_t model,
                              std::string_view name, const Interval& interval, IndexRange pins,
                              NameKind kind) {
  if (name.empty() || name.size() > 256) return ErrorAt(where, "a name has 1 to 256 bytes");
  const NameRecord record{NameHash(provider, name), Intern(name), provider, model, interval.from,
                          interval.until,           pins,         kind};
  names_.push_back({record, where});
  return absl::OkStatus();
}

absl::Status Builder::AddRow(const SourceProvider& source, const FullRow& row, std::uint32_t model,
                             const std::string& model_id) {
  RowRecord record;
  record.model = model;
  record.from = row.interval.from;
  record.until = row.interval.until;
  record.bands = row.bands;
  record.free = row.free ? 1 : 0;
  record.batch = row.conditions.batch.value_or(false) ? 1 : 0;
  const std::string tier = row.conditions.service_tier.value_or("standard");
  record.tier = InternTier(tier);
  record.service_tier = image_.tiers[record.tier];
  if (row.conditions.region.has_value()) {
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
  }
  record.conditions = AddConditions(row.conditions.named);

  if (row.rates.size() > kRatesMax) {
    return ErrorAt(row.where, absl::StrCat("rates: more than ", kRatesMax));
  }
  absl::StatusOr<ShapeRecord> shape = CoverAtoms(row);
  if (!shape.ok()) return shape.status();
  const auto [known, added] =
      shapes_.try_emplace(shape->rate_of_atom, static_cast<std::uint16_t>(image_.shapes.size()));
  if (added) image_.shapes.push_back(*shape);
  record.shape = known->second;

  // The content id covers what a price depends on, not where it was read.
  std::string content =
      absl::StrCat(source.id, "\n", model_id, "\n", EndText(record.from, Interval().from), "\n",
                   EndText(record.until, Interval().until), "\n", tier, "\n", record.batch, "\n");
  if (row.conditions.region.has_value()) {
    absl::StrAppend(&content, row.conditions.region->is_not ? "not " : "",
                    row.conditions.region->node);
  }
  absl::StrAppend(&content, "\n");
  for (const auto& [name, value] : row.conditions.named) {
    absl::StrAppend(&content, name, "=", value, "\n");
  }
  for (const BandRecord& band : row.bands) {
    if (band.meter != 0) {
      absl::StrAppend(&content, FindMeter(band.meter)->name, " ", band.min, "..", band.max, "\n");
    }
  }
  record.rates = {static_cast<std::uint32_t>(image_.rates.size()),
                  static_cast<std::uint32_t>(row.rates.size())};
  for (const auto& [meter, rate] : row.rates) {
    RateRecord out;
    out.amount_lo = rate.rate.amount.lo();
    out.amount_hi = rate.rate.amount.hi();
    out.per = rate.rate.per;
    if (IsWholePerQuantum(rate.rate)) {
      const Int128 attos = rate.rate.amount.attos() / static_cast<Int128>(rate.rate.per);
      if (attos <= static_cast<Int128>(~std::uint64_t{0})) {
        out.attos_per_quantum = static_cast<std::uint64_t>(attos);
      }
    }
    if (const auto rule = row.billed.find(meter); rule != row.billed.end()) {
      out.minimum = rule->second.minimum;
      out.step = rule->second.step;
    }
    out.amount = Intern(rate.text);
    out.meter = meter;
    image_.rates.push_back(out);
    absl::StrAppend(&content, FindMeter(meter)->name, " ", rate.rate.amount.ToString(), "/",
                    out.per, " ", out.minimum, " ", out.step, "\n");
  }
  for (const auto& [meter, rule] : row.billed) {
    if (!row.rates.contains(meter)) {
      return ErrorAt(row.where, absl::StrCat("billed: ", FindMeter(meter)->name, " has no rate"));
    }
  }
  for (const auto& [join, target] : row.joins) {
    absl::StrAppend(&content, FindMeter(join)->name, ">", FindMeter(target)->name, "\n");
  }
  if (row.free) absl::StrAppend(&content, "free\n");
  record.id = Intern(Sha256::Hex(content, kRowIdBytes));
  record.source = Intern(row.source);
  record.as_of = Intern(row.as_of);
  record.evidence = Intern(absl::StrJoin(row.evidence, ", "));
  image_.as_of = std::max(image_.as_of, row.as_of);
  image_.rows.push_back(record);
  absl::StrAppend(&canonical_, content, row.as_of, "\n", row.source, "\n",
                  absl::StrJoin(row.evidence, ","), "\n\n");
  return absl::OkStatus();
}

// Whether some region satisfies both rows' region conditions.
bool RegionsMeet(const RowRecord& a, const RowRecord& b, std::span<const RegionRecord> regions) {
  const auto within = [&](std::uint16_t node, std::uint16_t ancestor) {
    while (node != kNoRegion && node != ancestor) node = regions[node].parent;
    return node == ancestor;
  };
  const auto holds = [&](const RowRecord& row, std::uint16_t node) {
    return row.region == kNoRegion || within(node, row.region) != (row.region_not != 0);
  };
  if (a.region == kNoRegion || b.region == kNoRegion) return true;
  for (std::uint16_t node = 0; node < regions.size(); ++node) {
    if (holds(a, node) && holds(b, node)) return true;
  }
  return false;
}

int RegionRank(const RowRecord& row, std::span<const RegionRecord> regions) {
  if (row.region == kNoRegion) return 0;
  return row.region_not != 0 ? 1 : 2 + regions[row.region].depth;
}

absl::Status Builder::CheckOverlaps(std::size_t first, const std::vector<FullRow>& full,
                                    const ProviderRecord& provider) const {
  const std::span<const RegionRecord> regions =
      CatalogImage::Slice(std::span<const RegionRecord>(image_.regions), provider.regions);
  for (std::size_t i = 0; i < full.size(); ++i) {
    for (std::size_t j = i + 1; j < full.size(); ++j) {
      const RowRecord& a = image_.rows[first + i];
      const RowRecord& b = image_.rows[first + j];
      if (a.tier != b.tier || a.batch != b.batch) continue;
      if (std::max(a.from, b.from) >= std::min(a.until, b.until)) continue;
      bool meet = true;
      for (const BandRecord& x : a.bands) {
        for (const BandRecord& y : b.bands) {
          if (x.meter != 0 && x.meter == y.meter && (x.max < y.min || y.max < x.min)) meet = false;
        }
      }
      if (!meet || !RegionsMeet(a, b, regions)) continue;
      // Named conditions: two values of one name never meet.
      bool a_more = false;
      bool b_more = false;
      for (const auto& [name, value] : full[i].conditions.named) {
        const auto other = full[j].conditions.named.find(name);
        if (other == full[j].conditions.named.end()) {
          a_more = true;
        } else if (other->second != value) {
          meet = false;
        }
      }
      if (!meet) continue;
      for (const auto& [name, value] : full[j].conditions.named) {
        if (!full[i].conditions.named.contains(name)) b_more = true;
      }
      const int rank_a = RegionRank(a, regions);
      const int rank_b = RegionRank(b, regions);
      if (rank_a > rank_b) a_more = true;
      if (rank_b > rank_a) b_more = true;
      if (a_more == b_more) {
        return ErrorAt(full[i].where, absl::StrCat("overlaps ", full[j].where,
                                                   ": one call could match both price rows"));
      }
    }
  }
  return absl::OkStatus();
}

absl::Status Builder::AddModel(const SourceProvider& source, std::uint32_t provider,
                               const SourceModel& model) {
  const std::string where = absl::StrCat(source.file, ": model ", Quote(model.id));
  const auto index = static_cast<std::uint32_t>(image_.models.size());
  ModelRecord record;
  record.id = Intern(model.id);
  record.provider = provider;
  record.deprecated = model.deprecated ? 1 : 0;
  record.dated_snapshots = model.dated_snapshots ? 1 : 0;
  absl::StrAppend(&canonical_, source.id, "/", model.id, " ", record.dated_snapshots, "\n");

  TOKENTRA_RETURN_IF_ERROR(
      AddName(where, provider, index, model.id, Interval(), IndexRange(), NameKind::kId));
  for (const SourceAlias& alias : model.aliases) {
    TOKENTRA_RETURN_IF_ERROR(AddName(where, provider, index, alias.id, alias.interval,
                                     AddConditions(alias.pins), NameKind::kAlias));
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
      return ErrorAt(where, status.message());
    }
    image_.patterns.push_back({Intern(pattern), index});
    absl::StrAppend(&canonical_, "pattern ", pattern, "\n");
  }

  absl::StatusOr<std::vector<FullRow>> full = ExpandModel(model);
  if (!full.ok()) return full.status();
  const std::size_t first = image_.rows.size();
  record.rows = {static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(full->size())};
  image_.models.push_back(record);
  for (const FullRow& row : *full) {
    TOKENTRA_RETURN_IF_ERROR(AddRow(source, row, index, model.id));
  }
  return CheckOverlaps(first, *full, image_.providers.back());
}

absl::Status Builder::AddProvider(const SourceProvider& source) {
  const auto index = static_cast<std::uint32_t>(image_.providers.size());
  ProviderRecord record;
  record.id = Intern(source.id);
  record.name = Intern(source.name);
  record.normalize = source.normalize;
  record.tier_words = {static_cast<std::uint32_t>(image_.words.size()),
                       static_cast<std::uint32_t>(source.service_tiers.size())};
  for (const auto& [word, meaning] : source.service_tiers) {
    const TextRef word_text = Intern(word);
    image_.words.push_back({word_text, Intern(meaning)});
    absl::StrAppend(&canonical_, source.id, " tier ", word, "=", meaning, "\n");
  }
  record.regions = {static_cast<std::uint32_t>(image_.regions.size()),
                    static_cast<std::uint32_t>(source.regions.size())};
  TOKENTRA_RETURN_IF_ERROR(AddRegions(source));
  for (const auto& [node, parent] : source.regions) {
    absl::StrAppend(&canonical_, source.id, " region ", node, "<", parent, "\n");
  }
  record.defaults = AddConditions(source.defaults);
  for (const auto& [name, value] : source.defaults) {
    absl::StrAppend(&canonical_, source.id, " default ", name, "=", value, "\n");
  }
  absl::StrAppend(&canonical_, source.id, " normalize ", record.normalize, "\n");
  record.models.begin = static_cast<std::uint32_t>(image_.models.size());
  record.patterns.begin = static_cast<std::uint32_t>(image_.patterns.size());
  image_.providers.push_back(record);
  for (const SourceModel& model : source.models) {
    TOKENTRA_RETURN_IF_ERROR(AddModel(source, index, model));
  }
  ProviderRecord& added = image_.providers.back();
  added.models.count = static_cast<std::uint32_t>(image_.models.size()) - added.models.begin;
  added.patterns.count = static_cast<std::uint32_t>(image_.patterns.size()) - added.patterns.begin;
  return absl::OkStatus();
}

absl::StatusOr<OwnedImage> Builder::Finish() {
  TOKENTRA_RETURN_IF_ERROR(BuildNameTable(names_, image_));
  std::set<std::pair<MeterId, std::uint64_t>> cuts;
  for (const RowRecord& row : image_.rows) {
    for (const BandRecord& band : row.bands) {
      if (band.meter != 0 && band.min != 0) cuts.emplace(band.meter, band.min);
    }
  }
  for (const auto& [meter, min] : cuts) {
    image_.context_cuts.push_back({min, ~std::uint64_t{0}, meter});
  }
  image_.digest = Sha256::Hex(canonical_);
  return std::move(image_);
}

}  // namespace

absl::StatusOr<OwnedImage> CompileCatalog(std::vector<SourceProvider> providers) {
  std::sort(providers.begin(), providers.end(),
            [](const SourceProvider& a, const SourceProvider& b) { return a.id < b.id; });
  Builder builder;
  const SourceProvider* previous = nullptr;
  for (const SourceProvider& provider : providers) {
    if (previous != nullptr && previous->id == provider.id) {
      return ErrorAt(provider.file, absl::StrCat("provider ", Quote(provider.id),
                                                 " is also described by ", previous->file));
    }
    previous = &provider;
    TOKENTRA_RETURN_IF_ERROR(CheckMagnitudes(provider));
    TOKENTRA_RETURN_IF_ERROR(builder.AddProvider(provider));
  }
  return builder.Finish();
}

}  // namespace tokentra
