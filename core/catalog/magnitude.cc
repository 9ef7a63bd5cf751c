#include "core/catalog/magnitude.h"

#include <algorithm>
#include <map>
#include <vector>

#include "absl/strings/str_cat.h"

namespace tokentra {
namespace {

constexpr std::size_t kFamilyMin = 3;

struct FamilyRate {
  Int128 attos_per_quantum;
  const SourceModel* model;
  const SourceRow* row;
};

using Families = std::map<MeterId, std::vector<FamilyRate>>;

void Collect(const SourceModel& model, const SourceRow& row, const SourceRates& rates,
             Families& families) {
  for (const auto& [meter, rate] : rates) {
    if (!rate.stated) continue;
    const Int128 attos = rate.rate.amount.attos() / static_cast<Int128>(rate.rate.per);
    if (attos > 0) families[meter].push_back({attos, &model, &row});
  }
}

Int128 Median(const std::vector<FamilyRate>& family) {
  std::vector<Int128> sorted;
  for (const FamilyRate& rate : family) sorted.push_back(rate.attos_per_quantum);
  const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
  std::nth_element(sorted.begin(), middle, sorted.end());
  return *middle;
}

}  // namespace

absl::Status CheckMagnitudes(const SourceProvider& provider) {
  Families families;
  for (const SourceModel& model : provider.models) {
    for (const std::vector<SourceRow>* rows : {&model.price_rows, &model.variants}) {
      for (const SourceRow& row : *rows) {
        Collect(model, row, row.rates, families);
        for (const SourceBand& band : row.bands) Collect(model, row, band.rates, families);
      }
    }
  }
  for (const auto& [meter, family] : families) {
    if (family.size() < kFamilyMin) continue;
    const Int128 median = Median(family);
    for (const FamilyRate& rate : family) {
      const bool near = rate.attos_per_quantum < median * kMagnitudeFactor &&
                        rate.attos_per_quantum * kMagnitudeFactor > median;
      if (near || rate.model->waivers.contains(meter)) continue;
      return absl::InvalidArgumentError(absl::StrCat(
          rate.row->where, ": rates.", FindMeter(meter)->name, " is ", kMagnitudeFactor,
          " times off the provider's median; state a waiver if it is right"));
    }
  }
  return absl::OkStatus();
}

}  // namespace tokentra
