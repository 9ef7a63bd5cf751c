#include "core/convention/convention.h"

#include <algorithm>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/convention/convention_testing.h"

namespace tokentra {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kTeams = R"json({
  "tokentra_convention": 1,
  "name": "acme",
  "vocabularies": {
    "teams": [
      {"name": "engineering", "aliases": ["eng"]},
      {"name": "growth", "former": [{"name": "marketing", "until": "2026-07-01"}]},
      "data-platform"
    ]
  },
  "keys": {
    "project_id": {
      "presence": "required",
      "template": "{team}-{product}-{feature}",
      "parts": {
        "team": {"vocabulary": "teams", "equals": "team_id"},
        "product": {"case": "lower"},
        "feature": {"case": "lower", "separator": "-"}
      }
    },
    "team_id": {"presence": "required", "vocabulary": "teams"},
    "environment": {"words": ["dev", "staging", "prod"]}
  }
})json";

// The page's own example: two parts where its rule wants three.
TEST(BuiltinConvention, SaysHelpfullyWhatThePagesOwnExampleBreaks) {
  const auto convention = Convention::Builtin();
  ASSERT_NE(convention, nullptr);
  const CheckResult result = CheckOf(*convention, {{"projectId", "customer-chatbot"},
                                                   {"teamId", "engineering"},
                                                   {"feature", "support-tickets"}});
  ASSERT_EQ(result.findings.size(), 1u);
  const Finding& finding = result.findings[0];
  EXPECT_EQ(TextOf(finding.rule).id, "TK-N006");
  EXPECT_EQ(finding.key, "project_id");
  EXPECT_EQ(finding.value, "customer-chatbot");
  EXPECT_EQ(finding.suggestion, "engineering-customer-chatbot");
  EXPECT_FALSE(finding.fix_is_safe);
  EXPECT_EQ(finding.message,
            "it has 2 parts, {team}-{product}-{feature} has 3: {team} is missing, and team_id is "
            "\"engineering\"");
}

TEST(BuiltinConvention, AcceptsWhatThePageAsksFor) {
  const auto convention = Convention::Builtin();
  EXPECT_TRUE(ConformsTo(*convention, {{"project_id", "growth-web-chat"}, {"team_id", "growth"}}));
  // The team's own hyphen is no separator: team_id says where the team ends.
  EXPECT_TRUE(ConformsTo(*convention, {{"project_id", "data-platform-search-qa"},
                                       {"team_id", "data-platform"},
                                       {"feature", "support-tickets"},
                                       {"environment", "prod"},
                                       {"user_id", "u-7"}}));
  EXPECT_FALSE(ConformsTo(*convention, {{"project_id", "growth-web-chat"}, {"team_id", "search"}}));
  EXPECT_FALSE(ConformsTo(*convention, {{"team_id", "growth"}}));
}

struct FindingCase {
  std::string_view name;
  std::string_view team;
  std::string_view project;
  std::string_view rule;
  std::string_view suggestion;
  bool is_safe;
};

class ProjectFinding : public ::testing::TestWithParam<FindingCase> {};

TEST_P(ProjectFinding, NamesTheRuleAndTheNearestValidValue) {
  const FindingCase& item = GetParam();
  const auto convention = CompileOrDie(kTeams);
  const CheckResult result =
      CheckOf(*convention, {{"project_id", item.project}, {"team_id", item.team}});
  ASSERT_EQ(result.findings.size(), 1u) << Describe(result);
  EXPECT_EQ(TextOf(result.findings[0].rule).id, item.rule) << Describe(result);
  EXPECT_EQ(result.findings[0].suggestion, item.suggestion) << Describe(result);
  EXPECT_EQ(result.findings[0].fix_is_safe, item.is_safe) << Describe(result);
  if (!item.suggestion.empty()) {
    EXPECT_TRUE(ConformsTo(*convention, {{"project_id", item.suggestion}, {"team_id", item.team}}));
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, ProjectFinding,
    ::testing::Values(
        FindingCase{"case", "growth", "Growth-Web-Chat", "TK-N003", "growth-web-chat", true},
        FindingCase{"separator", "growth", "growth_web_chat", "TK-N005", "growth-web-chat", true},
        FindingCase{"blanks", "growth", " growth web/chat ", "TK-N005", "growth-web-chat", true},
        FindingCase{"both", "growth", "Growth_Web_Chat", "TK-N005", "growth-web-chat", true},
        FindingCase{"camel", "growth", "GrowthWebChat", "TK-N005", "growth-web-chat", false},
        FindingCase{"typo", "engineering", "enginering-chat-tickets", "TK-N101",
                    "engineering-chat-tickets", false},
        FindingCase{"typo_in_two_words", "data-platform", "data-plattform-search-qa", "TK-N101",
                    "data-platform-search-qa", false},
        FindingCase{"swapped", "growth", "web-growth-chat", "TK-N006", "growth-web-chat", false},
        FindingCase{"missing", "growth", "web-chat", "TK-N006", "growth-web-chat", false},
        FindingCase{"one_part", "growth", "chat", "TK-N006", "", false},
        FindingCase{"alias", "engineering", "eng-web-chat", "TK-N102", "engineering-web-chat",
                    true},
        FindingCase{"former", "growth", "marketing-web-chat", "TK-N103", "growth-web-chat", true},
        FindingCase{"mismatch", "growth", "engineering-web-chat", "TK-N105", "growth-web-chat",
                    false},
        FindingCase{"character", "growth", "growth-web-ch!t", "TK-N002", "", false},
        FindingCase{"empty", "growth", "", "TK-N001", "", false},
        FindingCase{"unfinished", "growth", "growth-web-", "TK-N005", "", false}),
    [](const auto& one) { return std::string(one.param.name); });

struct ErrorCase {
  std::string_view name;
  std::string_view keys;  // the body of "keys", and what follows it
  std::string_view error;
};

class CompileErrors : public ::testing::TestWithParam<ErrorCase> {};

TEST_P(CompileErrors, NameTheRuleAndShowAnExample) {
  const std::string json =
      absl::StrCat(R"({"tokentra_convention":1,"keys":{)", GetParam().keys, "}");
  EXPECT_THAT(CompileError(json), HasSubstr(GetParam().error)) << json;
}

INSTANTIATE_TEST_SUITE_P(
    All, CompileErrors,
    ::testing::Values(
        ErrorCase{
            "ambiguous",
            R"("p":{"template":"{a}-{b}","parts":{"a":{"separator":"-"},"b":{"separator":"-"}}}})",
            "keys.p: its template is ambiguous: \"a-a-a\" reads as a \"a\", b \"a-a\" and as a "
            "\"a-a\", b \"a\"; close a vocabulary"},
        ErrorCase{"overlap",
                  R"("p":{"templates":["{a}-{b}","{c}-x"],"parts":{"a":{"words":["x","y"]}}}})",
                  "keys.p: its templates overlap: \"x-x\" reads as"},
        ErrorCase{"unreachable_template",
                  R"("p":{"templates":["{a}-{b}","x-{c}"],"ambiguity":"longest",)"
                  R"("parts":{"a":{"words":["x","y"]}}}})",
                  "keys.p: its template x-{c} can never apply"},
        ErrorCase{"word_holds_separator",
                  R"("p":{"template":"{a}-{b}","parts":{"a":{"words":["data",)"
                  R"("data-platform"]},"b":{"separator":"-"}}}})",
                  "\"data-platform-a\" reads as a \"data\", b \"platform-a\" and as a "
                  "\"data-platform\", b \"a\""},
        ErrorCase{
            "length", R"("p":{"template":"{a}-{b}","length":{"min":1,"max":2}}})",
            "keys.p: nothing can satisfy it: no value has 1 to 2 bytes; the shortest value is "
            "\"a-a\" with 3"},
        ErrorCase{"all_reserved", R"("p":{"words":["a","b"],"reserved":["a","b"]}})",
                  "nothing can satisfy it: all its words are reserved"},
        ErrorCase{"disjoint_equality",
                  R"("p":{"template":"{t}-{b}","parts":{"t":{"words":["a"],)"
                  R"("equals":"team_id"}}},"team_id":{"words":["b"]}})",
                  "keys.p.parts.t: nothing can satisfy it: it must equal team_id"},
        ErrorCase{"dead_condition",
                  R"("environment":{"words":["prod","dev"]}},)"
                  R"("conditions":[{"if":{"environment":"prd"},"require":["environment"]}])",
                  "conditions[0]: can never apply: environment is never \"prd\", nearest is "
                  "\"prod\""},
        ErrorCase{"dead_scope",
                  R"("e":{"words":["prod","dev"]}},"scopes":[{"when":{"e":"prod"},)"
                  R"("mode":"reject"},{"when":{"e":"prod","x":"y"},"mode":"warn"}])",
                  "scopes[1]: can never apply: scopes[0] applies first"},
        ErrorCase{"shadowing_words",
                  R"("t":{"words":[{"name":"growth","aliases":["g"]},{"name":"gamma",)"
                  R"("aliases":["g"]}]}})",
                  "word \"g\" is an alias of"},
        ErrorCase{"twice", R"("t":{"words":["a","b","a"]}})", "word \"a\" stands there twice"},
        ErrorCase{"runaway", R"json("t":{"pattern":"(a|b)*a(a|b){20}"}})json",
                  "keys.t: pattern \"(a|b)*a(a|b){20}\" is too large: it needs more than "
                  "pattern_states_max 1024"},
        ErrorCase{"look_around", R"json("t":{"pattern":"a(?=b)"}})json", "has look-around"},
        ErrorCase{"back_reference", R"json("t":{"pattern":"(a)\\1"}})json",
                  "has \\1, which is no finite"},
        ErrorCase{"unknown_member", R"("t":{"patern":"a"}})",
                  "keys.t: member \"patern\" is not known"},
        ErrorCase{"unused_part", R"("p":{"template":"{a}","parts":{"b":{}}}})",
                  "keys.p.parts.b: is in no template"},
        ErrorCase{"unknown_vocabulary", R"("p":{"vocabulary":"teams"}})",
                  "vocabulary \"teams\" is not declared"},
        ErrorCase{"bad_default", R"("p":{"words":["a"],"default":"b"}})",
                  "its default \"b\" is not valid"},
        ErrorCase{"profile_key", R"("Team":{}},"profiles":["portable"])",
                  "keys.Team: does not survive the profile portable"},
        ErrorCase{"profile_word", R"("t":{"words":["a b"]}},"profiles":["kubernetes"])",
                  "its word \"a b\" does not survive the profile kubernetes"},
        ErrorCase{
            "forbidden_and_required",
            R"("a":{"presence":"required"},"b":{}},"conditions":[{"if":{"b":"x"},"forbid":["a"]}])",
            "conditions[0]: nothing can satisfy it: it forbids a"}),
    [](const auto& one) { return std::string(one.param.name); });

}  // namespace
}  // namespace tokentra
