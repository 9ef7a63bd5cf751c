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
// Invariants:
//   1. Totals are exact. Every event whose Record returned kRecorded before TakeSnapshot began is
//      in the snapshot, once and whole; an event whose Record failed is in none.
//   2. Each cell in a snapshot is its state after a whole number of events, and never goes back in
//      later snapshots. Cells of one event may be caught apart while its thread keeps recording
//      (shard.h); threads beyond shards_max have a weaker word (shared_shard.h).
//   3. Memory is bounded by the options. What finds no room is folded (registry.h): its key gets
//      coarser and is marked so, its quantities stay. Only counters that would pass 2^58 in the
//      last resort make Record refuse an event (kFull).
//   4. A part whose class was folded keeps its cost beside its quantities, because it cannot be
//      priced again; a part without price is then only quantities and its kind.
//
// Threads: all functions, concurrently. Record by a thread with a shard is wait-free and, for keys
// that the shard has seen, free of locks, system calls, allocations and shared read-modify-writes.
// Record may interrupt itself (signal handlers): the inner one goes to the shared shard. Readers
// never delay writers; a writer stopped anywhere never delays readers.
// Ownership: the ledger may end before threads that recorded into it, and they before it. Handles
// belong to one ledger object.
// Fork: a child's copy of a ledger holds what the parent recorded before the fork; a child that
// reports must create its own ledger, or both will report the same events.
//
// Cost: Record is a hash, three dependent loads and about 25 stores a cell; TakeSnapshot is
// O(cells). Figures: benchmarks/ledger_benchmark.cc. Memory: about 90 bytes a cell, 32 bytes and
// the text a key, 50 KB a shard.

#ifndef TOKENTRA_CORE_LEDGER_LEDGER_H_
#define TOKENTRA_CORE_LEDGER_LEDGER_H_

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/ledger/directory.h"
#include "core/ledger/event.h"
#include "core/ledger/options.h"
#include "core/ledger/registry.h"
#include "core/ledger/shared_shard.h"
#include "core/ledger/snapshot.h"

namespace tokentra {

// Figures about the ledger itself. Each is exact when nothing is being recorded.
struct LedgerStatistics {
  std::uint64_t cells;          // without those of the last resort
  std::uint64_t keys;           // tuples of dimension values, folded ones included
  std::uint64_t classes;        // without the folded ones
  std::uint64_t shards;         // without the shared one
  std::uint64_t folded_events;  // events of which some part was recorded under a coarser key
  std::uint64_t memory_bytes;   // asked of the allocator; much of it may not be resident
};

class Ledger {
 public:
  // INVALID_ARGUMENT for an option out of range, RESOURCE_EXHAUSTED when memory is short.
  static absl::StatusOr<std::shared_ptr<Ledger>> Create(const LedgerOptions& options);

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

  RecordResult Record(const Event& event) {
    Shard* shard = directory_->ShardOfThread();
    if (shard == nullptr || shard->busy()) [[unlikely]]
      return shared_->Record(event);
    return shard->Record(event);
  }

  // nullptr when memory is short.
  std::unique_ptr<const Snapshot> TakeSnapshot() const;

  LedgerStatistics Statistics() const;
  const LedgerOptions& options() const { return registry_->options(); }

 private:
  Ledger(std::unique_ptr<Registry> registry, std::unique_ptr<ShardDirectory> directory,
         std::unique_ptr<SharedShard> shared);

  const std::unique_ptr<Registry> registry_;
  const std::unique_ptr<ShardDirectory> directory_;
  const std::unique_ptr<SharedShard> shared_;
};

}  // namespace tokentra

#endif  // TOKENTRA_CORE_LEDGER_LEDGER_H_
