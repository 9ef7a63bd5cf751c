// Price terms: what a price row bills, as canonical bytes that stand by themselves.
//
// They go into the class of a ledger's cells, so that what was recorded can be priced again without
// the catalog it was recorded with. When and under which conditions the row holds is not in them:
// that was decided when the event was recorded.
//
//   version u8 = 1 | free u8 | rate count u8
//   rate: meter u16 | atoms covered, low u64, high u64 | amount in 10^-18, low u64, high i64 |
//         per u64 | rule u8: 0 none, 1: minimum u64, step u64, included u64
//
// Integers are little-endian. Equal terms have equal bytes.
//
// Safety: decoding is for hostile bytes.
//
// Thread: pure functions; a PriceTerms is immutable.

#ifndef TOKENTRA_CORE_PRICING_PRICE_TERMS_H_
#define TOKENTRA_CORE_PRICING_PRICE_TERMS_H_

#include <memory>
#include <string>
#include <string_view>

#include "core/catalog/image.h"

namespace tokentra {

inline constexpr std::size_t kPriceTermsBytesMax = 3 + kRatesMax * (2 + 16 + 16 + 8 + 1 + 24);

// Replaces `out`.
void EncodePriceTerms(const CatalogImage& image, const RowRecord& row, std::string& out);

// One price row as an image that PriceSums takes: `image().rows[0]`.
class PriceTerms {
 public:
  // nullptr when the bytes are no terms of this version.
  static std::unique_ptr<const PriceTerms> Decode(std::string_view bytes);

  CatalogImage image() const { return image_.View(); }

 private:
  PriceTerms() = default;

  OwnedImage image_;
};

}  // namespace tokentra

#endif  // TOKENTRA_CORE_PRICING_PRICE_TERMS_H_
