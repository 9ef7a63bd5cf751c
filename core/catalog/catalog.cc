#include "core/catalog/catalog.h"

#include <cstring>
#include <utility>

#include "core/base/money.h"
#include "core/base/text.h"
#include "core/catalog/pattern.h"

namespace tokentra {
namespace {

// One name in the making: the normaliser rewrites it in place, without allocating.
class NameBuffer {
 public:
  explicit NameBuffer(std::string_view name) : size_(name.size()) {
    std::memcpy(bytes_.data(), name.data(), name.size());
  }
  std::string_view view() const { return {bytes_.data() + begin_, size_}; }
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
  std::size_t begin_ = 0;
  std::size_t size_;
};

constexpr std::array<std::string_view, 10> kBedrockGeographies = {
    "us-gov.", "global.", "apac.", "us.", "eu.", "au.", "jp.", "in.", "ca.", "sa."};

// The `us` of "us.anthropic.claude-..."; empty when the name has no profile prefix. Only before a
// vendor-dotted id: the rest must hold another dot before any separator.
std::string_view BedrockGeography(std::string_view name) {
  for (const std::string_view prefix : kBedrockGeographies) {
    if (!name.starts_with(prefix)) continue;
    const std::string_view rest = name.substr(prefix.size());
    const std::size_t dot = rest.find('.');
    if (dot == std::string_view::npos || dot == 0) return {};
    for (const char c : rest.substr(0, dot)) {
      if ((c < 'a' || c > 'z') && (c < '0' || c > '9')) return {};
    }
    return prefix.substr(0, prefix.size() - 1);
  }
  return {};
}

std::size_t DigitsBefore(std::string_view text) {
  std::size_t count = 0;
  while (count < text.size() && text[text.size() - 1 - count] >= '0' &&
         text[text.size() - 1 - count] <= '9') {
    ++count;
  }
  return count;
}

// Length of "-v1" or "-v1:0" at the end; 0: none.
std::size_t BedrockVersionLength(std::string_view name) {
  std::string_view rest = name;
  const std::size_t last = DigitsBefore(rest);
  if (last == 0) return 0;
  rest.remove_suffix(last);
  if (rest.ends_with(":")) {
    rest.remove_suffix(1);
    const std::size_t major = DigitsBefore(rest);
    if (major == 0) return 0;
    rest.remove_suffix(major);
  }
  if (!rest.ends_with("-v") || rest.size() == 2) return 0;
  return name.size() - (rest.size() - 2);
}

// Length of "@20250929", "@default" or "@latest" at the end; 0: none.
std::size_t VertexVersionLength(std::string_view name) {
  const std::size_t at = name.rfind('@');
  if (at == std::string_view::npos || at == 0) return 0;
  const std::string_view version = name.substr(at + 1);
  const bool date = version.size() == 8 && DigitsBefore(version) == 8;
  if (!date && version != "default" && version != "latest") return 0;
  return name.size() - at;
}

bool Holds(const NameRecord& record, InstantNs at) {
  const bool unbounded = record.from == std::numeric_limits<InstantNs>::min() &&
                         record.until == std::numeric_limits<InstantNs>::max();
  if (unbounded) return true;
  return at != kNoInstant && record.from <= at && at < record.until;
}

// The lookup of one call: steps 1 to 3 of matching for each spelling the normaliser reaches.
class Matcher {
 public:
  Matcher(const CatalogImage& image, std::uint32_t provider, InstantNs at)
      : image_(image), record_(image.providers[provider]), at_(at) {
    result_.provider = provider;
    result_.provider_known = true;
  }

  Resolution Match(std::string_view name) {
    if (name.empty() || name.size() > kModelNameMax) return result_;
    if (Look(name)) return result_;
    if (Normalize(name)) {
      result_.match = MatchKind::kNormalized;
    } else {
      result_.pin_count = 0;
    }
    return result_;
  }

 private:
  bool Pin(std::string_view name, std::string_view value) {
    if (result_.pin_count == Resolution::kPinsMax) return false;
    result_.pins[result_.pin_count++] = {name, value};
    return true;
  }

  bool Look(std::string_view name) {
    const std::uint64_t hash = NameHash(result_.provider, name);
    const std::size_t mask = image_.names.size() - 1;
    for (std::size_t slot = hash & mask; image_.names[slot].hash != 0; slot = (slot + 1) & mask) {
      const NameRecord& record = image_.names[slot];
      if (record.hash != hash || record.provider != result_.provider ||
          image_.Text(record.name) != name || !Holds(record, at_)) {
        continue;
      }
      for (const ConditionRecord& pin : CatalogImage::Slice(image_.conditions, record.pins)) {
        if (!Pin(image_.Text(pin.name), image_.Text(pin.value))) return false;
      }
      result_.match = record.kind == NameKind::kId ? MatchKind::kExact : MatchKind::kAlias;
      result_.model = record.model;
      return true;
    }
    for (const PatternRecord& record : CatalogImage::Slice(image_.patterns, record_.patterns)) {
      if (!MatchesPattern(image_.Text(record.pattern), name)) continue;
      result_.match = MatchKind::kPattern;
      result_.model = record.model;
      return true;
    }
    return false;
  }

  bool DropProviderPrefix(NameBuffer& name) const {
    const std::string_view id = image_.Text(record_.id);
    const std::string_view view = name.view();
    if (view.size() > id.size() + 1 && view.starts_with(id) && view[id.size()] == '/') {
      name.DropFront(id.size() + 1);
      return true;
    }
    constexpr std::string_view kModels = "models/";
    if (id.starts_with("google") && view.size() > kModels.size() && view.starts_with(kModels)) {
      name.DropFront(kModels.size());
      return true;
    }
    return false;
  }

  bool DropBedrockProfile(NameBuffer& name) {
    bool changed = false;
    if (name.view().starts_with("arn:")) {
      const std::size_t slash = name.view().rfind('/');
      if (slash != std::string_view::npos && slash + 1 < name.view().size()) {
        name.DropFront(slash + 1);
        changed = true;
      }
    }
    const std::string_view geography = BedrockGeography(name.view());
    if (geography.empty()) return changed;
    // The pin must outlive the buffer: it names the prefix in the static table.
    for (const std::string_view prefix : kBedrockGeographies) {
      if (prefix.substr(0, prefix.size() - 1) != geography) continue;
      if (!Pin("region", prefix.substr(0, prefix.size() - 1))) return changed;
      name.DropFront(prefix.size());
      return true;
    }
    return changed;
  }

  bool Step(NormalizeStep step, NameBuffer& name) {
    switch (step) {
      case kNormalizeCase:
        return name.Lower();
      case kNormalizeProviderPrefix:
        return DropProviderPrefix(name);
      case kNormalizeBedrockProfile:
        return DropBedrockProfile(name);
      case kNormalizeBedrockVersion: {
        const std::size_t length = BedrockVersionLength(name.view());
        name.DropBack(length);
        return length != 0;
      }
      case kNormalizeVertexVersion: {
        const std::size_t length = VertexVersionLength(name.view());
        name.DropBack(length);
        return length != 0;
      }
      case kNormalizeDateSuffix: {
        const std::size_t length = DateSuffixLength(name.view());
        name.DropBack(length);
        return length != 0;
      }
    }
    return false;
  }

  bool Normalize(std::string_view original) {
    NameBuffer name(original);
    constexpr std::array<NormalizeStep, 6> kOrder = {
        kNormalizeCase,           kNormalizeProviderPrefix, kNormalizeBedrockProfile,
        kNormalizeBedrockVersion, kNormalizeVertexVersion,  kNormalizeDateSuffix};
    for (const NormalizeStep step : kOrder) {
      if ((record_.normalize & step) == 0 || !Step(step, name)) continue;
      const std::uint8_t pins = result_.pin_count;
      if (name.view().empty() || !Look(name.view())) continue;
      if (step == kNormalizeDateSuffix && image_.models[result_.model].dated_snapshots == 0) {
        result_.pin_count = pins;
        result_.match = MatchKind::kNone;
        continue;
      }
      return true;
    }
    return false;
  }

  const CatalogImage& image_;
  const ProviderRecord& record_;
  const InstantNs at_;
  Resolution result_;
};

std::uint64_t Mix(std::uint64_t a, std::uint64_t b) {
  const Uint128 product = static_cast<Uint128>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

std::uint64_t LoadLittleEndian(const char* bytes, std::size_t count) {
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, count);
  return word;
}

}  // namespace

// A multiply-fold hash over 8-byte words. It is stable across runs and builds on little-endian
// machines, since the table it addresses is compiled in.
std::uint64_t NameHash(std::uint32_t provider, std::string_view name) {
  constexpr std::uint64_t kA = 0x9E3779B97F4A7C15;
  constexpr std::uint64_t kB = 0xD1B54A32D192ED03;
  std::uint64_t hash = Mix(provider + kA, name.size() + kB);
  const char* at = name.data();
  std::size_t left = name.size();
  for (; left >= 8; at += 8, left -= 8) hash = Mix(hash ^ LoadLittleEndian(at, 8), kA);
  if (left > 0) hash = Mix(hash ^ LoadLittleEndian(at, left), kB);
  hash = Mix(hash ^ kA, kB);
  return hash == 0 ? 1 : hash;
}

std::string_view MatchKindName(MatchKind kind) {
  switch (kind) {
    case MatchKind::kExact:
      return "exact";
    case MatchKind::kAlias:
      return "alias";
    case MatchKind::kPattern:
      return "pattern";
    case MatchKind::kNormalized:
      return "normalized";
    case MatchKind::kNone:
      break;
  }
  return "none";
}

Catalog::Catalog(OwnedImage owned)
    : owned_(std::make_unique<const OwnedImage>(std::move(owned))), image_(owned_->View()) {}

std::shared_ptr<const Catalog> Catalog::Builtin() {
  return std::shared_ptr<const Catalog>(new Catalog(BuiltinCatalogImage()));
}

std::shared_ptr<const Catalog> Catalog::FromImage(OwnedImage image) {
  return std::shared_ptr<const Catalog>(new Catalog(std::move(image)));
}

std::optional<std::uint32_t> Catalog::FindProvider(std::string_view id) const {
  std::size_t low = 0;
  std::size_t high = image_.providers.size();
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    const int order = image_.Text(image_.providers[middle].id).compare(id);
    if (order == 0) return static_cast<std::uint32_t>(middle);
    if (order < 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return std::nullopt;
}

Resolution Catalog::Resolve(std::string_view provider, std::string_view model, InstantNs at) const {
  const std::optional<std::uint32_t> index = FindProvider(provider);
  if (!index.has_value()) return Resolution();
  return Matcher(image_, *index, at).Match(model);
}

std::vector<std::string_view> Catalog::Suggest(std::string_view provider, std::string_view model,
                                               std::size_t count) const {
  std::vector<std::string_view> candidates;
  const std::optional<std::uint32_t> index = FindProvider(provider);
  if (!index.has_value()) {
    for (const ProviderRecord& record : image_.providers) {
      candidates.push_back(image_.Text(record.id));
    }
    return Nearest(provider, candidates, count);
  }
  for (const ModelRecord& record :
       CatalogImage::Slice(image_.models, image_.providers[*index].models)) {
    candidates.push_back(image_.Text(record.id));
  }
  return Nearest(model, candidates, count);
}

}  // namespace tokentra
