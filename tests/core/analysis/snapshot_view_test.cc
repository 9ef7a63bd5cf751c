// Method: events at chosen instants, grouped by time in zones whose offsets change, compared with
// local clocks worked out by hand; bounds at one bucket before, at and after; order of rows; folded
// keys; and an event beyond what a ledger holds.

#include "core/analysis/snapshot_view.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

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
using pricing_test::UsageOf;
using ::testing::ElementsAre;

// A client whose calls cost one unit for each request.
class ViewTest : public testing::Test {
 protected:
  explicit ViewTest(LedgerOptions ledger = {.dimensions = {"team_id"}}) {
    ClientOptions options;
    options.catalog = CatalogOf({Provider(Model("m1", Row(R"("requests": ["1", 1])")))});
    options.ledger = std::move(ledger);
    client_ = *Client::Create(std::move(options));
  }

  void Track(std::string_view at, std::string_view team = "a", std::uint64_t requests = 1,
             std::string_view model = "m1") {
    const Usage usage = UsageOf({{"requests", requests}});
    Evaluation evaluation;
    TrackResult result;
    const MetadataEntry metadata[] = {{"team_id", team}};
    const absl::Status status = client_->Track(
        {.provider = "acme", .model = model, .at = *ParseInstant(at), .usage = &usage}, "",
        metadata, evaluation, result);
    EXPECT_TRUE(status.ok()) << status;
  }

  // Key texts ("-" absent, "*" folded) and cost of each row.
  std::vector<std::string> Rows(std::vector<std::string_view> keys,
                                const GroupOptions& options = {}) {
    const auto view = *client_->TakeSnapshot();
    const auto rows = view->Group(keys, options);
    EXPECT_TRUE(rows.ok()) << rows.status();
    std::vector<std::string> out;
    for (const GroupRow& row : *rows) {
      std::string text;
      for (const KeyValue& key : row.keys) {
        absl::StrAppend(&text,
                        key.presence == KeyPresence::kPresent  ? key.text
                        : key.presence == KeyPresence::kFolded ? "*"
                                                               : "-",
                        " ");
      }
      out.push_back(text + row.totals.cost.ToString());
    }
    return out;
  }

  std::shared_ptr<Client> client_;
};

TEST_F(ViewTest, TimeKeysInUtc) {
  Track("2026-10-15T14:14:59.999999999Z");
  Track("2026-10-15T14:15:00Z");
  Track("2026-10-15T23:59:59Z");
  Track("2026-10-16T00:00:00Z");
  EXPECT_THAT(Rows({"bucket"}), ElementsAre("2026-10-15T14:00Z 1", "2026-10-15T14:15Z 1",
                                            "2026-10-15T23:45Z 1", "2026-10-16T00:00Z 1"));
  EXPECT_THAT(Rows({"hour"}),
              ElementsAre("2026-10-15T14:00Z 2", "2026-10-15T23:00Z 1", "2026-10-16T00:00Z 1"));
  EXPECT_THAT(Rows({"day"}), ElementsAre("2026-10-15 3", "2026-10-16 1"));
}

TEST_F(ViewTest, ZonesMoveMidnight) {
  Track("2026-10-15T21:45:00Z");
  Track("2026-10-15T22:00:00Z");
  Track("2026-10-16T06:45:00Z");
  Track("2026-10-16T07:00:00Z");
  const auto in_zone = [](std::int32_t seconds) {
    GroupOptions options;
    options.zone = {{*ParseInstant("1900-01-01T00:00:00Z"), seconds}};
    return options;
  };
  EXPECT_THAT(Rows({"day"}, in_zone(2 * 3600)), ElementsAre("2026-10-15 1", "2026-10-16 3"));
  EXPECT_THAT(Rows({"day"}, in_zone(-7 * 3600)), ElementsAre("2026-10-15 3", "2026-10-16 1"));
  EXPECT_THAT(Rows({"hour"}, in_zone(5 * 3600 + 45 * 60)),
              ElementsAre("2026-10-16T03:00+05:45 2", "2026-10-16T12:00+05:45 2"));
  EXPECT_THAT(Rows({"bucket"}, in_zone(-3 * 3600 - 30 * 60)),
              ElementsAre("2026-10-15T18:15-03:30 1", "2026-10-15T18:30-03:30 1",
                          "2026-10-16T03:15-03:30 1", "2026-10-16T03:30-03:30 1"));
}

// Berlin leaves summer time on 2026-10-25 at 01:00 UTC: that day has 25 hours, and the hour from 2
// to 3 comes twice, told apart by its offset.
TEST_F(ViewTest, AnOffsetThatChangesWithinADay) {
  GroupOptions berlin;
  berlin.zone = {{*ParseInstant("2026-03-29T01:00:00Z"), 7200},
                 {*ParseInstant("2026-10-25T01:00:00Z"), 3600}};
  Track("2026-10-24T21:45:00Z");  // 23:45 on the 24th
  Track("2026-10-24T22:00:00Z");  // midnight of the 25th
  Track("2026-10-25T00:45:00Z");  // 02:45, summer
  Track("2026-10-25T01:45:00Z");  // 02:45, winter
  Track("2026-10-25T22:45:00Z");  // 23:45 on the 25th
  Track("2026-10-25T23:00:00Z");  // midnight of the 26th
  EXPECT_THAT(Rows({"day"}, berlin), ElementsAre("2026-10-24 1", "2026-10-25 4", "2026-10-26 1"));
  EXPECT_THAT(Rows({"hour"}, berlin),
              testing::IsSupersetOf({"2026-10-25T02:00+02:00 1", "2026-10-25T02:00+01:00 1"}));
}

TEST_F(ViewTest, SinceAndUntilAreBoundsOfBuckets) {
  for (const char* at : {"2026-10-15T11:45:00Z", "2026-10-15T12:00:00Z", "2026-10-15T12:15:00Z",
                         "2026-10-15T12:30:00Z"}) {
    Track(at);
  }
  GroupOptions options;
  options.since = *ParseInstant("2026-10-15T12:00:00Z");
  EXPECT_THAT(Rows({}, options), ElementsAre("3"));
  options.until = *ParseInstant("2026-10-15T12:30:00Z");
  EXPECT_THAT(Rows({}, options), ElementsAre("2"));
  options.until = options.since;
  EXPECT_THAT(Rows({}, options), ElementsAre());
  options.since = kNoInstant;
  EXPECT_THAT(Rows({"bucket"}, options), ElementsAre("2026-10-15T11:45Z 1"));
}

TEST_F(ViewTest, RowsAreSortedByTimeThenCostThenKeys) {
  Track("2026-10-16T12:00:00Z", "a", 5);
  Track("2026-10-15T12:00:00Z", "c", 2);
  Track("2026-10-15T12:00:00Z", "b", 2);
  Track("2026-10-15T12:00:00Z", "d", 3);
  EXPECT_THAT(Rows({"team_id", "day"}),
              ElementsAre("d 2026-10-15 3", "b 2026-10-15 2", "c 2026-10-15 2", "a 2026-10-16 5"));
  EXPECT_THAT(Rows({"team_id"}), ElementsAre("a 5", "d 3", "b 2", "c 2"));
}

TEST_F(ViewTest, AtomsOfARowAreItsSums) {
  Track("2026-10-15T12:00:00Z", "a", 5);
  Track("2026-10-16T12:00:00Z", "a", 7);
  const std::string_view kTeam[] = {"team_id"};
  const auto rows = (*client_->TakeSnapshot())->Group(kTeam, {});
  ASSERT_TRUE(rows.ok());
  EXPECT_EQ((*rows)[0].atoms[static_cast<std::size_t>(Atom::kRequests)], 12u);
  EXPECT_EQ((*rows)[0].totals.events, 2u);
}

TEST_F(ViewTest, ClassKeys) {
  Track("2026-10-15T12:00:00Z");
  Track("2026-10-15T12:00:00Z", "a", 1, "m3");
  EXPECT_THAT(
      Rows({"provider", "model", "state", "service_tier", "region", "batch"}),
      ElementsAre("acme m1 priced standard - false 1", "acme m3 unpriced standard - false 0"));
}

TEST_F(ViewTest, AViewDoesNotChange) {
  Track("2026-10-15T12:00:00Z");
  const auto before = *client_->TakeSnapshot();
  Track("2026-10-15T12:00:00Z");
  EXPECT_EQ(before->totals().events, 1u);
  EXPECT_EQ((*client_->TakeSnapshot())->totals().events, 2u);
}

// One event holds up to 10^10 units of currency; what is more is refused, and counted so.
TEST_F(ViewTest, AnEventBeyondTheLimitIsRefused) {
  constexpr std::uint64_t kLimit = 10'000'000'000;
  for (const auto& [requests, recorded] :
       {std::pair{kLimit - 1, true}, {kLimit, true}, {kLimit + 1, false}}) {
    const Usage usage = UsageOf({{"requests", requests}});
    Evaluation evaluation;
    TrackResult result;
    const absl::Status status = client_->Track(
        {.provider = "acme", .model = "m1", .at = 0, .usage = &usage}, "", {}, evaluation, result);
    EXPECT_EQ(status.ok(), recorded) << requests;
    EXPECT_EQ(result.outcome, recorded ? Outcome::kRecorded : Outcome::kRefused);
  }
  const ViewTotals totals = (*client_->TakeSnapshot())->totals();
  EXPECT_EQ(totals.cost.ToString(), "19999999999");
  EXPECT_EQ(totals.refused_events, 1u);
}

class FoldedViewTest : public ViewTest {
 protected:
  FoldedViewTest() : ViewTest({.dimensions = {"team_id"}, .keys_max = 2}) {}
};

// What finds no room is under a folded key; no unit of money is lost.
TEST_F(FoldedViewTest, FoldedKeysKeepTheTotal) {
  for (int i = 0; i < 50; ++i) Track("2026-10-15T12:00:00Z", std::to_string(i));
  const auto view = *client_->TakeSnapshot();
  EXPECT_EQ(view->totals().cost.ToString(), "50");
  EXPECT_GT(view->totals().folded_events, 40u);
  const std::vector<std::string> rows = Rows({"team_id"});
  EXPECT_THAT(rows[0], testing::StartsWith("* "));
  Money sum;
  for (const std::string& row : rows) {
    ASSERT_TRUE(sum.Add(*Money::Parse(row.substr(row.find(' ') + 1))));
  }
  EXPECT_EQ(sum.ToString(), "50");
}

// A cell of two prices never mixes: the row in force at the instant prices it.
TEST(SnapshotViewTest, EachEventPaysThePriceOfItsInstant) {
  ClientOptions options;
  options.ledger.dimensions = {"team_id"};
  options.catalog = CatalogOf({Provider(
      Model("m1", Row(R"("requests": ["1", 1])", R"("until": "2026-10-15T12:15:00Z")") + "," +
                      Row(R"("requests": ["2", 1])", R"("from": "2026-10-15T12:15:00Z")")))});
  const auto client = *Client::Create(std::move(options));
  const Usage usage = UsageOf({{"requests", 1}});
  for (const char* at : {"2026-10-15T12:14:59Z", "2026-10-15T12:15:00Z", "2026-10-15T12:15:01Z"}) {
    Evaluation evaluation;
    TrackResult result;
    ASSERT_TRUE(
        client
            ->Track({.provider = "acme", .model = "m1", .at = *ParseInstant(at), .usage = &usage},
                    "", {}, evaluation, result)
            .ok());
  }
  EXPECT_EQ((*client->TakeSnapshot())->totals().cost.ToString(), "5");
}

// What was recorded costs the same by a catalog that never had its price row, and by one that has
// another row for the model now.
TEST_F(ViewTest, TheRecordedTermsNeedNoCatalog) {
  Track("2026-10-15T12:00:00Z", "a", 3);
  const auto view = *client_->TakeSnapshot();
  const std::string bytes = view->snapshot().Serialize();
  for (const auto& catalog : {CatalogOf({Provider(Model("other", Row(R"("requests": ["7", 1])")))}),
                              CatalogOf({Provider(Model("m1", Row(R"("requests": ["5", 1])")))})}) {
    const auto again = *SnapshotView::Create(*Snapshot::Load(bytes), catalog, {});
    EXPECT_EQ(again->totals().cost, view->totals().cost);
    EXPECT_EQ(again->totals().unpriced_events, 0u);
  }
}

}  // namespace
}  // namespace tokentra
