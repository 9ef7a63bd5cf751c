// What `tokentra report` reads besides logs: ledgers in folders, and snapshots as files.

#ifndef TOKENTRA_BINDINGS_CLI_REPORT_SNAPSHOTS_H_
#define TOKENTRA_BINDINGS_CLI_REPORT_SNAPSHOTS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "bindings/cli/console.h"
#include "bindings/cli/handle.h"

namespace tokentra::cli {

// True for a ledger's folder, and for a file that begins as a snapshot does.
bool IsSnapshotSource(const std::string& path);

struct MergedSnapshots {
  Snapshot snapshot;  // null: none could be read
  std::uint64_t failed = 0;
};

// Everything that the sources hold, each count once. What cannot be read is noted and counted.
MergedSnapshots ReadSnapshots(const std::vector<std::string>& paths,
                              const tokentra_catalog* catalog, Console& console);

// What came between an earlier snapshot, a file, and `later`.
Snapshot Since(const std::string& earlier_path, const Snapshot& later,
               const tokentra_catalog* catalog);

}  // namespace tokentra::cli

#endif  // TOKENTRA_BINDINGS_CLI_REPORT_SNAPSHOTS_H_
