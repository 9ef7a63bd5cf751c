// Describer: a compiled convention as JSON.

#include "core/base/json_writer.h"
#include "core/convention/convention.h"

namespace tokentra {
namespace {

constexpr std::size_t kExamples = 3;

std::string_view PresenceName(KeySource::Presence presence) {
  switch (presence) {
    case KeySource::Presence::kRequired:
      return "required";
    case KeySource::Presence::kForbidden:
      return "forbidden";
    case KeySource::Presence::kOptional:
      break;
  }
  return "optional";
}

template <typename Texts>
void WriteTexts(std::string_view name, const Texts& texts, JsonWriter& json) {
  json.Key(name);
  json.BeginArray();
  for (const auto& text : texts) json.Text(text);
  json.EndArray();
}

}  // namespace

class Describer {
 public:
  explicit Describer(const Convention& convention) : convention_(convention), json_(out_) {}

  std::string Run() {
    json_.BeginObject();
    json_.Text("name", convention_.name_);
    json_.Text("version", convention_.version_);
    json_.Text("digest", convention_.digest_);
    json_.Text("mode", ModeName(convention_.mode_));
    json_.Key("keys");
    json_.BeginArray();
    for (const Convention::Key& key : convention_.keys_) DescribeKey(key);
    json_.EndArray();
    json_.Key("rules");
    json_.BeginArray();
    for (const RuleText& rule : AllRules()) {
      json_.BeginObject();
      json_.Text("rule", rule.id);
      json_.Text("name", rule.name);
      json_.Text("summary", rule.summary);
      json_.Text("severity",
                 SeverityName(convention_.severity_[static_cast<std::size_t>(rule.rule)]));
      json_.EndObject();
    }
    json_.EndArray();
    std::vector<std::string_view> profiles;
    for (const Profile profile : convention_.profiles_) profiles.push_back(ProfileName(profile));
    WriteTexts("profiles", profiles, json_);
    WriteTexts("notes", convention_.warnings_, json_);
    json_.EndObject();
    return std::move(out_);
  }

 private:
  void DescribeKey(const Convention::Key& key) {
    json_.BeginObject();
    json_.Text("key", key.name);
    json_.Text("presence", PresenceName(key.presence));
    if (!key.description.empty()) json_.Text("description", key.description);
    WriteTexts("templates", key.templates, json_);
    json_.Key("parts");
    json_.BeginArray();
    for (const Convention::Part& part : key.parts) {
      json_.BeginObject();
      json_.Text("part", part.name);
      json_.Text("form", part.in_words);
      if (part.equals >= 0) {
        json_.Text("equals", convention_.keys_[static_cast<std::size_t>(part.equals)].name);
      }
      json_.EndObject();
    }
    json_.EndArray();
    json_.Number("length_min", key.length_min);
    json_.Number("length_max", key.length_max);
    if (key.deprecated) json_.Text("use_instead", key.successor_name);
    if (key.has_default) json_.Text("default", key.default_value);
    if (key.cardinality_max != 0) json_.Number("cardinality_max", key.cardinality_max);
    WriteTexts("examples", convention_.Examples(key.name, kExamples), json_);
    json_.EndObject();
  }

  const Convention& convention_;
  std::string out_;
  JsonWriter json_;
};

std::string Convention::DescribeJson() const { return Describer(*this).Run(); }

}  // namespace tokentra
