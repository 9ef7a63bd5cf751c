// Method: whole explanations as text for calls whose answer is known, and over all kinds of calls:
// every line ends, none is longer than 100 columns, the figures in it are those of the evaluation.

#include "core/exchange/explain.h"

#include <sstream>
#include <string>

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
using ::testing::HasSubstr;
using ::testing::Not;

std::string Explained(const Catalog& catalog, const Call& call, const CostContext& context = {}) {
  Evaluation evaluation;
  const absl::Status status = Evaluate(catalog, call, evaluation);
  EXPECT_TRUE(status.ok()) << status;
  const std::string text = ExplainEvaluation(catalog, evaluation, context);
  EXPECT_TRUE(text.ends_with("\n"));
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 100u) << line;
  return text;
}

std::shared_ptr<const Catalog> TestCatalog() {
  return CatalogOf({Provider(
      Model("m1",
            Row(R"("input_tokens": ["2.50", 1000000], "audio_milliseconds": ["0.36", 3600000])",
                R"("bands": [{"above": {"input_tokens": 200000},
                                    "rates": {"input_tokens": ["5", 1000000]}}],
                         "billed": {"audio_milliseconds": {"minimum": 10000}},
                         "from": "2026-01-01T00:00:00Z")"),
            R"("aliases": [{"id": "eu.m1", "conditions": {"region": "eu"}}])") +
          "," + Model("gift", Row("", R"("free": true)")),
      R"("regions": {"world": null, "eu": "world"}, "defaults": {"region": "world"})")});
}

TEST(ExplainTest, TheArithmeticOfOneCall) {
  const auto catalog = TestCatalog();
  const Usage usage = UsageOf({{"input_tokens", 1'500'000}, {"audio_milliseconds", 7'000}});
  const Money reported = *Money::Parse("7.6");
  const std::string text =
      Explained(*catalog, {.provider = "acme", .model = "m1", .at = kNow, .usage = &usage},
                {.id = "r-1", .reported = &reported});
  const std::string id(catalog->image().RowId(catalog->image().rows[1]));
  EXPECT_EQ(text,
            "id          \"r-1\"\n"
            "at          2026-10-15T12:00:00Z\n"
            "model       \"m1\" at acme\n"
            "match       exact -> m1\n"
            "usage       input_tokens 1,500,000, audio_milliseconds 7,000\n"
            "conditions  service_tier standard (default), batch false, region world (default)\n"
            "price row   " +
                id +
                ", from 2026-01-01T00:00:00Z\n"
                "context     input_tokens from 200,001\n"
                "source      https://p\n"
                "evidence    list 1; read as of 2026-11-10\n"
                "line        input_tokens: 1,500,000 x 5 / 1,000,000 = 7.5\n"
                "line        audio_milliseconds: 10,000 x 0.36 / 3,600,000 = 0.001\n"
                "            billed per call at least 10,000, in steps of 1\n"
                "state       priced\n"
                "total       7.501 USD\n"
                "reported    7.6 USD by the provider, kept apart\n"
                "quality     exact\n"
                "catalog     2026-11-10, digest " +
                std::string(catalog->digest().substr(0, 16)) + "\n");
}

TEST(ExplainTest, WhatHasNoPriceIsSaid) {
  const auto catalog = TestCatalog();
  const Usage usage = UsageOf({{"input_tokens", 1}, {"output_tokens", 5}});
  EXPECT_THAT(Explained(*catalog, {.provider = "acme", .model = "m2", .at = kNow, .usage = &usage}),
              AllOf(HasSubstr("unpriced    the catalog has no model \"m2\" at acme; nearest: m1"),
                    HasSubstr("state       unpriced\n"), Not(HasSubstr("total ")),
                    Not(HasSubstr("match "))));
  EXPECT_THAT(Explained(*catalog, {.provider = "acme", .model = "m1", .at = kNow, .usage = &usage}),
              AllOf(HasSubstr("no rate     output: 5 has no rate in this price row"),
                    HasSubstr("context     input_tokens 0 to 200,000"),
                    HasSubstr("state       partial\n"), HasSubstr("total       0.0000025 USD\n")));
  EXPECT_THAT(
      Explained(*catalog, {.provider = "acme", .model = "gift", .at = kNow, .usage = &usage}),
      AllOf(HasSubstr("without dates in the lists"), HasSubstr("state       free\n"),
            HasSubstr("total       0 USD\n")));
  EXPECT_THAT(
      Explained(*catalog, {.provider = "acme", .model = "eu.m1", .at = kNow, .usage = &usage}),
      AllOf(HasSubstr("match       alias -> m1"), HasSubstr("region eu (by the id)")));
  Extraction nothing;
  nothing.provider = "acme";
  EXPECT_THAT(
      Explained(*catalog, {.provider = "acme", .at = kNow, .extraction = &nothing}),
      AllOf(HasSubstr("unmetered   no usage is stated"), HasSubstr("state       unmetered\n")));
}

TEST(ExplainTest, AListPriceThatIsNoOfferIsSaidToBe) {
  const std::string model = Model("m1", Row(R"("input_tokens": ["2.50", 1000000])"));
  const Usage usage = UsageOf({{"input_tokens", 10}});
  const Call call = {.provider = "acme", .model = "m1", .at = kNow, .usage = &usage};
  const std::string_view note = "indicative: a list price of this gateway, no offer\n";
  EXPECT_THAT(Explained(*CatalogOf({Provider(model, R"("indicative": true)")}), call),
              HasSubstr(note));
  for (const std::string_view none : {R"("indicative": false)", ""}) {
    EXPECT_THAT(Explained(*CatalogOf({Provider(model, none)}), call), Not(HasSubstr("indicative")));
  }
}

TEST(ExplainTest, PartsAndFindings) {
  const auto catalog = TestCatalog();
  Extraction extraction;
  extraction.provider = "acme";
  extraction.quality = Quality::kSuspect;
  extraction.findings = {"the total is off"};
  for (const char* model : {"m1", "gift"}) {
    ExtractedPart part;
    part.model = model;
    part.usage = UsageOf({{"input_tokens", 4}});
    part.atoms = pricing_test::AtomsOf({{"input_tokens", 4}});
    extraction.parts.push_back(part);
  }
  EXPECT_THAT(Explained(*catalog, {.provider = "acme", .at = kNow, .extraction = &extraction}),
              AllOf(HasSubstr("\npart 1 of 2\n"), HasSubstr("\npart 2 of 2\n"),
                    HasSubstr("total       0.00001 USD\n"), HasSubstr("quality     suspect\n"),
                    HasSubstr("finding     the total is off\n")));
}

TEST(ExplainTest, HostileTextsAreEscapedAndShort) {
  const auto catalog = TestCatalog();
  const Usage usage = UsageOf({{"input_tokens", 1}});
  const std::string model = "a\n\x1b[31m\xFF" + std::string(10'000, 'x');
  Evaluation evaluation;
  ASSERT_TRUE(Evaluate(*catalog, {.provider = "acme", .model = model, .at = kNow, .usage = &usage},
                       evaluation)
                  .ok());
  const std::string text = ExplainEvaluation(*catalog, evaluation, {.id = model});
  EXPECT_LT(text.size(), 2'000u);
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_EQ(text.find('\xFF'), std::string::npos);
}

}  // namespace
}  // namespace tokentra
