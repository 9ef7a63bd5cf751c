// Usage: what one call consumed, by meter, and its normal form in atoms.
//
// A `Usage` is the inclusive view that callers give and users see: quantities by meter, each
// present or absent (absent is not zero). `Atoms` is the disjoint view that is stored and billed.
// `ToAtoms` is the only way from the first to the second, `ToUsage` the way back.
//
// Rules of `ToAtoms` (design: usage is inclusive, OpenTelemetry's convention):
//   1. A parent contains its children: a sub-count above its whole is an error naming both.
//   2. A parent absent beside its children is their sum, overlaps that are stated counted once.
//      Beside children of both kinds (modalities and uses) that may overlap by more than is stated,
//      it is unknown: callers get an error that names the parent to give, extractors take the
//      smallest parent that contains them.
//   3. What no meter states is zero: input without `input_audio_tokens` is input of unspecified
//      modality, not of audio.
//   4. A join (audio *and* cached) that is absent beside both its wholes is taken when all stated
//      quantities together leave one value (exactly: over every consistent table), follows
//      `JoinRule` otherwise: callers get an error that names the meter to give, extractors state a
//      rule.
//   5. Text and unspecified modality count as one for joins, text first: no list prices them apart.
//   6. Uses exclude each other: a token is read from a cache, written to one (for five minutes or
//      for an hour), tool input, or none of these; reasoning, citation, or none of these.
//
// Thread: values; no sharing. Cost: `ToAtoms` is O(meters) for calls without modalities (about ten
// nanoseconds), a small transport problem otherwise; it allocates only for an error message.
// Copying costs what is inside, not the capacity.

#ifndef TOKENTRA_CORE_USAGE_USAGE_H_
#define TOKENTRA_CORE_USAGE_USAGE_H_

#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/meter.h"

namespace tokentra {

// The largest quantity of one meter in one call. It keeps sums of 2^16 such events inside 64 bits
// and is far above anything real (2^48 tokens).
inline constexpr std::uint64_t kQuantityMax = std::uint64_t{1} << 48;

// Parts of one call: models or inferences that are priced apart.
inline constexpr std::size_t kPartsMax = 8;

struct Quantity {
  MeterId meter;
  std::uint64_t quantity;
};

// Quantities by meter, in order of first mention. Fixed capacity: one entry a meter.
class Usage {
 public:
  static constexpr std::size_t kCapacity = kMeterCount;

  Usage() {}  // not `= default`: that would clear the whole array
  Usage(const Usage& other) { *this = other; }
  Usage& operator=(const Usage& other);

  std::span<const Quantity> quantities() const { return {items_.data(), count_}; }
  bool empty() const { return count_ == 0; }
  bool Has(MeterId meter) const { return (present_ >> meter & 1) != 0; }
  // Bit `id` is set for every meter that is present.
  MeterSet present() const { return present_; }
  std::optional<std::uint64_t> Get(MeterId meter) const;
  // Replaces the quantity when the meter is there already. The meter must be one of `Meters()`:
  // whoever takes ids from outside checks them first.
  void Set(MeterId meter, std::uint64_t quantity);
  // Adds to the quantity, absent counting as 0; false when the sum passes kQuantityMax.
  [[nodiscard]] bool Add(MeterId meter, std::uint64_t quantity);
  void Clear() {
    count_ = 0;
    present_ = 0;
  }

 private:
  MeterSet present_ = 0;
  std::uint32_t count_ = 0;
  std::array<Quantity, kCapacity> items_;
};

struct AtomQuantity {
  Atom atom;
  std::uint64_t quantity;
};

// Disjoint quantities, ascending by atom, without zeros.
class Atoms {
 public:
  Atoms() {}  // not `= default`: that would clear the whole array
  Atoms(const Atoms& other) { *this = other; }
  Atoms& operator=(const Atoms& other);

  std::span<const AtomQuantity> items() const { return {items_.data(), count_}; }
  bool empty() const { return count_ == 0; }
  std::uint64_t Get(Atom atom) const;
  // Sum of the atoms in `set`.
  std::uint64_t Sum(AtomSet set) const;
  // The set of atoms present.
  AtomSet present() const { return present_; }
  // Atoms must be appended in ascending order; zero is skipped.
  void Append(Atom atom, std::uint64_t quantity) {
    assert(present_ >> static_cast<unsigned>(atom) == 0);
    if (quantity == 0) return;
    items_[count_++] = {atom, quantity};
    present_ |= AtomBit(atom);
  }
  void Clear() {
    count_ = 0;
    present_ = 0;
  }

 private:
  AtomSet present_ = 0;
  std::uint32_t count_ = 0;
  std::array<AtomQuantity, kAtomCount> items_;
};

// What to do with an absent join, or an absent whole, that the stated quantities leave open.
enum class JoinRule : std::uint8_t {
  kError,      // callers: name the meter that is missing
  kTextFirst,  // the use falls on text as far as it goes, the rest on audio, image, video; where
               // uses compete for text: tool, cache read, write of 5 minutes, of an hour, others;
               // a whole is the smallest that contains its parts
};

absl::StatusOr<Atoms> ToAtoms(const Usage& usage, JoinRule joins);
// The same without a copy: `atoms` is replaced; after an error it is empty.
absl::Status ToAtoms(const Usage& usage, JoinRule joins, Atoms* atoms);

// All meters whose atoms are present with a sum above zero, inclusive, in meter order.
Usage ToUsage(const Atoms& atoms);

}  // namespace tokentra

#endif  // TOKENTRA_CORE_USAGE_USAGE_H_
