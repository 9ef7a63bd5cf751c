// Usage of an answer that streams: takes what arrives, as it arrives, and says what is known so
// far.
//
//   stream = UsageStream::Open("anthropic", "", "");  stream.Feed(bytes) ...;  stream.Usage();
//
// What may arrive: the bytes of the response as the network cut them (server-sent events, JSON
// lines, arrays of JSON objects, AWS's binary event stream), the same line by line without line
// ends, or the events one by one as JSON (`FeedEvent`), as an SDK gives them. Which it is shows
// itself; the first byte of a binary stream is 0 or 1, which begins no text.
//
// Invariants:
//   1. `Usage` of a whole stream is `ExtractUsage` of the body that the call would have answered
//      with without streaming: both read the same tables, since a stream is first put together into
//      that body (stream_body.h).
//   2. Where the bytes are cut changes nothing.
//   3. `Usage` may be called at any time and changes nothing. Before the stream is complete, and
//      when something of it could not be read, or was lost because memory ran out (`Feed` left by
//      an exception), the quality is `incomplete` and a finding says why; what is known is given
//      (Anthropic names input before the first word).
//   4. Realtime sessions answer many times: answers are added up, by model.
//
// Memory is bounded whatever the stream: kStreamEventMax for the event that is arriving, without
// strings above kStreamStringMax; the parser's work on it; kStreamUsageMax for what is kept.
//
// Thread: one stream, one thread at a time. Cost: O(bytes).

#ifndef TOKENTRA_CORE_USAGE_STREAM_H_
#define TOKENTRA_CORE_USAGE_STREAM_H_

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/usage/extract.h"

namespace tokentra {

inline constexpr std::size_t kStreamEventMax = std::size_t{4} << 20;
inline constexpr std::size_t kStreamStringMax = std::size_t{16} << 10;
inline constexpr std::size_t kStreamUsageMax = std::size_t{64} << 10;

class UsageStream {
 public:
  // `api` empty: it shows itself. `model` stands where the stream names none (Bedrock). An api that
  // the provider does not have is an error.
  static absl::StatusOr<UsageStream> Open(std::string_view provider, std::string_view api,
                                          std::string_view model);
  UsageStream(UsageStream&&) noexcept;
  UsageStream& operator=(UsageStream&&) noexcept;
  ~UsageStream();

  // Bytes of the response.
  void Feed(std::string_view bytes);
  // One event. Text that is no JSON object is an error and changes nothing.
  absl::Status FeedEvent(std::string_view json);

  // An error only for an unknown provider whose stream shows no known shape.
  absl::StatusOr<Extraction> Usage() const;

  // The answer's body so far, reduced to what extractors read; a JSON object.
  std::string Body() const;

 private:
  struct State;
  explicit UsageStream(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace tokentra

#endif  // TOKENTRA_CORE_USAGE_STREAM_H_
