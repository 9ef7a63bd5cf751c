// A lint report as JSON, its baseline, and as SARIF.

#include <set>

#include "absl/strings/str_cat.h"
#include "core/analysis/lint.h"
#include "core/base/json_writer.h"
#include "core/base/sha256.h"
#include "core/convention/finding_json.h"

namespace tokentra {
namespace {

std::string CostText(Int128 cost) {
  const std::optional<Money> money = Money::FromAttos(cost);
  return money.has_value() ? money->ToString() : std::string();
}

std::string PercentText(const LintCoverage& coverage) {
  const std::uint32_t tenths = CoverageTenths(coverage);
  return absl::StrCat(tenths / 10, ".", tenths % 10);
}

void WriteWeight(const LintWeight& weight, JsonWriter& json) {
  json.Number("events", weight.events);
  json.TextOrNull("cost", CostText(weight.cost));
}

void WriteCoverage(const LintCoverage& coverage, JsonWriter& json) {
  WriteWeight(coverage.all, json);
  json.Number("attributed_events", coverage.attributed.events);
  json.TextOrNull("attributed_cost", CostText(coverage.attributed.cost));
  json.Text("percent", PercentText(coverage));
}

void WriteValue(const LintValue& value, JsonWriter& json) {
  json.BeginObject();
  WriteWeight(value.weight, json);
  json.Key("finding");
  WriteFinding(value.finding, json);
  if (!value.source.empty()) json.Text("file", value.source);
  if (value.line != 0) json.Number("line", value.line);
  json.EndObject();
}

std::string_view SarifLevel(Severity severity) {
  return severity == Severity::kError     ? "error"
         : severity == Severity::kWarning ? "warning"
                                          : "note";
}

// A URI reference of a path: what RFC 3986 does not allow in one is percent-encoded.
std::string UriOf(std::string_view path) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  constexpr std::string_view kPlain = "-._~/!$&'()*+,;=@";
  std::string uri;
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       kPlain.find(c) != std::string_view::npos;
    if (plain) {
      uri += c;
    } else {
      absl::StrAppend(&uri, "%", kHex.substr(byte >> 4, 1), kHex.substr(byte & 15, 1));
    }
  }
  return uri;
}

void WriteText(std::string_view key, std::string_view text, JsonWriter& json) {
  json.Key(key);
  json.BeginObject();
  json.Text("text", text);
  json.EndObject();
}

std::string SarifMessage(const LintValue& value) {
  const Finding& finding = value.finding;
  std::string text = absl::StrCat(finding.key, finding.value.empty() ? "" : " \"", finding.value,
                                  finding.value.empty() ? "" : "\"", ": ", finding.message);
  if (!finding.suggestion.empty()) absl::StrAppend(&text, "; nearest is ", finding.suggestion);
  absl::StrAppend(&text, " (", value.weight.events, value.weight.events == 1 ? " event" : " events",
                  ", ", CostText(value.weight.cost), " USD)");
  return text;
}

void WriteSarifResult(const LintRule& rule, const LintValue& value, std::size_t rule_index,
                      JsonWriter& json) {
  json.BeginObject();
  json.Text("ruleId", TextOf(rule.rule).id);
  json.Number("ruleIndex", rule_index);
  json.Text("level", SarifLevel(value.finding.severity));
  WriteText("message", SarifMessage(value), json);
  json.Key("locations");
  json.BeginArray();
  json.BeginObject();
  if (!value.source.empty()) {
    json.Key("physicalLocation");
    json.BeginObject();
    json.Key("artifactLocation");
    json.BeginObject();
    json.Text("uri", UriOf(value.source));
    json.EndObject();
    if (value.line != 0) {
      json.Key("region");
      json.BeginObject();
      json.Number("startLine", value.line);
      json.EndObject();
    }
    json.EndObject();
  }
  json.Key("logicalLocations");
  json.BeginArray();
  json.BeginObject();
  json.Text("name", value.finding.key.empty() ? "metadata" : value.finding.key);
  json.Text("kind", "member");
  json.EndObject();
  json.EndArray();
  json.EndObject();
  json.EndArray();
  // What makes it the same finding in the next run, wherever it stands then.
  json.Key("partialFingerprints");
  json.BeginObject();
  json.Text("tokentra/v1",
            Sha256::Hex(absl::StrCat(TextOf(rule.rule).id, "\n", value.finding.key, "\n",
                                     value.finding.part, "\n", value.finding.value, "\n",
                                     value.finding.fingerprint))
                .substr(0, 32));
  json.EndObject();
  json.Number("occurrenceCount", std::max<std::uint64_t>(value.weight.events, 1));
  if (value.finding.baselined) {
    json.Key("suppressions");
    json.BeginArray();
    json.BeginObject();
    json.Text("kind", "external");
    json.EndObject();
    json.EndArray();
  }
  json.EndObject();
}

}  // namespace

std::string LintJson(const LintReport& report, const Convention& convention) {
  std::string out;
  JsonWriter json(out);
  json.BeginObject();
  json.Key("convention");
  json.BeginObject();
  json.Text("name", convention.name());
  json.Text("version", convention.version());
  json.Text("digest", convention.digest());
  json.EndObject();
  WriteWeight(report.all, json);
  json.Key("broken");
  json.BeginObject();
  WriteWeight(report.broken, json);
  json.EndObject();
  json.Key("coverage");
  json.BeginObject();
  WriteCoverage(report.coverage, json);
  json.Key("days");
  json.BeginArray();
  for (const auto& [day, coverage] : report.days) {
    json.BeginObject();
    json.Text("day", day);
    WriteCoverage(coverage, json);
    json.EndObject();
  }
  json.EndArray();
  json.EndObject();
  json.Key("rules");
  json.BeginArray();
  for (const LintRule& rule : report.rules) {
    json.BeginObject();
    json.Text("rule", TextOf(rule.rule).id);
    json.Text("name", TextOf(rule.rule).name);
    json.Text("severity", SeverityName(rule.severity));
    json.Text("summary", TextOf(rule.rule).summary);
    WriteWeight(rule.weight, json);
    json.Number("baselined_events", rule.baselined_events);
    json.Key("values");
    json.BeginArray();
    for (const LintValue& value : rule.values) WriteValue(value, json);
    json.EndArray();
    json.EndObject();
  }
  json.EndArray();
  json.Key("not_checked");
  json.BeginArray();
  for (const std::string& key : report.not_checked) json.Text(key);
  json.EndArray();
  json.Key("folded");
  json.BeginObject();
  WriteWeight(report.folded, json);
  json.EndObject();
  json.Number("values_left_out", report.values_left_out);
  json.EndObject();
  return out;
}

std::string LintSarif(const LintReport& report, const Convention& convention,
                      std::string_view version) {
  std::string out;
  JsonWriter json(out);
  json.BeginObject();
  json.Text("$schema", "https://json.schemastore.org/sarif-2.1.0.json");
  json.Text("version", "2.1.0");
  json.Key("runs");
  json.BeginArray();
  json.BeginObject();
  json.Key("tool");
  json.BeginObject();
  json.Key("driver");
  json.BeginObject();
  json.Text("name", "tokentra lint");
  json.Text("version", version);
  json.Key("rules");
  json.BeginArray();
  for (const LintRule& rule : report.rules) {
    const RuleText& text = TextOf(rule.rule);
    json.BeginObject();
    json.Text("id", text.id);
    json.Text("name", text.name);
    WriteText("shortDescription", text.summary, json);
    json.Key("defaultConfiguration");
    json.BeginObject();
    json.Text("level", SarifLevel(text.severity));
    json.EndObject();
    json.EndObject();
  }
  json.EndArray();
  json.EndObject();
  json.EndObject();
  json.Key("results");
  json.BeginArray();
  for (std::size_t i = 0; i < report.rules.size(); ++i) {
    for (const LintValue& value : report.rules[i].values) {
      WriteSarifResult(report.rules[i], value, i, json);
    }
  }
  json.EndArray();
  json.Key("properties");
  json.BeginObject();
  json.Text("convention", convention.name());
  json.Text("digest", convention.digest());
  json.Text("attributed_percent", PercentText(report.coverage));
  json.EndObject();
  json.EndObject();
  json.EndArray();
  json.EndObject();
  return out;
}

std::string LintBaseline(const LintReport& report) {
  std::string out = "{\"tokentra_baseline\": 1, \"findings\": [";
  std::set<std::string> written;
  const char* separator = "\n";
  for (const LintRule& rule : report.rules) {
    if (IsSensitive(rule.rule)) continue;
    for (const LintValue& value : rule.values) {
      std::string line;
      JsonWriter json(line);
      json.BeginObject();
      json.Text("rule", TextOf(rule.rule).id);
      json.Text("key", value.finding.key);
      json.Text("value", value.finding.raw);
      json.EndObject();
      if (!written.insert(line).second) continue;
      absl::StrAppend(&out, separator, "  ", line);
      separator = ",\n";
    }
  }
  out += "\n]}\n";
  return out;
}

}  // namespace tokentra
