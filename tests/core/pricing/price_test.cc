// Method: lines and totals of small rows against amounts worked out by hand; per-call rules at one
// below, at and one above their edges; and over the whole built-in catalog, with random usages:
// the total is the sum of the lines, and the cost of a sum is the sum of the costs wherever rates
// are whole numbers of 10^-18.

#include "core/pricing/price.h"

#include <random>
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
using pricing_test::UsageOf;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// The cost of the first row of a catalog of one model.
Cost Priced(const Catalog& catalog, const Atoms& atoms) {
  Cost cost;
  PriceCall(catalog.image(), catalog.image().rows[0], atoms, cost);
  return cost;
}

std::shared_ptr<const Catalog> WithRates(std::string_view rates, std::string_view extra = "") {
  return CatalogOf({Provider(Model("m1", Row(rates, extra)))});
}

// "input_tokens 1500 0.00375", ...
std::vector<std::string> LinesOf(const Cost& cost) {
  std::vector<std::string> lines;
  for (const CostLine& line : cost.line_span()) {
    lines.push_back(absl::StrCat(FindMeter(line.meter)->name, " ", line.quantity, " ",
                                 line.amount().ToString()));
  }
  return lines;
}

TEST(PriceTest, OneLineForEachRateThatBills) {
  const auto catalog = WithRates(R"("input_tokens": ["2.5", 1000000],
      "cache_read_tokens": ["1.25", 1000000], "output_tokens": ["10", 1000000],
      "web_searches": ["10", 1000])");
  const Cost simple = Priced(*catalog, AtomsOf({{"input_tokens", 1500}, {"output_tokens", 500}}));
  EXPECT_EQ(simple.state, CostState::kPriced);
  EXPECT_EQ(simple.total.ToString(), "0.00875");
  EXPECT_THAT(LinesOf(simple), ElementsAre("input_tokens 1500 0.00375", "output_tokens 500 0.005"));

  // Cached input is billed once; reasoning, without a rate of its own, as output.
  const Cost cached = Priced(*catalog, AtomsOf({{"input_tokens", 1500},
                                                {"cache_read_tokens", 1000},
                                                {"output_tokens", 500},
                                                {"output_reasoning_tokens", 400},
                                                {"web_searches", 2}}));
  EXPECT_THAT(LinesOf(cached),
              ElementsAre("input_tokens 500 0.00125", "output_tokens 500 0.005",
                          "cache_read_tokens 1000 0.00125", "web_searches 2 0.02"));
  EXPECT_EQ(cached.total.ToString(), "0.0275");
  EXPECT_EQ(cached.uncovered, 0u);

  const Cost nothing = Priced(*catalog, Atoms());
  EXPECT_EQ(nothing.state, CostState::kPriced);
  EXPECT_EQ(nothing.total.ToString(), "0");
  EXPECT_THAT(LinesOf(nothing), IsEmpty());
}

TEST(PriceTest, WithoutACacheRateCachedInputCostsTheInputRate) {
  const auto catalog = WithRates(R"("input_tokens": ["2", 1000000])");
  EXPECT_THAT(
      LinesOf(Priced(
          *catalog,
          AtomsOf({{"input_tokens", 10}, {"cache_read_tokens", 4}, {"cache_write_1h_tokens", 3}}))),
      ElementsAre("input_tokens 10 0.00002"));
}

TEST(PriceTest, UncoveredAtomsMakeItPartial) {
  const auto catalog = WithRates(R"("input_tokens": ["2", 1000000])");
  const Cost cost = Priced(*catalog, AtomsOf({{"input_tokens", 10},
                                              {"output_tokens", 5},
                                              {"output_reasoning_tokens", 2},
                                              {"web_searches", 1}}));
  EXPECT_EQ(cost.state, CostState::kPartial);
  EXPECT_EQ(cost.total.ToString(), "0.00002");
  EXPECT_EQ(cost.uncovered,
            AtomBit(Atom::kOutput) | AtomBit(Atom::kOutputReasoning) | AtomBit(Atom::kWebSearches));
}

TEST(PriceTest, ARateThatNobodyStatesMakesItPartial) {
  // Cached input does not fall back to the rate of the input around it.
  const auto cached = WithRates(R"("input_tokens": ["2", 1000000], "cache_read_tokens": null)");
  const Cost cost = Priced(*cached, AtomsOf({{"input_tokens", 10}, {"cache_read_tokens", 4}}));
  EXPECT_EQ(cost.state, CostState::kPartial);
  EXPECT_THAT(LinesOf(cost), ElementsAre("input_tokens 6 0.000012"));
  EXPECT_EQ(cost.uncovered, AtomBit(Atom::kCacheRead));
  EXPECT_EQ(Priced(*cached, AtomsOf({{"input_tokens", 10}})).state, CostState::kPriced);

  // Above a threshold it is the row of that band that has no rate.
  const auto banded = WithRates(R"("input_tokens": ["2", 1000000])",
                                R"("bands": [{"above": {"input_tokens": 100},
                                              "rates": {"input_tokens": null}}])");
  for (const auto& [quantity, state] :
       {std::pair(99u, CostState::kPriced), std::pair(100u, CostState::kPriced),
        std::pair(101u, CostState::kPartial)}) {
    const Usage usage = UsageOf({{"input_tokens", quantity}});
    Evaluation evaluation;
    ASSERT_TRUE(Evaluate(*banded, {.provider = "acme", .model = "m1", .at = kNow, .usage = &usage},
                         evaluation)
                    .ok());
    EXPECT_EQ(evaluation.state(), state) << quantity;
  }
}

TEST(PriceTest, FreeCostsNothingAndCoversEverything) {
  const auto catalog = CatalogOf({Provider(Model("m1", Row("", R"("free": true)")))});
  const Cost cost = Priced(*catalog, AtomsOf({{"input_tokens", 10}, {"web_searches", 1}}));
  EXPECT_EQ(cost.state, CostState::kFree);
  EXPECT_EQ(cost.total, Money());
  EXPECT_EQ(cost.uncovered, 0u);
  EXPECT_THAT(LinesOf(cost), IsEmpty());
  // A rate of zero is a price.
  const auto zero = WithRates(R"("input_tokens": ["0", 1000000])");
  EXPECT_EQ(Priced(*zero, AtomsOf({{"input_tokens", 10}})).state, CostState::kPriced);
}

TEST(PriceTest, BilledMinimumAndStep) {
  const auto catalog =
      WithRates(R"("audio_milliseconds": ["0.36", 3600000])",
                R"("billed": {"audio_milliseconds": {"minimum": 10000, "step": 1000}})");
  const std::pair<std::uint64_t, std::uint64_t> kCases[] = {
      {0, 0},           {1, 10'000},      {9'999, 10'000},
      {10'000, 10'000}, {10'001, 11'000}, {10'999, 11'000},
      {11'000, 11'000}, {11'001, 12'000}, {kQuantityMax, (kQuantityMax + 999) / 1000 * 1000},
  };
  for (const auto& [counted, billed] : kCases) {
    const Cost cost = Priced(*catalog, AtomsOf({{"audio_milliseconds", counted}}));
    if (billed == 0) {
      EXPECT_THAT(LinesOf(cost), IsEmpty());
      continue;
    }
    ASSERT_EQ(cost.line_count, 1);
    EXPECT_EQ(cost.lines[0].quantity, billed) << counted;
    EXPECT_EQ(cost.total, *Multiply({*Money::Parse("0.36"), 3'600'000}, billed));
  }
}

TEST(PriceTest, WhatIsIncludedIsNotBilled) {
  const std::string_view rates = R"("input_images": ["0.04", 1])";
  const auto five = WithRates(rates, R"("billed": {"input_images": {"included": 5}})");
  const auto stepped =
      WithRates(rates, R"("billed": {"input_images": {"included": 5, "minimum": 2, "step": 10}})");
  struct {
    std::uint64_t counted, billed, billed_in_tens;
  } const kCases[] = {{0, 0, 0}, {4, 0, 0}, {5, 0, 0}, {6, 1, 10}, {15, 10, 10}, {16, 11, 20}};
  for (const auto& [counted, billed, billed_in_tens] : kCases) {
    const Atoms atoms = AtomsOf({{"input_images", counted}});
    EXPECT_EQ(Priced(*five, atoms).total, *Multiply({*Money::Parse("0.04"), 1}, billed)) << counted;
    EXPECT_EQ(Priced(*stepped, atoms).total, *Multiply({*Money::Parse("0.04"), 1}, billed_in_tens))
        << counted;
  }
}

TEST(PriceTest, BilledAtomsSumToWhatPriceCallBills) {
  const auto catalog =
      WithRates(R"("audio_milliseconds": ["0.36", 3600000], "requests": ["1", 1000])",
                R"("billed": {"audio_milliseconds": {"minimum": 10000}})");
  const CatalogImage& image = catalog->image();
  const Atoms one = AtomsOf(
      {{"audio_milliseconds", 7'000}, {"input_audio_milliseconds", 3'000}, {"requests", 1}});
  const Atoms billed = BilledAtoms(image, image.rows[0], one);
  ASSERT_EQ(billed.items().size(), 1u);  // one rate, at the first atom that it covers
  EXPECT_EQ(billed.items()[0].quantity, 10'000u);
  // Three such calls: the minimum counts three times, requests as they are.
  const Atoms three = AtomsOf(
      {{"audio_milliseconds", 21'000}, {"input_audio_milliseconds", 9'000}, {"requests", 3}});
  Atoms billed_three;
  billed_three.Append(billed.items()[0].atom, 30'000);
  Cost sum;
  PriceSums(image, image.rows[0], three, billed_three, sum);
  EXPECT_THAT(LinesOf(sum), ElementsAre("audio_milliseconds 30000 0.003", "requests 3 0.003"));

  const auto plain = WithRates(R"("requests": ["1", 1000])");
  EXPECT_TRUE(BilledAtoms(plain->image(), plain->image().rows[0], one).empty());
}

TEST(PriceTest, FractionsThatDoNotEndRoundOnceALine) {
  const auto catalog = WithRates(R"("audio_milliseconds": ["0.111", 3600000])");
  EXPECT_EQ(Priced(*catalog, AtomsOf({{"audio_milliseconds", 1}})).total.ToString(),
            "0.000000030833333333");
  EXPECT_EQ(Priced(*catalog, AtomsOf({{"audio_milliseconds", 3'600'000}})).total.ToString(),
            "0.111");
}

TEST(PriceTest, AmountsBeyondTheRangeAreSaid) {
  // 10^20 - 1 units a request: one fits, two do not.
  const auto catalog = WithRates(R"("requests": ["99999999999999999999", 1])");
  EXPECT_FALSE(Priced(*catalog, AtomsOf({{"requests", 1}})).out_of_range);
  EXPECT_TRUE(Priced(*catalog, AtomsOf({{"requests", 2}})).out_of_range);
  // Each line fits, their sum does not.
  const auto two = WithRates(
      R"("requests": ["60000000000000000000", 1], "web_searches": ["60000000000000000000", 1])");
  EXPECT_FALSE(Priced(*two, AtomsOf({{"requests", 1}})).out_of_range);
  EXPECT_TRUE(Priced(*two, AtomsOf({{"requests", 1}, {"web_searches", 1}})).out_of_range);
  // A whole number of attos a quantum: the fast way has the same limit.
  const auto fast = WithRates(R"("requests": ["18", 1])");
  EXPECT_FALSE(Priced(*fast, AtomsOf({{"requests", kQuantityMax}})).out_of_range);
}

// Any atoms at all: what is priced does not depend on what a call could state.
Atoms RandomAtoms(std::mt19937_64& random) {
  Atoms atoms;
  for (std::size_t i = 0; i < kAtomCount; ++i) {
    if (random() % 4 == 0) atoms.Append(static_cast<Atom>(i), random() >> (random() % 24 + 24));
  }
  return atoms;
}

TEST(PriceTest, TotalsAreSumsOfLinesAndOfCallsOverTheWholeCatalog) {
  constexpr std::uint64_t kSeed = 5;
  SCOPED_TRACE(testing::Message() << "seed " << kSeed);
  std::mt19937_64 random(kSeed);
  const auto catalog = Catalog::Builtin();
  const CatalogImage& image = catalog->image();
  std::size_t whole_rows = 0;
  for (const RowRecord& row : image.rows) {
    bool whole = true;
    bool adds = row.free == 0;  // every atom is billed once or named; rules that include take away
    for (std::size_t i = 0; i < row.rate_count; ++i) {
      const RateRecord& rate = image.Rate(row, i);
      adds = adds && image.rules[rate.rule].included == 0;
      whole = whole && (rate.attos_per_quantum != 0 || (rate.amount_lo | rate.amount_hi) == 0);
    }
    whole_rows += whole ? 1 : 0;
    std::array<std::uint64_t, kAtomCount> sums{};
    std::array<std::uint64_t, kAtomCount> billed_sums{};
    Money calls;
    for (int i = 0; i < 4; ++i) {
      const Atoms atoms = RandomAtoms(random);
      Cost cost;
      PriceCall(image, row, atoms, cost);
      ASSERT_FALSE(cost.out_of_range);
      Money lines;
      std::uint64_t quantity = 0;
      for (const CostLine& line : cost.line_span()) {
        ASSERT_TRUE(lines.Add(line.amount()));
        quantity += line.quantity;
      }
      ASSERT_EQ(lines, cost.total);
      ASSERT_TRUE(calls.Add(cost.total));
      ASSERT_TRUE(!adds || quantity >= atoms.Sum(~cost.uncovered));
      for (const AtomQuantity& item : atoms.items()) {
        sums[static_cast<std::size_t>(item.atom)] += item.quantity;
      }
      const Atoms billed = BilledAtoms(image, row, atoms);
      for (const AtomQuantity& item : billed.items()) {
        billed_sums[static_cast<std::size_t>(item.atom)] += item.quantity;
      }
    }
    Atoms all;
    Atoms all_billed;
    for (std::size_t i = 0; i < kAtomCount; ++i) {
      all.Append(static_cast<Atom>(i), sums[i]);
      all_billed.Append(static_cast<Atom>(i), billed_sums[i]);
    }
    Cost sum;
    PriceSums(image, row, all, all_billed, sum);
    ASSERT_TRUE(!whole || sum.total == calls) << image.RowId(row);
  }
  EXPECT_GT(whole_rows, image.rows.size() / 2);
  EXPECT_GT(image.rows.size(), 700u);
}

}  // namespace
}  // namespace tokentra
