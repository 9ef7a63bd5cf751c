#include "core/client/context_cuts.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

namespace tokentra {
namespace {

// Published context thresholds of any provider (docs/usage.md): a class is cut below and above
// each, whatever the client's own catalog bands by, so that another catalog can price it again.
constexpr std::array<std::uint64_t, 10> kPublishedThresholds = {
    32'000, 100'000, 128'000, 200'000, 252'000, 256'000, 272'000, 512'000, 524'288, 1'000'000};

}  // namespace

ContextCuts::ContextCuts(const CatalogImage& image) {
  std::map<MeterId, std::set<std::uint64_t>> starts;
  std::set<std::uint64_t>& input = starts[kMeterInputTokens];
  for (const std::uint64_t threshold : kPublishedThresholds) {
    input.insert(threshold);
    input.insert(threshold + 1);
  }
  for (const BandRecord& cut : image.context_cuts) starts[cut.meter].insert(cut.min);
  for (auto& [meter, from] : starts) {
    from.insert(0);
    cuts_.push_back({meter, FindMeter(meter)->atoms, {from.begin(), from.end()}});
  }
}

std::size_t ContextCuts::Cuts::IntervalOf(std::uint64_t quantity) const {
  const auto above = std::upper_bound(starts.begin(), starts.end(), quantity);
  return static_cast<std::size_t>(above - starts.begin()) - 1;
}

}  // namespace tokentra
