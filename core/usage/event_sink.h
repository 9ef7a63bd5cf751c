// What the two readers of streams (text_events.h, binary_events.h) give their events to.
//
// Internal to core/usage.

#ifndef TOKENTRA_CORE_USAGE_EVENT_SINK_H_
#define TOKENTRA_CORE_USAGE_EVENT_SINK_H_

#include <string>
#include <string_view>

namespace tokentra::extract {

class EventSink {
 public:
  // One event's JSON object.
  virtual void OnObject(const std::string& json) = 0;
  // The stream says that it is over.
  virtual void OnDone() = 0;
  // Something that should have been an event was none; one line.
  virtual void OnBroken(std::string_view reason) = 0;

 protected:
  ~EventSink() = default;
};

}  // namespace tokentra::extract

#endif  // TOKENTRA_CORE_USAGE_EVENT_SINK_H_
