#include "core/exchange/arrow_column.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>

#include "absl/strings/str_cat.h"
#include "core/base/text.h"

namespace tokentra {
namespace {

static_assert(std::endian::native == std::endian::little, "Arrow buffers are in native order");

bool Bit(const std::uint8_t* bits, std::int64_t index) {
  return (bits[index >> 3] >> (index & 7) & 1) != 0;
}

// Elements need not stand where their type wants to stand.
template <typename T>
T Load(const std::uint8_t* data, std::int64_t index) {
  T value;
  std::memcpy(&value, data + static_cast<std::size_t>(index) * sizeof(T), sizeof(T));
  return value;
}

// function(T{}) for the integer type of these bytes.
template <typename Function>
void WithInteger(std::uint8_t width, bool is_signed, Function function) {
  switch (width) {
    case 1:
      return is_signed ? function(std::int8_t{}) : function(std::uint8_t{});
    case 2:
      return is_signed ? function(std::int16_t{}) : function(std::uint16_t{});
    case 4:
      return is_signed ? function(std::int32_t{}) : function(std::uint32_t{});
    default:
      return is_signed ? function(std::int64_t{}) : function(std::uint64_t{});
  }
}

// A whole number that a float holds exactly; false for any other.
bool CountOf(double value, std::uint64_t* count) {
  constexpr double kExactMax = 9'007'199'254'740'992.0;  // 2^53
  if (!(value >= 0 && value <= kExactMax) || value != std::floor(value)) return false;
  *count = static_cast<std::uint64_t>(value);
  return true;
}

template <typename Float>
void ReadFloats(const std::uint8_t* data, std::int64_t first, std::size_t count,
                std::uint64_t* counts, std::uint8_t* refused) {
  for (std::size_t i = 0; i < count; ++i) {
    counts[i] = 0;
    const auto value = Load<Float>(data, first + static_cast<std::int64_t>(i));
    if (!CountOf(static_cast<double>(value), &counts[i])) refused[i] = 1;
  }
}

// Buffers that an array of this kind has; a view has those of its texts besides.
std::int64_t BuffersOf(ArrowKind kind) {
  switch (kind) {
    case ArrowKind::kNull:
      return 0;
    case ArrowKind::kStruct:
      return 1;
    case ArrowKind::kText:
    case ArrowKind::kTextView:
      return 3;
    default:
      return 2;
  }
}

constexpr std::int64_t kViewBytes = 16;
constexpr std::int32_t kInlineMax = 12;

}  // namespace

absl::Status ArrowColumn::Wrong(std::string_view what) const {
  return absl::InvalidArgumentError(absl::StrCat("Arrow column ", Quote(name_), ": ", what));
}

absl::Status ArrowColumn::Bind(std::string_view column, const ArrowType& type,
                               const ArrowArray& array, std::int64_t first, std::int64_t rows,
                               Above above) {
  name_ = column;
  type_ = type;
  array_ = &array;
  above_ = above;
  rows_ = rows;
  validity_ = nullptr;
  data_ = nullptr;
  if (array.release == nullptr) return Wrong("its array is released");
  // Half of the range, so that sums of two such numbers are numbers.
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max() / 4;
  if (array.length < 0 || array.offset < 0 || array.length > kMost || array.offset > kMost) {
    return Wrong(absl::StrCat("length ", array.length, " and offset ", array.offset,
                              " are no places in an array"));
  }
  if (first < 0 || rows < 0 || first > array.length || rows > array.length - first) {
    return Wrong(
        absl::StrCat("it has ", array.length, " rows, not the ", first + rows, " of its batch"));
  }
  if (array.null_count < -1 || array.null_count > array.length) {
    return Wrong(absl::StrCat("null_count ", array.null_count, " of ", array.length, " rows"));
  }
  offset_ = array.offset + first;
  const ArrowKind kind = type.is_dictionary ? ArrowKind::kInteger : type.kind;
  const std::int64_t buffers = BuffersOf(kind);
  const bool enough =
      kind == ArrowKind::kTextView ? array.n_buffers >= buffers : array.n_buffers == buffers;
  if (!enough || (buffers > 0 && array.buffers == nullptr)) {
    return Wrong(absl::StrCat(array.n_buffers, " buffers, not the ", buffers, " of its type"));
  }
  if (kind == ArrowKind::kNull) return absl::OkStatus();
  if (array.null_count != 0) validity_ = static_cast<const std::uint8_t*>(array.buffers[0]);
  if (array.null_count > 0 && validity_ == nullptr) return Wrong("nulls without a bitmap");
  if (kind == ArrowKind::kStruct) return absl::OkStatus();
  data_ = static_cast<const std::uint8_t*>(array.buffers[1]);
  if (data_ == nullptr && rows > 0) return Wrong("its data buffer is missing");
  if (type.is_dictionary) {
    if (array.dictionary == nullptr) return Wrong("its dictionary is missing");
    dictionary_size_ = array.dictionary->length;
    if (dictionary_size_ < 0 || dictionary_size_ > kArrowDictionaryMax) {
      return Wrong(absl::StrCat("a dictionary of ", dictionary_size_, " values"));
    }
  }
  return absl::OkStatus();
}

bool ArrowColumn::IsNull(std::int64_t row) const {
  if (type_.kind == ArrowKind::kNull && !type_.is_dictionary) return true;
  if (above_.validity != nullptr && !Bit(above_.validity, above_.offset + row)) return true;
  return validity_ != nullptr && !Bit(validity_, offset_ + row);
}

void ArrowColumn::ReadValidity(std::int64_t row, std::size_t count, std::uint8_t* valid) const {
  if (type_.kind == ArrowKind::kNull && !type_.is_dictionary) {
    std::fill_n(valid, count, std::uint8_t{0});
    return;
  }
  std::fill_n(valid, count, std::uint8_t{1});
  const auto mask = [&](const std::uint8_t* bits, std::int64_t first) {
    for (std::size_t i = 0; i < count; ++i) {
      const std::int64_t at = first + static_cast<std::int64_t>(i);
      valid[i] &= static_cast<std::uint8_t>(bits[at >> 3] >> (at & 7) & 1);
    }
  };
  if (validity_ != nullptr) mask(validity_, offset_ + row);
  if (above_.validity != nullptr) mask(above_.validity, above_.offset + row);
}

void ArrowColumn::ReadCounts(std::int64_t row, std::size_t count, std::uint64_t* counts,
                             std::uint8_t* refused) const {
  const std::int64_t first = offset_ + row;
  if (type_.kind == ArrowKind::kFloat) {
    if (type_.width == 4) return ReadFloats<float>(data_, first, count, counts, refused);
    return ReadFloats<double>(data_, first, count, counts, refused);
  }
  WithInteger(type_.width, type_.is_signed, [&]<typename T>(T) {
    for (std::size_t i = 0; i < count; ++i) {
      const T value = Load<T>(data_, first + static_cast<std::int64_t>(i));
      if constexpr (std::is_signed_v<T>) {
        const bool negative = value < 0;
        counts[i] = negative ? 0 : static_cast<std::uint64_t>(value);
        refused[i] |= negative ? 1 : 0;
      } else {
        counts[i] = value;
      }
    }
  });
}

void ArrowColumn::ReadInstants(std::int64_t row, std::size_t count, std::int64_t unit_ns,
                               std::int64_t* instants, std::uint8_t* refused) const {
  const std::int64_t first = offset_ + row;
  const std::int64_t most = std::numeric_limits<std::int64_t>::max() / unit_ns;
  for (std::size_t i = 0; i < count; ++i) {
    const auto value = Load<std::int64_t>(data_, first + static_cast<std::int64_t>(i));
    const bool beyond = value > most || value < -most;
    instants[i] = beyond ? 0 : value * unit_ns;
    refused[i] |= beyond ? 1 : 0;
  }
}

std::string ArrowColumn::NumberText(std::int64_t row) const {
  const std::int64_t at = offset_ + row;
  if (type_.kind == ArrowKind::kFloat) {
    return type_.width == 4 ? absl::StrCat(Load<float>(data_, at))
                            : absl::StrCat(Load<double>(data_, at));
  }
  std::string text;
  WithInteger(type_.width, type_.is_signed, [&]<typename T>(T) {
    if constexpr (std::is_signed_v<T>) {
      text = absl::StrCat(static_cast<std::int64_t>(Load<T>(data_, at)));
    } else {
      text = absl::StrCat(static_cast<std::uint64_t>(Load<T>(data_, at)));
    }
  });
  return text;
}

absl::StatusOr<std::string_view> ArrowColumn::TextBytes(std::int64_t row) const {
  std::int64_t begin = 0;
  std::int64_t end = 0;
  const std::int64_t at = offset_ + row;
  if (type_.width == 4) {
    begin = Load<std::int32_t>(data_, at);
    end = Load<std::int32_t>(data_, at + 1);
  } else {
    begin = Load<std::int64_t>(data_, at);
    end = Load<std::int64_t>(data_, at + 1);
  }
  const auto* bytes = static_cast<const char*>(array_->buffers[2]);
  if (begin < 0 || end < begin || (bytes == nullptr && end > begin)) {
    return Wrong(absl::StrCat("row ", row, " has offsets ", begin, " and ", end));
  }
  if (begin == end) return std::string_view("", 0);
  return std::string_view(bytes + begin, static_cast<std::size_t>(end - begin));
}

absl::StatusOr<std::string_view> ArrowColumn::ViewBytes(std::int64_t row) const {
  const std::uint8_t* view = data_ + (offset_ + row) * kViewBytes;
  const auto size = Load<std::int32_t>(view, 0);
  if (size >= 0 && size <= kInlineMax) {
    return std::string_view(reinterpret_cast<const char*>(view) + 4,
                            static_cast<std::size_t>(size));
  }
  const auto buffer = Load<std::int32_t>(view, 2);
  const auto offset = Load<std::int32_t>(view, 3);
  // The bitmap, the views, the texts, and last the sizes of the texts.
  const std::int64_t texts = array_->n_buffers - 3;
  const auto* sizes = static_cast<const std::uint8_t*>(array_->buffers[array_->n_buffers - 1]);
  if (size < 0 || offset < 0 || buffer < 0 || buffer >= texts || sizes == nullptr ||
      array_->buffers[2 + buffer] == nullptr ||
      std::int64_t{offset} + size > Load<std::int64_t>(sizes, buffer)) {
    return Wrong(absl::StrCat("row ", row, " is a view of ", size, " bytes at ", offset,
                              " of buffer ", buffer, ", which are not there"));
  }
  return std::string_view(static_cast<const char*>(array_->buffers[2 + buffer]) + offset,
                          static_cast<std::size_t>(size));
}

absl::StatusOr<std::string_view> ArrowColumn::Text(std::int64_t row, std::string* store) const {
  switch (type_.kind) {
    case ArrowKind::kBool:
      *store = Bit(data_, offset_ + row) ? "true" : "false";
      return std::string_view(*store);
    case ArrowKind::kInteger:
      *store = NumberText(row);
      return std::string_view(*store);
    case ArrowKind::kText:
    case ArrowKind::kTextView:
      return type_.kind == ArrowKind::kText ? TextBytes(row) : ViewBytes(row);
    default:
      return Wrong("it holds no texts");
  }
}

absl::Status ArrowColumn::ReadIndexes(std::int64_t row, std::size_t count,
                                      std::uint32_t* indexes) const {
  const std::int64_t first = offset_ + row;
  const auto size = static_cast<std::uint64_t>(dictionary_size_);
  std::uint64_t beyond = 0;
  const auto read = [&]<typename T>(T) {
    for (std::size_t i = 0; i < count; ++i) {
      // A negative index is far beyond any size.
      const auto index =
          static_cast<std::uint64_t>(Load<T>(data_, first + static_cast<std::int64_t>(i)));
      beyond |= static_cast<std::uint64_t>(index >= size);
      indexes[i] = static_cast<std::uint32_t>(index) + 1;
    }
  };
  WithInteger(type_.index_width, type_.index_signed, read);
  if (!may_have_nulls() && beyond == 0) return absl::OkStatus();
  for (std::size_t i = 0; i < count; ++i) {
    const std::int64_t at = row + static_cast<std::int64_t>(i);
    if (IsNull(at)) {
      indexes[i] = 0;
    } else if (indexes[i] == 0 || indexes[i] > size) {
      return Wrong(
          absl::StrCat("row ", at, " has an index outside of its dictionary of ", size, " values"));
    } else if (beyond != 0) {
      // An index of 64 bits whose lower half is within: the wide value decides.
      std::uint64_t wide = 0;
      WithInteger(type_.index_width, type_.index_signed, [&]<typename T>(T) {
        wide = static_cast<std::uint64_t>(Load<T>(data_, offset_ + at));
      });
      if (wide >= size) {
        return Wrong(absl::StrCat("row ", at, " has an index outside of its dictionary of ", size,
                                  " values"));
      }
    }
  }
  return absl::OkStatus();
}

absl::Status ArrowColumn::BindDictionary(ArrowColumn* values) const {
  ArrowType type = type_;
  type.is_dictionary = false;
  return values->Bind(name_, type, *array_->dictionary, 0, dictionary_size_, {});
}

}  // namespace tokentra
