// Every limit of the language at one less, exactly, and one more; and what holds for every set of
// metadata: order does not matter, suggestions that are safe are right, normalising twice is once.

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/convention/finding_json.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/convention/convention_testing.h"

namespace tokentra {
namespace {

using ::testing::HasSubstr;

// `count` texts PREFIX0, PREFIX1, ... each made by `item`, joined by commas.
template <typename Item>
std::string List(std::size_t count, const Item& item) {
  std::vector<std::string> items;
  for (std::size_t i = 0; i < count; ++i) items.push_back(item(i));
  return absl::StrJoin(items, ",");
}

std::string With(std::string_view members) {
  return absl::StrCat(R"({"tokentra_convention":1,)", members, "}");
}

struct Limit {
  std::string_view name;  // as its error calls it; empty: the error has other words
  std::size_t limit;
  std::string (*make)(std::size_t count);
};

const Limit kLimits[] = {
    {"keys_max", kKeysMax,
     [](std::size_t n) {
       return With(absl::StrCat(
           R"("keys":{)", List(n, [](std::size_t i) { return absl::StrCat("\"k", i, "\":{}"); }),
           "}"));
     }},
    {"templates_max", kTemplatesMax,
     [](std::size_t n) {
       return With(absl::StrCat(R"("keys":{"a":{"templates":[)",
                                List(n, [](std::size_t i) { return absl::StrCat("\"x", i, "\""); }),
                                "]}}"));
     }},
    {"vocabularies_max", kVocabulariesMax,
     [](std::size_t n) {
       return With(
           absl::StrCat(R"("vocabularies":{)",
                        List(n, [](std::size_t i) { return absl::StrCat("\"v", i, "\":[\"a\"]"); }),
                        R"(},"keys":{"a":{}})"));
     }},
    {"words_max", kWordsMax,
     [](std::size_t n) {
       return With(absl::StrCat(R"("keys":{"a":{"words":[)",
                                List(n, [](std::size_t i) { return absl::StrCat("\"w", i, "\""); }),
                                "]}}"));
     }},
    {"word_bytes_max", kWordBytesMax,
     [](std::size_t n) {
       return With(absl::StrCat(R"("keys":{"a":{"words":[")", std::string(n, 'w'), "\"]}}"));
     }},
    {"conditions_max", kConditionsMax,
     [](std::size_t n) {
       return With(absl::StrCat(R"("keys":{"a":{},"b":{}},"conditions":[)",
                                List(n,
                                     [](std::size_t i) {
                                       return absl::StrCat(R"({"if":{"a":"v)", i,
                                                           R"("},"require":["b"]})");
                                     }),
                                "]"));
     }},
    {"scopes_max", kScopesMax,
     [](std::size_t n) {
       return With(absl::StrCat(R"("keys":{"a":{}},"scopes":[)",
                                List(n,
                                     [](std::size_t i) {
                                       return absl::StrCat(R"({"when":{"a":"v)", i,
                                                           R"("},"mode":"warn"})");
                                     }),
                                "]"));
     }},
    {"baseline_max", kBaselineMax,
     [](std::size_t n) {
       return With(absl::StrCat(R"("keys":{"a":{}},"baseline":[)",
                                List(n,
                                     [](std::size_t i) {
                                       return absl::StrCat(
                                           R"({"rule":"TK-N101","key":"a","value":"v)", i, "\"}");
                                     }),
                                "]"));
     }},
    {"text_bytes_max", kConventionBytesMax,
     [](std::size_t n) {
       const std::string text = With(R"("keys":{"a":{}})");
       return text + std::string(n - text.size(), ' ');
     }},
    {"", kValueBytesMax,
     [](std::size_t n) {
       return With(absl::StrCat(R"("keys":{"a":{"length":{"max":)", n, "}}}"));
     }},
    {"", kCardinalityMax,
     [](std::size_t n) {
       return With(absl::StrCat(R"("keys":{"a":{"cardinality":{"max":)", n, "}}}"));
     }},
};

class LimitTest : public ::testing::TestWithParam<Limit> {};

TEST_P(LimitTest, HoldsExactly) {
  const Limit& limit = GetParam();
  EXPECT_EQ(CompileError(limit.make(limit.limit - 1)), "");
  EXPECT_EQ(CompileError(limit.make(limit.limit)), "");
  const std::string error = CompileError(limit.make(limit.limit + 1));
  EXPECT_NE(error, "");
  EXPECT_THAT(error, HasSubstr(absl::StrCat(limit.limit)));
  if (!limit.name.empty()) EXPECT_THAT(error, HasSubstr(limit.name));
}

INSTANTIATE_TEST_SUITE_P(All, LimitTest, ::testing::ValuesIn(kLimits), [](const auto& one) {
  return one.param.name.empty() ? absl::StrCat("limit", one.index) : std::string(one.param.name);
});

TEST(HostileConventions, EndInAnErrorWithinLimits) {
  for (const std::string& pattern :
       {std::string("((a*)*)*"), std::string("(a|a)*(a|a)*(a|a)*b"), std::string("[a-z]{1,99999}"),
        std::string("(((((((((a{9}){9}){9}){9}){9}){9}){9}){9}){9})"), std::string(5'000, '(')}) {
    const std::string json = With(absl::StrCat(R"("keys":{"a":{"pattern":")", pattern, "\"}}"));
    const auto convention = Convention::Compile(json, {});
    if (!convention.ok()) {
      EXPECT_FALSE(convention.status().message().empty());
    }
  }
  EXPECT_NE(CompileError(std::string(100'000, '[')), "");
  EXPECT_NE(CompileError(With(absl::StrCat(R"("keys":{"a":)", std::string(70, '{'), "}"))), "");
}

constexpr std::string_view kRich = R"json({
  "tokentra_convention": 1, "mode": "normalize", "unknown_keys": "warn",
  "vocabularies": {"teams": [
    {"name": "growth", "aliases": ["gr"], "former": [{"name": "old", "until": "2026-07-01"}]},
    {"name": "web-shop", "parent": "growth"}, "data-platform"]},
  "keys": {
    "project_id": {"template": "{team}-{product}-{feature}", "aliases": ["project"],
      "parts": {"team": {"vocabulary": "teams", "equals": "team_id"}, "product": {"case": "lower"},
                "feature": {"case": "lower", "separator": "-"}}},
    "team_id": {"presence": "required", "vocabulary": "teams"},
    "feature": {"case": "lower", "separator": "-", "length": {"min": 2, "max": 20}},
    "environment": {"words": ["dev", "prod"], "default": "dev"}
  },
  "conditions": [{"if": {"environment": "prod"}, "require": ["feature"]}],
  "reserved": ["test"]
})json";

TEST(CheckProperties, OrderSuggestionsAndNormalising) {
  const auto convention = CompileOrDie(kRich);
  std::mt19937_64 random(20'261'128);
  const std::vector<std::string> keys = {"project_id", "projectId", "project",     "team_id",
                                         "teamId",     "feature",   "environment", "other"};
  const std::vector<std::string> values = {"growth-shop-chat",
                                           "growth",
                                           "GR",
                                           "Growth_Shop_Chat",
                                           "data-platform",
                                           "old",
                                           "web-shop",
                                           "data-platform-ab-cd-ef",
                                           "prod",
                                           "dev",
                                           "Chat Bot",
                                           "test",
                                           "x",
                                           "",
                                           " growth ",
                                           "wbe-shop",
                                           "chatBot"};
  const auto pick = [&](const std::vector<std::string>& from) {
    return from[random() % from.size()];
  };
  int applied = 0;
  int suggested = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::vector<std::string> texts;
    const std::size_t count = 1 + random() % 5;
    for (std::size_t i = 0; i < count; ++i) {
      texts.push_back(pick(keys));
      std::string value = pick(values);
      if (random() % 4 == 0 && !value.empty())
        value[random() % value.size()] = "-_ Xz9"[random() % 6];
      texts.push_back(std::move(value));
    }
    Entries entries;
    for (std::size_t i = 0; i < texts.size(); i += 2) entries.push_back({texts[i], texts[i + 1]});
    const CheckResult result = CheckOf(*convention, entries);
    // Order of keys.
    Entries turned(entries.rbegin(), entries.rend());
    ASSERT_EQ(CheckJson(result), CheckJson(CheckOf(*convention, turned))) << Describe(result);
    // What was recorded is recorded again as it is.
    Entries recorded;
    for (const MetadataEntry& entry : entries) {
      const bool replaced = std::any_of(
          result.replacements.begin(), result.replacements.end(), [&](const Replacement& each) {
            return each.key == CanonicalMetadataKey(entry.key) ||
                   (entry.key == "project" && each.key == "project_id");
          });
      if (!replaced) recorded.push_back(entry);
    }
    for (const Replacement& each : result.replacements) recorded.push_back({each.key, each.value});
    const CheckResult again = CheckOf(*convention, recorded);
    for (const Finding& finding : again.findings) {
      EXPECT_FALSE(finding.applied && finding.rule != Rule::kKeyAlias)
          << Describe(result) << " then " << Describe(again);
    }
    // A safe suggestion leaves nothing to say about the value.
    for (const Finding& finding : result.findings) {
      applied += finding.applied ? 1 : 0;
      if (finding.suggestion.empty() || finding.rule == Rule::kUnknownKey ||
          finding.rule == Rule::kKeyAlias) {
        continue;
      }
      ++suggested;
      Entries fixed;
      for (const MetadataEntry& entry : entries) {
        const bool same_key = CanonicalMetadataKey(entry.key) == finding.key ||
                              (entry.key == "project" && finding.key == "project_id");
        if (!same_key) fixed.push_back(entry);
      }
      fixed.push_back({finding.key, finding.suggestion});
      for (const Finding& left : CheckOf(*convention, fixed).findings) {
        EXPECT_FALSE(left.key == finding.key && left.severity == Severity::kError &&
                     left.rule != Rule::kEquality)
            << Describe(result) << " left " << left.message;
      }
    }
  }
  EXPECT_GT(applied, 1'000);
  EXPECT_GT(suggested, 1'000);
}

}  // namespace
}  // namespace tokentra
