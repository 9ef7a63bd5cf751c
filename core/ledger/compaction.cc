// Compaction of a ledger's directory: dead segments and sealed extents into the next base.

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "core/ledger/folder_files.h"
#include "core/ledger/ledger_folder.h"
#include "core/ledger/limited_rows.h"
#include "core/ledger/segment_rows.h"
#include "core/ledger/snapshot_codec.h"

namespace tokentra {

// One segment file as a compaction found it.
struct LedgerFolder::SegmentFile {
  std::string name;
  File file;
  std::uint64_t ordinal = 0;
  bool dead = false;      // and locked by this compaction
  bool readable = false;  // this release can read it
  bool absorb = false;
};

class LedgerFolder::Compaction {
 public:
  Compaction(LedgerFolder* folder, const IdCommits* ids, Segment* own)
      : folder_(*folder),
        ids_(ids),
        own_(own),
        own_name_(own == nullptr ? "" : SegmentName(own->header().segment_id)) {}

  // False when there is nothing to do, or it cannot be done now.
  bool Run(std::uint64_t dead_max, std::uint64_t* freed_cells) {
    // Before the listing: every ordinal below it has a file there, or is absorbed.
    next_ordinal_ = folder_.manifest().next_ordinal.load(std::memory_order_acquire);
    if (!FindFiles()) return false;
    absl::StatusOr<std::unique_ptr<SnapshotContents>> base = folder_.ReadBase();
    if (!base.ok()) {
      if (!absl::IsDataLoss(base.status())) return false;
      base = PutAsideBase();
      if (!base.ok()) return false;
    }
    base_ = *std::move(base);
    RemoveAbsorbed();
    const bool own_has_sealed = own_ != nullptr && FindSealed();
    if (!ChooseDead(dead_max) && !own_has_sealed) return false;
    if (!WriteBase(own_has_sealed)) {
      folder_.compactions_failed_.fetch_add(1, std::memory_order_relaxed);
      return false;
    }
    for (const SegmentFile& each : files_) {
      if (each.absorb) folder_.folder_.Remove(each.name);
    }
    for (const std::uint32_t extent : sealed_) *freed_cells += own_->Free(extent);
    return true;
  }

 private:
  const LedgerProgress& progress() const { return base_->ledgers[0]; }

  // Lists segments, finished or not. False while one is being made whose ordinal cannot be told.
  bool FindFiles() {
    absl::StatusOr<std::vector<std::string>> names = folder_.ListTwice();
    if (!names.ok()) return false;
    for (const std::string& name : *names) {
      const bool temporary = absl::StartsWith(name, kTemporaryPrefix);
      if (!temporary && !absl::StartsWith(name, kSegmentPrefix)) continue;
      absl::StatusOr<File> opened = folder_.folder_.OpenFile(name, true);
      // Not one of a ledger: readers report it.
      if (absl::IsPermissionDenied(opened.status())) continue;
      // Perhaps it has its final name by now; what was not seen must not count as absorbed.
      if (!opened.ok()) return false;
      SegmentFile each;
      each.name = name;
      each.file = *std::move(opened);
      each.dead = name != own_name_ && each.file.TryLock();
      if (temporary && each.dead) {
        folder_.folder_.Remove(name);
        continue;
      }
      if (temporary && !absl::StartsWith(name, kTemporarySegmentPrefix)) continue;
      if (!ReadOrdinal(&each)) {
        if (temporary) return false;
        continue;  // no segment at all: readers report it
      }
      files_.push_back(std::move(each));
    }
    return true;
  }

  // The ordinal stands at the same place in every format.
  bool ReadOrdinal(SegmentFile* each) {
    absl::StatusOr<std::uint64_t> size = each->file.Size();
    if (!size.ok() || *size < SegmentBytes(1)) return false;
    absl::StatusOr<Mapping> map = each->file.Map(kSegmentHeaderBytes, false, false);
    if (!map.ok()) return false;
    const auto& header = *reinterpret_cast<const SegmentHeader*>(map->data());
    if (header.magic != kSegmentMagic || header.ledger_id != folder_.manifest().ledger_id) {
      return false;
    }
    each->ordinal = header.ordinal.load(std::memory_order_acquire);
    each->readable = header.format == kSegmentFormat && header.byte_order == kByteOrderMark &&
                     header.checksum == SegmentChecksum(header) &&
                     header.schema_hash == folder_.manifest().schema_hash;
    return each->ordinal != 0;
  }

  absl::StatusOr<std::unique_ptr<SnapshotContents>> PutAsideBase() {
    // One is kept: the last.
    absl::StatusOr<std::vector<std::string>> names = folder_.folder_.List();
    if (!names.ok()) return names.status();
    for (const std::string& name : *names) {
      if (absl::StartsWith(name, kBadPrefix)) folder_.folder_.Remove(name);
    }
    absl::Status status = folder_.folder_.Rename(std::string(kBaseName),
                                                 absl::StrCat(kBadPrefix, RandomText(RandomId())));
    if (!status.ok()) return status;
    absl::StatusOr<std::unique_ptr<SnapshotContents>> none = folder_.ReadBase();
    // Above the version of the one that was lost, whatever it was.
    if (none.ok()) (*none)->ledgers[0].base_version = std::uint64_t{1} << 32;
    return none;
  }

  // What an earlier compaction absorbed and did not come to remove.
  void RemoveAbsorbed() {
    std::erase_if(files_, [&](const SegmentFile& each) {
      if (!each.dead || each.ordinal >= progress().next_ordinal ||
          progress().Find(each.ordinal) != nullptr) {
        return false;
      }
      folder_.folder_.Remove(each.name);
      return true;
    });
  }

  bool FindSealed() {
    // Before the extents: whatever is taken from now on has a serial from here on.
    own_next_serial_ = own_->header().next_serial.load(std::memory_order_acquire);
    for (std::uint32_t i = 0; i < own_->extent_count(); ++i) {
      // Acquire: the last event of a sealed extent is readable.
      if (own_->extent(i).state.load(std::memory_order_acquire) == ExtentState::kSealed) {
        sealed_.push_back(i);
        sealed_serials_.push_back(own_->extent(i).serial.load(std::memory_order_relaxed));
      }
    }
    std::sort(sealed_serials_.begin(), sealed_serials_.end());
    return own_->Serials(&own_serials_) && !sealed_.empty();
  }

  bool ChooseDead(std::uint64_t dead_max) {
    std::uint64_t chosen = 0;
    for (SegmentFile& each : files_) {
      if (chosen == dead_max) break;
      if (!each.dead || !each.readable) continue;
      each.absorb = true;
      ++chosen;
    }
    return chosen > 0;
  }

  bool WriteBase(bool own_has_sealed) {
    SnapshotContents sources;
    sources.dimension_names = base_->dimension_names;
    sources.bucket_seconds = base_->bucket_seconds;
    sources.ledgers.push_back(progress());
    SnapshotTexts source_texts(&sources);
    SnapshotNotes notes;
    SegmentRows rows(0, &sources, &source_texts, &notes);
    for (SegmentFile& each : files_) {
      if (!each.absorb) continue;
      absl::StatusOr<std::uint64_t> size = each.file.Size();
      if (!size.ok()) return false;
      absl::StatusOr<Mapping> map = each.file.Map(*size, false, false);
      if (!map.ok()) return false;
      absl::StatusOr<SegmentView> view = SegmentView::Open({map->data(), map->size()});
      if (!view.ok()) {
        each.absorb = false;
        continue;
      }
      rows.Add(*view, ids_, false);
    }
    if (own_has_sealed) {
      rows.Add(own_->view(), ids_, true);
      // Another thread may have sealed more since: the next base has those.
      std::erase_if(sources.sources, [&](const SnapshotSource& source) {
        return source.ordinal == own_->ordinal() &&
               !std::binary_search(sealed_serials_.begin(), sealed_serials_.end(), source.serial);
      });
    }
    DropAbsorbed(progress(), 0, &sources);

    SnapshotContents next;
    next.dimension_names = base_->dimension_names;
    next.bucket_seconds = base_->bucket_seconds;
    next.ledgers.push_back(NextProgress(own_has_sealed));
    SnapshotTexts texts(&next);
    LimitedRows limited(folder_.options_, &next, &texts);
    if (!AddAll(*base_, &limited, &texts) || !AddAll(sources, &limited, &texts)) return false;
    next.sources.push_back({0, 0, 0, 0, next.rows.size()});
    return Publish(EncodeContents(next));
  }

  static bool AddAll(const SnapshotContents& from, LimitedRows* to, SnapshotTexts* texts) {
    std::vector<std::uint32_t> classes;
    for (const SnapshotClass& each : from.classes) {
      classes.push_back(texts->IndexOfClass(each.bytes, each.kind, each.folded));
    }
    std::vector<std::uint32_t> tuples;
    for (const std::string& tuple : from.tuples) tuples.push_back(texts->IndexOfTuple(tuple));
    for (const SnapshotRow& row : from.rows) {
      const CellGroup group = row.key.group();
      const CellKey key = {
          row.key.high >> 32 << 32 | classes[group.class_id],
          std::uint64_t{tuples[group.dimensions]} << 32 | (row.key.low & 0xffff'ffff)};
      if (!to->Add(key, row.counters)) return false;
    }
    return true;
  }

  LedgerProgress NextProgress(bool own_has_sealed) const {
    LedgerProgress next;
    next.ledger_id = progress().ledger_id;
    next.base_version = progress().base_version + 1;
    next.next_ordinal = std::max(progress().next_ordinal, next_ordinal_);
    for (const SegmentFile& each : files_) {
      if (each.absorb || each.ordinal >= next.next_ordinal) continue;
      SegmentProgress segment;
      segment.ordinal = each.ordinal;
      if (own_has_sealed && each.name == own_name_) {
        segment = OwnProgress();
      } else if (const SegmentProgress* known = progress().Find(each.ordinal)) {
        segment = *known;
      }
      next.segments.push_back(std::move(segment));
    }
    std::sort(
        next.segments.begin(), next.segments.end(),
        [](const SegmentProgress& a, const SegmentProgress& b) { return a.ordinal < b.ordinal; });
    return next;
  }

  // All serials below `own_next_serial_` are absorbed but for those in use and not sealed.
  SegmentProgress OwnProgress() const {
    SegmentProgress own;
    own.ordinal = own_->ordinal();
    own.next_serial = own_next_serial_;
    for (const std::uint64_t serial : own_serials_) {
      if (serial < own_next_serial_ &&
          !std::binary_search(sealed_serials_.begin(), sealed_serials_.end(), serial)) {
        own.serials.push_back(serial);
      }
    }
    std::sort(own.serials.begin(), own.serials.end());
    return own;
  }

  bool Publish(const std::string& bytes) {
    std::string temporary;
    absl::StatusOr<File> file = CreateTemporary(folder_.folder_, "base", &temporary);
    if (!file.ok()) return false;
    absl::Status status = file->Allocate(bytes.size());
    if (status.ok()) status = file->Write(bytes);
    const bool on_disk = !folder_.folder_.IsMemory();
    if (status.ok() && on_disk) status = file->Sync();
    if (status.ok()) status = folder_.folder_.Rename(temporary, std::string(kBaseName));
    if (!status.ok()) {
      folder_.folder_.Remove(temporary);
      return false;
    }
    // Before what it absorbed is removed.
    return !on_disk || folder_.folder_.Sync().ok();
  }

  LedgerFolder& folder_;
  const IdCommits* const ids_;
  Segment* const own_;
  const std::string own_name_;
  std::uint64_t next_ordinal_ = 0;
  std::uint64_t own_next_serial_ = 0;
  std::vector<SegmentFile> files_;
  std::vector<std::uint32_t> sealed_;  // extents of `own_`
  std::vector<std::uint64_t> sealed_serials_;
  std::vector<std::uint64_t> own_serials_;  // of all its extents in use
  std::unique_ptr<SnapshotContents> base_;
};

std::uint64_t LedgerFolder::Compact(std::uint64_t dead_max, const IdCommits* ids, Segment* own) {
  if (read_only() || !manifest_file_.is_open()) return 0;
  // One thread of a process at a time: its threads share the lock. Acquire and release, as a lock.
  if (compacting_.test_and_set(std::memory_order_acquire)) return 0;
  std::uint64_t freed_cells = 0;
  if (manifest_file_.TryLock()) {
    try {
      if (Compaction(this, ids, own).Run(dead_max, &freed_cells)) {
        compactions_.fetch_add(1, std::memory_order_relaxed);
      }
    } catch (const std::bad_alloc&) {
      // Nothing was published; a later one will have more memory.
      compactions_failed_.fetch_add(1, std::memory_order_relaxed);
    }
    manifest_file_.Unlock();
  }
  compacting_.clear(std::memory_order_release);
  return freed_cells;
}

}  // namespace tokentra
