#include "core/base/siphash.h"

#include <bit>
#include <cstddef>

namespace tokentra {
namespace {

class State {
 public:
  explicit State(const SipKey& key)
      : v0_(0x736f6d6570736575 ^ key.low),
        v1_(0x646f72616e646f6d ^ key.high ^ 0xee),
        v2_(0x6c7967656e657261 ^ key.low),
        v3_(0x7465646279746573 ^ key.high) {}

  void Absorb(std::uint64_t word) {
    v3_ ^= word;
    Rounds(2);
    v0_ ^= word;
  }
  std::array<std::uint64_t, 2> Finish() {
    v2_ ^= 0xee;
    Rounds(4);
    const std::uint64_t first = v0_ ^ v1_ ^ v2_ ^ v3_;
    v1_ ^= 0xdd;
    Rounds(4);
    return {first, v0_ ^ v1_ ^ v2_ ^ v3_};
  }

 private:
  void Rounds(int count) {
    for (int i = 0; i < count; ++i) {
      v0_ += v1_;
      v1_ = std::rotl(v1_, 13) ^ v0_;
      v0_ = std::rotl(v0_, 32);
      v2_ += v3_;
      v3_ = std::rotl(v3_, 16) ^ v2_;
      v0_ += v3_;
      v3_ = std::rotl(v3_, 21) ^ v0_;
      v2_ += v1_;
      v1_ = std::rotl(v1_, 17) ^ v2_;
      v2_ = std::rotl(v2_, 32);
    }
  }

  std::uint64_t v0_, v1_, v2_, v3_;
};

// `size` bytes, at most eight, little-endian.
std::uint64_t ReadWord(const char* bytes, std::size_t size) {
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < size; ++i) {
    word |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
  }
  return word;
}

}  // namespace

std::array<std::uint64_t, 2> SipHash128(const SipKey& key, std::string_view bytes) {
  State state(key);
  const char* at = bytes.data();
  std::size_t rest = bytes.size();
  for (; rest >= 8; at += 8, rest -= 8) state.Absorb(ReadWord(at, 8));
  state.Absorb(std::uint64_t{bytes.size() & 0xff} << 56 | ReadWord(at, rest));
  return state.Finish();
}

}  // namespace tokentra
