// LedgerOptions: the limits a ledger is created with. Each has a name, a default and a range; none
// can be changed later, and together they bound the ledger's memory.
//
// `keys_max`, `cells_max` and `text_bytes_max` say how much is kept as given. For what has to be
// folded there is a quarter more of each (FoldReserve), handed out in steps, so that coarser keys
// find room when finer ones have used up theirs.

#ifndef TOKENTRA_CORE_LEDGER_OPTIONS_H_
#define TOKENTRA_CORE_LEDGER_OPTIONS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "core/base/instant.h"
#include "core/ledger/arrival.h"

namespace tokentra {

struct LedgerOptions {
  // Names of the metadata keys that are aggregated by, most important first: folding starts at the
  // last. At most 32, not empty, distinct.
  std::vector<std::string> dimensions;
  // Divides a day; at least 60.
  std::int64_t bucket_seconds = kBucketSeconds;
  std::uint32_t keys_max = 65'536;           // tuples of dimension values; 1 to 2^24
  std::uint32_t classes_max = 4'096;         // 1 to 2^20
  std::uint32_t cells_max = 262'144;         // of all shards together; 1 to 2^23
  std::uint32_t shards_max = 256;            // threads with a shard of their own; 1 to 4096
  std::uint64_t text_bytes_max = 16 << 20;   // tuples and classes, with their headers; up to 2^40
  std::uint32_t value_bytes_max = 256;       // longer dimension values are folded; 1 to 1024
  std::uint32_t class_bytes_max = 16 << 10;  // classes with longer bytes are folded; 1 to 2^20
  // Ids that are remembered: the first so many all, later the last half as many at least. 1 to
  // 2^28.
  std::uint64_t ids_max = 1'000'000;
  // Of events whose arrival is stated. Each process of a folder has its own.
  ArrivalLimits arrival;
};

// What a ledger in a folder is opened with, besides. The first process decides about the
// dimensions, the bucket width and ids_max; the others must ask for the same dimensions and width.
struct FolderOptions {
  // Of a process's own file, 2^18 to 2^32. When there is no room for it, smaller ones are tried.
  std::uint64_t segment_bytes = 4 << 20;
  // Open for reading only: nothing is created or changed.
  bool read_only = false;
  // Take dimensions and width from the folder instead of comparing them.
  bool adopt = false;
};
absl::Status ValidateFolderOptions(const FolderOptions& options);
// Ids remembered by a ledger in a folder unless it is told otherwise: two files of 4 MB.
inline constexpr std::uint64_t kFolderIdsMaxDefault = 130'000;

// INVALID_ARGUMENT names the option, its value and its range.
absl::Status ValidateLedgerOptions(const LedgerOptions& options);

// What is reserved for folded keys beside `limit` of the others.
constexpr std::uint64_t FoldReserve(std::uint64_t limit) { return (limit + 3) / 4; }

// How much a key on fold step `step` of `steps` may fill, counting everything before it. Step 0 is
// a key as given; each further step may use an equal share more of the reserve.
constexpr std::uint64_t FoldLimit(std::uint64_t limit, std::uint64_t step, std::uint64_t steps) {
  return steps == 0 ? limit : limit + FoldReserve(limit) * step / steps;
}

}  // namespace tokentra

#endif  // TOKENTRA_CORE_LEDGER_OPTIONS_H_
