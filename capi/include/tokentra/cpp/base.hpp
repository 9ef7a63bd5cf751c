// Errors, the one owning handle, text, money, meters and instants. See tokentra.hpp.

#ifndef TOKENTRA_CPP_BASE_HPP_
#define TOKENTRA_CPP_BASE_HPP_

#include <cstddef>
#include <cstdint>
#include <exception>
#include <string>
#include <string_view>
#include <utility>

#include <tokentra/tokentra.h>

namespace tokentra {
inline namespace v1 {

// A call failed. `code()` is one of TOKENTRA_CANCELLED to TOKENTRA_UNAUTHENTICATED; `message()` is
// one line: fact, offending value, limit or nearest valid.
class Error : public std::exception {
 public:
  Error(tokentra_status code, std::string_view message) : code_(code), message_(message) {}

  tokentra_status code() const noexcept { return code_; }
  // "INVALID_ARGUMENT"
  const char* code_name() const noexcept { return tokentra_status_name(code_); }
  const std::string& message() const noexcept { return message_; }
  const char* what() const noexcept override { return message_.c_str(); }

 private:
  tokentra_status code_;
  std::string message_;
};

// Owns one C object. `Free` takes NULL.
template <typename T, void (*Free)(T*)>
class Handle {
 public:
  Handle() noexcept = default;
  explicit Handle(T* object) noexcept : object_(object) {}
  Handle(Handle&& other) noexcept : object_(other.release()) {}
  Handle& operator=(Handle&& other) noexcept {
    if (this != &other) reset(other.release());
    return *this;
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() { Free(object_); }

  T* get() const noexcept { return object_; }
  explicit operator bool() const noexcept { return object_ != nullptr; }
  // Gives the object up: the caller frees it.
  T* release() noexcept { return std::exchange(object_, nullptr); }
  void reset(T* object = nullptr) noexcept { Free(std::exchange(object_, object)); }
  // For out parameters: frees what is held, then the address to write to.
  T** out() noexcept {
    reset();
    return &object_;
  }

 private:
  T* object_ = nullptr;
};

using ErrorHandle = Handle<tokentra_error, tokentra_error_free>;
using DocumentHandle = Handle<tokentra_document, tokentra_document_free>;

namespace detail {

inline std::string_view View(tokentra_text text) noexcept {
  return text.data == nullptr ? std::string_view() : std::string_view(text.data, text.size);
}

inline tokentra_text Text(std::string_view text) noexcept { return {text.data(), text.size()}; }

// Throws unless `status` is TOKENTRA_OK. `error` may be empty: not every failure carries one.
inline void Check(tokentra_status status, const ErrorHandle& error) {
  if (status == TOKENTRA_OK) return;
  const std::string_view message = error ? View(tokentra_error_message(error.get())) : "";
  throw Error(status, message.empty() ? tokentra_status_name(status) : message);
}

inline std::string TakeText(const DocumentHandle& document) {
  return std::string(View(tokentra_document_text(document.get())));
}

}  // namespace detail

// "0.1.0"
inline std::string_view Version() noexcept { return tokentra_version_string(); }

// ---- Money
// ---------------------------------------------------------------------------------------

// A signed 128-bit count of 10^-18 US dollars. There is no way to and from double: money is text
// (`ToString`), or two words for Arrow decimal128(38,18).
class Money {
 public:
  constexpr Money() noexcept : value_{0, 0} {}
  constexpr explicit Money(tokentra_money value) noexcept : value_(value) {}
  // The two's complement words, the low one unsigned.
  static constexpr Money FromWords(std::uint64_t lo, std::int64_t hi) noexcept {
    return Money(tokentra_money{lo, hi});
  }
  constexpr std::uint64_t lo() const noexcept { return value_.lo; }
  constexpr std::int64_t hi() const noexcept { return value_.hi; }
  constexpr tokentra_money c_money() const noexcept { return value_; }

  // Decimal text: exact and as short as possible ("0.00875"), or rounded half to even to 0 to 18
  // `places` for display ("0.01"). Throws OUT_OF_RANGE beyond 38 digits.
  std::string ToString(int places = -1) const {
    char buffer[TOKENTRA_MONEY_TEXT_MAX];
    const std::size_t size = tokentra_money_format(value_, places, buffer);
    if (size == 0) throw Error(TOKENTRA_OUT_OF_RANGE, "amount is beyond 38 digits");
    return std::string(buffer, size);
  }

  friend constexpr bool operator==(Money a, Money b) noexcept {
    return a.lo() == b.lo() && a.hi() == b.hi();
  }
  friend constexpr bool operator!=(Money a, Money b) noexcept { return !(a == b); }
  friend constexpr bool operator<(Money a, Money b) noexcept {
    return a.hi() != b.hi() ? a.hi() < b.hi() : a.lo() < b.lo();
  }
  friend constexpr bool operator>(Money a, Money b) noexcept { return b < a; }
  friend constexpr bool operator<=(Money a, Money b) noexcept { return !(b < a); }
  friend constexpr bool operator>=(Money a, Money b) noexcept { return !(a < b); }

 private:
  tokentra_money value_;
};

// ---- Meters
// --------------------------------------------------------------------------------------

// Meter ids are 1 to MeterCount(); they never change their meaning, so look them up once.
inline std::uint32_t MeterCount() noexcept { return tokentra_meter_count(); }

// Throws NOT_FOUND. A name in seconds is no meter: quantities are milliseconds.
inline std::uint32_t MeterId(std::string_view name) {
  const std::uint32_t id = tokentra_meter_id(detail::Text(name));
  if (id == 0) throw Error(TOKENTRA_NOT_FOUND, "no meter '" + std::string(name) + "'");
  return id;
}

// "input_tokens"; empty when there is no such meter. Static text.
inline std::string_view MeterName(std::uint32_t meter) noexcept {
  return detail::View(tokentra_meter_name(meter));
}

// ---- Instants
// ------------------------------------------------------------------------------------

inline constexpr std::int64_t kNoInstant = TOKENTRA_NO_INSTANT;

// Nanoseconds since 1970 UTC of an RFC 3339 text with a zone. Throws INVALID_ARGUMENT.
inline std::int64_t ParseInstant(std::string_view text) {
  std::int64_t at_ns = kNoInstant;
  ErrorHandle error;
  detail::Check(tokentra_instant_parse(detail::Text(text), &at_ns, error.out()), error);
  return at_ns;
}

}  // namespace v1
}  // namespace tokentra

#endif  // TOKENTRA_CPP_BASE_HPP_
