// The compiled form of a catalog: flat arrays of plain records that refer to each other by index.
//
// The built-in catalog is such an image in static data, so that opening it parses nothing; a
// catalog compiled at run time owns the same arrays on the heap. Nothing here has behaviour: what
// the records mean is said in docs/catalog.md, how they are searched in catalog.h.
//
// Layout: every text is a slice of one pool. A range [begin, begin + count) names consecutive
// elements of the array its comment names. Records of one model are consecutive.

#ifndef TOKENTRA_CORE_CATALOG_IMAGE_H_
#define TOKENTRA_CORE_CATALOG_IMAGE_H_

#include <array>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/instant.h"
#include "core/base/meter.h"

namespace tokentra {

struct TextRef {
  std::uint32_t offset = 0;
  std::uint32_t size = 0;
};

struct IndexRange {
  std::uint32_t begin = 0;
  std::uint32_t count = 0;
};

inline constexpr std::uint16_t kNoRegion = 0xFFFF;

// Steps of the normaliser, in the order they are applied.
enum NormalizeStep : std::uint8_t {
  kNormalizeCase = 1,
  kNormalizeProviderPrefix = 2,
  kNormalizeBedrockProfile = 4,
  kNormalizeBedrockVersion = 8,
  kNormalizeVertexVersion = 16,
  kNormalizeDateSuffix = 32,
};

struct ProviderRecord {
  TextRef id;
  TextRef name;
  IndexRange models;
  IndexRange patterns;
  IndexRange tier_words;  // in `words`: the provider's word -> tokentra's
  IndexRange regions;
  IndexRange defaults;         // in `conditions`
  std::uint8_t normalize = 0;  // NormalizeStep bits
};

struct WordRecord {
  TextRef word;
  TextRef meaning;
};

struct RegionRecord {
  TextRef name;
  std::uint16_t parent = kNoRegion;  // index within the provider's regions
  std::uint16_t depth = 0;           // 0 at a root
};

struct ConditionRecord {
  TextRef name;
  TextRef value;
};

struct ModelRecord {
  TextRef id;
  std::uint32_t provider = 0;
  IndexRange rows;
  std::uint8_t deprecated = 0;
  std::uint8_t dated_snapshots = 1;  // 0: a date or version at the end is never dropped for it
};

enum class NameKind : std::uint8_t {
  kId = 0,
  kAlias = 1,
  // Made from the others when the table is built (names.h); a match with one is `normalized`.
  kFolded = 2,       // lower case of a name with upper case
  kUnversioned = 3,  // a Bedrock id without its version, or without the version's `:M`
};

// One entry of the hash table from (provider, name) to model.
struct NameRecord {
  std::uint64_t hash = 0;  // 0: empty slot
  TextRef name;
  std::uint32_t provider = 0;
  std::uint32_t model = 0;
  InstantNs from = std::numeric_limits<InstantNs>::min();
  InstantNs until = std::numeric_limits<InstantNs>::max();
  IndexRange pins;  // in `conditions`: what calling this name states
  NameKind kind = NameKind::kId;
};

struct PatternRecord {
  TextRef pattern;
  std::uint32_t model = 0;
};

// `meter`, inclusive and of the whole part, lies in [min, max].
struct BandRecord {
  std::uint64_t min = 0;
  std::uint64_t max = std::numeric_limits<std::uint64_t>::max();
  MeterId meter = 0;  // 0: no band
};

inline constexpr std::size_t kBandsMax = 2;

struct RowRecord {
  TextRef id;  // content id
  TextRef source;
  TextRef as_of;
  TextRef evidence;
  TextRef service_tier;
  IndexRange conditions;  // named ones, sorted by name
  IndexRange rates;
  InstantNs from = std::numeric_limits<InstantNs>::min();
  InstantNs until = std::numeric_limits<InstantNs>::max();
  std::array<BandRecord, kBandsMax> bands;
  std::uint32_t model = 0;
  std::uint16_t region = kNoRegion;
  std::uint16_t shape = 0;
  std::uint8_t tier = 0;  // index in `tiers`; 0 is standard
  std::uint8_t batch = 0;
  std::uint8_t region_not = 0;  // holds everywhere but in `region`
  std::uint8_t free = 0;
};

struct RateRecord {
  std::uint64_t amount_lo = 0;
  std::int64_t amount_hi = 0;
  std::uint64_t per = 1;
  std::uint64_t attos_per_quantum = 0;  // 0: not a whole number, or above 64 bits
  std::uint64_t minimum = 0;            // per call, of what is billed
  std::uint64_t step = 1;
  TextRef amount;  // as published
  MeterId meter = 0;
};

inline constexpr std::uint8_t kNoRate = 0xFF;
inline constexpr std::size_t kRatesMax = 32;  // of one row

// For each atom, which rate of a row (by position in its range) covers it.
struct ShapeRecord {
  std::array<std::uint8_t, kAtomCount> rate_of_atom;
};

// Views over one image; the arrays outlive it.
struct CatalogImage {
  std::string_view text;
  std::string_view digest;                    // SHA-256 over what was compiled, hexadecimal
  std::string_view as_of;                     // the newest date of any price row
  std::span<const ProviderRecord> providers;  // sorted by id
  std::span<const ModelRecord> models;
  std::span<const NameRecord> names;  // open addressing, a power of two
  std::span<const PatternRecord> patterns;
  std::span<const WordRecord> words;
  std::span<const RegionRecord> regions;
  std::span<const ConditionRecord> conditions;
  std::span<const RowRecord> rows;
  std::span<const RateRecord> rates;
  std::span<const ShapeRecord> shapes;
  std::span<const TextRef> tiers;            // [0] is standard
  std::span<const BandRecord> context_cuts;  // every threshold some row is banded by

  std::string_view Text(TextRef ref) const { return text.substr(ref.offset, ref.size); }
  template <typename T>
  static std::span<const T> Slice(std::span<const T> all, IndexRange range) {
    return all.subspan(range.begin, range.count);
  }
};

// The arrays of an image compiled at run time, or on their way into static data.
struct OwnedImage {
  std::string text;
  std::string digest;
  std::string as_of;
  std::vector<ProviderRecord> providers;
  std::vector<ModelRecord> models;
  std::vector<NameRecord> names;
  std::vector<PatternRecord> patterns;
  std::vector<WordRecord> words;
  std::vector<RegionRecord> regions;
  std::vector<ConditionRecord> conditions;
  std::vector<RowRecord> rows;
  std::vector<RateRecord> rates;
  std::vector<ShapeRecord> shapes;
  std::vector<TextRef> tiers;
  std::vector<BandRecord> context_cuts;

  CatalogImage View() const {
    return {text,    digest,     as_of, providers, models, names, patterns,    words,
            regions, conditions, rows,  rates,     shapes, tiers, context_cuts};
  }
};

// Hash of a name within a provider; never 0.
std::uint64_t NameHash(std::uint32_t provider, std::string_view name);

}  // namespace tokentra

#endif  // TOKENTRA_CORE_CATALOG_IMAGE_H_
