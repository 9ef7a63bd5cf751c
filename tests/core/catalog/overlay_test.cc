// Method: a small catalog of every construct and overlays of a few lines over it; prices after are
// worked out by hand. What an overlay does not name must come out as it went in, which is checked
// over the whole built-in catalog.

#include "core/catalog/overlay.h"

#include <string>
#include <string_view>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/catalog/overlay_testing.h"

namespace tokentra {
namespace {

using namespace overlay_test;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

const InstantNs kJuly = *ParseInstant("2026-07-15T12:00:00Z");

TEST(OverlayTest, BaseIsWhatTheTestsBelowBuildOn) {
  const auto base = Base();
  EXPECT_EQ(Price(*base, {"m1"}), "priced 0.35");
  EXPECT_EQ(Price(*base, {"m1", "acme", kNow, "", false, 300'000}), "priced 1.6");
  EXPECT_EQ(Price(*base, {"m1", "acme", kNow, "quick"}), "priced 0.8");
  EXPECT_EQ(Price(*base, {"m1", "acme", kNow, "", true}), "priced 0.175");
  EXPECT_EQ(Price(*base, {"m2"}), "priced 0.36");
  EXPECT_EQ(Price(*base, {"m2", "acme", kJuly}), "priced 0.48");
  EXPECT_EQ(Price(*base, {"gift"}), "free 0");
}

TEST(OverlayTest, NothingChangesNothingButTheDigest) {
  const auto base = Base();
  const auto laid = Lay(*base, Document(""));
  ASSERT_NE(laid, nullptr);
  EXPECT_NE(laid->digest(), base->digest());
  EXPECT_EQ(laid->digest().size(), 64u);
  EXPECT_EQ(laid->image().row_ids, base->image().row_ids);
  ASSERT_EQ(laid->overlay_count(), 1u);
  EXPECT_EQ(laid->overlay(0), "test");
  for (const std::string_view model : {"m1", "m1-2026-01-01", "M1", "m1-77", "m-latest", "gift"}) {
    EXPECT_EQ(Price(*laid, {model}), Price(*base, {model})) << model;
  }
}

TEST(OverlayTest, TheWholeBuiltinCatalogComesThrough) {
  const auto base = Catalog::Builtin();
  const auto laid =
      Lay(*base, Document(R"({"add": {"provider": "aaa-first", "models": [)" +
                          Model("x", Row(kRate)) + R"(]}}, {"alias": {"provider": "openai",
                      "model": "gpt-4o", "id": "our-deployment"}})"));
  ASSERT_NE(laid, nullptr);
  const CatalogImage& before = base->image();
  const CatalogImage& after = laid->image();
  ASSERT_EQ(after.rows.size(), before.rows.size() + 1);
  EXPECT_EQ(after.row_ids.substr(kRowIdSize), before.row_ids);
  std::size_t names = 0;
  for (const NameRecord& record : before.names) {
    const ModelRecord& model = before.models[record.model];
    const std::string_view provider = base->ProviderId(model.provider);
    const InstantNs at = before.name_terms[record.terms].interval.from == Interval().from
                             ? kNow - 400 * 86'400 * kNsPerSecond
                             : before.name_terms[record.terms].interval.from;
    const Resolution was = base->Resolve(provider, before.Text(record.name), at);
    const Resolution is = laid->Resolve(provider, before.Text(record.name), at);
    ASSERT_EQ(is.match, was.match) << provider << " " << before.Text(record.name);
    if (was.match == MatchKind::kNone) continue;
    ASSERT_EQ(laid->ModelId(is.model), base->ModelId(was.model));
    ASSERT_EQ(is.pin_count, was.pin_count);
    ASSERT_EQ(after.models[is.model].dated_snapshots, before.models[was.model].dated_snapshots);
    ++names;
  }
  EXPECT_GT(names, 5'000u);
  for (std::size_t i = 0; i < before.rows.size(); ++i) {
    const RowRecord& was = before.rows[i];
    const RowRecord& is = after.rows[i + 1];
    ASSERT_EQ(after.Text(after.models[is.model].id), before.Text(before.models[was.model].id));
    ASSERT_EQ(after.Source(is), before.Source(was));
    ASSERT_EQ(after.Evidence(is), before.Evidence(was));
    ASSERT_EQ(is.rate_count, was.rate_count);
    for (std::size_t at = 0; at < was.rate_count; ++at) {
      ASSERT_EQ(after.Rate(is, at).amount_lo, before.Rate(was, at).amount_lo);
      ASSERT_EQ(after.Rate(is, at).per, before.Rate(was, at).per);
      ASSERT_EQ(after.Rate(is, at).meter, before.Rate(was, at).meter);
    }
  }
}

TEST(OverlayTest, RestoredRowsPriceAsTheOriginals) {
  // A discount of nothing restores every row of every model and lays it out again.
  const auto base = Catalog::Builtin();
  const auto laid = Lay(*base, Document(R"({"discount": {"percent": "0"}})"));
  ASSERT_NE(laid, nullptr);
  const CatalogImage& before = base->image();
  const CatalogImage& after = laid->image();
  ASSERT_EQ(after.rows.size(), before.rows.size());
  const auto bytes = [](const auto& record) {
    return std::string_view(reinterpret_cast<const char*>(&record), sizeof(record));
  };
  for (std::size_t i = 0; i < before.rows.size(); ++i) {
    const RowRecord& was = before.rows[i];
    const RowRecord& is = after.rows[i];
    ASSERT_EQ(bytes(after.Interval(is)), bytes(before.Interval(was)));
    ASSERT_EQ(bytes(after.Bands(is)), bytes(before.Bands(was)));
    ASSERT_EQ(bytes(after.shapes[is.shape]), bytes(before.shapes[was.shape]));
    ASSERT_EQ(after.ServiceTier(is), before.ServiceTier(was));
    ASSERT_EQ(is.batch, was.batch);
    ASSERT_EQ(is.free, was.free);
    ASSERT_EQ(is.region, was.region);
    ASSERT_EQ(is.region_not, was.region_not);
    ASSERT_EQ(after.Text(after.hours[is.hours].text), before.Text(before.hours[was.hours].text));
    ASSERT_EQ(after.Conditions(is).size(), before.Conditions(was).size());
    ASSERT_EQ(after.AsOf(is), before.AsOf(was));
    ASSERT_EQ(is.rate_count, was.rate_count);
    for (std::size_t at = 0; at < was.rate_count; ++at) {
      const RateRecord& x = after.Rate(is, at);
      const RateRecord& y = before.Rate(was, at);
      ASSERT_EQ(Rate({*Money::FromWords(x.amount_lo, x.amount_hi), x.per}),
                Rate({*Money::FromWords(y.amount_lo, y.amount_hi), y.per}));
      ASSERT_EQ(bytes(after.rules[x.rule]), bytes(before.rules[y.rule]));
    }
  }
}

TEST(OverlayTest, AddsProvidersAndModelsAsPricingFilesDo) {
  const auto laid =
      Lay(*Base(),
          Document(R"({"add": {"provider": "house", "name": "Our own", "normalize": ["case"],
          "regions": {"on-site": null}, "models": [)" +
                   Model("local", Row(R"("input_tokens": ["0.1", 1000000], "output_tokens":
                                     ["0.2", 1000000])"),
                         R"("aliases": ["l"])") +
                   R"(]}}, {"add": {"provider": "acme", "service_tiers": {"slow": "flex"},
          "models": [)" +
                   Model("m3", PlainRow()) + "," +
                   Model("m2",
                         Row(R"("input_tokens": ["2", 1000000], "output_tokens": ["2", 1000000])",
                             R"("conditions": {"service_tier": "flex"})"),
                         R"("aliases": ["m-two"])") +
                   "]}}"));
  ASSERT_NE(laid, nullptr);
  EXPECT_EQ(Price(*laid, {"LOCAL", "house"}), "priced 0.012");
  EXPECT_EQ(Price(*laid, {"l", "house"}), "priced 0.012");
  EXPECT_EQ(Price(*laid, {"m3"}), "priced 0.35");
  EXPECT_EQ(Price(*laid, {"m-two"}), "priced 0.36");
  EXPECT_EQ(Price(*laid, {"m2", "acme", kNow, "slow"}), "priced 0.22");
  EXPECT_EQ(Price(*laid, {"m1"}), "priced 0.35");
}

TEST(OverlayTest, AddedRowsMayNotMeetOnesThatAreThere) {
  EXPECT_THAT(Refusal(*Base(), Document(R"({"add": {"provider": "acme", "models": [)" +
                                        Model("m2", PlainRow()) + "]}}")),
              AllOf(HasSubstr("changes[0].add.models[0].price_rows[0]"), HasSubstr("overlaps")));
}

TEST(OverlayTest, ReplacesRowsForGood) {
  const auto laid = Lay(*Base(), Document(R"({"replace": {"provider": "acme", "models": [)" +
                                          Model("m1", Row(kRate)) + "]}}"));
  ASSERT_NE(laid, nullptr);
  EXPECT_EQ(Price(*laid, {"m1", "acme", kNow, "", false, 300'000}), "partial 0.3");
  EXPECT_THAT(Price(*laid, {"m1", "acme", kNow, "quick"}), HasSubstr("service_tier"));
  EXPECT_EQ(Price(*laid, {"m1-2026-01-01"}), "partial 0.1");  // its names stay
}

TEST(OverlayTest, ReplacesRowsForAnInterval) {
  const auto laid =
      Lay(*Base(), Document(R"({"replace": {"provider": "acme", "from": "2026-08-01T00:00:00Z",
      "until": "2026-10-01T00:00:00Z", "models": [)" +
                            Model("m2", Row(R"("input_tokens": ["1", 1000000],
                                           "output_tokens": ["1", 1000000])")) +
                            "]}}"));
  ASSERT_NE(laid, nullptr);
  EXPECT_EQ(Price(*laid, {"m2", "acme", kJuly}), "priced 0.48");
  EXPECT_EQ(Price(*laid, {"m2", "acme", *ParseInstant("2026-07-31T23:59:59Z")}), "priced 0.48");
  EXPECT_EQ(Price(*laid, {"m2", "acme", *ParseInstant("2026-08-01T00:00:00Z")}), "priced 0.11");
  EXPECT_EQ(Price(*laid, {"m2", "acme", *ParseInstant("2026-09-30T23:59:59Z")}), "priced 0.11");
  EXPECT_EQ(Price(*laid, {"m2", "acme", *ParseInstant("2026-10-01T00:00:00Z")}), "priced 0.36");
}

TEST(OverlayTest, ForbidsAndSaysWho) {
  const auto laid = Lay(*Base(), Document(R"({"forbid": {"provider": "acme", "models": ["m1"],
                                "reason": "use m2"}}, {"forbid": {"provider": "other"}})"));
  ASSERT_NE(laid, nullptr);
  EXPECT_EQ(Price(*laid, {"m1"}), "\"m1\" is forbidden by overlay \"test\": use m2");
  EXPECT_EQ(Price(*laid, {"m1-2026-01-01"}),
            "\"m1-2026-01-01\" is forbidden by overlay \"test\": use m2");
  EXPECT_EQ(Price(*laid, {"o1", "other"}), "\"o1\" is forbidden by overlay \"test\"");
  EXPECT_EQ(Price(*laid, {"m2"}), "priced 0.36");
}

TEST(OverlayTest, OrderDecides) {
  const std::string forbid = R"({"forbid": {"provider": "other"}})";
  const std::string replace =
      R"({"replace": {"provider": "other", "models": [)" + Model("o1", PlainRow()) + "]}}";
  EXPECT_EQ(Price(*Lay(*Base(), Document(forbid + "," + replace)), {"o1", "other"}), "priced 0.35");
  EXPECT_THAT(Price(*Lay(*Base(), Document(replace + "," + forbid)), {"o1", "other"}),
              HasSubstr("forbidden"));
}

TEST(OverlayTest, AliasesTakeOver) {
  const auto laid =
      Lay(*Base(), Document(R"({"alias": {"provider": "acme", "model": "m2", "id": "prod"}},
      {"alias": {"provider": "acme", "model": "m1-2026-01-01", "id": "m-latest",
                 "from": "2026-07-01T00:00:00Z", "until": "2026-08-01T00:00:00Z"}},
      {"alias": {"provider": "acme", "model": "m1", "id": "urgent",
                 "conditions": {"service_tier": "priority"}}})"));
  ASSERT_NE(laid, nullptr);
  EXPECT_EQ(Price(*laid, {"prod"}), "priced 0.36");
  EXPECT_EQ(Price(*laid, {"m-latest"}), "priced 0.36");                 // still m2
  EXPECT_EQ(Price(*laid, {"m-latest", "acme", kJuly}), "priced 0.35");  // m1 for July
  EXPECT_EQ(Price(*laid, {"m-latest", "acme", *ParseInstant("2026-06-15T00:00:00Z")}),
            "priced 0.48");
  EXPECT_EQ(Price(*laid, {"urgent"}), "priced 0.8");
  EXPECT_THAT(Refusal(*Base(), Document(R"({"alias": {"provider": "acme", "model": "m1",
                                            "id": "m2"}})")),
              AllOf(HasSubstr("changes[0].alias"), HasSubstr("\"m2\""), HasSubstr("is the id of")));
}

TEST(OverlayTest, DiscountsByPercentUnderEveryCondition) {
  const auto laid = Lay(*Base(), Document(R"({"discount": {"provider": "acme", "models": ["m1"],
                                "percent": "20"}})"));
  ASSERT_NE(laid, nullptr);
  EXPECT_EQ(Price(*laid, {"m1"}), "priced 0.28");
  EXPECT_EQ(Price(*laid, {"m1", "acme", kNow, "", false, 300'000}), "priced 1.28");
  EXPECT_EQ(Price(*laid, {"m1", "acme", kNow, "quick"}), "priced 0.64");
  EXPECT_EQ(Price(*laid, {"m1", "acme", kNow, "", true}), "priced 0.14");
  EXPECT_EQ(Price(*laid, {"m2"}), "priced 0.36");
}

TEST(OverlayTest, DiscountsOneMeterForAnIntervalAndKeepsHistory) {
  const auto laid =
      Lay(*Base(), Document(R"({"discount": {"provider": "acme", "meters": ["output_tokens"],
      "from": "2026-09-15T00:00:00Z", "amount": ["1", 1000000]}})"));
  ASSERT_NE(laid, nullptr);
  EXPECT_EQ(Price(*laid, {"m1", "acme", kJuly}), "priced 0.35");
  EXPECT_EQ(Price(*laid, {"m1"}), "priced 0.34");
  EXPECT_EQ(Price(*laid, {"m2", "acme", *ParseInstant("2026-09-14T23:59:59Z")}), "priced 0.36");
  EXPECT_EQ(Price(*laid, {"m2", "acme", *ParseInstant("2026-09-15T00:00:00Z")}), "priced 0.35");
  EXPECT_EQ(Price(*laid, {"gift"}), "free 0");
}

TEST(OverlayTest, NothingFallsBelowNothing) {
  const auto laid = Lay(*Base(), Document(R"({"discount": {"amount": ["6", 1000000]}})"));
  ASSERT_NE(laid, nullptr);
  EXPECT_EQ(Price(*laid, {"m1"}), "priced 0.04");  // 2.5 -> 0, 10 -> 4
  EXPECT_EQ(Price(*laid, {"m2"}), "priced 0");     // 3 -> 0, 6 -> 0: a price, not free
  EXPECT_EQ(Price(*Lay(*Base(), Document(R"({"discount": {"percent": "100"}})")), {"m1"}),
            "priced 0");
}

TEST(OverlayTest, UnstatedRatesStayUnstated) {
  const Usage usage = UsageOf({{"input_tokens", 10}, {"cache_read_tokens", 5}});
  for (const std::string& change :
       {std::string(), std::string(R"({"discount": {"percent": "50"}})")}) {
    const auto laid = Lay(*Base(), Document(change));
    Call call;
    call.provider = "acme";
    call.model = "m2";
    call.at = kJuly;
    call.usage = &usage;
    Evaluation evaluation;
    ASSERT_TRUE(Evaluate(*laid, call, evaluation).ok());
    EXPECT_EQ(evaluation.state(), CostState::kPartial);
  }
}

TEST(OverlayTest, OverlaysStackInOrder) {
  const auto base = Base();
  const std::string percent =
      R"({"discount": {"provider": "acme", "models": ["m1"], "percent": "50"}})";
  const std::string amount =
      R"({"discount": {"provider": "acme", "models": ["m1"], "amount": ["1", 1000000]}})";
  const auto first = Lay(*base, Document(percent, "half"));
  const auto both = Lay(*first, Document(amount, "less one"));
  const auto other = Lay(*Lay(*base, Document(amount, "less one")), Document(percent, "half"));
  EXPECT_EQ(Price(*first, {"m1"}), "priced 0.175");
  EXPECT_EQ(Price(*both, {"m1"}), "priced 0.065");  // 1.25 - 1, 5 - 1
  EXPECT_EQ(Price(*other, {"m1"}), "priced 0.12");  // 1.5 / 2, 9 / 2
  EXPECT_EQ(Price(*base, {"m1"}), "priced 0.35");   // as it was
  ASSERT_EQ(both->overlay_count(), 2u);
  EXPECT_EQ(both->overlay(1), "less one");
  std::string explained;
  Price(*both, {"m1"}, &explained);
  EXPECT_THAT(explained,
              AllOf(HasSubstr("rate by overlay half, less one: 50 % off 2.5; 1 / 1000000 off 1.25"),
                    HasSubstr("overlays half, less one")));
  EXPECT_THAT(Refusal(*both, Document("", "half")), HasSubstr("already"));
}

TEST(OverlayTest, ExplainNamesTheOverlayOfEachRate) {
  const auto laid = Lay(*Base(), Document(R"({"discount": {"provider": "acme",
      "meters": ["input_tokens"], "percent": "10", "reason": "contract 7"}})"));
  std::string explained;
  Price(*laid, {"m1"}, &explained);
  EXPECT_THAT(explained, AllOf(HasSubstr("rate by overlay test: 10 % off 2.5: contract 7"),
                               Not(HasSubstr("off 10:"))));
}

TEST(OverlayTest, ConvertsAnotherCurrencyExactly) {
  const auto laid =
      Lay(*Base(), Document(R"({"replace": {"provider": "acme", "models": [)" +
                                Model("m1", Row(R"("input_tokens": ["2", 1000000],
                                               "output_tokens": ["0.15", 1000])")) +
                                R"(]}}, {"discount": {"provider": "acme", "models": ["m2"],
                            "meters": ["input_tokens"], "amount": ["1", 1000000]}})",
                            "test", R"("currency": "EUR", "exchange": {"usd": "1.0842",
                        "source": "ECB", "date": "2026-10-01"})"));
  ASSERT_NE(laid, nullptr);
  std::string explained;
  EXPECT_EQ(Price(*laid, {"m1"}, &explained), "priced 1.84314");  // (0.2 + 1.5) x 1.0842
  EXPECT_THAT(explained, HasSubstr("overlay test: 2 EUR at 1.0842 USD (ECB, 2026-10-01)"));
  EXPECT_EQ(Price(*laid, {"m2"}), "priced 0.25158");  // 3 - 1.0842
}

TEST(OverlayTest, TheDigestCoversWhatIsSaidAndNotHowItIsLaidOut) {
  const auto base = Base();
  const auto digest = [&](const std::string& document) {
    return std::string(Lay(*base, document)->digest());
  };
  const std::string one = digest(Document(R"({"forbid": {"provider": "other"}})"));
  EXPECT_EQ(digest("  " + Document(R"({ "forbid":  {"provider": "other"} })")), one);
  EXPECT_EQ(digest(R"({"changes": [{"forbid": {"provider": "other"}}], "as_of": "2026-11-01",
                       "overlay": "test", "format": 1})"),
            one);
  EXPECT_NE(digest(Document(R"({"forbid": {"provider": "other", "reason": "x"}})")), one);
  EXPECT_NE(digest(Document(R"({"forbid": {"provider": "other"}})", "test2")), one);
  const auto below = Lay(*base, Document("", "below"));
  EXPECT_NE(std::string(Lay(*below, Document(R"({"forbid": {"provider": "other"}})"))->digest()),
            one);
}

}  // namespace
}  // namespace tokentra
