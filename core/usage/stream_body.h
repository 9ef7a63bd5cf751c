// What a stream's events say together: the body that the same call would have answered with had it
// not streamed, reduced to what extractors read.
//
// Events are told apart by what they hold, not by their flavour, so one reader serves all of them:
//   - Names (`model`, `id`, `service_tier`, ... ) and usage stand in the event or in the object
//   that
//     carries them: `response` (responses), `message` (Anthropic), `delta` and `response` (Cohere),
//     `metadata` (Converse), `x_groq`, `result`, `data` (Mistral's SDK). The last that is not null
//     or empty stands.
//   - `usage` is cumulative wherever it comes more than once: each of its members that an event
//     gives replaces the one before. A counter does not fall: a zero after a count is left out,
//     with a finding.
//   - `usageMetadata` (Gemini) is whole in each chunk: the last that counts something stands.
//   - `chunk.bytes` and `bytes` (Bedrock's InvokeModel) hold the vendor's own event, as base64.
//   - Realtime sessions answer many times: each `response.done` is added up (stream.h).
//
// Complete: the stream said that it was over ([DONE], `message_stop`, `response.completed`,
// `message-end`, Converse's metadata, ...), or all that is needed is there: an end of the answer
// (`finish_reason`, `stop_reason`, `finishReason`) and usage.
//
// Bound: kUsageMax for the members of usage, kNameMax for each name, kToolCallsMax tool calls.
//
// Thread: one body, one thread.
//
// Internal to core/usage.

#ifndef TOKENTRA_CORE_USAGE_STREAM_BODY_H_
#define TOKENTRA_CORE_USAGE_STREAM_BODY_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/usage/fields.h"

namespace tokentra::extract {

class StreamBody {
 public:
  static constexpr std::size_t kUsageMax = std::size_t{64} << 10;
  static constexpr std::size_t kNameMax = 1024;
  static constexpr std::size_t kToolCallsMax = 4096;
  static constexpr std::size_t kFindingsMax = 8;

  // Adds an event. Whether it ends one answer of several.
  bool Add(Element event);
  void SetDone() { is_done_ = true; }
  // The model, until an event names it.
  void SetModel(std::string_view model);
  // Something of the stream could not be read.
  void SetBroken(std::string finding) {
    is_broken_ = true;
    AddFinding(std::move(finding));
  }
  // Forgets the answer and keeps what names the stream.
  void BeginAnswer();

  // The body as JSON.
  std::string Text() const;

  bool has_usage() const { return !usage_.empty() || !metadata_.empty() || !metrics_.empty(); }
  bool is_complete() const { return !is_broken_ && (is_done_ || (is_finished_ && has_usage())); }
  bool is_suspect() const { return is_suspect_; }  // there are findings
  bool is_broken() const { return is_broken_; }    // and they say what could not be read
  const std::vector<std::string>& findings() const { return findings_; }

 private:
  using Members = std::vector<std::pair<std::string, std::string>>;  // values are JSON
  enum class ToolCall : std::uint8_t { kWebSearch, kFileSearch, kPage };

  void AddEvent(Element event, int depth);
  void AddEncoded(Element bytes, int depth);
  void AddNames(Element carrier);
  void AddCarrier(Element carrier);
  void AddUsage(Element usage);
  void AddUsageMember(std::string_view key, Element value);
  void AddWhole(Element carrier, std::string_view key, std::string_view paths, Members* to);
  void AddToolCalls(Element output);
  void AddEnds(Element event, std::string_view type);
  void AddFinding(std::string finding);
  static void Set(Members* members, std::string_view key, std::string value);

  Members names_;
  Members usage_;
  Members metadata_;  // usageMetadata, whole
  Members metrics_;   // other objects of usage, whole
  std::size_t usage_size_ = 0;
  std::vector<ToolCall> tool_calls_;
  bool is_answer_end_ = false;
  bool is_finished_ = false;
  bool is_done_ = false;
  bool is_broken_ = false;
  bool is_suspect_ = false;
  std::vector<std::string> findings_;
};

}  // namespace tokentra::extract

#endif  // TOKENTRA_CORE_USAGE_STREAM_BODY_H_
