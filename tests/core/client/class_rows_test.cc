// Method: catalogs whose prices differ by known factors record into one ledger. What was recorded
// keeps its price, whoever looks, since a class carries what its price row charges; and classes are
// cut at the thresholds of the client's own catalog.

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "core/catalog/overlay.h"
#include "core/client/client.h"
#include "gtest/gtest.h"
#include "tests/core/pricing/pricing_testing.h"

namespace tokentra {
namespace {

using pricing_test::kNow;
using pricing_test::UsageOf;

std::shared_ptr<const Catalog> Discounted(std::string_view percent) {
  const std::string document = absl::StrCat(
      R"({"format": 1, "overlay": "x", "changes": [{"discount": {"provider": "openai",
          "models": ["gpt-4o"], "percent": ")",
      percent, R"("}}]})");
  return *LayOverlay(*Catalog::Builtin(), document, "x");
}

const Usage kUsage = UsageOf({{"input_tokens", 1500}, {"output_tokens", 500}});  // 0.00875

Money Track(Client& client) {
  Evaluation evaluation;
  TrackResult result;
  const Call call = {.provider = "openai", .model = "gpt-4o", .at = kNow, .usage = &kUsage};
  EXPECT_TRUE(client.Track(call, "", {}, evaluation, result).ok());
  return evaluation.total();
}

TEST(ClassRowsTest, OneLedgerKeepsThePricesOfTwoCatalogs) {
  const std::shared_ptr<Ledger> ledger = *Ledger::Create({});
  const auto client_with = [&](std::shared_ptr<const Catalog> catalog) {
    ClientOptions options;
    options.catalog = std::move(catalog);
    options.shared_ledger = ledger;
    return *Client::Create(std::move(options));
  };
  const auto full = client_with(Catalog::Builtin());
  const auto half = client_with(Discounted("50"));
  const auto none = client_with(Discounted("100"));
  EXPECT_EQ(Track(*full).ToString(), "0.00875");
  EXPECT_EQ(Track(*half).ToString(), "0.004375");
  EXPECT_EQ(Track(*none).ToString(), "0");
  EXPECT_EQ(Track(*full).ToString(), "0.00875");
  for (const auto& client : {full, half, none}) {
    const auto view = *client->TakeSnapshot();
    EXPECT_EQ(view->totals().cost.ToString(), "0.021875");
    EXPECT_EQ(view->totals().events, 4u);
    EXPECT_EQ(view->totals().unpriced_events, 0u);
  }
}

TEST(ClassRowsTest, YesterdaysMoneyNeedsNoOtherCatalog) {
  // Recorded with an overlay, read by a process that has never heard of it.
  ClientOptions options;
  options.catalog = Discounted("20");
  const auto client = *Client::Create(std::move(options));
  Track(*client);
  auto snapshot = client->ledger().TakeSnapshot();
  ASSERT_TRUE(snapshot.ok());
  const auto view = *SnapshotView::Create(*std::move(snapshot), Catalog::Builtin(), {});
  EXPECT_EQ(view->totals().cost.ToString(), "0.007");
  EXPECT_EQ(view->totals().unpriced_events, 0u);
}

TEST(ClassRowsTest, ClassesAreCutAtTheClientsOwnThresholds) {
  const std::string document = R"({"format": 1, "overlay": "bands", "as_of": "2026-11-01",
    "changes": [{"add": {"provider": "house", "models": [{"id": "m", "price_rows": [
      {"rates": {"input_tokens": ["1", 1], "output_tokens": ["1", 1]},
       "bands": [{"above": {"input_tokens": 777}, "rates": {"input_tokens": ["2", 1]}},
                 {"at_least": {"output_tokens": 55},
                  "rates": {"output_tokens": ["3", 1]}}]}]}]}}]})";
  ClientOptions options;
  options.catalog = *LayOverlay(*Catalog::Builtin(), document, "x");
  const auto client = *Client::Create(std::move(options));
  const auto track = [&](std::uint64_t input, std::uint64_t output) {
    const Usage usage = UsageOf({{"input_tokens", input}, {"output_tokens", output}});
    Evaluation evaluation;
    TrackResult result;
    // By another provider: thresholds cut every class, so that this catalog can price any of them.
    const Call call = {.provider = "openai", .model = "gpt-4o", .at = kNow, .usage = &usage};
    EXPECT_TRUE(client->Track(call, "", {}, evaluation, result).ok());
  };
  const auto classes = [&] { return client->ledger().TakeSnapshot().value()->classes().size(); };
  track(777, 54);
  EXPECT_EQ(classes(), 1u);
  track(776, 53);
  EXPECT_EQ(classes(), 1u);
  track(778, 54);
  EXPECT_EQ(classes(), 2u);
  track(777, 55);
  EXPECT_EQ(classes(), 3u);
}

}  // namespace
}  // namespace tokentra
