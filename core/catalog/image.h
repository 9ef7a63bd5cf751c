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
  IndexRange defaults;           // in `conditions`
  std::uint32_t normalize = 0;   // NormalizeStep bits
  std::uint32_t indicative = 0;  // 1: its list prices are no offer
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
  IndexRange rows;
  std::uint32_t provider = 0;
  std::uint16_t deprecated = 0;
  std::uint16_t dated_snapshots = 1;  // 0: a date or version at the end is never dropped for it
  std::uint16_t forbidden = 0;        // in `origins`: the overlay that took its prices away
  std::uint16_t unused = 0;
};

enum class NameKind : std::uint16_t {
  kId = 0,
  kAlias = 1,
  // Made from the others when the table is built (names.h); a match with one is `normalized`.
  kFolded = 2,       // lower case of a name with upper case
  kUnversioned = 3,  // a Bedrock id without its version, or without the version's `:M`
};

struct IntervalRecord {
  InstantNs from = std::numeric_limits<InstantNs>::min();
  InstantNs until = std::numeric_limits<InstantNs>::max();

  bool Contains(InstantNs at) const { return from <= at && at < until; }
  bool IsBounded() const {
    return from != std::numeric_limits<InstantNs>::min() ||
           until != std::numeric_limits<InstantNs>::max();
  }
};

// When and how a name may be called; shared by all names that say the same.
struct NameTermsRecord {
  IntervalRecord interval;
  IndexRange pins;  // in `conditions`: what calling the name states
};

struct NameRecord {
  TextRef name;
  std::uint32_t model = 0;
  std::uint16_t terms = 0;
  NameKind kind = NameKind::kId;
};

// The hash table from (provider, name) to names: open addressing, a power of two of slots, each 0
// when empty, else 12 bits of the hash above the index of the name plus one.
inline constexpr std::uint32_t kNameIndexBits = 20;
inline constexpr std::uint32_t kNamesMax = (std::uint32_t{1} << kNameIndexBits) - 1;
constexpr std::uint32_t NameIndex(std::uint32_t slot) { return (slot & kNamesMax) - 1; }
constexpr std::uint32_t NameSlot(std::uint64_t hash, std::uint32_t index) {
  return static_cast<std::uint32_t>(hash >> 52) << kNameIndexBits | (index + 1);
}

struct PatternRecord {
  TextRef pattern;
  std::uint32_t model = 0;
};

// `meter`, inclusive and of the whole part, lies in [min, max].
struct BandRecord {
  std::uint64_t min = 0;
  std::uint64_t max = std::numeric_limits<std::uint64_t>::max();
  MeterId meter = 0;  // 0: no band
  std::array<std::uint16_t, 3> unused = {};
};

inline constexpr std::size_t kBandsMax = 2;
using BandSet = std::array<BandRecord, kBandsMax>;

// Hours of the week. A quarter of an hour of local time, counted from Monday 00:00, is inside when
// its bit is set in `same_day` (a window that began on that day) or in `next_day` (one that began
// the day before), unless the day on which the window began is excepted.
inline constexpr std::size_t kWeekQuarters = 7 * 24 * 4;
inline constexpr std::size_t kWeekWords = (kWeekQuarters + 63) / 64;
struct HoursRecord {
  std::array<std::uint64_t, kWeekWords> same_day = {};
  std::array<std::uint64_t, kWeekWords> next_day = {};
  IndexRange except;                 // in `days`, ascending
  TextRef text;                      // for explanations
  std::int64_t offset_quarters = 0;  // local time less UTC
};

// Where rows were read; shared by all rows that say the same.
struct ProvenanceRecord {
  TextRef source;
  TextRef as_of;
  TextRef evidence;
  TextRef overlay;  // names of the overlays that made or changed it; empty: none
};

// What overlays did to a rate or a model.
struct OriginRecord {
  TextRef overlay;  // names, in order
  TextRef note;     // "20 % off 2.5", a reason; may be empty
};

// A row's position is its number; everything that rows share stands once, in a table of its own.
struct RowRecord {
  std::uint32_t model = 0;
  std::uint32_t rates = 0;       // first of its own in `rate_ids`
  std::uint16_t interval = 0;    // in `intervals`
  std::uint16_t bands = 0;       // in `bands`; 0: none
  std::uint16_t hours = 0;       // in `hours`; 0: at any time
  std::uint16_t provenance = 0;  // in `provenances`
  std::uint16_t conditions = 0;  // in `condition_sets`: named ones, sorted by name
  std::uint16_t region = kNoRegion;
  std::uint16_t shape = 0;
  std::uint8_t rate_count = 0;
  std::uint8_t tier = 0;  // index in `tiers`; 0 is standard
  std::uint8_t batch = 0;
  std::uint8_t region_not = 0;  // holds everywhere but in `region`
  std::uint8_t free = 0;
  std::uint8_t unused = 0;
};

// How the billed quantity of one call follows from the counted one.
struct RuleRecord {
  std::uint64_t minimum = 0;
  std::uint64_t step = 1;
  std::uint64_t included = 0;
};

struct RateRecord {
  std::uint64_t amount_lo = 0;
  std::int64_t amount_hi = 0;
  std::uint64_t per = 1;
  std::uint64_t attos_per_quantum = 0;  // 0: not a whole number, or above 64 bits
  TextRef amount;                       // as published
  MeterId meter = 0;
  std::uint16_t rule = 0;    // in `rules`; 0: billed as counted
  std::uint16_t origin = 0;  // in `origins`; 0: as the catalog below every overlay has it
  std::uint16_t unused = 0;
};

inline constexpr std::uint8_t kNoRate = 0xFF;
inline constexpr std::size_t kRatesMax = 32;  // of one row

// For each atom, which rate of a row (by position in its range) covers it.
struct ShapeRecord {
  std::array<std::uint8_t, kAtomCount> rate_of_atom;
};

inline constexpr std::size_t kRowIdSize = 16;  // hexadecimal digits of a row's content id

// The arrays of an image by name, in the order in which its bytes hold them.
// X(element type, name)
#define TOKENTRA_IMAGE_ARRAYS(X)                                     \
  X(ProviderRecord, providers) /* sorted by id */                    \
  X(ModelRecord, models)                                             \
  X(NameRecord, names)                                               \
  X(std::uint32_t, name_slots)                                       \
  X(NameTermsRecord, name_terms) /* [0]: any time, nothing pinned */ \
  X(PatternRecord, patterns)                                         \
  X(WordRecord, words)                                               \
  X(RegionRecord, regions)                                           \
  X(ConditionRecord, conditions)                                     \
  X(IndexRange, condition_sets) /* in `conditions`; [0]: none */     \
  X(RowRecord, rows)                                                 \
  X(IntervalRecord, intervals) /* [0]: unbounded */                  \
  X(BandSet, bands)            /* [0]: none */                       \
  X(HoursRecord, hours)        /* [0]: at any time */                \
  X(std::int64_t, days)        /* excepted ones, since 1970-01-01 */ \
  X(ProvenanceRecord, provenances)                                   \
  X(std::uint16_t, rate_ids) /* in `rates` */                        \
  X(RateRecord, rates)       /* each once */                         \
  X(RuleRecord, rules)       /* [0]: as counted */                   \
  X(ShapeRecord, shapes)                                             \
  X(TextRef, tiers)           /* [0] is standard */                  \
  X(OriginRecord, origins)    /* [0]: none */                        \
  X(TextRef, overlays)        /* names, in the order laid */         \
  X(BandRecord, context_cuts) /* every threshold some row is banded by */

// Views over one image; what they show outlives it.
struct CatalogImage {
  std::string_view text;
  std::string_view row_ids;  // kRowIdSize characters a row
  std::string_view digest;   // SHA-256 over what was compiled, hexadecimal
  std::string_view as_of;    // the newest date of any price row
#define TOKENTRA_IMAGE_SPAN(type, name) std::span<const type> name;
  TOKENTRA_IMAGE_ARRAYS(TOKENTRA_IMAGE_SPAN)
#undef TOKENTRA_IMAGE_SPAN

  std::string_view Text(TextRef ref) const { return text.substr(ref.offset, ref.size); }
  template <typename T>
  static std::span<const T> Slice(std::span<const T> all, IndexRange range) {
    return all.subspan(range.begin, range.count);
  }

  // Of a row, which must be one of `rows`.
  std::string_view RowId(const RowRecord& row) const {
    return row_ids.substr(static_cast<std::size_t>(&row - rows.data()) * kRowIdSize, kRowIdSize);
  }
  const IntervalRecord& Interval(const RowRecord& row) const { return intervals[row.interval]; }
  const BandSet& Bands(const RowRecord& row) const { return bands[row.bands]; }
  std::span<const ConditionRecord> Conditions(const RowRecord& row) const {
    return Slice(conditions, condition_sets[row.conditions]);
  }
  std::string_view ServiceTier(const RowRecord& row) const { return Text(tiers[row.tier]); }
  std::string_view Source(const RowRecord& row) const {  // empty: the lists name no page
    return Text(provenances[row.provenance].source);
  }
  std::string_view AsOf(const RowRecord& row) const {
    return Text(provenances[row.provenance].as_of);
  }
  std::string_view Overlay(const RowRecord& row) const {  // empty: none had part in it
    return Text(provenances[row.provenance].overlay);
  }
  std::string_view Evidence(const RowRecord& row) const {
    return Text(provenances[row.provenance].evidence);
  }
  // `position` is below rate_count.
  std::uint32_t RateIndex(const RowRecord& row, std::size_t position) const {
    return rate_ids[row.rates + position];
  }
  const RateRecord& Rate(const RowRecord& row, std::size_t position) const {
    return rates[RateIndex(row, position)];
  }
};

// The arrays of an image compiled at run time, or on their way into static data.
struct OwnedImage {
  std::string text;
  std::string row_ids;
  std::string digest;
  std::string as_of;
#define TOKENTRA_IMAGE_VECTOR(type, name) std::vector<type> name;
  TOKENTRA_IMAGE_ARRAYS(TOKENTRA_IMAGE_VECTOR)
#undef TOKENTRA_IMAGE_VECTOR

  CatalogImage View() const {
    CatalogImage view;
    view.text = text;
    view.row_ids = row_ids;
    view.digest = digest;
    view.as_of = as_of;
#define TOKENTRA_IMAGE_VIEW(type, name) view.name = name;
    TOKENTRA_IMAGE_ARRAYS(TOKENTRA_IMAGE_VIEW)
#undef TOKENTRA_IMAGE_VIEW
    return view;
  }
};

// Hash of a name within a provider; never 0.
std::uint64_t NameHash(std::uint32_t provider, std::string_view name);

}  // namespace tokentra

#endif  // TOKENTRA_CORE_CATALOG_IMAGE_H_
