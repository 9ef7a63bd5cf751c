// CRC-32 as zlib, gzip and event streams use it: polynomial 0xEDB88320, reflected.
//
// Thread: pure functions. Cost: one table look-up a byte.

#ifndef TOKENTRA_CORE_BASE_CRC32_H_
#define TOKENTRA_CORE_BASE_CRC32_H_

#include <cstdint>
#include <string_view>

namespace tokentra {

// The checksum of the bytes so far and `bytes`; `crc` is that of the bytes so far, 0 of none.
std::uint32_t Crc32(std::uint32_t crc, std::string_view bytes);

}  // namespace tokentra

#endif  // TOKENTRA_CORE_BASE_CRC32_H_
