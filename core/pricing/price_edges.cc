#include "core/pricing/price_edges.h"

#include <algorithm>
#include <limits>

namespace tokentra {
namespace {

constexpr InstantNs kFirst = std::numeric_limits<InstantNs>::min();
constexpr InstantNs kLast = std::numeric_limits<InstantNs>::max();

}  // namespace

Span Span::Common(const Span& a, const Span& b, InstantNs at) {
  const auto instant = static_cast<std::uint64_t>(at);
  const std::uint64_t before = std::min(instant - a.from, instant - b.from);
  const std::uint64_t after =
      std::min(a.length - (instant - a.from), b.length - (instant - b.from));
  return {instant - before, before + after};
}

Span Span::Of(InstantNs at, std::int64_t width_ns) {
  std::int64_t number = at / width_ns;
  if (at % width_ns < 0) --number;
  return {static_cast<std::uint64_t>(number) * static_cast<std::uint64_t>(width_ns),
          static_cast<std::uint64_t>(width_ns)};
}

PriceEdges::PriceEdges(const Catalog& catalog) : catalog_(catalog) {
  const auto add = [&](const IntervalRecord& interval) {
    for (const InstantNs edge : {interval.from, interval.until}) {
      if (edge != kFirst && edge != kLast) edges_.push_back(edge);
    }
  };
  for (const IntervalRecord& interval : catalog.image().intervals) add(interval);
  for (const NameTermsRecord& terms : catalog.image().name_terms) add(terms.interval);
  std::sort(edges_.begin(), edges_.end());
  edges_.erase(std::unique(edges_.begin(), edges_.end()), edges_.end());
}

bool PriceEdges::HasHours(const Resolution& resolution) const {
  if (resolution.match == MatchKind::kNone) return false;
  const CatalogImage& image = catalog_.image();
  const auto rows = CatalogImage::Slice(image.rows, image.models[resolution.model].rows);
  return std::any_of(rows.begin(), rows.end(), [](const RowRecord& row) { return row.hours != 0; });
}

Span PriceEdges::Around(InstantNs at, const Resolution& resolution) const {
  const auto above = std::upper_bound(edges_.begin(), edges_.end(), at);
  const InstantNs from = above == edges_.begin() ? kFirst : *(above - 1);
  const InstantNs until = above == edges_.end() ? kLast : *above;
  const Span span{static_cast<std::uint64_t>(from),
                  static_cast<std::uint64_t>(until) - static_cast<std::uint64_t>(from)};
  if (!HasHours(resolution)) return span;
  return Span::Common(span, Span::Of(at, kBucketSeconds * kNsPerSecond), at);
}

}  // namespace tokentra
