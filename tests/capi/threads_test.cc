// The thread contract: functions on a const object and every function on a client run concurrently.
//
// Method: threads repeat each function on shared objects and compare with what one thread saw
// before. The sums of a ledger that many threads wrote are those of a sequential run. What
// ThreadSanitizer has to say comes with its build.
#include <atomic>
#include <functional>
#include <thread>

#include "tests/capi/testing.h"

namespace tokentra_testing {
namespace {

constexpr int kThreads = 4;
constexpr int kRounds = 200;

// Runs `body(thread)` on all threads, which begin together.
void Concurrently(const std::function<void(int)>& body) {
  std::atomic<int> waiting{kThreads};
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      waiting.fetch_sub(1, std::memory_order_acq_rel);
      while (waiting.load(std::memory_order_acquire) > 0) std::this_thread::yield();
      body(t);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(ThreadsTest, Catalog) {
  const Catalog catalog = OpenCatalog();
  const auto call = Call::Example();
  const std::string digest = View(tokentra_catalog_digest(catalog.get()));
  Concurrently([&](int) {
    for (int i = 0; i < kRounds; ++i) {
      EXPECT_EQ(View(tokentra_catalog_digest(catalog.get())), digest);
      tokentra_model model = {};
      EXPECT_EQ(tokentra_catalog_model_at(catalog.get(), 0, 0, &model, sizeof(model), nullptr),
                TOKENTRA_OK);
      Cost cost;
      EXPECT_EQ(
          tokentra_price(catalog.get(), call->get(), sizeof(tokentra_call), cost.Out(), nullptr),
          TOKENTRA_OK);
      tokentra_cost_summary summary = {};
      EXPECT_EQ(tokentra_cost_summarize(cost.get(), &summary, sizeof(summary), nullptr),
                TOKENTRA_OK);
      EXPECT_EQ(Decimal(summary.total), "0.00875");
      Records records;
      EXPECT_EQ(tokentra_records_price(catalog.get(), Text("{\n"), &kRecordsDefaults,
                                       sizeof(kRecordsDefaults), records.Out(), nullptr),
                TOKENTRA_OK);
    }
  });
}

TEST(ThreadsTest, Results) {
  const Catalog catalog = OpenCatalog();
  const auto call = Call::Example();
  Cost cost;
  Extraction extraction;
  Records records;
  Error error;
  ASSERT_OK(
      tokentra_price(catalog.get(), call->get(), sizeof(tokentra_call), cost.Out(), error.Out()));
  ASSERT_OK(
      tokentra_extract(Text(kOpenaiBody), Text("openai"), kAbsent, extraction.Out(), error.Out()));
  ASSERT_OK(tokentra_records_price(catalog.get(), Text("{}\n"), &kRecordsDefaults,
                                   sizeof(kRecordsDefaults), records.Out(), error.Out()));
  Concurrently([&](int) {
    for (int i = 0; i < kRounds; ++i) {
      tokentra_cost_line line = {};
      EXPECT_EQ(tokentra_cost_line_at(cost.get(), 0, &line, sizeof(line), nullptr), TOKENTRA_OK);
      Document json;
      EXPECT_EQ(tokentra_cost_json(cost.get(), json.Out(), nullptr), TOKENTRA_OK);
      Document text;
      EXPECT_EQ(tokentra_cost_explain(cost.get(), text.Out(), nullptr), TOKENTRA_OK);
      tokentra_part part = {};
      EXPECT_EQ(tokentra_extraction_part_at(extraction.get(), 0, &part, sizeof(part), nullptr),
                TOKENTRA_OK);
      EXPECT_NE(tokentra_extraction_usage(extraction.get()), nullptr);
      tokentra_record record = {};
      EXPECT_EQ(tokentra_records_at(records.get(), 0, &record, sizeof(record), nullptr),
                TOKENTRA_OK);
    }
  });
}

TEST(ThreadsTest, ClientEqualsASequentialRun) {
  Client client;
  Error error;
  ASSERT_OK(tokentra_client_new(nullptr, client.Out(), error.Out()));
  const auto bound = Call::Example();
  Recorder recorder;
  ASSERT_OK(tokentra_recorder_new(client.get(), bound->get(), sizeof(tokentra_call), recorder.Out(),
                                  error.Out()));
  std::atomic<int> duplicates{0};
  Concurrently([&](int t) {
    for (int i = 0; i < kRounds; ++i) {
      const std::string team = "team-" + std::to_string(i % 7);
      const std::string id = "request-" + std::to_string(i);  // the same in every thread
      const tokentra_pair metadata[] = {{Text("feature"), Text("chat")}};
      Client child;
      EXPECT_EQ(tokentra_client_with_metadata(client.get(), metadata, 1, child.Out(), nullptr),
                TOKENTRA_OK);
      const auto call = Call::Example();
      call->Metadata({{"team_id", team}}).Id(id);
      tokentra_track_result result = {};
      EXPECT_EQ(tokentra_client_track(child.get(), call->get(), sizeof(tokentra_call), &result,
                                      sizeof(result), nullptr),
                TOKENTRA_OK);
      if (result.outcome == TOKENTRA_OUTCOME_DUPLICATE) duplicates.fetch_add(1);
      EXPECT_EQ(tokentra_recorder_record(recorder.get(), bound->get()->usage, 2, kInstant, &result,
                                         sizeof(result), nullptr),
                TOKENTRA_OK);
      if (i % 50 == t) {
        Snapshot snapshot;
        EXPECT_EQ(tokentra_client_snapshot(client.get(), snapshot.Out(), nullptr), TOKENTRA_OK);
        Rows rows;
        const tokentra_text keys[] = {Text("team_id")};
        EXPECT_EQ(tokentra_snapshot_group(snapshot.get(), keys, 1, nullptr, 0, rows.Out(), nullptr),
                  TOKENTRA_OK);
      }
    }
  });
  Snapshot snapshot;
  tokentra_snapshot_totals totals = {};
  ASSERT_OK(tokentra_client_snapshot(client.get(), snapshot.Out(), error.Out()));
  ASSERT_OK(tokentra_snapshot_total(snapshot.get(), &totals, sizeof(totals), error.Out()));
  // 200 ids once each, and 4 x 200 events without an id, at 0.00875.
  EXPECT_EQ(totals.events, 1000u);
  EXPECT_EQ(Decimal(totals.cost), "8.75");
  EXPECT_EQ(totals.duplicate_events, 600u);
  EXPECT_EQ(duplicates.load(), 600);
}

TEST(ThreadsTest, SnapshotAndRows) {
  Client client;
  Error error;
  ASSERT_OK(tokentra_client_new(nullptr, client.Out(), error.Out()));
  const auto call = Call::Example();
  tokentra_track_result result = {};
  ASSERT_OK(tokentra_client_track(client.get(), call->get(), sizeof(tokentra_call), &result,
                                  sizeof(result), error.Out()));
  Snapshot snapshot;
  Rows rows;
  const tokentra_text keys[] = {Text("model"), Text("day")};
  ASSERT_OK(tokentra_client_snapshot(client.get(), snapshot.Out(), error.Out()));
  ASSERT_OK(tokentra_snapshot_group(snapshot.get(), keys, 2, nullptr, 0, rows.Out(), error.Out()));
  Concurrently([&](int) {
    for (int i = 0; i < kRounds; ++i) {
      tokentra_snapshot_totals totals = {};
      EXPECT_EQ(tokentra_snapshot_total(snapshot.get(), &totals, sizeof(totals), nullptr),
                TOKENTRA_OK);
      Rows mine;
      EXPECT_EQ(tokentra_snapshot_group(snapshot.get(), keys, 2, nullptr, 0, mine.Out(), nullptr),
                TOKENTRA_OK);
      tokentra_row row = {};
      EXPECT_EQ(tokentra_rows_at(rows.get(), 0, &row, sizeof(row), nullptr), TOKENTRA_OK);
      EXPECT_EQ(View(tokentra_rows_key(rows.get(), 0, 0, nullptr)), "gpt-4o");
    }
  });
}

// An object keeps what it was made from: freeing in any order, on any thread.
TEST(ThreadsTest, FreeingParentsWhileChildrenWork) {
  for (int round = 0; round < 20; ++round) {
    Client client;
    Error error;
    ASSERT_OK(tokentra_client_new(nullptr, client.Out(), error.Out()));
    std::vector<Client> children(kThreads);
    for (Client& child : children) {
      ASSERT_OK(tokentra_client_with_metadata(client.get(), nullptr, 0, child.Out(), error.Out()));
    }
    client.Reset();
    const auto call = Call::Example();
    Concurrently([&](int t) {
      tokentra_track_result result = {};
      EXPECT_EQ(tokentra_client_track(children[static_cast<size_t>(t)].get(), call->get(),
                                      sizeof(tokentra_call), &result, sizeof(result), nullptr),
                TOKENTRA_OK);
      children[static_cast<size_t>(t)].Reset();
    });
  }
}

}  // namespace
}  // namespace tokentra_testing
