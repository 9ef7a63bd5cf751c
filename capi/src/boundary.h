// What every entry point of the C ABI shares: errors, the exception guard, sized structures, text.
//
// Thread: everything here is local to one call.

#ifndef TOKENTRA_CAPI_SRC_BOUNDARY_H_
#define TOKENTRA_CAPI_SRC_BOUNDARY_H_

#include <cstddef>
#include <cstring>
#include <new>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/money.h"
#include "core/usage/usage.h"
#include "tokentra/tokentra.h"

struct tokentra_error {
  tokentra_status code;
  std::string message;
};

struct tokentra_document {
  std::string text;
};

namespace tokentra::capi {

// Hands `status` to the caller: returns its code, makes *error when asked for. Never throws.
tokentra_status Fail(const absl::Status& status, tokentra_error** error) noexcept;
// The same for exhausted memory, without allocating.
tokentra_status FailNoMemory(tokentra_error** error) noexcept;

// Runs the body of an entry point: its status becomes the return value, and no exception leaves.
template <typename Body>
tokentra_status Guard(tokentra_error** error, const Body& body) noexcept {
  try {
    const absl::Status status = body();
    return status.ok() ? TOKENTRA_OK : Fail(status, error);
  } catch (const std::bad_alloc&) {
    return FailNoMemory(error);
  } catch (...) {
    return Fail(absl::InternalError("an unexpected exception reached the C interface"), error);
  }
}

inline std::string_view View(tokentra_text text) {
  return text.data == nullptr ? std::string_view() : std::string_view(text.data, text.size);
}

inline tokentra_text Text(std::string_view view) {
  return {view.empty() ? nullptr : view.data(), view.size()};
}

inline tokentra_money ToC(Money money) { return {money.lo(), money.hi()}; }

inline absl::Status NullArgument(std::string_view name) {
  return absl::InvalidArgumentError(absl::StrCat(name, " is NULL"));
}

// Reads a caller's structure of `size` bytes: members the caller does not have are zero, members
// the library does not know must be.
template <typename Struct>
absl::Status ReadSized(std::string_view name, const void* from, std::size_t size, Struct& out) {
  if (from == nullptr) return NullArgument(name);
  if (size == 0) return absl::InvalidArgumentError(absl::StrCat(name, " has size 0"));
  std::memset(static_cast<void*>(&out), 0, sizeof(out));
  std::memcpy(static_cast<void*>(&out), from, size < sizeof(out) ? size : sizeof(out));
  const auto* bytes = static_cast<const unsigned char*>(from);
  for (std::size_t i = sizeof(out); i < size; ++i) {
    if (bytes[i] != 0) {
      return absl::InvalidArgumentError(
          absl::StrCat(name, " of ", size, " bytes sets a member that this library, which knows ",
                       sizeof(out), " bytes, does not have"));
    }
  }
  return absl::OkStatus();
}

// Writes `value` into a caller's structure of `size` bytes.
template <typename Struct>
absl::Status WriteSized(std::string_view name, const Struct& value, void* to, std::size_t size) {
  if (to == nullptr) return NullArgument(name);
  if (size == 0) return absl::InvalidArgumentError(absl::StrCat(name, " has size 0"));
  std::memcpy(to, static_cast<const void*>(&value), size < sizeof(value) ? size : sizeof(value));
  if (size > sizeof(value)) {
    std::memset(static_cast<unsigned char*>(to) + sizeof(value), 0, size - sizeof(value));
  }
  return absl::OkStatus();
}

absl::Status CheckIndex(std::string_view name, std::size_t index, std::size_t count);

// INVALID_ARGUMENT naming `name` when `value` is not zero.
absl::Status CheckReserved(std::string_view name, std::uint64_t value);

// INVALID_ARGUMENT naming `name` when the text is no UTF-8 or has a size without data.
absl::Status CheckText(std::string_view name, tokentra_text text);

// Caller's quantities as usage: known meters, each once, within the limit.
absl::Status ReadQuantities(const tokentra_quantity* quantities, std::size_t count, Usage& usage);

}  // namespace tokentra::capi

#endif  // TOKENTRA_CAPI_SRC_BOUNDARY_H_
