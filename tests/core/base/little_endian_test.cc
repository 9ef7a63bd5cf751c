// Method: every width goes to the bytes that are written out here and back; reading past the end
// gives zero, and nothing after it counts.

#include "core/base/little_endian.h"

#include <cstdint>
#include <string>

#include "gtest/gtest.h"

namespace tokentra {
namespace {

TEST(LittleEndianTest, ThereAndBack) {
  std::string bytes;
  AppendInteger(bytes, std::uint8_t{0xFE});
  AppendInteger(bytes, std::uint16_t{0x0102});
  AppendInteger(bytes, std::int64_t{-2});
  EXPECT_EQ(bytes, "\xFE\x02\x01\xFE\xFF\xFF\xFF\xFF\xFF\xFF\xFF");
  ByteReader reader(bytes);
  EXPECT_EQ(reader.Read<std::uint8_t>(), 0xFE);
  EXPECT_EQ(reader.Read<std::uint16_t>(), 0x0102);
  EXPECT_FALSE(reader.done());
  EXPECT_EQ(reader.Read<std::int64_t>(), -2);
  EXPECT_TRUE(reader.done());
}

TEST(LittleEndianTest, PastTheEnd) {
  ByteReader reader("abc");
  EXPECT_EQ(reader.ReadBytes(1), "a");
  EXPECT_EQ(reader.Read<std::uint32_t>(), 0u);
  EXPECT_FALSE(reader.ok());
  EXPECT_EQ(reader.Read<std::uint8_t>(), 0);
  EXPECT_EQ(reader.ReadBytes(0), "");
  EXPECT_FALSE(reader.done());
}

}  // namespace
}  // namespace tokentra
