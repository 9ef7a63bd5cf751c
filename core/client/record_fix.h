// Safe fixes of a call record's metadata, in its text: nothing but the metadata changes by a byte.
//
// What is safe is the convention's to say (value_check.h): how a value is written, aliases, former
// names. What is sensitive is not touched: a log is not the place to repair that.
//
// Thread: pure functions.

#ifndef TOKENTRA_CORE_CLIENT_RECORD_FIX_H_
#define TOKENTRA_CORE_CLIENT_RECORD_FIX_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/convention/convention.h"

namespace tokentra {

// `record` is a JSON object; `metadata` what was read of it. Adds the values and keys that were
// changed to *fixes.
std::string FixRecord(const Convention& convention, std::string_view record,
                      std::span<const MetadataEntry> metadata, InstantNs at, std::uint64_t* fixes);

}  // namespace tokentra

#endif  // TOKENTRA_CORE_CLIENT_RECORD_FIX_H_
