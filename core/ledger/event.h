// Events: what is recorded, and its split into the pages of cells.
//
// An event is one tracked call: 1 to 8 parts, each a class with quantities. It counts once in
// `events`, in the page-0 cell of its first part's class. Every part touches page 0 of its class,
// with or without atoms there, so that a class that was used is always found there.
//
// Thread: values. Cost: SplitPart is O(atoms of the part) and allocates nothing.

#ifndef TOKENTRA_CORE_LEDGER_EVENT_H_
#define TOKENTRA_CORE_LEDGER_EVENT_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "core/base/instant.h"
#include "core/base/money.h"
#include "core/ledger/arrival.h"
#include "core/ledger/cell.h"
#include "core/usage/usage.h"
#include "core/usage/usage_class.h"

namespace tokentra {

// Events before this instant are refused, so that the start of their day is an instant.
inline constexpr InstantNs kEventInstantMin = kNoInstant + 2 * 86'400 * kNsPerSecond;

// An id as hashes under the ledger's key, and a hash of what must be equal for a retry to be the
// same event (Ledger::IdOf).
struct EventId {
  std::uint64_t hash_high;
  std::uint64_t hash_low;
  std::uint64_t fingerprint;
};

struct Part {
  ClassId class_id;
  const Atoms* atoms;   // as used; nullptr or empty: none
  const Atoms* billed;  // nullable: the atoms under a minimum or step rule, as billed
  Int128 cost;          // in 10^-18; kept only where the class was folded
  bool priced;          // `cost` means something
};

struct Event {
  InstantNs at;  // the instant that chooses the bucket
  DimensionsId dimensions;
  std::span<const Part> parts;     // 1 to kPartsMax
  std::optional<Int128> reported;  // amount the provider reports, in 10^-18
  const EventId* id = nullptr;     // nullable: events with equal ids count once
  // How many events this one is the sum of; above 1: without an id, and quantities and amounts may
  // be that much larger, up to kSumQuantityMax and kCellAmountMax.
  std::uint64_t events = 1;
  InstantNs arrived = kNoInstant;  // when it came, where that is to be judged (arrival.h)
};

// The most that events summed into one may come to: a cell takes it whole, or the next of its key.
inline constexpr std::uint64_t kSumEventsMax = std::uint64_t{1} << 32;
inline constexpr std::uint64_t kSumQuantityMax = std::uint64_t{1} << 57;

constexpr std::uint64_t QuantityMaxOf(std::uint64_t events) {
  return events == 1 ? kQuantityMax : kSumQuantityMax;
}
constexpr bool IsAmountOf(std::uint64_t events, Int128 amount) {
  const Int128 most = events == 1 ? kEventAmountMax : kCellAmountMax;
  return amount <= most && amount >= -most;
}

enum class RecordStatus : std::uint8_t {
  kRecorded = 0,
  kInvalid = 1,  // no or too many parts, unknown handle, instant or amount or quantity out of range
  kFull = 2,     // even the last resort's counters would pass their limit (cell.h, invariant 2)
  kDuplicate = 3,  // an event with this id is recorded already; counted as a duplicate
  kConflict = 4,   // the same with another fingerprint; counted as a conflict
};

struct RecordResult {
  RecordStatus status;
  bool folded;  // recorded under a coarser key than the one meant
};

// The additions of one part. Pages are distinct.
struct PartPages {
  static constexpr std::size_t kCapacity = 2 * kAtomPages + 2;

  std::span<const PageAddition> pages() const { return {additions.data(), count}; }

  std::array<PageAddition, kCapacity> additions;  // only the first `count` are set
  std::size_t count;
};

// The most cells that one event can change.
inline constexpr std::size_t kEventCellsMax = kPartsMax * (2 * kAtomPages + 1) + 1;

// True when a part whose cells stand under a folded class uses this page: those have the overflow
// amount and no billed quantities (which belong to one price row); others the other way round.
constexpr bool PageApplies(std::uint8_t page, bool class_folded) {
  return class_folded ? !IsBilledPage(page) : page != kOverflowPage;
}

// False when a quantity or an amount is out of range. The first part counts the event, and carries
// what it reports and how it arrived.
bool SplitPart(const Event& event, const Part& part, Arrival arrival, PartPages* pages);

// Adds the cost, when there is one, for a part whose class was folded. At most once a part.
void AppendOverflow(const Part& part, PartPages* pages);

}  // namespace tokentra

#endif  // TOKENTRA_CORE_LEDGER_EVENT_H_
