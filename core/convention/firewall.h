// Firewall: finds what may not stand in metadata at all: credentials, e-mail addresses, telephone
// and card numbers, random key material.
//
// `LooksPlain` is the quick look that every value gets: true means that none of the detectors below
// could find anything, so ordinary names cost one pass over their bytes. `Scan` is the full look.
// What is found is told by kind and place only; nobody stores or shows the value.
//
// Formats are those that vendors describe publicly (prefix, alphabet, length); secret_formats.cc
// lists them. What has no format of its own (32 hexadecimal digits) is found by the name of its key
// (`api_key`) or by its randomness: at least kEntropyBytesMin characters of mixed classes that are
// no UUID, no hash in hexadecimal, no prefixed id.
//
// Thread: pure functions. Cost: LooksPlain about half a nanosecond a byte; Scan is linear.

#ifndef TOKENTRA_CORE_CONVENTION_FIREWALL_H_
#define TOKENTRA_CORE_CONVENTION_FIREWALL_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/convention/rule.h"

namespace tokentra {

struct SensitiveFind {
  Rule rule;              // kSecret, kEntropy, kEmail, kPhone, kCard
  std::string_view kind;  // "openai-key", static
};

inline constexpr std::size_t kEntropyBytesMin = 32;

namespace firewall {

// Classes of bytes, or-ed over a value.
inline constexpr std::uint8_t kLower = 1;
inline constexpr std::uint8_t kUpper = 2;
inline constexpr std::uint8_t kDigit = 4;
inline constexpr std::uint8_t kAt = 8;       // @
inline constexpr std::uint8_t kSymbol = 16;  // punctuation but - _ .
inline constexpr std::uint8_t kJoin = 32;    // - _ .
inline constexpr std::uint8_t kControl = 64;
inline constexpr std::uint8_t kWide = 128;  // part of a character outside ASCII

extern const std::array<std::uint8_t, 256> kClassOf;

}  // namespace firewall

// The classes of all bytes of `value`.
inline std::uint8_t ByteClasses(std::string_view value) {
  std::uint8_t classes = 0;
  for (const char c : value) classes |= firewall::kClassOf[static_cast<unsigned char>(c)];
  return classes;
}

// True: Scan would find nothing in a value of these classes and this size.
inline bool LooksPlain(std::uint8_t classes, std::size_t size) {
  using namespace firewall;
  if ((classes & kAt) != 0) return false;
  // Telephone and card numbers have 10 digits; every secret has 16 bytes, with digits or capitals
  // among them.
  return (classes & (kDigit | kUpper)) == 0 || size < 10;
}

// What is found first in the order secret, card, e-mail, phone, entropy. `key` is the metadata key:
// under a name such as `api_key` less is needed.
std::optional<SensitiveFind> Scan(std::string_view key, std::string_view value);

// "hmac:" and the first 80 bits of HMAC-SHA-256(key, value) in hexadecimal: tells two finds apart
// without telling what they are.
std::string Fingerprint(std::string_view key, std::string_view value);

// In secret_formats.cc: the kind of the credential that begins at `text`, given what stands before
// it; empty when there is none.
std::string_view SecretKindAt(std::string_view text);

}  // namespace tokentra

#endif  // TOKENTRA_CORE_CONVENTION_FIREWALL_H_
