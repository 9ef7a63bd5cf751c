// Method: calls against the built-in catalog and small ones, with the whole result worked out by
// hand: what the caller says, what the body says, and which of the two counts.

#include "core/pricing/evaluate.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/catalog/catalog_testing.h"
#include "tests/core/pricing/pricing_testing.h"

namespace tokentra {
namespace {

using catalog_test::CatalogOf;
using catalog_test::Model;
using catalog_test::Provider;
using catalog_test::Row;
using pricing_test::kNow;
using pricing_test::UsageOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

ExtractedPart PartOf(std::string model, const Usage& usage) {
  ExtractedPart part;
  part.model = std::move(model);
  part.usage = usage;
  part.atoms = *ToAtoms(usage, JoinRule::kTextFirst);
  return part;
}

std::shared_ptr<const Catalog> TwoTiers() {
  return CatalogOf({Provider(
      Model("m1", Row(R"("input_tokens": ["1", 1000000])"),
            R"("variants": [)" +
                Row(R"("input_tokens": ["2", 1000000])",
                    R"("conditions": {"service_tier": "priority"})") +
                "," + Row(R"("input_tokens": ["3", 1000000])", R"("conditions": {"batch": true})") +
                "," + Row(R"("input_tokens": ["4", 1000000])", R"("conditions": {"api": "chat"})") +
                "]") +
          "," +
          Model("m2", Row(R"("input_tokens": ["7", 1000000])"),
                R"("variants": [)" +
                    Row(R"("input_tokens": ["5", 1000000])", R"("conditions": {"region": "eu"})") +
                    "]") +
          "," + Model("gift", Row("", R"("free": true)")),
      R"("service_tiers": {"auto": "standard", "quick": "priority"},
         "regions": {"world": null, "eu": "world"}, "defaults": {"region": "world"})")});
}

const Usage kMillion = UsageOf({{"input_tokens", 1'000'000}});

std::string Total(const Catalog& catalog, const Call& call) {
  Evaluation evaluation;
  const absl::Status status = Evaluate(catalog, call, evaluation);
  if (!status.ok()) return std::string(status.message());
  if (evaluation.state() == CostState::kUnpriced) return evaluation.Reason(catalog);
  return evaluation.total().ToString();
}

TEST(EvaluateTest, ThePagesOwnExample) {
  const auto catalog = Catalog::Builtin();
  const Usage usage = UsageOf({{"input_tokens", 1500}, {"output_tokens", 500}});
  Evaluation evaluation;
  ASSERT_TRUE(Evaluate(*catalog,
                       {.provider = "openai", .model = "gpt-4o", .at = kNow, .usage = &usage},
                       evaluation)
                  .ok());
  EXPECT_EQ(evaluation.total().ToString(), "0.00875");
  EXPECT_EQ(evaluation.state(), CostState::kPriced);
  EXPECT_EQ(evaluation.quality(), Quality::kExact);
  EXPECT_EQ(evaluation.part_count(), 1u);
  EXPECT_EQ(evaluation.part(0).resolution.match, MatchKind::kExact);
  EXPECT_EQ(evaluation.provider(), "openai");
  EXPECT_EQ(evaluation.at(), kNow);
  EXPECT_THAT(evaluation.findings(), IsEmpty());
  EXPECT_EQ(evaluation.Reason(*catalog), "");
}

TEST(EvaluateTest, CallersConditions) {
  const auto catalog = TwoTiers();
  const NamedCondition priority[] = {{"service_tier", "priority"}};
  const NamedCondition batch[] = {{"batch", "true"}};
  const NamedCondition no_batch[] = {{"batch", "false"}};
  const NamedCondition europe[] = {{"region", "eu"}};
  const NamedCondition odd_batch[] = {{"batch", "yes"}};
  const struct {
    Call call;
    const char* total;
  } kCases[] = {
      {{.model = "m1"}, "1"},
      {{.model = "m1", .service_tier = "quick"}, "2"},
      {{.model = "m1", .batch = true}, "3"},
      {{.model = "m1", .service_tier = "batch"}, "3"},
      {{.model = "m1", .api = "chat"}, "4"},
      {{.model = "m2", .region = "eu"}, "5"},
      // Words of the conditions map mean the same as the fields of their own, which win.
      {{.model = "m1", .conditions = priority}, "2"},
      {{.model = "m1", .service_tier = "auto", .conditions = priority}, "1"},
      {{.model = "m1", .conditions = batch}, "3"},
      {{.model = "m1", .batch = true, .conditions = no_batch}, "3"},
      {{.model = "m2", .conditions = europe}, "5"},
      {{.model = "m2", .region = "world", .conditions = europe}, "7"},
      {{.model = "m1", .conditions = odd_batch}, "conditions.batch: \"yes\" is not true or false"},
      {{.model = ""}, "neither the body nor the call names a model"},
      {{.model = "gift"}, "0"},
  };
  for (const auto& one : kCases) {
    Call call = one.call;
    call.provider = "acme";
    call.at = kNow;
    call.usage = &kMillion;
    EXPECT_EQ(Total(*catalog, call), one.total);
  }
}

TEST(EvaluateTest, TheBodysWordWinsAndAContradictionIsFound) {
  const auto catalog = TwoTiers();
  const struct {
    const char* stated;
    const char* body;
    const char* total;
    std::size_t findings;
  } kCases[] = {
      {"", "quick", "2", 0},         {"quick", "", "2", 0},        {"quick", "quick", "2", 0},
      {"priority", "quick", "2", 0}, {"auto", "standard", "1", 0}, {"default", "auto", "1", 0},
      {"quick", "auto", "1", 1},     {"auto", "quick", "2", 1},
  };
  for (const auto& one : kCases) {
    Extraction extraction;
    extraction.provider = "acme";
    extraction.model = "m1";
    extraction.parts.push_back(PartOf("", kMillion));
    if (*one.body != 0) extraction.conditions.push_back({"service_tier", one.body});
    Evaluation evaluation;
    ASSERT_TRUE(
        Evaluate(
            *catalog,
            {.provider = "acme", .service_tier = one.stated, .at = kNow, .extraction = &extraction},
            evaluation)
            .ok());
    EXPECT_EQ(evaluation.total().ToString(), one.total) << one.stated << ' ' << one.body;
    ASSERT_EQ(evaluation.findings().size(), one.findings) << one.stated << ' ' << one.body;
    if (one.findings == 1) {
      EXPECT_EQ(evaluation.findings()[0],
                absl::StrCat("service_tier: the body says \"", one.body, "\", the call said \"",
                             one.stated, "\"; the body's counts"));
    }
  }
}

TEST(EvaluateTest, PartsKeepTheirModels) {
  const auto catalog = TwoTiers();
  Extraction extraction;
  extraction.provider = "acme";
  extraction.model = "deployment-7";
  extraction.quality = Quality::kSuspect;
  extraction.findings = {"the total is off"};
  extraction.parts.push_back(PartOf("", kMillion));
  extraction.parts.push_back(PartOf("m2", kMillion));
  extraction.parts.push_back(PartOf("deployment-7", kMillion));
  Call call{.provider = "acme", .at = kNow, .extraction = &extraction};

  // The deployment's name says nothing: only the second part has a price.
  Evaluation named;
  ASSERT_TRUE(Evaluate(*catalog, call, named).ok());
  EXPECT_EQ(named.state(), CostState::kPartial);
  EXPECT_EQ(named.total().ToString(), "7");
  EXPECT_EQ(named.quality(), Quality::kSuspect);
  EXPECT_THAT(named.Reason(*catalog), HasSubstr("\"deployment-7\""));

  // The caller's model stands for the main part, in both its spellings, and for no other.
  call.model = "m1";
  Evaluation overridden;
  ASSERT_TRUE(Evaluate(*catalog, call, overridden).ok());
  EXPECT_EQ(overridden.state(), CostState::kPriced);
  EXPECT_EQ(overridden.total().ToString(), "9");
  EXPECT_EQ(overridden.part(0).model, "m1");
  EXPECT_EQ(overridden.part(1).model, "m2");
  EXPECT_EQ(overridden.part(2).model, "m1");
  EXPECT_EQ(overridden.TotalUsage().Get(kMeterInputTokens), 3'000'000u);
  EXPECT_THAT(overridden.findings(), ElementsAre("the total is off"));
}

TEST(EvaluateTest, StatesOfSeveralParts) {
  const auto catalog = TwoTiers();
  const auto state_of = [&](std::vector<std::string> models) {
    Extraction extraction;
    extraction.provider = "acme";
    for (std::string& model : models)
      extraction.parts.push_back(PartOf(std::move(model), kMillion));
    Evaluation evaluation;
    EXPECT_TRUE(
        Evaluate(*catalog, {.provider = "acme", .at = kNow, .extraction = &extraction}, evaluation)
            .ok());
    return evaluation.unmetered() ? std::string_view("unmetered")
                                  : CostStateName(evaluation.state());
  };
  EXPECT_EQ(state_of({}), "unmetered");
  EXPECT_EQ(state_of({"m1", "m2"}), "priced");
  EXPECT_EQ(state_of({"m1", "gift"}), "priced");
  EXPECT_EQ(state_of({"gift", "gift"}), "free");
  EXPECT_EQ(state_of({"m1", "m3"}), "partial");
  EXPECT_EQ(state_of({"gift", "m3"}), "partial");
  EXPECT_EQ(state_of({"m3", "m4"}), "unpriced");
}

TEST(EvaluateTest, UsageThatStatesNothingIsUnmetered) {
  const auto catalog = TwoTiers();
  const Usage nothing;
  Evaluation unmetered;
  ASSERT_TRUE(Evaluate(*catalog, {.provider = "acme", .model = "m1", .at = kNow, .usage = &nothing},
                       unmetered)
                  .ok());
  EXPECT_TRUE(unmetered.unmetered());
  const Usage zero = UsageOf({{"input_tokens", 0}});
  Evaluation stated;
  ASSERT_TRUE(
      Evaluate(*catalog, {.provider = "acme", .model = "m1", .at = kNow, .usage = &zero}, stated)
          .ok());
  EXPECT_FALSE(stated.unmetered());
  EXPECT_EQ(stated.total().ToString(), "0");
}

TEST(EvaluateTest, Errors) {
  const auto catalog = TwoTiers();
  EXPECT_EQ(Total(*catalog, {.model = "m1", .usage = &kMillion}), "provider is missing");
  const Usage wrong = UsageOf({{"input_tokens", 5}, {"cache_read_tokens", 6}});
  EXPECT_THAT(Total(*catalog, {.provider = "acme", .model = "m1", .usage = &wrong}),
              testing::AllOf(HasSubstr("cache_read_tokens"), HasSubstr("6"),
                             HasSubstr("input_tokens"), HasSubstr("5")));
  const NamedCondition one{"a", "b"};
  const std::vector<NamedCondition> many(16, one);
  EXPECT_THAT(
      Total(
          *catalog,
          {.provider = "acme", .model = "m1", .conditions = many, .at = kNow, .usage = &kMillion}),
      HasSubstr("conditions: 16"));
  EXPECT_EQ(Total(*catalog, {.provider = "acme",
                             .model = "m1",
                             .conditions = std::span(many).first(15),
                             .at = kNow,
                             .usage = &kMillion}),
            "1");
  const auto dated = CatalogOf({Provider(
      Model("m1", Row(R"("input_tokens": ["1", 1000000])", R"("from": "2026-01-01T00:00:00Z")")))});
  EXPECT_THAT(Total(*dated, {.provider = "acme", .model = "m1", .usage = &kMillion}),
              HasSubstr("`at` is needed"));
}

// A deployment's own name is answered by the model behind it, which the caller names.
TEST(EvaluateTest, BaseModelOfADeployment) {
  const auto catalog = TwoTiers();
  const NamedCondition base[] = {{"base_model", "m2"}};
  const NamedCondition unknown[] = {{"base_model", "m9"}};
  Evaluation evaluation;
  ASSERT_TRUE(Evaluate(*catalog,
                       {.provider = "acme",
                        .model = "our-deployment",
                        .conditions = base,
                        .at = kNow,
                        .usage = &kMillion},
                       evaluation)
                  .ok());
  EXPECT_EQ(evaluation.total().ToString(), "7");
  EXPECT_EQ(evaluation.part(0).resolution.match, MatchKind::kAlias);
  // A listed model is itself, whatever the caller says of deployments.
  EXPECT_EQ(
      Total(
          *catalog,
          {.provider = "acme", .model = "m1", .conditions = base, .at = kNow, .usage = &kMillion}),
      "1");
  EXPECT_THAT(Total(*catalog, {.provider = "acme",
                               .model = "our-deployment",
                               .conditions = unknown,
                               .at = kNow,
                               .usage = &kMillion}),
              HasSubstr("no model \"our-deployment\""));
}

// Each part fits the range of money, their sum does not: never a wrong total.
TEST(EvaluateTest, SumsBeyondTheRangeAreErrors) {
  const auto catalog =
      CatalogOf({Provider(Model("m1", Row(R"("requests": ["60000000000000000000", 1])")))});
  const Usage one = UsageOf({{"requests", 1}});
  Extraction extraction;
  extraction.provider = "acme";
  extraction.model = "m1";
  extraction.parts.push_back(PartOf("", one));
  const Call call{.provider = "acme", .at = kNow, .extraction = &extraction};
  EXPECT_EQ(Total(*catalog, call), "60000000000000000000");
  extraction.parts.push_back(PartOf("", one));
  Evaluation evaluation;
  EXPECT_EQ(Evaluate(*catalog, call, evaluation).code(), absl::StatusCode::kOutOfRange);
}

}  // namespace
}  // namespace tokentra
