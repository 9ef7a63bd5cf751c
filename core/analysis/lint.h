// Lint: what a convention finds in a body of metadata, and the money behind each finding.
//
//   Lint lint(convention);
//   lint.Add(metadata, at, {.events = 1, .cost = cost}, {source, line});   // or AddSnapshot
//   lint.Report();                     // rules by money, coverage by day
//
// An event counts once under each rule that it breaks, and once under each value that breaks it, so
// the money of the rules may sum to more than the total. It is *attributed* when nothing wrong is
// left with what the convention requires of it: every required key is there, and no finding of
// severity error, other than those of the baseline, stands against one of them.
//
// Bounds: kLintValuesMax values in findings and kLintDaysMax days are told apart; what comes on top
// is counted under its rule, and the report says how many. Sensitive values are told apart by
// fingerprint, or not at all.
//
// Thread: one object, one thread. Cost: a set of metadata is checked once and found again by its
// texts.

#ifndef TOKENTRA_CORE_ANALYSIS_LINT_H_
#define TOKENTRA_CORE_ANALYSIS_LINT_H_

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "absl/status/status.h"
#include "core/analysis/snapshot_view.h"
#include "core/base/money.h"
#include "core/convention/convention.h"
#include "core/convention/judge.h"

namespace tokentra {

inline constexpr std::size_t kLintValuesMax = 100'000;  // values_max
inline constexpr std::size_t kLintDaysMax = 4'000;      // days_max
inline constexpr std::size_t kLintSetsMax = 100'000;    // sets that are found again

// Events and their money, summed.
struct LintWeight {
  std::uint64_t events = 0;
  Int128 cost = 0;

  void Add(const LintWeight& other) {
    events += other.events;
    cost += other.cost;
  }
};

// Where a record stands; line 0: nowhere (a row of a snapshot).
struct LintPlace {
  std::string_view source;
  std::uint64_t line = 0;
};

struct LintValue {
  Finding finding;
  LintWeight weight;
  std::string source;  // of the first
  std::uint64_t line = 0;
};

struct LintRule {
  Rule rule = Rule::kEmpty;
  Severity severity = Severity::kNote;  // the highest that was met
  LintWeight weight;
  std::vector<LintValue> values;  // most money first
  std::uint64_t baselined_events = 0;
};

struct LintCoverage {
  LintWeight all;
  LintWeight attributed;

  void Add(const LintWeight& weight, bool is_attributed) {
    all.Add(weight);
    if (is_attributed) attributed.Add(weight);
  }
};

struct LintReport {
  LintWeight all;
  LintWeight broken;            // events with a finding of severity error, not of the baseline
  std::vector<LintRule> rules;  // most money first
  LintCoverage coverage;
  std::vector<std::pair<std::string, LintCoverage>> days;  // ascending, "2026-10-15"
  LintWeight folded;                     // whose metadata a ledger's limit has lost
  std::vector<std::string> not_checked;  // keys that a ledger does not keep
  std::uint64_t values_left_out = 0;
};

class Lint {
 public:
  explicit Lint(std::shared_ptr<const Convention> convention,
                std::size_t values_max = kLintValuesMax);

  void Add(std::span<const MetadataEntry> metadata, InstantNs at, const LintWeight& weight,
           const LintPlace& place);
  // The rows of a ledger: what it keeps of the metadata, by day.
  absl::Status AddSnapshot(const SnapshotView& view, std::string_view source);

  LintReport Report() const;
  const Convention& convention() const { return *convention_; }

 private:
  using Names = std::set<std::string, std::less<>>;
  struct Slot {
    Severity severity = Severity::kNote;
    LintWeight weight;
    std::uint64_t baselined_events = 0;
    std::unordered_map<std::string, LintValue> values;
  };

  const std::vector<Finding>& FindingsOf(std::span<const MetadataEntry> metadata, InstantNs at);
  // `kept`: the keys that could be there; null: all.
  void Count(const std::vector<Finding>& findings, const std::string& day, const LintWeight& weight,
             const LintPlace& place, const Names* kept);
  void CountFinding(const Finding& finding, const LintWeight& weight, const LintPlace& place,
                    bool is_first_of_rule);

  const std::shared_ptr<const Convention> convention_;
  const std::size_t values_max_;
  Judge judge_;
  Names required_;
  std::unordered_map<std::string, std::vector<Finding>> verdicts_;
  std::vector<Finding> unremembered_;
  std::string key_;
  std::map<Rule, Slot> rules_;
  std::size_t values_ = 0;
  std::uint64_t values_left_out_ = 0;
  LintWeight all_;
  LintWeight broken_;
  LintWeight folded_;
  LintCoverage coverage_;
  std::map<std::string, LintCoverage> days_;
  std::set<std::string> not_checked_;
};

// Texts of a report. `name` and `digest` are the convention's.
std::string LintJson(const LintReport& report, const Convention& convention);
// SARIF 2.1.0: one result a value, at the place where it was first met.
std::string LintSarif(const LintReport& report, const Convention& convention,
                      std::string_view version);
// For people; at most `values_max` values of each rule.
std::string LintText(const LintReport& report, const Convention& convention,
                     std::size_t values_max);
// A baseline file that accepts every finding of the report but the sensitive ones.
std::string LintBaseline(const LintReport& report);

// attributed / all of the money (of the events where there is no money) in tenths of a percent,
// rounded down; 1000 when there is nothing.
std::uint32_t CoverageTenths(const LintCoverage& coverage);

}  // namespace tokentra

#endif  // TOKENTRA_CORE_ANALYSIS_LINT_H_
