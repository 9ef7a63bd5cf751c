// Convention: an organisation's rules for metadata, compiled once, checked for every event.
//
//   auto convention = Convention::Compile(json, {});        // or Convention::Builtin()
//   if (!(*convention)->Conforms(entries, at)) {
//     CheckResult result = (*convention)->Check(entries, at);   // findings, replaced values
//   }
//
// Invariants:
//   1. Where Conforms is true, Check has no finding and replaces nothing. (It may be false for a
//   set
//      in which Check finds nothing after all: entries that only a scope or profile could mind.)
//   2. Findings do not depend on the order of the entries; suggestions are valid values; applying
//      the replacements and checking again replaces nothing more.
//   3. A value with a sensitive finding stands in no finding, no replacement and no message.
//   4. Nothing here refuses an event: a value that may not be recorded is replaced by the name of a
//      bucket (kRefusedBucket, ...), and the money goes there.
//
// Thread: immutable, concurrent. Ownership: results own their texts. Cost: Conforms walks each
// value once or twice and allocates nothing; Check is for what does not conform. Time enters as
// `at` only (kNoInstant: now is after every date of the convention).

#ifndef TOKENTRA_CORE_CONVENTION_CONVENTION_H_
#define TOKENTRA_CORE_CONVENTION_CONVENTION_H_

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/instant.h"
#include "core/base/metadata_key.h"
#include "core/convention/profile.h"
#include "core/convention/rule.h"
#include "core/convention/shape.h"
#include "core/convention/source.h"
#include "core/convention/vocabulary.h"

namespace tokentra {

// Where money goes whose value may not be recorded. Always reserved.
inline constexpr std::string_view kQuarantinedBucket = "__quarantined__";
inline constexpr std::string_view kRefusedBucket = "__refused__";
inline constexpr std::string_view kRedactedBucket = "__redacted__";
inline constexpr std::string_view kOtherBucket = "__other__";  // past a cardinality cap

bool IsBucketName(std::string_view value);

struct Finding {
  Rule rule = Rule::kEmpty;
  Severity severity = Severity::kError;
  std::string key;
  std::string value;  // shortened, escaped; "[redacted: KIND]" when sensitive; empty: no value
  std::string raw;    // as given; empty when sensitive
  std::uint32_t begin = 0;  // span in the value, in bytes
  std::uint32_t end = 0;
  std::string part;        // "team"; empty: the whole value
  std::string expected;    // in words
  std::string suggestion;  // a valid value, or key; empty: none
  bool fix_is_safe = false;
  bool applied = false;    // the suggestion was put in the value's place
  bool baselined = false;  // known and accepted
  std::string message;     // one sentence
  std::string fingerprint;
};

struct Replacement {
  std::string key;
  std::string value;
};

struct CheckResult {
  Mode mode = Mode::kWarn;
  std::vector<Finding> findings;
  // Values to record instead, defaults of absent keys, keys to record an alias under.
  std::vector<Replacement> replacements;
  bool sensitive = false;  // nothing of this set may be remembered
};

struct ConventionOptions {
  std::span<const ConventionFile> files;
  std::string fingerprint_key;          // empty: no fingerprints
  std::vector<BaselineEntry> baseline;  // beside the convention's own
};

// Found by views. A standard set: absl's do not survive memory that runs out while they grow.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>{}(text);
  }
};
using TextSet = std::unordered_set<std::string, TextHash, std::equal_to<>>;

class Convention {
 public:
  // INVALID_ARGUMENT names the rule and shows an example; NOT_FOUND names a file that is missing.
  static absl::StatusOr<std::shared_ptr<const Convention>> Compile(
      std::string_view json, const ConventionOptions& options);
  // The conventions of the best-practices page: projects {team}-{product}-{feature}, lower-case
  // hyphenated features.
  static std::shared_ptr<const Convention> Builtin();
  static std::string_view BuiltinJson();

  bool Conforms(std::span<const MetadataEntry> entries, InstantNs at) const;
  CheckResult Check(std::span<const MetadataEntry> entries, InstantNs at) const;

  const std::string& name() const { return name_; }
  const std::string& version() const { return version_; }
  const std::string& digest() const { return digest_; }  // SHA-256 of everything compiled
  Mode mode() const { return mode_; }

  // Rises at each instant where verdicts may change (deprecations): a memo's key.
  std::uint32_t EpochOf(InstantNs at) const;

  bool IsDeclared(std::string_view key) const { return FindKey(key, nullptr) >= 0; }
  // Undeclared keys can cause no finding but a sensitive one.
  bool IgnoresUndeclared() const;

  // What an event needs to be fully attributed: the required keys.
  std::vector<std::string_view> RequiredKeys() const;
  std::vector<std::string_view> DeclaredKeys() const;

  // The rules in words, with generated valid and invalid examples.
  std::string Explain() const;
  // The same as one JSON object.
  std::string DescribeJson() const;
  // Some valid values of a key, for examples and tests.
  std::vector<std::string> Examples(std::string_view key, std::size_t count) const;

  struct Cap {
    std::string key;
    std::uint64_t max;
    Severity severity;
  };
  std::vector<Cap> Caps() const;

 private:
  friend class ConventionCompiler;
  friend class RuleCompiler;
  friend class SetChecker;
  friend class ValueChecker;
  friend class Describer;
  friend class Explainer;
  friend class FastCheck;

  struct Part {
    std::string name;  // empty: the whole value
    PartKind kind = PartKind::kDefault;
    std::shared_ptr<const Vocabulary> vocabulary;
    std::shared_ptr<const Dfa> dfa;
    std::string in_words;
    int equals = -1;         // index of the other key
    int child_of_part = -1;  // of the same key
    int child_of_key = -1;
  };
  struct Key {
    std::string name;
    std::string path;  // as the convention's author wrote it
    std::string description;
    KeySource::Presence presence = KeySource::Presence::kOptional;
    Shape shape;
    std::vector<std::string> templates;
    std::vector<Part> parts;
    std::string separator;  // between all its parts; empty: none or several
    std::size_t parts_min = 1;
    std::size_t parts_max = 1;
    std::uint32_t length_min = 0;
    std::uint32_t length_max = 0;
    bool accepts_empty = false;
    bool needs_look = false;  // beyond the shape: other spellings, hierarchy, reserved, binding
    bool has_binding = false;
    TextSet reserved;
    bool deprecated = false;
    InstantNs deprecated_since = kNoInstant;
    int successor = -1;
    std::string successor_name;
    bool has_default = false;
    std::string default_value;
    std::string example;  // a valid value, for messages
    std::uint64_t cardinality_max = 0;
    bool has_severity = false;
    Severity severity = Severity::kError;
  };
  struct KeyName {
    std::string name;
    std::uint16_t key;
    bool is_alias;
  };
  struct KeyValue {
    std::string key;
    int index;  // of a declared key; -1: another
    std::string value;
  };
  struct Condition {
    std::vector<KeyValue> when;
    std::uint64_t require = 0;
    std::uint64_t forbid = 0;
    std::size_t number = 0;
  };
  struct Scope {
    std::vector<KeyValue> when;
    Mode mode = Mode::kWarn;
    std::array<Severity, kRuleCount> severity;
  };

  // -1: not declared. `is_alias` nullable.
  int FindKey(std::string_view name, bool* is_alias) const;
  void FindKeys();
  static bool IsFormerAt(const Vocabulary::Spelling& spelling, InstantNs at);

  std::string name_;
  std::string version_;
  std::string digest_;
  std::string fingerprint_key_;
  Mode mode_ = Mode::kWarn;
  std::vector<Key> keys_;
  std::vector<KeyName> names_;                         // sorted by size, then text
  std::array<std::uint16_t, 130> names_of_size_ = {};  // where names of each size begin
  std::uint64_t required_ = 0;
  std::uint64_t special_keys_ = 0;  // deprecated, forbidden
  std::uint64_t default_keys_ = 0;
  std::vector<Condition> conditions_;
  std::vector<Scope> scopes_;
  std::vector<Profile> profiles_;
  std::array<Severity, kRuleCount> severity_;
  std::vector<InstantNs> epochs_;
  TextSet baseline_;                   // "TK-N101\nkey\nvalue"
  std::vector<std::string> warnings_;  // of compiling, shown by Explain
};

}  // namespace tokentra

#endif  // TOKENTRA_CORE_CONVENTION_CONVENTION_H_
