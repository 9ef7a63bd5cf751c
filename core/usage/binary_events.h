// Reads events from an AWS event stream (application/vnd.amazon.eventstream) that comes in pieces
// of any size.
//
//   message := total u32 | headers u32 | crc of these 8 bytes u32
//            | headers bytes | payload | crc of everything before u32          all big-endian
//   header  := name length u8 | name | type u8 | value; a string (type 7): length u16 | bytes
//
// `total` counts the whole message, `headers` the header bytes. The payload is the event's JSON
// object. Both checksums are checked: a message whose own checksum is wrong is left out; after a
// wrong prelude nobody knows where the next message begins, and the rest of the stream is left out.
// A message of type `exception` or `error` breaks the stream and says so.
//
// Thread: one reader, one thread. Memory: JsonCollector's bound, and kHeadersMax.
//
// Internal to core/usage.

#ifndef TOKENTRA_CORE_USAGE_BINARY_EVENTS_H_
#define TOKENTRA_CORE_USAGE_BINARY_EVENTS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/usage/event_sink.h"
#include "core/usage/json_collector.h"

namespace tokentra::extract {

class BinaryEvents {
 public:
  static constexpr std::size_t kHeadersMax = std::size_t{128} << 10;  // of one message

  void Feed(std::string_view bytes, EventSink* sink);
  // Whether a message has begun and not ended.
  bool is_within_message() const { return state_ != State::kPrelude || word_size_ != 0; }

 private:
  static constexpr std::size_t kPreludeSize = 12;
  static constexpr std::size_t kChecksumSize = 4;
  enum class State : std::uint8_t { kPrelude, kHeaders, kPayload, kChecksum, kLost };

  void EndPrelude(EventSink* sink);
  void TakePayload(std::string_view bytes);
  void EndMessage(EventSink* sink);
  void Lose(EventSink* sink, std::string_view reason);

  State state_ = State::kPrelude;
  std::array<char, kPreludeSize> word_{};  // of the prelude or the checksum
  std::size_t word_size_ = 0;
  std::size_t left_ = 0;  // of the headers or the payload
  std::size_t payload_size_ = 0;
  std::uint32_t crc_ = 0;
  std::string headers_;
  JsonCollector collector_;
  bool is_object_ = false;
};

}  // namespace tokentra::extract

#endif  // TOKENTRA_CORE_USAGE_BINARY_EVENTS_H_
