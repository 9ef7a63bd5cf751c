#include "core/analysis/lint.h"

#include <algorithm>
#include <tuple>

#include "absl/strings/str_cat.h"

namespace tokentra {
namespace {

// "2026-10-15" of an instant.
std::string DayOf(InstantNs at) {
  return at == kNoInstant ? std::string("unknown") : FormatInstant(at).substr(0, 10);
}

void AppendText(std::string_view text, std::string& key) {
  const std::uint64_t size = text.size();
  key.append(reinterpret_cast<const char*>(&size), sizeof size);
  key.append(text);
}

bool IsPresence(Rule rule) { return rule == Rule::kMissingKey || rule == Rule::kConditionalKey; }

// What tells values apart under a rule.
std::string ValueKey(const Finding& finding) {
  return absl::StrCat(finding.key, "\n", finding.part, "\n", finding.value, "\n", finding.raw, "\n",
                      finding.fingerprint, "\n", finding.suggestion);
}

// Most money first; then most events; then by text, so that the order is always the same.
bool ComesFirst(const LintWeight& a, const LintWeight& b) {
  return a.cost != b.cost ? a.cost > b.cost : a.events > b.events;
}

}  // namespace

Lint::Lint(std::shared_ptr<const Convention> convention, std::size_t values_max)
    : convention_(std::move(convention)), values_max_(values_max), judge_(convention_) {
  for (const std::string_view key : convention_->RequiredKeys()) required_.emplace(key);
}

const std::vector<Finding>& Lint::FindingsOf(std::span<const MetadataEntry> metadata,
                                             InstantNs at) {
  const bool ignores = convention_->IgnoresUndeclared();
  bool only_declared = true;
  key_.clear();
  AppendText(absl::StrCat(convention_->EpochOf(at)), key_);
  for (const MetadataEntry& entry : metadata) {
    // Keys that nothing minds have ids under them: they would make every set another one.
    const bool declared = convention_->IsDeclared(entry.key);
    only_declared = only_declared && declared;
    if (ignores && !declared) continue;
    AppendText(entry.key, key_);
    AppendText(entry.value, key_);
  }
  const auto known = verdicts_.find(key_);
  // Even there a secret counts: a set that does not conform is looked at whole.
  const bool is_whole = !ignores || only_declared;
  if (known != verdicts_.end() && (is_whole || convention_->Conforms(metadata, at))) {
    return known->second;
  }
  std::vector<Finding> findings = judge_.CheckSet(metadata, at).findings;
  const bool sensitive = std::any_of(findings.begin(), findings.end(), [](const Finding& finding) {
    return IsSensitive(finding.rule);
  });
  if (sensitive || known != verdicts_.end() || verdicts_.size() >= kLintSetsMax) {
    unremembered_ = std::move(findings);
    return unremembered_;
  }
  return verdicts_.emplace(key_, std::move(findings)).first->second;
}

void Lint::CountFinding(const Finding& finding, const LintWeight& weight, const LintPlace& place,
                        bool is_first_of_rule) {
  Slot& slot = rules_[finding.rule];
  slot.severity = std::max(slot.severity, finding.severity);
  if (is_first_of_rule) {
    slot.weight.Add(weight);
    if (finding.baselined) slot.baselined_events += weight.events;
  }
  const std::string key = ValueKey(finding);
  auto found = slot.values.find(key);
  if (found == slot.values.end()) {
    if (values_ >= values_max_) {
      ++values_left_out_;
      return;
    }
    ++values_;
    LintValue value = {finding, {}, std::string(place.source), place.line};
    found = slot.values.emplace(key, std::move(value)).first;
  }
  found->second.weight.Add(weight);
}

void Lint::Count(const std::vector<Finding>& findings, const std::string& day,
                 const LintWeight& weight, const LintPlace& place, const Names* kept) {
  bool attributed = true;
  bool broken = false;
  std::set<Rule> met;
  for (const Finding& finding : findings) {
    const bool presence = IsPresence(finding.rule);
    // What is not kept cannot be found absent.
    if (presence && kept != nullptr && !kept->contains(finding.key)) continue;
    CountFinding(finding, weight, place, met.insert(finding.rule).second);
    if (finding.severity != Severity::kError || finding.baselined) continue;
    broken = true;
    if (presence || required_.contains(finding.key)) attributed = false;
  }
  all_.Add(weight);
  if (broken) broken_.Add(weight);
  coverage_.Add(weight, attributed);
  if (days_.size() < kLintDaysMax || days_.contains(day)) days_[day].Add(weight, attributed);
}

void Lint::Add(std::span<const MetadataEntry> metadata, InstantNs at, const LintWeight& weight,
               const LintPlace& place) {
  Count(FindingsOf(metadata, at), DayOf(at), weight, place, nullptr);
}

absl::Status Lint::AddSnapshot(const SnapshotView& view, std::string_view source) {
  const std::span<const std::string> dimensions = view.snapshot().dimension_names();
  const Names kept(dimensions.begin(), dimensions.end());
  for (const std::string_view key : convention_->DeclaredKeys()) {
    if (!kept.contains(key)) not_checked_.emplace(key);
  }
  std::vector<std::string_view> keys(dimensions.begin(), dimensions.end());
  keys.push_back("day");
  absl::StatusOr<std::vector<GroupRow>> rows = view.Group(keys, {});
  if (!rows.ok()) return rows.status();
  for (const GroupRow& row : *rows) {
    const LintWeight weight = {row.totals.events, row.totals.cost.attos()};
    std::vector<MetadataEntry> metadata;
    bool folded = false;
    for (std::size_t i = 0; i < dimensions.size(); ++i) {
      folded = folded || row.keys[i].presence == KeyPresence::kFolded;
      if (row.keys[i].presence == KeyPresence::kPresent) {
        metadata.push_back({dimensions[i], row.keys[i].text});
      }
    }
    if (folded) {
      folded_.Add(weight);
      continue;
    }
    const KeyValue& day = row.keys.back();
    const absl::StatusOr<InstantNs> at = ParseInstant(absl::StrCat(day.text, "T00:00:00Z"));
    if (weight.events == 0) continue;
    Count(FindingsOf(metadata, at.ok() ? *at : kNoInstant), at.ok() ? day.text : DayOf(kNoInstant),
          weight, {source, 0}, &kept);
  }
  return absl::OkStatus();
}

LintReport Lint::Report() const {
  LintReport report;
  report.all = all_;
  report.broken = broken_;
  report.coverage = coverage_;
  report.folded = folded_;
  report.values_left_out = values_left_out_;
  report.days.assign(days_.begin(), days_.end());
  report.not_checked.assign(not_checked_.begin(), not_checked_.end());
  for (const auto& [rule, slot] : rules_) {
    LintRule& made = report.rules.emplace_back();
    made.rule = rule;
    made.severity = slot.severity;
    made.weight = slot.weight;
    made.baselined_events = slot.baselined_events;
    for (const auto& [key, value] : slot.values) made.values.push_back(value);
    std::sort(made.values.begin(), made.values.end(), [](const LintValue& a, const LintValue& b) {
      if (a.weight.cost != b.weight.cost || a.weight.events != b.weight.events) {
        return ComesFirst(a.weight, b.weight);
      }
      return std::tie(a.finding.key, a.finding.value, a.finding.message, a.finding.fingerprint) <
             std::tie(b.finding.key, b.finding.value, b.finding.message, b.finding.fingerprint);
    });
  }
  std::stable_sort(
      report.rules.begin(), report.rules.end(),
      [](const LintRule& a, const LintRule& b) { return ComesFirst(a.weight, b.weight); });
  return report;
}

std::uint32_t CoverageTenths(const LintCoverage& coverage) {
  Int128 all = coverage.all.cost;
  Int128 part = coverage.attributed.cost;
  if (all <= 0) {
    all = static_cast<Int128>(coverage.all.events);
    part = static_cast<Int128>(coverage.attributed.events);
  }
  if (all <= 0) return 1'000;
  const bool whole = part >= all;
  // Beyond 10^34 a thousandth of it is what counts.
  if (all > Money::kMax / 10'000) {
    all /= 1'000;
    part /= 1'000;
  }
  const auto tenths = static_cast<std::uint32_t>(part * 1'000 / all);
  return whole ? tenths : std::min(tenths, 999u);
}

}  // namespace tokentra
