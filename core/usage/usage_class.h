// The usage class: everything a price may depend on, independent of any catalog.
//
// Provider; model as resolved, or as named when it could not be; every condition of the call; and
// the context class: for each quantity that some price is banded by, the interval it falls in. A
// class also carries the content id of the price row in force when it was recorded, so that cells
// of two prices never mix, and the row's terms (pricing/price_terms.h), opaque here, so that
// yesterday's money needs no other catalog.
//
// The canonical bytes are what the ledger interns and files store: two equal classes have equal
// bytes. Format: version byte 2, then fields in the order below, each text as a 16-bit little-
// endian length and its bytes, integers little-endian. Version 1, which is read, has no terms.
//
//   kind u8 | batch u8 | provider | model | service_tier | region | price_row
//   count u8, then per named condition: name | value        (ascending by name)
//   count u8, then per context interval: meter u16 | min u64 | max u64   (ascending by meter)
//   price terms
//
// Thread: values.

#ifndef TOKENTRA_CORE_USAGE_USAGE_CLASS_H_
#define TOKENTRA_CORE_USAGE_USAGE_CLASS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/meter.h"

namespace tokentra {

// What the events of a class are; counted apart even where classes are folded. Numbers stand in
// files.
enum class ClassKind : std::uint8_t {
  kPriced = 0,
  kFree = 1,       // the catalog says that it costs nothing
  kUnpriced = 2,   // no price row matched; `model` is as named
  kUnmetered = 3,  // the call reported no usage
  kRefused = 4,    // the usage was invalid: events only; `service_tier` is the status's name
  kDuplicate = 5,  // the id was recorded before: not an event, only its count
  kConflict = 6,   // the same, with other content
};
inline constexpr std::size_t kClassKinds = 7;

struct ContextInterval {
  MeterId meter = 0;
  std::uint64_t min = 0;
  std::uint64_t max = 0;
};

struct ClassCondition {
  std::string_view name;
  std::string_view value;
};

// Views into the caller's texts, or into the bytes it was decoded from.
struct UsageClass {
  static constexpr std::size_t kNamedMax = 16;
  static constexpr std::size_t kContextMax = 4;

  ClassKind kind = ClassKind::kPriced;
  bool batch = false;
  std::string_view provider;
  std::string_view model;
  std::string_view service_tier;
  std::string_view region;
  std::string_view price_row;
  std::string_view price_terms;  // of the price row; empty when it is not known
  std::uint8_t named_count = 0;
  std::uint8_t context_count = 0;
  std::array<ClassCondition, kNamedMax> named;
  std::array<ContextInterval, kContextMax> context;
};

// Texts longer than this are cut, so that no name can fill the ledger.
inline constexpr std::size_t kClassTextMax = 256;

// Replaces `out`. `named` must be ascending by name.
void EncodeUsageClass(const UsageClass& usage_class, std::string& out);

// False when the bytes are not a class of this version; views refer to `bytes`.
[[nodiscard]] bool DecodeUsageClass(std::string_view bytes, UsageClass& out);

}  // namespace tokentra

#endif  // TOKENTRA_CORE_USAGE_USAGE_CLASS_H_
