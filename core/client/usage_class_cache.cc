#include "core/client/usage_class_cache.h"

#include <algorithm>
#include <map>
#include <set>

#include "core/catalog/image_builder.h"
#include "core/pricing/price_terms.h"

namespace tokentra {
namespace {

// Published context thresholds of any provider (docs/usage.md): a class is cut below and above
// each, whatever the client's own catalog bands by, so that another catalog can price it again.
constexpr std::array<std::uint64_t, 10> kPublishedThresholds = {
    32'000, 100'000, 128'000, 200'000, 252'000, 256'000, 272'000, 512'000, 524'288, 1'000'000};

static_assert(kContextMetersMax <= UsageClass::kContextMax);

constexpr std::uint64_t kRowBits = 24;
constexpr std::uint64_t kContextBits = 16;
constexpr std::uint64_t kClassBits = 24;

}  // namespace

UsageClassCache::UsageClassCache(const Catalog& catalog) : catalog_(catalog) {
  std::map<MeterId, std::set<std::uint64_t>> starts;
  std::set<std::uint64_t>& input = starts[FindMeter("input_tokens")->id];
  for (const std::uint64_t threshold : kPublishedThresholds) {
    input.insert(threshold);
    input.insert(threshold + 1);
  }
  for (const BandRecord& cut : catalog.image().context_cuts) starts[cut.meter].insert(cut.min);
  for (auto& [meter, from] : starts) {
    if (cuts_.size() == UsageClass::kContextMax) break;
    from.insert(0);
    cuts_.push_back({meter, FindMeter(meter)->atoms, {from.begin(), from.end()}});
  }
}

std::size_t UsageClassCache::IntervalOf(const Cuts& cuts, std::uint64_t quantity) {
  const auto above = std::upper_bound(cuts.starts.begin(), cuts.starts.end(), quantity);
  return static_cast<std::size_t>(above - cuts.starts.begin()) - 1;
}

std::uint64_t UsageClassCache::ContextNumber(const Atoms& atoms, std::uint64_t requests) const {
  std::uint64_t number = 0;
  for (const Cuts& cuts : cuts_) {
    number = number * cuts.starts.size() + IntervalOf(cuts, atoms.Sum(cuts.atoms) / requests);
  }
  return number + 1 < (std::uint64_t{1} << kContextBits) ? number + 1 : 0;
}

void UsageClassCache::Describe(const Evaluation& evaluation, const PartEvaluation& part,
                               UsageClass& usage_class, std::string& terms) const {
  const RowRecord* row = part.selection.row;
  usage_class.kind = row == nullptr                        ? ClassKind::kUnpriced
                     : part.cost.state == CostState::kFree ? ClassKind::kFree
                                                           : ClassKind::kPriced;
  const ResolvedConditions& resolved = part.selection.conditions;
  usage_class.batch = resolved.batch;
  usage_class.provider = evaluation.provider();
  usage_class.model = part.resolution.match == MatchKind::kNone
                          ? part.model
                          : catalog_.ModelId(part.resolution.model);
  usage_class.service_tier = resolved.service_tier;
  usage_class.region = resolved.region_name;
  usage_class.price_row = row == nullptr ? std::string_view() : catalog_.image().RowId(*row);
  terms.clear();
  if (row != nullptr) EncodePriceTerms(catalog_.image(), *row, terms);
  usage_class.price_terms = terms;
  usage_class.named_count = 0;
  for (const NamedCondition& named : evaluation.conditions().named) {
    if (usage_class.named_count == UsageClass::kNamedMax) break;
    usage_class.named[usage_class.named_count++] = {named.name, named.value};
  }
  for (const PinnedCondition& pin : part.resolution.pinned()) {
    if (pin.name == "region" || pin.name == "service_tier") continue;
    if (usage_class.named_count == UsageClass::kNamedMax) break;
    usage_class.named[usage_class.named_count++] = {pin.name, pin.value};
  }
  std::sort(usage_class.named.begin(), usage_class.named.begin() + usage_class.named_count,
            [](const ClassCondition& a, const ClassCondition& b) { return a.name < b.name; });
  usage_class.context_count = 0;
  for (const Cuts& cuts : cuts_) {
    const std::size_t at = IntervalOf(cuts, part.atoms.Sum(cuts.atoms) / evaluation.requests());
    const bool last = at + 1 == cuts.starts.size();
    usage_class.context[usage_class.context_count++] = {
        cuts.meter, cuts.starts[at], last ? ~std::uint64_t{0} : cuts.starts[at + 1] - 1};
  }
}

ClassId UsageClassCache::ClassOf(Ledger& ledger, const Evaluation& evaluation,
                                 const PartEvaluation& part) {
  const CallConditions& call = evaluation.conditions();
  std::atomic<std::uint64_t>* slot = nullptr;
  std::uint64_t key = 0;
  if (part.selection.row != nullptr && call.region.empty() && call.named.empty() &&
      part.resolution.pin_count == 0) {
    const auto row =
        static_cast<std::uint64_t>(part.selection.row - catalog_.image().rows.data()) + 1;
    const std::uint64_t context = ContextNumber(part.atoms, evaluation.requests());
    if (row < (std::uint64_t{1} << kRowBits) && context != 0) {
      key = row << kContextBits | context;
      slot = &slots_[(key * 0x9E3779B97F4A7C15) >> 54];
      // Relaxed: the word is complete in itself, and class ids are only handles.
      const std::uint64_t word = slot->load(std::memory_order_relaxed);
      if (word >> kClassBits == key) {
        return static_cast<ClassId>(word & ((std::uint64_t{1} << kClassBits) - 1));
      }
    }
  }
  UsageClass usage_class;
  std::string terms;
  Describe(evaluation, part, usage_class, terms);
  std::string bytes;
  EncodeUsageClass(usage_class, bytes);
  const ClassId id = ledger.InternClass(bytes, usage_class.kind);
  if (slot != nullptr && id < (std::uint64_t{1} << kClassBits)) {
    slot->store(key << kClassBits | id, std::memory_order_relaxed);
  }
  return id;
}

}  // namespace tokentra
