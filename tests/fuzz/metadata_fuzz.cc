// Metadata as hostile text, checked by conventions that use all of the language: the fast check and
// the slow one agree, findings do not depend on the order of keys, what is sensitive stands in no
// text, suggestions that are safe are valid, and a second check of what was recorded changes
// nothing more.
//
// The first byte chooses the convention; the rest is lines of KEY=VALUE.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/text.h"
#include "core/convention/finding_json.h"
#include "core/convention/judge.h"

namespace {

using namespace tokentra;

void Check(bool holds) {
  if (!holds) std::abort();
}

const std::vector<std::shared_ptr<const Convention>>& Conventions() {
  static const auto made = [] {
    std::vector<std::shared_ptr<const Convention>> all = {Convention::Builtin()};
    for (const std::string_view mode : {"normalize", "quarantine", "reject"}) {
      const std::string json = std::string(R"({"tokentra_convention":1,"mode":")") +
                               std::string(mode) + R"(","vocabularies":{"teams":[
        {"name":"growth","aliases":["gr"],"former":[{"name":"old","until":"2026-07-01"}]},
        {"name":"web","parent":"growth"},"data-platform"]},
        "keys":{
          "project_id":{"template":"{team}-{product}[-{feature}]","aliases":["project"],
            "ambiguity":"longest","parts":{
            "team":{"vocabulary":"teams","equals":"team_id"},
            "product":{"pattern":"[a-z]+[0-9]?"},"feature":{"case":"lower","separator":"-"}}},
          "team_id":{"presence":"required","vocabulary":"teams"},
          "environment":{"words":["dev","prod"],"default":"dev"},
          "day":{"type":"date"},"size":{"type":"number","max":99},"run":{"type":"uuid"}},
        "conditions":[{"if":{"environment":"prod"},"require":["project_id"]}],
        "scopes":[{"when":{"environment":"dev"},"severity":{"*":"note"}}],
        "reserved":["test"],"profiles":["portable"],"unknown_keys":"warn"})";
      all.push_back(Convention::Compile(json, {}).value_or(nullptr));
    }
    return all;
  }();
  return made;
}

std::vector<MetadataEntry> EntriesOf(std::string_view text) {
  std::vector<MetadataEntry> entries;
  while (!text.empty() && entries.size() < 64) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) continue;
    if (!IsValidUtf8(line)) continue;  // the C interface leaves such entries out
    entries.push_back({line.substr(0, equals), line.substr(equals + 1)});
  }
  return entries;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const auto& convention = Conventions()[data[0] % Conventions().size()];
  Check(convention != nullptr);
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  std::vector<MetadataEntry> entries = EntriesOf(text);
  const CheckResult result = convention->Check(entries, kNoInstant);
  if (convention->Conforms(entries, kNoInstant)) {
    Check(result.findings.empty() && result.replacements.empty());
  }
  const std::string json = CheckJson(result);
  std::vector<MetadataEntry> turned(entries.rbegin(), entries.rend());
  Check(CheckJson(convention->Check(turned, kNoInstant)) == json);
  for (const Finding& finding : result.findings) {
    Check(!IsSensitive(finding.rule) || finding.raw.empty());
    Check(finding.begin <= finding.end);
  }
  Judge judge(convention);
  Verdict own;
  Verdict again;
  Check(judge.JudgeSet(entries, kNoInstant, own).replacements.size() ==
        judge.JudgeSet(entries, kNoInstant, again).replacements.size());
  return 0;
}
