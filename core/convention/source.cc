#include "core/convention/source.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "core/base/json.h"
#include "core/base/metadata_key.h"
#include "core/base/status_macros.h"
#include "core/base/text.h"
#include "core/convention/json_object.h"
#include "core/convention/key_source.h"
#include "core/convention/vocabulary_file.h"

namespace tokentra {
namespace {

using SeverityTable = std::array<std::optional<Severity>, kRuleCount>;

absl::Status ReadSeverities(const JsonObject& object, SeverityTable& table) {
  const Json* value = object.Find("severity");
  if (value == nullptr) return absl::OkStatus();
  const JsonObject rules(*value, object.PathOf("severity"));
  if (!value->is_object()) return object.Error("severity", "must be an object: rule to severity");
  for (const auto& [name, level] : value->items()) {
    TOKENTRA_ASSIGN_OR_RETURN(const Severity severity, ReadSeverity(rules, name, level));
    if (name == "*") {
      for (auto& each : table) {
        if (!each.has_value()) each = severity;
      }
      continue;
    }
    const std::optional<Rule> rule = FindRule(name);
    if (!rule.has_value()) {
      std::vector<std::string_view> known;
      for (const RuleText& text : AllRules()) known.insert(known.end(), {text.id, text.name});
      return rules.Error(
          absl::StrCat("rule ", Quote(name), " is not known", NearestHint(name, known)));
    }
    table[static_cast<std::size_t>(*rule)] = severity;
  }
  return absl::OkStatus();
}

absl::Status ReadMode(const JsonObject& object, std::optional<Mode>& mode) {
  std::string text;
  TOKENTRA_RETURN_IF_ERROR(object.Text("mode", text));
  if (text.empty()) return absl::OkStatus();
  mode = FindMode(text);
  if (!mode.has_value()) {
    return object.Error("mode", absl::StrCat(Quote(text),
                                             " is no mode; they are off, observe, warn, normalize, "
                                             "quarantine, reject"));
  }
  return absl::OkStatus();
}

absl::Status ReadKeyValues(const JsonObject& object, std::string_view name, KeyValues& target) {
  const Json* value = object.Find(name);
  if (value == nullptr || !value->is_object() || value->empty()) {
    return object.Error(name, "must be an object of keys and values: {\"environment\": \"prod\"}");
  }
  for (const auto& [key, text] : value->items()) {
    if (!text.is_string()) return object.Error(name, "must hold texts");
    target.emplace_back(CanonicalMetadataKey(key), text.get_ref<const std::string&>());
  }
  return absl::OkStatus();
}

std::vector<std::string> Canonical(std::vector<std::string> keys) {
  for (std::string& key : keys) key = std::string(CanonicalMetadataKey(key));
  return keys;
}

class SourceReader {
 public:
  explicit SourceReader(std::span<const ConventionFile> files) : files_(files) {}

  absl::StatusOr<ConventionSource> Read(const Json& json) {
    const JsonObject object(json, "");
    TOKENTRA_RETURN_IF_ERROR(
        object.Check({"tokentra_convention", "name", "version", "description", "mode",
                      "unknown_keys", "vocabularies", "keys", "conditions", "equal", "scopes",
                      "reserved", "profiles", "forbid", "severity", "baseline", "notes"}));
    std::uint64_t format = 0;
    TOKENTRA_RETURN_IF_ERROR(object.Size("tokentra_convention", 1'000, format));
    if (format != 1) {
      return object.Error("tokentra_convention",
                          "must be 1, the version of the language this release reads");
    }
    TOKENTRA_RETURN_IF_ERROR(object.Text("name", source_.name));
    TOKENTRA_RETURN_IF_ERROR(object.Text("version", source_.version));
    std::optional<Mode> mode;
    TOKENTRA_RETURN_IF_ERROR(ReadMode(object, mode));
    source_.mode = mode.value_or(Mode::kWarn);
    TOKENTRA_RETURN_IF_ERROR(ReadUnknownKeys(object));
    TOKENTRA_RETURN_IF_ERROR(
        object.Texts("reserved", source_.reserved, kReservedMax, kValueBytesMax));
    TOKENTRA_RETURN_IF_ERROR(object.Texts("profiles", source_.profiles, 16, kNameBytesMax));
    TOKENTRA_RETURN_IF_ERROR(ReadForbid(object));
    TOKENTRA_RETURN_IF_ERROR(ReadSeverities(object, source_.severity));
    TOKENTRA_RETURN_IF_ERROR(ReadVocabularies(object));
    TOKENTRA_RETURN_IF_ERROR(ReadKeys(object));
    TOKENTRA_RETURN_IF_ERROR(ReadEqual(object));
    TOKENTRA_RETURN_IF_ERROR(ReadConditions(object));
    TOKENTRA_RETURN_IF_ERROR(ReadScopes(object));
    TOKENTRA_RETURN_IF_ERROR(ReadBaselineMember(object));
    return std::move(source_);
  }

 private:
  absl::Status ReadUnknownKeys(const JsonObject& object) {
    std::string text = "allow";
    TOKENTRA_RETURN_IF_ERROR(object.Text("unknown_keys", text));
    if (text == "allow") {
      source_.unknown_keys = Severity::kOff;
    } else if (text == "warn") {
      source_.unknown_keys = Severity::kWarning;
    } else if (text == "refuse") {
      source_.unknown_keys = Severity::kError;
    } else {
      return object.Error("unknown_keys",
                          absl::StrCat(Quote(text), " is none of allow, warn, refuse"));
    }
    return absl::OkStatus();
  }

  // {"email": "off"}, or a list of what is forbidden beside secrets, which always are.
  absl::Status ReadForbid(const JsonObject& object) {
    const Json* value = object.Find("forbid");
    if (value == nullptr) return absl::OkStatus();
    const JsonObject forbid(*value, object.PathOf("forbid"));
    constexpr Rule kKinds[] = {Rule::kEmail, Rule::kSecret, Rule::kEntropy, Rule::kPhone,
                               Rule::kCard};
    if (value->is_array()) {
      std::vector<std::string> names;
      TOKENTRA_RETURN_IF_ERROR(object.Texts("forbid", names, 16, 32));
      for (const Rule kind : kKinds) {
        if (kind == Rule::kSecret) continue;
        const bool named = std::find(names.begin(), names.end(), TextOf(kind).name) != names.end();
        source_.severity[static_cast<std::size_t>(kind)] =
            named ? Severity::kError : Severity::kOff;
      }
      for (const std::string& name : names) {
        const std::optional<Rule> rule = FindRule(name);
        if (!rule.has_value() || !IsSensitive(*rule)) return UnknownKind(forbid, name);
      }
      return absl::OkStatus();
    }
    if (!value->is_object()) return object.Error("forbid", "must be an object or a list");
    for (const auto& [name, level] : value->items()) {
      const std::optional<Rule> rule = FindRule(name);
      if (!rule.has_value() || !IsSensitive(*rule)) return UnknownKind(forbid, name);
      TOKENTRA_ASSIGN_OR_RETURN(const Severity severity, ReadSeverity(forbid, name, level));
      source_.severity[static_cast<std::size_t>(*rule)] = severity;
    }
    return absl::OkStatus();
  }

  static absl::Status UnknownKind(const JsonObject& forbid, const std::string& name) {
    return forbid.Error(
        absl::StrCat(Quote(name), " is none of secret, entropy, email, phone, card"));
  }

  absl::Status ReadVocabularies(const JsonObject& object) {
    const Json* value = object.Find("vocabularies");
    if (value == nullptr) return absl::OkStatus();
    if (!value->is_object()) return object.Error("vocabularies", "must be an object");
    if (value->size() > kVocabulariesMax) {
      return object.Error(
          "vocabularies",
          absl::StrCat("has ", value->size(), " entries; vocabularies_max is ", kVocabulariesMax));
    }
    for (const auto& [name, body] : value->items()) {
      const std::string path = absl::StrCat("vocabularies.", name);
      VocabularySource& vocabulary = source_.vocabularies.emplace_back();
      vocabulary.name = name;
      if (body.is_array()) {
        TOKENTRA_RETURN_IF_ERROR(ReadWords(body, path, vocabulary.words));
      } else {
        const JsonObject entry(body, path);
        TOKENTRA_RETURN_IF_ERROR(entry.Check({"words", "file", "description"}));
        if (const Json* words = entry.Find("words")) {
          TOKENTRA_RETURN_IF_ERROR(ReadWords(*words, path, vocabulary.words));
        }
        std::string file;
        TOKENTRA_RETURN_IF_ERROR(entry.Text("file", file));
        if (!file.empty()) TOKENTRA_RETURN_IF_ERROR(ReadFile(file, path, vocabulary.words));
      }
      TOKENTRA_RETURN_IF_ERROR(CheckWords(vocabulary, path));
    }
    return absl::OkStatus();
  }

  absl::Status ReadFile(const std::string& name, const std::string& path,
                        std::vector<WordSource>& words) {
    const auto found = std::find_if(files_.begin(), files_.end(),
                                    [&](const ConventionFile& file) { return file.name == name; });
    if (found == files_.end()) {
      return absl::NotFoundError(
          absl::StrCat(path, ": file ", Quote(name), " was not given with the convention"));
    }
    if (found->text.size() > kConventionBytesMax) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, ": file ", Quote(name), " has ", found->text.size(),
                       " bytes; text_bytes_max is ", kConventionBytesMax));
    }
    const std::size_t first = found->text.find_first_not_of(" \t\r\n");
    if (first != std::string_view::npos && found->text[first] == '[') {
      TOKENTRA_ASSIGN_OR_RETURN(Json list, ParseJson(found->text, name));
      const JsonGuard guard(list);
      return ReadWords(list, absl::StrCat(path, ": ", name), words);
    }
    return ReadVocabularyFile(found->text, name, words);
  }

  absl::Status ReadKeys(const JsonObject& object) {
    const Json* value = object.Find("keys");
    if (value == nullptr || !value->is_object() || value->empty()) {
      return object.Error("keys", "must be an object with at least one key");
    }
    if (value->size() > kKeysMax) {
      return object.Error("keys",
                          absl::StrCat("has ", value->size(), " entries; keys_max is ", kKeysMax));
    }
    for (const auto& [name, body] : value->items()) {
      if (name.empty() || name.size() > kNameBytesMax) {
        return object.Error("keys",
                            absl::StrCat("key ", Quote(name), " has ", name.size(),
                                         " bytes, not 1 to name_bytes_max ", kNameBytesMax));
      }
      KeySource key;
      key.name = std::string(CanonicalMetadataKey(name));
      TOKENTRA_RETURN_IF_ERROR(ReadKeySource(JsonObject(body, absl::StrCat("keys.", name)), body,
                                             source_.vocabularies, key));
      source_.keys.push_back(std::move(key));
    }
    return absl::OkStatus();
  }

  // "equal": [["project_id.team", "team_id"]]
  absl::Status ReadEqual(const JsonObject& object) {
    const Json* value = object.Find("equal");
    if (value == nullptr) return absl::OkStatus();
    constexpr std::string_view kForm =
        "must be a list of pairs: [[\"project_id.team\", \"team_id\"]]";
    if (!value->is_array()) return object.Error("equal", kForm);
    for (const Json& pair : *value) {
      if (!pair.is_array() || pair.size() != 2 || !pair[0].is_string() || !pair[1].is_string()) {
        return object.Error("equal", kForm);
      }
      const auto& left = pair[0].get_ref<const std::string&>();
      const auto& right = pair[1].get_ref<const std::string&>();
      const std::size_t dot = left.rfind('.');
      const std::string key(CanonicalMetadataKey(left.substr(0, dot)));
      const std::string part_name = dot == std::string::npos ? "" : left.substr(dot + 1);
      bool found = false;
      for (KeySource& each : source_.keys) {
        if (each.name != key) continue;
        for (PartSource& part : each.parts) {
          if (part.name != part_name) continue;
          part.equals = std::string(CanonicalMetadataKey(right));
          found = true;
        }
        // A part that the template names and that has no description of its own.
        if (!found && !part_name.empty()) {
          PartSource& made = each.parts.emplace_back();
          made.name = part_name;
          made.equals = std::string(CanonicalMetadataKey(right));
          found = true;
        }
      }
      if (!found) {
        return object.Error("equal", absl::StrCat(Quote(left), " is no key, and no part of one"));
      }
    }
    return absl::OkStatus();
  }

  absl::Status ReadConditions(const JsonObject& object) {
    const Json* value = object.Find("conditions");
    if (value == nullptr) return absl::OkStatus();
    if (!value->is_array()) return object.Error("conditions", "must be a list");
    if (value->size() > kConditionsMax) {
      return object.Error(
          "conditions",
          absl::StrCat("has ", value->size(), " entries; conditions_max is ", kConditionsMax));
    }
    for (std::size_t i = 0; i < value->size(); ++i) {
      const JsonObject entry((*value)[i], absl::StrCat("conditions[", i, "]"));
      TOKENTRA_RETURN_IF_ERROR(entry.Check({"if", "require", "forbid"}));
      ConditionSource& condition = source_.conditions.emplace_back();
      TOKENTRA_RETURN_IF_ERROR(ReadKeyValues(entry, "if", condition.when));
      TOKENTRA_RETURN_IF_ERROR(entry.Texts("require", condition.require, kKeysMax, kNameBytesMax));
      TOKENTRA_RETURN_IF_ERROR(entry.Texts("forbid", condition.forbid, kKeysMax, kNameBytesMax));
      condition.require = Canonical(std::move(condition.require));
      condition.forbid = Canonical(std::move(condition.forbid));
      if (condition.require.empty() && condition.forbid.empty()) {
        return entry.Error("requires and forbids nothing");
      }
    }
    return absl::OkStatus();
  }

  absl::Status ReadScopes(const JsonObject& object) {
    const Json* value = object.Find("scopes");
    if (value == nullptr) return absl::OkStatus();
    if (!value->is_array()) return object.Error("scopes", "must be a list");
    if (value->size() > kScopesMax) {
      return object.Error(
          "scopes", absl::StrCat("has ", value->size(), " entries; scopes_max is ", kScopesMax));
    }
    for (std::size_t i = 0; i < value->size(); ++i) {
      const JsonObject entry((*value)[i], absl::StrCat("scopes[", i, "]"));
      TOKENTRA_RETURN_IF_ERROR(entry.Check({"when", "mode", "severity"}));
      ScopeSource& scope = source_.scopes.emplace_back();
      TOKENTRA_RETURN_IF_ERROR(ReadKeyValues(entry, "when", scope.when));
      TOKENTRA_RETURN_IF_ERROR(ReadMode(entry, scope.mode));
      TOKENTRA_RETURN_IF_ERROR(ReadSeverities(entry, scope.severity));
    }
    return absl::OkStatus();
  }

  absl::Status ReadBaselineMember(const JsonObject& object) {
    const Json* value = object.Find("baseline");
    if (value == nullptr) return absl::OkStatus();
    return ReadBaselineList(*value, "baseline", source_.baseline);
  }

 public:
  static absl::Status ReadBaselineList(const Json& list, const std::string& path,
                                       std::vector<BaselineEntry>& target) {
    if (!list.is_array() || list.size() > kBaselineMax) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, ": must be a list of at most baseline_max ", kBaselineMax));
    }
    for (std::size_t i = 0; i < list.size(); ++i) {
      const JsonObject entry(list[i], absl::StrCat(path, "[", i, "]"));
      TOKENTRA_RETURN_IF_ERROR(entry.Check({"rule", "key", "value", "events", "cost"}));
      std::string rule;
      BaselineEntry made;
      TOKENTRA_RETURN_IF_ERROR(entry.Text("rule", rule));
      TOKENTRA_RETURN_IF_ERROR(entry.Text("key", made.key));
      TOKENTRA_RETURN_IF_ERROR(entry.Text("value", made.value, 4 * kValueBytesMax));
      const std::optional<Rule> found = FindRule(rule);
      if (!found.has_value()) {
        return entry.Error("rule", absl::StrCat(Quote(rule), " is no rule"));
      }
      made.rule = *found;
      made.key = std::string(CanonicalMetadataKey(made.key));
      target.push_back(std::move(made));
    }
    return absl::OkStatus();
  }

 private:
  const std::span<const ConventionFile> files_;
  ConventionSource source_;
};

absl::Status CheckSize(std::string_view json) {
  if (json.size() <= kConventionBytesMax) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "the convention has ", json.size(), " bytes; text_bytes_max is ", kConventionBytesMax));
}

}  // namespace

absl::StatusOr<ConventionSource> ReadConvention(std::string_view json,
                                                std::span<const ConventionFile> files) {
  TOKENTRA_RETURN_IF_ERROR(CheckSize(json));
  TOKENTRA_ASSIGN_OR_RETURN(Json parsed, ParseJson(json, "the convention"));
  const JsonGuard guard(parsed);
  return SourceReader(files).Read(parsed);
}

absl::StatusOr<std::vector<std::string>> ConventionFileNames(std::string_view json) {
  TOKENTRA_RETURN_IF_ERROR(CheckSize(json));
  TOKENTRA_ASSIGN_OR_RETURN(Json parsed, ParseJson(json, "the convention"));
  const JsonGuard guard(parsed);
  std::set<std::string> names;
  const auto vocabularies = parsed.find("vocabularies");
  if (vocabularies != parsed.end() && vocabularies->is_object()) {
    for (const auto& [name, body] : vocabularies->items()) {
      if (!body.is_object()) continue;
      const auto file = body.find("file");
      if (file != body.end() && file->is_string()) names.insert(file->get<std::string>());
    }
  }
  return std::vector<std::string>(names.begin(), names.end());
}

absl::StatusOr<std::vector<BaselineEntry>> ReadBaseline(std::string_view json) {
  TOKENTRA_RETURN_IF_ERROR(CheckSize(json));
  TOKENTRA_ASSIGN_OR_RETURN(Json parsed, ParseJson(json, "the baseline"));
  const JsonGuard guard(parsed);
  const JsonObject object(parsed, "baseline");
  TOKENTRA_RETURN_IF_ERROR(object.Check({"tokentra_baseline", "findings"}));
  std::uint64_t format = 0;
  TOKENTRA_RETURN_IF_ERROR(object.Size("tokentra_baseline", 1'000, format));
  if (format != 1) return object.Error("tokentra_baseline", "must be 1");
  std::vector<BaselineEntry> entries;
  const Json* list = object.Find("findings");
  if (list == nullptr) return entries;
  TOKENTRA_RETURN_IF_ERROR(SourceReader::ReadBaselineList(*list, "baseline.findings", entries));
  return entries;
}

}  // namespace tokentra
