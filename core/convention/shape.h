// Shape: the automaton of one key's values, made of the automata of its parts.
//
// A shape is one or more alternatives, each a sequence of elements: literal texts and parts. A
// value matches when some alternative reads it from end to end. A *reading* says which alternative
// and where each element ends; two readings of one value are an ambiguity (ambiguity.h decides at
// compile time whether there can be any).
//
// Matching walks the value once and keeps a thread for every (alternative, element, state) that
// can be reached: at most as many as there are states, so the cost is linear in the value. Names
// with one reading have one thread nearly all the way.
//
// Invariants:
//   1. Match agrees with the definition above for every value, whatever the policy.
//   2. Of several readings it gives the one that the policy prefers: the earliest alternative,
//      then the longest (or shortest) earlier elements. Without a policy it says kSeveral.
//
// Thread: immutable after construction.

#ifndef TOKENTRA_CORE_CONVENTION_SHAPE_H_
#define TOKENTRA_CORE_CONVENTION_SHAPE_H_

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/convention/dfa.h"

namespace tokentra {

inline constexpr std::size_t kValueBytesMax = 256;  // longer values match no shape
inline constexpr std::size_t kNamePartsMax = 8;     // of one key
inline constexpr std::size_t kElementsMax = 17;     // parts with a literal before, between, after
inline constexpr std::size_t kAlternativesMax = 16;

enum class Preference : std::uint8_t { kNone, kLongest, kShortest };

struct ShapeElement {
  std::shared_ptr<const Dfa> dfa;
  int part = -1;        // index of the part; -1: a literal
  std::string literal;  // its text
};
using ShapeAlternative = std::vector<ShapeElement>;

struct Reading {
  std::uint16_t alternative = 0;
  std::uint16_t elements = 0;
  std::array<std::uint16_t, kElementsMax> ends = {};  // where each element ends
};

struct PartSpan {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  bool present = false;
};

// What parts have to be, by part; data() null: anything.
using BoundTexts = std::array<std::string_view, kNamePartsMax>;

class Shape {
 public:
  enum class Result : std::uint8_t { kNone, kOne, kSeveral };

  Shape() = default;
  // 1 to kAlternativesMax alternatives of 1 to kElementsMax elements.
  Shape(std::vector<ShapeAlternative> alternatives, Preference preference);

  // `bound` nullable.
  Result Match(std::string_view value, const BoundTexts* bound, Reading& reading) const;

  PartSpan SpanOf(const Reading& reading, std::size_t part) const;

  // Where a value that does not match goes wrong: no thread survives byte `at` (the size: the value
  // ends too early), and what was being read there.
  struct Failure {
    std::size_t at = 0;
    struct Place {
      std::uint16_t alternative;
      std::uint16_t element;
      std::uint16_t begin;  // of the element
    };
    std::vector<Place> places;
  };
  Failure Diagnose(std::string_view value) const;

  // Every reading of `value` in order of alternatives, at most `most`. Slow and obvious.
  std::vector<Reading> Readings(std::string_view value, std::size_t most) const;

  const std::vector<ShapeAlternative>& alternatives() const { return alternatives_; }
  Preference preference() const { return preference_; }
  bool empty() const { return alternatives_.empty(); }

  // Numbers of states over all alternatives and elements.
  std::uint32_t state_count() const { return state_count_; }
  std::uint32_t StateNumber(std::size_t alternative, std::size_t element,
                            std::uint32_t state) const {
    return offsets_[alternative][element] + state;
  }

 private:
  struct Thread;
  class Matcher;

  std::vector<ShapeAlternative> alternatives_;
  std::vector<std::vector<std::uint32_t>> offsets_;
  std::uint32_t state_count_ = 0;
  Preference preference_ = Preference::kNone;
  bool is_single_ = false;  // one alternative of one element
};

}  // namespace tokentra

#endif  // TOKENTRA_CORE_CONVENTION_SHAPE_H_
