#include "core/analysis/reprice.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/analysis/reprice_bounds.h"
#include "core/base/status_macros.h"
#include "core/catalog/source.h"
#include "core/pricing/select.h"

namespace tokentra {
namespace {

constexpr InstantNs kQuarterNs = kBucketSeconds * kNsPerSecond;
constexpr std::int64_t kWeekNs = 7 * 24 * 4 * kQuarterNs;

absl::Status OutOfRange() {
  return absl::OutOfRangeError("the cost of this snapshot is beyond 10^20 units of currency");
}

// The instants at which something that a class pays could begin: the bucket's start and every
// quarter hour in it, since all price edges lie on quarter hours.
std::vector<InstantNs> InstantsOf(const SnapshotEntry& entry) {
  std::vector<InstantNs> instants = {entry.bucket_start};
  const InstantNs end = entry.bucket_start + entry.bucket_seconds * kNsPerSecond;
  InstantNs at = entry.bucket_start / kQuarterNs * kQuarterNs + kQuarterNs;
  for (; at < end; at += kQuarterNs) {
    if (at > entry.bucket_start) instants.push_back(at);
  }
  return instants;
}

// Of a cell at any time: every edge of the model's price rows and of names, and where some row has
// hours, all quarters of a week after each.
std::vector<InstantNs> InstantsOfAll(const CatalogImage& image, std::uint32_t provider) {
  std::set<InstantNs> edges = {0};
  bool hours = false;
  for (const ModelRecord& model :
       CatalogImage::Slice(image.models, image.providers[provider].models)) {
    for (const RowRecord& row : CatalogImage::Slice(image.rows, model.rows)) {
      const IntervalRecord& interval = image.Interval(row);
      if (interval.from != Interval().from) edges.insert(interval.from);
      if (interval.until != Interval().until) edges.insert(interval.until);
      hours = hours || row.hours != 0;
    }
  }
  for (const NameTermsRecord& terms : image.name_terms) {
    if (terms.interval.from != Interval().from) edges.insert(terms.interval.from);
    if (terms.interval.until != Interval().until) edges.insert(terms.interval.until);
  }
  std::vector<InstantNs> instants;
  for (const InstantNs edge : edges) {
    for (InstantNs past = 0; past < (hours ? kWeekNs : kQuarterNs); past += kQuarterNs) {
      instants.push_back(edge + past);
    }
  }
  return instants;
}

class Repricer {
 public:
  Repricer(const SnapshotView& view, const Catalog& catalog)
      : view_(view), catalog_(catalog), image_(catalog.image()) {}

  absl::StatusOr<Repricing> Run() {
    const Snapshot& snapshot = view_.snapshot();
    std::vector<RepricedSum> sums(snapshot.classes().size());
    for (std::size_t i = 0; i < snapshot.entries().size(); ++i) {
      RepricedSum one;
      TOKENTRA_RETURN_IF_ERROR(RepriceEntry(i, one));
      const std::uint32_t index = snapshot.entries()[i].class_index;
      if (!Add(one, sums[index]) || !Add(one, repricing_.total)) return OutOfRange();
    }
    for (std::size_t i = 0; i < sums.size(); ++i) {
      if (sums[i].events == 0 && sums[i].before == Money() && sums[i].upper == Money()) continue;
      repricing_.classes.push_back(Named(view_.usage_class(i), snapshot.classes()[i], sums[i]));
    }
    const auto change = [](const RepricedClass& of) {
      const Int128 up = of.sum.upper.attos() - of.sum.before.attos();
      const Int128 down = of.sum.before.attos() - of.sum.lower.attos();
      return std::max(up, down);
    };
    std::stable_sort(
        repricing_.classes.begin(), repricing_.classes.end(),
        [&](const RepricedClass& a, const RepricedClass& b) { return change(a) > change(b); });
    return std::move(repricing_);
  }

 private:
  static bool Add(const RepricedSum& one, RepricedSum& sum) {
    sum.events += one.events;
    sum.unpriced_before += one.unpriced_before;
    sum.unpriced_after += one.unpriced_after;
    sum.inexact_events += one.inexact_events;
    sum.reasons |= one.reasons;
    return sum.before.Add(one.before) && sum.lower.Add(one.lower) && sum.upper.Add(one.upper) &&
           sum.kept.Add(one.kept);
  }

  static RepricedClass Named(const UsageClass& from, const SnapshotClass& snapshot_class,
                             const RepricedSum& sum) {
    RepricedClass out;
    out.sum = sum;
    if (snapshot_class.folded) return out;
    out.provider = from.provider;
    out.model = from.model;
    out.service_tier = from.service_tier;
    out.region = from.region;
    out.price_row = from.price_row;
    if (from.batch) out.conditions = "batch";
    for (std::size_t i = 0; i < from.named_count; ++i) {
      absl::StrAppend(&out.conditions, out.conditions.empty() ? "" : ", ", from.named[i].name, "=",
                      from.named[i].value);
    }
    for (std::size_t i = 0; i < from.context_count; ++i) {
      const ContextInterval& interval = from.context[i];
      const bool open = interval.max == ~std::uint64_t{0};
      absl::StrAppend(&out.context, out.context.empty() ? "" : ", ",
                      FindMeter(interval.meter) == nullptr ? std::string_view("?")
                                                           : FindMeter(interval.meter)->name,
                      open ? " from " : " ", interval.min,
                      open ? std::string() : absl::StrCat(" to ", interval.max));
    }
    return out;
  }

  // Leaves `out` empty when the entry is no recorded event.
  absl::Status RepriceEntry(std::size_t index, RepricedSum& out) const {
    const SnapshotEntry& entry = view_.snapshot().entries()[index];
    const SnapshotClass& snapshot_class = view_.snapshot().classes()[entry.class_index];
    switch (snapshot_class.kind) {
      case ClassKind::kPriced:
      case ClassKind::kFree:
      case ClassKind::kUnpriced:
        break;
      case ClassKind::kUnmetered:
      case ClassKind::kRefused:
      case ClassKind::kDuplicate:
      case ClassKind::kConflict:
        return absl::OkStatus();
    }
    out.events = entry.events;
    out.before = view_.cost(index);
    if (view_.state(index) == CostState::kUnpriced) out.unpriced_before = entry.events;
    if (snapshot_class.folded) {
      out.lower = out.upper = out.kept = out.before;
      out.reasons = kClassFolded;
      out.inexact_events = entry.events;
      if (out.unpriced_before != 0) out.unpriced_after = entry.events;
      return absl::OkStatus();
    }
    const Candidates candidates = CandidatesOf(entry);
    const CellAtoms cell = {entry.atoms, entry.billed, entry.events};
    const PriceBounds bounds =
        BoundCost(image_, candidates.rows, cell, view_.row_of_class(entry.class_index));
    if (bounds.out_of_range) return OutOfRange();
    out.lower = bounds.lower;
    out.upper = bounds.upper;
    out.reasons = candidates.rows.size() > 1 ? candidates.reasons : 0;
    if (bounds.per_call) out.reasons |= kBilledPerCall;
    if (out.reasons != 0) out.inexact_events = entry.events;
    const bool priced = std::any_of(candidates.rows.begin(), candidates.rows.end(),
                                    [](const RowRecord* row) { return row != nullptr; });
    if (!priced) out.unpriced_after = entry.events;
    return absl::OkStatus();
  }

  struct Candidates {
    std::vector<const RowRecord*> rows;  // distinct; null: no price
    std::uint32_t reasons = 0;           // why there could be several
  };

  Candidates CandidatesOf(const SnapshotEntry& entry) const {
    const UsageClass& of = view_.usage_class(entry.class_index);
    Candidates candidates;
    const std::optional<std::uint32_t> provider = catalog_.FindProvider(of.provider);
    if (!provider.has_value()) {
      candidates.rows.push_back(nullptr);
      return candidates;
    }
    const bool any_time = entry.bucket_start == kNoInstant;
    const std::vector<InstantNs> instants =
        any_time ? InstantsOfAll(image_, *provider) : InstantsOf(entry);
    const std::vector<ContextPoint> contexts = ContextsOf(of, entry);
    std::set<const RowRecord*> all;
    std::set<const RowRecord*> at_once;
    for (const InstantNs at : instants) {
      at_once.clear();
      for (const ContextPoint& context : contexts) {
        const RowRecord* row = RowAt(of, at, context);
        at_once.insert(row);
        all.insert(row);
      }
      if (at_once.size() > 1) candidates.reasons |= kBandCutsClass;
      if (all.size() > at_once.size()) candidates.reasons |= kPriceChangesInBucket;
    }
    candidates.rows.assign(all.begin(), all.end());
    return candidates;
  }

  // A quantity for each meter that some price of the new catalog is banded by.
  using ContextPoint = std::vector<ContextQuantity>;

  // One point in each part of the class's intervals that the new catalog's bands leave whole.
  std::vector<ContextPoint> ContextsOf(const UsageClass& of, const SnapshotEntry& entry) const {
    std::vector<ContextPoint> points(1);
    MeterId meter = 0;
    std::vector<std::uint64_t> starts;
    const auto cross = [&] {
      if (meter == 0) return;
      std::vector<ContextPoint> finer;
      for (const ContextPoint& point : points) {
        for (const std::uint64_t start : starts) {
          finer.push_back(point);
          finer.back().push_back({meter, start});
        }
      }
      points = std::move(finer);
    };
    for (const BandRecord& cut : image_.context_cuts) {  // ascending by meter
      if (cut.meter != meter) {
        cross();
        meter = cut.meter;
        starts = {RangeOf(of, entry, meter).first};
      }
      const auto [min, max] = RangeOf(of, entry, meter);
      if (min < cut.min && cut.min <= max) starts.push_back(cut.min);
    }
    cross();
    return points;
  }

  // What a part of the cell may have of `meter`.
  static std::pair<std::uint64_t, std::uint64_t> RangeOf(const UsageClass& of,
                                                         const SnapshotEntry& entry,
                                                         MeterId meter) {
    std::uint64_t all = 0;
    for (const AtomQuantity& item : entry.atoms) {
      if ((FindMeter(meter)->atoms & AtomBit(item.atom)) == 0) continue;
      if (__builtin_add_overflow(all, item.quantity, &all)) all = ~std::uint64_t{0};
    }
    for (std::size_t i = 0; i < of.context_count; ++i) {
      if (of.context[i].meter != meter) continue;
      return {of.context[i].min, std::max(of.context[i].min, std::min(of.context[i].max, all))};
    }
    return {0, all};
  }

  const RowRecord* RowAt(const UsageClass& of, InstantNs at, const ContextPoint& context) const {
    const Resolution resolution = catalog_.Resolve(of.provider, of.model, at);
    if (resolution.match == MatchKind::kNone) return nullptr;
    std::array<NamedCondition, UsageClass::kNamedMax> named;
    for (std::size_t i = 0; i < of.named_count; ++i) {
      named[i] = {of.named[i].name, of.named[i].value};
    }
    CallConditions call;
    call.service_tier = of.service_tier;
    call.region = of.region;
    call.batch = of.batch;
    call.named = {named.data(), of.named_count};
    return SelectRowInContext(catalog_, resolution, call, at, context).row;
  }

  const SnapshotView& view_;
  const Catalog& catalog_;
  const CatalogImage& image_;
  Repricing repricing_;
};

}  // namespace

absl::StatusOr<Repricing> Reprice(const SnapshotView& view, const Catalog& catalog) {
  return Repricer(view, catalog).Run();
}

}  // namespace tokentra
