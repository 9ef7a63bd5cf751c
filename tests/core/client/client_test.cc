// Method: small clients whose every event is known, compared with what their snapshots say; random
// events of the built-in catalog, whose costs must sum to the total under every grouping; and
// threads whose snapshot must equal the sequential one.

#include "core/client/client.h"

#include <map>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/pricing/pricing_testing.h"

namespace tokentra {
namespace {

using pricing_test::kNow;
using pricing_test::UsageOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::shared_ptr<Client> NewClient(std::vector<std::string> dimensions = DefaultDimensions(),
                                  std::uint64_t ids_max = kIdsMaxDefault,
                                  std::vector<std::pair<std::string, std::string>> metadata = {}) {
  ClientOptions options;
  options.ledger.dimensions = std::move(dimensions);
  options.ledger.ids_max = ids_max;
  options.metadata = std::move(metadata);
  absl::StatusOr<std::shared_ptr<Client>> client = Client::Create(std::move(options));
  EXPECT_TRUE(client.ok()) << client.status();
  return *client;
}

using Metadata = std::vector<MetadataEntry>;

struct Tracked {
  absl::Status status;
  TrackResult result;
  std::string total;
};

Tracked Track(Client& client, const Usage& usage, const Metadata& metadata = {},
              std::string_view id = "", std::string_view model = "gpt-4o", InstantNs at = kNow) {
  Tracked out;
  Evaluation evaluation;
  out.status = client.Track({.provider = "openai", .model = model, .at = at, .usage = &usage}, id,
                            metadata, evaluation, out.result);
  if (out.status.ok()) out.total = evaluation.total().ToString();
  return out;
}

// Key texts of each row ("-": absent, "*": folded) with events and cost.
std::vector<std::string> Grouped(const Client& client, std::vector<std::string_view> keys) {
  const auto view = *client.TakeSnapshot();
  const auto rows = view->Group(keys, {});
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
    out.push_back(absl::StrCat(text, row.totals.events, " ", row.totals.cost.ToString()));
  }
  return out;
}

const Usage kUsage = UsageOf({{"input_tokens", 1500}, {"output_tokens", 500}});  // 0.00875

TEST(ClientTest, EventsLandUnderTheirDimensions) {
  const auto client = NewClient({"team_id", "feature"});
  EXPECT_EQ(Track(*client, kUsage, {{"team_id", "a"}, {"feature", "x"}, {"other", "z"}}).total,
            "0.00875");
  Track(*client, kUsage, {{"team_id", "a"}, {"feature", "y"}});
  Track(*client, kUsage, {{"team_id", "a"}, {"feature", "y"}});
  Track(*client, kUsage, {{"feature", ""}});
  Track(*client, kUsage);
  EXPECT_THAT(Grouped(*client, {"team_id", "feature"}),
              ElementsAre("a y 2 0.0175", "- - 1 0.00875", "-  1 0.00875", "a x 1 0.00875"));
  EXPECT_THAT(Grouped(*client, {"team_id"}), ElementsAre("a 3 0.02625", "- 2 0.0175"));
  EXPECT_THAT(Grouped(*client, {}), ElementsAre("5 0.04375"));
  const auto view = *client->TakeSnapshot();
  EXPECT_EQ(view->totals().events, 5u);
  EXPECT_EQ(view->totals().cost.ToString(), "0.04375");
  EXPECT_EQ(view->totals().folded_events, 0u);
}

TEST(ClientTest, CamelCaseIsTheSameKey) {
  // In the dimensions, in an event, in defaults, in grouping.
  const auto client = NewClient({"teamId", "feature"}, 10, {{"teamId", "home"}});
  TrackResult result = Track(*client, kUsage, {{"teamId", "a"}}).result;
  EXPECT_FALSE(result.has_findings);
  EXPECT_FALSE(Track(*client, kUsage, {{"team_id", "a"}, {"teamId", "a"}}).result.has_findings);
  // Both and different: a finding, snake_case wins, in any order.
  EXPECT_TRUE(Track(*client, kUsage, {{"team_id", "a"}, {"teamId", "b"}}).result.has_findings);
  EXPECT_TRUE(Track(*client, kUsage, {{"teamId", "b"}, {"team_id", "a"}}).result.has_findings);
  Track(*client, kUsage);
  EXPECT_THAT(Grouped(*client, {"team_id"}), ElementsAre("a 4 0.035", "home 1 0.00875"));
  EXPECT_THAT(Grouped(*client, {"teamId"}), ElementsAre("a 4 0.035", "home 1 0.00875"));
  // A custom tag has one spelling.
  const auto custom = NewClient({"my_tag"});
  Track(*custom, kUsage, {{"myTag", "x"}});
  EXPECT_THAT(Grouped(*custom, {"my_tag"}), ElementsAre("- 1 0.00875"));
}

TEST(ClientTest, ChildrenShareTheLedgerAndOverrideDefaults) {
  const auto parent = NewClient({"team_id", "feature"}, 10, {{"team_id", "a"}, {"feature", "x"}});
  const Metadata more = {{"feature", "y"}};
  const auto child = parent->WithMetadata(more);
  const Metadata both = {{"teamId", "camel"}, {"team_id", "snake"}};
  const Metadata turned = {{"team_id", "snake"}, {"teamId", "camel"}};
  Track(*parent, kUsage);
  Track(*child, kUsage);
  Track(*child, kUsage, {{"feature", "z"}});
  Track(*child->WithMetadata(both), kUsage);
  Track(*child->WithMetadata(turned), kUsage);
  const auto expected =
      ElementsAre("snake y 2 0.0175", "a x 1 0.00875", "a y 1 0.00875", "a z 1 0.00875");
  EXPECT_THAT(Grouped(*parent, {"team_id", "feature"}), expected);
  EXPECT_THAT(Grouped(*child, {"team_id", "feature"}), expected);
}

TEST(ClientTest, DuplicatesAndConflictsCountOnce) {
  const auto client = NewClient();
  const Usage other = UsageOf({{"input_tokens", 1501}, {"output_tokens", 500}});
  EXPECT_EQ(Track(*client, kUsage, {}, "r1").result.outcome, Outcome::kRecorded);
  EXPECT_EQ(Track(*client, kUsage, {}, "r1").result.outcome, Outcome::kDuplicate);
  // A retry has another instant and may have other metadata.
  EXPECT_EQ(Track(*client, kUsage, {{"feature", "x"}}, "r1", "gpt-4o", kNow + 1).result.outcome,
            Outcome::kDuplicate);
  EXPECT_EQ(Track(*client, other, {}, "r1").result.outcome, Outcome::kConflict);
  EXPECT_EQ(Track(*client, kUsage, {}, "r1", "o3").result.outcome, Outcome::kConflict);
  EXPECT_EQ(Track(*client, kUsage, {}, "r2").result.outcome, Outcome::kRecorded);
  EXPECT_EQ(Track(*client, kUsage).result.outcome, Outcome::kRecorded);
  EXPECT_EQ(Track(*client, kUsage).result.outcome, Outcome::kRecorded);
  const auto view = *client->TakeSnapshot();
  EXPECT_EQ(view->totals().events, 4u);
  EXPECT_EQ(view->counters().duplicates, 2u);
  EXPECT_EQ(view->counters().conflicts, 2u);
  EXPECT_EQ(view->totals().cost.ToString(), "0.035");
}

TEST(ClientTest, IdsPastTheirLimitAreRecordedAndSaid) {
  const auto client = NewClient(DefaultDimensions(), 2);
  for (const char* id : {"1", "2", "3", "3", "1"}) Track(*client, kUsage, {}, id);
  EXPECT_TRUE(client->ids_overflowed());
  const auto view = *client->TakeSnapshot();
  EXPECT_EQ(view->totals().events, 4u);
  EXPECT_EQ(view->counters().duplicates, 1u);
  for (const std::uint64_t ids_max : {std::uint64_t{0}, kIdsMaxLimit + 1}) {
    ClientOptions options;
    options.ledger.dimensions = DefaultDimensions();
    options.ledger.ids_max = ids_max;
    const auto refused = Client::Create(std::move(options));
    EXPECT_EQ(refused.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(refused.status().message()),
                HasSubstr(absl::StrCat("ids_max is ", ids_max)));
  }
}

TEST(ClientTest, InvalidUsageIsRefusedAndCounted) {
  const auto client = NewClient({"team_id"});
  const Usage wrong = UsageOf({{"input_tokens", 1}, {"cache_read_tokens", 2}});
  const Tracked refused = Track(*client, wrong, {{"team_id", "a"}}, "r1");
  EXPECT_EQ(refused.status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(refused.result.outcome, Outcome::kRefused);
  // A refused event claims no id: its correction is recorded.
  EXPECT_EQ(Track(*client, kUsage, {}, "r1").result.outcome, Outcome::kRecorded);
  EXPECT_EQ(Track(*client, kUsage, {}, "", "gpt-4o", kNoInstant).result.outcome, Outcome::kRefused);
  client->CountRefused(absl::InvalidArgumentError("x"), "", kNoInstant, {});
  const auto view = *client->TakeSnapshot();
  EXPECT_EQ(view->totals().refused_events, 3u);
  EXPECT_EQ(view->totals().events, 1u);
  // Refused events are in no row: rows sum to the events.
  EXPECT_THAT(Grouped(*client, {"team_id"}), ElementsAre("- 1 0.00875"));
}

TEST(ClientTest, UnpricedPartialAndUnmeteredAreCountedApart) {
  const auto client = NewClient({"team_id"});
  Track(*client, kUsage, {}, "", "gpt-4o-turbo");
  Track(*client, UsageOf({{"input_tokens", 10}, {"rerank_searches", 1}}));
  Extraction nothing;
  nothing.provider = "openai";
  nothing.model = "gpt-4o";
  nothing.reported = *Money::Parse("0.5");
  Evaluation evaluation;
  TrackResult result;
  ASSERT_TRUE(client
                  ->Track({.provider = "openai", .at = kNow, .extraction = &nothing}, "", {},
                          evaluation, result)
                  .ok());
  EXPECT_EQ(result.outcome, Outcome::kUnmetered);
  const ViewTotals totals = (*client->TakeSnapshot())->totals();
  EXPECT_EQ(totals.events, 3u);
  EXPECT_EQ(totals.unpriced_events, 1u);
  EXPECT_EQ(totals.partial_events, 1u);
  EXPECT_EQ(totals.unmetered_events, 1u);
  EXPECT_EQ(totals.reported_events, 1u);
  EXPECT_EQ(totals.reported.ToString(), "0.5");
  EXPECT_EQ(totals.cost.ToString(), "0.000025");
  EXPECT_THAT(Grouped(*client, {"state", "model"}),
              ElementsAre("partial gpt-4o 1 0.000025", "unmetered gpt-4o 1 0",
                          "unpriced gpt-4o-turbo 1 0"));
}

TEST(ClientTest, UnknownKeysNameTheNearest) {
  const auto client = NewClient({"team_id"});
  const auto view = *client->TakeSnapshot();
  for (const auto& [key, nearest] : std::map<std::string_view, std::string>{
           {"team", "\"team_id\""}, {"modle", "\"model\""}, {"days", "\"day\""}}) {
    const std::vector<std::string_view> keys = {key};
    const auto rows = view->Group(keys, {});
    ASSERT_EQ(rows.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(
        std::string(rows.status().message()),
        AllOf(HasSubstr(absl::StrCat("\"", key, "\"")), HasSubstr("nearest is " + nearest)));
  }
}

// One call of a random listed model; views live as long as the catalog.
struct RandomCall {
  Usage usage;
  Call call;
  Metadata metadata;
};

RandomCall MakeRandomCall(const Catalog& catalog, std::mt19937_64& random) {
  static const std::vector<std::string> kTeams = {"a", "b", "c"};
  const CatalogImage& image = catalog.image();
  const auto model = static_cast<std::uint32_t>(random() % image.models.size());
  RandomCall out;
  const std::uint64_t input = random() % (random() % 4 == 0 ? 600'000 : 5'000);
  out.usage = UsageOf({{"input_tokens", input},
                       {"cache_read_tokens", input / 3},
                       {"output_tokens", random() % 2'000}});
  if (random() % 5 == 0) out.usage.Set(kMeterWebSearches, random() % 3);
  if (random() % 5 == 0) out.usage.Set(kMeterAudioMilliseconds, random() % 30'000);
  out.call.provider = catalog.ProviderId(image.models[model].provider);
  out.call.model = random() % 10 == 0 ? "no-such-model" : catalog.ModelId(model);
  out.call.batch = random() % 5 == 0;
  out.call.service_tier = random() % 5 == 0 ? "priority" : "";
  out.call.region = random() % 7 == 0 ? "us" : "";
  out.call.at = kNow + static_cast<InstantNs>(random() % (3 * 86'400)) * kNsPerSecond;
  if (random() % 4 != 0) out.metadata.push_back({"team_id", kTeams[random() % 3]});
  return out;
}

std::vector<std::string> AllKeys() {
  return {"team_id", "feature", "provider", "model", "state", "service_tier",
          "region",  "batch",   "bucket",   "hour",  "day"};
}

TEST(ClientTest, RowsSumToTheTotalUnderEveryGrouping) {
  constexpr std::uint64_t kSeed = 23;
  SCOPED_TRACE(testing::Message() << "seed " << kSeed);
  std::mt19937_64 random(kSeed);
  const auto client = NewClient({"team_id", "feature"});
  Money sum;
  std::uint64_t events = 0;
  std::uint64_t whole = 0;
  for (int i = 0; i < 3'000; ++i) {
    RandomCall one = MakeRandomCall(*client->catalog(), random);
    one.call.usage = &one.usage;
    Evaluation evaluation;
    TrackResult result;
    if (!client->Track(one.call, "", one.metadata, evaluation, result).ok()) continue;
    ++events;
    // Sums of cells round once: only rates that never round give the sum of the calls.
    if (evaluation.state() == CostState::kUnpriced) continue;
    ASSERT_TRUE(sum.Add(evaluation.total()));
    ++whole;
  }
  const auto view = *client->TakeSnapshot();
  EXPECT_EQ(view->totals().events, events);
  EXPECT_GT(whole, 1'000u);
  Money difference = view->totals().cost;
  ASSERT_TRUE(difference.Add(*Money::FromAttos(-sum.attos())));
  EXPECT_LE(difference.attos() < 0 ? -difference.attos() : difference.attos(), Int128{3'000});

  const std::vector<std::string> all = AllKeys();
  for (std::size_t a = 0; a < all.size(); ++a) {
    for (std::size_t b = a; b < all.size(); ++b) {
      std::vector<std::string_view> keys = {all[a]};
      if (b != a) keys.push_back(all[b]);
      const auto rows = view->Group(keys, {});
      ASSERT_TRUE(rows.ok()) << rows.status();
      ViewTotals totals;
      for (const GroupRow& row : *rows) {
        ASSERT_EQ(row.keys.size(), keys.size());
        ASSERT_TRUE(totals.cost.Add(row.totals.cost));
        totals.events += row.totals.events;
        totals.unpriced_events += row.totals.unpriced_events;
        totals.partial_events += row.totals.partial_events;
      }
      ASSERT_EQ(totals.cost.ToString(), view->totals().cost.ToString()) << all[a] << ' ' << all[b];
      ASSERT_EQ(totals.events, view->totals().events);
      ASSERT_EQ(totals.unpriced_events, view->totals().unpriced_events);
      ASSERT_EQ(totals.partial_events, view->totals().partial_events);
    }
  }
}

TEST(ClientTest, ThreadsGiveTheSequentialResult) {
  constexpr std::uint64_t kSeed = 29;
  SCOPED_TRACE(testing::Message() << "seed " << kSeed);
  std::mt19937_64 random(kSeed);
  const auto catalog = Catalog::Builtin();
  std::vector<RandomCall> calls;
  for (int i = 0; i < 2'000; ++i) calls.push_back(MakeRandomCall(*catalog, random));
  const auto track = [&](Client& client, std::size_t begin, std::size_t step) {
    for (std::size_t i = begin; i < calls.size(); i += step) {
      Call call = calls[i].call;
      call.usage = &calls[i].usage;
      // A third of the events has an id and is sent again.
      const std::string id = i % 3 == 0 ? std::to_string(i) : "";
      for (int times = i % 3 == 0 ? 2 : 1; times > 0; --times) {
        Evaluation evaluation;
        TrackResult result;
        (void)client.Track(call, id, calls[i].metadata, evaluation, result);
      }
    }
  };
  const auto sequential = NewClient({"team_id"});
  track(*sequential, 0, 1);
  const auto parallel = NewClient({"team_id"});
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < 3; ++t) {
    threads.emplace_back([&, t] { track(*parallel, t, 3); });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::vector<std::string_view>& keys :
       {std::vector<std::string_view>{"team_id", "provider", "model"}, {"state", "bucket"}, {}}) {
    EXPECT_EQ(Grouped(*parallel, keys), Grouped(*sequential, keys));
  }
}

}  // namespace
}  // namespace tokentra
