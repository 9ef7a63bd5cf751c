// The bytes of a snapshot, and of a ledger's base, which is a snapshot without sources.
//
//   file    := magic "toksnap\n"  format u32  reserved u32  body_bytes u64  checksum 16 bytes  body
//   body    := bucket_seconds  names  classes  tuples  ledgers
//   names   := count { text }              texts are a length and bytes
//   classes := count { kind u8 | folded << 7, text }          ascending by text, kind, folded
//   tuples  := count { text }                                 ascending
//   ledgers := count { id 16 bytes, base_version, next_ordinal,
//                      count { ordinal, next_serial, count { serial } },
//                      deleted_before i64, deleted_events,       (not in format 1)
//                      count { row }                          of the base, ascending by key
//                      count { ordinal, serial, count { position, version, row } } }   ascending
//   row     := bucket u32, class index, tuple index, page u8, carry u8, time u8,
//              mask u8, the counters in the mask
//
// Numbers without a width are LEB128 varints; those with one are little-endian. The checksum is
// SipHash-2-4-128 of the body under the key zero. The encoding is canonical: equal contents have
// equal bytes.
//
// Safety: decoding is for hostile input. It allocates no more than a small multiple of the bytes it
// was given, and refuses what breaks the limits of cell.h (DATA_LOSS), or has another format
// (UNIMPLEMENTED).
//
// Thread: pure functions.

#ifndef TOKENTRA_CORE_LEDGER_SNAPSHOT_CODEC_H_
#define TOKENTRA_CORE_LEDGER_SNAPSHOT_CODEC_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/ledger/snapshot_contents.h"

namespace tokentra {

inline constexpr std::string_view kSnapshotMagic = "toksnap\n";
inline constexpr std::uint32_t kSnapshotFormat = 2;
inline constexpr std::uint32_t kSnapshotFormatLeast = 1;  // that is read
inline constexpr std::uint64_t kSnapshotBytesMax = std::uint64_t{1} << 32;

std::string EncodeContents(const SnapshotContents& contents);
absl::StatusOr<std::unique_ptr<SnapshotContents>> DecodeContents(std::string_view bytes);

}  // namespace tokentra

#endif  // TOKENTRA_CORE_LEDGER_SNAPSHOT_CODEC_H_
