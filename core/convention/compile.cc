// ConventionCompiler: a ConventionSource to a Convention; everything that can be decided before the
// first event is decided here, and what is wrong is an error with an example.

#include <algorithm>
#include <unordered_map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/sha256.h"
#include "core/base/status_macros.h"
#include "core/base/text.h"
#include "core/convention/ambiguity.h"
#include "core/convention/compile_rules.h"
#include "core/convention/convention.h"
#include "core/convention/part.h"
#include "core/convention/template.h"

namespace tokentra {

class ConventionCompiler {
 public:
  explicit ConventionCompiler(ConventionSource source) : source_(std::move(source)) {}

  absl::StatusOr<std::shared_ptr<const Convention>> Run(const ConventionOptions& options) {
    made_->name_ = source_.name;
    made_->version_ = source_.version;
    made_->mode_ = source_.mode;
    made_->fingerprint_key_ = options.fingerprint_key;
    for (VocabularySource& vocabulary : source_.vocabularies) {
      TOKENTRA_ASSIGN_OR_RETURN(auto compiled, Vocabulary::Compile(std::move(vocabulary)));
      const std::string label = compiled->label();
      if (!vocabularies_.emplace(label, std::move(compiled)).second) {
        return Error(absl::StrCat("vocabularies.", label), "is given twice");
      }
    }
    TOKENTRA_RETURN_IF_ERROR(NameKeys());
    for (std::size_t i = 0; i < source_.keys.size(); ++i) {
      TOKENTRA_RETURN_IF_ERROR(CompileKey(i));
    }
    SetSeverities();
    TOKENTRA_RETURN_IF_ERROR(LinkKeys());
    for (std::size_t i = 0; i < source_.keys.size(); ++i) {
      TOKENTRA_RETURN_IF_ERROR(DecideKey(i));
    }
    TOKENTRA_RETURN_IF_ERROR(RuleCompiler(source_, *made_).Run());
    AddBaseline(source_.baseline);
    AddBaseline(options.baseline);
    CollectEpochs();
    made_->FindKeys();
    for (Key& key : made_->keys_) {
      const std::vector<std::string> examples = made_->Examples(key.name, 1);
      if (!examples.empty()) key.example = examples[0];
    }
    return std::shared_ptr<const Convention>(made_);
  }

  void SetDigest(std::string digest) { made_->digest_ = std::move(digest); }

 private:
  using Key = Convention::Key;

  static absl::Status Error(std::string_view path, std::string_view what) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": ", what));
  }
  std::string PathOf(std::size_t key) const {
    return absl::StrCat("keys.", source_.keys[key].name);
  }

  int IndexOf(std::string_view name) const {
    for (std::size_t i = 0; i < source_.keys.size(); ++i) {
      if (source_.keys[i].name == name) return static_cast<int>(i);
    }
    return -1;
  }
  std::string NearestKey(std::string_view name) const {
    std::vector<std::string_view> names;
    for (const KeySource& key : source_.keys) names.push_back(key.name);
    return NearestHint(name, names);
  }

  absl::Status NameKeys() {
    const auto add = [&](std::string name, std::size_t key, bool is_alias) {
      for (const Convention::KeyName& other : made_->names_) {
        if (other.name != name) continue;
        return Error(
            PathOf(key),
            absl::StrCat(is_alias ? "alias " : "key ", Quote(name), " is already a name of ",
                         source_.keys[other.key].name, ": one shadows the other"));
      }
      made_->names_.push_back({std::move(name), static_cast<std::uint16_t>(key), is_alias});
      return absl::OkStatus();
    };
    for (std::size_t i = 0; i < source_.keys.size(); ++i) {
      TOKENTRA_RETURN_IF_ERROR(add(source_.keys[i].name, i, false));
      const std::string_view camel = CamelMetadataKey(source_.keys[i].name);
      if (!camel.empty() && camel != source_.keys[i].name) {
        TOKENTRA_RETURN_IF_ERROR(add(std::string(camel), i, false));
      }
    }
    for (std::size_t i = 0; i < source_.keys.size(); ++i) {
      for (const std::string& alias : source_.keys[i].aliases) {
        TOKENTRA_RETURN_IF_ERROR(add(alias, i, true));
      }
    }
    return absl::OkStatus();
  }

  absl::Status CompileKey(std::size_t number) {
    const KeySource& from = source_.keys[number];
    Key& key = made_->keys_.emplace_back();
    key.name = from.name;
    key.path = PathOf(number);
    key.description = from.description;
    key.presence = from.presence;
    key.templates = from.templates;
    key.length_min = static_cast<std::uint32_t>(from.length_min);
    key.length_max = static_cast<std::uint32_t>(from.length_max);
    key.reserved.insert(from.reserved.begin(), from.reserved.end());
    key.reserved.insert(source_.reserved.begin(), source_.reserved.end());
    key.deprecated = from.deprecated;
    key.deprecated_since = from.deprecated_since;
    key.successor_name = from.successor;
    key.cardinality_max = from.cardinality_max;
    key.has_severity = from.severity.has_value();
    key.severity = from.severity.value_or(Severity::kError);
    if (from.templates.empty()) {
      TOKENTRA_RETURN_IF_ERROR(AddPart(key, from.parts[0], key.path));
      std::vector<ShapeAlternative> alternatives(1);
      alternatives[0].push_back({key.parts[0].dfa, 0, ""});
      key.shape = Shape(std::move(alternatives), from.ambiguity);
      return absl::OkStatus();
    }
    return CompileTemplates(from, key);
  }

  absl::Status CompileTemplates(const KeySource& from, Key& key) {
    std::vector<ShapeAlternative> alternatives;
    std::vector<bool> used(from.parts.size(), false);
    key.parts_min = kElementsMax;
    std::vector<std::string> separators;
    for (std::size_t t = 0; t < from.templates.size(); ++t) {
      for (std::size_t other = 0; other < t; ++other) {
        if (from.templates[other] == from.templates[t]) {
          return Error(key.path,
                       absl::StrCat("template ", Quote(from.templates[t]), " is given twice"));
        }
      }
      absl::StatusOr<std::vector<TemplateSequence>> sequences = ExpandTemplate(from.templates[t]);
      if (!sequences.ok()) return Error(key.path, sequences.status().message());
      for (const TemplateSequence& sequence : *sequences) {
        ShapeAlternative alternative;
        std::size_t parts = 0;
        for (std::size_t i = 0; i < sequence.size(); ++i) {
          const TemplateElement& element = sequence[i];
          if (!element.is_part) {
            if (i != 0 && i + 1 < sequence.size()) separators.push_back(element.text);
            const std::string_view word = element.text;
            alternative.push_back(
                {std::make_shared<const Dfa>(Dfa::FromWords({&word, 1})), -1, element.text});
            continue;
          }
          TOKENTRA_ASSIGN_OR_RETURN(const int part, PartNamed(from, element.text, used, key));
          alternative.push_back({key.parts[static_cast<std::size_t>(part)].dfa, part, ""});
          ++parts;
        }
        key.parts_min = std::min(key.parts_min, parts);
        key.parts_max = std::max(key.parts_max, parts);
        alternatives.push_back(std::move(alternative));
      }
    }
    if (alternatives.size() > kAlternativesMax) {
      return Error(key.path, absl::StrCat("its templates stand for ", alternatives.size(),
                                          " alternatives; alternatives_max is ", kAlternativesMax));
    }
    for (std::size_t i = 0; i < from.parts.size(); ++i) {
      if (!used[i]) {
        std::vector<std::string_view> names;
        for (const Convention::Part& part : key.parts) names.push_back(part.name);
        return Error(absl::StrCat(key.path, ".parts.", from.parts[i].name),
                     absl::StrCat("is in no template, so it can never apply",
                                  NearestHint(from.parts[i].name, names)));
      }
    }
    std::sort(separators.begin(), separators.end());
    separators.erase(std::unique(separators.begin(), separators.end()), separators.end());
    if (separators.size() == 1) key.separator = separators[0];
    key.shape = Shape(std::move(alternatives), from.ambiguity);
    return absl::OkStatus();
  }

  absl::StatusOr<int> PartNamed(const KeySource& from, const std::string& name,
                                std::vector<bool>& used, Key& key) {
    for (std::size_t i = 0; i < key.parts.size(); ++i) {
      if (key.parts[i].name == name) return static_cast<int>(i);
    }
    if (key.parts.size() == kNamePartsMax) {
      return Error(key.path, absl::StrCat("has more than parts_max ", kNamePartsMax, " parts"));
    }
    PartSource source;
    source.name = name;
    for (std::size_t i = 0; i < from.parts.size(); ++i) {
      if (from.parts[i].name != name) continue;
      source = from.parts[i];
      used[i] = true;
    }
    TOKENTRA_RETURN_IF_ERROR(AddPart(key, source, absl::StrCat(key.path, ".parts.", name)));
    return static_cast<int>(key.parts.size() - 1);
  }

  absl::Status AddPart(Key& key, const PartSource& source, const std::string& path) {
    Convention::Part part;
    part.name = source.name;
    part.kind = source.kind;
    if (source.kind == PartKind::kVocabulary) {
      const auto found = vocabularies_.find(source.vocabulary);
      if (found == vocabularies_.end()) {
        std::vector<std::string_view> names;
        for (const auto& [name, vocabulary] : vocabularies_) names.push_back(name);
        return Error(path, absl::StrCat("vocabulary ", Quote(source.vocabulary), " is not declared",
                                        NearestHint(source.vocabulary, names)));
      }
      part.vocabulary = found->second;
      part.dfa = part.vocabulary->dfa();
      part.in_words = absl::StrCat("one of ", part.vocabulary->ShortList(8));
      if (part.vocabulary->has_other_spellings()) key.needs_look = true;
    } else {
      absl::StatusOr<CompiledPart> compiled = CompilePart(source);
      if (!compiled.ok()) return Error(path, compiled.status().message());
      part.dfa = std::move(compiled->dfa);
      part.in_words = std::move(compiled->in_words);
    }
    key.parts.push_back(std::move(part));
    return absl::OkStatus();
  }

  // Equality and hierarchy, which need every key.
  absl::Status LinkKeys() {
    for (std::size_t i = 0; i < source_.keys.size(); ++i) {
      Key& key = made_->keys_[i];
      for (const PartSource& from : source_.keys[i].parts) {
        const auto found =
            std::find_if(key.parts.begin(), key.parts.end(),
                         [&](const Convention::Part& part) { return part.name == from.name; });
        if (found == key.parts.end()) continue;
        const std::string path =
            from.name.empty() ? key.path : absl::StrCat(key.path, ".parts.", from.name);
        if (!from.equals.empty()) TOKENTRA_RETURN_IF_ERROR(LinkEqual(i, from, *found, path));
        if (!from.child_of.empty()) TOKENTRA_RETURN_IF_ERROR(LinkParent(key, from, *found, path));
      }
      if (!key.successor_name.empty()) {
        key.successor = IndexOf(key.successor_name);
        if (key.successor < 0) {
          return Error(key.path, absl::StrCat("its successor ", Quote(key.successor_name),
                                              " is not declared", NearestKey(key.successor_name)));
        }
      }
    }
    return absl::OkStatus();
  }

  absl::Status LinkEqual(std::size_t number, const PartSource& from, Convention::Part& part,
                         const std::string& path) {
    const int other = IndexOf(from.equals);
    if (other < 0) {
      return Error(path, absl::StrCat("must equal the key ", Quote(from.equals),
                                      ", which is not declared", NearestKey(from.equals)));
    }
    if (other == static_cast<int>(number)) return Error(path, "must equal its own key");
    const KeySource& target = source_.keys[static_cast<std::size_t>(other)];
    for (const PartSource& each : target.parts) {
      if (!each.equals.empty()) {
        return Error(path, absl::StrCat("must equal the key ", Quote(from.equals),
                                        ", which itself must equal ", Quote(each.equals),
                                        ": compare both with one key"));
      }
    }
    const Key& compiled = made_->keys_[static_cast<std::size_t>(other)];
    if (compiled.shape.alternatives().size() == 1 && compiled.shape.alternatives()[0].size() == 1) {
      const Dfa& theirs = *compiled.shape.alternatives()[0][0].dfa;
      if (&theirs != part.dfa.get() && !FindCommon(*part.dfa, theirs).has_value()) {
        return Error(path, absl::StrCat("nothing can satisfy it: it must equal ", from.equals,
                                        ", and no value is both ", part.in_words, " and ",
                                        compiled.parts[0].in_words));
      }
    }
    part.equals = other;
    made_->keys_[number].has_binding = true;
    return absl::OkStatus();
  }

  absl::Status LinkParent(Key& key, const PartSource& from, Convention::Part& part,
                          const std::string& path) {
    if (part.vocabulary == nullptr || !part.vocabulary->has_parents()) {
      return Error(path, "child_of needs a vocabulary whose words have parents");
    }
    for (std::size_t i = 0; i < key.parts.size(); ++i) {
      if (key.parts[i].name == from.child_of) part.child_of_part = static_cast<int>(i);
    }
    if (part.child_of_part < 0) {
      part.child_of_key = IndexOf(CanonicalMetadataKey(from.child_of));
      if (part.child_of_key < 0) {
        return Error(path, absl::StrCat("child_of ", Quote(from.child_of),
                                        " is neither a part of this key nor a key",
                                        NearestKey(from.child_of)));
      }
    }
    key.needs_look = true;
    return absl::OkStatus();
  }

  // What the automaton decides: satisfiable, one reading, no template in another's shadow.
  absl::Status DecideKey(std::size_t number) {
    Key& key = made_->keys_[number];
    if (!key.reserved.empty()) key.needs_look = true;
    const std::optional<std::string> example =
        FindExample(key.shape, std::max<std::size_t>(key.length_min, 0), key.length_max);
    if (!example.has_value()) {
      const std::optional<std::string> any = FindExample(key.shape, 0, kValueBytesMax);
      return Error(key.path,
                   absl::StrCat("nothing can satisfy it: no value has ", key.length_min, " to ",
                                key.length_max, " bytes",
                                any.has_value() ? absl::StrCat("; the shortest value is ",
                                                               Quote(*any), " with ", any->size())
                                                : ""));
    }
    if (key.parts.size() == 1 && key.parts[0].vocabulary != nullptr && key.templates.empty()) {
      const Vocabulary& words = *key.parts[0].vocabulary;
      bool any = false;
      for (std::uint32_t i = 0; i < words.size() && !any; ++i) {
        any = !key.reserved.contains(words.word(i).name);
      }
      if (!any) return Error(key.path, "nothing can satisfy it: all its words are reserved");
    }
    TOKENTRA_RETURN_IF_ERROR(DecideReadings(key));
    if (source_.keys[number].default_value.has_value()) {
      key.has_default = true;
      key.default_value = *source_.keys[number].default_value;
      Reading reading;
      if (key.shape.Match(key.default_value, nullptr, reading) == Shape::Result::kNone) {
        return Error(key.path, absl::StrCat("its default ", Quote(key.default_value),
                                            " is not valid; a valid value is ", Quote(*example)));
      }
      made_->default_keys_ |= Bit(number);
    }
    if (key.presence == KeySource::Presence::kRequired) made_->required_ |= Bit(number);
    if (key.presence == KeySource::Presence::kForbidden || key.deprecated) {
      made_->special_keys_ |= Bit(number);
    }
    return absl::OkStatus();
  }

  absl::Status DecideReadings(Key& key) {
    int anchored = -1;
    for (std::size_t i = 0; i < key.parts.size() && anchored < 0; ++i) {
      if (key.parts[i].equals >= 0 && IsAnchored(key.shape, static_cast<int>(i))) {
        anchored = static_cast<int>(i);
      }
    }
    absl::StatusOr<std::optional<std::string>> witness = FindAmbiguity(key.shape, anchored);
    const bool decides = key.shape.preference() == Preference::kNone;
    if (!witness.ok()) {
      if (!decides) return absl::OkStatus();
      return Error(key.path, witness.status().message());
    }
    for (std::size_t i = 1; i < key.shape.alternatives().size(); ++i) {
      if (witness->has_value() && IsShadowed(key.shape, i)) {
        return Error(key.path, absl::StrCat("its template ", AlternativeText(key, i),
                                            " can never apply: everything it matches, for example ",
                                            Quote(**witness), ", is matched by one before it"));
      }
    }
    if (witness->has_value() && decides) return Ambiguous(key, **witness);
    if (witness->has_value()) {
      made_->warnings_.push_back(
          absl::StrCat(key.name, ": ", ReadingsText(key, **witness), "; the ",
                       key.shape.preference() == Preference::kLongest ? "longest" : "shortest",
                       " earlier part is taken"));
    } else if (anchored >= 0 && decides) {
      const auto unbound = FindAmbiguity(key.shape, -1);
      if (unbound.ok() && unbound->has_value()) {
        made_->warnings_.push_back(
            absl::StrCat(key.name, ": without ",
                         source_
                             .keys[static_cast<std::size_t>(
                                 key.parts[static_cast<std::size_t>(anchored)].equals)]
                             .name,
                         ", ", ReadingsText(key, **unbound)));
      }
    }
    return absl::OkStatus();
  }

  absl::Status Ambiguous(const Key& key, const std::string& witness) const {
    const std::vector<Reading> readings = key.shape.Readings(witness, 2);
    if (readings.size() == 2 && readings[0].alternative != readings[1].alternative) {
      return Error(key.path,
                   absl::StrCat("its templates overlap: ", ReadingsText(key, witness),
                                "; make them differ in a literal or a vocabulary, or set "
                                "\"ambiguity\": \"longest\" to take the first that matches"));
    }
    return Error(key.path,
                 absl::StrCat("its template is ambiguous: ", ReadingsText(key, witness),
                              "; close a vocabulary, choose a separator that no part contains, or "
                              "set \"ambiguity\": \"longest\" (or \"shortest\")"));
  }

  // "a-a-a" reads as team "a", product "a-a" and as team "a-a", product "a"
  std::string ReadingsText(const Key& key, const std::string& text) const {
    std::vector<std::string> readings;
    for (const Reading& reading : key.shape.Readings(text, 2)) {
      std::vector<std::string> parts;
      for (std::size_t i = 0; i < key.parts.size(); ++i) {
        const PartSpan span = key.shape.SpanOf(reading, i);
        if (!span.present) continue;
        parts.push_back(absl::StrCat(key.parts[i].name.empty() ? "the value" : key.parts[i].name,
                                     " ", Quote(text.substr(span.begin, span.end - span.begin))));
      }
      readings.push_back(absl::StrJoin(parts, ", "));
    }
    return absl::StrCat(Quote(text), " reads as ", absl::StrJoin(readings, " and as "));
  }

  static std::string AlternativeText(const Key& key, std::size_t number) {
    std::string text;
    for (const ShapeElement& element : key.shape.alternatives()[number]) {
      if (element.part < 0) {
        text += element.literal;
      } else {
        absl::StrAppend(&text, "{", key.parts[static_cast<std::size_t>(element.part)].name, "}");
      }
    }
    return text;
  }

  void SetSeverities() {
    for (const RuleText& rule : AllRules()) {
      const auto index = static_cast<std::size_t>(rule.rule);
      Severity severity = source_.severity[index].value_or(rule.severity);
      if (rule.rule == Rule::kUnknownKey && !source_.severity[index].has_value()) {
        severity = source_.unknown_keys;
      }
      made_->severity_[index] = severity;
    }
  }

  void AddBaseline(const std::vector<BaselineEntry>& entries) {
    for (const BaselineEntry& entry : entries) {
      made_->baseline_.insert(
          absl::StrCat(TextOf(entry.rule).id, "\n", entry.key, "\n", entry.value));
    }
  }

  void CollectEpochs() {
    std::vector<InstantNs>& epochs = made_->epochs_;
    for (const Key& key : made_->keys_) {
      if (key.deprecated && key.deprecated_since != kNoInstant) {
        epochs.push_back(key.deprecated_since);
      }
    }
    for (const auto& [name, vocabulary] : vocabularies_) {
      for (std::uint32_t i = 0; i < vocabulary->size(); ++i) {
        for (const auto& former : vocabulary->word(i).former) {
          if (former.until != kNoInstant) epochs.push_back(former.until);
        }
      }
    }
    std::sort(epochs.begin(), epochs.end());
    epochs.erase(std::unique(epochs.begin(), epochs.end()), epochs.end());
  }

  static std::uint64_t Bit(std::size_t key) { return std::uint64_t{1} << key; }

  ConventionSource source_;
  std::shared_ptr<Convention> made_ = std::make_shared<Convention>();
  std::unordered_map<std::string, std::shared_ptr<const Vocabulary>> vocabularies_;
};

absl::StatusOr<std::shared_ptr<const Convention>> Convention::Compile(
    std::string_view json, const ConventionOptions& options) {
  TOKENTRA_ASSIGN_OR_RETURN(ConventionSource source, ReadConvention(json, options.files));
  std::string content(json);
  for (const ConventionFile& file : options.files) {
    absl::StrAppend(&content, "\n", file.name, "\n", file.text);
  }
  for (const BaselineEntry& entry : options.baseline) {
    absl::StrAppend(&content, "\n", TextOf(entry.rule).id, "\n", entry.key, "\n", entry.value);
  }
  ConventionCompiler compiler(std::move(source));
  compiler.SetDigest(Sha256::Hex(content));
  return compiler.Run(options);
}

}  // namespace tokentra
