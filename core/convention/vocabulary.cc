#include "core/convention/vocabulary.h"

#include <algorithm>
#include <array>
#include <bit>

#include "absl/strings/str_cat.h"
#include "core/base/text.h"

namespace tokentra {
namespace {

constexpr std::size_t kBitsMax = 64;

// One bit for each letter and digit (case ignored), the rest folded.
std::uint64_t Signature(std::string_view text) {
  std::uint64_t bits = 0;
  for (const char c : text) bits |= std::uint64_t{1} << (static_cast<unsigned char>(c) & 63);
  return bits;
}

absl::Status Shadowed(const std::string& vocabulary, std::string_view text, std::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat("vocabularies.", vocabulary, ": word ", Quote(text), " ", what));
}

std::string_view KindName(Vocabulary::Kind kind) {
  switch (kind) {
    case Vocabulary::Kind::kName:
      return "a word";
    case Vocabulary::Kind::kAlias:
      return "an alias";
    case Vocabulary::Kind::kFormer:
      return "a former name";
  }
  return "";
}

}  // namespace

// Hyyroe's bit-parallel form of optimal string alignment: one column of the matrix a step.
std::size_t WordDistance(std::string_view a, std::string_view b, std::size_t limit) {
  if (a == b) return 0;
  if (a.size() > kBitsMax || b.size() > kBitsMax) return limit + 1;
  if (a.empty() || b.empty()) return std::max(a.size(), b.size());
  std::array<std::uint64_t, 256> positions;
  for (const char c : b) positions[static_cast<unsigned char>(c)] = 0;
  for (const char c : a) positions[static_cast<unsigned char>(c)] = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    positions[static_cast<unsigned char>(a[i])] |= std::uint64_t{1} << i;
  }
  std::uint64_t vertical_plus = ~std::uint64_t{0};
  std::uint64_t vertical_minus = 0;
  std::uint64_t diagonal = 0;
  std::uint64_t last_match = 0;
  std::size_t distance = a.size();
  const std::uint64_t top = std::uint64_t{1} << (a.size() - 1);
  for (const char c : b) {
    const std::uint64_t match = positions[static_cast<unsigned char>(c)];
    const std::uint64_t swapped = (((~diagonal) & match) << 1) & last_match;
    diagonal =
        ((((match & vertical_plus) + vertical_plus) ^ vertical_plus) | match | vertical_minus) |
        swapped;
    std::uint64_t horizontal_plus = vertical_minus | ~(diagonal | vertical_plus);
    std::uint64_t horizontal_minus = diagonal & vertical_plus;
    if ((horizontal_plus & top) != 0) ++distance;
    if ((horizontal_minus & top) != 0) --distance;
    horizontal_plus = horizontal_plus << 1 | 1;
    horizontal_minus <<= 1;
    vertical_plus = horizontal_minus | ~(diagonal | horizontal_plus);
    vertical_minus = horizontal_plus & diagonal;
    last_match = match;
  }
  return distance;
}

absl::StatusOr<std::shared_ptr<const Vocabulary>> Vocabulary::Compile(VocabularySource source) {
  auto made = std::make_shared<Vocabulary>();
  made->source_ = std::move(source);
  const VocabularySource& own = made->source_;
  std::vector<Spelling>& spellings = made->spellings_;
  spellings.reserve(own.words.size());
  made->signatures_.reserve(own.words.size());
  for (std::uint32_t i = 0; i < own.words.size(); ++i) {
    const WordSource& word = own.words[i];
    spellings.push_back({word.name, i, Kind::kName, kNoInstant});
    for (const std::string& alias : word.aliases) {
      spellings.push_back({alias, i, Kind::kAlias, kNoInstant});
    }
    for (const WordSource::Former& former : word.former) {
      spellings.push_back({former.name, i, Kind::kFormer, former.until});
    }
    made->signatures_.push_back(Signature(word.name));
    made->has_parents_ = made->has_parents_ || !word.parent.empty();
  }
  std::sort(spellings.begin(), spellings.end(),
            [](const Spelling& a, const Spelling& b) { return a.text < b.text; });
  std::vector<std::string_view> texts;
  texts.reserve(spellings.size());
  for (std::size_t i = 0; i < spellings.size(); ++i) {
    const Spelling& at = spellings[i];
    if (i != 0 && spellings[i - 1].text == at.text) {
      const Spelling& other = spellings[i - 1];
      const std::string& one = own.words[other.name].name;
      const std::string& two = own.words[at.name].name;
      if (other.kind == Kind::kName && at.kind == Kind::kName) {
        return Shadowed(own.name, at.text, "stands there twice");
      }
      return Shadowed(
          own.name, at.text,
          absl::StrCat("is ", KindName(other.kind), " of ", Quote(one), " and ", KindName(at.kind),
                       " of ", Quote(two), ": one shadows the other"));
    }
    texts.push_back(at.text);
  }
  for (const WordSource& word : own.words) {
    if (word.parent == word.name) {
      return Shadowed(own.name, word.name, "is its own parent");
    }
  }
  made->dfa_ = std::make_shared<const Dfa>(Dfa::FromWords(texts));
  return std::shared_ptr<const Vocabulary>(std::move(made));
}

const Vocabulary::Spelling* Vocabulary::Find(std::string_view text) const {
  const auto found = std::lower_bound(
      spellings_.begin(), spellings_.end(), text,
      [](const Spelling& spelling, std::string_view wanted) { return spelling.text < wanted; });
  return found == spellings_.end() || found->text != text ? nullptr : &*found;
}

bool Vocabulary::IsBelow(std::uint32_t name, std::string_view above) const {
  // As many steps as there are words: a loop of parents ends.
  for (std::size_t steps = 0; steps <= source_.words.size(); ++steps) {
    const WordSource& word = source_.words[name];
    if (word.name == above || word.parent == above) return true;
    const Spelling* parent = word.parent.empty() ? nullptr : Find(word.parent);
    if (parent == nullptr) return false;
    name = parent->name;
  }
  return false;
}

std::vector<std::string_view> Vocabulary::Nearest(std::string_view text,
                                                  std::size_t* distance) const {
  std::vector<std::string_view> nearest;
  std::size_t best = DistanceMax(text.size());
  const std::uint64_t signature = Signature(text);
  for (std::size_t i = 0; i < source_.words.size(); ++i) {
    const std::string_view word = source_.words[i].name;
    const std::size_t longer =
        word.size() > text.size() ? word.size() - text.size() : text.size() - word.size();
    if (longer > best) continue;
    // An edit changes at most two bits.
    if (static_cast<std::size_t>(std::popcount(signature ^ signatures_[i])) > 2 * best) continue;
    const std::size_t apart = WordDistance(text, word, best);
    if (apart > best || apart == 0) continue;
    if (apart < best) nearest.clear();
    best = apart;
    nearest.push_back(word);
  }
  if (distance != nullptr && !nearest.empty()) *distance = best;
  return nearest;
}

std::string_view Vocabulary::ByPrefix(std::string_view text) const {
  if (text.size() < 3) return {};
  std::string_view found;
  for (const WordSource& word : source_.words) {
    if (word.name.size() <= text.size() || word.name.compare(0, text.size(), text) != 0) continue;
    if (!found.empty()) return {};
    found = word.name;
  }
  return found;
}

std::string Vocabulary::ShortList(std::size_t most) const {
  std::string list;
  for (std::size_t i = 0; i < std::min(most, source_.words.size()); ++i) {
    absl::StrAppend(&list, i == 0 ? "" : ", ", source_.words[i].name);
  }
  if (source_.words.size() > most) {
    absl::StrAppend(&list, ", ... (", source_.words.size(), " words)");
  }
  return list;
}

}  // namespace tokentra
