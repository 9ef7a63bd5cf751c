// Extraction: from a response body to usage. See tokentra.hpp.

#ifndef TOKENTRA_CPP_EXTRACT_HPP_
#define TOKENTRA_CPP_EXTRACT_HPP_

#include <optional>
#include <vector>

#include <tokentra/cpp/base.hpp>
#include <tokentra/cpp/price.hpp>

namespace tokentra {
inline namespace v1 {

// What one response body says was consumed. Immutable.
class Extraction {
 public:
  // Reads `body`, a JSON object; `api` is detected when absent. Throws INVALID_ARGUMENT (no JSON
  // object, unknown provider or api).
  static Extraction Read(std::string_view body, std::string_view provider,
                         std::string_view api = {}) {
    Extraction extraction;
    ErrorHandle error;
    detail::Check(tokentra_extract(detail::Text(body), detail::Text(provider), detail::Text(api),
                                   extraction.extraction_.out(), error.out()),
                  error);
    extraction.Summarize();
    return extraction;
  }

  std::string_view provider() const noexcept { return detail::View(summary_.provider); }
  std::string_view api() const noexcept { return detail::View(summary_.api); }
  std::string_view model() const noexcept { return detail::View(summary_.model); }
  std::string_view response_id() const noexcept { return detail::View(summary_.response_id); }
  Quality quality() const noexcept { return static_cast<Quality>(summary_.quality); }
  // The provider's own total, where the body gave one.
  std::optional<Money> reported() const noexcept {
    if (summary_.has_reported == 0) return std::nullopt;
    return Money(summary_.reported);
  }

  // The inclusive usage of all parts together, `usage_size()` quantities.
  const tokentra_quantity* usage() const noexcept { return tokentra_extraction_usage(get()); }
  std::size_t usage_size() const noexcept { return summary_.meters; }

  // 0: the body carries no usage.
  std::size_t part_count() const noexcept { return summary_.parts; }
  // One priced piece of the call; views into this object. Throws OUT_OF_RANGE.
  tokentra_part part(std::size_t index) const {
    tokentra_part part;
    ErrorHandle error;
    detail::Check(tokentra_extraction_part_at(get(), index, &part, sizeof part, error.out()),
                  error);
    return part;
  }

  // Conditions stated in the body, in the provider's words.
  std::vector<std::pair<std::string_view, std::string_view>> conditions() const {
    std::vector<std::pair<std::string_view, std::string_view>> conditions;
    for (std::size_t i = 0; i < summary_.conditions; ++i) {
      const tokentra_pair pair = tokentra_extraction_condition(get(), i);
      conditions.emplace_back(detail::View(pair.name), detail::View(pair.value));
    }
    return conditions;
  }
  std::vector<std::string_view> findings() const {
    std::vector<std::string_view> findings;
    for (std::size_t i = 0; i < summary_.findings; ++i) {
      findings.push_back(detail::View(tokentra_extraction_finding(get(), i)));
    }
    return findings;
  }

  const tokentra_extraction* get() const noexcept { return extraction_.get(); }

 private:
  friend class UsageStream;
  Extraction() = default;
  void Summarize() {
    ErrorHandle error;
    detail::Check(tokentra_extraction_summarize(get(), &summary_, sizeof summary_, error.out()),
                  error);
  }

  Handle<tokentra_extraction, tokentra_extraction_free> extraction_;
  tokentra_extraction_summary summary_ = {};
};

// Usage of an answer while it arrives:
//
//   tokentra::UsageStream stream("anthropic");
//   while (...) stream.Feed(bytes);          // cut anywhere; FeedEvent takes an SDK's events as
//   JSON tokentra::Extraction usage = stream.Usage();
//
// One thread at a time.
class UsageStream {
 public:
  // `api` is detected when absent; `model` stands where the stream names none (Bedrock). Throws
  // INVALID_ARGUMENT for an api that the provider does not have.
  explicit UsageStream(std::string_view provider, std::string_view api = {},
                       std::string_view model = {}) {
    ErrorHandle error;
    detail::Check(tokentra_stream_new(detail::Text(provider), detail::Text(api),
                                      detail::Text(model), stream_.out(), error.out()),
                  error);
  }

  void Feed(std::string_view bytes) {
    ErrorHandle error;
    detail::Check(tokentra_stream_feed(stream_.get(), detail::Text(bytes), error.out()), error);
  }
  // Throws INVALID_ARGUMENT when `json` is no JSON object.
  void FeedEvent(std::string_view json) {
    ErrorHandle error;
    detail::Check(tokentra_stream_feed_event(stream_.get(), detail::Text(json), error.out()),
                  error);
  }

  // What is known so far; Quality::kIncomplete until the stream has ended.
  Extraction Usage() const {
    Extraction extraction;
    ErrorHandle error;
    detail::Check(tokentra_stream_usage(stream_.get(), extraction.extraction_.out(), error.out()),
                  error);
    extraction.Summarize();
    return extraction;
  }

  // The answer's body, reduced to what is read of it: a JSON object for `Call::response`.
  std::string Body() const {
    DocumentHandle document;
    ErrorHandle error;
    detail::Check(tokentra_stream_body(stream_.get(), document.out(), error.out()), error);
    return detail::TakeText(document);
  }

 private:
  Handle<tokentra_stream, tokentra_stream_free> stream_;
};

}  // namespace v1
}  // namespace tokentra

#endif  // TOKENTRA_CPP_EXTRACT_HPP_
