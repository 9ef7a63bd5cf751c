#include "core/usage/text_events.h"

#include <algorithm>

namespace tokentra::extract {
namespace {

constexpr std::string_view kDataField = "data:";

struct ClearOnExit {
  JsonCollector& collector;
  ~ClearOnExit() { collector.Clear(); }
};

}  // namespace

void TextEvents::BeginLine() {
  state_ = State::kLine;
  field_size_ = 0;
}

void TextEvents::BeginRest() {
  state_ = State::kRest;
  matched_ = 0;
}

void TextEvents::EndLine(char byte) {
  BeginLine();
  after_return_ = byte == '\r';
}

void TextEvents::Break(EventSink* sink) {
  if (!collector_.started()) return;
  collector_.Clear();
  sink->OnBroken("an event ends within its JSON object");
}

// `data` goes on with the object of the line before, if that has one; every other field ends it.
void TextEvents::EndField(EventSink* sink) {
  const std::string_view field(field_.data(), std::min(field_size_, kFieldMax));
  if (field_size_ <= kFieldMax && field == "data") {
    state_ = collector_.started() ? State::kObject : State::kData;
    after_bracket_ = false;
    return;
  }
  Break(sink);
  BeginRest();
}

void TextEvents::TakeRestByte(char byte, EventSink* sink) {
  if (byte == '\n' || byte == '\r') return EndLine(byte);
  if (byte != kDataField[matched_]) matched_ = 0;
  if (byte == kDataField[matched_]) ++matched_;
  if (matched_ < kDataField.size()) return;
  Break(sink);
  state_ = State::kData;
  after_bracket_ = false;
}

void TextEvents::TakeFieldByte(char byte, EventSink* sink) {
  switch (byte) {
    case '\n':
    case '\r':
      if (field_size_ == 0) Break(sink);  // an empty line ends the event
      EndLine(byte);
      return;
    case ':':
      EndField(sink);
      return;
    case ' ':
    case '\t':
    case ',':
    case '[':
    case ']':
      if (field_size_ == 0) return;  // around the objects of an array
      break;
    default:
      break;
  }
  if (field_size_ < kFieldMax) field_[field_size_] = byte;
  ++field_size_;
  if (field_size_ > kFieldMax) {
    Break(sink);
    BeginRest();
  }
}

std::size_t TextEvents::TakeObject(std::string_view bytes, EventSink* sink) {
  // In `data` lines an object ends no later than its line, unless another `data` line goes on.
  std::size_t limit = bytes.size();
  if (in_data_) limit = std::min(bytes.find_first_of("\r\n"), limit);
  const std::size_t taken = collector_.Take(bytes.substr(0, limit));
  if (collector_.done()) {
    BeginLine();
    // Also when memory runs out for the event: it is lost then, the stream is not.
    const ClearOnExit clear{collector_};
    if (collector_.too_long()) {
      sink->OnBroken(JsonCollector::kTooLong);
    } else {
      sink->OnObject(collector_.text());
    }
    return taken;
  }
  if (taken == bytes.size()) return taken;
  if (collector_.in_string()) Break(sink);  // no line ends within a string
  EndLine(bytes[taken]);
  return taken + 1;
}

void TextEvents::Feed(std::string_view bytes, EventSink* sink) {
  std::size_t at = 0;
  while (at < bytes.size()) {
    const char byte = bytes[at];
    const bool ends_the_same_line = after_return_ && byte == '\n';
    after_return_ = false;
    if (ends_the_same_line) {
      ++at;
      continue;
    }
    switch (state_) {
      case State::kLine:
        if (byte == '{' && field_size_ == 0 && !collector_.started()) {
          in_data_ = false;
          state_ = State::kObject;
          break;
        }
        TakeFieldByte(byte, sink);
        ++at;
        break;
      case State::kData:
        if (byte == '{') {
          in_data_ = true;
          state_ = State::kObject;
          break;
        }
        if (byte == 'D' && after_bracket_) sink->OnDone();  // [DONE]
        after_bracket_ = byte == '[';
        if (byte == '\n' || byte == '\r') {
          EndLine(byte);
        } else if (byte != ' ' && byte != '[' && byte != ',' && byte != '\t') {
          BeginRest();
          TakeRestByte(byte, sink);
        }
        ++at;
        break;
      case State::kObject:
        at += TakeObject(bytes.substr(at), sink);
        break;
      case State::kRest:
        TakeRestByte(byte, sink);
        ++at;
        break;
    }
  }
}

}  // namespace tokentra::extract
