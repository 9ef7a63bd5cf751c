#include "core/catalog/match.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

#include "core/catalog/pattern.h"
#include "core/catalog/spelling.h"

namespace tokentra {
namespace {

// One name in the making: the normaliser rewrites it in place, without allocating. No step moves
// bytes, so that each stays at its place in the name as called.
class NameBuffer {
 public:
  explicit NameBuffer(std::string_view name) : original_(name), size_(name.size()) {
    std::memcpy(bytes_.data(), name.data(), name.size());
  }
  std::string_view view() const { return {bytes_.data() + begin_, size_}; }
  // `part` of view() as called; unlike the view it outlives the buffer.
  std::string_view AsCalled(std::string_view part) const {
    return original_.substr(static_cast<std::size_t>(part.data() - bytes_.data()), part.size());
  }
  void DropFront(std::size_t count) {
    begin_ += count;
    size_ -= count;
  }
  void DropBack(std::size_t count) { size_ -= count; }
  // True when something changed.
  bool Lower() {
    bool changed = false;
    for (std::size_t i = begin_; i < begin_ + size_; ++i) {
      if (bytes_[i] < 'A' || bytes_[i] > 'Z') continue;
      bytes_[i] = static_cast<char>(bytes_[i] - 'A' + 'a');
      changed = true;
    }
    return changed;
  }

 private:
  std::array<char, kModelNameMax> bytes_;
  const std::string_view original_;
  std::size_t begin_ = 0;
  std::size_t size_;
};

// Which names of the table and of the patterns a look-up may answer with.
enum class Strictness : std::uint8_t {
  kAny,
  kNoUnversioned,  // after a version was dropped: another version is another model
  kStableOnly,     // after a date was dropped: no pattern and no alias that moves either
};

class Matcher {
 public:
  Matcher(const CatalogImage& image, std::uint32_t provider, InstantNs at)
      : image_(image), record_(image.providers[provider]), at_(at) {
    result_.provider = provider;
    result_.provider_known = true;
  }

  Resolution Match(std::string_view name) {
    if (name.empty() || name.size() > kModelNameMax) return result_;
    if (Look(name, Strictness::kAny)) return result_;
    if (record_.normalize == 0) return result_;
    if (Normalize(name)) {
      result_.match = MatchKind::kNormalized;
      result_.instant_needed = false;
    } else {
      result_.match = MatchKind::kNone;
      result_.pin_count = 0;
    }
    return result_;
  }

 private:
  // Of two regions that one name says the narrower counts, and `global` nearer to the id is global
  // wherever it is called. Two that exclude each other mean nothing.
  bool Pin(std::string_view name, std::string_view value) {
    for (PinnedCondition& pin : std::span(result_.pins.data(), result_.pin_count)) {
      if (name != "region" || pin.name != name) continue;
      if (value == "global" || value == pin.value || RegionIsWithin(value, pin.value)) {
        pin.value = value;
        return true;
      }
      return RegionIsWithin(pin.value, value) || Refuse();
    }
    if (result_.pin_count == Resolution::kPinsMax) return false;
    result_.pins[result_.pin_count++] = {name, value};
    return true;
  }

  bool LookName(std::string_view name, Strictness strictness) {
    const std::uint64_t hash = NameHash(result_.provider, name);
    const std::size_t mask = image_.name_slots.size() - 1;
    for (std::size_t at = hash & mask; image_.name_slots[at] != 0; at = (at + 1) & mask) {
      const std::uint32_t slot = image_.name_slots[at];
      if (slot != NameSlot(hash, NameIndex(slot))) continue;
      const NameRecord& record = image_.names[NameIndex(slot)];
      if (image_.Text(record.name) != name ||
          image_.models[record.model].provider != result_.provider) {
        continue;
      }
      const NameTermsRecord& terms = image_.name_terms[record.terms];
      if (strictness != Strictness::kAny && record.kind == NameKind::kUnversioned) continue;
      if (terms.interval.IsBounded()) {
        if (strictness == Strictness::kStableOnly) continue;
        if (at_ == kNoInstant) {
          result_.instant_needed = true;
          continue;
        }
        if (!terms.interval.Contains(at_)) continue;
      }
      for (const ConditionRecord& pin : CatalogImage::Slice(image_.conditions, terms.pins)) {
        if (!Pin(image_.Text(pin.name), image_.Text(pin.value))) return false;
      }
      result_.match = record.kind == NameKind::kId      ? MatchKind::kExact
                      : record.kind == NameKind::kAlias ? MatchKind::kAlias
                                                        : MatchKind::kNormalized;
      result_.model = record.model;
      return true;
    }
    return false;
  }

  bool LookPattern(std::string_view name) {
    for (const PatternRecord& record : CatalogImage::Slice(image_.patterns, record_.patterns)) {
      const std::string_view pattern = image_.Text(record.pattern);
      // Most patterns differ from most names in their first bytes.
      if (pattern.front() != name.front() && pattern.front() != '{') continue;
      if (!MatchesPattern(pattern, name)) continue;
      result_.match = MatchKind::kPattern;
      result_.model = record.model;
      return true;
    }
    return false;
  }

  bool Look(std::string_view name, Strictness strictness) {
    if (LookName(name, strictness)) return true;
    return strictness != Strictness::kStableOnly && LookPattern(name);
  }

  // The provider's own spelling of the region `word`; size 0 when it has no such region.
  std::string_view Region(std::string_view word) const {
    for (const RegionRecord& region : CatalogImage::Slice(image_.regions, record_.regions)) {
      if (image_.Text(region.name) == word) return image_.Text(region.name);
    }
    return {};
  }

  bool RegionIsWithin(std::string_view node, std::string_view ancestor) const {
    const std::span<const RegionRecord> regions =
        CatalogImage::Slice(image_.regions, record_.regions);
    for (std::size_t i = 0; i < regions.size(); ++i) {
      if (image_.Text(regions[i].name) != node) continue;
      std::uint16_t at = static_cast<std::uint16_t>(i);
      while (at != kNoRegion && image_.Text(regions[at].name) != ancestor) at = regions[at].parent;
      return at != kNoRegion;
    }
    return false;
  }

  // A name that contradicts itself means nothing: no later step may find a price for it.
  bool Refuse() {
    refused_ = true;
    return false;
  }

  // `part` of the name says the region. Where the provider has no such region the pin keeps the
  // word as called, so that the answer is an unknown region and not a price.
  bool PinRegion(const NameBuffer& name, std::string_view part) {
    const std::string_view known = Region(RegionWord(image_.Text(record_.id), part));
    return Pin("region", known.empty() ? name.AsCalled(part) : known) || Refuse();
  }

  bool DropProviderPrefix(NameBuffer& name) {
    const std::size_t prefix = ProviderPrefixLength(image_.Text(record_.id), name.view());
    name.DropFront(prefix);
    bool changed = prefix != 0;
    if (image_.Text(record_.id).starts_with("google")) {
      std::string_view location;
      const std::size_t path = ResourcePathLength(name.view(), &location);
      if (!location.empty() && !PinRegion(name, location)) return false;
      name.DropFront(path);
      changed = changed || path != 0;
    }
    // `<region>/<id>`, as gateways and price lists write it.
    const std::size_t slash = name.view().find('/');
    if (slash == std::string_view::npos || slash + 1 == name.view().size()) return changed;
    const std::string_view segment = name.view().substr(0, slash);
    if (Region(RegionWord(image_.Text(record_.id), segment)).empty()) return changed;
    if (!PinRegion(name, segment)) return false;
    name.DropFront(slash + 1);
    return true;
  }

  bool DropBedrockProfile(NameBuffer& name) {
    std::string_view region;
    bool changed = false;
    if (const std::optional<BedrockArn> arn = ParseBedrockArn(name.view())) {
      region = Region(arn->region);
      if (region.empty()) region = name.AsCalled(arn->region);
      name.DropFront(name.view().size() - arn->id.size());
      changed = true;
    }
    const std::string_view geography = BedrockGeography(name.view());
    if (!geography.empty()) {
      name.DropFront(geography.size() + 1);
      changed = true;
    }
    // As for a caller's region: within the profile's geography it counts, and a global profile is
    // global wherever it is called.
    if (!geography.empty()) {
      const bool both = !region.empty() && geography != "global" && record_.regions.count != 0;
      if (both && !RegionIsWithin(region, geography)) return Refuse();
      if (!both) region = geography;
    }
    if (region.empty()) return changed;
    return Pin("region", region) || Refuse();
  }

  // `-v1:0` and `-v1` are how Bedrock writes a first version, with or without its minor number.
  // Any other version is another model, which must be listed. The minor number goes first.
  bool DropBedrockVersion(NameBuffer& name) {
    if (BedrockVersionLength(name.view()) == 0) return false;
    bool changed = false;
    if (name.view().ends_with(":0")) {
      name.DropBack(2);
      changed = true;
      strictness_ = std::max(strictness_, Strictness::kNoUnversioned);
      const std::uint8_t pins = result_.pin_count;
      if (LookName(name.view(), Strictness::kNoUnversioned)) {
        result_.pin_count = pins;  // the caller looks it up again
        return true;
      }
    }
    if (!name.view().ends_with("-v1")) return changed;
    return DropVersion(3, Strictness::kNoUnversioned, name);
  }

  bool DropVersion(std::size_t length, Strictness strictness, NameBuffer& name) {
    if (length == 0) return false;
    name.DropBack(length);
    strictness_ = std::max(strictness_, strictness);
    check_family_ = true;
    return true;
  }

  bool Step(NormalizeStep step, NameBuffer& name) {
    switch (step) {
      case kNormalizeCase:
        return name.Lower();
      case kNormalizeProviderPrefix:
        return DropProviderPrefix(name);
      case kNormalizeBedrockProfile:
        return DropBedrockProfile(name);
      case kNormalizeBedrockVersion:
        return DropBedrockVersion(name);
      case kNormalizeVertexVersion: {
        const std::size_t length = VertexVersionLength(name.view());
        const bool is_date = name.view().substr(name.view().size() - length).starts_with("@2");
        return DropVersion(length, is_date ? Strictness::kStableOnly : Strictness::kAny, name);
      }
      case kNormalizeDateSuffix:
        return DropVersion(DateSuffixLength(name.view()), Strictness::kStableOnly, name);
    }
    return false;
  }

  bool Normalize(std::string_view original) {
    NameBuffer name(original);
    constexpr std::array<NormalizeStep, 6> kOrder = {
        kNormalizeCase,           kNormalizeProviderPrefix, kNormalizeBedrockProfile,
        kNormalizeBedrockVersion, kNormalizeVertexVersion,  kNormalizeDateSuffix};
    for (const NormalizeStep step : kOrder) {
      if ((record_.normalize & step) == 0 || !Step(step, name)) {
        if (refused_) return false;
        continue;
      }
      if (name.view().empty()) return false;
      const Resolution before = result_;
      if (!Look(name.view(), strictness_)) {
        if (refused_) return false;
        continue;
      }
      if (!check_family_ || image_.models[result_.model].dated_snapshots != 0) return true;
      result_ = before;
    }
    return false;
  }

  const CatalogImage& image_;
  const ProviderRecord& record_;
  const InstantNs at_;
  Resolution result_;
  Strictness strictness_ = Strictness::kAny;
  bool check_family_ = false;  // a date or version was dropped
  bool refused_ = false;
};

}  // namespace

Resolution MatchModel(const CatalogImage& image, std::uint32_t provider, std::string_view name,
                      InstantNs at) {
  return Matcher(image, provider, at).Match(name);
}

}  // namespace tokentra
