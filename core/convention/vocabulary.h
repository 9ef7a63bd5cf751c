// Vocabulary: a closed list of words, compiled: an automaton over all spellings (known names,
// aliases, former names), the hierarchy, and a search for the nearest name.
//
// Thread: immutable. Cost: Nearest about 5 ns a word of similar length, none of the others.

#ifndef TOKENTRA_CORE_CONVENTION_VOCABULARY_H_
#define TOKENTRA_CORE_CONVENTION_VOCABULARY_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/convention/dfa.h"
#include "core/convention/source.h"

namespace tokentra {

// Distance of optimal string alignment (insert, delete, replace, swap neighbours) between texts of
// at most 64 bytes, by bits; texts that are longer are `limit + 1` apart unless equal.
std::size_t WordDistance(std::string_view a, std::string_view b, std::size_t limit);

// How far a typo may be from a word: a quarter of its length, one at least, three at most.
constexpr std::size_t DistanceMax(std::size_t size) { return size < 8 ? 1 : size < 12 ? 2 : 3; }

class Vocabulary {
 public:
  enum class Kind : std::uint8_t { kName, kAlias, kFormer };
  struct Spelling {
    std::string_view text;
    std::uint32_t name;  // index of the known name
    Kind kind;
    InstantNs until;  // kFormer: from then on a finding
  };

  // Errors name the words that shadow each other.
  static absl::StatusOr<std::shared_ptr<const Vocabulary>> Compile(VocabularySource source);

  const std::string& label() const { return source_.name; }
  const std::shared_ptr<const Dfa>& dfa() const { return dfa_; }
  // By the automaton's word number.
  const Spelling& spelling(std::uint32_t word) const { return spellings_[word]; }
  // nullptr: no word of this vocabulary.
  const Spelling* Find(std::string_view text) const;

  std::size_t size() const { return source_.words.size(); }
  const WordSource& word(std::uint32_t name) const { return source_.words[name]; }
  bool has_other_spellings() const { return spellings_.size() != source_.words.size(); }
  bool has_parents() const { return has_parents_; }
  // `name` is `above` or stands below it.
  bool IsBelow(std::uint32_t name, std::string_view above) const;

  // Known names nearest to `text`, nearest first; only those of one and the same least distance.
  // Empty when nothing is within DistanceMax. `distance` is written when something is.
  std::vector<std::string_view> Nearest(std::string_view text, std::size_t* distance) const;
  // The one known name that begins with `text` (of at least 3 bytes); empty: none or several.
  std::string_view ByPrefix(std::string_view text) const;

  // "growth, search" or "growth, search, ... (1000 words)".
  std::string ShortList(std::size_t most) const;

 private:
  VocabularySource source_;
  std::vector<Spelling> spellings_;        // sorted by text
  std::vector<std::uint64_t> signatures_;  // of the known names: which characters they have
  std::shared_ptr<const Dfa> dfa_;
  bool has_parents_ = false;
};

}  // namespace tokentra

#endif  // TOKENTRA_CORE_CONVENTION_VOCABULARY_H_
