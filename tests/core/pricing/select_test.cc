// Method: one catalog in which every reason for having no price can occur; a table of calls with
// the row they select (told apart by its input rate) or the reason and its whole sentence.

#include "core/pricing/select.h"

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
using pricing_test::AtomsOf;
using pricing_test::kNow;

std::string At(std::string_view rate, std::string_view extra = "") {
  return Row(absl::StrCat(R"("input_tokens": [")", rate, R"(", 1000000])"), extra);
}

std::shared_ptr<const Catalog> TestCatalog() {
  const std::string models =
      Model("plain", At("1"),
            R"("aliases": [{"id": "eu.plain", "conditions": {"region": "eu"}},
                           {"id": "quick.plain", "conditions": {"service_tier": "priority"}},
                           {"id": "big.sized", "conditions": {"size": "big"}}])") +
      "," + Model("unpublished", "") + "," +
      Model("tiers", At("1"),
            R"("variants": [)" + At("2", R"("conditions": {"service_tier": "priority"})") + "," +
                At("3", R"("conditions": {"batch": true})") + "]") +
      "," + Model("batch-only", At("3", R"("conditions": {"batch": true})")) + "," +
      Model("regional", At("1", R"("conditions": {"region": "world"})") + "," +
                            At("2", R"("conditions": {"region": "eu"})") + "," +
                            At("3", R"("conditions": {"region": "de"})")) +
      "," + Model("european", At("2", R"("conditions": {"region": "eu"})")) + "," +
      Model("elsewhere", At("1", R"("conditions": {"region": {"not": "eu"}})") + "," +
                             At("4", R"("conditions": {"region": "us"})")) +
      "," +
      Model("sized", At("1") + "," + At("2", R"("conditions": {"size": "big"})") + "," +
                         At("3", R"("conditions": {"size": "big", "quality": "hd"})")) +
      "," + Model("sized-only", At("2", R"("conditions": {"size": "big"})")) + "," +
      Model("dated", At("1", R"("from": "2026-01-01T00:00:00Z", "until": "2026-06-01T00:00:00Z")") +
                         "," + At("2", R"("from": "2026-06-01T00:00:00Z",
                                          "until": "2027-01-01T00:00:00Z")")) +
      "," +
      Model("combined", At("1", R"("conditions": {"region": "eu", "batch": true})") + "," +
                            At("2", R"("conditions": {"region": "us"})")) +
      "," + Model("banded", At("1", R"("bands": [{"above": {"input_tokens": 1000},
                                            "rates": {"input_tokens": ["2", 1000000]}}])"));
  return CatalogOf(
      {Provider(models, R"("regions": {"world": null, "eu": "world", "de": "eu", "us": "world"},
                 "defaults": {"region": "world", "quality": "sd"},
                 "service_tiers": {"auto": "standard", "quick": "priority",
                                   "offline": "batch"})")});
}

struct Ask {
  const char* model;
  CallConditions call;
  InstantNs at = kNow;
  std::uint64_t tokens = 1;
};

// The input rate of the selected row, or why there is none.
std::string Select(const Catalog& catalog, const Ask& ask) {
  const Resolution resolution = catalog.Resolve("acme", ask.model, ask.at);
  const Selection selection =
      SelectRow(catalog, resolution, ask.call, ask.at, AtomsOf({{"input_tokens", ask.tokens}}));
  EXPECT_EQ(selection.row == nullptr, selection.reason != UnpricedReason::kNone);
  if (selection.row != nullptr) {
    EXPECT_EQ(ExplainUnpriced(catalog, resolution, selection, "acme", ask.model, ask.at), "");
    const CatalogImage& image = catalog.image();
    return std::string(image.Text(image.Rate(*selection.row, 0).amount));
  }
  return ExplainUnpriced(catalog, resolution, selection, "acme", ask.model, ask.at);
}

TEST(SelectTest, RowsThatMatch) {
  const auto catalog = TestCatalog();
  const NamedCondition big[] = {{"size", "big"}};
  const NamedCondition big_hd[] = {{"size", "big"}, {"quality", "hd"}};
  const NamedCondition sd[] = {{"quality", "sd"}};
  const NamedCondition other[] = {{"route", "west"}};
  const InstantNs june = *ParseInstant("2026-06-01T00:00:00Z");
  const struct {
    Ask ask;
    const char* rate;
  } kCases[] = {
      {{"plain", {}}, "1"},
      {{"plain", {.service_tier = "standard"}}, "1"},
      {{"plain", {.service_tier = "default"}}, "1"},
      {{"plain", {.service_tier = "auto"}}, "1"},
      {{"plain", {.region = "de"}}, "1"},
      {{"plain", {}, kNoInstant}, "1"},
      {{"tiers", {.service_tier = "priority"}}, "2"},
      {{"tiers", {.service_tier = "quick"}}, "2"},
      {{"tiers", {.batch = true}}, "3"},
      {{"tiers", {.service_tier = "batch"}}, "3"},
      {{"tiers", {.service_tier = "offline"}}, "3"},
      {{"batch-only", {.batch = true}}, "3"},
      {{"regional", {}}, "1"},
      {{"regional", {.region = "us"}}, "1"},
      {{"regional", {.region = "eu"}}, "2"},
      {{"regional", {.region = "de"}}, "3"},
      {{"european", {.region = "de"}}, "2"},
      {{"elsewhere", {}}, "1"},
      {{"elsewhere", {.region = "us"}}, "4"},
      {{"sized", {}}, "1"},
      {{"sized", {.named = big}}, "2"},
      {{"sized", {.named = big_hd}}, "3"},
      {{"sized", {.named = sd}}, "1"},  // the default of the provider, which no row names
      {{"sized", {.named = other}}, "1"},
      {{"sized-only", {.named = big}}, "2"},
      {{"dated", {}, june - 1}, "1"},
      {{"dated", {}, june}, "2"},
      {{"combined", {.region = "eu", .batch = true}}, "1"},
      {{"banded", {}, kNow, 999}, "1"},
      {{"banded", {}, kNow, 1000}, "1"},
      {{"banded", {}, kNow, 1001}, "2"},
      {{"eu.plain", {.region = "eu"}}, "1"},
      {{"eu.plain", {.region = "de"}}, "1"},  // within the pinned region
      {{"eu.plain", {}}, "1"},
  };
  for (const auto& one : kCases) EXPECT_EQ(Select(*catalog, one.ask), one.rate) << one.ask.model;
}

TEST(SelectTest, EachReasonHasItsSentence) {
  const auto catalog = TestCatalog();
  const NamedCondition small[] = {{"size", "small"}};
  const NamedCondition hd[] = {{"quality", "hd"}};
  const struct {
    Ask ask;
    const char* sentence;
  } kCases[] = {
      {{"plan", {}}, "the catalog has no model \"plan\" at acme; nearest: plain, eu.plain"},
      {{"unpublished", {}}, "the catalog lists \"unpublished\" without a public price"},
      {{"tiers", {.service_tier = "flex"}},
       "service_tier \"flex\" has no price for \"tiers\"; known: priority, standard"},
      {{"plain", {.service_tier = "priority"}},
       "service_tier \"priority\" has no price for \"plain\"; known: standard"},
      {{"quick.plain", {}},
       "service_tier \"priority\" has no price for \"quick.plain\"; known: standard"},
      {{"plain", {.batch = true}}, "batch has no price for \"plain\""},
      {{"batch-only", {}}, "\"batch-only\" has a price for batch calls only"},
      {{"plain", {.region = "mars"}},
       "region \"mars\" has no price for \"plain\"; known: de, eu, us, world"},
      {{"regional", {.region = "mars"}},
       "region \"mars\" has no price for \"regional\"; known: de, eu, world"},
      {{"european", {.region = "us"}}, "region \"us\" has no price for \"european\"; known: eu"},
      {{"european", {}}, "region \"world\" has no price for \"european\"; known: eu"},
      {{"elsewhere", {.region = "de"}},
       "region \"de\" has no price for \"elsewhere\"; known: any but eu, us"},
      {{"sized", {.named = small}},
       "the conditions of this call have no price for \"sized\"; known: quality=hd, size=big"},
      {{"sized-only", {}},
       "the conditions of this call have no price for \"sized-only\"; known: size=big"},
      {{"sized-only", {.named = hd}},
       "the conditions of this call have no price for \"sized-only\"; known: size=big"},
      {{"eu.plain", {.region = "us"}},
       "the id \"eu.plain\" means region=eu, which the call contradicts"},
      {{"eu.plain", {.region = "world"}},
       "the id \"eu.plain\" means region=eu, which the call contradicts"},
      {{"quick.plain", {.service_tier = "flex"}},
       "the id \"quick.plain\" means service_tier=priority, which the call contradicts"},
      {{"big.sized", {.named = small}},
       "the id \"big.sized\" means size=big, which the call contradicts"},
      {{"dated", {}, *ParseInstant("2025-12-31T23:59:59Z")},
       "\"dated\" has no price at 2025-12-31T23:59:59Z; known from 2026-01-01T00:00:00Z until "
       "2027-01-01T00:00:00Z"},
      {{"dated", {}, *ParseInstant("2027-01-01T00:00:00Z")},
       "\"dated\" has no price at 2027-01-01T00:00:00Z; known from 2026-01-01T00:00:00Z until "
       "2027-01-01T00:00:00Z"},
      {{"combined", {.region = "us", .batch = true}},
       "\"combined\" has no price for service_tier \"standard\" in batch in region \"us\" together "
       "at that instant"},
      {{"dated", {}, kNoInstant}, "the price of \"dated\" depends on the date: `at` is needed"},
  };
  for (const auto& one : kCases) {
    const std::string sentence = Select(*catalog, one.ask);
    EXPECT_EQ(sentence.substr(0, sentence.find("; nearest")),
              std::string(one.sentence).substr(0, std::string(one.sentence).find("; nearest")))
        << one.ask.model;
  }
  EXPECT_THAT(Select(*catalog, {"plan", {}}), testing::EndsWith("; nearest: plain"));
}

TEST(SelectTest, UnknownProviderAndNoModel) {
  const auto catalog = TestCatalog();
  const CallConditions call{.service_tier = "default", .region = "x", .batch = true};
  const Resolution unknown = catalog->Resolve("acne", "plain", kNow);
  const Selection selection = SelectRow(*catalog, unknown, call, kNow, Atoms());
  EXPECT_EQ(selection.reason, UnpricedReason::kUnknownProvider);
  EXPECT_EQ(ExplainUnpriced(*catalog, unknown, selection, "acne", "plain", kNow),
            "the catalog has no provider \"acne\"; nearest: acme");
  // What the call states is kept, so that another catalog can price it.
  EXPECT_EQ(selection.conditions.service_tier, "standard");
  EXPECT_EQ(selection.conditions.region_name, "x");
  EXPECT_TRUE(selection.conditions.batch);
  Selection no_model;
  no_model.reason = UnpricedReason::kNoModel;
  EXPECT_EQ(ExplainUnpriced(*catalog, unknown, no_model, "acme", "", kNow),
            "neither the body nor the call names a model");
}

TEST(SelectTest, ConditionsAreInTokentrasWords) {
  const auto catalog = TestCatalog();
  const Resolution resolution = catalog->Resolve("acme", "tiers", kNow);
  const auto conditions = [&](const CallConditions& call) {
    return SelectRow(*catalog, resolution, call, kNow, Atoms()).conditions;
  };
  EXPECT_EQ(conditions({}).service_tier, "standard");
  EXPECT_EQ(conditions({}).region_name, "world");
  EXPECT_EQ(conditions({.service_tier = "quick"}).service_tier, "priority");
  EXPECT_EQ(conditions({.service_tier = "offline"}).service_tier, "standard");
  EXPECT_TRUE(conditions({.service_tier = "offline"}).batch);
  EXPECT_EQ(conditions({.service_tier = "strange"}).service_tier, "strange");
  EXPECT_FALSE(conditions({.service_tier = "strange"}).tier_known);
  EXPECT_EQ(ServiceTierMeaning(*catalog, "acme", "quick"), "priority");
  EXPECT_EQ(ServiceTierMeaning(*catalog, "acme", "default"), "standard");
  EXPECT_EQ(ServiceTierMeaning(*catalog, "acme", "strange"), "strange");
  EXPECT_EQ(ServiceTierMeaning(*catalog, "nobody", "default"), "standard");
  EXPECT_EQ(ServiceTierMeaning(*catalog, "nobody", "quick"), "quick");
}

TEST(SelectTest, NamedValueIsStatedThenPinnedThenDefault) {
  const auto catalog = TestCatalog();
  const Resolution pinned = catalog->Resolve("acme", "big.sized", kNow);
  const NamedCondition stated[] = {{"quality", "hd"}};
  EXPECT_EQ(NamedValue(*catalog, pinned, {.named = stated}, "quality"), "hd");
  EXPECT_EQ(NamedValue(*catalog, pinned, {}, "quality"), "sd");
  EXPECT_EQ(NamedValue(*catalog, pinned, {}, "size"), "big");
  EXPECT_EQ(NamedValue(*catalog, pinned, {}, "route"), "");
}

}  // namespace
}  // namespace tokentra
