// One column of an Arrow record batch, checked and readable.
//
// Read are what calls are made of: integers of any width, floats that are whole numbers, booleans,
// utf8 in its three layouts, dictionaries of those with indexes of any width, timestamps with a
// zone, and columns of nothing but nulls. `Bind` checks everything about an array that the C
// interface shows: that there are as many buffers and children as the type has, that lengths and
// offsets are sums of themselves, that dictionaries are there. Offsets, views and indexes are
// checked where they are used. Not visible, and so trusted, are the sizes of buffers.
//
// Thread: one object, one thread. Ownership: a bound column is a view of its array.

#ifndef TOKENTRA_CORE_EXCHANGE_ARROW_COLUMN_H_
#define TOKENTRA_CORE_EXCHANGE_ARROW_COLUMN_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/exchange/arrow_abi.h"

namespace tokentra {

enum class ArrowKind : std::uint8_t {
  kNull,
  kBool,
  kInteger,
  kFloat,
  kText,  // offsets of `width` bytes
  kTextView,
  kTimestamp,  // with a zone
  kStruct,
  kOther,
};

struct ArrowType {
  ArrowKind kind = ArrowKind::kOther;
  std::uint8_t width = 0;  // bytes of an integer, a float or an offset
  bool is_signed = false;
  bool is_dictionary = false;    // then `kind` and `width` are those of the values, and
  std::uint8_t index_width = 0;  // these of the indexes
  bool index_signed = false;
  std::int64_t unit_ns = 0;  // of a timestamp
};

// INVALID_ARGUMENT naming the column for a schema that is none: no format, a dictionary of a
// dictionary, indexes that are no integers. Types that are not read are kOther.
absl::StatusOr<ArrowType> ReadArrowType(std::string_view column, const ArrowSchema& schema);

class ArrowColumn {
 public:
  // Bitmaps above the column's own: rows of a batch or of a struct that are null as a whole.
  struct Above {
    const std::uint8_t* validity = nullptr;
    std::int64_t offset = 0;
  };

  // `rows` rows of `array` from `first` on, first counting from the array's own offset.
  // INVALID_ARGUMENT naming `column` for an array that is not of the type.
  absl::Status Bind(std::string_view column, const ArrowType& type, const ArrowArray& array,
                    std::int64_t first, std::int64_t rows, Above above);

  bool may_have_nulls() const { return validity_ != nullptr || above_.validity != nullptr; }
  bool IsNull(std::int64_t row) const;
  // 1 for each row that is not null.
  void ReadValidity(std::int64_t row, std::size_t count, std::uint8_t* valid) const;

  // Kinds kInteger and kFloat: the counts, where `refused` is left alone; what is negative or no
  // whole number is 0 with `refused` 1. Null rows hold anything.
  void ReadCounts(std::int64_t row, std::size_t count, std::uint64_t* counts,
                  std::uint8_t* refused) const;
  // kInteger and kTimestamp: instants; `refused` is 1 where one is beyond 64 bits of nanoseconds.
  void ReadInstants(std::int64_t row, std::size_t count, std::int64_t unit_ns,
                    std::int64_t* instants, std::uint8_t* refused) const;
  // A count or an instant as it stands, for a message.
  std::string NumberText(std::int64_t row) const;

  // kText, kTextView, kBool, kInteger: the value as text; integers and booleans are written into
  // `store`. The row is not null. INVALID_ARGUMENT for offsets or views that are none. Whether the
  // bytes are UTF-8 is not looked at.
  absl::StatusOr<std::string_view> Text(std::int64_t row, std::string* store) const;

  // Dictionaries. Indexes are at most dictionary_size(): 0 is null, the others one more than the
  // index. INVALID_ARGUMENT for an index outside of the dictionary.
  std::int64_t dictionary_size() const { return dictionary_size_; }
  absl::Status ReadIndexes(std::int64_t row, std::size_t count, std::uint32_t* indexes) const;
  // Values of the dictionary as a column of its own.
  absl::Status BindDictionary(ArrowColumn* values) const;

  const std::string& name() const { return name_; }
  const ArrowType& type() const { return type_; }

 private:
  absl::Status Wrong(std::string_view what) const;
  absl::StatusOr<std::string_view> TextBytes(std::int64_t row) const;
  absl::StatusOr<std::string_view> ViewBytes(std::int64_t row) const;

  std::string name_;
  ArrowType type_;
  const ArrowArray* array_ = nullptr;
  Above above_;
  const std::uint8_t* validity_ = nullptr;
  std::int64_t offset_ = 0;  // of row 0
  std::int64_t rows_ = 0;
  const std::uint8_t* data_ = nullptr;  // the first buffer behind the bitmap
  std::int64_t dictionary_size_ = 0;
};

// The largest dictionary that is read.
inline constexpr std::int64_t kArrowDictionaryMax = std::int64_t{1} << 26;

}  // namespace tokentra

#endif  // TOKENTRA_CORE_EXCHANGE_ARROW_COLUMN_H_
