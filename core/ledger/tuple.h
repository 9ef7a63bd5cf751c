// Dimension tuples as canonical bytes: one state byte for each declared dimension, in order, each
// followed by a value where there is one.
//
//   tuple     := dimension*
//   dimension := 0x00                               absent: the event does not have this key
//              | 0x01                               folded: it had a value or none; not kept
//              | 0x02 size:u32 little-endian bytes  present; an empty value is not an absent one
//
// Two tuples are equal exactly when their bytes are; their order is that of the bytes.
//
// Thread: pure functions. They allocate only where they return strings.

#ifndef TOKENTRA_CORE_LEDGER_TUPLE_H_
#define TOKENTRA_CORE_LEDGER_TUPLE_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tokentra {

inline constexpr std::size_t kDimensionsMax = 32;
inline constexpr std::size_t kDimensionValueBytesMax = 1024;  // highest value_bytes_max
inline constexpr std::size_t kTupleBytesMax = kDimensionsMax * (5 + kDimensionValueBytesMax);

// Room for the largest tuple, to be left uninitialised on a stack.
struct TupleBuffer {
  std::string_view view() const { return {bytes, size}; }

  std::size_t size;
  char bytes[kTupleBytesMax];
};

// Dimensions without their bit in `present` are absent, whatever `values` holds there; a value
// longer than `value_bytes_max` is folded. Returns the number of folded dimensions.
std::uint32_t EncodeTuple(std::span<const std::string_view> values, std::uint64_t present,
                          std::size_t value_bytes_max, TupleBuffer* tuple);

// Whether the bytes are a tuple of so many dimensions: for bytes from outside.
bool IsTuple(std::string_view bytes, std::size_t dimensions);

// REQUIRES of the functions below: a tuple.
//
// `tuple` with its last dimension that is not yet folded folded; false when all are.
bool FoldTuple(std::string_view tuple, TupleBuffer* folded);

// The finest tuple that covers both: dimensions in which they differ are folded.
void JoinTuples(std::string_view a, std::string_view b, TupleBuffer* joined);

// `tuple` with dimension `index` folded when its value is `value`; false when it is not.
bool EraseValue(std::string_view tuple, std::size_t index, std::string_view value,
                TupleBuffer* erased);

struct DecodedTuple {
  std::uint64_t present = 0;        // bit i: dimension i has a value
  std::uint64_t folded = 0;         // bit i: dimension i was folded
  std::vector<std::string> values;  // one for each dimension
};
DecodedTuple DecodeTuple(std::string_view tuple);

}  // namespace tokentra

#endif  // TOKENTRA_CORE_LEDGER_TUPLE_H_
