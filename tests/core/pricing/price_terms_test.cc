// Method: every price row of the built-in catalog as terms and back: random quantities cost the
// same by either, line by line. Then bytes that no row makes: cut, changed, contradicting.

#include "core/pricing/price_terms.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "core/catalog/catalog.h"
#include "core/pricing/price.h"

namespace tokentra {
namespace {

Atoms RandomAtoms(std::mt19937_64& random) {
  Atoms atoms;
  for (std::size_t atom = 0; atom < kAtomCount; ++atom) {
    if (random() % 4 == 0) atoms.Append(static_cast<Atom>(atom), random() % 10'000'000);
  }
  return atoms;
}

void ExpectSame(const CatalogImage& image, const RowRecord& row, const PriceTerms& terms,
                const Atoms& atoms) {
  const CatalogImage other = terms.image();
  const Atoms billed = BilledAtoms(image, row, atoms);
  Cost cost;
  Cost again;
  PriceSums(image, row, atoms, billed, cost);
  PriceSums(other, other.rows[0], atoms, billed, again);
  ASSERT_EQ(again.state, cost.state);
  ASSERT_EQ(again.uncovered, cost.uncovered);
  ASSERT_EQ(again.out_of_range, cost.out_of_range);
  ASSERT_EQ(again.total, cost.total);
  ASSERT_EQ(again.line_count, cost.line_count);
  for (std::size_t i = 0; i < cost.line_count; ++i) {
    ASSERT_EQ(again.lines[i].meter, cost.lines[i].meter);
    ASSERT_EQ(again.lines[i].quantity, cost.lines[i].quantity);
    ASSERT_EQ(again.lines[i].attos, cost.lines[i].attos);
  }
  // What a call is billed follows from the terms as well.
  const Atoms billed_again = BilledAtoms(other, other.rows[0], atoms);
  ASSERT_EQ(billed_again.items().size(), billed.items().size());
  for (std::size_t i = 0; i < billed.items().size(); ++i) {
    ASSERT_EQ(billed_again.items()[i].quantity, billed.items()[i].quantity);
  }
}

TEST(PriceTermsTest, EveryRowCostsTheSame) {
  const auto catalog = Catalog::Builtin();
  const CatalogImage& image = catalog->image();
  std::mt19937_64 random(1);
  std::string bytes;
  std::size_t longest = 0;
  for (const RowRecord& row : image.rows) {
    EncodePriceTerms(image, row, bytes);
    longest = std::max(longest, bytes.size());
    const auto terms = PriceTerms::Decode(bytes);
    ASSERT_NE(terms, nullptr) << image.RowId(row);
    std::string again;
    EncodePriceTerms(terms->image(), terms->image().rows[0], again);
    ASSERT_EQ(again, bytes) << image.RowId(row);
    for (int i = 0; i < 3; ++i) ExpectSame(image, row, *terms, RandomAtoms(random));
    if (HasFatalFailure()) FAIL() << image.RowId(row);
  }
  EXPECT_LE(longest, kPriceTermsBytesMax);
}

TEST(PriceTermsTest, DamagedBytesAreRefusedOrMeanSomething) {
  const auto catalog = Catalog::Builtin();
  const CatalogImage& image = catalog->image();
  std::string bytes;
  std::mt19937_64 random(2);
  for (std::size_t at = 0; at < image.rows.size(); at += 97) {
    EncodePriceTerms(image, image.rows[at], bytes);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      EXPECT_EQ(PriceTerms::Decode(bytes.substr(0, size)), nullptr);
    }
    EXPECT_EQ(PriceTerms::Decode(bytes + '\0'), nullptr);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      std::string changed = bytes;
      changed[i] = static_cast<char>(random());
      const auto terms = PriceTerms::Decode(changed);
      if (terms == nullptr) continue;
      Cost cost;
      const Atoms atoms = RandomAtoms(random);
      PriceSums(terms->image(), terms->image().rows[0], atoms, {}, cost);
      std::string again;
      EncodePriceTerms(terms->image(), terms->image().rows[0], again);
      EXPECT_EQ(again, changed);
    }
  }
}

}  // namespace
}  // namespace tokentra
