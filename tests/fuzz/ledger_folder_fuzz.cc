// The files of a ledger's folder as hostile bytes: the manifest, an id table and the base, each in
// turn replaced by the input. Opening, reading and recording end with an answer; what was recorded
// afterwards is there.
//
// The first byte chooses the file; the rest is its contents, or is laid over what was there.

#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "core/ledger/ledger.h"

namespace {

void Check(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tokentra;
  if (size < 3) return 0;
  static const std::filesystem::path folder = [] {
    std::string name = "/dev/shm/tokentra-fuzz-XXXXXX";
    return std::filesystem::path(mkdtemp(name.data()));
  }();
  const std::filesystem::path path = folder / "ledger";
  std::filesystem::remove_all(path);
  FolderOptions folder_options;
  folder_options.segment_bytes = 1 << 18;
  const auto open = [&] {
    LedgerOptions options;
    options.dimensions = {"a"};
    options.ids_max = 100;
    options.cells_max = options.keys_max = 1000;
    return Ledger::Open(path.string(), folder_options, options);
  };
  const auto record = [](Ledger& ledger, const char* id) {
    Atoms atoms;
    atoms.Append(Atom::kInput, 1);
    const Part part{ledger.InternClass("m", ClassKind::kFree), &atoms, nullptr, 0, true};
    const std::string_view value = "v";
    const EventId event_id = ledger.IdOf(id, "x");
    return ledger.Record({0, ledger.InternDimensions({&value, 1}, 1), {&part, 1}, {}, &event_id})
        .status;
  };
  {
    const auto ledger = open();
    Check(ledger.ok() && record(**ledger, "before") == RecordStatus::kRecorded);
  }
  (void)open();  // absorbs it: there is a base
  static constexpr const char* kFiles[] = {"ledger", "base", "ids-1"};
  const std::filesystem::path file = path / kFiles[data[0] % 3];
  const std::size_t offset = data[1] * 16u + data[2] % 16u;
  const auto was = std::filesystem::file_size(file);
  {
    std::fstream out(file, std::ios::binary | std::ios::in | std::ios::out);
    out.seekp(static_cast<std::streamoff>(offset % was));
    out.write(reinterpret_cast<const char*>(data) + 3, static_cast<std::streamsize>(size - 3));
  }
  // Never shorter: a file that is cut under a mapping is the system's signal, not ours.
  const auto ledger = open();
  if (!ledger.ok()) return 0;
  const RecordStatus status = record(**ledger, "after");
  const auto snapshot = (*ledger)->TakeSnapshot();
  Check(snapshot.ok());
  if (status == RecordStatus::kRecorded) Check((*snapshot)->Totals().events >= 1);
  return 0;
}
