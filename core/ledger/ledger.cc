#include "core/ledger/ledger.h"

#include <algorithm>
#include <limits>
#include <new>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/ledger/segment_rows.h"

namespace tokentra {
namespace {

constexpr std::uint64_t kAllDead = std::numeric_limits<std::uint64_t>::max();
// How many dead segments a thread's first record, or a full segment, absorbs.
constexpr std::uint64_t kDeadAtOnce = 2;

absl::Status NoMemory() { return absl::ResourceExhaustedError("not enough memory for the ledger"); }

// Extents for every cell there may be, and one a shard that may be partly used.
std::uint32_t ExtentsInMemory(const LedgerOptions& options) {
  const std::uint64_t cells = std::uint64_t{options.cells_max} + FoldReserve(options.cells_max);
  const std::uint64_t extents =
      cells / kExtentCells + 2 * std::uint64_t{options.shards_max} + 2 * ShardDirectory::kGuests;
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(extents, kExtentsMax));
}

}  // namespace

struct Ledger::OfProcess {
  File lock;  // of the segment's file; not open in memory
  std::unique_ptr<ShardDirectory> directory;
};

absl::StatusOr<std::shared_ptr<Ledger>> Ledger::Create(const LedgerOptions& options) {
  if (absl::Status status = ValidateLedgerOptions(options); !status.ok()) return status;
  try {
    std::unique_ptr<Registry> registry = Registry::Create(options);
    if (registry == nullptr) return NoMemory();
    std::shared_ptr<Ledger> ledger(new Ledger(std::move(registry)));
    const std::array<std::uint64_t, 2> key = RandomId();
    absl::Status status = ledger->Begin({key[0], key[1]}, std::make_unique<IdMemory>());
    if (!status.ok()) return status;
    return ledger;
  } catch (const std::bad_alloc&) {
    return NoMemory();
  }
}

absl::StatusOr<std::shared_ptr<Ledger>> Ledger::Open(const std::string& path,
                                                     const FolderOptions& folder_options,
                                                     LedgerOptions options) {
  if (absl::Status status = ValidateLedgerOptions(options); !status.ok()) return status;
  try {
    absl::StatusOr<std::unique_ptr<LedgerFolder>> folder =
        LedgerFolder::Open(path, folder_options, &options);
    if (!folder.ok()) return folder.status();
    std::unique_ptr<Registry> registry = Registry::Create(options);
    if (registry == nullptr) return NoMemory();
    std::shared_ptr<Ledger> ledger(new Ledger(std::move(registry)));
    ledger->folder_ = *std::move(folder);
    absl::Status status = ledger->Begin(ledger->folder_->id_key(), ledger->folder_->NewIdStorage());
    if (!status.ok()) return status;
    ledger->folder_->Compact(kAllDead, ledger->ids_.get(), nullptr);
    return ledger;
  } catch (const std::bad_alloc&) {
    return NoMemory();
  }
}

absl::Status Ledger::Begin(const SipKey& id_key, std::unique_ptr<IdStorage> storage) {
  ids_ = IdTables::Create(options().ids_max, id_key, std::move(storage));
  if (ids_ == nullptr) return NoMemory();
  if (folder_ != nullptr && folder_->read_only()) return absl::OkStatus();
  absl::StatusOr<std::unique_ptr<OfProcess>> process = NewProcess();
  if (!process.ok()) return process.status();
  // Relaxed: nobody else knows of this ledger yet.
  directory_.store((*process)->directory.get(), std::memory_order_relaxed);
  process_.store(process->release(), std::memory_order_relaxed);
  return absl::OkStatus();
}

Ledger::~Ledger() {
  // Relaxed: nobody else is left, by the contract of destruction.
  OfProcess* process = process_.load(std::memory_order_relaxed);
  if (process == nullptr) return;
  // In a forked child that recorded nothing, the file and its memory are the parent's.
  if (process->directory->process() != ProcessNumber()) process->directory->Abandon();
  delete process;
}

absl::StatusOr<std::unique_ptr<Ledger::OfProcess>> Ledger::NewProcess() {
  auto process = std::make_unique<OfProcess>();
  std::unique_ptr<Segment> segment;
  std::uint32_t shards_max = options().shards_max;
  if (folder_ == nullptr) {
    SegmentIdentity identity;
    identity.ledger_id = RandomId();
    segment = Segment::InMemory(ExtentsInMemory(options()), identity);
    if (segment == nullptr) return NoMemory();
  } else {
    absl::StatusOr<std::unique_ptr<OwnSegment>> own = folder_->CreateSegment();
    if (!own.ok()) return own.status();
    process->lock = std::move((*own)->lock);
    segment = std::move((*own)->segment);
    // Half of the extents for shards, the rest for them to grow.
    shards_max = std::clamp<std::uint32_t>(segment->extent_count() / 2, 1, shards_max);
  }
  process->directory = ShardDirectory::Create(
      registry_.get(), ids_.get(), folder_ == nullptr ? nullptr : static_cast<SegmentRelief*>(this),
      std::move(segment), shards_max);
  if (process->directory == nullptr) return NoMemory();
  return process;
}

ShardDirectory* Ledger::Directory() {
  ShardDirectory* old = directory_.load(std::memory_order_acquire);
  if (old != nullptr && old->process() == ProcessNumber()) return old;
  if (folder_ != nullptr && folder_->read_only()) return nullptr;
  // Relaxed: a count that limits cost.
  if (pause_.load(std::memory_order_relaxed) > 0) {
    pause_.fetch_sub(1, std::memory_order_relaxed);
    return nullptr;
  }
  if (folder_ != nullptr && old != nullptr) folder_->ReopenAfterFork();
  ids_->ForgetLocks();
  registry_->ForgetCells();
  absl::StatusOr<std::unique_ptr<OfProcess>> process = NewProcess();
  if (!process.ok()) {
    constexpr std::uint32_t kPause = 256;
    pause_.store(kPause, std::memory_order_relaxed);
    return nullptr;
  }
  ShardDirectory* made = (*process)->directory.get();
  // Release: publishes it. Acquire on failure: another thread's is readable.
  if (!directory_.compare_exchange_strong(old, made, std::memory_order_acq_rel)) {
    return old;  // and what was made here is removed again
  }
  // The parent's is left as it is: its leases belong to threads that are not here.
  process_.store(process->release(), std::memory_order_release);
  return made;
}

RecordResult Ledger::RecordElsewhere(const Event& event) {
  ShardDirectory* directory = Directory();
  if (directory == nullptr) return {RecordStatus::kFull, false};
  Shard* shard = directory->BoundShardOfThread();
  if (shard == nullptr) {
    shard = directory->Acquire();
    if (folder_ != nullptr && shard != nullptr) {
      folder_->Compact(kDeadAtOnce, ids_.get(), nullptr);
    }
  }
  if (shard == nullptr || shard->busy()) return directory->RecordAsGuest(event);
  return shard->Record(event);
}

bool Ledger::Relieve(Shard* shard) {
  ShardDirectory* directory = Directory();
  if (directory == nullptr || folder_ == nullptr) return false;
  directory->SealIdle(shard);
  const std::uint64_t freed = folder_->Compact(kDeadAtOnce, ids_.get(), &directory->segment());
  registry_->GiveBackCells(freed);
  return freed > 0;
}

absl::StatusOr<BaseChangeResult> Ledger::Change(const BaseChange& change) {
  try {
    BaseChangeResult result;
    if (folder_ == nullptr && !change.erased.has_value()) {
      return absl::FailedPreconditionError(
          "a ledger in memory has nothing to compact: open one in a folder");
    }
    if (folder_ != nullptr) {
      ShardDirectory* directory = folder_->read_only() ? nullptr : Directory();
      if (directory != nullptr) {
        // The calling thread's own cells too, unless it is inside Record.
        Shard* own = directory->BoundShardOfThread();
        directory->SealIdle(own != nullptr && !own->busy() ? own : nullptr);
      }
      std::uint64_t freed = 0;
      absl::StatusOr<BaseChangeResult> changed = folder_->Change(
          change, ids_.get(), directory == nullptr ? nullptr : &directory->segment(), &freed);
      registry_->GiveBackCells(freed);
      if (!changed.ok()) return changed;
      result = *changed;
    }
    if (change.erased.has_value()) {
      const std::uint64_t erased = registry_->Erase(change.erased->dimension, change.erased->value);
      // In a folder the files count: each key is in a text or in the base.
      if (folder_ == nullptr) result.erased_keys = erased;
    }
    return result;
  } catch (const std::bad_alloc&) {
    return absl::ResourceExhaustedError("not enough memory to change the ledger");
  }
}

absl::StatusOr<std::unique_ptr<const Snapshot>> Ledger::TakeSnapshot() {
  try {
    auto contents = std::make_unique<SnapshotContents>();
    SnapshotNotes notes;
    if (folder_ != nullptr) {
      folder_->Compact(kAllDead, ids_.get(), nullptr);
      absl::Status status = folder_->Read(ids_.get(), contents.get(), &notes);
      if (!status.ok()) return status;
    } else {
      ReadMemory(contents.get(), &notes);
    }
    return Snapshot::Build(std::move(contents), std::move(notes));
  } catch (const std::bad_alloc&) {
    return absl::ResourceExhaustedError("not enough memory for a snapshot");
  }
}

void Ledger::ReadMemory(SnapshotContents* contents, SnapshotNotes* notes) {
  contents->dimension_names = options().dimensions;
  contents->bucket_seconds = options().bucket_seconds;
  ShardDirectory* directory = Directory();
  if (directory == nullptr) return;
  const SegmentView view = directory->segment().view();
  contents->ledgers.push_back({});
  contents->ledgers[0].ledger_id = view.header().ledger_id;
  contents->rows.reserve(registry_->cells());
  SnapshotTexts texts(contents);
  SegmentRows(0, contents, &texts, notes).Add(view, ids_.get(), *registry_);
  notes->live_processes = 1;
}

LedgerStatistics Ledger::Statistics() const {
  LedgerStatistics statistics{};
  statistics.cells = registry_->cells();
  statistics.keys = registry_->keys();
  statistics.classes = registry_->classes();
  statistics.memory_bytes = sizeof(*this) + registry_->memory_bytes();
  statistics.ids_max = ids_->ids_max();
  statistics.ids_overflowed = ids_->overflowed();
  if (folder_ != nullptr) {
    statistics.files = folder_->CountFiles().value_or(0);
    statistics.compactions = folder_->compactions();
    statistics.compactions_failed = folder_->compactions_failed();
  }
  const ShardDirectory* directory = directory_.load(std::memory_order_acquire);
  if (directory == nullptr || directory->process() != ProcessNumber()) return statistics;
  const Segment& segment = directory->segment();
  statistics.memory_bytes +=
      std::uint64_t{segment.extent_count() - segment.free_extents()} * kExtentBytes;
  directory->ForEach([&](const Shard& shard) {
    ++statistics.shards;
    statistics.folded_events += shard.folded_events();
    statistics.memory_bytes += shard.memory_bytes();
  });
  directory->ForEachGuest([&](const Shard& shard) {
    statistics.folded_events += shard.folded_events();
    statistics.memory_bytes += shard.memory_bytes();
  });
  return statistics;
}

}  // namespace tokentra
