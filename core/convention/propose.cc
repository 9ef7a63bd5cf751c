#include "core/convention/propose.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/convention/convention.h"
#include "core/convention/firewall.h"
#include "core/convention/value_check.h"

namespace tokentra {
namespace {

constexpr std::string_view kSeparators = "-_./";
constexpr std::size_t kVocabularyMax = 60;
constexpr std::size_t kPartVocabularyMax = 30;

std::string CostText(Int128 cost) {
  const std::optional<Money> money = Money::FromAttos(cost);
  return money.has_value() ? money->ToString() : "out of range";
}

// What all spellings of one word share.
std::string FoldOf(const std::string& value) {
  std::string folded;
  for (const char c : AsciiLower(value)) {
    if (std::string_view(" -_./").find(c) == std::string_view::npos) folded += c;
  }
  return folded;
}

bool IsPlainWord(const std::string& word) {
  return !word.empty() && std::all_of(word.begin(), word.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  });
}

}  // namespace

void ConventionProposal::Add(std::span<const MetadataEntry> metadata, std::uint64_t events,
                             Int128 cost) {
  events_ += events;
  for (const MetadataEntry& entry : metadata) {
    // What may stand nowhere does not enter a proposal either.
    if (Scan(entry.key, entry.value).has_value() || Scan({}, entry.key).has_value()) continue;
    const std::string key(CanonicalMetadataKey(entry.key));
    if (keys_.size() >= kProposalKeysMax && !keys_.contains(key)) continue;
    Values& values = keys_[key];
    values.all.events += events;
    values.all.cost += cost;
    const std::string value(entry.value);
    if (values.by_value.size() >= kProposalValuesMax && !values.by_value.contains(value)) {
      values.overflowed = true;
    } else {
      Weight& weight = values.by_value[value];
      weight.events += events;
      weight.cost += cost;
    }
    for (const MetadataEntry& other : metadata) {
      if (other.value.empty() || other.value.size() >= entry.value.size()) continue;
      const bool begins =
          AsciiLower(entry.value.substr(0, other.value.size())) == AsciiLower(other.value) &&
          kSeparators.find(entry.value[other.value.size()]) != std::string_view::npos;
      if (begins) values.begins_with[std::string(CanonicalMetadataKey(other.key))] += events;
    }
  }
}

class ProposalWriter {
 public:
  explicit ProposalWriter(const ConventionProposal& proposal) : proposal_(proposal) {}

  std::string Run() {
    convention_ = {
        {"tokentra_convention", 1}, {"name", "proposed"}, {"version", "1"}, {"mode", "warn"}};
    Json keys = Json::object();
    for (const auto& [name, values] : proposal_.keys_) {
      if (name.empty() || name.size() > kNameBytesMax || !IsValidUtf8(name)) continue;
      keys[name] = ProposeKey(name, values);
    }
    // Keys that keep the whole from compiling are proposed as free text, one after the other.
    for (auto& [name, key] : keys.items()) {
      Json trial = convention_;
      trial["keys"] = keys;
      if (Compiles(trial)) break;
      key = {{"presence", key["presence"]}, {"type", "any"}};
    }
    if (keys.empty()) keys["project_id"] = {{"presence", "required"}, {"type", "any"}};
    convention_["keys"] = std::move(keys);
    if (!notes_.empty()) convention_["notes"] = notes_;
    return convention_.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
  }

 private:
  using Values = ConventionProposal::Values;
  using Weight = ConventionProposal::Weight;

  static bool Compiles(const Json& convention) {
    return Convention::Compile(convention.dump(-1, ' ', false, Json::error_handler_t::replace),
                               ConventionOptions())
        .ok();
  }

  // Spellings of one word, most events first.
  struct Word {
    std::string name;
    std::vector<std::pair<std::string, Weight>> spellings;
    Weight all;
  };

  static std::vector<Word> WordsOf(const Values& values) {
    std::map<std::string, Word> words;
    for (const auto& [value, weight] : values.by_value) {
      Word& word = words[FoldOf(value)];
      word.spellings.emplace_back(value, weight);
      word.all.events += weight.events;
      word.all.cost += weight.cost;
    }
    std::vector<Word> sorted;
    for (auto& [fold, word] : words) {
      std::stable_sort(
          word.spellings.begin(), word.spellings.end(),
          [](const auto& a, const auto& b) { return a.second.events > b.second.events; });
      word.name = word.spellings[0].first;
      sorted.push_back(std::move(word));
    }
    return sorted;
  }

  static std::string SeparatorOf(const std::vector<Word>& words) {
    std::map<char, std::uint64_t> counts;
    for (const Word& word : words) {
      for (const char c : kSeparators) {
        if (word.name.find(c) != std::string::npos) counts[c] += word.all.events;
      }
    }
    std::string best;
    std::uint64_t most = 0;
    for (const char c : kSeparators) {
      if (counts[c] > most) {
        most = counts[c];
        best = std::string(1, c);
      }
    }
    return best;
  }

  void NoteSpellings(const std::string& key, const std::vector<Word>& words) {
    for (const Word& word : words) {
      if (word.spellings.size() < 2) continue;
      Json spellings = Json::array();
      for (const auto& [text, weight] : word.spellings) {
        spellings.push_back(
            {{"value", text}, {"events", weight.events}, {"cost", CostText(weight.cost)}});
      }
      notes_.push_back({{"key", key},
                        {"note", absl::StrCat("one word in ", word.spellings.size(), " spellings; ",
                                              Quote(word.name), " has the most calls")},
                        {"spellings", spellings}});
    }
  }

  Json ProposeKey(const std::string& name, const Values& values) {
    Json key;
    key["presence"] = values.all.events * 20 >= proposal_.events_ * 19 ? "required" : "optional";
    const std::vector<Word> words = WordsOf(values);
    const bool ids =
        values.overflowed || (words.size() > 20 && words.size() * 2 > values.all.events);
    const std::string separator = SeparatorOf(words);
    if (!ids || ParentOf(values) != "") {
      NoteSpellings(name, words);
      if (ProposeTemplate(name, values, words, separator, key)) return key;
    }
    if (ids) {
      key["type"] = "any";
      return key;
    }
    if (words.size() <= kVocabularyMax && words.size() * 2 <= values.all.events) {
      key["words"] = VocabularyOf(words);
      return key;
    }
    ProposeFreeWords(words, separator, key);
    return key;
  }

  static Json VocabularyOf(const std::vector<Word>& words) {
    Json list = Json::array();
    for (const Word& word : words) {
      if (word.spellings.size() == 1) {
        list.push_back(word.name);
        continue;
      }
      Json aliases = Json::array();
      for (std::size_t i = 1; i < word.spellings.size(); ++i) {
        aliases.push_back(word.spellings[i].first);
      }
      list.push_back({{"name", word.name}, {"aliases", aliases}});
    }
    return list;
  }

  static void ProposeFreeWords(const std::vector<Word>& words, const std::string& separator,
                               Json& key) {
    std::uint64_t lower = 0;
    std::uint64_t all = 0;
    bool plain = true;
    for (const Word& word : words) {
      all += word.all.events;
      if (AsciiLower(word.name) == word.name) lower += word.all.events;
      const std::string folded = FoldOf(word.name);
      plain = plain && (IsPlainWord(folded) || word.all.events * 20 < all);
    }
    if (!plain) {
      key["type"] = "any";
      return;
    }
    key["case"] = lower * 10 >= all * 9 ? "lower" : "any";
    if (!separator.empty()) key["separator"] = separator;
  }

  // The key whose value most values of this one begin with.
  static std::string ParentOf(const Values& values) {
    std::string parent;
    std::uint64_t most = values.all.events * 3 / 5;
    for (const auto& [key, events] : values.begins_with) {
      if (events <= most) continue;
      most = events;
      parent = key;
    }
    return parent;
  }

  // Several parts joined by one separator, the first perhaps another key's value.
  bool ProposeTemplate(const std::string& name, const Values& values,
                       const std::vector<Word>& words, const std::string& separator, Json& key) {
    if (separator.empty()) return false;
    const std::string parent = ParentOf(values);
    std::map<std::size_t, std::uint64_t> counts;
    for (const Word& word : words) {
      const std::vector<std::string> split = absl::StrSplit(word.name, separator);
      counts[split.size()] += word.all.events;
    }
    std::size_t parts = 1;
    std::uint64_t most = 0;
    for (const auto& [count, events] : counts) {
      if (events > most) {
        most = events;
        parts = count;
      }
    }
    const bool regular = most * 10 >= values.all.events * 8 && words.size() >= 4;
    if (parts < 2 || parts > 5 || (parent.empty() && !(regular && name == "project_id"))) {
      return false;
    }
    const std::vector<std::string> part_names = PartNames(parent, parts);
    std::vector<std::set<std::string>> tokens(parts);
    for (const Word& word : words) {
      const std::vector<std::string> split = absl::StrSplit(AsciiLower(word.name), separator);
      for (std::size_t i = 0; i < split.size() && split.size() == parts; ++i) {
        if (IsPlainWord(split[i])) tokens[i].insert(split[i]);
      }
    }
    std::vector<std::string> forms;
    Json described = Json::object();
    for (std::size_t i = 0; i < parts; ++i) {
      forms.push_back(absl::StrCat("{", part_names[i], "}"));
      Json part = Json::object();
      if (i == 0 && !parent.empty()) {
        part = {{"case", "lower"}, {"separator", separator}, {"equals", parent}};
      } else if (tokens[i].size() <= kPartVocabularyMax && tokens[i].size() * 3 <= words.size() &&
                 !tokens[i].empty()) {
        part["words"] = tokens[i];
      } else {
        part["case"] = "lower";
        if (i + 1 == parts) part["separator"] = separator;
      }
      described[part_names[i]] = std::move(part);
    }
    key["template"] = absl::StrJoin(forms, separator);
    key["parts"] = std::move(described);
    key["ambiguity"] = "shortest";
    return true;
  }

  static std::vector<std::string> PartNames(const std::string& parent, std::size_t parts) {
    std::vector<std::string> names;
    std::string first = parent;
    if (first.size() > 3 && first.substr(first.size() - 3) == "_id") first.resize(first.size() - 3);
    const bool is_name = !first.empty() && std::all_of(first.begin(), first.end(), [](char c) {
      return c == '_' || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    });
    names.push_back(is_name ? first : "team");
    if (parts == 2) names.push_back("feature");
    if (parts >= 3) names.insert(names.end(), {"product", "feature"});
    for (std::size_t i = names.size(); i < parts; ++i) names.push_back(absl::StrCat("part", i + 1));
    for (std::size_t i = 1; i < names.size(); ++i) {
      if (names[i] == names[0]) names[i] += "_name";
    }
    return names;
  }

  const ConventionProposal& proposal_;
  tokentra::Json convention_;
  tokentra::Json notes_ = tokentra::Json::array();
};

std::string ConventionProposal::Json() const { return ProposalWriter(*this).Run(); }

}  // namespace tokentra
