#include "core/catalog/catalog.h"

#include <cstring>
#include <utility>

#include "core/base/money.h"
#include "core/base/text.h"
#include "core/catalog/image_bytes.h"
#include "core/catalog/match.h"

namespace tokentra {
namespace {

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
  return std::shared_ptr<const Catalog>(new Catalog(ViewImageBytes(BuiltinCatalogBytes())));
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
  return MatchModel(image_, *index, model, at);
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
