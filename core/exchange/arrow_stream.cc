#include "core/exchange/arrow_stream.h"

#include <cerrno>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "core/base/text.h"

namespace tokentra {

absl::Status ArrowStreamReader::Failed(int code) {
  std::string message = absl::StrCat("the Arrow stream failed with errno ", code);
  const char* said = stream_.value().get_last_error == nullptr
                         ? nullptr
                         : stream_.get()->get_last_error(stream_.get());
  if (said != nullptr) {
    // As long as a line of a log may be.
    constexpr std::size_t kSaidMax = 300;
    absl::StrAppend(&message, ": ", std::string_view(said).substr(0, kSaidMax));
  }
  stream_.Release();
  if (code == ENOMEM) return absl::ResourceExhaustedError(message);
  return absl::InvalidArgumentError(message);
}

absl::Status ArrowStreamReader::ReadSchema() {
  const ArrowArrayStream& stream = stream_.value();
  if (stream_.empty()) return absl::InvalidArgumentError("the Arrow stream is released already");
  if (stream.get_schema == nullptr || stream.get_next == nullptr) {
    return absl::InvalidArgumentError("the Arrow stream lacks get_schema or get_next");
  }
  if (const int code = stream.get_schema(stream_.get(), schema_.get()); code != 0) {
    return Failed(code);
  }
  if (schema_.empty()) return absl::InvalidArgumentError("the Arrow stream gave no schema");
  return absl::OkStatus();
}

absl::StatusOr<bool> ArrowStreamReader::Next() {
  batch_.Release();
  if (stream_.empty()) return false;
  if (const int code = stream_.value().get_next(stream_.get(), batch_.get()); code != 0) {
    return Failed(code);
  }
  if (batch_.empty()) stream_.Release();
  return !batch_.empty();
}

}  // namespace tokentra
