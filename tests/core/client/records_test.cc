// Method: chunks with good, bad, blank and skipped lines, each result compared by its line number;
// the same chunk cut in two at every newline gives the same results; mutilated chunks never crash.

#include "core/client/records.h"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/core/pricing/pricing_testing.h"

namespace tokentra {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

const InstantNs kAt = *ParseInstant("2026-10-15T12:00:00Z");

std::string Record(std::string_view fields) {
  return absl::StrCat(R"({"provider": "openai", "model": "gpt-4o", )", fields, "}");
}

const std::string kGood =
    Record(R"("id": "r1", "usage": {"input_tokens": 1500, "output_tokens": 500})");

std::shared_ptr<Client> NewClient() {
  ClientOptions options;
  options.ledger.dimensions = DefaultDimensions();
  return *Client::Create(std::move(options));
}

RecordsResult Process(std::string_view chunk, RecordsOptions options = {},
                      Client* client = nullptr) {
  if (options.default_at == kNoInstant) options.default_at = kAt;
  options.json = true;
  return ProcessRecords(*Catalog::Builtin(), client, chunk, options);
}

TEST(RecordsTest, OneResultALineWithItsNumber) {
  const std::string chunk = kGood + "\n\n \t\r\n{bad\n" + Record(R"("usage": {}, "at": "x")") +
                            "\r\n" + Record(R"("usage": {"input_tokens": 1})");
  const RecordsResult result = Process(chunk, {.first_line = 10});
  EXPECT_EQ(result.lines, 6u);
  ASSERT_EQ(result.records.size(), 4u);
  EXPECT_EQ(result.records[0].line, 10u);
  EXPECT_EQ(result.records[1].line, 13u);
  EXPECT_EQ(result.records[2].line, 14u);
  EXPECT_EQ(result.records[3].line, 15u);

  const RecordResultLine& good = result.records[0];
  EXPECT_TRUE(good.status.ok());
  EXPECT_EQ(good.provider, "openai");
  EXPECT_EQ(good.model, "gpt-4o");
  EXPECT_EQ(good.id, "r1");
  EXPECT_EQ(good.message, "");
  EXPECT_EQ(good.total.ToString(), "0.00875");
  EXPECT_EQ(good.state, CostState::kPriced);
  EXPECT_EQ(good.match, MatchKind::kExact);
  EXPECT_FALSE(good.tracked);
  EXPECT_EQ(good.at, kAt);
  EXPECT_EQ(good.input_tokens, 1500u);
  EXPECT_EQ(good.output_tokens, 500u);
  EXPECT_EQ(nlohmann::json::parse(good.json)["line"], 10);

  EXPECT_FALSE(result.records[1].status.ok());
  EXPECT_THAT(result.records[1].message, HasSubstr("not JSON"));
  EXPECT_EQ(nlohmann::json::parse(result.records[1].json)["error"]["code"], "INVALID_ARGUMENT");
  EXPECT_EQ(nlohmann::json::parse(result.records[2].json)["line"], 14);
  EXPECT_TRUE(result.records[3].status.ok());
}

TEST(RecordsTest, EmptyChunksAndLastLines) {
  EXPECT_THAT(Process("").records, IsEmpty());
  EXPECT_EQ(Process("").lines, 0u);
  EXPECT_EQ(Process("\n").lines, 1u);
  EXPECT_THAT(Process("\n\n").records, IsEmpty());
  EXPECT_EQ(Process(kGood).lines, 1u);
  EXPECT_EQ(Process(kGood + "\n").lines, 1u);
  EXPECT_EQ(Process(kGood + "\n").records.size(), 1u);
}

TEST(RecordsTest, CuttingAChunkChangesNothing) {
  const std::string chunk = kGood + "\n\n{bad\n" + Record(R"("usage": {"input_tokens": 1})") +
                            "\n" + Record(R"("usage": {"x": 1})") + "\n";
  const auto texts = [](const RecordsResult& result) {
    std::vector<std::string> out;
    for (const RecordResultLine& record : result.records) out.push_back(record.json);
    return out;
  };
  const std::vector<std::string> whole = texts(Process(chunk));
  for (std::size_t cut = chunk.find('\n'); cut != std::string::npos;
       cut = chunk.find('\n', cut + 1)) {
    const RecordsResult first = Process(chunk.substr(0, cut + 1));
    const RecordsResult second = Process(chunk.substr(cut + 1), {.first_line = first.lines + 1});
    std::vector<std::string> both = texts(first);
    for (const std::string& text : texts(second)) both.push_back(text);
    EXPECT_EQ(both, whole);
  }
}

TEST(RecordsTest, SinceAndUntilSkip) {
  const InstantNs minute = 60 * kNsPerSecond;
  std::string chunk;
  for (int i = -1; i <= 2; ++i) {
    chunk += Record(absl::StrCat(R"("usage": {"input_tokens": 1}, "at": ")",
                                 FormatInstant(kAt + i * minute), "\"")) +
             "\n";
  }
  RecordsOptions options;
  options.since = kAt;
  options.until = kAt + 2 * minute;
  const RecordsResult result = Process(chunk, options);
  ASSERT_EQ(result.records.size(), 4u);
  EXPECT_TRUE(result.records[0].skipped);
  EXPECT_FALSE(result.records[1].skipped);
  EXPECT_FALSE(result.records[2].skipped);
  EXPECT_TRUE(result.records[3].skipped);
  const auto client = NewClient();
  Process(chunk, options, client.get());
  EXPECT_EQ((*client->TakeSnapshot())->totals().events, 2u);
}

TEST(RecordsTest, WithAClientTheyAreTracked) {
  const auto client = NewClient();
  const std::string other = Record(R"("id": "r1", "usage": {"input_tokens": 7})");
  const std::string tagged = Record(
      R"("usage": {"input_tokens": 1500, "output_tokens": 500}, "metadata": {"teamId": "a"})");
  const RecordsResult result =
      Process(kGood + "\n" + kGood + "\n" + other + "\n{bad\n" + tagged + "\n", {}, client.get());
  ASSERT_EQ(result.records.size(), 5u);
  const Outcome kOutcomes[] = {Outcome::kRecorded, Outcome::kDuplicate, Outcome::kConflict,
                               Outcome::kRefused, Outcome::kRecorded};
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_TRUE(result.records[i].tracked);
    EXPECT_EQ(result.records[i].outcome, kOutcomes[i]) << i;
  }
  const auto view = *client->TakeSnapshot();
  EXPECT_EQ(view->totals().events, 2u);
  EXPECT_EQ(view->totals().refused_events, 1u);
  EXPECT_EQ(view->counters().duplicates, 1u);
  EXPECT_EQ(view->counters().conflicts, 1u);
  // The sum of what was recorded is the sum of the results' totals.
  EXPECT_EQ(view->totals().cost.ToString(), "0.0175");
  const std::string_view kTeam[] = {"team_id"};
  const auto rows = view->Group(kTeam, {});
  ASSERT_TRUE(rows.ok());
  ASSERT_EQ(rows->size(), 2u);
  EXPECT_EQ((*rows)[1].keys[0].text, "a");
}

TEST(RecordsTest, Explain) {
  const auto catalog = Catalog::Builtin();
  RecordsOptions options;
  options.default_at = kAt;
  const auto text = ExplainRecord(*catalog, kGood + "\r\n", options);
  ASSERT_TRUE(text.ok()) << text.status();
  EXPECT_THAT(*text, HasSubstr("total       0.00875 USD"));
  EXPECT_EQ(ExplainRecord(*catalog, "{", options).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_FALSE(ExplainRecord(*catalog, "", options).ok());
  EXPECT_FALSE(ExplainRecord(*catalog, kGood, {}).ok());  // no instant
}

TEST(RecordsTest, MutilatedChunksAreResultsToo) {
  constexpr unsigned kSeed = 31;
  SCOPED_TRACE(testing::Message() << "seed " << kSeed);
  std::mt19937 random(kSeed);
  const std::string nested = Record("\"response\": " + std::string(2'000, '['));
  const std::string chunk = kGood + "\n" +
                            Record(R"("usage": {"input_tokens": 1, "requests": 2})") + "\n" +
                            nested + "\n" + std::string("\0\n", 2) + kGood;
  const auto client = NewClient();
  for (int i = 0; i < 2'000; ++i) {
    std::string mutilated = chunk;
    for (std::size_t edits = random() % 4; edits > 0; --edits) {
      mutilated[random() % mutilated.size()] = static_cast<char>(random());
    }
    mutilated.resize(random() % (mutilated.size() + 1));
    const RecordsResult result = Process(mutilated, {}, client.get());
    // A record separator ends a record without ending its line.
    const auto separators = std::count(mutilated.begin(), mutilated.end(), '\x1e');
    ASSERT_LE(result.records.size(), result.lines + static_cast<std::uint64_t>(separators));
    for (const RecordResultLine& record : result.records) {
      ASSERT_TRUE(nlohmann::json::accept(record.json)) << record.json;
      ASSERT_EQ(record.status.ok(), record.outcome != Outcome::kRefused);
    }
  }
  EXPECT_GT((*client->TakeSnapshot())->totals().refused_events, 1'000u);
}

}  // namespace
}  // namespace tokentra
