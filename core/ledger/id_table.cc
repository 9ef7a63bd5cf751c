#include "core/ledger/id_table.h"

#include <bit>
#include <new>
#include <utility>

#include "core/ledger/platform.h"

namespace tokentra {
namespace {

// Not a hash: the slot stays empty for ever.
constexpr std::uint64_t kPoison = ~std::uint64_t{0};

// state = token << 1 | done. A token is not 0 and leaves the highest bit free.
constexpr std::uint64_t Pending(std::uint64_t token) { return token << 1; }
constexpr std::uint64_t Done(std::uint64_t token) { return token << 1 | 1; }

// How long a claim of another shard may stay pending before it is taken over. Between claim and
// commit there are a few hundred instructions; a longer wait means a stopped or dead owner, or one
// that will find its claim gone and look again. Either way the id counts once.
constexpr int kSpinsMax = 2'000;
constexpr int kSpinsBeforeYield = 500;

std::uint64_t HashWord(std::uint64_t word) { return word == 0 || word == kPoison ? 1 : word; }

// Sets a word that nobody set yet; what it holds then. Acquire and release: whoever set it named
// the slot before.
std::uint64_t SetOnce(std::atomic<std::uint64_t>* word, std::uint64_t value) {
  std::uint64_t present = word->load(std::memory_order_acquire);
  if (present == 0 && word->compare_exchange_strong(present, value, std::memory_order_acq_rel)) {
    return value;
  }
  return present;
}

}  // namespace

bool IdMemory::Place(std::uint64_t epoch, void* address, std::size_t bytes) {
  std::uint64_t current = Current();
  if (epoch <= current) return false;
  if (!ReplaceByZeros(address, bytes)) return false;
  auto* header = new (address) IdHeader{};
  header->epoch.store(epoch, std::memory_order_release);
  // Release: whoever sees the epoch sees its table.
  return current_.compare_exchange_strong(current, epoch, std::memory_order_acq_rel);
}

std::uint64_t IdTables::SlotsOf(std::uint64_t ids_max) {
  const std::uint64_t capacity = ids_max / 2 + ids_max % 2;
  return std::bit_ceil(capacity * 2 + 2);
}

std::unique_ptr<IdTables> IdTables::Create(std::uint64_t ids_max, const SipKey& key,
                                           std::unique_ptr<IdStorage> storage) {
  const std::size_t bytes = (TableBytes(SlotsOf(ids_max)) + 4095) / 4096 * 4096;
  Mapping regions = Mapping::Anonymous(kRegions * bytes);
  if (regions.empty() || storage == nullptr) return nullptr;
  return std::unique_ptr<IdTables>(
      new (std::nothrow) IdTables(ids_max, key, std::move(storage), std::move(regions)));
}

IdTables::IdTables(std::uint64_t ids_max, const SipKey& key, std::unique_ptr<IdStorage> storage,
                   Mapping regions)
    : capacity_(ids_max / 2 + ids_max % 2),
      slots_count_(SlotsOf(ids_max)),
      key_(key),
      storage_(std::move(storage)),
      regions_(std::move(regions)) {}

EventId IdTables::IdOf(std::string_view id, std::string_view content) const {
  const std::array<std::uint64_t, 2> hash = SipHash128(key_, id);
  return {HashWord(hash[0]), HashWord(hash[1]), HashWord(SipHash128(key_, content)[0])};
}

IdHeader* IdTables::TableOf(std::uint64_t epoch) const {
  if (epoch == 0) return nullptr;
  auto* header = reinterpret_cast<IdHeader*>(regions_.data() +
                                             epoch % kRegions * (regions_.size() / kRegions));
  // Acquire: pairs with the release that completed the header.
  return header->epoch.load(std::memory_order_acquire) == epoch ? header : nullptr;
}

IdHeader* IdTables::EnsureTable(std::uint64_t epoch) {
  if (IdHeader* table = TableOf(epoch)) return table;
  // Acquire and release: one thread at a time changes the mappings.
  while (changing_.test_and_set(std::memory_order_acquire)) YieldThread();
  if (TableOf(epoch) == nullptr) {
    const std::size_t region_bytes = regions_.size() / kRegions;
    storage_->Place(epoch, regions_.data() + epoch % kRegions * region_bytes,
                    TableBytes(slots_count_));
  }
  changing_.clear(std::memory_order_release);
  return TableOf(epoch);
}

IdTables::Search IdTables::FindOrName(IdHeader* table, const EventId& id) const {
  IdSlot* const slots = SlotsIn(table);
  bool reserved = false;
  // The table is at most half full, so that an empty or poisoned slot ends every search.
  for (std::uint64_t at = id.hash_high, probes = 0; probes < slots_count_; ++at, ++probes) {
    IdSlot& slot = slots[at & (slots_count_ - 1)];
    // Acquire: as in SetOnce.
    std::uint64_t seen = slot.hash_high.load(std::memory_order_acquire);
    while (seen == 0) {
      // Acquire and release: who finds the table full finds all that is in it.
      reserved = reserved || table->used.fetch_add(1, std::memory_order_acq_rel) < capacity_;
      const std::uint64_t word = reserved ? id.hash_high : kPoison;
      if (slot.hash_high.compare_exchange_strong(seen, word, std::memory_order_acq_rel,
                                                 std::memory_order_acquire)) {
        if (!reserved) return {nullptr, false};
        reserved = false;
        seen = word;
      }
    }
    if (seen == kPoison) break;
    if (seen != id.hash_high) continue;
    if (SetOnce(&slot.hash_low, id.hash_low) != id.hash_low) continue;
    // A place that was reserved and not needed is given back; the table may be open again then,
    // but no id that was turned away can be put in: its slot is poisoned.
    if (reserved) table->used.fetch_sub(1, std::memory_order_acq_rel);
    return {&slot, SetOnce(&slot.fingerprint, id.fingerprint) != id.fingerprint};
  }
  return {nullptr, false};
}

IdTables::Outcome IdTables::ClaimSlot(IdSlot* slot, std::uint64_t token) const {
  std::uint64_t waited_for = 0;
  int spins = 0;
  // Acquire: a done slot's event is committed, cells included.
  std::uint64_t state = slot->state.load(std::memory_order_acquire);
  for (;;) {
    if ((state & 1) != 0) return Outcome::kDuplicate;
    if (state != 0 && state != Pending(token) && spins < kSpinsMax) {
      // Somebody else has it: most likely done in a moment.
      spins = state == waited_for ? spins + 1 : 0;
      waited_for = state;
      if (spins > kSpinsBeforeYield) YieldThread();
      state = slot->state.load(std::memory_order_acquire);
      continue;
    }
    if (slot->state.compare_exchange_strong(state, Pending(token), std::memory_order_acq_rel,
                                            std::memory_order_acquire)) {
      return Outcome::kClaimed;
    }
  }
}

IdTables::Claim IdTables::TryClaim(const EventId& id, std::uint64_t token) {
  std::uint64_t epoch = storage_->Current();
  if (epoch == 0) epoch = 1;
  for (;;) {
    // The epoch before: closed, so that a search there finds or poisons.
    for (std::uint64_t each = epoch == 1 ? 1 : epoch - 1; each <= epoch; ++each) {
      IdHeader* table = EnsureTable(each);
      if (table == nullptr) {
        if (each < epoch) continue;  // forgotten meanwhile
        if (storage_->Current() > epoch) break;
        forgot_.store(true, std::memory_order_relaxed);
        return {Outcome::kNotRemembered, 0};
      }
      const Search search = FindOrName(table, id);
      if (search.slot == nullptr) continue;
      const auto index = static_cast<std::uint64_t>(search.slot - SlotsIn(table));
      const std::uint64_t reference = each << 32 | (index + 1);
      if (search.conflict) return {Outcome::kConflict, reference};
      return {ClaimSlot(search.slot, token), reference};
    }
    const std::uint64_t current = storage_->Current();
    epoch = current > epoch ? current : epoch + 1;
  }
}

bool IdTables::Commit(std::uint64_t slot, std::uint64_t token) {
  IdHeader* table = TableOf(slot >> 32);
  if (table == nullptr) return false;
  std::uint64_t pending = Pending(token);
  // Release: the event's cells are complete for whoever sees the slot done. Failure needs nothing.
  return SlotsIn(table)[(slot & 0xffff'ffff) - 1].state.compare_exchange_strong(
      pending, Done(token), std::memory_order_acq_rel, std::memory_order_relaxed);
}

bool IdTables::IsCommitted(std::uint64_t slot, std::uint64_t token) const {
  // The reference may come from a damaged file: it may name no epoch that there never was.
  const std::uint64_t index = (slot & 0xffff'ffff) - 1;
  if (slot >> 32 > storage_->Current()) return false;
  IdHeader* table = const_cast<IdTables*>(this)->EnsureTable(slot >> 32);
  if (table == nullptr || index >= slots_count_) return false;
  // Acquire: as in ClaimSlot.
  return SlotsIn(table)[index].state.load(std::memory_order_acquire) == Done(token);
}

bool IdTables::overflowed() const {
  return forgot_.load(std::memory_order_relaxed) || storage_->Current() > 2;
}

}  // namespace tokentra
