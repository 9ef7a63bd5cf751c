#include "core/catalog/diff.h"

#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/catalog/restore.h"

namespace tokentra {
namespace {

using Rates = std::map<std::string, std::string>;  // meter -> "2.5 / 1000000"
using Rows = std::map<std::string, Rates>;         // by what they hold for

std::string RangeText(const BandRecord& band) {
  const std::string_view meter = FindMeter(band.meter)->name;
  if (band.max == ~std::uint64_t{0}) return absl::StrCat(meter, " from ", band.min);
  return absl::StrCat(meter, " ", band.min, " to ", band.max);
}

// What a row holds for, in words.
std::string HoldsFor(const CatalogImage& image, const RowRecord& row) {
  std::vector<std::string> parts;
  if (row.tier != 0) parts.push_back(absl::StrCat("service_tier ", image.ServiceTier(row)));
  if (row.batch != 0) parts.emplace_back("batch");
  if (row.region != kNoRegion) {
    const IndexRange regions = image.providers[image.models[row.model].provider].regions;
    parts.push_back(absl::StrCat("region ", row.region_not != 0 ? "not " : "",
                                 image.Text(image.regions[regions.begin + row.region].name)));
  }
  for (const ConditionRecord& record : image.Conditions(row)) {
    parts.push_back(absl::StrCat(image.Text(record.name), " ", image.Text(record.value)));
  }
  for (const BandRecord& band : image.Bands(row)) {
    if (band.meter != 0) parts.push_back(RangeText(band));
  }
  if (row.hours != 0) {
    parts.push_back(absl::StrCat("hours ", image.Text(image.hours[row.hours].text)));
  }
  const IntervalRecord& interval = image.Interval(row);
  if (interval.from != Interval().from) {
    parts.push_back(absl::StrCat("from ", FormatInstant(interval.from)));
  }
  if (interval.until != Interval().until) {
    parts.push_back(absl::StrCat("until ", FormatInstant(interval.until)));
  }
  return absl::StrJoin(parts, ", ");
}

Rates RatesOf(const CatalogImage& image, const RowRecord& row) {
  Rates rates;
  if (row.free != 0) rates.emplace("free", "0");
  for (std::size_t i = 0; i < row.rate_count; ++i) {
    const RateRecord& rate = image.Rate(row, i);
    const Money amount = *Money::FromWords(rate.amount_lo, rate.amount_hi);
    std::string text = absl::StrCat(amount.ToString(), " / ", rate.per);
    if (rate.rule != 0) {
      const RuleRecord& rule = image.rules[rate.rule];
      absl::StrAppend(&text, " (at least ", rule.minimum, ", steps of ", rule.step, ", less ",
                      rule.included, ")");
    }
    rates[std::string(FindMeter(rate.meter)->name)] = std::move(text);
  }
  return rates;
}

struct ModelFacts {
  Rows rows;
  std::set<std::string> names;
};

// By provider, then by model.
std::map<std::string, std::map<std::string, ModelFacts>> FactsOf(const Catalog& catalog) {
  std::map<std::string, std::map<std::string, ModelFacts>> facts;
  const CatalogImage& image = catalog.image();
  const ModelNames names = NamesByModel(image);
  for (std::uint32_t i = 0; i < image.models.size(); ++i) {
    const ModelRecord& model = image.models[i];
    ModelFacts& one =
        facts[std::string(catalog.ProviderId(model.provider))][std::string(image.Text(model.id))];
    for (const RowRecord& row : CatalogImage::Slice(image.rows, model.rows)) {
      one.rows[HoldsFor(image, row)] = RatesOf(image, row);
    }
    for (const std::uint32_t at : names[i]) {
      const NameRecord& name = image.names[at];
      if (name.kind == NameKind::kAlias) one.names.emplace(image.Text(name.name));
    }
  }
  return facts;
}

class Differ {
 public:
  void Model(const std::string& provider, const std::string& model, const ModelFacts* before,
             const ModelFacts* after) {
    provider_ = provider;
    model_ = model;
    if (before == nullptr || after == nullptr) {
      Add(before == nullptr ? CatalogChangeKind::kModelAdded : CatalogChangeKind::kModelRemoved, "",
          "", "", "");
      return;
    }
    Names(before->names, after->names, CatalogChangeKind::kNameRemoved);
    Names(after->names, before->names, CatalogChangeKind::kNameAdded);
    for (const auto& [conditions, rates] : before->rows) {
      const auto now = after->rows.find(conditions);
      if (now == after->rows.end()) {
        Add(CatalogChangeKind::kRowRemoved, "", conditions, "", "");
      } else {
        RatesOfRow(conditions, rates, now->second);
      }
    }
    for (const auto& [conditions, rates] : after->rows) {
      if (!before->rows.contains(conditions)) {
        Add(CatalogChangeKind::kRowAdded, "", conditions, "", "");
      }
    }
  }

  std::vector<CatalogChange> Take() { return std::move(changes_); }

 private:
  void Add(CatalogChangeKind kind, const std::string& what, const std::string& conditions,
           const std::string& from, const std::string& to) {
    changes_.push_back({kind, provider_, model_, what, conditions, from, to});
  }
  void Names(const std::set<std::string>& names, const std::set<std::string>& others,
             CatalogChangeKind kind) {
    for (const std::string& name : names) {
      if (!others.contains(name)) Add(kind, name, "", "", "");
    }
  }
  void RatesOfRow(const std::string& conditions, const Rates& before, const Rates& after) {
    for (const auto& [meter, rate] : before) {
      const auto now = after.find(meter);
      const std::string to = now == after.end() ? "" : now->second;
      if (rate != to) Add(CatalogChangeKind::kRateChanged, meter, conditions, rate, to);
    }
    for (const auto& [meter, rate] : after) {
      if (!before.contains(meter)) {
        Add(CatalogChangeKind::kRateChanged, meter, conditions, "", rate);
      }
    }
  }

  std::string provider_;
  std::string model_;
  std::vector<CatalogChange> changes_;
};

template <typename Map>
std::set<std::string> KeysOf(const Map& a, const Map& b) {
  std::set<std::string> keys;
  for (const auto& [key, value] : a) keys.insert(key);
  for (const auto& [key, value] : b) keys.insert(key);
  return keys;
}

}  // namespace

std::vector<CatalogChange> DiffCatalogs(const Catalog& before, const Catalog& after) {
  auto old_facts = FactsOf(before);
  auto new_facts = FactsOf(after);
  Differ differ;
  for (const std::string& provider : KeysOf(old_facts, new_facts)) {
    const auto& was = old_facts[provider];
    const auto& is = new_facts[provider];
    for (const std::string& model : KeysOf(was, is)) {
      const auto a = was.find(model);
      const auto b = is.find(model);
      differ.Model(provider, model, a == was.end() ? nullptr : &a->second,
                   b == is.end() ? nullptr : &b->second);
    }
  }
  return differ.Take();
}

}  // namespace tokentra
