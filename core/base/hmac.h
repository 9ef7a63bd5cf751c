// HMAC-SHA-256 (RFC 2104, FIPS 198-1): fingerprints that only the holder of a key can make.
//
// Thread: pure functions.

#ifndef TOKENTRA_CORE_BASE_HMAC_H_
#define TOKENTRA_CORE_BASE_HMAC_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace tokentra {

// The first `bytes` bytes of the code of `message` as lower-case hexadecimal.
std::string HmacSha256Hex(std::string_view key, std::string_view message, std::size_t bytes = 32);

}  // namespace tokentra

#endif  // TOKENTRA_CORE_BASE_HMAC_H_
