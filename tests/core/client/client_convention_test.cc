// Method: clients with small conventions whose every verdict is known; what their ledgers hold
// afterwards. Money under the right keys and under the buckets sums to the same total in every
// mode. Secrets are looked for in all the bytes of the snapshot.

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/client/client.h"
#include "core/client/records.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/pricing/pricing_testing.h"

namespace tokentra {
namespace {

using pricing_test::kNow;
using pricing_test::UsageOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::UnorderedElementsAre;
using Metadata = std::vector<MetadataEntry>;

const Usage kUsage = UsageOf({{"input_tokens", 1500}, {"output_tokens", 500}});  // 0.00875

// Made of two pieces, so that no file holds the whole.
const std::string kSecret =
    absl::StrCat("sk-proj-", "Ab3dEf6hIj9lMn2pQr5tUv8xYz1bCd4fGh7jKl0nOp3rSt6v");

std::shared_ptr<const Convention> ConventionOf(std::string_view mode,
                                               std::string_view more_keys = "") {
  auto made = Convention::Compile(
      absl::StrCat(R"({"tokentra_convention":1,"mode":")", mode, R"(","keys":{)",
                   R"("team_id":{"words":[{"name":"growth","aliases":["gr"]},"search"]},)",
                   R"("feature":{"case":"lower","separator":"-","aliases":["feat"]})", more_keys,
                   "}}"),
      {});
  EXPECT_TRUE(made.ok()) << made.status();
  return made.ok() ? *made : nullptr;
}

std::shared_ptr<Client> ClientWith(std::shared_ptr<const Convention> convention,
                                   std::vector<std::pair<std::string, std::string>> metadata = {}) {
  ClientOptions options;
  options.ledger.dimensions = {"team_id", "feature", "note"};
  options.convention = std::move(convention);
  options.metadata = std::move(metadata);
  auto client = Client::Create(std::move(options));
  EXPECT_TRUE(client.ok()) << client.status();
  return *client;
}

TrackResult Track(Client& client, const Metadata& metadata, InstantNs at = kNow) {
  TrackResult result;
  Evaluation evaluation;
  const absl::Status status =
      client.Track({.provider = "openai", .model = "gpt-4o", .at = at, .usage = &kUsage}, "",
                   metadata, evaluation, result);
  EXPECT_TRUE(status.ok()) << status;
  return result;
}

std::vector<std::string> Teams(const Client& client) {
  const auto view = *client.TakeSnapshot();
  const std::vector<std::string_view> keys = {"team_id"};
  std::vector<std::string> out;
  const auto rows = view->Group(keys, {});
  for (const GroupRow& row : *rows) {
    out.push_back(
        absl::StrCat(row.keys[0].presence == KeyPresence::kPresent ? row.keys[0].text : "-", " ",
                     row.totals.events, " ", row.totals.cost.ToString()));
  }
  return out;
}

struct ModeCase {
  std::string_view mode;
  bool told;
  std::uint64_t counted;
  std::vector<std::string> teams;
};

class Modes : public ::testing::TestWithParam<ModeCase> {};

TEST_P(Modes, DecideWhatIsRecordedAndLoseNoMoney) {
  const ModeCase& mode = GetParam();
  const auto client = ClientWith(ConventionOf(mode.mode));
  EXPECT_FALSE(Track(*client, {{"team_id", "growth"}}).has_findings);
  EXPECT_EQ(Track(*client, {{"team_id", "GROWTH"}}).has_findings, mode.told);
  EXPECT_EQ(Track(*client, {{"teamId", "gr"}}).has_findings, mode.told);
  EXPECT_EQ(Track(*client, {{"team_id", "growht"}}).has_findings, mode.told);
  EXPECT_EQ(client->finding_events(), mode.counted);
  EXPECT_THAT(Teams(*client), ::testing::UnorderedElementsAreArray(mode.teams));
  EXPECT_EQ((*client->TakeSnapshot())->totals().cost.ToString(), "0.035");
}

INSTANTIATE_TEST_SUITE_P(
    All, Modes,
    ::testing::Values(
        ModeCase{"off",
                 false,
                 0,
                 {"growth 1 0.00875", "GROWTH 1 0.00875", "gr 1 0.00875", "growht 1 0.00875"}},
        ModeCase{"observe",
                 false,
                 3,
                 {"growth 1 0.00875", "GROWTH 1 0.00875", "gr 1 0.00875", "growht 1 0.00875"}},
        ModeCase{"warn",
                 true,
                 3,
                 {"growth 1 0.00875", "GROWTH 1 0.00875", "gr 1 0.00875", "growht 1 0.00875"}},
        ModeCase{"normalize", true, 3, {"growth 3 0.02625", "growht 1 0.00875"}},
        ModeCase{"quarantine", true, 3, {"growth 3 0.02625", "__quarantined__ 1 0.00875"}},
        ModeCase{
            "reject",
            true,
            3,
            {"growth 1 0.00875", "GROWTH 1 0.00875", "gr 1 0.00875", "__refused__ 1 0.00875"}}),
    [](const auto& one) { return std::string(one.param.mode); });

TEST(ClientConvention, SensitiveValuesAreStoredNowhere) {
  for (const std::string_view mode : {"observe", "warn", "normalize", "quarantine", "reject"}) {
    const auto client = ClientWith(ConventionOf(mode));
    Track(*client, {{"team_id", kSecret}});
    Track(*client, {{"team_id", "growth"}, {"note", kSecret}});
    Track(*client, {{"team_id", "growth"}, {kSecret, "x"}});
    TrackResult result;
    Evaluation evaluation;
    const Metadata metadata = {{"team_id", kSecret}};
    const Call refused = {.provider = "openai", .model = "gpt-4o", .usage = &kUsage};
    EXPECT_FALSE(client->Track(refused, "", metadata, evaluation, result).ok());
    const std::string bytes = (*client->TakeSnapshot())->snapshot().Serialize();
    EXPECT_THAT(bytes, Not(HasSubstr(kSecret.substr(8, 16)))) << mode;
    EXPECT_THAT(bytes, HasSubstr("__redacted__")) << mode;
    const CheckResult check = client->Check(metadata, kNow);
    ASSERT_EQ(check.findings.size(), 1u);
    EXPECT_EQ(check.findings[0].raw, "");
    EXPECT_THAT(check.findings[0].message, Not(HasSubstr(kSecret.substr(8, 16))));
  }
}

TEST(ClientConvention, DefaultsOfTheClientAreCheckedToo) {
  const auto client = ClientWith(ConventionOf("reject"), {{"team_id", "nobody"}});
  EXPECT_TRUE(Track(*client, {{"feature", "chat"}}).has_findings);
  EXPECT_FALSE(Track(*client, {{"feature", "chat"}, {"teamId", "growth"}}).has_findings);
  EXPECT_THAT(Teams(*client), UnorderedElementsAre("__refused__ 1 0.00875", "growth 1 0.00875"));
  ASSERT_EQ(client->Check({}, kNow).findings.size(), 1u);
}

TEST(ClientConvention, AnAliasOfAKeyCountsUnderTheKey) {
  const auto client = ClientWith(ConventionOf("warn"));
  Track(*client, {{"team_id", "growth"}, {"feat", "chat"}});
  const auto view = *client->TakeSnapshot();
  const std::vector<std::string_view> keys = {"feature"};
  const auto rows = view->Group(keys, {});
  EXPECT_EQ((*rows)[0].keys[0].text, "chat");
}

TEST(ClientConvention, ChangesWhileItWorks) {
  const auto client = ClientWith(nullptr);
  const Metadata child_metadata = {{"feature", "chat"}};
  const auto child = client->WithMetadata(child_metadata);
  EXPECT_FALSE(Track(*client, {{"team_id", "nobody"}}).has_findings);
  client->Use({.catalog = nullptr, .convention = ConventionOf("reject")});
  EXPECT_NE(child->convention(), nullptr);
  EXPECT_TRUE(Track(*child, {{"team_id", "nobody"}}).has_findings);
  const auto catalog = client->catalog();
  client->Use({.catalog = Catalog::Builtin(), .convention = std::nullopt});
  EXPECT_NE(client->convention(), nullptr);
  child->Use({.catalog = nullptr, .convention = std::shared_ptr<const Convention>()});
  EXPECT_EQ(client->convention(), nullptr);
  EXPECT_EQ(client->finding_events(), 0u);
  EXPECT_FALSE(Track(*client, {{"team_id", "nobody"}}).has_findings);
  EXPECT_THAT(Teams(*client), UnorderedElementsAre("nobody 2 0.0175", "__refused__ 1 0.00875"));
}

TEST(ClientConvention, ThreadsMeetTheOldOrTheNew) {
  const auto client = ClientWith(ConventionOf("reject"));
  const auto normalize = ConventionOf("normalize");
  const auto reject = ConventionOf("reject");
  constexpr int kThreads = 3;
  constexpr int kEvents = 400;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      const std::string feature = absl::StrCat("Feature-", i);
      for (int k = 0; k < kEvents; ++k) Track(*client, {{"team_id", "no"}, {"feature", feature}});
    });
  }
  for (int i = 0; i < 200; ++i) {
    client->Use({.catalog = nullptr, .convention = i % 2 == 0 ? normalize : reject});
  }
  for (std::thread& thread : threads) thread.join();
  const auto view = *client->TakeSnapshot();
  EXPECT_EQ(view->totals().events, static_cast<std::uint64_t>(kThreads * kEvents));
  // Either verdict, never half of one.
  const std::vector<std::string_view> keys = {"team_id", "feature"};
  const auto rows = view->Group(keys, {});
  for (const GroupRow& row : *rows) {
    if (row.keys[0].text == "no") {
      EXPECT_THAT(row.keys[1].text, HasSubstr("feature-"));
    } else {
      EXPECT_EQ(row.keys[0].text, "__refused__");
      EXPECT_THAT(row.keys[1].text, HasSubstr("Feature-"));
    }
  }
}

TEST(ClientConvention, RecordersAreJudgedAtEachInstant) {
  auto made = Convention::Compile(
      R"({"tokentra_convention":1,"mode":"normalize","keys":{"team_id":{"words":[
         {"name":"growth","former":[{"name":"marketing","until":"2026-07-01"}]}]}}})",
      {});
  ASSERT_TRUE(made.ok()) << made.status();
  const auto client = ClientWith(*made);
  const Metadata metadata = {{"team_id", "marketing"}};
  const Client::Binding binding = client->Bind(metadata);
  for (const std::string_view at : {"2026-06-30T23:59:59Z", "2026-07-01T00:00:00Z"}) {
    TrackResult result;
    Evaluation evaluation;
    const Call call = {
        .provider = "openai", .model = "gpt-4o", .at = *ParseInstant(at), .usage = &kUsage};
    ASSERT_TRUE(client->TrackBound(binding, call, metadata, evaluation, result).ok());
  }
  EXPECT_THAT(Teams(*client), UnorderedElementsAre("marketing 1 0.00875", "growth 1 0.00875"));
}

TEST(ClientConvention, BothSpellingsThatDifferAreToldWithoutAConventionToo) {
  const auto client = ClientWith(nullptr);
  const Metadata both = {{"userId", "b"}, {"user_id", "a"}};
  EXPECT_TRUE(Track(*client, both).has_findings);
  const CheckResult check = client->Check(both, kNow);
  ASSERT_EQ(check.findings.size(), 1u);
  EXPECT_EQ(TextOf(check.findings[0].rule).id, "TK-N207");
  EXPECT_EQ(check.findings[0].message, "it is given as \"userId\" too, with \"b\"; \"a\" counts");
  // In the client's own metadata it is told at every event.
  EXPECT_TRUE(Track(*client->WithMetadata(both), {}).has_findings);
  // Sensitive values are told by their kind.
  const Metadata secret = {{"userId", kSecret}, {"user_id", "a"}};
  EXPECT_THAT(client->Check(secret, kNow).findings[0].message, HasSubstr("[redacted: "));
}

TEST(ClientConvention, RecordsAreCheckedBeforeTheyAreCommitted) {
  const auto client = ClientWith(ConventionOf("reject"));
  const std::string chunk = absl::StrCat(
      R"({"provider":"openai","model":"gpt-4o","at":"2026-10-15T12:00:00Z","usage":)",
      R"({"input_tokens":1500,"output_tokens":500},"metadata":{"team_id":"nobody","note":")",
      kSecret, "\"}}\n",
      R"({"provider":"openai","model":"gpt-4o","at":"2026-10-15T12:00:00Z","usage":)",
      R"({"input_tokens":1500,"output_tokens":500},"metadata":{"team_id":"growth","teamId":"x"}})",
      "\n", R"({"provider":"openai","usage":{"input_tokens":1},"metadata":{"note":")", kSecret,
      "\"}}\n");
  RecordsOptions options;
  options.json = true;
  const RecordsResult result = ProcessRecords(*client->catalog(), client.get(), chunk, options);
  ASSERT_EQ(result.records.size(), 3u);
  EXPECT_TRUE(result.records[0].has_findings);
  EXPECT_THAT(result.records[0].findings, ElementsAre());
  EXPECT_TRUE(result.records[1].has_findings);
  EXPECT_THAT(
      result.records[1].findings,
      ElementsAre(
          "metadata.team_id: it is given as \"teamId\" too, with \"x\"; \"growth\" counts"));
  EXPECT_THAT(result.records[1].json, HasSubstr("\"findings\":[\"metadata.team_id: "));
  EXPECT_FALSE(result.records[2].status.ok());
  EXPECT_THAT(Teams(*client), UnorderedElementsAre("__refused__ 1 0.00875", "growth 1 0.00875"));
  const std::string bytes = (*client->TakeSnapshot())->snapshot().Serialize();
  EXPECT_THAT(bytes, Not(HasSubstr(kSecret.substr(8, 16))));
}

}  // namespace
}  // namespace tokentra
