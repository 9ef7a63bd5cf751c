#include "core/ledger/tuple.h"

#include <cassert>
#include <cstring>

namespace tokentra {
namespace {

constexpr char kAbsent = 0;
constexpr char kFolded = 1;
constexpr char kPresent = 2;
constexpr std::size_t kSizeBytes = 4;

std::size_t ReadSize(const char* bytes) {
  std::size_t size = 0;
  for (std::size_t i = 0; i < kSizeBytes; ++i) {
    size |= std::size_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
  }
  return size;
}

// Where the dimension that starts at `at` ends.
std::size_t DimensionEnd(std::string_view tuple, std::size_t at) {
  if (tuple[at] != kPresent) return at + 1;
  return at + 1 + kSizeBytes + ReadSize(tuple.data() + at + 1);
}

}  // namespace

std::uint32_t EncodeTuple(std::span<const std::string_view> values, std::uint64_t present,
                          std::size_t value_bytes_max, TupleBuffer* tuple) {
  assert(values.size() <= kDimensionsMax && value_bytes_max <= kDimensionValueBytesMax);
  char* out = tuple->bytes;
  std::uint32_t folded_count = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if ((present >> i & 1) == 0) {
      *out++ = kAbsent;
      continue;
    }
    const std::string_view value = values[i];
    if (value.size() > value_bytes_max) {
      *out++ = kFolded;
      ++folded_count;
      continue;
    }
    *out++ = kPresent;
    for (std::size_t byte = 0; byte < kSizeBytes; ++byte) {
      *out++ = static_cast<char>(value.size() >> (8 * byte));
    }
    if (!value.empty()) std::memcpy(out, value.data(), value.size());
    out += value.size();
  }
  tuple->size = static_cast<std::size_t>(out - tuple->bytes);
  return folded_count;
}

bool IsTuple(std::string_view bytes, std::size_t dimensions) {
  std::size_t at = 0;
  for (; dimensions > 0; --dimensions) {
    if (at >= bytes.size() || bytes[at] < kAbsent || bytes[at] > kPresent) return false;
    if (bytes[at] == kPresent) {
      if (bytes.size() - at < 1 + kSizeBytes) return false;
      const std::size_t size = ReadSize(bytes.data() + at + 1);
      if (size > kDimensionValueBytesMax || bytes.size() - at - 1 - kSizeBytes < size) return false;
    }
    at = DimensionEnd(bytes, at);
  }
  return at == bytes.size();
}

bool FoldTuple(std::string_view tuple, TupleBuffer* folded) {
  std::size_t begin = tuple.size();  // of the last dimension that is not folded
  for (std::size_t at = 0; at < tuple.size(); at = DimensionEnd(tuple, at)) {
    if (tuple[at] != kFolded) begin = at;
  }
  if (begin == tuple.size()) return false;
  const std::size_t end = DimensionEnd(tuple, begin);
  std::memcpy(folded->bytes, tuple.data(), begin);
  folded->bytes[begin] = kFolded;
  std::memcpy(folded->bytes + begin + 1, tuple.data() + end, tuple.size() - end);
  folded->size = begin + 1 + tuple.size() - end;
  return true;
}

void JoinTuples(std::string_view a, std::string_view b, TupleBuffer* joined) {
  char* out = joined->bytes;
  while (!a.empty()) {
    const std::string_view of_a = a.substr(0, DimensionEnd(a, 0));
    const std::string_view of_b = b.substr(0, DimensionEnd(b, 0));
    if (of_a == of_b) {
      std::memcpy(out, of_a.data(), of_a.size());
      out += of_a.size();
    } else {
      *out++ = kFolded;
    }
    a.remove_prefix(of_a.size());
    b.remove_prefix(of_b.size());
  }
  joined->size = static_cast<std::size_t>(out - joined->bytes);
}

bool EraseValue(std::string_view tuple, std::size_t index, std::string_view value,
                TupleBuffer* erased) {
  std::size_t begin = 0;
  for (; index > 0; --index) begin = DimensionEnd(tuple, begin);
  const std::size_t end = DimensionEnd(tuple, begin);
  if (tuple[begin] != kPresent ||
      tuple.substr(begin + 1 + kSizeBytes, end - begin - 1 - kSizeBytes) != value)
    return false;
  std::memcpy(erased->bytes, tuple.data(), begin);
  erased->bytes[begin] = kFolded;
  std::memcpy(erased->bytes + begin + 1, tuple.data() + end, tuple.size() - end);
  erased->size = begin + 1 + tuple.size() - end;
  return true;
}

DecodedTuple DecodeTuple(std::string_view tuple) {
  DecodedTuple decoded;
  for (std::size_t at = 0; at < tuple.size(); at = DimensionEnd(tuple, at)) {
    const std::uint64_t bit = std::uint64_t{1} << decoded.values.size();
    std::string value;
    if (tuple[at] == kPresent) {
      const std::size_t begin = at + 1 + kSizeBytes;
      value = tuple.substr(begin, DimensionEnd(tuple, at) - begin);
      decoded.present |= bit;
    } else if (tuple[at] == kFolded) {
      decoded.folded |= bit;
    }
    decoded.values.push_back(std::move(value));
  }
  return decoded;
}

}  // namespace tokentra
