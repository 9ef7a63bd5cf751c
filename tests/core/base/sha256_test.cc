// Method: the vectors of FIPS 180-4 (and NIST's example page for them), the lengths around the
// padding's edges with digests from Python's hashlib, and every way of cutting one message in two.

#include "core/base/sha256.h"

#include <string>
#include <utility>

#include "gtest/gtest.h"

namespace tokentra {
namespace {

std::string HexOf(const Sha256::Digest& digest) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string out;
  for (const std::uint8_t byte : digest) {
    out += kHex[byte >> 4];
    out += kHex[byte & 15];
  }
  return out;
}

TEST(Sha256Test, PublishedVectors) {
  EXPECT_EQ(Sha256::Hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(Sha256::Hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Sha256::Hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(Sha256::Hex("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmno"
                        "ijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu"),
            "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1");
  EXPECT_EQ(Sha256::Hex(std::string(1'000'000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

// Bytes 0, 1, 2, ... 255, 0, 1, ...
std::string Counting(std::size_t size) {
  std::string out(size, '\0');
  for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<char>(i);
  return out;
}

TEST(Sha256Test, LengthsAroundThePadding) {
  const std::pair<std::size_t, const char*> kCases[] = {
      {1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"},
      {55, "463eb28e72f82e0a96c0a4cc53690c571281131f672aa229e0d45ae59b598b59"},
      {56, "da2ae4d6b36748f2a318f23e7ab1dfdf45acdc9d049bd80e59de82a60895f562"},
      {57, "2fe741af801cc238602ac0ec6a7b0c3a8a87c7fc7d7f02a3fe03d1c12eac4d8f"},
      {63, "29af2686fd53374a36b0846694cc342177e428d1647515f078784d69cdb9e488"},
      {64, "fdeab9acf3710362bd2658cdc9a29e8f9c757fcf9811603a8c447cd1d9151108"},
      {65, "4bfd2c8b6f1eec7a2afeb48b934ee4b2694182027e6d0fc075074f2fabb31781"},
      {119, "da18797ed7c3a777f0847f429724a2d8cd5138e6ed2895c3fa1a6d39d18f7ec6"},
      {120, "f52b23db1fbb6ded89ef42a23ce0c8922c45f25c50b568a93bf1c075420bbb7c"},
      {127, "92ca0fa6651ee2f97b884b7246a562fa71250fedefe5ebf270d31c546bfea976"},
      {128, "471fb943aa23c511f6f72f8d1652d9c880cfa392ad80503120547703e56a2be5"},
      {129, "5099c6a56203f9687f7d33f4bfdf576d31dc91f6b695ecea38b2770c87631135"},
      {768, "f3a25aa93aa2fbba28d79260535bbd6a5eb0fc1c24a8b0f04e12b484c1dfe363"},
  };
  for (const auto& [size, digest] : kCases) EXPECT_EQ(Sha256::Hex(Counting(size)), digest) << size;
}

TEST(Sha256Test, PiecesAreOneMessage) {
  const std::string message = Counting(300);
  const std::string expected = Sha256::Hex(message);
  for (std::size_t cut = 0; cut <= message.size(); ++cut) {
    Sha256 hash;
    hash.Update(std::string_view(message).substr(0, cut));
    hash.Update("");
    hash.Update(std::string_view(message).substr(cut));
    ASSERT_EQ(HexOf(hash.Finish()), expected) << cut;
  }
  Sha256 bytes;
  for (const char c : message) bytes.Update({&c, 1});
  EXPECT_EQ(HexOf(bytes.Finish()), expected);
}

TEST(Sha256Test, HexOfTheFirstBytes) {
  EXPECT_EQ(Sha256::Hex("abc", 0), "");
  EXPECT_EQ(Sha256::Hex("abc", 8), "ba7816bf8f01cfea");
  EXPECT_EQ(Sha256::Hex("abc", 99).size(), 64u);
}

}  // namespace
}  // namespace tokentra
