#include "core/ledger/ledger.h"

#include <new>
#include <utility>

#include "absl/status/status.h"
#include "core/ledger/snapshot_builder.h"

namespace tokentra {
namespace {

absl::Status NoMemory() {
  return absl::ResourceExhaustedError("not enough memory to create the ledger");
}

}  // namespace

absl::StatusOr<std::shared_ptr<Ledger>> Ledger::Create(const LedgerOptions& options) {
  if (absl::Status status = ValidateLedgerOptions(options); !status.ok()) return status;
  try {
    std::unique_ptr<Registry> registry = Registry::Create(options);
    if (registry == nullptr) return NoMemory();
    std::unique_ptr<ShardDirectory> directory = ShardDirectory::Create(registry.get());
    std::unique_ptr<SharedShard> shared = SharedShard::Create(registry.get());
    if (directory == nullptr || shared == nullptr) return NoMemory();
    return std::shared_ptr<Ledger>(
        new Ledger(std::move(registry), std::move(directory), std::move(shared)));
  } catch (const std::bad_alloc&) {
    return NoMemory();
  }
}

Ledger::Ledger(std::unique_ptr<Registry> registry, std::unique_ptr<ShardDirectory> directory,
               std::unique_ptr<SharedShard> shared)
    : registry_(std::move(registry)),
      directory_(std::move(directory)),
      shared_(std::move(shared)) {}

std::unique_ptr<const Snapshot> Ledger::TakeSnapshot() const {
  try {
    SnapshotBuilder builder(registry_.get());
    builder.Reserve(registry_->cells());
    const auto add = [&](const CellKey& key, const CellImage& image) { builder.Add(key, image); };
    directory_->ForEach([&](const Shard& shard) { shard.ForEachCell(add); });
    shared_->ForEachCell(add);
    return builder.Build();
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

LedgerStatistics Ledger::Statistics() const {
  LedgerStatistics statistics{};
  statistics.cells = registry_->cells();
  statistics.keys = registry_->keys();
  statistics.classes = registry_->classes();
  statistics.folded_events = shared_->folded_events();
  statistics.memory_bytes = sizeof(*this) + registry_->memory_bytes() + shared_->memory_bytes();
  directory_->ForEach([&](const Shard& shard) {
    ++statistics.shards;
    statistics.folded_events += shard.folded_events();
    statistics.memory_bytes += shard.memory_bytes();
  });
  return statistics;
}

}  // namespace tokentra
