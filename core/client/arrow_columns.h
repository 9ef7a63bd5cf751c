// Columns of results while they are filled.
//
// Internal to core/client. Thread: one object, one thread.

#ifndef TOKENTRA_CORE_CLIENT_ARROW_COLUMNS_H_
#define TOKENTRA_CORE_CLIENT_ARROW_COLUMNS_H_

#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

#include "core/exchange/arrow_table.h"

namespace tokentra {

// Fixed-width values, of which some may turn out to be null. `all_null` begins with none but nulls.
template <typename T>
class ArrowColumnWriter {
 public:
  explicit ArrowColumnWriter(std::size_t rows, bool all_null = false)
      : rows_(rows),
        values_(all_null ? ArrowBuffer::Zeroed(rows * sizeof(T))
                         : ArrowBuffer::Uninitialised(rows * sizeof(T))) {
    if (!all_null) return;
    validity_ = ArrowBuffer::Zeroed(Bytes());
    has_bits_ = true;
    nulls_ = static_cast<std::int64_t>(rows);
  }

  T* values() { return values_.as<T>(); }

  void SetNull(std::size_t row) {
    if (!has_bits_) {
      validity_ = ArrowBuffer::Uninitialised(Bytes());
      std::memset(validity_.data(), 0xff, Bytes());
      has_bits_ = true;
    }
    std::uint8_t& byte = validity_.as<std::uint8_t>()[row / 8];
    nulls_ += byte >> (row % 8) & 1;
    byte = static_cast<std::uint8_t>(byte & ~(1U << (row % 8)));
    values()[row] = T();
  }
  // Adds to a value that may be null, which counts as 0.
  void Add(std::size_t row, T value) {
    std::uint8_t& byte = validity_.as<std::uint8_t>()[row / 8];
    nulls_ -= 1 - (byte >> (row % 8) & 1);
    byte = static_cast<std::uint8_t>(byte | 1U << (row % 8));
    values()[row] += value;
  }

  ArrowValues Take() {
    ArrowValues taken;
    taken.validity = std::move(validity_);
    taken.nulls = nulls_;
    taken.values = std::move(values_);
    return taken;
  }

 private:
  std::size_t Bytes() const { return rows_ / 8 + 1; }

  std::size_t rows_;
  bool has_bits_ = false;
  std::int64_t nulls_ = 0;
  ArrowBuffer validity_;
  ArrowBuffer values_;
};

// Texts that most rows do not have.
class ArrowRareTexts {
 public:
  // Rows in ascending order.
  void Set(std::size_t row, std::string_view text) {
    rows_.push_back(row);
    texts_.Add(text);
  }
  ArrowValues Take(std::size_t rows) const;

 private:
  std::vector<std::size_t> rows_;
  ArrowTexts texts_;
};

}  // namespace tokentra

#endif  // TOKENTRA_CORE_CLIENT_ARROW_COLUMNS_H_
