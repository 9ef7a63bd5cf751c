// Explainer: a compiled convention in words, with valid and invalid examples that it generated and
// checked itself.

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/text.h"
#include "core/convention/convention.h"
#include "core/convention/value_check.h"

namespace tokentra {
namespace {

constexpr std::size_t kExamples = 3;
constexpr std::size_t kStepsMax = 24;

// A small generator, so that examples are the same everywhere.
class Numbers {
 public:
  explicit Numbers(std::uint64_t seed)
      : state_(seed * 2'862'933'555'777'941'757u + 3'037'000'493u) {}
  std::size_t Below(std::size_t end) {
    state_ = state_ * 6'364'136'223'846'793'005u + 1'442'695'040'888'963'407u;
    return static_cast<std::size_t>(state_ >> 33) % end;
  }

 private:
  std::uint64_t state_;
};

// A text of the automaton: a walk that ends at an accepting state once it is long enough.
std::string WalkOf(const Dfa& dfa, Numbers& numbers) {
  std::string text;
  std::string accepted;
  std::uint32_t state = 0;
  const std::size_t wanted = 3 + numbers.Below(5);
  for (std::size_t step = 0; step < kStepsMax; ++step) {
    if (dfa.Accepts(state)) accepted = text;
    if (dfa.Accepts(state) && text.size() >= wanted) return text;
    std::vector<std::pair<unsigned char, std::uint32_t>> edges;
    // Letters are tried one by one, so that words differ.
    const auto letter = static_cast<unsigned char>('a' + numbers.Below(26));
    if (const std::uint32_t next = dfa.Step(state, letter); next != Dfa::kDead) {
      edges.emplace_back(letter, next);
    } else {
      dfa.ForEachEdge(state, [&](unsigned char byte, std::uint32_t next_state) {
        edges.emplace_back(byte, next_state);
      });
    }
    if (edges.empty()) return accepted;
    const auto& [byte, next] = edges[numbers.Below(edges.size())];
    text += static_cast<char>(byte);
    state = next;
  }
  return accepted;
}

}  // namespace

class Explainer {
 public:
  explicit Explainer(const Convention& convention) : convention_(convention) {}

  std::string Run() {
    absl::StrAppend(&out_, "Convention ",
                    convention_.name_.empty() ? "(unnamed)" : convention_.name_,
                    convention_.version_.empty() ? "" : ", version ", convention_.version_,
                    ", mode ", ModeName(convention_.mode_), "\n");
    for (std::size_t i = 0; i < convention_.keys_.size(); ++i) ExplainKey(i);
    ExplainConditions();
    ExplainScopes();
    ExplainForbidden();
    const Severity unknown = convention_.severity_[static_cast<std::size_t>(Rule::kUnknownKey)];
    absl::StrAppend(&out_,
                    "\nOther keys: ", unknown == Severity::kOff ? "allowed" : SeverityName(unknown),
                    "\n");
    if (!convention_.profiles_.empty()) {
      std::vector<std::string_view> names;
      for (const Profile profile : convention_.profiles_) names.push_back(ProfileName(profile));
      absl::StrAppend(&out_, "Every value must survive: ", absl::StrJoin(names, ", "), "\n");
    }
    for (const std::string& warning : convention_.warnings_) {
      absl::StrAppend(&out_, "\nNote: ", warning, "\n");
    }
    return std::move(out_);
  }

  std::vector<std::string> ValidExamples(std::size_t index, std::size_t count) const {
    const Convention::Key& key = convention_.keys_[index];
    std::vector<std::string> examples;
    Numbers numbers(index + 1);
    for (std::size_t attempt = 0; attempt < 40 * count && examples.size() < count; ++attempt) {
      const ShapeAlternative& alternative =
          key.shape.alternatives()[attempt % key.shape.alternatives().size()];
      std::string text;
      for (const ShapeElement& element : alternative) text += TextOf(key, element, numbers);
      if (std::find(examples.begin(), examples.end(), text) != examples.end()) continue;
      if (IsRight(index, text)) examples.push_back(std::move(text));
    }
    return examples;
  }

 private:
  static std::string TextOf(const Convention::Key& key, const ShapeElement& element,
                            Numbers& numbers) {
    if (element.part < 0) return element.literal;
    const Convention::Part& part = key.parts[static_cast<std::size_t>(element.part)];
    if (part.vocabulary != nullptr) {
      return part.vocabulary
          ->word(static_cast<std::uint32_t>(numbers.Below(part.vocabulary->size())))
          .name;
    }
    return WalkOf(*element.dfa, numbers);
  }

  std::vector<ValueFinding> FindingsOf(std::size_t index, std::string_view value) const {
    const BoundTexts unbound = {};
    return ValueChecker(convention_, index, value, unbound, {}, kNoInstant).Run();
  }
  bool IsRight(std::size_t index, std::string_view value) const {
    const Convention::Key& key = convention_.keys_[index];
    Reading reading;
    return key.shape.Match(value, nullptr, reading) != Shape::Result::kNone &&
           FindingsOf(index, value).empty();
  }

  // Near misses of a valid value, with the rule that each breaks.
  std::vector<std::pair<std::string, std::string>> InvalidExamples(std::size_t index,
                                                                   const std::string& valid) const {
    const Convention::Key& key = convention_.keys_[index];
    std::vector<std::string> candidates;
    std::string capital = valid;
    if (!capital.empty() && capital[0] >= 'a' && capital[0] <= 'z') {
      capital[0] = static_cast<char>(capital[0] - 'a' + 'A');
    }
    candidates.push_back(capital);
    if (!key.separator.empty()) {
      const std::size_t cut = valid.find(key.separator);
      if (cut != std::string::npos) {
        candidates.push_back(valid.substr(0, cut));
        std::string joined = valid;
        joined.replace(cut, key.separator.size(), key.separator == "_" ? "." : "_");
        candidates.push_back(joined);
      }
    }
    candidates.push_back(valid + "!");
    candidates.push_back("");
    std::vector<std::pair<std::string, std::string>> invalid;
    for (const std::string& candidate : candidates) {
      const std::vector<ValueFinding> found = FindingsOf(index, candidate);
      if (found.empty() || invalid.size() == kExamples) continue;
      const bool known = std::any_of(invalid.begin(), invalid.end(),
                                     [&](const auto& other) { return other.first == candidate; });
      if (known) continue;
      std::string why = absl::StrCat(tokentra::TextOf(found[0].rule).id, " ", found[0].message);
      if (!found[0].suggestion.empty()) {
        absl::StrAppend(&why, "; ", Quote(found[0].suggestion), " would be right");
      }
      invalid.emplace_back(candidate, std::move(why));
    }
    return invalid;
  }

  void ExplainKey(std::size_t index) {
    const Convention::Key& key = convention_.keys_[index];
    const std::string_view presence = key.presence == KeySource::Presence::kRequired ? "required"
                                      : key.presence == KeySource::Presence::kForbidden
                                          ? "forbidden"
                                          : "optional";
    absl::StrAppend(&out_, "\n", key.name, ": ", presence);
    if (key.has_default) absl::StrAppend(&out_, ", ", Quote(key.default_value), " when absent");
    if (key.deprecated) {
      absl::StrAppend(&out_, ", deprecated",
                      key.deprecated_since == kNoInstant
                          ? std::string()
                          : " since " + FormatInstant(key.deprecated_since).substr(0, 10),
                      key.successor_name.empty() ? "" : ", use ", key.successor_name);
    }
    absl::StrAppend(&out_, "\n");
    if (!key.description.empty()) absl::StrAppend(&out_, "  ", key.description, "\n");
    if (!key.templates.empty()) {
      absl::StrAppend(&out_, "  form    ", absl::StrJoin(key.templates, " or "), "\n");
    }
    for (const Convention::Part& part : key.parts) {
      absl::StrAppend(&out_, "  ", part.name.empty() ? "value" : "{" + part.name + "}", "   ",
                      part.in_words);
      if (part.equals >= 0) {
        absl::StrAppend(&out_, "; equal to ",
                        convention_.keys_[static_cast<std::size_t>(part.equals)].name);
      }
      if (part.child_of_part >= 0) {
        absl::StrAppend(&out_, "; below {",
                        key.parts[static_cast<std::size_t>(part.child_of_part)].name, "}");
      }
      if (part.child_of_key >= 0) {
        absl::StrAppend(&out_, "; below ",
                        convention_.keys_[static_cast<std::size_t>(part.child_of_key)].name);
      }
      absl::StrAppend(&out_, "\n");
    }
    if (key.length_min > 0 || key.length_max < kValueBytesMax) {
      absl::StrAppend(&out_, "  length  ", key.length_min, " to ", key.length_max, " bytes\n");
    }
    if (key.cardinality_max != 0) {
      absl::StrAppend(&out_, "  at most ", key.cardinality_max, " distinct values\n");
    }
    if (!key.reserved.empty()) {
      std::vector<std::string> words(key.reserved.begin(), key.reserved.end());
      std::sort(words.begin(), words.end());
      absl::StrAppend(&out_, "  reserved: ", absl::StrJoin(words, ", "), "\n");
    }
    const std::vector<std::string> valid = ValidExamples(index, kExamples);
    for (const std::string& example : valid) {
      absl::StrAppend(&out_, "  valid   ", Quote(example), "\n");
    }
    if (valid.empty()) return;
    for (const auto& [example, why] : InvalidExamples(index, valid[0])) {
      absl::StrAppend(&out_, "  invalid ", Quote(example), ": ", why, "\n");
    }
  }

  static std::string WhenText(const std::vector<Convention::KeyValue>& when) {
    std::vector<std::string> all;
    for (const Convention::KeyValue& each : when) {
      all.push_back(absl::StrCat(each.key, " is ", Quote(each.value)));
    }
    return absl::StrJoin(all, " and ");
  }

  std::string KeysText(std::uint64_t mask) const {
    std::vector<std::string_view> names;
    for (std::size_t i = 0; i < convention_.keys_.size(); ++i) {
      if ((mask >> i & 1) != 0) names.push_back(convention_.keys_[i].name);
    }
    return absl::StrJoin(names, ", ");
  }

  void ExplainConditions() {
    for (const Convention::Condition& condition : convention_.conditions_) {
      absl::StrAppend(&out_, "\nWhere ", WhenText(condition.when), ":");
      if (condition.require != 0) {
        absl::StrAppend(&out_, " required ", KeysText(condition.require));
      }
      if (condition.forbid != 0) {
        absl::StrAppend(&out_, " forbidden ", KeysText(condition.forbid));
      }
      absl::StrAppend(&out_, "\n");
    }
  }

  void ExplainScopes() {
    for (const Convention::Scope& scope : convention_.scopes_) {
      absl::StrAppend(&out_, "\nWhere ", WhenText(scope.when), ": mode ", ModeName(scope.mode),
                      "\n");
      for (const RuleText& rule : AllRules()) {
        const auto number = static_cast<std::size_t>(rule.rule);
        if (scope.severity[number] == convention_.severity_[number]) continue;
        absl::StrAppend(&out_, "  ", rule.id, " ", rule.name, ": ",
                        SeverityName(scope.severity[number]), "\n");
      }
    }
  }

  void ExplainForbidden() {
    std::vector<std::string> kinds;
    for (const RuleText& rule : AllRules()) {
      if (!IsSensitive(rule.rule)) continue;
      const Severity severity = convention_.severity_[static_cast<std::size_t>(rule.rule)];
      if (severity != Severity::kOff) kinds.emplace_back(rule.name);
    }
    absl::StrAppend(&out_, "\nNever stored, in any key: ",
                    kinds.empty() ? "nothing is looked for" : absl::StrJoin(kinds, ", "), "\n");
  }

  const Convention& convention_;
  std::string out_;
};

std::string Convention::Explain() const { return Explainer(*this).Run(); }

std::vector<std::string> Convention::Examples(std::string_view key, std::size_t count) const {
  const int index = FindKey(key, nullptr);
  if (index < 0) return {};
  return Explainer(*this).ValidExamples(static_cast<std::size_t>(index), count);
}

}  // namespace tokentra
