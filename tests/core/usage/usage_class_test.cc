// Method: a class with every field goes to bytes and back; a class of version 1, whose bytes are
// written out here, is still read.

#include "core/usage/usage_class.h"

#include <string>

#include "gtest/gtest.h"

namespace tokentra {
namespace {

using namespace std::string_literals;

UsageClass Whole() {
  UsageClass of;
  of.kind = ClassKind::kPriced;
  of.batch = true;
  of.provider = "openai";
  of.model = "gpt-4o";
  of.service_tier = "flex";
  of.region = "eu";
  of.price_row = "0123456789abcdef";
  of.row = "\x01\x00\x00\x00"s;
  of.named_count = 1;
  of.named[0] = {"size", "big"};
  of.context_count = 1;
  of.context[0] = {1, 100, 200};
  return of;
}

TEST(UsageClassTest, ComesBack) {
  std::string bytes;
  EncodeUsageClass(Whole(), bytes);
  UsageClass read;
  ASSERT_TRUE(DecodeUsageClass(bytes, read));
  EXPECT_TRUE(read.batch);
  EXPECT_EQ(read.model, "gpt-4o");
  EXPECT_EQ(read.price_row, "0123456789abcdef");
  EXPECT_EQ(read.row, Whole().row);
  EXPECT_EQ(read.named[0].value, "big");
  EXPECT_EQ(read.context[0].max, 200u);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(DecodeUsageClass(std::string_view(bytes).substr(0, size), read)) << size;
  }
}

TEST(UsageClassTest, VersionOneIsRead) {
  const std::string bytes = "\x01\x00\x00\x01\x00p\x01\x00m\x00\x00\x00\x00\x02\x00id\x00\x00"s;
  UsageClass read;
  ASSERT_TRUE(DecodeUsageClass(bytes, read));
  EXPECT_EQ(read.provider, "p");
  EXPECT_EQ(read.price_row, "id");
  EXPECT_TRUE(read.row.empty());
  EXPECT_FALSE(DecodeUsageClass("\x03"s + bytes.substr(1), read));
}

TEST(UsageClassTest, ARowIsNeverCut) {
  UsageClass of = Whole();
  for (const std::size_t size : {kClassRowMax - 1, kClassRowMax, kClassRowMax + 1}) {
    of.row = std::string(size, 'r');
    std::string bytes;
    EncodeUsageClass(of, bytes);
    UsageClass read;
    ASSERT_TRUE(DecodeUsageClass(bytes, read));
    EXPECT_EQ(read.row.size(), size <= kClassRowMax ? size : 0);
  }
}

}  // namespace
}  // namespace tokentra
