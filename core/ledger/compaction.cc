// Compaction of a ledger's directory: dead segments and sealed extents into the next base.

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/base/text.h"
#include "core/ledger/base_change.h"
#include "core/ledger/erasure.h"
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
  Compaction(LedgerFolder* folder, const IdCommits* ids, Segment* own, const BaseChange* change)
      : folder_(*folder),
        ids_(ids),
        own_(own),
        change_(change),
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
    if (!ChooseDead(dead_max) && !own_has_sealed && change_ == nullptr) return false;
    if (change_ != nullptr && change_->erased.has_value()) EraseInSegments();
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

  const BaseChangeResult& result() const { return result_; }

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
        ++result_.unreached_files;
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

  void RemoveBad() {
    absl::StatusOr<std::vector<std::string>> names = folder_.folder_.List();
    if (!names.ok()) return;
    for (const std::string& name : *names) {
      if (absl::StartsWith(name, kBadPrefix)) folder_.folder_.Remove(name);
    }
  }

  // In every segment, those about to be absorbed too; what is recorded from now on is another
  // matter. A base that was put aside may hold the value, and goes.
  void EraseInSegments() {
    RemoveBad();
    for (const SegmentFile& each : files_) {
      absl::StatusOr<File> file = folder_.folder_.OpenFile(each.name, true);
      absl::StatusOr<std::uint64_t> size = file.ok() ? file->Size() : file.status();
      absl::StatusOr<Mapping> map = size.ok() ? file->Map(*size, /*writable=*/true, false)
                                              : absl::StatusOr<Mapping>(size.status());
      absl::StatusOr<std::uint64_t> erased =
          map.ok() ? EraseInSegment({map->data(), map->size()}, base_->dimension_names.size(),
                                    *change_->erased)
                   : absl::StatusOr<std::uint64_t>(map.status());
      if (erased.ok()) {
        result_.erased_keys += *erased;
      } else {
        ++result_.unreached_files;
      }
    }
  }

  absl::StatusOr<std::unique_ptr<SnapshotContents>> PutAsideBase() {
    RemoveBad();  // One is kept: the last.
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
    // What is deleted of the sources is counted when it is left out of the base.
    sources.ledgers[0].deleted_before = kNoInstant;
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
    next.ledgers[0].deleted_events += result_.deleted_events;
    result_.cells = next.rows.size();
    next.sources.push_back({0, 0, 0, 0, next.rows.size()});
    return Publish(EncodeContents(next));
  }

  bool AddAll(const SnapshotContents& from, LimitedRows* to, SnapshotTexts* texts) {
    std::vector<std::uint32_t> classes;
    for (const SnapshotClass& each : from.classes) {
      classes.push_back(texts->IndexOfClass(each.bytes, each.kind, each.folded));
    }
    std::vector<std::uint32_t> tuples;
    for (const std::string& tuple : from.tuples) {
      tuples.push_back(texts->IndexOfTuple(
          change_ == nullptr ? tuple : ChangedTuple(*change_, tuple, &result_)));
    }
    for (const SnapshotRow& row : from.rows) {
      const CellGroup group = row.key.group();
      CellKey key = {row.key.high >> 32 << 32 | classes[group.class_id],
                     std::uint64_t{tuples[group.dimensions]} << 32 | (row.key.low & 0xffff'ffff)};
      if (!KeepRow(row, &key)) continue;
      if (!to->Add(key, row.counters)) return false;
    }
    return true;
  }

  // False for what is deleted: by this change, or by an earlier one and recorded since.
  bool KeepRow(const SnapshotRow& row, CellKey* key) {
    if (EndedBy(*key, DeletedBefore(), base_->bucket_seconds)) {
      ++result_.deleted_cells;
      if (!IsAmountPage(row.key.page())) result_.deleted_events += row.counters[kEventsCounter];
      return false;
    }
    if (change_ != nullptr) RollUp(*change_, base_->bucket_seconds, key, &result_);
    return true;
  }

  InstantNs DeletedBefore() const {
    // kNoInstant is the least instant.
    return std::max(progress().deleted_before,
                    change_ == nullptr ? kNoInstant : change_->delete_before);
  }

  LedgerProgress NextProgress(bool own_has_sealed) const {
    LedgerProgress next;
    next.ledger_id = progress().ledger_id;
    next.base_version = progress().base_version + 1;
    next.deleted_before = DeletedBefore();
    next.deleted_events = progress().deleted_events;
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
  const BaseChange* const change_;  // nullable
  const std::string own_name_;
  std::uint64_t next_ordinal_ = 0;
  std::uint64_t own_next_serial_ = 0;
  std::vector<SegmentFile> files_;
  std::vector<std::uint32_t> sealed_;  // extents of `own_`
  std::vector<std::uint64_t> sealed_serials_;
  std::vector<std::uint64_t> own_serials_;  // of all its extents in use
  std::unique_ptr<SnapshotContents> base_;
  BaseChangeResult result_;
};

template <typename Work>
bool LedgerFolder::WithLock(Work work) {
  if (read_only() || !manifest_file_.is_open()) return false;
  // One thread of a process at a time: its threads share the lock. Acquire and release, as a lock.
  if (compacting_.test_and_set(std::memory_order_acquire)) return false;
  const bool locked = manifest_file_.TryLock();
  if (locked) {
    try {
      work();
    } catch (const std::bad_alloc&) {
      // Nothing was published; a later one will have more memory.
      compactions_failed_.fetch_add(1, std::memory_order_relaxed);
    }
    manifest_file_.Unlock();
  }
  compacting_.clear(std::memory_order_release);
  return locked;
}

std::uint64_t LedgerFolder::Compact(std::uint64_t dead_max, const IdCommits* ids, Segment* own) {
  std::uint64_t freed_cells = 0;
  WithLock([&] {
    if (Compaction(this, ids, own, nullptr).Run(dead_max, &freed_cells)) {
      compactions_.fetch_add(1, std::memory_order_relaxed);
    }
  });
  return freed_cells;
}

absl::StatusOr<BaseChangeResult> LedgerFolder::Change(const BaseChange& change,
                                                      const IdCommits* ids, Segment* own,
                                                      std::uint64_t* freed_cells) {
  if (read_only()) {
    return absl::FailedPreconditionError(
        absl::StrCat("the ledger in ", Quote(folder_.path()), " is open for reading only"));
  }
  absl::Status status = ValidateBaseChange(change, options_.bucket_seconds);
  if (!status.ok()) return status;
  bool done = false;
  BaseChangeResult result;
  const bool locked = WithLock([&] {
    Compaction compaction(this, ids, own, &change);
    done = compaction.Run(std::numeric_limits<std::uint64_t>::max(), freed_cells);
    result = compaction.result();
  });
  if (!locked) {
    return absl::UnavailableError(absl::StrCat("another process is compacting the ledger in ",
                                               Quote(folder_.path()), ": try again"));
  }
  if (!done) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "the base of the ledger in ", Quote(folder_.path()), " could not be written anew"));
  }
  compactions_.fetch_add(1, std::memory_order_relaxed);
  return result;
}

}  // namespace tokentra
