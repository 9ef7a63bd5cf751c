// Names of the files in a ledger's directory (ledger_folder.h).
//
// Thread: pure functions, but for the random part of a temporary name.

#ifndef TOKENTRA_CORE_LEDGER_FOLDER_FILES_H_
#define TOKENTRA_CORE_LEDGER_FOLDER_FILES_H_

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/ledger/platform_files.h"

namespace tokentra {

inline constexpr std::string_view kManifestName = "ledger";
inline constexpr std::string_view kBaseName = "base";
inline constexpr std::string_view kSegmentPrefix = "seg-";
inline constexpr std::string_view kTemporaryPrefix = "tmp-";
inline constexpr std::string_view kTemporarySegmentPrefix = "tmp-seg-";
inline constexpr std::string_view kIdsPrefix = "ids-";
inline constexpr std::string_view kBadPrefix = "bad-";

inline std::string RandomText(const std::array<std::uint64_t, 2>& id) {
  return absl::StrCat(absl::Hex(id[0], absl::kZeroPad16), absl::Hex(id[1], absl::kZeroPad16));
}
inline std::string SegmentName(const std::array<std::uint64_t, 2>& id) {
  return absl::StrCat(kSegmentPrefix, RandomText(id));
}
inline std::string IdsName(std::uint64_t epoch) { return absl::StrCat(kIdsPrefix, epoch); }
inline std::string TemporaryName(std::string_view kind) {
  return absl::StrCat(kTemporaryPrefix, kind, "-", RandomText(RandomId()));
}

// A file under a temporary name, locked by its maker, so that those of makers that died can be told
// and removed.
inline absl::StatusOr<File> CreateTemporary(const Folder& folder, std::string_view kind,
                                            std::string* name) {
  constexpr int kTriesMax = 8;
  for (int i = 0; i < kTriesMax; ++i) {
    *name = TemporaryName(kind);
    absl::StatusOr<File> file = folder.Create(*name);
    if (!file.ok()) return file;
    // Between creation and lock somebody may have taken it for a dead maker's.
    if (file->TryLock() && file->IsLinked()) return file;
    folder.Remove(*name);
  }
  return absl::UnavailableError("a new file of the ledger is taken away again and again");
}

inline bool IsLedgerFile(std::string_view name) {
  if (name == kManifestName || name == kBaseName) return true;
  for (const std::string_view prefix : {kSegmentPrefix, kTemporaryPrefix, kIdsPrefix, kBadPrefix}) {
    if (absl::StartsWith(name, prefix)) return true;
  }
  return false;
}

}  // namespace tokentra

#endif  // TOKENTRA_CORE_LEDGER_FOLDER_FILES_H_
