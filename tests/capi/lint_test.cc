// Method: records and a snapshot of known events linted through the C interface; totals, texts, and
// a convention proposed from the same records.
#include "tests/capi/testing.h"

namespace tokentra_testing {
namespace {

using ::testing::HasSubstr;
using Lint = Handle<tokentra_lint, tokentra_lint_free>;
using Proposal = Handle<tokentra_proposal, tokentra_proposal_free>;

constexpr std::string_view kLog =
    R"({"provider":"openai","model":"gpt-4o","at":"2026-10-15T12:00:00Z","id":"a",)"
    R"("usage":{"input_tokens":1500,"output_tokens":500},)"
    R"("metadata":{"projectId":"customer-chatbot","teamId":"engineering"}})"
    "\n"
    R"({"provider":"openai","model":"gpt-4o","at":"2026-10-15T12:00:00Z","id":"a",)"
    R"("usage":{"input_tokens":1500,"output_tokens":500},)"
    R"("metadata":{"projectId":"customer-chatbot","teamId":"engineering"}})"
    "\n"
    R"({"provider":"openai","model":"gpt-4o","at":"2026-10-15T12:00:00Z",)"
    R"("usage":{"input_tokens":1500,"output_tokens":500},)"
    R"("metadata":{"project_id":"Growth_Web_Chat","team_id":"growth"}})"
    "\n{\n";

class LintTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK(tokentra_convention_open_builtin(convention_.Out(), error.Out()));
    ASSERT_OK(tokentra_client_new(nullptr, client_.Out(), error.Out()));
    ASSERT_OK(tokentra_lint_new(convention_.get(), lint_.Out(), error.Out()));
  }

  Records Track(tokentra_records_options options) {
    Records records;
    EXPECT_OK(tokentra_records_track(client_.get(), Text(kLog), &options, sizeof options,
                                     records.Out(), error.Out()));
    return records;
  }

  std::string Report(uint32_t format) {
    Document document;
    EXPECT_OK(tokentra_lint_report(lint_.get(), format, 0, document.Out(), error.Out()));
    return View(tokentra_document_text(document.get()));
  }

  tokentra_lint_totals Totals() {
    tokentra_lint_totals totals = {};
    EXPECT_OK(tokentra_lint_total(lint_.get(), &totals, sizeof totals, error.Out()));
    return totals;
  }

  Convention convention_;
  Client client_;
  Lint lint_;
  Error error;
};

TEST_F(LintTest, RecordsCountOnceWithTheirMoney) {
  tokentra_records_options options = {};
  options.flags = TOKENTRA_RECORDS_METADATA;
  const Records records = Track(options);
  const tokentra_text names[] = {Text("calls.jsonl")};
  ASSERT_OK(tokentra_lint_add(lint_.get(), records.get(), names, 1, error.Out()));
  const tokentra_lint_totals totals = Totals();
  EXPECT_EQ(totals.events, 2u);
  EXPECT_EQ(totals.broken_events, 1u);
  EXPECT_EQ(Decimal(totals.cost), "0.0175");
  EXPECT_EQ(Decimal(totals.attributed_cost), "0.00875");
  EXPECT_EQ(Decimal(totals.broken_cost), "0.00875");
  EXPECT_EQ(totals.attributed_permille, 500u);
  EXPECT_EQ(totals.rules, 2u);
  EXPECT_THAT(Report(TOKENTRA_LINT_TEXT), HasSubstr("calls.jsonl:1"));
  EXPECT_THAT(Report(TOKENTRA_LINT_JSON), HasSubstr(R"("rule":"TK-N006")"));
  EXPECT_THAT(Report(TOKENTRA_LINT_SARIF), HasSubstr(R"("version":"2.1.0")"));
  EXPECT_THAT(Report(TOKENTRA_LINT_BASELINE), HasSubstr(R"("value":"customer-chatbot")"));
  Document document;
  EXPECT_ERROR(tokentra_lint_report(lint_.get(), 9, 0, document.Out(), error.Out()),
               TOKENTRA_INVALID_ARGUMENT, HasSubstr("format 9"));
}

TEST_F(LintTest, RecordsWithoutTheirMetadataAreRefused) {
  const Records records = Track({});
  EXPECT_ERROR(tokentra_lint_add(lint_.get(), records.get(), nullptr, 0, error.Out()),
               TOKENTRA_INVALID_ARGUMENT, HasSubstr("TOKENTRA_RECORDS_METADATA"));
}

TEST_F(LintTest, SnapshotsCountWhatTheLedgerKeeps) {
  Track({});
  Snapshot snapshot;
  ASSERT_OK(tokentra_client_snapshot(client_.get(), snapshot.Out(), error.Out()));
  ASSERT_OK(tokentra_lint_add_snapshot(lint_.get(), snapshot.get(), Text("week"), error.Out()));
  const tokentra_lint_totals totals = Totals();
  EXPECT_EQ(totals.events, 2u);
  EXPECT_EQ(totals.broken_events, 1u);
  EXPECT_EQ(Decimal(totals.cost), "0.0175");
}

TEST_F(LintTest, SafeFixesAreMadeInConvertedRecords) {
  tokentra_records_options options = {};
  options.flags = TOKENTRA_RECORDS_CONVERT;
  options.fix = convention_.get();
  const Records records = Track(options);
  tokentra_records_totals totals = {};
  ASSERT_OK(tokentra_records_total(records.get(), &totals, sizeof totals, error.Out()));
  EXPECT_EQ(totals.fixes, 1u);
  tokentra_record record = {};
  ASSERT_OK(tokentra_records_at(records.get(), 2, &record, sizeof record, error.Out()));
  EXPECT_THAT(View(record.json), HasSubstr(R"("project_id":"growth-web-chat")"));
}

TEST_F(LintTest, AProposalCompiles) {
  tokentra_records_options options = {};
  options.flags = TOKENTRA_RECORDS_METADATA;
  const Records records = Track(options);
  Proposal proposal;
  ASSERT_OK(tokentra_proposal_new(proposal.Out(), error.Out()));
  ASSERT_OK(tokentra_proposal_add(proposal.get(), records.get(), error.Out()));
  Document document;
  ASSERT_OK(tokentra_proposal_json(proposal.get(), document.Out(), error.Out()));
  Convention made;
  EXPECT_OK(tokentra_convention_compile(tokentra_document_text(document.get()), nullptr, 0,
                                        made.Out(), error.Out()));
}

TEST_F(LintTest, NullIsRefused) {
  Document document;
  Records records;
  tokentra_lint_totals totals;
  const auto refused = [&](tokentra_status status) {
    EXPECT_EQ(status, TOKENTRA_INVALID_ARGUMENT);
    EXPECT_FALSE(error.message().empty());
  };
  Lint lint;
  Proposal proposal;
  ASSERT_OK(tokentra_proposal_new(proposal.Out(), error.Out()));
  refused(tokentra_lint_new(nullptr, lint.Out(), error.Out()));
  refused(tokentra_lint_new(convention_.get(), nullptr, error.Out()));
  refused(tokentra_lint_add(nullptr, records.get(), nullptr, 0, error.Out()));
  refused(tokentra_lint_add(lint_.get(), nullptr, nullptr, 0, error.Out()));
  refused(tokentra_lint_add_snapshot(nullptr, nullptr, kAbsent, error.Out()));
  refused(tokentra_lint_add_snapshot(lint_.get(), nullptr, kAbsent, error.Out()));
  refused(tokentra_lint_report(nullptr, TOKENTRA_LINT_TEXT, 0, document.Out(), error.Out()));
  refused(tokentra_lint_report(lint_.get(), TOKENTRA_LINT_TEXT, 0, nullptr, error.Out()));
  refused(tokentra_lint_total(nullptr, &totals, sizeof totals, error.Out()));
  refused(tokentra_lint_total(lint_.get(), nullptr, sizeof totals, error.Out()));
  refused(tokentra_proposal_new(nullptr, error.Out()));
  refused(tokentra_proposal_add(nullptr, records.get(), error.Out()));
  refused(tokentra_proposal_add(proposal.get(), nullptr, error.Out()));
  refused(tokentra_proposal_json(nullptr, document.Out(), error.Out()));
  refused(tokentra_proposal_json(proposal.get(), nullptr, error.Out()));
  tokentra_lint_free(nullptr);
  tokentra_proposal_free(nullptr);
}

}  // namespace
}  // namespace tokentra_testing
