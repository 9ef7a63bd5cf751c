#include "bindings/cli/report_snapshots.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string_view>
#include <utility>

#include "bindings/cli/format.h"
#include "bindings/cli/terminal.h"

namespace tokentra::cli {
namespace {

constexpr std::string_view kMagic = "toksnap\n";
constexpr std::string_view kManifestName = "ledger";  // what makes a folder a ledger's

using Ledger = Handle<tokentra_ledger, tokentra_ledger_free>;

Snapshot ReadFolder(const std::string& path, const tokentra_catalog* catalog) {
  tokentra_ledger_options options = {};
  options.flags = TOKENTRA_LEDGER_READ_ONLY | TOKENTRA_LEDGER_ADOPT;
  tokentra_ledger* opened = nullptr;
  ErrorSlot error;
  error.Check(tokentra_ledger_open(Text(path), &options, sizeof options, &opened, error.out()));
  const Ledger ledger(opened);
  tokentra_snapshot* snapshot = nullptr;
  error.Check(tokentra_ledger_snapshot(opened, catalog, &snapshot, error.out()));
  return Snapshot(snapshot);
}

Snapshot ReadFile(const std::string& path, const tokentra_catalog* catalog) {
  std::ifstream file(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  tokentra_snapshot* snapshot = nullptr;
  ErrorSlot error;
  error.Check(tokentra_snapshot_load(Text(bytes), catalog, &snapshot, error.out()));
  return Snapshot(snapshot);
}

Snapshot Merge(const Snapshot& a, const Snapshot& b) {
  tokentra_snapshot* merged = nullptr;
  ErrorSlot error;
  error.Check(tokentra_snapshot_merge(a.get(), b.get(), &merged, error.out()));
  return Snapshot(merged);
}

}  // namespace

bool IsSnapshotSource(const std::string& path) {
  if (path == "-") return false;
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) {
    return std::filesystem::is_regular_file(path + "/" + std::string(kManifestName), ignored);
  }
  if (!std::filesystem::is_regular_file(path, ignored)) return false;
  std::ifstream file(path, std::ios::binary);
  std::string begin(kMagic.size(), '\0');
  file.read(begin.data(), static_cast<std::streamsize>(begin.size()));
  return file.gcount() == static_cast<std::streamsize>(begin.size()) && begin == kMagic;
}

MergedSnapshots ReadSnapshots(const std::vector<std::string>& paths,
                              const tokentra_catalog* catalog, Console& console) {
  MergedSnapshots merged;
  for (const std::string& path : paths) {
    try {
      std::error_code ignored;
      Snapshot next = std::filesystem::is_directory(path, ignored) ? ReadFolder(path, catalog)
                                                                   : ReadFile(path, catalog);
      for (std::size_t i = 0; i < tokentra_snapshot_bad_file_count(next.get()); ++i) {
        ++merged.failed;
        console.Note(Printable(path) + "/" +
                     Printable(View(tokentra_snapshot_bad_file(next.get(), i))));
      }
      merged.snapshot = merged.snapshot == nullptr ? std::move(next) : Merge(merged.snapshot, next);
    } catch (const Failure& failure) {
      ++merged.failed;
      console.Note(Printable(path) + ": " + failure.what());
    }
  }
  return merged;
}

Snapshot Since(const std::string& earlier_path, const Snapshot& later,
               const tokentra_catalog* catalog) {
  if (!IsSnapshotSource(earlier_path)) {
    throw UsageError("--since-snapshot: '" + Printable(earlier_path) + "' is no snapshot");
  }
  const Snapshot earlier = ReadFile(earlier_path, catalog);
  tokentra_snapshot* difference = nullptr;
  ErrorSlot error;
  error.Check(tokentra_snapshot_diff(earlier.get(), later.get(), &difference, error.out()));
  return Snapshot(difference);
}

}  // namespace tokentra::cli
