// The C interface for this program: owning handles, text views, failures as exceptions.
//
// This is the only header that frees what the library hands out. Nothing here adds meaning to the
// C interface; every function named tokentra_... is documented in <tokentra/tokentra.h>.

#ifndef TOKENTRA_BINDINGS_CLI_HANDLE_H_
#define TOKENTRA_BINDINGS_CLI_HANDLE_H_

#include <tokentra/tokentra.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace tokentra::cli {

template <auto kFree>
struct FreeWith {
  template <typename T>
  void operator()(T* object) const {
    kFree(object);
  }
};

template <typename T, auto kFree>
using Handle = std::unique_ptr<T, FreeWith<kFree>>;

using Catalog = Handle<tokentra_catalog, tokentra_catalog_free>;
using Client = Handle<tokentra_client, tokentra_client_free>;
using ClientOptions = Handle<tokentra_client_options, tokentra_client_options_free>;
using Cost = Handle<tokentra_cost, tokentra_cost_free>;
using Document = Handle<tokentra_document, tokentra_document_free>;
using Held = Handle<tokentra_held, tokentra_held_free>;
using Records = Handle<tokentra_records, tokentra_records_free>;
using Rows = Handle<tokentra_rows, tokentra_rows_free>;
using Snapshot = Handle<tokentra_snapshot, tokentra_snapshot_free>;

inline std::string_view View(tokentra_text text) {
  return text.size == 0 ? std::string_view() : std::string_view(text.data, text.size);
}
inline tokentra_text Text(std::string_view text) { return {text.data(), text.size()}; }

// The command line is wrong: exit status 2.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// The library or the system refused something: exit status 1.
class Failure : public std::runtime_error {
 public:
  Failure(tokentra_status code, const std::string& message)
      : std::runtime_error(message), code_(code) {}
  tokentra_status code() const { return code_; }

 private:
  tokentra_status code_;
};

// Receives the error object of one call:
//   ErrorSlot error;
//   error.Check(tokentra_...(..., error.out()));
class ErrorSlot {
 public:
  ErrorSlot() = default;
  ErrorSlot(const ErrorSlot&) = delete;
  ErrorSlot& operator=(const ErrorSlot&) = delete;
  ~ErrorSlot() { tokentra_error_free(error_); }

  tokentra_error** out() { return &error_; }

  // Throws Failure unless `status` is TOKENTRA_OK.
  void Check(tokentra_status status) const {
    if (status != TOKENTRA_OK) throw Failure(status, Message(status));
  }

 private:
  std::string Message(tokentra_status status) const {
    if (error_ == nullptr) return tokentra_status_name(status);
    return std::string(View(tokentra_error_message(error_)));
  }

  tokentra_error* error_ = nullptr;
};

// The built-in catalog under the overlays of these files, in order.
Catalog OpenCatalog(const std::vector<std::string>& overlays);

}  // namespace tokentra::cli

#endif  // TOKENTRA_BINDINGS_CLI_HANDLE_H_
