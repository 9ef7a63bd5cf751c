#include "core/convention/rule.h"

namespace tokentra {
namespace {

constexpr auto kE = Severity::kError;
constexpr auto kW = Severity::kWarning;
constexpr auto kN = Severity::kNote;

constexpr std::array<RuleText, kRuleCount> kRules = {{
    {Rule::kEmpty, "TK-N001", "empty", "A value is empty.", kE},
    {Rule::kCharacters, "TK-N002", "characters", "A value has characters that may not stand there.",
     kE},
    {Rule::kCase, "TK-N003", "case", "A value is right but for its case.", kW},
    {Rule::kLength, "TK-N004", "length", "A value is too short or too long.", kE},
    {Rule::kSeparator, "TK-N005", "separator", "A value is right but for its separators.", kW},
    {Rule::kParts, "TK-N006", "parts", "A value has too few or too many parts, or swapped ones.",
     kE},
    {Rule::kReserved, "TK-N007", "reserved", "A value is a reserved word.", kE},
    {Rule::kUnicode, "TK-N008", "unicode",
     "A value is not in Unicode's composed form, or has characters that are invisible or look like "
     "others.",
     kE},
    {Rule::kPattern, "TK-N009", "pattern", "A part does not have its form.", kE},
    {Rule::kVocabulary, "TK-N101", "vocabulary", "A part is none of the known words.", kE},
    {Rule::kAlias, "TK-N102", "alias", "A word is an alias of the known one.", kW},
    {Rule::kFormerName, "TK-N103", "former-name", "A word is a former name.", kW},
    {Rule::kHierarchy, "TK-N104", "hierarchy", "A part does not belong to the part above it.", kE},
    {Rule::kEquality, "TK-N105", "equality", "Two keys that must agree do not.", kE},
    {Rule::kMissingKey, "TK-N201", "missing-key", "A required key is absent.", kE},
    {Rule::kUnknownKey, "TK-N202", "unknown-key", "A key is not declared.", kW},
    {Rule::kConditionalKey, "TK-N203", "conditional-key",
     "A key is absent that another key's value requires.", kE},
    {Rule::kKeyAlias, "TK-N204", "key-alias", "A key is an alias of the declared one.", kN},
    {Rule::kDeprecatedKey, "TK-N205", "deprecated-key", "A key is deprecated.", kW},
    {Rule::kForbiddenKey, "TK-N206", "forbidden-key", "A key may not be there.", kE},
    {Rule::kKeySpelling, "TK-N207", "key-spelling",
     "One key is given in two spellings with different values.", kW},
    {Rule::kAmbiguous, "TK-N302", "ambiguous", "A value can be read in two ways.", kW},
    {Rule::kEmail, "TK-N401", "email", "A value holds an e-mail address.", kE},
    {Rule::kSecret, "TK-N402", "secret", "A value holds a credential.", kE},
    {Rule::kEntropy, "TK-N403", "entropy", "A value looks like random key material.", kE},
    {Rule::kPhone, "TK-N404", "phone", "A value holds a telephone number.", kE},
    {Rule::kCard, "TK-N405", "card", "A value holds a payment card number.", kE},
    {Rule::kCardinality, "TK-N501", "cardinality", "A key has more distinct values than its cap.",
     kW},
    {Rule::kProfile, "TK-N601", "profile", "A key or value does not survive an export profile.",
     kW},
}};

constexpr std::string_view kSeverityNames[] = {"off", "note", "warning", "error"};
constexpr std::string_view kModeNames[] = {"off",       "observe",    "warn",
                                           "normalize", "quarantine", "reject"};

}  // namespace

const std::array<RuleText, kRuleCount>& AllRules() { return kRules; }

const RuleText& TextOf(Rule rule) { return kRules[static_cast<std::size_t>(rule)]; }

std::optional<Rule> FindRule(std::string_view id_or_name) {
  for (const RuleText& text : kRules) {
    if (text.id == id_or_name || text.name == id_or_name) return text.rule;
  }
  return std::nullopt;
}

bool IsSensitive(Rule rule) { return rule >= Rule::kEmail && rule <= Rule::kCard; }

std::string_view SeverityName(Severity severity) {
  return kSeverityNames[static_cast<std::size_t>(severity)];
}

std::optional<Severity> FindSeverity(std::string_view name) {
  for (std::size_t i = 0; i < std::size(kSeverityNames); ++i) {
    if (kSeverityNames[i] == name) return static_cast<Severity>(i);
  }
  if (name == "warn") return Severity::kWarning;
  return std::nullopt;
}

std::string_view ModeName(Mode mode) { return kModeNames[static_cast<std::size_t>(mode)]; }

std::optional<Mode> FindMode(std::string_view name) {
  for (std::size_t i = 0; i < std::size(kModeNames); ++i) {
    if (kModeNames[i] == name) return static_cast<Mode>(i);
  }
  return std::nullopt;
}

}  // namespace tokentra
