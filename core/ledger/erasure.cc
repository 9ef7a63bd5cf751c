#include "core/ledger/erasure.h"

#include <cstring>
#include <optional>

#include "core/ledger/segment.h"

namespace tokentra {
namespace {

constexpr char kFolded = 1;
constexpr char kPresent = 2;
constexpr char kErasedState = 3;
constexpr std::size_t kSizeBytes = 4;

// Where a dimension of a text stands: its state byte, and the end of its value.
struct Place {
  std::size_t begin;
  std::size_t end;
};

// Calls visitor(place) for each dimension; false when the text is not one of so many.
template <typename Visitor>
bool ForEachDimension(std::string_view text, std::size_t dimensions, Visitor visitor) {
  std::size_t at = 0;
  for (; dimensions > 0; --dimensions) {
    if (at >= text.size() || text[at] < 0 || text[at] > kErasedState) return false;
    Place place{at, at + 1};
    if (text[at] >= kPresent) {
      if (text.size() - at < 1 + kSizeBytes) return false;
      std::uint32_t size = 0;
      std::memcpy(&size, text.data() + at + 1, kSizeBytes);
      if (size > kDimensionValueBytesMax || text.size() - at - 1 - kSizeBytes < size) return false;
      place.end += kSizeBytes + size;
    }
    visitor(place);
    at = place.end;
  }
  return at == text.size();
}

// Sets bytes [begin, end) of `base` in whole words, each at once, in ascending order. Release: who
// sees a later word sees the earlier ones.
void StoreBytes(std::byte* base, std::size_t begin, std::size_t end, std::size_t state_at) {
  for (std::size_t word_at = begin / 8 * 8; word_at < end; word_at += 8) {
    auto* word = reinterpret_cast<std::uint64_t*>(base + word_at);
    std::uint64_t value = __atomic_load_n(word, __ATOMIC_RELAXED);
    for (std::size_t i = 0; i < 8; ++i) {
      const std::size_t at = word_at + i;
      if (at < begin || at >= end) continue;
      char byte = 0;
      if (at == state_at) byte = kErasedState;
      // The size between state and value stays.
      if (at > state_at && at <= state_at + kSizeBytes) continue;
      std::memcpy(reinterpret_cast<char*>(&value) + i, &byte, 1);
    }
    __atomic_store_n(word, value, __ATOMIC_RELEASE);
  }
}

}  // namespace

absl::StatusOr<std::uint64_t> EraseInSegment(std::span<std::byte> segment, std::size_t dimensions,
                                             const ErasedValue& erased) {
  absl::StatusOr<SegmentView> view = SegmentView::Open(segment);
  if (!view.ok()) return view.status();
  std::uint64_t found = 0;
  for (std::uint32_t number = 0; number < view->extent_count(); ++number) {
    std::byte* extent = segment.data() + kSegmentHeaderBytes + std::size_t{number} * kExtentBytes;
    const auto& header = *reinterpret_cast<const ExtentHeader*>(extent);
    // Acquire: what is counted below is readable.
    const ExtentState state = header.state.load(std::memory_order_acquire);
    if (state != ExtentState::kActive && state != ExtentState::kSealed) continue;
    const std::uint32_t bytes = header.text_bytes.load(std::memory_order_acquire) / 8 * 8;
    if (bytes > kExtentBytes - sizeof(ExtentHeader)) continue;
    std::byte* const begin = extent + kExtentBytes - bytes;
    const std::string_view texts(reinterpret_cast<const char*>(begin), bytes);
    ForEachText(texts, [&](const TextHeader& text_header, std::string_view text) {
      if (text_header.is_class != 0) return;
      std::optional<Place> place;
      std::size_t index = 0;
      const bool is_tuple = ForEachDimension(text, dimensions, [&](const Place& each) {
        if (index++ != erased.dimension || text[each.begin] != kPresent) return;
        const std::size_t value = each.begin + 1 + kSizeBytes;
        if (text.substr(value, each.end - value) == erased.value) place = each;
      });
      if (!is_tuple || !place.has_value()) return;
      const auto base = static_cast<std::size_t>(text.data() - texts.data());
      StoreBytes(begin, base + place->begin, base + place->end, base + place->begin);
      ++found;
    });
  }
  return found;
}

bool ReadTupleText(std::string_view text, std::size_t dimensions, TupleBuffer* tuple) {
  if (text.size() > kTupleBytesMax) return false;
  char* out = tuple->bytes;
  const bool is_tuple = ForEachDimension(text, dimensions, [&](const Place& place) {
    if (text[place.begin] == kErasedState) {
      *out++ = kFolded;
      return;
    }
    std::memcpy(out, text.data() + place.begin, place.end - place.begin);
    out += place.end - place.begin;
  });
  tuple->size = static_cast<std::size_t>(out - tuple->bytes);
  return is_tuple;
}

}  // namespace tokentra
