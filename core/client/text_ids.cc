#include "core/client/text_ids.h"

#include <cstring>

#include "absl/hash/hash.h"
#include "core/base/money.h"

namespace tokentra {
namespace {

std::uint64_t Mix(std::uint64_t a, std::uint64_t b) {
  const Uint128 product = Uint128{a ^ 0x9e3779b97f4a7c15} * (b ^ 0xd6e8feb86659fd93);
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

template <typename Word>
std::uint64_t Load(const char* at) {
  Word word;
  std::memcpy(&word, at, sizeof word);
  return word;
}

// Short texts whole, in two words that may overlap; longer ones by the library, whose hash nobody
// can aim at.
std::uint64_t HashOf(std::string_view text) {
  const std::size_t size = text.size();
  const char* end = text.data() + size;
  if (size > 16) return absl::Hash<std::string_view>()(text);
  if (size >= 8) return Mix(Load<std::uint64_t>(text.data()) + size, Load<std::uint64_t>(end - 8));
  if (size >= 4) return Mix(Load<std::uint32_t>(text.data()) + size, Load<std::uint32_t>(end - 4));
  std::uint64_t word = size;
  for (const char byte : text) word = word << 8 | static_cast<unsigned char>(byte);
  return Mix(word, size);
}

}  // namespace

std::uint32_t TextIds::IdOf(std::string_view text) {
  const std::uint64_t wide = HashOf(text);
  const auto hash = static_cast<std::uint32_t>(wide >> 32);
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = wide & mask;
  for (; slots_[at].id != 0; at = (at + 1) & mask) {
    if (slots_[at].hash == hash && Text(slots_[at].id) == text) return slots_[at].id;
  }
  if (2 * (texts_.size() + 1) > slots_.size()) {
    Grow();
    at = wide & (slots_.size() - 1);
    while (slots_[at].id != 0) at = (at + 1) & (slots_.size() - 1);
  }
  texts_.emplace_back(text);
  bytes_ += text.size() + sizeof(std::string);
  slots_[at] = {hash, size()};
  return size();
}

void TextIds::Grow() {
  std::vector<Slot> slots(slots_.size() * 2);
  const std::size_t mask = slots.size() - 1;
  for (std::uint32_t id = 1; id <= size(); ++id) {
    const std::uint64_t wide = HashOf(Text(id));
    std::size_t at = wide & mask;
    while (slots[at].id != 0) at = (at + 1) & mask;
    slots[at] = {static_cast<std::uint32_t>(wide >> 32), id};
  }
  slots_ = std::move(slots);
}

void TextIds::Clear() {
  slots_.assign(kSlotsMin, Slot());
  texts_.clear();
  bytes_ = 0;
}

}  // namespace tokentra
