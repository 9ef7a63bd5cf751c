// Collects one JSON object from bytes that come in pieces of any size.
//
// It finds the end of the object by its brackets and keeps the object's text, in which every string
// longer than `kStringMax` is replaced by an empty one: usage never stands in text that long, so an
// answer's prose, images and sound pass through without being held. Nothing is validated beyond
// brackets and quotes: the text goes to a parser.
//
// Bound: the text kept is at most `kObjectMax` bytes; an object that needs more is still followed
// to its end, but `too_long`.
//
// Thread: one collector, one thread. Cost: O(bytes), no look back.
//
// Internal to core/usage.

#ifndef TOKENTRA_CORE_USAGE_JSON_COLLECTOR_H_
#define TOKENTRA_CORE_USAGE_JSON_COLLECTOR_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace tokentra::extract {

class JsonCollector {
 public:
  static constexpr std::size_t kStringMax = std::size_t{16} << 10;
  static constexpr std::size_t kObjectMax = std::size_t{4} << 20;

  static constexpr std::string_view kTooLong =
      "an event is longer than 4194304 bytes even without its long strings; left out";
  static_assert(kObjectMax == 4194304);

  // Starts anew.
  void Clear();
  // Takes bytes up to the end of the object; returns how many. The first byte after `Clear` must be
  // '{'.
  std::size_t Take(std::string_view bytes);

  bool started() const { return depth_ != 0 || done_; }
  bool done() const { return done_; }
  bool in_string() const { return in_string_; }
  bool too_long() const { return too_long_; }
  // Of a finished object that is not too long.
  const std::string& text() const { return text_; }

 private:
  std::size_t TakeString(std::string_view bytes);
  void Keep(std::string_view bytes);

  std::string text_;
  std::size_t depth_ = 0;
  std::size_t string_start_ = 0;  // in `text_`, of the first byte after the quote
  std::size_t string_size_ = 0;
  bool in_string_ = false;
  bool escaped_ = false;
  bool done_ = false;
  bool too_long_ = false;
};

}  // namespace tokentra::extract

#endif  // TOKENTRA_CORE_USAGE_JSON_COLLECTOR_H_
