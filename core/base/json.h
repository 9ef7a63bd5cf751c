// Reading JSON documents strictly: catalogs, conventions, options.
//
// nlohmann/json does the parsing; this file confines its exceptions, refuses duplicate keys (a
// price given twice is no price) and limits depth. Response bodies and records do not come through
// here: simdjson reads those.
//
// Thread: pure functions.

#ifndef TOKENTRA_CORE_BASE_JSON_H_
#define TOKENTRA_CORE_BASE_JSON_H_

#include <string_view>

#include "absl/status/statusor.h"
#include "nlohmann/json.hpp"

namespace tokentra {

using Json = nlohmann::ordered_json;

inline constexpr int kJsonDepthMax = 64;

// `file` names the document in errors.
absl::StatusOr<Json> ParseJson(std::string_view text, std::string_view file);

// For documents whose numbers are money: a number with a point or an exponent, and one beyond 64
// bits, becomes the text that stands in the document, so that none passes through a double.
absl::StatusOr<Json> ParseJsonKeepingDecimals(std::string_view text, std::string_view file);

// Declared behind a document that is not empty, where memory may run out: nlohmann's destructor of
// a list or an object allocates, and failing there would end the process. The guard takes the
// document apart first, without allocating.
class JsonGuard {
 public:
  explicit JsonGuard(Json& json) : json_(json) {}
  ~JsonGuard();
  JsonGuard(const JsonGuard&) = delete;
  JsonGuard& operator=(const JsonGuard&) = delete;

 private:
  Json& json_;
};

}  // namespace tokentra

#endif  // TOKENTRA_CORE_BASE_JSON_H_
