// Well-known metadata keys and their camelCase spellings, which are the same keys.
//
// Thread: pure functions.

#ifndef TOKENTRA_CORE_BASE_METADATA_KEY_H_
#define TOKENTRA_CORE_BASE_METADATA_KEY_H_

#include <span>
#include <string_view>

namespace tokentra {

// One entry of an event's metadata.
struct MetadataEntry {
  std::string_view key;
  std::string_view value;
};

// "projectId" -> "project_id"; any other key is itself.
std::string_view CanonicalMetadataKey(std::string_view key);

// The well-known keys, in snake_case.
std::span<const std::string_view> WellKnownMetadataKeys();
bool IsWellKnownMetadataKey(std::string_view canonical);

// The camelCase spelling of a well-known key; empty when it has none of its own.
std::string_view CamelMetadataKey(std::string_view canonical);

// Some well-known key is given in both spellings with different values.
bool HasSpellingConflict(std::span<const MetadataEntry> metadata);
// The entry whose key is the canonical spelling of `camel`'s, with another value; nullptr: none.
const MetadataEntry* ConflictingSpelling(std::span<const MetadataEntry> metadata,
                                         const MetadataEntry& camel);

}  // namespace tokentra

#endif  // TOKENTRA_CORE_BASE_METADATA_KEY_H_
