// IdTables: the ids that events of a ledger had, so that each is counted once.
//
// Ids are hashed to 128 bits with the ledger's key; what must be equal for a retry to be the same
// event is hashed to a fingerprint. Slots of 32 bytes, open addressing:
//
//   slot:  | hash high | state | hash low | fingerprint |
//   state: 0 --> pending under a token --> done under a token
//                 ^_________| taken over: pending under another token
//
// An event claims its id (pending under its shard's token), changes its cells under an open undo
// record, and commits by turning the slot from pending to done, both under its own token: one
// compare-exchange decides for the cells too (undo.h). Whoever finds a claim that stays pending
// takes it over; the first owner's commit then fails, and it puts its cells back.
//
// Tables come in epochs. A table takes ids_max / 2 ids; then the next epoch begins, and the one
// before the last is forgotten. So the first ids_max ids are all remembered, and later the last
// ids_max / 2 at least.
//
// Invariants:
//   1. The words hash high, hash low and fingerprint go from 0 to a value once. Whoever comes by
//      may set them, with the values that the owner would: no state needs its owner to go on.
//   2. An id stands in one slot of an epoch, and in one epoch of those that are searched: a search
//      that leaves a full table unsuccessfully has first poisoned the empty slot it ended at, so
//      that nobody can put the id there any more.
//   3. A done slot never changes.
//
// Thread: any thread and, over a shared file, any process. Lock-free but for the change of epochs,
// which locks within the process. Memory: 32 bytes a slot, two slots an id, touched as it fills.

#ifndef TOKENTRA_CORE_LEDGER_ID_TABLE_H_
#define TOKENTRA_CORE_LEDGER_ID_TABLE_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/base/siphash.h"
#include "core/ledger/event.h"
#include "core/ledger/platform_files.h"
#include "core/ledger/undo.h"

namespace tokentra {

inline constexpr std::uint64_t kIdsMaxDefault = 1'000'000;
inline constexpr std::uint64_t kIdsMaxLimit = std::uint64_t{1} << 28;

inline constexpr std::array<char, 8> kIdFileMagic = {'t', 'o', 'k', 'i', 'd', 's', '\r', '\n'};
inline constexpr std::uint32_t kIdFileFormat = 1;
inline constexpr std::size_t kIdHeaderBytes = 4096;

struct IdHeader {
  std::array<char, 8> magic;
  std::uint32_t format;
  std::uint32_t byte_order;
  std::array<std::uint64_t, 2> ledger_id;
  std::uint64_t slots_count;
  std::uint64_t checksum;  // of the bytes before it, and of the epoch
  std::atomic<std::uint64_t> epoch;
  std::uint64_t reserved;
  alignas(64) std::atomic<std::uint64_t> used;  // slots that were taken, or were to be
};
static_assert(sizeof(IdHeader) == 128);

struct IdSlot {
  std::atomic<std::uint64_t> hash_high;
  std::atomic<std::uint64_t> state;
  std::atomic<std::uint64_t> hash_low;
  std::atomic<std::uint64_t> fingerprint;
};
static_assert(sizeof(IdSlot) == 32);

// Where the tables of the epochs come from.
class IdStorage {
 public:
  virtual ~IdStorage() = default;
  // The epoch that everybody is in; 0 before the first.
  virtual std::uint64_t Current() const = 0;
  // Puts the table of `epoch`, zeros where it is new, at `address`, and makes the epoch current if
  // it is the next. False when it cannot, or when the epoch is past.
  virtual bool Place(std::uint64_t epoch, void* address, std::size_t bytes) = 0;
};

// Tables in the memory of the process.
class IdMemory : public IdStorage {
 public:
  std::uint64_t Current() const override { return current_.load(std::memory_order_acquire); }
  bool Place(std::uint64_t epoch, void* address, std::size_t bytes) override;

 private:
  std::atomic<std::uint64_t> current_{0};
};

class IdTables : public IdCommits {
 public:
  enum class Outcome : std::uint8_t {
    kClaimed,  // the caller owns `slot` under its token
    kDuplicate,
    kConflict,       // the id had another fingerprint
    kNotRemembered,  // no table: the event counts, its id is lost
  };
  struct Claim {
    Outcome outcome;
    std::uint64_t slot;  // a reference, not zero
  };

  // nullptr when memory is short.
  static std::unique_ptr<IdTables> Create(std::uint64_t ids_max, const SipKey& key,
                                          std::unique_ptr<IdStorage> storage);

  EventId IdOf(std::string_view id, std::string_view content) const;

  // `token` names the shard and is not 0; a shard has one claim at a time.
  Claim TryClaim(const EventId& id, std::uint64_t token);
  // The commit. False when the claim was taken over: the event did not happen.
  bool Commit(std::uint64_t slot, std::uint64_t token);
  bool IsCommitted(std::uint64_t slot, std::uint64_t token) const override;

  // True when ids were forgotten, or could not be remembered.
  bool overflowed() const;
  std::uint64_t ids_max() const { return 2 * capacity_; }

  // In a forked child, before anything else: a lock may have been copied while it was held.
  void ForgetLocks() { changing_.clear(std::memory_order_release); }

  static std::size_t TableBytes(std::uint64_t slots) {
    return kIdHeaderBytes + slots * sizeof(IdSlot);
  }
  static std::uint64_t SlotsOf(std::uint64_t ids_max);

 private:
  static constexpr std::size_t kRegions = 4;  // epochs that may be mapped at once

  struct Search {
    IdSlot* slot;  // nullptr: the table is closed to this id
    bool conflict;
  };

  IdTables(std::uint64_t ids_max, const SipKey& key, std::unique_ptr<IdStorage> storage,
           Mapping regions);

  // The table of an epoch, or nullptr when it is not there.
  IdHeader* TableOf(std::uint64_t epoch) const;
  IdHeader* EnsureTable(std::uint64_t epoch);
  static IdSlot* SlotsIn(IdHeader* table) {
    return reinterpret_cast<IdSlot*>(reinterpret_cast<std::byte*>(table) + kIdHeaderBytes);
  }
  bool IsFull(const IdHeader& table) const {
    return table.used.load(std::memory_order_acquire) >= capacity_;
  }
  // The id's slot in a table, found or, unless it is full, newly named.
  Search FindOrName(IdHeader* table, const EventId& id) const;
  Outcome ClaimSlot(IdSlot* slot, std::uint64_t token) const;

  const std::uint64_t capacity_;     // ids of one epoch
  const std::uint64_t slots_count_;  // a power of two, at least twice the capacity
  const SipKey key_;
  const std::unique_ptr<IdStorage> storage_;
  const Mapping regions_;  // kRegions tables, one after the other
  std::atomic_flag changing_ = ATOMIC_FLAG_INIT;
  std::atomic<bool> forgot_{false};
};

}  // namespace tokentra

#endif  // TOKENTRA_CORE_LEDGER_ID_TABLE_H_
