// Reads events from text that comes in pieces of any size: server-sent events, JSON lines, JSON
// objects one after the other, and arrays of them (Gemini without `alt=sse`).
//
//   stream := line*            line := field ":" value | "" | object-text
//   field  := "data" | others, which say nothing of usage      value := [" "] object | "[DONE]" |
//   text
//
// An object is given on as soon as its last bracket is there, not at the end of its event: every
// provider puts one object into an event. An object spread over several `data` lines is put
// together; one that its event leaves unfinished is broken.
//
// Lines may come without their ends (`for line in response.iter_lines()`): what follows an object
// begins a line, and so does `data:` within a line that says nothing (the value of `event: x`),
// where no provider has it. Where the bytes are cut is therefore never looked at.
//
// Thread: one reader, one thread. Memory: JsonCollector's bound.
//
// Internal to core/usage.

#ifndef TOKENTRA_CORE_USAGE_TEXT_EVENTS_H_
#define TOKENTRA_CORE_USAGE_TEXT_EVENTS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/usage/event_sink.h"
#include "core/usage/json_collector.h"

namespace tokentra::extract {

class TextEvents {
 public:
  void Feed(std::string_view bytes, EventSink* sink);
  // Whether an object has begun and not ended.
  bool is_within_object() const { return collector_.started(); }

 private:
  enum class State : std::uint8_t {
    kLine,    // at the start of a line, maybe some bytes into its field's name
    kData,    // after `data:`, before its object
    kObject,  // within an object
    kRest,    // the rest of the line says nothing
  };
  static constexpr std::size_t kFieldMax = 8;

  void BeginLine();
  void BeginRest();
  void TakeRestByte(char byte, EventSink* sink);
  void EndLine(char byte);
  void TakeFieldByte(char byte, EventSink* sink);
  void EndField(EventSink* sink);
  void Break(EventSink* sink);
  std::size_t TakeObject(std::string_view bytes, EventSink* sink);

  State state_ = State::kLine;
  std::array<char, kFieldMax> field_{};
  std::size_t field_size_ = 0;
  std::size_t matched_ = 0;     // bytes of `data:` that the rest of a line ends with
  bool after_return_ = false;   // a line feed now ends the same line
  bool in_data_ = false;        // the object stands in `data` lines
  bool after_bracket_ = false;  // in kData: the byte before was '['
  JsonCollector collector_;
};

}  // namespace tokentra::extract

#endif  // TOKENTRA_CORE_USAGE_TEXT_EVENTS_H_
