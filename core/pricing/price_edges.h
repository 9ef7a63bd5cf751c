// When prices can change: for how long the answer to "which price row" holds.
//
// Which row a call pays depends on its instant through the intervals of rows and names, and through
// hours of the week. Between two edges, all else equal, the answer is the same; where hours count,
// within a quarter of an hour. Whoever prices many calls asks once for each such span.
//
// Thread: immutable. Cost: Around is a binary search over the edges of the catalog, of which there
// are few.

#ifndef TOKENTRA_CORE_PRICING_PRICE_EDGES_H_
#define TOKENTRA_CORE_PRICING_PRICE_EDGES_H_

#include <cstdint>
#include <vector>

#include "core/base/instant.h"
#include "core/catalog/catalog.h"

namespace tokentra {

// From `from` on, `length` nanoseconds. As unsigned numbers, so that no difference overflows.
struct Span {
  std::uint64_t from = 0;
  std::uint64_t length = 0;

  bool Contains(InstantNs at) const { return static_cast<std::uint64_t>(at) - from < length; }
  // The part that both have; `at` is in both.
  static Span Common(const Span& a, const Span& b, InstantNs at);
  // The span of `width` nanoseconds, counted from 1970, that `at` is in.
  static Span Of(InstantNs at, std::int64_t width_ns);
};

class PriceEdges {
 public:
  explicit PriceEdges(const Catalog& catalog);

  // The span around `at` in which a call that resolves so pays the same row.
  Span Around(InstantNs at, const Resolution& resolution) const;

 private:
  bool HasHours(const Resolution& resolution) const;

  const Catalog& catalog_;
  std::vector<InstantNs> edges_;  // ascending
};

}  // namespace tokentra

#endif  // TOKENTRA_CORE_PRICING_PRICE_EDGES_H_
