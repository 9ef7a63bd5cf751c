// What the tests of the C ABI share: text in and out, owned handles, calls of the example.
//
// Nothing here reaches past tokentra.h.
#ifndef TOKENTRA_TESTS_CAPI_TESTING_H_
#define TOKENTRA_TESTS_CAPI_TESTING_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <tokentra/tokentra.h>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tokentra_testing {

inline tokentra_text Text(std::string_view text) { return {text.data(), text.size()}; }
inline std::string View(tokentra_text text) {
  return text.data == nullptr ? std::string() : std::string(text.data, text.size);
}

inline constexpr tokentra_text kAbsent = {nullptr, 0};

// One owned object; `Out()` is what a function that makes one takes.
template <typename T, void (*kFree)(T*)>
class Handle {
 public:
  Handle() = default;
  Handle(Handle&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~Handle() { kFree(object_); }

  T* get() const { return object_; }
  T** Out() {
    Reset();
    return &object_;
  }
  void Reset() {
    kFree(object_);
    object_ = nullptr;
  }

 private:
  T* object_ = nullptr;
};

using Catalog = Handle<tokentra_catalog, tokentra_catalog_free>;
using Convention = Handle<tokentra_convention, tokentra_convention_free>;
using Cost = Handle<tokentra_cost, tokentra_cost_free>;
using Document = Handle<tokentra_document, tokentra_document_free>;
using Extraction = Handle<tokentra_extraction, tokentra_extraction_free>;
using Stream = Handle<tokentra_stream, tokentra_stream_free>;
using Records = Handle<tokentra_records, tokentra_records_free>;
using ClientOptions = Handle<tokentra_client_options, tokentra_client_options_free>;
using Client = Handle<tokentra_client, tokentra_client_free>;
using Recorder = Handle<tokentra_recorder, tokentra_recorder_free>;
using Snapshot = Handle<tokentra_snapshot, tokentra_snapshot_free>;
using Rows = Handle<tokentra_rows, tokentra_rows_free>;

class Error : public Handle<tokentra_error, tokentra_error_free> {
 public:
  tokentra_status code() const { return tokentra_error_code(get()); }
  std::string message() const { return View(tokentra_error_message(get())); }
};

// EXPECT_OK(tokentra_...(..., error.Out())) shows the message of what failed.
#define EXPECT_OK(call) EXPECT_EQ(call, TOKENTRA_OK) << error.message()
#define ASSERT_OK(call) ASSERT_EQ(call, TOKENTRA_OK) << error.message()

// The status is `status`, and the error object says the same and why.
#define EXPECT_ERROR(call, status, message_matcher)                     \
  do {                                                                  \
    EXPECT_EQ(call, status) << error.message();                         \
    EXPECT_EQ(error.code(), status);                                    \
    EXPECT_THAT(error.message(), message_matcher);                      \
    EXPECT_THAT(error.message(), ::testing::Not(::testing::IsEmpty())); \
  } while (false)

inline std::string Decimal(tokentra_money money) {
  char buffer[TOKENTRA_MONEY_TEXT_MAX];
  return std::string(buffer, tokentra_money_format(money, -1, buffer));
}

// The exact sum, word by word with carry.
inline tokentra_money Plus(tokentra_money a, tokentra_money b) {
  const uint64_t lo = a.lo + b.lo;
  const uint64_t hi =
      static_cast<uint64_t>(a.hi) + static_cast<uint64_t>(b.hi) + (lo < a.lo ? 1u : 0u);
  return {lo, static_cast<int64_t>(hi)};
}

inline uint32_t Meter(std::string_view name) { return tokentra_meter_id(Text(name)); }

inline Catalog OpenCatalog() {
  Catalog catalog;
  Error error;
  EXPECT_OK(tokentra_catalog_open_builtin(catalog.Out(), error.Out()));
  return catalog;
}

// 2026-10-15T12:00:00Z, the instant of all the examples.
inline constexpr int64_t kInstant = 1'792'065'600'000'000'000;
inline constexpr int64_t kHour = 3'600'000'000'000;

// A call that owns the arrays it points to. Copying would leave the pointers behind.
class Call {
 public:
  Call(std::string_view provider, std::string_view model) {
    call_.provider = Text(provider);
    call_.model = Text(model);
    call_.at_ns = kInstant;
  }
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  // The example of the project's page: 1500 tokens in, 500 out.
  static std::unique_ptr<Call> Example() {
    auto call = std::make_unique<Call>("openai", "gpt-4o");
    call->Usage({{"input_tokens", 1500}, {"output_tokens", 500}});
    return call;
  }

  Call& Usage(std::initializer_list<std::pair<std::string_view, uint64_t>> usage) {
    usage_.clear();
    for (const auto& [name, quantity] : usage) usage_.push_back({Meter(name), 0, quantity});
    call_.usage = usage_.data();
    call_.usage_count = usage_.size();
    return *this;
  }
  Call& Metadata(std::initializer_list<std::pair<std::string_view, std::string_view>> metadata) {
    Fill(metadata, &metadata_);
    call_.metadata = metadata_.data();
    call_.metadata_count = metadata_.size();
    return *this;
  }
  Call& Conditions(std::initializer_list<std::pair<std::string_view, std::string_view>> pairs) {
    Fill(pairs, &conditions_);
    call_.conditions = conditions_.data();
    call_.condition_count = conditions_.size();
    return *this;
  }
  Call& Id(std::string_view id) {
    call_.id = Text(id);
    return *this;
  }
  Call& At(int64_t at_ns) {
    call_.at_ns = at_ns;
    return *this;
  }
  Call& Response(std::string_view body) {
    call_.response = Text(body);
    return *this;
  }

  tokentra_call* get() { return &call_; }
  const tokentra_call* get() const { return &call_; }

 private:
  static void Fill(std::initializer_list<std::pair<std::string_view, std::string_view>> pairs,
                   std::vector<tokentra_pair>* out) {
    out->clear();
    for (const auto& [name, value] : pairs) out->push_back({Text(name), Text(value)});
  }

  tokentra_call call_ = {};
  std::vector<tokentra_quantity> usage_;
  std::vector<tokentra_pair> metadata_;
  std::vector<tokentra_pair> conditions_;
};

// Line 1, no default instant, no bounds, no flags.
inline constexpr tokentra_records_options kRecordsDefaults = {};

inline constexpr std::string_view kOpenaiBody =
    R"({"id":"chatcmpl-1","object":"chat.completion","model":"gpt-4o-2024-08-06",)"
    R"("usage":{"prompt_tokens":1500,"completion_tokens":500,"total_tokens":2000}})";

}  // namespace tokentra_testing

#endif  // TOKENTRA_TESTS_CAPI_TESTING_H_
