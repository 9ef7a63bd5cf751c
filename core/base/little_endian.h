// Integers as little-endian bytes, for formats whose equal values have equal bytes.
//
// Thread: values.

#ifndef TOKENTRA_CORE_BASE_LITTLE_ENDIAN_H_
#define TOKENTRA_CORE_BASE_LITTLE_ENDIAN_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tokentra {

template <typename Integer>
void AppendInteger(std::string& out, Integer value) {
  for (std::size_t i = 0; i < sizeof(Integer); ++i) {
    out += static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i));
  }
}

// Reads bytes from the front. Past their end everything reads as zero and `ok` stays false.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}

  template <typename Integer>
  Integer Read() {
    std::uint64_t value = 0;
    const std::string_view bytes = ReadBytes(sizeof(Integer));
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      value |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
    }
    return static_cast<Integer>(value);
  }

  std::string_view ReadBytes(std::size_t count) {
    if (!ok_ || rest_.size() < count) {
      ok_ = false;
      return {};
    }
    const std::string_view bytes = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return bytes;
  }

  bool ok() const { return ok_; }
  // Read to the end, and no further.
  bool done() const { return ok_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace tokentra

#endif  // TOKENTRA_CORE_BASE_LITTLE_ENDIAN_H_
