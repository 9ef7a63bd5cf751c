#include "core/analysis/group_key.h"

#include <array>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/metadata_key.h"
#include "core/base/text.h"
#include "core/base/zone.h"

namespace tokentra {
namespace {

using Kind = GroupKey::Kind;

constexpr std::array<std::pair<std::string_view, Kind>, 9> kBuiltin = {
    {{"provider", Kind::kProvider},
     {"model", Kind::kModel},
     {"state", Kind::kState},
     {"service_tier", Kind::kServiceTier},
     {"region", Kind::kRegion},
     {"batch", Kind::kBatch},
     {"bucket", Kind::kBucket},
     {"hour", Kind::kHour},
     {"day", Kind::kDay}}};

KeyValue Present(std::string_view text) { return {KeyPresence::kPresent, std::string(text)}; }

KeyValue TextOrAbsent(std::string_view text) { return text.empty() ? KeyValue() : Present(text); }

std::string OffsetText(std::int32_t seconds) {
  const std::int32_t minutes = (seconds < 0 ? -seconds : seconds) / 60;
  const auto two = [](std::int32_t number) { return absl::StrCat(number < 10 ? "0" : "", number); };
  return absl::StrCat(seconds < 0 ? "-" : "+", two(minutes / 60), ":", two(minutes % 60));
}

// How many characters of "2026-10-15T14:15:00Z" name the period.
std::size_t PrefixOf(Kind kind) { return kind == Kind::kDay ? 10 : 16; }

KeyValue TimeValue(Kind kind, const EntryFacts& facts, std::span<const ZoneOffset> zone) {
  const InstantNs start = facts.entry.bucket_start;
  if (start == kNoInstant) return {KeyPresence::kFolded, ""};
  if (facts.entry.time_fold == TimeFold::kDay) {
    // It is one of the days asked for, or lies in two of them.
    const bool is_day = kind == Kind::kDay && PlainDayStart(start, zone) == start;
    if (!is_day) return {KeyPresence::kFolded, ""};
  }
  const std::int32_t offset = OffsetAt(start, zone);
  InstantNs local = start + std::int64_t{offset} * kNsPerSecond;
  constexpr std::int64_t kHourNs = 3600 * kNsPerSecond;
  if (kind == Kind::kHour) local -= ((local % kHourNs) + kHourNs) % kHourNs;
  std::string text = FormatInstant(local).substr(0, PrefixOf(kind));
  if (kind != Kind::kDay) absl::StrAppend(&text, zone.empty() ? "Z" : OffsetText(offset));
  return Present(text);
}

KeyValue DimensionValue(std::size_t index, const DecodedTuple& tuple) {
  const std::uint64_t bit = std::uint64_t{1} << index;
  if ((tuple.folded & bit) != 0) return {KeyPresence::kFolded, ""};
  if ((tuple.present & bit) == 0) return KeyValue();
  return Present(tuple.values[index]);
}

}  // namespace

bool IsTimeKey(const GroupKey& key) {
  return key.kind == Kind::kBucket || key.kind == Kind::kHour || key.kind == Kind::kDay;
}

absl::StatusOr<GroupKey> ParseGroupKey(std::string_view name,
                                       std::span<const std::string> dimensions) {
  for (std::size_t i = 0; i < dimensions.size(); ++i) {
    if (dimensions[i] == CanonicalMetadataKey(name)) return GroupKey{Kind::kDimension, i};
  }
  for (const auto& [builtin, kind] : kBuiltin) {
    if (builtin == name) return GroupKey{kind, 0};
  }
  std::vector<std::string_view> known(dimensions.begin(), dimensions.end());
  for (const auto& [builtin, kind] : kBuiltin) known.push_back(builtin);
  return absl::InvalidArgumentError(
      absl::StrCat("key ", Quote(name),
                   " is neither a dimension of the ledger nor provider, "
                   "model, state, service_tier, region, batch, bucket, hour or day",
                   NearestHint(name, known)));
}

KeyValue ValueOf(const GroupKey& key, const EntryFacts& facts, std::span<const ZoneOffset> zone) {
  if (IsTimeKey(key)) return TimeValue(key.kind, facts, zone);
  if (key.kind == Kind::kDimension) return DimensionValue(key.dimension, facts.dimensions);
  if (key.kind == Kind::kState) return Present(facts.state);
  if (facts.snapshot_class.folded) return {KeyPresence::kFolded, ""};
  const UsageClass& usage_class = facts.usage_class;
  switch (key.kind) {
    case Kind::kProvider:
      return TextOrAbsent(usage_class.provider);
    case Kind::kModel:
      return TextOrAbsent(usage_class.model);
    case Kind::kServiceTier:
      return TextOrAbsent(usage_class.service_tier);
    case Kind::kRegion:
      return TextOrAbsent(usage_class.region);
    case Kind::kBatch:
      return Present(usage_class.batch ? "true" : "false");
    default:
      return KeyValue();
  }
}

}  // namespace tokentra
