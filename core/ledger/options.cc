#include "core/ledger/options.h"

#include <algorithm>
#include <string_view>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "core/ledger/tuple.h"

namespace tokentra {
namespace {

absl::Status CheckRange(std::string_view name, std::uint64_t value, std::uint64_t most) {
  if (value >= 1 && value <= most) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("ledger option ", name, " is ", value, "; it must be 1 to ", most));
}

absl::Status CheckDimensions(const std::vector<std::string>& names) {
  if (names.size() > kDimensionsMax) {
    return absl::InvalidArgumentError(absl::StrCat("ledger option dimensions has ", names.size(),
                                                   " names; at most ", kDimensionsMax));
  }
  for (auto name = names.begin(); name != names.end(); ++name) {
    if (name->empty()) {
      return absl::InvalidArgumentError("ledger option dimensions has an empty name");
    }
    if (std::find(names.begin(), name, *name) != name) {
      return absl::InvalidArgumentError(
          absl::StrCat("ledger option dimensions names \"",
                       absl::CHexEscape(std::string_view(*name).substr(0, 64)), "\" twice"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ValidateLedgerOptions(const LedgerOptions& options) {
  constexpr std::int64_t kDaySeconds = 86'400;
  absl::Status status = CheckDimensions(options.dimensions);
  if (options.bucket_seconds < 60 || options.bucket_seconds > kDaySeconds ||
      kDaySeconds % options.bucket_seconds != 0) {
    status.Update(absl::InvalidArgumentError(
        absl::StrCat("ledger option bucket_seconds is ", options.bucket_seconds,
                     "; it must be at least 60 and divide a day (", kDaySeconds, ")")));
  }
  status.Update(CheckRange("keys_max", options.keys_max, 1 << 24));
  status.Update(CheckRange("classes_max", options.classes_max, 1 << 20));
  status.Update(CheckRange("cells_max", options.cells_max, 1 << 23));
  status.Update(CheckRange("shards_max", options.shards_max, 4096));
  status.Update(CheckRange("text_bytes_max", options.text_bytes_max, std::uint64_t{1} << 40));
  status.Update(CheckRange("value_bytes_max", options.value_bytes_max, kDimensionValueBytesMax));
  status.Update(CheckRange("class_bytes_max", options.class_bytes_max, 1 << 20));
  status.Update(CheckRange("ids_max", options.ids_max, std::uint64_t{1} << 28));
  return status;
}

absl::Status ValidateFolderOptions(const FolderOptions& options) {
  constexpr std::uint64_t kLeast = 1 << 18;
  constexpr std::uint64_t kMost = std::uint64_t{1} << 32;
  if (options.segment_bytes >= kLeast && options.segment_bytes <= kMost) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("ledger option segment_bytes is ",
                                                 options.segment_bytes, "; it must be ", kLeast,
                                                 " to ", kMost));
}

}  // namespace tokentra
