// What is worked out once for all rows of one combination and context: a *slot*, found by one load,
// that holds for a span of time.
//
// Each slot is a row of 64-bit words, the first two the span that it holds for: a row whose instant
// is outside asks for the slot anew. A slot that nobody made yet has an empty span.
//
// Thread: one object, one thread.

#ifndef TOKENTRA_CORE_CLIENT_CALL_SLOTS_H_
#define TOKENTRA_CORE_CLIENT_CALL_SLOTS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/base/instant.h"
#include "core/client/call_blocks.h"
#include "core/pricing/price_edges.h"

namespace tokentra {

// `Cold` is what a slot knows besides its words.
template <typename Cold>
class CallSlots {
 public:
  static constexpr std::size_t kFrom = 0;
  static constexpr std::size_t kLength = 1;
  static constexpr std::size_t kOwnWords = 2;

  CallSlots(std::size_t contexts, std::size_t words)
      : contexts_(contexts), stride_(kOwnWords + words) {
    Clear();
  }

  // Before a block: there is a place for every combination.
  void Reserve(std::size_t combinations) { numbers_.resize(combinations * contexts_); }

  // Number of the slot of a row; 0 is one that nobody made.
  std::uint32_t Find(std::uint32_t combination, std::uint32_t context) const {
    return numbers_[combination * contexts_ + context];
  }
  std::uint32_t Make(std::uint32_t combination, std::uint32_t context) {
    std::uint32_t& number = numbers_[combination * contexts_ + context];
    if (number == 0) {
      words_.resize(words_.size() + stride_);
      cold_.emplace_back();
      number = static_cast<std::uint32_t>(cold_.size()) - 1;
    }
    return number;
  }

  std::uint64_t* words(std::uint32_t slot) { return words_.data() + slot * stride_; }
  Cold& cold(std::uint32_t slot) { return cold_[slot]; }
  std::uint32_t size() const { return static_cast<std::uint32_t>(cold_.size()); }

  static bool Holds(const std::uint64_t* words, InstantNs at) {
    return static_cast<std::uint64_t>(at) - words[kFrom] < words[kLength];
  }
  void SetSpan(std::uint32_t slot, const Span& span) {
    words(slot)[kFrom] = span.from;
    words(slot)[kLength] = span.length;
  }

  void Clear() {
    numbers_.clear();
    words_.assign(stride_, 0);
    cold_.assign(1, Cold());
  }

 private:
  const std::size_t contexts_;
  const std::size_t stride_;
  std::vector<std::uint32_t> numbers_;  // by combination and context
  std::vector<std::uint64_t> words_;
  std::vector<Cold> cold_;
};

}  // namespace tokentra

#endif  // TOKENTRA_CORE_CLIENT_CALL_SLOTS_H_
