// Ledger: counts what tracked calls consumed, by time bucket, usage class and dimensions.
//
// The ledger holds quantities, not money: a snapshot is priced when somebody looks at it. To the
// ledger a class is opaque bytes (the usage class and the price rows in force at recording, in
// canonical form) and a kind; dimension values are bytes. Callers intern both once, and record by
// handle.
//
//   auto ledger = Ledger::Create({.dimensions = {"team", "project"}});
//   ClassId gpt = (*ledger)->InternClass(bytes, ClassKind::kPriced);
//   DimensionsId who = (*ledger)->InternDimensions({{"search", "crawler"}}, 0b11);
//   Part part{gpt, &atoms, nullptr, cost, true};
//   (*ledger)->Record({now, who, {&part, 1}, std::nullopt});
//   std::unique_ptr<const Snapshot> snapshot = (*ledger)->TakeSnapshot();
//
// `Create` makes a ledger in the memory of this process. `Open` opens one in a folder, shared by
// any number of processes: each records into a file of its own, and a snapshot by any of them shows
// what all of them recorded, those that died included (ledger_folder.h).
//
// Invariants:
//   1. Totals are exact. Every event whose Record returned kRecorded before TakeSnapshot began is
//      in the snapshot, once and whole; an event whose Record failed is in none. In a folder this
//      holds across processes, and when any of them is killed at any instruction: an event whose
//      Record had not returned is there whole or not at all.
//   2. Each cell in a snapshot is its state after a whole number of events, and never goes back in
//      later snapshots. Cells of one event may be caught apart while its thread keeps recording
//      (shard.h).
//   3. Memory is bounded by the options. What finds no room is folded (registry.h): its key gets
//      coarser and is marked so, its quantities stay. Only counters that would pass 2^58 in the
//      last resort make Record refuse an event (kFull), and a forked process that finds no room
//      for a file of its own.
//   4. A part whose class was folded keeps its cost beside its quantities, because it cannot be
//      priced again; a part without price is then only quantities and its kind.
//   5. Of events with equal ids one is recorded: the first ids_max ids are remembered, and later
//      the last half as many at least, by all processes of a folder together.
//
// Threads: all functions, concurrently. Record by a thread with a shard is wait-free and, for keys
// that the shard has seen, free of locks, system calls, allocations and, without an id, of shared
// read-modify-writes. Record may interrupt itself (signal handlers): the inner one goes to a guest
// shard. Readers never delay writers; a writer stopped anywhere never delays readers.
// Ownership: the ledger may end before threads that recorded into it, and they before it. Handles
// belong to one ledger object.
// Fork: a forked child begins with nothing: in a folder with a file of its own, made at its first
// record; in memory with an empty ledger. Handles, and ids seen, stay.
//
// Cost: Record is a hash, three dependent loads and about 25 stores a cell; TakeSnapshot is
// O(cells). Figures: benchmarks/ledger_benchmark.cc. Memory: about 100 bytes a cell, 32 bytes and
// the text a key, an extent of 64 KB a thread, touched as it fills.

#ifndef TOKENTRA_CORE_LEDGER_LEDGER_H_
#define TOKENTRA_CORE_LEDGER_LEDGER_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/ledger/directory.h"
#include "core/ledger/event.h"
#include "core/ledger/id_table.h"
#include "core/ledger/ledger_folder.h"
#include "core/ledger/options.h"
#include "core/ledger/registry.h"
#include "core/ledger/snapshot.h"

namespace tokentra {

// Figures about this process's part of the ledger. Each is exact when nothing is being recorded.
struct LedgerStatistics {
  std::uint64_t cells;          // without those of the last resort
  std::uint64_t keys;           // tuples of dimension values, folded ones included
  std::uint64_t classes;        // without the folded ones
  std::uint64_t shards;         // without guests
  std::uint64_t folded_events;  // events of which some part was recorded under a coarser key
  std::uint64_t memory_bytes;   // asked of the system; much of it may not be resident
  std::uint64_t files;          // of the folder
  std::uint64_t compactions;    // by this process
  std::uint64_t compactions_failed;
  std::uint64_t ids_max;
  bool ids_overflowed;  // more ids came than are remembered
};

class Ledger : private SegmentRelief {
 public:
  // INVALID_ARGUMENT for an option out of range, RESOURCE_EXHAUSTED when memory is short.
  static absl::StatusOr<std::shared_ptr<Ledger>> Create(const LedgerOptions& options);
  // Besides: the errors of LedgerFolder::Open. There is room for this process's file, or it fails.
  static absl::StatusOr<std::shared_ptr<Ledger>> Open(const std::string& path,
                                                      const FolderOptions& folder_options,
                                                      LedgerOptions options);
  ~Ledger() override;
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;

  // The handle of a class. Past classes_max, text_bytes_max or class_bytes_max: the folded class of
  // its kind.
  ClassId InternClass(std::string_view canonical_bytes, ClassKind kind) {
    return registry_->InternClass(canonical_bytes, kind);
  }

  // The handle of one value for each declared dimension, of which those without their bit in
  // `present` are absent (which is not the same as empty). Past keys_max or text_bytes_max: of the
  // tuple with as many dimensions folded, from the last, as it takes. A number of values other
  // than the number of dimensions gives the tuple with all folded.
  DimensionsId InternDimensions(std::span<const std::string_view> values, std::uint64_t present) {
    return registry_->InternDimensions(values, present);
  }

  // What events carry as their id. `content` is what must be equal for a retry to be the same
  // event.
  EventId IdOf(std::string_view id, std::string_view content) const {
    return ids_->IdOf(id, content);
  }

  RecordResult Record(const Event& event) {
    // Acquire: the directory is readable.
    const ShardDirectory* directory = directory_.load(std::memory_order_acquire);
    Shard* shard = directory != nullptr ? directory->BoundShardOfThread() : nullptr;
    if (shard == nullptr || shard->busy()) [[unlikely]]
      return RecordElsewhere(event);
    return shard->Record(event);
  }

  // RESOURCE_EXHAUSTED when memory is short; what could not be read of a folder is in the notes.
  absl::StatusOr<std::unique_ptr<const Snapshot>> TakeSnapshot();

  // Rolls up, deletes or erases (base_change.h) in what was compacted; live processes' segments
  // keep their buckets until they are absorbed, but what is deleted is gone from snapshots at once,
  // and an erased value from live segments too. What is recorded afterwards is recorded as it
  // comes. FAILED_PRECONDITION in memory, but for erasing; else the errors of LedgerFolder::Change.
  absl::StatusOr<BaseChangeResult> Change(const BaseChange& change);

  LedgerStatistics Statistics() const;
  bool ids_overflowed() const { return ids_->overflowed(); }
  const LedgerOptions& options() const { return registry_->options(); }
  // Of the folder; empty in memory.
  std::string_view path() const {
    return folder_ == nullptr ? std::string_view() : folder_->folder().path();
  }

 private:
  // The directory of this process and, in a folder, the file behind it.
  struct OfProcess;

  explicit Ledger(std::unique_ptr<Registry> registry) : registry_(std::move(registry)) {}

  absl::Status Begin(const SipKey& id_key, std::unique_ptr<IdStorage> storage);
  RecordResult RecordElsewhere(const Event& event);
  // The directory of this process; made anew in a forked child. Null when there is no room.
  ShardDirectory* Directory();
  absl::StatusOr<std::unique_ptr<OfProcess>> NewProcess();
  bool Relieve(Shard* shard) override;
  void ReadMemory(SnapshotContents* contents, SnapshotNotes* notes);

  const std::unique_ptr<Registry> registry_;
  std::unique_ptr<LedgerFolder> folder_;  // null: in memory
  std::unique_ptr<IdTables> ids_;
  std::atomic<ShardDirectory*> directory_{nullptr};
  std::atomic<OfProcess*> process_{nullptr};  // owns the directory
  std::atomic<std::uint32_t> pause_{0};       // failed tries for a file that are not to be repeated
};

}  // namespace tokentra

#endif  // TOKENTRA_CORE_LEDGER_LEDGER_H_
