// What a call states about tokens, by meter, and its completion by sums of parts.
//
// Tokens of one direction form a table, modality x use. Meters are sums over it: of the whole, of
// a row, of a column, of one cell. The finest uses are the table's columns; what cache writes
// leave after the two lifetimes is a column without a meter of its own.
//
// Internal to core/usage.

#ifndef TOKENTRA_CORE_USAGE_STATED_H_
#define TOKENTRA_CORE_USAGE_STATED_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "core/usage/usage.h"

namespace tokentra::lattice {

// Quantities by atom.
using AtomTable = std::array<std::uint64_t, kAtomCount>;

inline constexpr Modality kAllModalities = Modality::kUnspecified;
inline constexpr Modality kModalities[] = {Modality::kText, Modality::kAudio, Modality::kImage,
                                           Modality::kVideo};
// With the row of what no other modality has.
inline constexpr std::size_t kModalityCount = 5;
constexpr std::size_t Index(Modality modality) { return static_cast<std::size_t>(modality); }

// The columns, in the order in which they compete for text under `JoinRule::kTextFirst`. Last
// among cache writes, kCacheWrite stands for those of no stated lifetime.
inline constexpr Use kInputColumns[] = {Use::kTool, Use::kCacheRead, Use::kCacheWrite5m,
                                        Use::kCacheWrite1h, Use::kCacheWrite};
inline constexpr Use kOutputColumns[] = {Use::kReasoning, Use::kCitation};
inline constexpr std::size_t kColumnsMax = std::size(kInputColumns);
// The uses right below a whole: they exclude each other.
inline constexpr Use kInputUses[] = {Use::kTool, Use::kCacheRead, Use::kCacheWrite};
inline constexpr Use kOutputUses[] = {Use::kReasoning, Use::kCitation};
inline constexpr Use kLifetimes[] = {Use::kCacheWrite5m, Use::kCacheWrite1h};

constexpr std::span<const Use> ColumnsOf(Direction direction) {
  if (direction == Direction::kInput) return kInputColumns;
  return kOutputColumns;
}
constexpr std::span<const Use> UsesOf(Direction direction) {
  if (direction == Direction::kInput) return kInputUses;
  return kOutputUses;
}
constexpr bool IsWrite(Use use) {
  return use == Use::kCacheWrite || use == Use::kCacheWrite5m || use == Use::kCacheWrite1h;
}

// A whole that is absent beside parts of both kinds, by modality and by use, of which nobody stated
// how much is the same tokens. `modality` and `use` are two such parts.
struct OpenWhole {
  MeterId whole = 0;  // 0: no whole is open
  MeterId modality = 0;
  MeterId use = 0;
};

class Stated {
 public:
  explicit Stated(const Usage& usage) : present_(usage.present()) {
    for (const Quantity& item : usage.quantities()) values_[item.meter] = item.quantity;
  }

  bool Has(MeterId meter) const { return (present_ >> meter & 1) != 0; }
  // 0 when absent.
  std::uint64_t Get(MeterId meter) const { return values_[meter]; }

  // States every absent meter of the direction that has stated parts: as their sum, overlaps that
  // are stated counted once. A whole that is open becomes the smallest that contains its parts; the
  // narrowest such whole is returned.
  OpenWhole Complete(Direction direction);

  // Whether any meter of this modality is present: most calls have one or two.
  bool HasRow(Direction direction, Modality modality) const;

  // The meters present, ascending.
  template <typename Visit>
  void ForEach(Direction direction, Visit visit) const {
    for (const MeterInfo& meter : Meters()) {
      if (meter.family != MeterFamily::kTokens || meter.direction != direction) continue;
      if (Has(meter.id)) visit(meter, Get(meter.id));
    }
  }

 private:
  void CompleteOne(Direction direction, Modality modality, Use use, std::span<const Use> inner_uses,
                   OpenWhole* open);
  // How many tokens the parts of a whole by modality may share with its parts by use, beyond the
  // joins that are stated.
  std::uint64_t OpenOverlap(Direction direction, Use use, std::span<const Use> inner_uses,
                            OpenWhole* open) const;

  MeterSet present_;
  std::array<std::uint64_t, kMeterCount + 1> values_{};  // by id
};

// Fills the direction's part of `atoms` when every join of audio, image and video is stated or
// plainly zero, so that no choice is left but text before unspecified. False when there is more to
// decide or something is wrong; `atoms` is then untouched. `stated` is complete.
bool SolveDirect(const Stated& stated, Direction direction, AtomTable* atoms);

}  // namespace tokentra::lattice

#endif  // TOKENTRA_CORE_USAGE_STATED_H_
