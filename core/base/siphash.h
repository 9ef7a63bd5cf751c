// SipHash-2-4 with 128 bits of result (Aumasson and Bernstein, https://www.aumasson.jp/siphash/).
//
// A keyed hash: who does not know the key cannot make two texts collide. The same on every machine.
//
// Thread: pure functions. Cost: about a nanosecond a byte.

#ifndef TOKENTRA_CORE_BASE_SIPHASH_H_
#define TOKENTRA_CORE_BASE_SIPHASH_H_

#include <array>
#include <cstdint>
#include <string_view>

namespace tokentra {

struct SipKey {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
};

// {first eight bytes, last eight bytes} of the result, little-endian.
std::array<std::uint64_t, 2> SipHash128(const SipKey& key, std::string_view bytes);

}  // namespace tokentra

#endif  // TOKENTRA_CORE_BASE_SIPHASH_H_
