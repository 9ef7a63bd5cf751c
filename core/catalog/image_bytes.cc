#include "core/catalog/image_bytes.h"

#include <cassert>
#include <cstring>
#include <type_traits>

namespace tokentra {
namespace {

constexpr std::uint64_t kMagic = 0x31676D696B746B74;  // "tktkimg1" in little-endian order
constexpr std::size_t kBoundary = 8;

constexpr std::size_t RoundedUp(std::size_t size) {
  return (size + kBoundary - 1) / kBoundary * kBoundary;
}

void AppendNumber(std::uint64_t number, std::string& out) {
  out.append(reinterpret_cast<const char*>(&number), sizeof(number));
}

void AppendContents(const void* contents, std::size_t size, std::string& out) {
  out.append(static_cast<const char*>(contents), size);
  out.resize(RoundedUp(out.size()));
}

class Reader {
 public:
  Reader(const char* sizes, const char* contents) : sizes_(sizes), contents_(contents) {}

  template <typename T>
  std::span<const T> Next() {
    std::uint64_t count = 0;
    std::memcpy(&count, sizes_, sizeof(count));
    sizes_ += sizeof(count);
    const auto* first = reinterpret_cast<const T*>(contents_);
    contents_ += RoundedUp(count * sizeof(T));
    return {first, count};
  }
  std::string_view NextText() {
    const std::span<const char> text = Next<char>();
    return {text.data(), text.size()};
  }

 private:
  const char* sizes_;
  const char* contents_;
};

#define TOKENTRA_IMAGE_ONE(type, name) +1
constexpr std::size_t kSizes = 4 TOKENTRA_IMAGE_ARRAYS(TOKENTRA_IMAGE_ONE);
#undef TOKENTRA_IMAGE_ONE

// No padding: the same catalog gives the same bytes.
#define TOKENTRA_IMAGE_PLAIN(type, name)             \
  static_assert(std::is_trivially_copyable_v<type>); \
  static_assert(std::has_unique_object_representations_v<type> && alignof(type) <= kBoundary);
TOKENTRA_IMAGE_ARRAYS(TOKENTRA_IMAGE_PLAIN)
#undef TOKENTRA_IMAGE_PLAIN

}  // namespace

std::string ImageToBytes(const CatalogImage& image) {
  std::string out;
  AppendNumber(kMagic, out);
  for (const std::string_view text : {image.text, image.row_ids, image.digest, image.as_of}) {
    AppendNumber(text.size(), out);
  }
#define TOKENTRA_IMAGE_SIZE(type, name) AppendNumber(image.name.size(), out);
  TOKENTRA_IMAGE_ARRAYS(TOKENTRA_IMAGE_SIZE)
#undef TOKENTRA_IMAGE_SIZE
  for (const std::string_view text : {image.text, image.row_ids, image.digest, image.as_of}) {
    AppendContents(text.data(), text.size(), out);
  }
#define TOKENTRA_IMAGE_CONTENTS(type, name) \
  AppendContents(image.name.data(), image.name.size_bytes(), out);
  TOKENTRA_IMAGE_ARRAYS(TOKENTRA_IMAGE_CONTENTS)
#undef TOKENTRA_IMAGE_CONTENTS
  return out;
}

CatalogImage ViewImageBytes(const char* bytes) {
  assert(reinterpret_cast<std::uintptr_t>(bytes) % kBoundary == 0);
  assert(std::memcmp(bytes, &kMagic, sizeof(kMagic)) == 0);
  Reader reader(bytes + sizeof(kMagic), bytes + (1 + kSizes) * sizeof(std::uint64_t));
  CatalogImage image;
  image.text = reader.NextText();
  image.row_ids = reader.NextText();
  image.digest = reader.NextText();
  image.as_of = reader.NextText();
#define TOKENTRA_IMAGE_NEXT(type, name) image.name = reader.Next<type>();
  TOKENTRA_IMAGE_ARRAYS(TOKENTRA_IMAGE_NEXT)
#undef TOKENTRA_IMAGE_NEXT
  return image;
}

}  // namespace tokentra
