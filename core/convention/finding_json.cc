#include "core/convention/finding_json.h"

#include <map>

namespace tokentra {
namespace {

void TextUnlessEmpty(std::string_view key, std::string_view value, JsonWriter& json) {
  if (!value.empty()) json.Text(key, value);
}

}  // namespace

void WriteFinding(const Finding& finding, JsonWriter& json) {
  const RuleText& rule = TextOf(finding.rule);
  json.BeginObject();
  json.Text("rule", rule.id);
  json.Text("name", rule.name);
  json.Text("severity", SeverityName(finding.severity));
  json.Text("key", finding.key);
  TextUnlessEmpty("value", finding.value, json);
  if (finding.end > finding.begin) {
    json.Number("begin", finding.begin);
    json.Number("end", finding.end);
  }
  TextUnlessEmpty("part", finding.part, json);
  TextUnlessEmpty("expected", finding.expected, json);
  TextUnlessEmpty("suggestion", finding.suggestion, json);
  json.Key("fix_is_safe");
  json.Bool(finding.fix_is_safe);
  json.Key("applied");
  json.Bool(finding.applied);
  json.Key("baselined");
  json.Bool(finding.baselined);
  json.Text("message", finding.message);
  TextUnlessEmpty("fingerprint", finding.fingerprint, json);
  json.EndObject();
}

std::string CheckJson(const CheckResult& result) {
  std::string out;
  JsonWriter json(out);
  json.BeginObject();
  json.Text("mode", ModeName(result.mode));
  json.Key("findings");
  json.BeginArray();
  for (const Finding& finding : result.findings) WriteFinding(finding, json);
  json.EndArray();
  json.Key("recorded");
  json.BeginObject();
  // The last one for a key counts.
  std::map<std::string_view, std::string_view> recorded;
  for (const Replacement& each : result.replacements) recorded[each.key] = each.value;
  for (const auto& [key, value] : recorded) json.Text(key, value);
  json.EndObject();
  json.EndObject();
  return out;
}

}  // namespace tokentra
