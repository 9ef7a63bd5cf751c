#include "core/convention/key_source.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "core/base/metadata_key.h"
#include "core/base/status_macros.h"
#include "core/base/text.h"

namespace tokentra {
namespace {

using KeyPresence = KeySource::Presence;

absl::StatusOr<WordSource> ReadWord(const Json& json, const std::string& path) {
  WordSource word;
  if (json.is_string()) {
    word.name = json.get_ref<const std::string&>();
    return word;
  }
  const JsonObject object(json, path);
  TOKENTRA_RETURN_IF_ERROR(object.Check({"name", "parent", "aliases", "former"}));
  TOKENTRA_RETURN_IF_ERROR(object.Text("name", word.name));
  TOKENTRA_RETURN_IF_ERROR(object.Text("parent", word.parent));
  TOKENTRA_RETURN_IF_ERROR(object.Texts("aliases", word.aliases, 64, kWordBytesMax));
  const Json* former = object.Find("former");
  if (former == nullptr) return word;
  if (!former->is_array()) return object.Error("former", "must be a list");
  for (const Json& item : *former) {
    WordSource::Former& made = word.former.emplace_back();
    if (item.is_string()) {
      made.name = item.get_ref<const std::string&>();
      continue;
    }
    const JsonObject name(item, object.PathOf("former"));
    TOKENTRA_RETURN_IF_ERROR(name.Check({"name", "until"}));
    TOKENTRA_RETURN_IF_ERROR(name.Text("name", made.name));
    TOKENTRA_RETURN_IF_ERROR(name.Instant("until", made.until));
  }
  return word;
}

absl::Status ReadPresence(const JsonObject& object, KeySource& key) {
  std::string text = "optional";
  TOKENTRA_RETURN_IF_ERROR(object.Text("presence", text));
  if (text == "optional") {
    key.presence = KeyPresence::kOptional;
  } else if (text == "required") {
    key.presence = KeyPresence::kRequired;
  } else if (text == "forbidden") {
    key.presence = KeyPresence::kForbidden;
  } else {
    return object.Error("presence",
                        absl::StrCat(Quote(text), " is none of optional, required, forbidden"));
  }
  return absl::OkStatus();
}

absl::Status ReadCap(const JsonObject& object, KeySource& key) {
  const Json* value = object.Find("cardinality");
  if (value == nullptr) return absl::OkStatus();
  const JsonObject entry(*value, object.PathOf("cardinality"));
  TOKENTRA_RETURN_IF_ERROR(entry.Check({"max"}));
  return entry.Size("max", kCardinalityMax, key.cardinality_max);
}

absl::Status ReadAmbiguity(const JsonObject& object, KeySource& key) {
  std::string text = "refuse";
  TOKENTRA_RETURN_IF_ERROR(object.Text("ambiguity", text));
  if (text == "refuse") {
    key.ambiguity = Preference::kNone;
  } else if (text == "longest") {
    key.ambiguity = Preference::kLongest;
  } else if (text == "shortest") {
    key.ambiguity = Preference::kShortest;
  } else {
    return object.Error("ambiguity",
                        absl::StrCat(Quote(text), " is none of refuse, longest, shortest"));
  }
  return absl::OkStatus();
}

template <typename Choose>
absl::Status ReadType(const JsonObject& object, PartSource& part, Choose choose) {
  std::string type;
  TOKENTRA_RETURN_IF_ERROR(object.Text("type", type));
  const bool ranged = object.Find("min") != nullptr || object.Find("max") != nullptr;
  if (ranged && type != "number") return object.Error("min and max need \"type\": \"number\"");
  if (type.empty()) return absl::OkStatus();
  if (type == "date") return choose(PartKind::kDate, "type");
  if (type == "uuid") return choose(PartKind::kUuid, "type");
  if (type == "any") return choose(PartKind::kAny, "type");
  if (type != "number") {
    return object.Error("type", absl::StrCat(Quote(type), " is none of number, date, uuid, any"));
  }
  part.number_min = 0;
  part.number_max = 999'999;
  TOKENTRA_RETURN_IF_ERROR(object.Integer("min", part.number_min));
  TOKENTRA_RETURN_IF_ERROR(object.Integer("max", part.number_max));
  if (part.number_min < 0 || part.number_max < part.number_min ||
      part.number_max > 999'999'999'999) {
    return object.Error("min and max must be 0 <= min <= max <= 999999999999");
  }
  return choose(PartKind::kNumber, "type");
}

// `label` names the vocabulary that inline words become.
absl::Status ReadPart(const JsonObject& object, const std::string& label,
                      std::vector<VocabularySource>& vocabularies, PartSource& part, bool is_key) {
  const auto choose = [&](PartKind kind, std::string_view member) {
    if (part.kind != PartKind::kDefault) {
      return object.Error(member, "only one of vocabulary, words, pattern, type may be given");
    }
    part.kind = kind;
    return absl::OkStatus();
  };
  TOKENTRA_RETURN_IF_ERROR(object.Text("vocabulary", part.vocabulary));
  if (!part.vocabulary.empty()) {
    TOKENTRA_RETURN_IF_ERROR(choose(PartKind::kVocabulary, "vocabulary"));
  }
  if (const Json* words = object.Find("words")) {
    TOKENTRA_RETURN_IF_ERROR(choose(PartKind::kVocabulary, "words"));
    VocabularySource& made = vocabularies.emplace_back();
    made.name = part.vocabulary = label;
    TOKENTRA_RETURN_IF_ERROR(ReadWords(*words, object.PathOf("words"), made.words));
    TOKENTRA_RETURN_IF_ERROR(CheckWords(made, object.PathOf("words")));
  }
  TOKENTRA_RETURN_IF_ERROR(object.Text("pattern", part.pattern));
  if (!part.pattern.empty()) TOKENTRA_RETURN_IF_ERROR(choose(PartKind::kPattern, "pattern"));
  TOKENTRA_RETURN_IF_ERROR(ReadType(object, part, choose));
  TOKENTRA_RETURN_IF_ERROR(object.Text("characters", part.characters, 128));
  TOKENTRA_RETURN_IF_ERROR(object.Text("case", part.word_case));
  if (!part.word_case.empty() && part.word_case != "lower" && part.word_case != "upper" &&
      part.word_case != "title" && part.word_case != "any") {
    return object.Error(
        "case", absl::StrCat(Quote(part.word_case), " is none of lower, upper, title, any"));
  }
  TOKENTRA_RETURN_IF_ERROR(object.Text("separator", part.separator, 4));
  if (part.kind != PartKind::kDefault &&
      (!part.characters.empty() || !part.word_case.empty() || !part.separator.empty())) {
    return object.Error(
        "characters, case and separator describe a part of free words; leave "
        "them out beside a vocabulary, a pattern or a type");
  }
  if (!part.characters.empty() && !part.word_case.empty()) {
    return object.Error("case", "stands beside characters, which say it already");
  }
  if (!is_key) {
    TOKENTRA_RETURN_IF_ERROR(
        object.MinMax("length", kValueBytesMax, part.length_min, part.length_max));
  }
  TOKENTRA_RETURN_IF_ERROR(object.Text("equals", part.equals));
  part.equals = std::string(CanonicalMetadataKey(part.equals));
  TOKENTRA_RETURN_IF_ERROR(object.Text("child_of", part.child_of));
  return absl::OkStatus();
}

absl::Status ReadParts(const JsonObject& object, const Json& body,
                       std::vector<VocabularySource>& vocabularies, KeySource& key) {
  std::string single;
  TOKENTRA_RETURN_IF_ERROR(object.Text("template", single, kValueBytesMax));
  if (!single.empty()) key.templates.push_back(single);
  TOKENTRA_RETURN_IF_ERROR(object.Texts("templates", key.templates, kTemplatesMax, kValueBytesMax));
  if (key.templates.size() > kTemplatesMax) {
    return object.Error("templates", absl::StrCat("has ", key.templates.size(),
                                                  " entries; templates_max is ", kTemplatesMax));
  }
  if (key.templates.empty()) {
    if (object.Find("parts") != nullptr) {
      return object.Error("parts", "needs a template that names them");
    }
    PartSource part;
    TOKENTRA_RETURN_IF_ERROR(ReadPart(object, key.name, vocabularies, part, true));
    key.parts.push_back(std::move(part));
    return absl::OkStatus();
  }
  for (const std::string_view name : {"vocabulary", "words", "pattern", "characters", "type",
                                      "case", "separator", "min", "max", "equals", "child_of"}) {
    if (body.contains(std::string(name))) {
      return object.Error(name, "stands beside a template; put it into one of its parts");
    }
  }
  const Json* parts = object.Find("parts");
  if (parts == nullptr) return absl::OkStatus();
  if (!parts->is_object()) return object.Error("parts", "must be an object");
  for (const auto& [name, spec] : parts->items()) {
    PartSource part;
    part.name = name;
    const JsonObject entry(spec, absl::StrCat(object.PathOf("parts"), ".", name));
    TOKENTRA_RETURN_IF_ERROR(
        entry.Check({"vocabulary", "words", "pattern", "characters", "type", "case", "separator",
                     "length", "min", "max", "equals", "child_of", "description"}));
    TOKENTRA_RETURN_IF_ERROR(ReadPart(entry, key.name + "." + name, vocabularies, part, false));
    key.parts.push_back(std::move(part));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ReadWords(const Json& list, const std::string& path, std::vector<WordSource>& words) {
  if (!list.is_array()) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": must be a list of words"));
  }
  for (const Json& item : list) {
    TOKENTRA_ASSIGN_OR_RETURN(WordSource word, ReadWord(item, path));
    words.push_back(std::move(word));
  }
  return absl::OkStatus();
}

absl::Status CheckWords(const VocabularySource& vocabulary, const std::string& path) {
  const auto error = [&](std::string_view what) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": ", what));
  };
  if (vocabulary.words.empty()) return error("has no words: nothing could satisfy it");
  if (vocabulary.words.size() > kWordsMax) {
    return error(absl::StrCat("has ", vocabulary.words.size(), " words; words_max is ", kWordsMax));
  }
  const auto check = [&](const std::string& word) {
    if (word.empty() || word.size() > kWordBytesMax || !IsValidUtf8(word)) {
      return error(absl::StrCat("word ", Quote(word), " has ", word.size(),
                                " bytes; a word has 1 to word_bytes_max ", kWordBytesMax,
                                " bytes of UTF-8"));
    }
    return absl::OkStatus();
  };
  for (const WordSource& word : vocabulary.words) {
    TOKENTRA_RETURN_IF_ERROR(check(word.name));
    for (const std::string& alias : word.aliases) TOKENTRA_RETURN_IF_ERROR(check(alias));
    for (const auto& former : word.former) TOKENTRA_RETURN_IF_ERROR(check(former.name));
  }
  return absl::OkStatus();
}

absl::StatusOr<Severity> ReadSeverity(const JsonObject& object, std::string_view name,
                                      const Json& value) {
  if (value.is_string()) {
    if (const auto found = FindSeverity(value.get_ref<const std::string&>())) return *found;
  }
  const std::string shown = value.is_string() ? Quote(value.get_ref<const std::string&>())
                                              : std::string(JsonTypeName(value));
  return object.Error(name,
                      absl::StrCat(shown, " is no severity; they are off, note, warning, error"));
}

absl::Status ReadKeySource(const JsonObject& object, const Json& body,
                           std::vector<VocabularySource>& vocabularies, KeySource& key) {
  TOKENTRA_RETURN_IF_ERROR(object.Check(
      {"presence",  "description", "template",   "templates", "parts",      "length",
       "ambiguity", "aliases",     "deprecated", "default",   "reserved",   "cardinality",
       "severity",  "vocabulary",  "words",      "pattern",   "characters", "type",
       "case",      "separator",   "min",        "max",       "equals",     "child_of"}));
  TOKENTRA_RETURN_IF_ERROR(ReadPresence(object, key));
  TOKENTRA_RETURN_IF_ERROR(object.Text("description", key.description));
  TOKENTRA_RETURN_IF_ERROR(object.Texts("aliases", key.aliases, 16, kNameBytesMax));
  TOKENTRA_RETURN_IF_ERROR(object.Texts("reserved", key.reserved, kReservedMax, kValueBytesMax));
  TOKENTRA_RETURN_IF_ERROR(object.MinMax("length", kValueBytesMax, key.length_min, key.length_max));
  if (key.length_max == 0) key.length_max = kValueBytesMax;
  TOKENTRA_RETURN_IF_ERROR(ReadCap(object, key));
  TOKENTRA_RETURN_IF_ERROR(ReadAmbiguity(object, key));
  if (const Json* deprecated = object.Find("deprecated")) {
    const JsonObject entry(*deprecated, object.PathOf("deprecated"));
    TOKENTRA_RETURN_IF_ERROR(entry.Check({"since", "use"}));
    key.deprecated = true;
    TOKENTRA_RETURN_IF_ERROR(entry.Instant("since", key.deprecated_since));
    TOKENTRA_RETURN_IF_ERROR(entry.Text("use", key.successor));
    key.successor = std::string(CanonicalMetadataKey(key.successor));
  }
  if (object.Find("default") != nullptr) {
    key.default_value.emplace();
    TOKENTRA_RETURN_IF_ERROR(object.Text("default", *key.default_value, kValueBytesMax));
  }
  if (const Json* severity = object.Find("severity")) {
    TOKENTRA_ASSIGN_OR_RETURN(key.severity, ReadSeverity(object, "severity", *severity));
  }
  return ReadParts(object, body, vocabularies, key);
}

}  // namespace tokentra
