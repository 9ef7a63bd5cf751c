#include "core/client/id_window.h"

#include <bit>
#include <cstdlib>
#include <cstring>

#include "core/base/sha256.h"

namespace tokentra {

// Zero bytes are an empty slot, so that the table can come from calloc untouched.
struct IdWindow::Slot {
  std::atomic<std::uint64_t> hash_high;
  std::atomic<std::uint64_t> hash_low;
  std::atomic<std::uint64_t> fingerprint;
};

namespace {

std::uint64_t WordOf(const Sha256::Digest& digest, std::size_t index) {
  std::uint64_t word = 0;
  std::memcpy(&word, digest.data() + 8 * index, 8);
  return word;
}

// 0 means empty, so it is no hash and no fingerprint.
std::uint64_t NotZero(std::uint64_t word) { return word == 0 ? 1 : word; }

Sha256::Digest DigestOf(std::string_view text) {
  Sha256 hash;
  hash.Update(text);
  return hash.Finish();
}

std::uint64_t SlotCount(std::uint64_t ids_max) { return std::bit_ceil(ids_max * 2 + 2); }

}  // namespace

IdWindow::~IdWindow() { std::free(table_.load(std::memory_order_relaxed)); }

IdWindow::Slot* IdWindow::Table() {
  // Acquire pairs with the publishing exchange below: the zeroed table is visible.
  Slot* table = table_.load(std::memory_order_acquire);
  if (table != nullptr) return table;
  auto* fresh = static_cast<Slot*>(std::calloc(SlotCount(ids_max_), sizeof(Slot)));
  if (fresh == nullptr) return nullptr;
  // Release publishes the table; acquire on failure sees the other thread's.
  if (table_.compare_exchange_strong(table, fresh, std::memory_order_acq_rel,
                                     std::memory_order_acquire)) {
    return fresh;
  }
  std::free(fresh);
  return table;
}

bool IdWindow::Reserve() {
  // Relaxed: the count limits memory and orders nothing.
  std::uint64_t count = reserved_.load(std::memory_order_relaxed);
  while (count < ids_max_) {
    if (reserved_.compare_exchange_weak(count, count + 1, std::memory_order_relaxed)) return true;
  }
  return false;
}

IdWindow::Key IdWindow::KeyOf(std::string_view id, std::string_view content) {
  const Sha256::Digest digest = DigestOf(id);
  return {NotZero(WordOf(digest, 0)), WordOf(digest, 1), NotZero(WordOf(DigestOf(content), 0))};
}

IdWindow::Claim IdWindow::TryClaim(const Key& key) {
  const auto [high, low, fingerprint] = key;
  Slot* const table = Table();
  if (table == nullptr) {
    overflowed_.store(true, std::memory_order_relaxed);
    return Claim::kNotRemembered;
  }
  const std::uint64_t mask = SlotCount(ids_max_) - 1;
  // The table is at most half full, so that an empty slot ends every search.
  for (std::uint64_t at = high & mask;; at = (at + 1) & mask) {
    Slot& slot = table[at];
    // Acquire: a hash seen here was claimed; its other words follow.
    std::uint64_t seen = slot.hash_high.load(std::memory_order_acquire);
    while (seen == 0) {
      if (!Reserve()) {
        // Places that are reserved but not taken may be given back, or be taken by this very id:
        // only when all are taken is the answer known. Acquire pairs with the release below, so
        // that a slot that is empty after it stays without this id.
        const bool full = taken_.load(std::memory_order_acquire) >= ids_max_;
        seen = slot.hash_high.load(std::memory_order_acquire);
        if (seen != 0 || !full) continue;
        overflowed_.store(true, std::memory_order_relaxed);
        return Claim::kNotRemembered;
      }
      if (slot.hash_high.compare_exchange_strong(seen, high, std::memory_order_acq_rel,
                                                 std::memory_order_acquire)) {
        // Release: who sees the count sees the slot.
        taken_.fetch_add(1, std::memory_order_release);
        slot.hash_low.store(low, std::memory_order_relaxed);
        // Release publishes hash_low together with the fingerprint.
        slot.fingerprint.store(fingerprint, std::memory_order_release);
        return Claim::kFirst;
      }
      reserved_.fetch_sub(1, std::memory_order_relaxed);
    }
    if (seen != high) continue;
    std::uint64_t found = 0;
    // Acquire pairs with the claimer's release.
    while ((found = slot.fingerprint.load(std::memory_order_acquire)) == 0) {
    }
    if (slot.hash_low.load(std::memory_order_relaxed) != low) continue;
    return found == fingerprint ? Claim::kDuplicate : Claim::kConflict;
  }
}

}  // namespace tokentra
