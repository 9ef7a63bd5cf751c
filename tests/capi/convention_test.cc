// Method: a small convention through the C interface: compiled, explained, checked on its own and
// at every event of a client, replaced while the client works.
#include "tests/capi/testing.h"

namespace tokentra_testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kTeams = R"json({
  "tokentra_convention": 1,
  "name": "acme",
  "mode": "reject",
  "vocabularies": {"teams": {"file": "teams.txt"}},
  "keys": {
    "team_id": {"presence": "required", "vocabulary": "teams"},
    "feature": {"case": "lower", "separator": "-"}
  }
})json";
constexpr std::string_view kTeamsFile = "growth alias:gr\nsearch\n";

// Made of two pieces, so that no file holds the whole.
const std::string kSecret =
    std::string("sk-proj-") + "Ab3dEf6hIj9lMn2pQr5tUv8xYz1bCd4fGh7jKl0nOp3rSt6v";

class ConventionTest : public ::testing::Test {
 protected:
  Convention Compile(std::string_view json, std::string_view baseline = {}) {
    const tokentra_pair files[] = {{Text("teams.txt"), Text(kTeamsFile)}};
    tokentra_convention_options options = {};
    options.files = files;
    options.file_count = 1;
    options.baseline = Text(baseline);
    options.fingerprint_key = Text("k");
    Convention convention;
    EXPECT_OK(tokentra_convention_compile(Text(json), &options, sizeof options, convention.Out(),
                                          error.Out()));
    return convention;
  }

  std::string Check(const Convention& convention, std::vector<tokentra_pair> metadata) {
    Document document;
    EXPECT_OK(tokentra_convention_check(convention.get(), metadata.data(), metadata.size(),
                                        kInstant, document.Out(), error.Out()));
    return View(tokentra_document_text(document.get()));
  }

  tokentra_track_result Track(
      const Client& client,
      std::initializer_list<std::pair<std::string_view, std::string_view>> metadata) {
    auto call = Call::Example();
    call->Metadata(metadata);
    tokentra_track_result result = {};
    EXPECT_OK(tokentra_client_track(client.get(), call->get(), sizeof(tokentra_call), &result,
                                    sizeof result, error.Out()));
    return result;
  }

  std::string Teams(const Client& client) {
    Snapshot snapshot;
    EXPECT_OK(tokentra_client_snapshot(client.get(), snapshot.Out(), error.Out()));
    const tokentra_text keys[] = {Text("team_id")};
    Rows rows;
    EXPECT_OK(
        tokentra_snapshot_group(snapshot.get(), keys, 1, nullptr, 0, rows.Out(), error.Out()));
    std::string out;
    for (size_t i = 0; i < tokentra_rows_count(rows.get()); ++i) {
      tokentra_row row;
      EXPECT_OK(tokentra_rows_at(rows.get(), i, &row, sizeof row, error.Out()));
      out += View(tokentra_rows_key(rows.get(), i, 0, nullptr)) + "=" + Decimal(row.cost) + " ";
    }
    return out;
  }

  Error error;
};

TEST_F(ConventionTest, TheBuiltinOneSaysWhatThePagesExampleBreaks) {
  Convention builtin;
  ASSERT_OK(tokentra_convention_open_builtin(builtin.Out(), error.Out()));
  EXPECT_EQ(View(tokentra_convention_name(builtin.get())), "best-practices");
  EXPECT_EQ(View(tokentra_convention_digest(builtin.get())).size(), 64u);
  EXPECT_THAT(Check(builtin, {{Text("projectId"), Text("customer-chatbot")},
                              {Text("teamId"), Text("engineering")}}),
              AllOf(HasSubstr(R"("mode":"warn")"), HasSubstr(R"("rule":"TK-N006")"),
                    HasSubstr(R"("suggestion":"engineering-customer-chatbot")")));
  EXPECT_EQ(Check(builtin, {{Text("project_id"), Text("growth-web-chat")},
                            {Text("team_id"), Text("growth")}}),
            R"({"mode":"warn","findings":[],"recorded":{}})");
  Document document;
  ASSERT_OK(tokentra_convention_explain(builtin.get(), document.Out(), error.Out()));
  EXPECT_THAT(View(tokentra_document_text(document.get())),
              AllOf(HasSubstr("{team}-{product}-{feature}"), HasSubstr("valid")));
  ASSERT_OK(tokentra_convention_describe(builtin.get(), document.Out(), error.Out()));
  EXPECT_THAT(View(tokentra_document_text(document.get())),
              AllOf(HasSubstr(R"("name":"best-practices")"), HasSubstr(R"("key":"project_id")"),
                    HasSubstr(R"("rule":"TK-N101")")));
}

TEST_F(ConventionTest, FilesAreTheCallersToRead) {
  Document names;
  ASSERT_OK(tokentra_convention_files(Text(kTeams), names.Out(), error.Out()));
  EXPECT_EQ(View(tokentra_document_text(names.get())), R"(["teams.txt"])");
  Convention convention;
  EXPECT_ERROR(tokentra_convention_compile(Text(kTeams), nullptr, 0, convention.Out(), error.Out()),
               TOKENTRA_NOT_FOUND, HasSubstr("teams.txt"));
  convention = Compile(kTeams);
  EXPECT_THAT(Check(convention, {{Text("team_id"), Text("growht")}}),
              AllOf(HasSubstr(R"("suggestion":"growth")"),
                    HasSubstr(R"("recorded":{"team_id":"__refused__"})")));
}

TEST_F(ConventionTest, WhatDoesNotCompileSaysWhy) {
  Convention convention;
  EXPECT_ERROR(tokentra_convention_compile(Text("{"), nullptr, 0, convention.Out(), error.Out()),
               TOKENTRA_INVALID_ARGUMENT, HasSubstr("convention"));
  EXPECT_ERROR(
      tokentra_convention_compile(
          Text(R"({"tokentra_convention":1,"keys":{"project_id":{"template":"{a}-{b}","parts":{)"
               R"("a":{"separator":"-"},"b":{"separator":"-"}}}}})"),
          nullptr, 0, convention.Out(), error.Out()),
      TOKENTRA_INVALID_ARGUMENT, AllOf(HasSubstr("project_id"), HasSubstr("reads as")));
  tokentra_convention_options options = {};
  options.baseline = Text("[]");
  EXPECT_ERROR(tokentra_convention_compile(Text(kTeams), &options, sizeof options, convention.Out(),
                                           error.Out()),
               TOKENTRA_INVALID_ARGUMENT, HasSubstr("baseline"));
}

TEST_F(ConventionTest, SensitiveValuesAreToldByKindAndFingerprint) {
  const Convention convention = Compile(kTeams);
  const std::string found = Check(convention, {{Text("team_id"), Text(kSecret)}});
  EXPECT_THAT(found, AllOf(HasSubstr(R"("rule":"TK-N402")"), HasSubstr("[redacted: "),
                           HasSubstr(R"("fingerprint":"hmac:)"),
                           HasSubstr(R"("recorded":{"team_id":"__redacted__"})")));
  EXPECT_THAT(found, Not(HasSubstr(kSecret.substr(8, 12))));
}

TEST_F(ConventionTest, WhatTheBaselineKnowsIsAccepted) {
  const Convention convention =
      Compile(kTeams, R"({"tokentra_baseline":1,"findings":[{"rule":"TK-N101","key":"team_id",)"
                      R"("value":"legacy"}]})");
  EXPECT_THAT(Check(convention, {{Text("team_id"), Text("legacy")}}),
              AllOf(HasSubstr(R"("baselined":true)"), HasSubstr(R"("recorded":{})")));
}

TEST_F(ConventionTest, AClientChecksBeforeItStores) {
  const Convention convention = Compile(kTeams);
  ClientOptions options;
  ASSERT_OK(tokentra_client_options_new(options.Out(), error.Out()));
  ASSERT_OK(tokentra_client_options_set_convention(options.get(), convention.get(), error.Out()));
  Client client;
  ASSERT_OK(tokentra_client_new(options.get(), client.Out(), error.Out()));
  EXPECT_EQ(Track(client, {{"team_id", "growth"}}).flags, 0u);
  EXPECT_EQ(Track(client, {{"team_id", "nobody"}}).flags, TOKENTRA_TRACK_FINDINGS);
  EXPECT_EQ(Teams(client), "__refused__=0.00875 growth=0.00875 ");
  EXPECT_EQ(tokentra_client_finding_events(client.get()), 1u);
  const tokentra_pair metadata[] = {{Text("team_id"), Text("nobody")}};
  Document document;
  ASSERT_OK(
      tokentra_client_check(client.get(), metadata, 1, kInstant, document.Out(), error.Out()));
  EXPECT_THAT(View(tokentra_document_text(document.get())), HasSubstr("TK-N101"));
}

TEST_F(ConventionTest, AClientTakesAnotherOneWhileItWorks) {
  Client client;
  ASSERT_OK(tokentra_client_new(nullptr, client.Out(), error.Out()));
  EXPECT_EQ(Track(client, {{"team_id", "nobody"}}).flags, 0u);
  {
    const Convention convention = Compile(kTeams);
    ASSERT_OK(tokentra_client_use(client.get(), nullptr, convention.get(), 0, error.Out()));
    EXPECT_ERROR(tokentra_client_use(client.get(), nullptr, convention.get(),
                                     TOKENTRA_USE_NO_CONVENTION, error.Out()),
                 TOKENTRA_INVALID_ARGUMENT, HasSubstr("both"));
  }
  EXPECT_EQ(Track(client, {{"team_id", "nobody"}}).flags, TOKENTRA_TRACK_FINDINGS);
  const Catalog catalog = OpenCatalog();
  ASSERT_OK(tokentra_client_use(client.get(), catalog.get(), nullptr, 0, error.Out()));
  EXPECT_EQ(Track(client, {{"team_id", "nobody"}}).flags, TOKENTRA_TRACK_FINDINGS);
  ASSERT_OK(
      tokentra_client_use(client.get(), nullptr, nullptr, TOKENTRA_USE_NO_CONVENTION, error.Out()));
  EXPECT_EQ(Track(client, {{"team_id", "nobody"}}).flags, 0u);
  EXPECT_EQ(Teams(client), "__refused__=0.0175 nobody=0.0175 ");
  EXPECT_ERROR(tokentra_client_use(client.get(), nullptr, nullptr, 2, error.Out()),
               TOKENTRA_INVALID_ARGUMENT, HasSubstr("flags"));
}

// Both spellings of a key, different: snake_case counts, and everything that reads it says so.
TEST_F(ConventionTest, TwoSpellingsThatDifferAreAFindingEverywhere) {
  Client client;
  ASSERT_OK(tokentra_client_new(nullptr, client.Out(), error.Out()));
  EXPECT_EQ(Track(client, {{"teamId", "b"}, {"team_id", "a"}}).flags, TOKENTRA_TRACK_FINDINGS);
  EXPECT_EQ(Teams(client), "a=0.00875 ");
  constexpr std::string_view kFinding =
      R"(metadata.team_id: it is given as "teamId" too, with "b"; "a" counts)";
  auto call = Call::Example();
  call->Metadata({{"teamId", "b"}, {"team_id", "a"}});
  const Catalog catalog = OpenCatalog();
  Cost cost;
  ASSERT_OK(
      tokentra_price(catalog.get(), call->get(), sizeof(tokentra_call), cost.Out(), error.Out()));
  tokentra_cost_summary summary = {};
  ASSERT_OK(tokentra_cost_summarize(cost.get(), &summary, sizeof summary, error.Out()));
  ASSERT_EQ(summary.findings, 1u);
  EXPECT_EQ(View(tokentra_cost_finding(cost.get(), 0)), kFinding);
  EXPECT_EQ(tokentra_cost_finding(cost.get(), 1).size, 0u);
  constexpr std::string_view kRecord =
      R"({"provider":"openai","model":"gpt-4o","at":"2026-10-15T12:00:00Z",)"
      R"("usage":{"input_tokens":1},"metadata":{"teamId":"b","team_id":"a"}})";
  Records records;
  ASSERT_OK(
      tokentra_records_track(client.get(), Text(kRecord), nullptr, 0, records.Out(), error.Out()));
  tokentra_record record = {};
  ASSERT_OK(tokentra_records_at(records.get(), 0, &record, sizeof record, error.Out()));
  EXPECT_EQ(record.flags, TOKENTRA_RECORD_FINDINGS);
  EXPECT_EQ(View(record.finding), kFinding);
}

}  // namespace
}  // namespace tokentra_testing
