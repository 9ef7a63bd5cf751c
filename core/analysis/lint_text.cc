// A lint report for people.

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "core/analysis/lint.h"

namespace tokentra {
namespace {

constexpr std::size_t kBarWidth = 20;

std::string CostText(Int128 cost) {
  const std::optional<Money> money = Money::FromAttos(cost);
  if (!money.has_value()) return "beyond 10^20 USD";
  const Int128 size = cost < 0 ? -cost : cost;
  return absl::StrCat("$", money->ToStringRounded(size == 0 || size >= Money::kUnit ? 2 : 6));
}

std::string EventsText(std::uint64_t events) {
  std::string digits = absl::StrCat(events);
  for (std::size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, 1, ',');
  return absl::StrCat(digits, events == 1 ? " event" : " events");
}

std::string WeightText(const LintWeight& weight) {
  return absl::StrCat(EventsText(weight.events), ", ", CostText(weight.cost));
}

std::string PercentText(const LintCoverage& coverage) {
  const std::uint32_t tenths = CoverageTenths(coverage);
  return absl::StrCat(tenths / 10, ".", tenths % 10, " %");
}

std::string Padded(std::string text, std::size_t width) {
  if (text.size() < width) text.insert(0, width - text.size(), ' ');
  return text;
}

void AppendValue(const LintValue& value, std::string& out) {
  const Finding& finding = value.finding;
  absl::StrAppend(&out, "  ", finding.key.empty() ? "metadata" : finding.key);
  if (!finding.value.empty()) absl::StrAppend(&out, " \"", finding.value, "\"");
  absl::StrAppend(&out, "  ", WeightText(value.weight));
  if (!value.source.empty()) {
    absl::StrAppend(&out, "  ", value.source);
    if (value.line != 0) absl::StrAppend(&out, ":", value.line);
  }
  if (finding.baselined) out += "  (baseline)";
  absl::StrAppend(&out, "\n    ", finding.message, "\n");
  if (!finding.expected.empty()) absl::StrAppend(&out, "    expected: ", finding.expected, "\n");
  if (!finding.suggestion.empty()) {
    absl::StrAppend(&out, "    nearest: ", finding.suggestion,
                    finding.fix_is_safe ? "  (safe: only how it is written)"
                                        : "  (yours to decide: it moves money)",
                    "\n");
  }
  if (!finding.fingerprint.empty()) absl::StrAppend(&out, "    ", finding.fingerprint, "\n");
}

void AppendDays(const LintReport& report, std::string& out) {
  for (const auto& [day, coverage] : report.days) {
    const std::size_t full = CoverageTenths(coverage) * kBarWidth / 1'000;
    std::string bar;
    for (std::size_t i = 0; i < kBarWidth; ++i) bar += i < full ? "\u2588" : "\u2591";
    absl::StrAppend(&out, "  ", day, "  ", bar, "  ", Padded(PercentText(coverage), 7), "  ",
                    WeightText(coverage.all), "\n");
  }
}

}  // namespace

std::string LintText(const LintReport& report, const Convention& convention,
                     std::size_t values_max) {
  std::string out =
      absl::StrCat(convention.name().empty() ? "convention" : convention.name(), ": ",
                   WeightText(report.all), "; ",
                   report.rules.empty()
                       ? std::string("nothing to find fault with")
                       : absl::StrCat(report.rules.size(),
                                      report.rules.size() == 1 ? " rule broken" : " rules broken"),
                   "\n");
  for (const LintRule& rule : report.rules) {
    const RuleText& text = TextOf(rule.rule);
    absl::StrAppend(&out, "\n", SeverityName(rule.severity), " ", text.id, " ", text.name, ": ",
                    text.summary, "\n  ", WeightText(rule.weight));
    if (rule.baselined_events != 0) {
      absl::StrAppend(&out, "; of the baseline: ", EventsText(rule.baselined_events));
    }
    out += "\n";
    const std::size_t shown = std::min(rule.values.size(), values_max);
    for (std::size_t i = 0; i < shown; ++i) AppendValue(rule.values[i], out);
    if (shown < rule.values.size()) {
      absl::StrAppend(&out, "  ... and ", rule.values.size() - shown, " more values\n");
    }
  }
  absl::StrAppend(&out, "\nFully attributed: ", PercentText(report.coverage), " of ",
                  CostText(report.coverage.all.cost), " (",
                  EventsText(report.coverage.attributed.events), " of ",
                  EventsText(report.coverage.all.events), ")\n");
  AppendDays(report, out);
  if (report.folded.events != 0) {
    absl::StrAppend(&out, "Not checked, because a limit of the ledger folded their metadata: ",
                    WeightText(report.folded), "\n");
  }
  if (!report.not_checked.empty()) {
    out += "Not checked, because the ledger does not keep them:";
    for (const std::string& key : report.not_checked) absl::StrAppend(&out, " ", key);
    out += "\n";
  }
  if (report.values_left_out != 0) {
    absl::StrAppend(&out, "Beyond values_max, counted but not told apart: ", report.values_left_out,
                    "\n");
  }
  return out;
}

}  // namespace tokentra
