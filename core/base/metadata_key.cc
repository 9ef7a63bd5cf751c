#include "core/base/metadata_key.h"

#include <algorithm>
#include <array>
#include <utility>

namespace tokentra {
namespace {

// `feature`, `environment` and `service` are spelt alike in both.
constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kSpellings = {
    {{"project_id", "projectId"},
     {"team_id", "teamId"},
     {"user_id", "userId"},
     {"request_id", "requestId"},
     {"session_id", "sessionId"}}};

constexpr std::string_view kWellKnown[] = {"project_id", "team_id",    "feature",     "user_id",
                                           "request_id", "session_id", "environment", "service"};

}  // namespace

std::span<const std::string_view> WellKnownMetadataKeys() { return kWellKnown; }

bool IsWellKnownMetadataKey(std::string_view canonical) {
  return std::find(std::begin(kWellKnown), std::end(kWellKnown), canonical) != std::end(kWellKnown);
}

std::string_view CanonicalMetadataKey(std::string_view key) {
  // All camelCase spellings end alike, which few other keys do.
  if (key.size() < 3 || key[key.size() - 2] != 'I' || key.back() != 'd') return key;
  for (const auto& [canonical, camel] : kSpellings) {
    if (key == camel) return canonical;
  }
  return key;
}

std::string_view CamelMetadataKey(std::string_view canonical) {
  for (const auto& [key, camel] : kSpellings) {
    if (canonical == key) return camel;
  }
  return {};
}

const MetadataEntry* ConflictingSpelling(std::span<const MetadataEntry> metadata,
                                         const MetadataEntry& camel) {
  const std::string_view canonical = CanonicalMetadataKey(camel.key);
  if (canonical.data() == camel.key.data()) return nullptr;
  for (const MetadataEntry& entry : metadata) {
    if (entry.key == canonical && entry.value != camel.value) return &entry;
  }
  return nullptr;
}

bool HasSpellingConflict(std::span<const MetadataEntry> metadata) {
  for (const MetadataEntry& entry : metadata) {
    if (ConflictingSpelling(metadata, entry) != nullptr) return true;
  }
  return false;
}

}  // namespace tokentra
