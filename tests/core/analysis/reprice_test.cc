// Method: calls are tracked under one catalog and each is also priced with the other, one by one:
// where repricing says that it is exact it must give that sum to the last digit, and otherwise the
// sum must lie within its bounds. First by hand, construct by construct, then with random calls.

#include "core/analysis/reprice.h"

#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/catalog/overlay.h"
#include "core/client/client.h"
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

constexpr std::string_view kPlain =
    R"("input_tokens": ["2", 1000000], "output_tokens": ["8", 1000000])";

std::shared_ptr<const Catalog> Catalog1() { return CatalogOf({Provider(Model("m", Row(kPlain)))}); }

class Ledger1 {
 public:
  explicit Ledger1(std::shared_ptr<const Catalog> catalog, LedgerOptions ledger = {}) {
    ClientOptions options;
    options.catalog = std::move(catalog);
    options.ledger = std::move(ledger);
    client_ = *Client::Create(std::move(options));
  }

  void Track(const Usage& usage, InstantNs at = kNow, std::string_view model = "m",
             bool batch = false) {
    const Call call = {
        .provider = "acme", .model = model, .batch = batch, .at = at, .usage = &usage};
    Evaluation evaluation;
    TrackResult result;
    ASSERT_TRUE(client_->Track(call, "", {}, evaluation, result).ok());
    calls_.push_back({usage, at, std::string(model), batch});
  }

  Repricing With(const Catalog& catalog) const {
    return *Reprice(**client_->TakeSnapshot(), catalog);
  }

  // What the same calls cost with another catalog, one by one.
  Money Replay(const Catalog& catalog) const {
    Money sum;
    for (const Tracked& tracked : calls_) {
      const Call call = {.provider = "acme",
                         .model = tracked.model,
                         .batch = tracked.batch,
                         .at = tracked.at,
                         .usage = &tracked.usage};
      Evaluation evaluation;
      EXPECT_TRUE(Evaluate(catalog, call, evaluation).ok());
      if (evaluation.state() == CostState::kUnpriced) continue;
      EXPECT_TRUE(sum.Add(evaluation.total()));
    }
    return sum;
  }

 private:
  struct Tracked {
    Usage usage;
    InstantNs at;
    std::string model;
    bool batch;
  };
  std::shared_ptr<Client> client_;
  std::vector<Tracked> calls_;
};

Usage Tokens(std::uint64_t input, std::uint64_t output) {
  return UsageOf({{"input_tokens", input}, {"output_tokens", output}});
}

TEST(RepriceTest, ACorrectedPriceGivesTheExactDifference) {
  Ledger1 ledger(Catalog1());
  for (int i = 0; i < 10; ++i) ledger.Track(Tokens(100'000, 10'000));
  const auto other = CatalogOf({Provider(
      Model("m", Row(R"("input_tokens": ["1.5", 1000000], "output_tokens": ["8", 1000000])")))});
  const Repricing repricing = ledger.With(*other);
  EXPECT_TRUE(repricing.total.exact());
  EXPECT_EQ(repricing.total.before.ToString(), "2.8");
  EXPECT_EQ(repricing.total.lower.ToString(), "2.3");
  EXPECT_EQ(repricing.total.upper.ToString(), "2.3");
  EXPECT_EQ(repricing.total.events, 10u);
  ASSERT_EQ(repricing.classes.size(), 1u);
  EXPECT_EQ(repricing.classes[0].model, "m");
  EXPECT_EQ(repricing.classes[0].service_tier, "standard");
  EXPECT_EQ(repricing.classes[0].price_row.size(), kRowIdSize);
}

TEST(RepriceTest, ItsOwnCatalogChangesNothing) {
  const auto catalog = Catalog1();
  Ledger1 ledger(catalog);
  ledger.Track(Tokens(1, 2));
  ledger.Track(Tokens(300'000, 2));
  ledger.Track(Tokens(5, 5), kNow, "unknown");
  const Repricing repricing = ledger.With(*catalog);
  EXPECT_TRUE(repricing.total.exact());
  EXPECT_EQ(repricing.total.before, repricing.total.lower);
  EXPECT_EQ(repricing.total.unpriced_before, 1u);
  EXPECT_EQ(repricing.total.unpriced_after, 1u);
}

TEST(RepriceTest, WhatHadNoPriceIsPricedLater) {
  Ledger1 ledger(Catalog1());
  ledger.Track(Tokens(1'000'000, 0), kNow, "later");
  const auto other = CatalogOf({Provider(Model("later", Row(kPlain)))});
  const Repricing repricing = ledger.With(*other);
  EXPECT_TRUE(repricing.total.exact());
  EXPECT_EQ(repricing.total.before.ToString(), "0");
  EXPECT_EQ(repricing.total.lower.ToString(), "2");
  EXPECT_EQ(repricing.total.unpriced_before, 1u);
  EXPECT_EQ(repricing.total.unpriced_after, 0u);
}

TEST(RepriceTest, ForbiddenAndVanishedModelsLoseTheirPrice) {
  Ledger1 ledger(Catalog1());
  ledger.Track(Tokens(1'000'000, 0));
  const auto other = CatalogOf({Provider(Model("x", Row(kPlain)))});
  const Repricing repricing = ledger.With(*other);
  EXPECT_EQ(repricing.total.upper.ToString(), "0");
  EXPECT_EQ(repricing.total.unpriced_after, 1u);
  const auto nobody = CatalogOf({Provider(Model("m", Row(kPlain)), "", "other")});
  EXPECT_EQ(ledger.With(*nobody).total.unpriced_after, 1u);
}

TEST(RepriceTest, ABandOnAPublishedThresholdIsExact) {
  Ledger1 ledger(Catalog1());
  for (const std::uint64_t input : {199'999, 200'000, 200'001, 300'000}) {
    ledger.Track(Tokens(input, 10));
  }
  const auto other =
      CatalogOf({Provider(Model("m", Row(kPlain, R"("bands": [{"above": {"input_tokens": 200000},
                                     "rates": {"input_tokens": ["4", 1000000]}}])")))});
  const Repricing repricing = ledger.With(*other);
  EXPECT_TRUE(repricing.total.exact());
  EXPECT_EQ(repricing.total.lower, ledger.Replay(*other));
}

TEST(RepriceTest, ABandElsewhereHasBounds) {
  Ledger1 ledger(Catalog1());
  ledger.Track(Tokens(10, 10));
  ledger.Track(Tokens(20'000, 10));
  const auto other =
      CatalogOf({Provider(Model("m", Row(kPlain, R"("bands": [{"above": {"input_tokens": 15000},
                                     "rates": {"input_tokens": ["4", 1000000]}}])")))});
  const Repricing repricing = ledger.With(*other);
  EXPECT_EQ(repricing.total.reasons, kBandCutsClass);
  EXPECT_EQ(repricing.total.inexact_events, 2u);
  EXPECT_EQ(repricing.total.lower, ledger.Replay(*Catalog1()));
  EXPECT_EQ(repricing.total.upper.ToString(), "0.0802");  // 20,010 x 4 + 20 x 8, per million
  EXPECT_LT(repricing.total.lower, ledger.Replay(*other));
  EXPECT_LT(ledger.Replay(*other), repricing.total.upper);
}

TEST(RepriceTest, APriceThatChangesOnABucketsEdgeIsExact) {
  Ledger1 ledger(Catalog1());
  const InstantNs edge = *ParseInstant("2026-10-15T12:00:00Z");
  ledger.Track(Tokens(10, 10), edge - 1);
  ledger.Track(Tokens(20, 20), edge);
  const auto other = CatalogOf(
      {Provider(Model("m", Row(kPlain, R"("until": "2026-10-15T12:00:00Z")") + "," +
                               Row(R"("input_tokens": ["9", 1], "output_tokens": ["9", 1])",
                                   R"("from": "2026-10-15T12:00:00Z")")))});
  const Repricing repricing = ledger.With(*other);
  EXPECT_TRUE(repricing.total.exact());
  EXPECT_EQ(repricing.total.lower, ledger.Replay(*other));
}

TEST(RepriceTest, APriceThatChangesInsideABucketHasBounds) {
  LedgerOptions daily;
  daily.bucket_seconds = 86'400;
  Ledger1 ledger(Catalog1(), daily);
  const InstantNs edge = *ParseInstant("2026-10-15T12:00:00Z");
  ledger.Track(Tokens(10, 10), edge - 1);
  ledger.Track(Tokens(20, 20), edge);
  const auto other = CatalogOf({Provider(
      Model("m", Row(kPlain, R"("until": "2026-10-15T12:00:00Z")") + "," +
                     Row(R"("input_tokens": ["9", 1000000], "output_tokens": ["1", 1000000])",
                         R"("from": "2026-10-15T12:00:00Z")")))});
  const Repricing repricing = ledger.With(*other);
  EXPECT_EQ(repricing.total.reasons, kPriceChangesInBucket);
  // Neither row alone bounds the cost: each atom does, at its own least and most.
  EXPECT_EQ(repricing.total.lower.ToString(), "0.00009");  // 30 x 2 + 30 x 1
  EXPECT_EQ(repricing.total.upper.ToString(), "0.00051");  // 30 x 9 + 30 x 8
  EXPECT_LE(repricing.total.lower, ledger.Replay(*other));
  EXPECT_LE(ledger.Replay(*other), repricing.total.upper);
}

TEST(RepriceTest, AMinimumOfOneCallIsKnownOnlyWhereItWasTheSame) {
  const auto with = [](std::string_view amount, int minimum) {
    return CatalogOf({Provider(
        Model("m", Row(absl::StrCat(R"("input_audio_milliseconds": [")", amount, R"(", 1000])"),
                       absl::StrCat(R"("billed": {"input_audio_milliseconds": {"minimum": )",
                                    minimum, R"(, "step": 1}})"))))});
  };
  Ledger1 ledger(with("1", 10'000));
  ledger.Track(UsageOf({{"input_audio_milliseconds", 2'000}}));
  ledger.Track(UsageOf({{"input_audio_milliseconds", 30'000}}));
  const Repricing same = ledger.With(*with("2", 10'000));
  EXPECT_TRUE(same.total.exact());
  EXPECT_EQ(same.total.before.ToString(), "40");
  EXPECT_EQ(same.total.lower.ToString(), "80");
  const auto other = with("2", 20'000);
  const Repricing changed = ledger.With(*other);
  EXPECT_EQ(changed.total.reasons, kBilledPerCall);
  EXPECT_EQ(changed.total.lower.ToString(), "64");
  EXPECT_LE(ledger.Replay(*other), changed.total.upper);
  const auto none = with("2", 0);
  EXPECT_TRUE(ledger.With(*none).total.exact());
  EXPECT_EQ(ledger.With(*none).total.lower, ledger.Replay(*none));
}

TEST(RepriceTest, FoldedClassesKeepTheirMoney) {
  LedgerOptions small;
  small.classes_max = 16;
  const auto catalog = Catalog::Builtin();
  ClientOptions options;
  options.ledger = small;
  const auto client = *Client::Create(std::move(options));
  const CatalogImage& image = catalog->image();
  const std::uint32_t provider = *catalog->FindProvider("openai");
  const IndexRange models = image.providers[provider].models;
  const Usage usage = Tokens(10, 10);
  for (std::uint32_t i = 0; i < std::min(models.count, 60u); ++i) {
    const Call call = {.provider = "openai",
                       .model = catalog->ModelId(models.begin + i),
                       .at = kNow,
                       .usage = &usage};
    Evaluation evaluation;
    TrackResult result;
    (void)client->Track(call, "", {}, evaluation, result);
  }
  const auto view = *client->TakeSnapshot();
  const Repricing repricing = *Reprice(*view, *catalog);
  EXPECT_EQ(repricing.total.reasons & kClassFolded, kClassFolded);
  EXPECT_GT(repricing.total.kept, Money());
  EXPECT_EQ(repricing.total.before, view->totals().cost);
  EXPECT_EQ(repricing.total.lower, view->totals().cost);
}

// Two catalogs of random rows over the same model, and random calls.
std::string RandomRows(std::mt19937& random) {
  const auto rate = [&] { return absl::StrCat("[\"", random() % 9 + 1, "\", 1000000]"); };
  const auto rates = [&] {
    return absl::StrCat(
        R"("input_tokens": )", rate(), R"(, "output_tokens": )", rate(),
        random() % 2 == 0 ? absl::StrCat(R"(, "cache_read_tokens": )", rate()) : "");
  };
  const auto bands = [&]() -> std::string {
    if (random() % 2 == 0) return "";
    const std::uint64_t threshold = random() % 2 == 0 ? 200'000 : random() % 300'000 + 1;
    return absl::StrCat(R"("bands": [{"above": {"input_tokens": )", threshold,
                        R"(}, "rates": {"input_tokens": )", rate(), "}}]");
  };
  const auto row = [&](std::string interval) {
    const std::string band = bands();
    if (!band.empty() && !interval.empty()) interval += ", ";
    return Row(rates(), interval + band);
  };
  if (random() % 2 == 0) return row("");
  return row(R"("until": "2026-10-15T06:00:00Z")") + "," + row(R"("from": "2026-10-15T06:00:00Z")");
}

TEST(RepriceTest, RandomCatalogsAgreeWithReplayOrBoundIt) {
  std::mt19937 random(20261128);
  const InstantNs day = *ParseInstant("2026-10-15T00:00:00Z");
  int exact = 0;
  int bounded = 0;
  for (int round = 0; round < 60; ++round) {
    const std::string batch = Row("", R"("conditions": {"batch": true},
        "multiply": [{"by": "0.5", "meters": ["input_tokens", "output_tokens"]}])");
    const auto random_catalog = [&] {
      return CatalogOf({Provider(Model("m", RandomRows(random),
                                       random() % 2 == 0 ? "\"variants\": [" + batch + "]" : ""))});
    };
    const auto first = random_catalog();
    const auto other = random_catalog();
    LedgerOptions options;
    options.bucket_seconds = random() % 2 == 0 ? 900 : 86'400;
    Ledger1 ledger(first, options);
    for (int i = 0; i < 40; ++i) {
      const std::uint64_t input = random() % 300'000;
      const std::uint64_t cached = random() % 2 == 0 ? 0 : random() % (input + 1);
      ledger.Track(UsageOf({{"input_tokens", input},
                            {"output_tokens", random() % 1'000},
                            {"cache_read_tokens", cached}}),
                   day + static_cast<InstantNs>(random() % 86'400) * kNsPerSecond, "m",
                   random() % 4 == 0);
    }
    const Repricing repricing = ledger.With(*other);
    const Money replayed = ledger.Replay(*other);
    if (repricing.total.exact()) {
      ++exact;
      ASSERT_EQ(repricing.total.lower, replayed) << round;
      ASSERT_EQ(repricing.total.upper, replayed) << round;
    } else {
      ++bounded;
      ASSERT_LE(repricing.total.lower, replayed) << round;
      ASSERT_LE(replayed, repricing.total.upper) << round;
    }
    Money lower;
    Money upper;
    Money before;
    for (const RepricedClass& one : repricing.classes) {
      ASSERT_TRUE(lower.Add(one.sum.lower) && upper.Add(one.sum.upper) &&
                  before.Add(one.sum.before));
    }
    ASSERT_EQ(lower, repricing.total.lower);
    ASSERT_EQ(upper, repricing.total.upper);
    ASSERT_EQ(before, ledger.Replay(*first));
  }
  EXPECT_GT(exact, 5);
  EXPECT_GT(bounded, 5);
}

}  // namespace
}  // namespace tokentra
