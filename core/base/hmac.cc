#include "core/base/hmac.h"

#include <array>

#include "core/base/sha256.h"

namespace tokentra {
namespace {

constexpr std::size_t kBlockBytes = 64;

std::string_view View(const Sha256::Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

}  // namespace

std::string HmacSha256Hex(std::string_view key, std::string_view message, std::size_t bytes) {
  Sha256::Digest short_key;
  if (key.size() > kBlockBytes) {
    Sha256 hash;
    hash.Update(key);
    short_key = hash.Finish();
    key = View(short_key);
  }
  std::array<char, kBlockBytes> inner;
  std::array<char, kBlockBytes> outer;
  for (std::size_t i = 0; i < kBlockBytes; ++i) {
    const int byte = i < key.size() ? static_cast<unsigned char>(key[i]) : 0;
    inner[i] = static_cast<char>(byte ^ 0x36);
    outer[i] = static_cast<char>(byte ^ 0x5C);
  }
  Sha256 first;
  first.Update({inner.data(), inner.size()});
  first.Update(message);
  const Sha256::Digest inner_digest = first.Finish();
  Sha256 second;
  second.Update({outer.data(), outer.size()});
  second.Update(View(inner_digest));
  const Sha256::Digest digest = second.Finish();
  constexpr char kHex[] = "0123456789abcdef";
  std::string text;
  for (std::size_t i = 0; i < bytes && i < digest.size(); ++i) {
    text += kHex[digest[i] >> 4];
    text += kHex[digest[i] & 15];
  }
  return text;
}

}  // namespace tokentra
