// SHA-256 (FIPS 180-4): content ids of price rows and the digest of a catalog.
//
// Thread: values. Cost: one pass, no allocation but for the hexadecimal text.

#ifndef TOKENTRA_CORE_BASE_SHA256_H_
#define TOKENTRA_CORE_BASE_SHA256_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tokentra {

class Sha256 {
 public:
  using Digest = std::array<std::uint8_t, 32>;

  void Update(std::string_view bytes);
  // Ends the message; the object must not be used afterwards.
  Digest Finish();

  // The first `bytes` bytes of the digest of `message` as lower-case hexadecimal.
  static std::string Hex(std::string_view message, std::size_t bytes = 32);

 private:
  void Compress(const std::uint8_t* block);

  std::array<std::uint32_t, 8> state_ = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                         0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::array<std::uint8_t, 64> block_ = {};
  std::uint64_t length_ = 0;  // bytes so far
};

}  // namespace tokentra

#endif  // TOKENTRA_CORE_BASE_SHA256_H_
