// Method: every row of the built-in catalog goes to bytes and back and must charge the same; then
// bytes cut and changed anywhere must be refused or read, never read past their end.

#include "core/catalog/row_bytes.h"

#include <random>
#include <string>

#include "core/catalog/catalog.h"
#include "core/pricing/price.h"
#include "core/usage/usage_class.h"
#include "gtest/gtest.h"

namespace tokentra {
namespace {

TEST(RowBytesTest, EveryBuiltinRowComesBack) {
  const auto catalog = Catalog::Builtin();
  const CatalogImage& image = catalog->image();
  RowShelf shelf;
  std::string bytes;
  std::size_t longest = 0;
  std::vector<RowShelf::Place> places;
  for (const RowRecord& row : image.rows) {
    EncodeRow(image, row, bytes);
    longest = std::max(longest, bytes.size());
    const std::optional<RowShelf::Place> place = shelf.Add(bytes);
    ASSERT_TRUE(place.has_value());
    places.push_back(*place);
  }
  EXPECT_LE(longest, kRowBytesMax);
  for (std::size_t i = 0; i < image.rows.size(); ++i) {
    const RowRecord& was = image.rows[i];
    const RowRecord& is = shelf.RowAt(places[i]);
    const CatalogImage& shelved = shelf.ImageAt(places[i]);
    ASSERT_EQ(is.free, was.free);
    ASSERT_EQ(is.rate_count, was.rate_count);
    ASSERT_EQ(shelved.shapes[is.shape].rate_of_atom, image.shapes[was.shape].rate_of_atom);
    for (std::size_t at = 0; at < was.rate_count; ++at) {
      const RateRecord& x = shelved.Rate(is, at);
      const RateRecord& y = image.Rate(was, at);
      ASSERT_EQ(x.meter, y.meter);
      ASSERT_EQ(x.amount_lo, y.amount_lo);
      ASSERT_EQ(x.amount_hi, y.amount_hi);
      ASSERT_EQ(x.per, y.per);
      ASSERT_EQ(x.attos_per_quantum, y.attos_per_quantum);
      const RuleRecord& a = shelved.rules[x.rule];
      const RuleRecord& b = image.rules[y.rule];
      ASSERT_TRUE(a.minimum == b.minimum && a.step == b.step && a.included == b.included);
    }
  }
}

TEST(RowBytesTest, TheLongestRowFitsAClass) { EXPECT_LE(kRowBytesMax, kClassRowMax); }

TEST(RowBytesTest, CutBytesAreNoRow) {
  const auto catalog = Catalog::Builtin();
  std::string bytes;
  EncodeRow(catalog->image(), catalog->image().rows[0], bytes);
  RowShelf shelf;
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(shelf.Add(std::string_view(bytes).substr(0, size)).has_value()) << size;
  }
  EXPECT_FALSE(shelf.Add(bytes + "x").has_value());
  EXPECT_TRUE(shelf.Add(bytes).has_value());
}

TEST(RowBytesTest, ChangedBytesAreReadOrRefused) {
  const auto catalog = Catalog::Builtin();
  const CatalogImage& image = catalog->image();
  std::mt19937 random(20261128);
  RowShelf shelf;
  std::string bytes;
  std::size_t read = 0;
  for (int i = 0; i < 20'000; ++i) {
    EncodeRow(image, image.rows[random() % image.rows.size()], bytes);
    bytes[random() % bytes.size()] = static_cast<char>(random());
    const std::optional<RowShelf::Place> place = shelf.Add(bytes);
    if (!place.has_value()) continue;
    ++read;
    const RowRecord& row = shelf.RowAt(*place);
    Atoms atoms;
    for (std::size_t at = 0; at < kAtomCount; ++at) atoms.Append(static_cast<Atom>(at), 7);
    Cost cost;
    PriceCall(shelf.ImageAt(*place), row, atoms, cost);
  }
  EXPECT_GT(read, 0u);
}

}  // namespace
}  // namespace tokentra
