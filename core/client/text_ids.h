// Numbers for texts: equal texts get equal numbers, from 1 on, in order of first sight.
//
// Thread: one object, one thread. Cost: a look-up of a seen text is a hash of its ends and one
// probe. Memory: the text and about 30 bytes for each distinct one.

#ifndef TOKENTRA_CORE_CLIENT_TEXT_IDS_H_
#define TOKENTRA_CORE_CLIENT_TEXT_IDS_H_

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace tokentra {

class TextIds {
 public:
  TextIds() : slots_(kSlotsMin) {}

  std::uint32_t IdOf(std::string_view text);
  std::string_view Text(std::uint32_t id) const { return texts_[id - 1]; }
  std::uint32_t size() const { return static_cast<std::uint32_t>(texts_.size()); }
  std::size_t bytes() const { return bytes_; }
  void Clear();

 private:
  static constexpr std::size_t kSlotsMin = 64;

  struct Slot {
    std::uint32_t hash = 0;
    std::uint32_t id = 0;  // 0: empty
  };

  void Grow();

  std::vector<Slot> slots_;        // a power of two, at most half full
  std::deque<std::string> texts_;  // addresses are stable
  std::size_t bytes_ = 0;
};

}  // namespace tokentra

#endif  // TOKENTRA_CORE_CLIENT_TEXT_IDS_H_
