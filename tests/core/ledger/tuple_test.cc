// Method: tables, and all tuples of three dimensions over {absent, "", "a", too long}.

#include "core/ledger/tuple.h"

#include <gtest/gtest.h>

#include <memory>
#include <set>

namespace tokentra {
namespace {

TEST(TupleTest, AllSmallTuplesDifferAndDecode) {
  std::set<std::string> seen;
  const auto tuple = std::make_unique<TupleBuffer>();
  for (int code = 0; code < 64; ++code) {
    std::vector<std::string_view> values;
    std::uint64_t present = 0;
    std::uint64_t folded = 0;
    for (unsigned i = 0; i < 3; ++i) {
      const int choice = code >> (2 * i) & 3;
      values.push_back(choice == 2 ? "a" : choice == 3 ? "long" : "");
      if (choice == 1 || choice == 2) present |= std::uint64_t{1} << i;
      if (choice == 3) folded |= std::uint64_t{1} << i;
    }
    EncodeTuple(values, present | folded, 3, tuple.get());
    EXPECT_TRUE(seen.insert(std::string(tuple->view())).second);
    const DecodedTuple decoded = DecodeTuple(tuple->view());
    EXPECT_EQ(decoded.present, present);
    EXPECT_EQ(decoded.folded, folded);
    ASSERT_EQ(decoded.values.size(), 3u);
    for (unsigned i = 0; i < 3; ++i) {
      EXPECT_EQ(decoded.values[i], (folded >> i & 1) != 0 ? "" : values[i]);
    }
  }
}

TEST(TupleTest, FoldsFromTheLast) {
  const auto tuple = std::make_unique<TupleBuffer>();
  const auto folded = std::make_unique<TupleBuffer>();
  const std::string_view values[] = {"x", "", "z"};
  EXPECT_EQ(EncodeTuple(values, 0b101, 8, tuple.get()), 0u);
  const std::uint64_t expected[] = {0b100, 0b110, 0b111};
  for (const std::uint64_t mask : expected) {
    ASSERT_TRUE(FoldTuple(tuple->view(), folded.get()));
    EXPECT_EQ(DecodeTuple(folded->view()).folded, mask);
    *tuple = *folded;
  }
  EXPECT_FALSE(FoldTuple(tuple->view(), folded.get()));
}

TEST(TupleTest, LargestTupleFits) {
  const std::string value(kDimensionValueBytesMax, 'v');
  const std::vector<std::string_view> values(kDimensionsMax, value);
  const auto tuple = std::make_unique<TupleBuffer>();
  EncodeTuple(values, ~std::uint64_t{0}, kDimensionValueBytesMax, tuple.get());
  EXPECT_EQ(tuple->size, kTupleBytesMax);
  EXPECT_EQ(DecodeTuple(tuple->view()).values.back(), value);
}

}  // namespace
}  // namespace tokentra
