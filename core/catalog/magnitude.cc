#include "core/catalog/magnitude.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace tokentra {
namespace {

constexpr std::size_t kFamilyMin = 3;

struct FamilyRate {
  Int128 attos_per_quantum;
  std::string_view text;
  std::uint64_t per;
  const SourceModel* model;
  const SourceRow* row;
};

using Families = std::map<MeterId, std::vector<FamilyRate>>;

void Collect(const SourceModel& model, const SourceRow& row, const SourceRates& rates,
             Families& families) {
  for (const auto& [meter, rate] : rates) {
    if (!rate.stated) continue;
    const Int128 attos = rate.rate.amount.attos() / static_cast<Int128>(rate.rate.per);
    if (attos > 0) families[meter].push_back({attos, rate.text, rate.rate.per, &model, &row});
  }
}

// The rate for `per` quanta, to compare with a stated one.
std::string PerUnit(Int128 attos_per_quantum, std::uint64_t per) {
  Int128 attos = 0;
  if (__builtin_mul_overflow(attos_per_quantum, static_cast<Int128>(per), &attos)) return "";
  const std::optional<Money> amount = Money::FromAttos(attos);
  return amount.has_value() ? amount->ToString() : "";
}

Int128 Median(std::vector<Int128> rates) {
  const auto middle = rates.begin() + static_cast<std::ptrdiff_t>(rates.size() / 2);
  std::nth_element(rates.begin(), middle, rates.end());
  return *middle;
}

}  // namespace

KnownMagnitudes MagnitudesOf(const CatalogImage& image, std::uint32_t provider) {
  KnownMagnitudes known;
  for (const ModelRecord& model :
       CatalogImage::Slice(image.models, image.providers[provider].models)) {
    for (const RowRecord& row : CatalogImage::Slice(image.rows, model.rows)) {
      for (std::size_t i = 0; i < row.rate_count; ++i) {
        const RateRecord& rate = image.Rate(row, i);
        const Int128 attos = Money::FromWords(rate.amount_lo, rate.amount_hi)->attos() /
                             static_cast<Int128>(rate.per);
        if (attos > 0) known[rate.meter].push_back(attos);
      }
    }
  }
  return known;
}

absl::Status CheckMagnitudes(std::span<const SourceModel> models, const KnownMagnitudes& known) {
  Families families;
  for (const SourceModel& model : models) {
    for (const std::vector<SourceRow>* rows : {&model.price_rows, &model.variants}) {
      for (const SourceRow& row : *rows) {
        Collect(model, row, row.rates, families);
        for (const SourceBand& band : row.bands) Collect(model, row, band.rates, families);
      }
    }
  }
  for (const auto& [meter, family] : families) {
    std::vector<Int128> rates;
    if (const auto before = known.find(meter); before != known.end()) rates = before->second;
    for (const FamilyRate& rate : family) rates.push_back(rate.attos_per_quantum);
    if (rates.size() < kFamilyMin) continue;
    const Int128 median = Median(std::move(rates));
    for (const FamilyRate& rate : family) {
      const bool near = rate.attos_per_quantum < median * kMagnitudeFactor &&
                        rate.attos_per_quantum * kMagnitudeFactor > median;
      if (near || rate.model->waivers.contains(meter)) continue;
      return absl::InvalidArgumentError(
          absl::StrCat(rate.row->where, ": rates.", FindMeter(meter)->name, " is ", rate.text, ", ",
                       kMagnitudeFactor, " times off the provider's median ",
                       PerUnit(median, rate.per), "; state a waiver if it is right"));
    }
  }
  return absl::OkStatus();
}

}  // namespace tokentra
