// Method: the authors' test vectors of SipHash-2-4-128 (key bytes 0 to 15, message bytes 0 to
// n - 1), at lengths around the eight-byte blocks; and that every bit of key and message matters.

#include "core/base/siphash.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <utility>
#include <vector>

namespace tokentra {
namespace {

constexpr SipKey kKey = {0x0706050403020100, 0x0f0e0d0c0b0a0908};

std::string Message(std::size_t size) {
  std::string message;
  for (std::size_t i = 0; i < size; ++i) message += static_cast<char>(i);
  return message;
}

std::string Hex(const std::array<std::uint64_t, 2>& hash) {
  std::string text;
  for (const std::uint64_t word : hash) {
    for (int byte = 0; byte < 8; ++byte) {
      constexpr char kDigits[] = "0123456789abcdef";
      text += kDigits[word >> (8 * byte + 4) & 15];
      text += kDigits[word >> (8 * byte) & 15];
    }
  }
  return text;
}

TEST(SipHashTest, IsThatOfItsAuthors) {
  const std::vector<std::pair<std::size_t, std::string>> vectors = {
      {0, "a3817f04ba25a8e66df67214c7550293"},  {1, "da87c1d86b99af44347659119b22fc45"},
      {2, "8177228da4a45dc7fca38bdef60affe4"},  {7, "a1f1ebbed8dbc153c0b84aa61ff08239"},
      {8, "3b62a9ba6258f5610f83e264f31497b4"},  {9, "264499060ad9baabc47f8b02bb6d71ed"},
      {15, "5493e99933b0a8117e08ec0f97cfc3d9"}, {16, "6ee2a4ca67b054bbfd3315bf85230577"},
      {17, "473d06e8738db89854c066c47ae47740"}, {63, "5150d1772f50834a503e069a973fbd7c"}};
  for (const auto& [size, hash] : vectors) {
    EXPECT_EQ(Hex(SipHash128(kKey, Message(size))), hash) << size;
  }
}

TEST(SipHashTest, EveryBitMatters) {
  std::set<std::array<std::uint64_t, 2>> seen = {SipHash128(kKey, Message(24))};
  std::size_t made = 1;
  for (int bit = 0; bit < 64; ++bit, made += 2) {
    seen.insert(SipHash128({kKey.low ^ std::uint64_t{1} << bit, kKey.high}, Message(24)));
    seen.insert(SipHash128({kKey.low, kKey.high ^ std::uint64_t{1} << bit}, Message(24)));
  }
  for (std::size_t bit = 0; bit < 24 * 8; ++bit, ++made) {
    std::string message = Message(24);
    message[bit / 8] = static_cast<char>(message[bit / 8] ^ 1 << bit % 8);
    seen.insert(SipHash128(kKey, message));
  }
  for (std::size_t size = 0; size < 24; ++size, ++made)
    seen.insert(SipHash128(kKey, Message(size)));
  // Trailing zeros count.
  seen.insert(SipHash128(kKey, Message(24) + std::string(1, '\0')));
  EXPECT_EQ(seen.size(), made + 1);
}

}  // namespace
}  // namespace tokentra
