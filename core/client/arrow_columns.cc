#include "core/client/arrow_columns.h"

namespace tokentra {

ArrowValues ArrowRareTexts::Take(std::size_t rows) const {
  ArrowValues packed = texts_.Take();
  ArrowValues out;
  out.nulls = static_cast<std::int64_t>(rows - rows_.size());
  out.validity = ArrowBuffer::Zeroed(rows / 8 + 1);
  out.values = ArrowBuffer::Zeroed((rows + 1) * sizeof(std::int32_t));
  out.texts = std::move(packed.texts);
  if (rows_.empty()) return out;  // every offset is 0: the zeroes need not be touched
  auto* offsets = out.values.as<std::int32_t>();
  const auto* ends = packed.values.as<const std::int32_t>() + 1;
  std::size_t next = 0;
  for (std::size_t row = 0; row < rows; ++row) {
    if (next < rows_.size() && rows_[next] == row) {
      out.validity.as<std::uint8_t>()[row / 8] |= static_cast<std::uint8_t>(1U << (row % 8));
      ++next;
    }
    offsets[row + 1] = next == 0 ? 0 : ends[next - 1];
  }
  return out;
}

}  // namespace tokentra
