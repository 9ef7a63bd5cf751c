// Method: a small convention and events whose findings are known; what is counted under rules,
// values and days, and what the texts of a report hold. Limits at one less, exactly, one more.

#include "core/analysis/lint.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/client/record_fix.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/convention/convention_testing.h"

namespace tokentra {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kTeams = R"json({
  "tokentra_convention": 1, "name": "acme",
  "keys": {
    "team_id": {"presence": "required", "words": [
        {"name": "growth", "aliases": ["gr"], "former": [{"name": "old", "until": "2026-10-15"}]},
        "search"]},
    "feature": {"case": "lower", "separator": "-"}
  },
  "baseline": [{"rule": "TK-N101", "key": "team_id", "value": "legacy"}]
})json";

constexpr InstantNs kDay = 86'400 * kNsPerSecond;
constexpr Int128 kCent = Money::kUnit / 100;

std::vector<std::string> Rules(const LintReport& report) {
  std::vector<std::string> out;
  for (const LintRule& rule : report.rules) {
    out.push_back(absl::StrCat(TextOf(rule.rule).id, " ", rule.weight.events, " ",
                               static_cast<std::int64_t>(rule.weight.cost / kCent)));
  }
  return out;
}

TEST(Lint, CountsUnderRulesValuesAndDays) {
  Lint lint(CompileOrDie(kTeams));
  const Entries good = {{"team_id", "growth"}, {"feature", "chat"}};
  const Entries typo = {{"team_id", "growht"}, {"feature", "chat"}};
  const Entries loud = {{"team_id", "growth"}, {"feature", "CHAT"}, {"request_id", "r-1"}};
  const Entries none = {{"feature", "chat"}};
  lint.Add(good, kCheckedAt, {2, 200 * kCent}, {"a.jsonl", 1});
  lint.Add(typo, kCheckedAt, {1, 10 * kCent}, {"a.jsonl", 3});
  lint.Add(typo, kCheckedAt + kDay, {1, 20 * kCent}, {"b.jsonl", 1});
  lint.Add(loud, kCheckedAt + kDay, {5, 100 * kCent}, {"b.jsonl", 2});
  lint.Add(none, kCheckedAt + kDay, {1, 0}, {"b.jsonl", 9});
  const LintReport report = lint.Report();
  EXPECT_THAT(Rules(report), ElementsAre("TK-N003 5 100", "TK-N101 2 30", "TK-N201 1 0"));
  const LintValue& value = report.rules[1].values[0];
  EXPECT_EQ(value.finding.suggestion, "growth");
  EXPECT_EQ(value.source, "a.jsonl");
  EXPECT_EQ(value.line, 3u);
  EXPECT_EQ(value.weight.events, 2u);
  EXPECT_EQ(report.all.events, 10u);
  EXPECT_EQ(report.broken.events, 3u);
  // A feature in capitals is attributed all the same; a team that nobody knows is not.
  EXPECT_EQ(report.coverage.attributed.events, 7u);
  EXPECT_EQ(CoverageTenths(report.coverage), 909u);  // 3.00 of 3.30
  ASSERT_EQ(report.days.size(), 2u);
  EXPECT_EQ(report.days[0].first, "2026-10-15");
  EXPECT_EQ(CoverageTenths(report.days[0].second), 952u);
  EXPECT_EQ(report.days[1].first, "2026-10-16");
}

TEST(Lint, TheInstantDecidesAboutFormerNames) {
  Lint lint(CompileOrDie(kTeams));
  const Entries old = {{"team_id", "old"}};
  lint.Add(old, kCheckedAt - 2 * kDay, {1, 0}, {});
  lint.Add(old, kCheckedAt, {1, 0}, {});
  EXPECT_THAT(Rules(lint.Report()), ElementsAre("TK-N103 1 0"));
}

TEST(Lint, WhatTheBaselineKnowsIsNotBroken) {
  Lint lint(CompileOrDie(kTeams));
  const Entries legacy = {{"team_id", "legacy"}};
  lint.Add(legacy, kCheckedAt, {3, kCent}, {});
  const LintReport report = lint.Report();
  EXPECT_EQ(report.broken.events, 0u);
  EXPECT_EQ(report.coverage.attributed.events, 3u);
  EXPECT_EQ(report.rules[0].baselined_events, 3u);
}

TEST(Lint, SensitiveValuesAreInNoText) {
  const std::string secret = absl::StrCat("ghp_", "Ab3dEf6hIj9lMn2pQr5tUv8xYz1bCd4fGh7j");
  Lint lint(CompileOrDie(kTeams));
  const Entries declared = {{"team_id", secret}};
  const Entries undeclared = {{"team_id", "growth"}, {"note", secret}};
  const Entries again = {{"team_id", "growth"}};
  lint.Add(again, kCheckedAt, {1, kCent}, {});
  lint.Add(declared, kCheckedAt, {1, kCent}, {});
  lint.Add(undeclared, kCheckedAt, {1, kCent}, {});
  const LintReport report = lint.Report();
  EXPECT_THAT(Rules(report), ElementsAre("TK-N402 2 2"));
  for (const std::string& text :
       {LintText(report, lint.convention(), 10), LintJson(report, lint.convention()),
        LintSarif(report, lint.convention(), "1"), LintBaseline(report)}) {
    EXPECT_THAT(text, Not(HasSubstr(secret.substr(4, 12))));
  }
}

TEST(Lint, ValuesBeyondTheLimitAreCountedUnderTheirRule) {
  for (const int distinct : {2, 3, 4}) {
    Lint lint(CompileOrDie(kTeams), 3);
    for (int i = 0; i < distinct; ++i) {
      const std::string team = absl::StrCat("nobody", i);
      const Entries entries = {{"team_id", team}};
      lint.Add(entries, kCheckedAt, {1, kCent}, {});
    }
    const LintReport report = lint.Report();
    ASSERT_EQ(report.rules.size(), 1u);
    EXPECT_EQ(report.rules[0].weight.events, static_cast<std::uint64_t>(distinct));
    EXPECT_EQ(report.rules[0].values.size(), static_cast<std::size_t>(std::min(distinct, 3)));
    EXPECT_EQ(report.values_left_out, distinct == 4 ? 1u : 0u);
  }
}

TEST(Lint, CoverageIsExactAtItsEdges) {
  const auto tenths = [](Int128 part, Int128 all) { return CoverageTenths({{1, all}, {1, part}}); };
  EXPECT_EQ(tenths(1'999, 2'000), 999u);
  EXPECT_EQ(tenths(2'000, 2'000), 1'000u);
  EXPECT_EQ(tenths(1, 2'000), 0u);
  EXPECT_EQ(tenths(Money::kMax - 1, Money::kMax), 999u);
  EXPECT_EQ(tenths(Money::kMax, Money::kMax), 1'000u);
  EXPECT_EQ(CoverageTenths({{4, 0}, {3, 0}}), 750u);  // without money: of the events
  EXPECT_EQ(CoverageTenths({}), 1'000u);
}

TEST(FixRecord, ChangesTheMetadataOfTheRecordOnly) {
  const auto convention = CompileOrDie(kTeams);
  std::uint64_t fixes = 0;
  const std::string record =
      R"({"a":[{"metadata":{"team_id":"gr"}},"}\"{"], "metadata" : {"team_id":"GROWTH",)"
      R"("feature":"Web Chat","n":1.50} ,"z":1e3})";
  const Entries read = {{"team_id", "GROWTH"}, {"feature", "Web Chat"}, {"n", "1.5"}};
  EXPECT_EQ(FixRecord(*convention, record, read, kCheckedAt, &fixes),
            R"({"a":[{"metadata":{"team_id":"gr"}},"}\"{"], "metadata" : {"team_id":"growth",)"
            R"("feature":"web-chat","n":1.50} ,"z":1e3})");
  EXPECT_EQ(fixes, 2u);
  const Entries good = {{"team_id", "growth"}};
  EXPECT_EQ(
      FixRecord(*convention, "{\"metadata\":{\"team_id\":\"growth\"}}", good, kCheckedAt, &fixes),
      "{\"metadata\":{\"team_id\":\"growth\"}}");
  EXPECT_EQ(fixes, 2u);
}

}  // namespace
}  // namespace tokentra
