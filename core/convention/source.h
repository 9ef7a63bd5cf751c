// ConventionSource: a convention's JSON read and checked for form, before it is compiled.
//
// The language is described in docs/conventions.md and by docs/convention.schema.json. Every
// member is known or an error that names the nearest; every limit has a name and stands below.
// Errors begin with the path of what is wrong: `keys.project_id.parts.team: ...`.
//
// Thread: pure functions.

#ifndef TOKENTRA_CORE_CONVENTION_SOURCE_H_
#define TOKENTRA_CORE_CONVENTION_SOURCE_H_

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/instant.h"
#include "core/convention/rule.h"
#include "core/convention/shape.h"

namespace tokentra {

inline constexpr std::size_t kConventionBytesMax = 8 << 20;  // text_bytes_max
inline constexpr std::size_t kKeysMax = 64;                  // keys_max
inline constexpr std::size_t kTemplatesMax = 8;              // templates_max, of one key
inline constexpr std::size_t kVocabulariesMax = 64;          // vocabularies_max
inline constexpr std::size_t kWordsMax = 100'000;            // words_max, of one vocabulary
inline constexpr std::size_t kWordBytesMax = 128;            // word_bytes_max
inline constexpr std::size_t kConditionsMax = 64;            // conditions_max
inline constexpr std::size_t kScopesMax = 32;                // scopes_max
inline constexpr std::size_t kReservedMax = 1'000;           // reserved_max
inline constexpr std::size_t kBaselineMax = 100'000;         // baseline_max
inline constexpr std::size_t kNameBytesMax = 128;            // name_bytes_max: keys, parts
inline constexpr std::uint64_t kCardinalityMax = 1'000'000;  // cardinality.max

// A file that the convention names, as its reader found it. The core opens none.
struct ConventionFile {
  std::string_view name;
  std::string_view text;
};

struct WordSource {
  struct Former {
    std::string name;
    InstantNs until = kNoInstant;  // from then on it is a finding; absent: always
  };
  std::string name;
  std::string parent;  // of the same or another vocabulary; empty: none
  std::vector<std::string> aliases;
  std::vector<Former> former;
};

struct VocabularySource {
  std::string name;
  std::vector<WordSource> words;
};

enum class PartKind : std::uint8_t { kDefault, kVocabulary, kPattern, kDate, kNumber, kUuid, kAny };

struct PartSource {
  std::string name;  // empty: the whole value of a key without template
  PartKind kind = PartKind::kDefault;
  std::string vocabulary;
  std::string pattern;          // kPattern
  std::string characters;       // kDefault: the body of a character class; empty: by case
  std::string word_case;        // kDefault: lower, upper, title, any
  std::string separator;        // kDefault: may join several words
  std::size_t length_min = 0;   // 0: not limited
  std::size_t length_max = 0;   // 0: not limited
  std::int64_t number_min = 0;  // kNumber
  std::int64_t number_max = 0;
  std::string equals;    // another key
  std::string child_of;  // another part of this key, or another key
};

struct KeySource {
  std::string name;
  std::string description;
  enum class Presence : std::uint8_t { kOptional, kRequired, kForbidden } presence;
  std::vector<std::string> templates;  // empty: parts[0] is the whole value
  std::vector<PartSource> parts;
  std::size_t length_min = 0;
  std::size_t length_max = kValueBytesMax;
  Preference ambiguity = Preference::kNone;
  std::vector<std::string> aliases;
  bool deprecated = false;
  InstantNs deprecated_since = kNoInstant;
  std::string successor;
  std::optional<std::string> default_value;
  std::vector<std::string> reserved;
  std::uint64_t cardinality_max = 0;  // 0: no cap
  std::optional<Severity> severity;
};

using KeyValues = std::vector<std::pair<std::string, std::string>>;

struct ConditionSource {
  KeyValues when;
  std::vector<std::string> require;
  std::vector<std::string> forbid;
};

struct ScopeSource {
  KeyValues when;
  std::optional<Mode> mode;
  std::array<std::optional<Severity>, kRuleCount> severity;
};

struct BaselineEntry {
  Rule rule;
  std::string key;
  std::string value;
};

struct ConventionSource {
  std::string name;
  std::string version;
  Mode mode = Mode::kWarn;
  Severity unknown_keys = Severity::kOff;
  std::vector<VocabularySource> vocabularies;
  std::vector<KeySource> keys;
  std::vector<ConditionSource> conditions;
  std::vector<ScopeSource> scopes;
  std::vector<std::string> reserved;
  std::vector<std::string> profiles;
  std::vector<BaselineEntry> baseline;
  std::array<std::optional<Severity>, kRuleCount> severity;
};

absl::StatusOr<ConventionSource> ReadConvention(std::string_view json,
                                                std::span<const ConventionFile> files);

// Names of the files that the convention names, for its reader to open.
absl::StatusOr<std::vector<std::string>> ConventionFileNames(std::string_view json);

// Entries of a baseline file: {"tokentra_baseline": 1, "findings": [{"rule","key","value"}]}.
absl::StatusOr<std::vector<BaselineEntry>> ReadBaseline(std::string_view json);

}  // namespace tokentra

#endif  // TOKENTRA_CORE_CONVENTION_SOURCE_H_
