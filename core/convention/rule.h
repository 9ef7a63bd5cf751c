// Rules: every kind of finding, with the id that users see, switch and baseline.
//
// Ids never change their meaning and are never reused. TK-N0xx form, N1xx vocabulary and
// consistency, N2xx presence, N3xx ambiguity, N4xx privacy, N5xx cardinality, N6xx profiles.

#ifndef TOKENTRA_CORE_CONVENTION_RULE_H_
#define TOKENTRA_CORE_CONVENTION_RULE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace tokentra {

enum class Severity : std::uint8_t { kOff = 0, kNote = 1, kWarning = 2, kError = 3 };

enum class Rule : std::uint8_t {
  kEmpty,
  kCharacters,
  kCase,
  kLength,
  kSeparator,
  kParts,
  kReserved,
  kUnicode,
  kPattern,
  kVocabulary,
  kAlias,
  kFormerName,
  kHierarchy,
  kEquality,
  kMissingKey,
  kUnknownKey,
  kConditionalKey,
  kKeyAlias,
  kDeprecatedKey,
  kForbiddenKey,
  kKeySpelling,
  kAmbiguous,
  kEmail,
  kSecret,
  kEntropy,
  kPhone,
  kCard,
  kCardinality,
  kProfile,
};
inline constexpr std::size_t kRuleCount = 29;

struct RuleText {
  Rule rule;
  std::string_view id;       // "TK-N101"
  std::string_view name;     // "vocabulary"
  std::string_view summary;  // one sentence
  Severity severity;         // unless the convention says otherwise
};

const std::array<RuleText, kRuleCount>& AllRules();
const RuleText& TextOf(Rule rule);
// By id or by name.
std::optional<Rule> FindRule(std::string_view id_or_name);

// Privacy rules: what they find is never stored or shown.
bool IsSensitive(Rule rule);

std::string_view SeverityName(Severity severity);
std::optional<Severity> FindSeverity(std::string_view name);

enum class Mode : std::uint8_t { kOff, kObserve, kWarn, kNormalize, kQuarantine, kReject };
std::string_view ModeName(Mode mode);
std::optional<Mode> FindMode(std::string_view name);

}  // namespace tokentra

#endif  // TOKENTRA_CORE_CONVENTION_RULE_H_
