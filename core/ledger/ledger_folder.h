// LedgerFolder: a ledger's directory, shared by the processes that record into it.
//
//   ledger         what the ledger is (ManifestHeader, names), and its two shared counters
//   seg-<random>   one process's segment; locked by it while it lives
//   base           what was absorbed from segments (snapshot_codec.h)
//   ids-<epoch>    the last two tables of ids (id_table.h)
//   tmp-...        being made; locked by its maker
//   bad-...        a base that could not be read, put aside
//
// Files appear whole, by rename or link. Nobody waits for anybody: a reader maps what is there,
// *then* reads the base, and leaves out what that base says it absorbed. So it sees each cell once,
// whatever is absorbed meanwhile; a file that vanished before it could be opened is in that base.
//
// Compaction, by whoever holds the lock on `ledger`: reads the base and dead segments (whose locks
// it takes), adds up, writes the next base, renames it, and only then removes the segments and
// frees its own sealed extents. A crash in between leaves files that the base names as absorbed:
// nobody counts them, and the next compaction removes them.
//
// Which segments are absorbed is told by their ordinals, drawn from a shared counter. A segment's
// file is there, under its temporary name at least, before its ordinal is drawn; so every ordinal
// drawn before a listing of the folder belongs to a file in that listing, or to one that is gone
// because it was absorbed. A folder is listed twice, because a listing may miss a file that is
// renamed beside it, and each file is renamed once.
//
// Files: for n live processes at most n segments, n being made, two tables and one being made,
// ledger, base, its successor, and one set aside: 2 n + 7, once the dead are compacted.
//
// Thread: any. Errors name the path. docs/segment-format.md draws every byte.

#ifndef TOKENTRA_CORE_LEDGER_LEDGER_FOLDER_H_
#define TOKENTRA_CORE_LEDGER_LEDGER_FOLDER_H_

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/siphash.h"
#include "core/ledger/base_change.h"
#include "core/ledger/id_table.h"
#include "core/ledger/options.h"
#include "core/ledger/platform_files.h"
#include "core/ledger/segment.h"
#include "core/ledger/snapshot.h"

namespace tokentra {

inline constexpr std::array<char, 8> kManifestMagic = {'t', 'o', 'k', 'l', 'e', 'd', '\r', '\n'};
inline constexpr std::uint32_t kManifestFormat = 1;
inline constexpr std::uint32_t kManifestBytes = 64 << 10;  // names included

struct ManifestHeader {
  std::array<char, 8> magic;
  std::uint32_t format;
  std::uint32_t byte_order;
  std::array<std::uint64_t, 2> ledger_id;
  std::array<std::uint64_t, 2> id_key;
  std::uint64_t schema_hash;  // of bucket width and names
  std::int64_t bucket_seconds;
  std::uint64_t ids_max;
  std::uint32_t names_count;
  std::uint32_t names_bytes;  // of the names that follow the header: length u32 and bytes each
  std::uint64_t checksum;     // of the bytes before it, and of the names
  std::array<std::uint64_t, 4> reserved;
  alignas(64) std::atomic<std::uint64_t> next_ordinal;
  alignas(64) std::atomic<std::uint64_t> ids_epoch;
};
static_assert(offsetof(ManifestHeader, checksum) == 80);
static_assert(offsetof(ManifestHeader, next_ordinal) == 128);
static_assert(sizeof(ManifestHeader) == 256);

// A process's own segment and the lock that says it lives.
struct OwnSegment {
  std::unique_ptr<Segment> segment;
  File lock;
};

class LedgerFolder {
 public:
  // Creates what is missing unless opened for reading. `options` is changed to what the folder has:
  // ids_max always, dimensions and width when `adopt` is set. FAILED_PRECONDITION naming both when
  // dimensions or width differ, or when the folder holds other things; RESOURCE_EXHAUSTED when
  // there is no room; NOT_FOUND; PERMISSION_DENIED; DATA_LOSS for a damaged manifest.
  static absl::StatusOr<std::unique_ptr<LedgerFolder>> Open(const std::string& path,
                                                            const FolderOptions& folder_options,
                                                            LedgerOptions* options);

  // A new segment of this process, visible to all. Smaller ones are tried when there is no room.
  absl::StatusOr<std::unique_ptr<OwnSegment>> CreateSegment();

  // Adds everything that the folder holds. `ids` decides about events with an id.
  absl::Status Read(const IdCommits* ids, SnapshotContents* contents, SnapshotNotes* notes) const;

  // Absorbs up to `dead_max` dead segments, and the sealed extents of `own` (nullable). The number
  // of cells of `own` that came free; 0 as well when another process is at it.
  std::uint64_t Compact(std::uint64_t dead_max, const IdCommits* ids, Segment* own);

  // Absorbs as above, all dead segments, and changes the base. INVALID_ARGUMENT for a zone that
  // does not go with the buckets; FAILED_PRECONDITION when opened for reading; UNAVAILABLE when
  // another process compacts just now; RESOURCE_EXHAUSTED when the base cannot be written.
  absl::StatusOr<BaseChangeResult> Change(const BaseChange& change, const IdCommits* ids,
                                          Segment* own, std::uint64_t* freed_cells);

  // After a fork: the files that were closed are opened again.
  void ReopenAfterFork();

  // Where the tables of ids come from; lives no longer than the folder.
  std::unique_ptr<IdStorage> NewIdStorage();

  const SipKey& id_key() const { return id_key_; }
  bool read_only() const { return folder_options_.read_only; }
  std::uint64_t compactions() const { return compactions_.load(std::memory_order_relaxed); }
  std::uint64_t compactions_failed() const {
    return compactions_failed_.load(std::memory_order_relaxed);
  }
  absl::StatusOr<std::uint64_t> CountFiles() const;

  ManifestHeader& manifest() const { return *reinterpret_cast<ManifestHeader*>(map_.data()); }
  const Folder& folder() const { return folder_; }

 private:
  struct SegmentFile;
  class Compaction;

  // Does the work while no other thread or process compacts; false, and nothing done, when one
  // does.
  template <typename Work>
  bool WithLock(Work work);

  LedgerFolder(Folder folder, const FolderOptions& folder_options, const LedgerOptions& options);

  absl::Status OpenManifest(LedgerOptions* options);
  absl::Status CreateManifest(const LedgerOptions& options);
  absl::Status CheckSchema(const std::vector<std::string>& names, LedgerOptions* options) const;
  absl::StatusOr<std::unique_ptr<OwnSegment>> CreateSegmentOf(std::uint32_t extents);
  absl::StatusOr<std::vector<std::string>> ListTwice() const;
  absl::StatusOr<std::unique_ptr<SnapshotContents>> ReadBase() const;

  const Folder folder_;
  const FolderOptions folder_options_;
  LedgerOptions options_;
  File manifest_file_;  // its lock is the compaction lock
  Mapping map_;         // of the manifest's first page
  SipKey id_key_;
  std::atomic_flag compacting_ = ATOMIC_FLAG_INIT;
  std::atomic<std::uint64_t> compactions_{0};
  std::atomic<std::uint64_t> compactions_failed_{0};
};

}  // namespace tokentra

#endif  // TOKENTRA_CORE_LEDGER_LEDGER_FOLDER_H_
