// Reading a ledger's directory: segments first, then the base, then what it absorbed is left out.

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/base/text.h"
#include "core/ledger/folder_files.h"
#include "core/ledger/ledger_folder.h"
#include "core/ledger/segment_rows.h"
#include "core/ledger/snapshot_codec.h"

namespace tokentra {
namespace {

// A note is for people: a folder full of rubbish must not fill the memory with notes.
constexpr std::size_t kBadFilesNotedMax = 100;

void NoteBadFile(std::string_view name, std::string_view why, SnapshotNotes* notes) {
  if (notes->bad_files.size() < kBadFilesNotedMax) {
    notes->bad_files.push_back(absl::StrCat(name, ": ", why));
  }
}

// Copies the base into contents that are being filled, as the base of the ledger of that index.
void AddBase(const SnapshotContents& base, std::uint32_t ledger, SnapshotContents* contents,
             SnapshotTexts* texts) {
  std::vector<std::uint32_t> classes;
  for (const SnapshotClass& each : base.classes) {
    classes.push_back(texts->IndexOfClass(each.bytes, each.kind, each.folded));
  }
  std::vector<std::uint32_t> tuples;
  for (const std::string& tuple : base.tuples) tuples.push_back(texts->IndexOfTuple(tuple));
  SnapshotSource source{ledger, 0, 0, contents->rows.size(), 0};
  for (const SnapshotRow& row : base.rows) {
    SnapshotRow& copy = contents->rows.emplace_back(row);
    const CellGroup group = row.key.group();
    copy.key = {row.key.high >> 32 << 32 | classes[group.class_id],
                std::uint64_t{tuples[group.dimensions]} << 32 | (row.key.low & 0xffff'ffff)};
  }
  source.end = contents->rows.size();
  if (source.begin != source.end) contents->sources.push_back(source);
}

}  // namespace

absl::StatusOr<std::unique_ptr<SnapshotContents>> LedgerFolder::ReadBase() const {
  absl::StatusOr<File> file = folder_.OpenFile(std::string(kBaseName), false);
  if (absl::IsNotFound(file.status())) {
    auto none = std::make_unique<SnapshotContents>();
    none->dimension_names = options_.dimensions;
    none->bucket_seconds = options_.bucket_seconds;
    none->ledgers.push_back({});
    none->ledgers[0].ledger_id = manifest().ledger_id;
    return none;
  }
  if (!file.ok()) return file.status();
  absl::StatusOr<std::string> bytes = file->Read(kSnapshotBytesMax);
  if (!bytes.ok()) return bytes.status();
  absl::StatusOr<std::unique_ptr<SnapshotContents>> base = DecodeContents(*bytes);
  if (!base.ok()) return base;
  const SnapshotContents& contents = **base;
  if (contents.ledgers.size() != 1 || contents.ledgers[0].ledger_id != manifest().ledger_id ||
      contents.dimension_names != options_.dimensions ||
      contents.bucket_seconds != options_.bucket_seconds || contents.sources.size() > 1 ||
      (!contents.sources.empty() && !contents.sources[0].is_base())) {
    return absl::DataLossError("it is the base of another ledger");
  }
  return base;
}

absl::Status LedgerFolder::Read(const IdCommits* ids, SnapshotContents* contents,
                                SnapshotNotes* notes) const {
  contents->dimension_names = options_.dimensions;
  contents->bucket_seconds = options_.bucket_seconds;
  SnapshotTexts texts(contents);
  SegmentRows rows(0, contents, &texts, notes);
  absl::StatusOr<std::vector<std::string>> names = ListTwice();
  if (!names.ok()) return names.status();
  for (const std::string& name : *names) {
    if (!absl::StartsWith(name, kSegmentPrefix)) continue;
    absl::StatusOr<File> file = folder_.OpenFile(name, false);
    // It was absorbed since the listing: the base, which is read later, has it.
    if (absl::IsNotFound(file.status())) continue;
    absl::Status status = file.status();
    if (status.ok()) {
      absl::StatusOr<std::uint64_t> size = file->Size();
      status = size.status();
      if (status.ok() && *size < SegmentBytes(1)) status = absl::DataLossError("it is cut");
      absl::StatusOr<Mapping> map = status.ok() ? file->Map(*size, false, /*inherited=*/false)
                                                : absl::StatusOr<Mapping>(status);
      status = map.status();
      if (status.ok()) {
        absl::StatusOr<SegmentView> view = SegmentView::Open({map->data(), map->size()});
        status = view.status();
        if (status.ok() && (view->header().ledger_id != manifest().ledger_id ||
                            view->header().schema_hash != manifest().schema_hash)) {
          status = absl::DataLossError("it is a segment of another ledger");
        }
        if (status.ok()) {
          // Only a live process's file is locked.
          const bool live = !file->TryLock();
          if (live) ++notes->live_processes;
          if (!live) notes->open_events += view->OpenEvents();
          rows.Add(*view, ids, false);
        }
      }
    }
    if (!status.ok()) NoteBadFile(name, status.message(), notes);
  }
  absl::StatusOr<std::unique_ptr<SnapshotContents>> base = ReadBase();
  if (!base.ok()) {
    NoteBadFile(kBaseName, base.status().message(), notes);
    contents->ledgers.push_back({});
    contents->ledgers[0].ledger_id = manifest().ledger_id;
    return absl::OkStatus();
  }
  contents->ledgers.push_back((*base)->ledgers[0]);
  DropAbsorbed(contents->ledgers[0], 0, contents);
  AddBase(**base, 0, contents, &texts);
  return absl::OkStatus();
}

}  // namespace tokentra
