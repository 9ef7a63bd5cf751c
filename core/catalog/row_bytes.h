// What a price row charges, as bytes: all that pricing sums of atoms needs, so that what was
// recorded can be priced without the catalog of that day.
//
//   version u8 = 1 | free u8 | rates u8, then per rate: meter u16 | amount lo u64, hi i64 | per u64
//   | ruled u8, then if 1: minimum u64 | step u64 | included u64
//   runs u8, then per run: atoms u8 | rate u8 (its position, 255: none)     (in order of atoms)
//
// Integers little-endian. Atoms past the last run have no rate. Equal rows have equal bytes.
//
// Thread: EncodeRow is pure; a shelf is filled by one thread and read by any.

#ifndef TOKENTRA_CORE_CATALOG_ROW_BYTES_H_
#define TOKENTRA_CORE_CATALOG_ROW_BYTES_H_

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/money.h"
#include "core/catalog/image.h"

namespace tokentra {

// 32 rates of 51 bytes each, and at most one run an atom.
inline constexpr std::size_t kRowBytesMax = 4 + 51 * kRatesMax + 2 * kAtomCount;

// Replaces `out`.
void EncodeRow(const CatalogImage& image, const RowRecord& row, std::string& out);

// amount / per in 10^-18 where that is a whole number of 64 bits; else 0.
inline std::uint64_t WholeAttosPerQuantum(const Rate& rate) {
  if (!IsWholePerQuantum(rate)) return 0;
  const Int128 attos = rate.amount.attos() / static_cast<Int128>(rate.per);
  return attos <= static_cast<Int128>(~std::uint64_t{0}) ? static_cast<std::uint64_t>(attos) : 0;
}

// Rows read from bytes, in images of their own.
class RowShelf {
 public:
  struct Place {
    std::size_t image = 0;
    std::size_t row = 0;
  };

  // nullopt when the bytes are no row.
  std::optional<Place> Add(std::string_view bytes);

  // Good until the next Add.
  const CatalogImage& ImageAt(Place place) const { return views_[place.image]; }
  const RowRecord& RowAt(Place place) const { return views_[place.image].rows[place.row]; }

 private:
  OwnedImage& ImageWithRoom(std::size_t rates);

  std::deque<OwnedImage> images_;  // one is full when its numbers are
  std::deque<CatalogImage> views_;
};

}  // namespace tokentra

#endif  // TOKENTRA_CORE_CATALOG_ROW_BYTES_H_
