#include "core/client/dimension_reader.h"

#include <algorithm>

#include "absl/container/inlined_vector.h"

namespace tokentra {
namespace {

template <typename Entries>
void AppendDefaults(std::span<const MetadataEntry> metadata, const DefaultMetadata& defaults,
                    Entries& out) {
  for (const auto& [key, value] : defaults) {
    const bool stated = std::any_of(
        metadata.begin(), metadata.end(),
        [&](const MetadataEntry& entry) { return CanonicalMetadataKey(entry.key) == key; });
    if (!stated) out.push_back({key, value});
  }
}

}  // namespace

DimensionReader::DimensionReader(std::vector<std::string> names) : names_(std::move(names)) {
  for (const std::string& name : names_) camel_.push_back(CamelMetadataKey(name));
}

void DimensionReader::Read(std::span<const MetadataEntry> metadata, const DefaultMetadata& defaults,
                           Judge* judge, InstantNs at, DimensionValues& out) const {
  out.count = std::min(names_.size(), kDimensionsMax);
  out.present = 0;
  out.has_findings = HasSpellingConflict(metadata);
  for (std::size_t i = 0; i < out.count; ++i) {
    const std::string_view name = names_[i];
    const MetadataEntry* snake = nullptr;
    const MetadataEntry* camel = nullptr;
    for (const MetadataEntry& entry : metadata) {
      if (entry.key == name) snake = &entry;
      if (!camel_[i].empty() && entry.key == camel_[i]) camel = &entry;
    }
    const MetadataEntry* chosen = snake != nullptr ? snake : camel;
    if (chosen != nullptr) {
      out.values[i] = chosen->value;
      out.present |= std::uint64_t{1} << i;
      continue;
    }
    for (const auto& [key, value] : defaults) {
      if (key != name) continue;
      out.values[i] = value;
      out.present |= std::uint64_t{1} << i;
    }
  }
  if (judge == nullptr) return;
  const Verdict* verdict = nullptr;
  if (defaults.empty()) {
    verdict = &judge->JudgeSet(metadata, at, out.own);
  } else {
    absl::InlinedVector<MetadataEntry, 24> all(metadata.begin(), metadata.end());
    AppendDefaults(metadata, defaults, all);
    verdict = &judge->JudgeSet(all, at, out.own);
  }
  out.has_findings = out.has_findings || verdict->has_findings;
  for (const Replacement& replacement : verdict->replacements) {
    for (std::size_t i = 0; i < out.count; ++i) {
      if (names_[i] != replacement.key) continue;
      out.values[i] = replacement.value;
      out.present |= std::uint64_t{1} << i;
    }
  }
}

std::vector<MetadataEntry> WithDefaults(std::span<const MetadataEntry> metadata,
                                        const DefaultMetadata& defaults) {
  std::vector<MetadataEntry> all(metadata.begin(), metadata.end());
  AppendDefaults(metadata, defaults, all);
  return all;
}

}  // namespace tokentra
