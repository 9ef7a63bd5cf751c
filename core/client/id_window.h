// The ids a client has seen: an event with an id is counted once.
//
// A fixed-capacity open-addressing table of 128-bit keyed hashes with a fingerprint of the event's
// content. Within its capacity the answer is exact (up to a 2^-128 collision): the first claim of
// an id wins, another with the same content is a duplicate, with other content a conflict. Past
// the capacity, or without memory for the table, new ids are not remembered and `overflowed` says
// so; known ids still are.
//
// Invariants:
//   1. A slot's first word goes from 0 to a hash once and never changes again.
//   2. The second hash word and the fingerprint are written by the claimer alone, fingerprint
//      last; a reader that finds the first word waits for the fingerprint.
//
// Thread: any. Claims are lock-free: a reader waits only between another claimer's two stores, and
// at the last free places for those who have reserved them.
// Memory: 24 bytes a slot, two slots an id, allocated at the first claim, touched as it fills.

#ifndef TOKENTRA_CORE_CLIENT_ID_WINDOW_H_
#define TOKENTRA_CORE_CLIENT_ID_WINDOW_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <string_view>

namespace tokentra {

inline constexpr std::uint64_t kIdsMaxDefault = 1'000'000;
inline constexpr std::uint64_t kIdsMaxLimit = std::uint64_t{1} << 28;

class IdWindow {
 public:
  enum class Claim : std::uint8_t { kFirst, kDuplicate, kConflict, kNotRemembered };

  explicit IdWindow(std::uint64_t ids_max) : ids_max_(ids_max) {}
  ~IdWindow();
  IdWindow(const IdWindow&) = delete;
  IdWindow& operator=(const IdWindow&) = delete;

  // An id and its event's content, hashed: what a claim needs.
  struct Key {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    std::uint64_t fingerprint = 0;
  };

  // `content` is what must be equal for a retry to be the same event.
  static Key KeyOf(std::string_view id, std::string_view content);
  Claim TryClaim(const Key& key);
  Claim TryClaim(std::string_view id, std::string_view content) {
    return TryClaim(KeyOf(id, content));
  }

  bool overflowed() const { return overflowed_.load(std::memory_order_relaxed); }

 private:
  struct Slot;

  // Null when memory is short.
  Slot* Table();
  // One place of the capacity; false when none is left.
  bool Reserve();

  const std::uint64_t ids_max_;
  std::atomic<Slot*> table_{nullptr};
  std::atomic<std::uint64_t> reserved_{0};  // taken, or about to be
  std::atomic<std::uint64_t> taken_{0};
  std::atomic<bool> overflowed_{false};
};

}  // namespace tokentra

#endif  // TOKENTRA_CORE_CLIENT_ID_WINDOW_H_
