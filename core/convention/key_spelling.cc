#include "core/convention/key_spelling.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "core/base/text.h"
#include "core/convention/firewall.h"

namespace tokentra {
namespace {

std::string ShownValue(const MetadataEntry& entry, bool* sensitive) {
  const auto found = Scan(entry.key, entry.value);
  if (!found.has_value()) return Quote(entry.value);
  *sensitive = true;
  return absl::StrCat("[redacted: ", found->kind, "]");
}

}  // namespace

void AppendSpellingFindings(std::span<const MetadataEntry> metadata, CheckResult& result) {
  for (const MetadataEntry& entry : metadata) {
    const MetadataEntry* counts = ConflictingSpelling(metadata, entry);
    if (counts == nullptr) continue;
    const bool told =
        std::any_of(result.findings.begin(), result.findings.end(), [&](const Finding& finding) {
          return finding.rule == Rule::kKeySpelling && finding.key == counts->key;
        });
    if (told) continue;
    bool sensitive = false;
    const std::string value = ShownValue(entry, &sensitive);
    Finding& finding = result.findings.emplace_back();
    finding.rule = Rule::kKeySpelling;
    finding.severity = TextOf(Rule::kKeySpelling).severity;
    finding.key = std::string(counts->key);
    finding.value = sensitive ? value : value.substr(1, value.rfind('"') - 1);
    finding.expected = "one value";
    finding.message = absl::StrCat("it is given as ", Quote(entry.key), " too, with ", value, "; ",
                                   ShownValue(*counts, &sensitive), " counts");
    if (sensitive) continue;
    finding.raw = std::string(entry.value);
    finding.end = static_cast<std::uint32_t>(entry.value.size());
  }
}

std::vector<std::string> SpellingMessages(std::span<const MetadataEntry> metadata) {
  std::vector<std::string> messages;
  if (!HasSpellingConflict(metadata)) return messages;
  CheckResult result;
  AppendSpellingFindings(metadata, result);
  for (const Finding& finding : result.findings) {
    messages.push_back(absl::StrCat("metadata.", finding.key, ": ", finding.message));
  }
  return messages;
}

}  // namespace tokentra
