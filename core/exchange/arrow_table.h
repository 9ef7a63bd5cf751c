// Results as Arrow tables: columns made here, handed out through the C stream interface.
//
// A table is immutable once made and may be exported any number of times: exports share its
// buffers and keep them.
//
// Thread: const functions run concurrently; an exported stream is its holder's. Ownership: buffers
// belong to the table and to every array exported from it, until the last is released.

#ifndef TOKENTRA_CORE_EXCHANGE_ARROW_TABLE_H_
#define TOKENTRA_CORE_EXCHANGE_ARROW_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/exchange/arrow_abi.h"

namespace tokentra {

// Bytes aligned as Arrow recommends. Throws std::bad_alloc.
class ArrowBuffer {
 public:
  ArrowBuffer() = default;
  static ArrowBuffer Uninitialised(std::size_t bytes) { return ArrowBuffer(bytes, false); }
  static ArrowBuffer Zeroed(std::size_t bytes) { return ArrowBuffer(bytes, true); }
  static ArrowBuffer Of(std::string_view bytes);

  void* data() const { return data_.get(); }
  template <typename T>
  T* as() const {
    return static_cast<T*>(data());
  }

 private:
  struct Free {
    void operator()(void* data) const;
  };
  ArrowBuffer(std::size_t bytes, bool zeroed);

  std::unique_ptr<void, Free> data_;
};

// Values of one column in one batch. `values` is what its type has behind the bitmap; texts have
// their bytes in `texts`.
struct ArrowValues {
  ArrowBuffer validity;  // empty: no nulls
  std::int64_t nulls = 0;
  ArrowBuffer values;
  ArrowBuffer texts;
};

// Texts as Arrow has them: offsets of 32 bits and bytes. Past 2 GB together they are empty.
class ArrowTexts {
 public:
  void Add(std::string_view text);
  std::size_t size() const { return ends_.size(); }
  ArrowValues Take() const;

 private:
  std::string bytes_;
  std::vector<std::int32_t> ends_;
};

class ArrowTable {
 public:
  struct Field {
    std::string name;
    std::string format;  // of the C data interface; indexes for a dictionary
    bool nullable = true;
    int dictionary = -1;  // of utf8, in `dictionaries`; negative: none
  };
  struct Batch {
    std::int64_t rows = 0;
    std::vector<ArrowValues> columns;  // as many as fields
  };
  struct Dictionary {
    std::int64_t size = 0;
    ArrowValues values;
  };

  std::vector<Field> fields;
  std::vector<Dictionary> dictionaries;
  std::vector<Batch> batches;

  std::uint64_t rows() const;
  int AddDictionary(const ArrowTexts& texts);

  // Fills `out`, which holds nothing yet. Throws std::bad_alloc, and then leaves it alone.
  static void Export(std::shared_ptr<const ArrowTable> table, ArrowArrayStream* out);
};

// Format of money: 38 digits, 18 of them decimals.
inline constexpr const char* kArrowMoney = "d:38,18";

}  // namespace tokentra

#endif  // TOKENTRA_CORE_EXCHANGE_ARROW_TABLE_H_
