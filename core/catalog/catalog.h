// A catalog: an immutable set of providers, models, aliases and price rows, with a digest.
//
// Invariants:
//   1. Immutable after construction; every answer is a pure function of its arguments. No lookup
//      is remembered, so no earlier call can change a later answer.
//   2. For one provider, model, set of conditions, instant and context at most one price row
//      matches; the compiler refuses anything else.
//   3. Matching never guesses: exact id, declared alias, declared pattern, declared normaliser
//      steps, else nothing (docs/catalog.md, Matching).
//
// Thread: const methods run concurrently. Ownership: views returned live as long as the catalog.
// Cost: opening the built-in catalog parses nothing and allocates one small object; `Resolve`
// allocates nothing.

#ifndef TOKENTRA_CORE_CATALOG_CATALOG_H_
#define TOKENTRA_CORE_CATALOG_CATALOG_H_

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/catalog/image.h"

namespace tokentra {

enum class MatchKind : std::uint8_t { kNone = 0, kExact, kAlias, kPattern, kNormalized };
std::string_view MatchKindName(MatchKind kind);  // "exact", ...; "none"

// Ids longer than this are not looked up.
inline constexpr std::size_t kModelNameMax = 256;

// A condition that the called id itself states. A region that the provider does not have is a view
// of the name as called.
struct PinnedCondition {
  std::string_view name;
  std::string_view value;
};

struct Resolution {
  static constexpr std::size_t kPinsMax = 4;

  MatchKind match = MatchKind::kNone;
  std::uint32_t provider = 0;  // index; meaningful when provider_known
  std::uint32_t model = 0;     // index; meaningful unless match is kNone
  bool provider_known = false;
  // The name is an alias that moves, and which model it means depends on an instant that the call
  // lacks: an error, not an unknown model.
  bool instant_needed = false;
  std::uint8_t pin_count = 0;
  std::array<PinnedCondition, kPinsMax> pins;

  std::span<const PinnedCondition> pinned() const { return {pins.data(), pin_count}; }
};

class Catalog {
 public:
  // The catalog compiled into the library: a view of static data in one small object.
  static std::shared_ptr<const Catalog> Builtin();

  // Takes over an image compiled at run time.
  static std::shared_ptr<const Catalog> FromImage(OwnedImage image);

  const CatalogImage& image() const { return image_; }
  std::string_view digest() const { return image_.digest; }
  std::string_view as_of() const { return image_.as_of; }

  std::size_t overlay_count() const { return image_.overlays.size(); }
  std::string_view overlay(std::size_t index) const { return image_.Text(image_.overlays[index]); }

  std::optional<std::uint32_t> FindProvider(std::string_view id) const;

  // `at` decides between aliases that move; kNoInstant matches only names without an interval.
  Resolution Resolve(std::string_view provider, std::string_view model, InstantNs at) const;

  // Up to `count` ids of the provider nearest to `model`; provider ids when that is unknown.
  std::vector<std::string_view> Suggest(std::string_view provider, std::string_view model,
                                        std::size_t count) const;

  std::string_view ProviderId(std::uint32_t provider) const {
    return image_.Text(image_.providers[provider].id);
  }
  std::string_view ModelId(std::uint32_t model) const {
    return image_.Text(image_.models[model].id);
  }

 private:
  explicit Catalog(const CatalogImage& image) : image_(image) {}
  explicit Catalog(OwnedImage owned);

  std::unique_ptr<const OwnedImage> owned_;
  CatalogImage image_;
};

// The image generated from pricing-data when the library is built, in the form of image_bytes.h.
const char* BuiltinCatalogBytes();

}  // namespace tokentra

#endif  // TOKENTRA_CORE_CATALOG_CATALOG_H_
