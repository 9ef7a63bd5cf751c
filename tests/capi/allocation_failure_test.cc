// Memory runs out at every allocation of every entry point: the status is RESOURCE_EXHAUSTED,
// nothing leaks, nothing crashes, and the object can be used afterwards.
//
// Method: this program replaces operator new. While armed, the N-th allocation of this thread
// fails; each scenario is repeated with N = 0, 1, 2, ... until it succeeds. Allocations that are
// alive are counted, so that a leak shows in every build, not only under AddressSanitizer.
#include <stdlib.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <new>

#include "tests/capi/testing.h"

namespace {

struct Allocations {
  bool armed = false;
  bool failed = false;
  int64_t remaining = 0;  // allocations that still succeed
  int64_t live = 0;       // made less freed, since the thread began
};
thread_local Allocations allocations;

void* Allocate(std::size_t size, std::size_t alignment) noexcept {
  if (allocations.armed && allocations.remaining-- <= 0) {
    allocations.failed = true;
    return nullptr;
  }
  void* memory = nullptr;
  if (alignment <= alignof(std::max_align_t)) {
    memory = std::malloc(size == 0 ? 1 : size);
  } else {
    memory = std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
  }
  if (memory != nullptr) ++allocations.live;
  return memory;
}

void* AllocateOrThrow(std::size_t size, std::size_t alignment) {
  void* const memory = Allocate(size, alignment);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

void Free(void* memory) noexcept {
  if (memory != nullptr) --allocations.live;
  std::free(memory);
}

constexpr std::size_t kDefault = alignof(std::max_align_t);

}  // namespace

// Every form: a sanitizer has its own of those that are missing.
void* operator new(std::size_t size) { return AllocateOrThrow(size, kDefault); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  return AllocateOrThrow(size, static_cast<std::size_t>(alignment));
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return Allocate(size, kDefault);
}
void* operator new(std::size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  return Allocate(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory) noexcept { Free(memory); }
void operator delete(void* memory, std::size_t) noexcept { Free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { Free(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { Free(memory); }
void operator delete(void* memory, std::align_val_t, const std::nothrow_t&) noexcept {
  Free(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { Free(memory); }
void* operator new[](std::size_t size) { return AllocateOrThrow(size, kDefault); }
void* operator new[](std::size_t size, std::align_val_t alignment) {
  return AllocateOrThrow(size, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
  return Allocate(size, kDefault);
}
void* operator new[](std::size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  return Allocate(size, static_cast<std::size_t>(alignment));
}
void operator delete[](void* memory) noexcept { Free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { Free(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { Free(memory); }
void operator delete[](void* memory, const std::nothrow_t&) noexcept { Free(memory); }
void operator delete[](void* memory, std::align_val_t, const std::nothrow_t&) noexcept {
  Free(memory);
}
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept { Free(memory); }

namespace tokentra_testing {
namespace {

constexpr int kAllocationsMax = 100'000;

// Calls `function(error)` with its 1st, 2nd, ... allocation failing, until none failed, and
// `cleanup` after each; `cleanup` frees what a success made.
void ExpectSurvives(const char* what,
                    const std::function<tokentra_status(tokentra_error**)>& function,
                    const std::function<void()>& cleanup) {
  SCOPED_TRACE(what);
  // What is made once, and what a thread keeps for later, is there after a few successes.
  int64_t live_max = 0;
  for (int i = 0; i < 4; ++i) {
    ASSERT_EQ(function(nullptr), TOKENTRA_OK) << "without failures";
    cleanup();
    live_max = std::max(live_max, allocations.live);
  }
  for (int n = 0; n < kAllocationsMax; ++n) {
    tokentra_error* error = nullptr;
    allocations.remaining = n;
    allocations.failed = false;
    allocations.armed = true;
    const tokentra_status status = function(&error);
    allocations.armed = false;
    const bool failed = allocations.failed;
    if (status == TOKENTRA_OK) {
      EXPECT_EQ(error, nullptr);
    } else {
      EXPECT_EQ(status, TOKENTRA_RESOURCE_EXHAUSTED)
          << "allocation " << n << ": " << View(tokentra_error_message(error));
      // The error object itself may not have been affordable.
      if (error != nullptr) {
        EXPECT_EQ(tokentra_error_code(error), status);
      }
    }
    tokentra_error_free(error);
    cleanup();
    ASSERT_LE(allocations.live, live_max) << "leaks when allocation " << n << " fails";
    if (!failed) {
      EXPECT_EQ(status, TOKENTRA_OK);
      return;
    }
  }
  FAIL() << "no end of allocations";
}

#define EXPECT_SURVIVES(handle, ...)                                     \
  ExpectSurvives(                                                        \
      #__VA_ARGS__, [&](tokentra_error** error) { return __VA_ARGS__; }, \
      [&] { (handle).Reset(); })

constexpr std::string_view kChunk =
    R"({"provider":"openai","model":"gpt-4o","at":"2026-10-15T12:00:00Z","id":"a",)"
    R"("metadata":{"team_id":"growth","feature":"a feature with a long name"},)"
    R"("usage":{"input_tokens":1500,"output_tokens":500}})"
    "\n{\n"
    R"({"provider":"anthropic","at":"2026-10-15T12:00:00Z","response":{"id":"msg_1",)"
    R"("type":"message","model":"claude-sonnet-4-5-20250929","usage":{"input_tokens":100,)"
    R"("cache_read_input_tokens":30,"output_tokens":5}}})"
    "\n"
    R"({"provider":"openai","model":"gpt-4o-hyper","at":"2026-10-15T12:00:00Z",)"
    R"("usage":{"input_tokens":1500}})"
    "\n";

class AllocationFailureTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Error error;
    example_->Metadata({{"team_id", "growth"}, {"feature", "a feature with a long name"}});
    ASSERT_OK(tokentra_client_new(nullptr, client_.Out(), error.Out()));
    ASSERT_OK(tokentra_price(catalog_.get(), example_->get(), kSize, cost_.Out(), error.Out()));
  }

  static constexpr size_t kSize = sizeof(tokentra_call);
  Catalog catalog_ = OpenCatalog();
  std::unique_ptr<Call> example_ = Call::Example();
  Client client_;
  Cost cost_;
};

TEST_F(AllocationFailureTest, Catalog) {
  Catalog catalog;
  EXPECT_SURVIVES(catalog, tokentra_catalog_open_builtin(catalog.Out(), error));
}

// A catalog opened anew each time: the first enumeration of one is what allocates.
TEST_F(AllocationFailureTest, CatalogEnumeration) {
  Catalog catalog;
  tokentra_model model;
  ExpectSurvives(
      "catalog_model_at",
      [&](tokentra_error** error) {
        const bool armed = std::exchange(allocations.armed, false);
        EXPECT_EQ(tokentra_catalog_open_builtin(catalog.Out(), nullptr), TOKENTRA_OK);
        allocations.armed = armed;
        return tokentra_catalog_model_at(catalog.get(), 0, 0, &model, sizeof(model), error);
      },
      [&] { catalog.Reset(); });
}

// Over a small catalog, since every allocation is made to fail once.
TEST_F(AllocationFailureTest, Overlays) {
  constexpr std::string_view kProvider = R"({"format": 1, "provider": "house", "name": "House",
      "currency": "USD", "normalize": ["case"], "models": [{"id": "m", "aliases": ["em"],
      "price_rows": [{"rates": {"input_tokens": ["2", 1000000]}, "as_of": "2026-01-01"}]}]})";
  constexpr std::string_view kOverlay = R"({"format": 1, "overlay": "half", "changes": [
      {"discount": {"provider": "house", "percent": "50"}}]})";
  Catalog house;
  ASSERT_EQ(tokentra_catalog_check(catalog_.get(), Text(kProvider), kAbsent, house.Out(), nullptr),
            TOKENTRA_OK);
  Catalog catalog;
  EXPECT_SURVIVES(catalog, tokentra_catalog_check(catalog_.get(), Text(kProvider), kAbsent,
                                                  catalog.Out(), error));
  EXPECT_SURVIVES(catalog, tokentra_catalog_overlay(house.get(), Text(kOverlay), kAbsent,
                                                    catalog.Out(), error));
  ASSERT_EQ(tokentra_catalog_overlay(house.get(), Text(kOverlay), kAbsent, catalog.Out(), nullptr),
            TOKENTRA_OK);
  Handle<tokentra_diff, tokentra_diff_free> diff;
  EXPECT_SURVIVES(diff, tokentra_catalog_diff(house.get(), catalog.get(), diff.Out(), error));
}

TEST_F(AllocationFailureTest, Price) {
  Cost cost;
  EXPECT_SURVIVES(cost, tokentra_price(catalog_.get(), example_->get(), kSize, cost.Out(), error));
  Call unknown("openai", "gpt-4o-hyper");
  unknown.Usage({{"input_tokens", 1}});
  EXPECT_SURVIVES(cost, tokentra_price(catalog_.get(), unknown.get(), kSize, cost.Out(), error));
  Call body("openai", "");
  body.Response(kOpenaiBody);
  EXPECT_SURVIVES(cost, tokentra_price(catalog_.get(), body.get(), kSize, cost.Out(), error));
}

TEST_F(AllocationFailureTest, CostAccessors) {
  Document document;
  EXPECT_SURVIVES(document, tokentra_cost_json(cost_.get(), document.Out(), error));
  EXPECT_SURVIVES(document, tokentra_cost_explain(cost_.get(), document.Out(), error));
  tokentra_cost_summary summary;
  EXPECT_SURVIVES(document, tokentra_cost_summarize(cost_.get(), &summary, sizeof(summary), error));
}

TEST_F(AllocationFailureTest, Batch) {
  // An element that memory runs out for says so itself.
  Document none;
  const std::vector<tokentra_call> calls(3, *example_->get());
  tokentra_price_result results[3];
  ExpectSurvives(
      "batch",
      [&](tokentra_error** error) {
        const tokentra_status status =
            tokentra_price_batch(catalog_.get(), calls.data(), 3, kSize, nullptr, nullptr, results,
                                 sizeof(results[0]), error);
        for (const auto& result : results) {
          if (status == TOKENTRA_OK && result.status != TOKENTRA_OK) return result.status;
        }
        return status;
      },
      [] {});
}

TEST_F(AllocationFailureTest, Extract) {
  Extraction extraction;
  EXPECT_SURVIVES(extraction, tokentra_extract(Text(kOpenaiBody), Text("openai"), kAbsent,
                                               extraction.Out(), error));
}

// A feed that memory runs out for may lose its event, and says so; the stream stays usable.
TEST_F(AllocationFailureTest, Stream) {
  constexpr std::string_view kEvent =
      R"({"id":"c1","model":"gpt-4o","choices":[{"finish_reason":"stop"}],)"
      R"("usage":{"prompt_tokens":1500,"completion_tokens":500,"total_tokens":2000}})";
  Stream stream;
  EXPECT_SURVIVES(stream, tokentra_stream_new(Text("openai"), Text("chat"), Text("gpt-4o"),
                                              stream.Out(), error));
  ASSERT_EQ(tokentra_stream_new(Text("openai"), kAbsent, kAbsent, stream.Out(), nullptr),
            TOKENTRA_OK);
  Document document;
  const std::string line = "data: " + std::string(kEvent) + "\n\n";
  EXPECT_SURVIVES(document, tokentra_stream_feed(stream.get(), Text(line), error));
  EXPECT_SURVIVES(document, tokentra_stream_feed_event(stream.get(), Text(kEvent), error));
  Extraction extraction;
  EXPECT_SURVIVES(extraction, tokentra_stream_usage(stream.get(), extraction.Out(), error));
  EXPECT_SURVIVES(document, tokentra_stream_body(stream.get(), document.Out(), error));
}

TEST_F(AllocationFailureTest, Records) {
  Records records;
  Document document;
  tokentra_records_options options = {};
  options.first_line = 1;
  options.flags = TOKENTRA_RECORDS_JSON;
  EXPECT_SURVIVES(records, tokentra_records_price(catalog_.get(), Text(kChunk), &options,
                                                  sizeof(options), records.Out(), error));
  const tokentra_text line = Text(kChunk.substr(0, kChunk.find('\n')));
  EXPECT_SURVIVES(document,
                  tokentra_records_explain(catalog_.get(), line, &kRecordsDefaults,
                                           sizeof(kRecordsDefaults), document.Out(), error));
}

TEST_F(AllocationFailureTest, ClientAndOptions) {
  ClientOptions options;
  EXPECT_SURVIVES(options, tokentra_client_options_new(options.Out(), error));
  const tokentra_text names[] = {Text("team_id"), Text("a_dimension_with_a_long_name")};
  const tokentra_pair metadata[] = {{Text("team_id"), Text("a team with quite a long name")}};
  Client client;
  ExpectSurvives(
      "client with options",
      [&](tokentra_error** error) {
        tokentra_status status = tokentra_client_options_new(options.Out(), error);
        if (status != TOKENTRA_OK) return status;
        status = tokentra_client_options_set_dimensions(options.get(), names, 2, error);
        if (status != TOKENTRA_OK) return status;
        status = tokentra_client_options_set_metadata(options.get(), metadata, 1, error);
        if (status != TOKENTRA_OK) return status;
        status = tokentra_client_options_set_catalog(options.get(), catalog_.get(), error);
        if (status != TOKENTRA_OK) return status;
        return tokentra_client_new(options.get(), client.Out(), error);
      },
      [&] {
        options.Reset();
        client.Reset();
      });
  EXPECT_SURVIVES(client,
                  tokentra_client_with_metadata(client_.get(), metadata, 1, client.Out(), error));
}

// A client made anew each time, so that each run meets the same first-time allocations.
TEST_F(AllocationFailureTest, Track) {
  Client client;
  tokentra_track_result result;
  example_->Id("request-1");
  ExpectSurvives(
      "track",
      [&](tokentra_error** error) {
        const bool armed = std::exchange(allocations.armed, false);
        EXPECT_EQ(tokentra_client_new(nullptr, client.Out(), nullptr), TOKENTRA_OK);
        allocations.armed = armed;
        return tokentra_client_track(client.get(), example_->get(), kSize, &result, sizeof(result),
                                     error);
      },
      [&] { client.Reset(); });
}

TEST_F(AllocationFailureTest, TrackCountsOnceOrNotAtAll) {
  // What failed is not in the ledger: the totals are those of the calls that succeeded.
  tokentra_track_result result;
  uint64_t recorded = 0;
  for (int n = 0; n < 200; ++n) {
    const std::string team = "team-" + std::to_string(n);
    example_->Metadata({{"team_id", team}});
    allocations.remaining = n % 20;
    allocations.armed = true;
    const tokentra_status status = tokentra_client_track(client_.get(), example_->get(), kSize,
                                                         &result, sizeof(result), nullptr);
    allocations.armed = false;
    if (status == TOKENTRA_OK) ++recorded;
  }
  Snapshot snapshot;
  tokentra_snapshot_totals totals = {};
  Error error;
  ASSERT_OK(tokentra_client_snapshot(client_.get(), snapshot.Out(), error.Out()));
  ASSERT_OK(tokentra_snapshot_total(snapshot.get(), &totals, sizeof(totals), error.Out()));
  EXPECT_EQ(totals.events, recorded);
}

constexpr std::string_view kConvention = R"json({
  "tokentra_convention": 1, "mode": "reject", "profiles": ["portable"],
  "vocabularies": {"teams": {"file": "teams.txt"}},
  "reserved": ["a reserved word with a long name"],
  "keys": {
    "team_id": {"presence": "required", "vocabulary": "teams", "aliases": ["team"]},
    "project_id": {"template": "{team}-{feature}", "parts": {
        "team": {"vocabulary": "teams", "equals": "team_id"},
        "feature": {"pattern": "[a-z]+(-[a-z]+)?"}}},
    "feature": {"case": "lower", "separator": "-", "cardinality": {"max": 10}}
  },
  "conditions": [{"if": {"team_id": "growth"}, "require": ["feature"]}],
  "baseline": [{"rule": "TK-N101", "key": "team_id", "value": "a legacy name that is long"}]
})json";

TEST_F(AllocationFailureTest, Convention) {
  const tokentra_pair files[] = {
      {Text("teams.txt"), Text("growth alias:growth-and-marketing-team\nsearch former:finding\n")}};
  tokentra_convention_options options = {};
  options.files = files;
  options.file_count = 1;
  Convention convention;
  EXPECT_SURVIVES(convention,
                  tokentra_convention_compile(Text(kConvention), &options, sizeof(options),
                                              convention.Out(), error));
  ASSERT_EQ(tokentra_convention_compile(Text(kConvention), &options, sizeof(options),
                                        convention.Out(), nullptr),
            TOKENTRA_OK);
  Document document;
  EXPECT_SURVIVES(document, tokentra_convention_files(Text(kConvention), document.Out(), error));
  EXPECT_SURVIVES(document, tokentra_convention_explain(convention.get(), document.Out(), error));
  EXPECT_SURVIVES(document, tokentra_convention_describe(convention.get(), document.Out(), error));
  const tokentra_pair metadata[] = {{Text("team_id"), Text("a team that is not known")},
                                    {Text("project_id"), Text("Growht_Chat Of Every Day")},
                                    {Text("note"), Text("somebody@example.org is a person")}};
  EXPECT_SURVIVES(document, tokentra_convention_check(convention.get(), metadata, 3, kInstant,
                                                      document.Out(), error));
  Client client;
  ExpectSurvives(
      "client_use and track",
      [&](tokentra_error** error) {
        const bool armed = std::exchange(allocations.armed, false);
        EXPECT_EQ(tokentra_client_new(nullptr, client.Out(), nullptr), TOKENTRA_OK);
        allocations.armed = armed;
        const tokentra_status status =
            tokentra_client_use(client.get(), nullptr, convention.get(), 0, error);
        if (status != TOKENTRA_OK) return status;
        tokentra_track_result result;
        return tokentra_client_track(client.get(), example_->get(), kSize, &result, sizeof(result),
                                     error);
      },
      [&] { client.Reset(); });
}

TEST_F(AllocationFailureTest, Lint) {
  Convention convention;
  ASSERT_EQ(tokentra_convention_open_builtin(convention.Out(), nullptr), TOKENTRA_OK);
  tokentra_records_options options = {};
  options.flags = TOKENTRA_RECORDS_METADATA;
  Records records;
  ASSERT_EQ(tokentra_records_price(catalog_.get(), Text(kChunk), &options, sizeof(options),
                                   records.Out(), nullptr),
            TOKENTRA_OK);
  Handle<tokentra_lint, tokentra_lint_free> lint;
  Document document;
  for (const uint32_t format :
       {TOKENTRA_LINT_TEXT, TOKENTRA_LINT_JSON, TOKENTRA_LINT_SARIF, TOKENTRA_LINT_BASELINE}) {
    ExpectSurvives(
        "lint",
        [&](tokentra_error** error) {
          tokentra_status status = tokentra_lint_new(convention.get(), lint.Out(), error);
          if (status != TOKENTRA_OK) return status;
          status = tokentra_lint_add(lint.get(), records.get(), nullptr, 0, error);
          if (status != TOKENTRA_OK) return status;
          return tokentra_lint_report(lint.get(), format, 0, document.Out(), error);
        },
        [&] {
          lint.Reset();
          document.Reset();
        });
  }
}

TEST_F(AllocationFailureTest, Recorder) {
  Recorder recorder;
  EXPECT_SURVIVES(recorder, tokentra_recorder_new(client_.get(), example_->get(), kSize,
                                                  recorder.Out(), error));
}

TEST_F(AllocationFailureTest, SnapshotAndGroup) {
  tokentra_track_result result;
  Error track_error;
  ASSERT_EQ(tokentra_client_track(client_.get(), example_->get(), kSize, &result, sizeof(result),
                                  nullptr),
            TOKENTRA_OK);
  Snapshot snapshot;
  EXPECT_SURVIVES(snapshot, tokentra_client_snapshot(client_.get(), snapshot.Out(), error));
  ASSERT_EQ(tokentra_client_snapshot(client_.get(), snapshot.Out(), nullptr), TOKENTRA_OK);
  Rows rows;
  const tokentra_text keys[] = {Text("team_id"), Text("model"), Text("day")};
  EXPECT_SURVIVES(rows,
                  tokentra_snapshot_group(snapshot.get(), keys, 3, nullptr, 0, rows.Out(), error));
  tokentra_snapshot_totals totals;
  EXPECT_SURVIVES(rows, tokentra_snapshot_total(snapshot.get(), &totals, sizeof(totals), error));
}

TEST_F(AllocationFailureTest, SnapshotsAsValues) {
  tokentra_track_result result;
  Snapshot earlier;
  Snapshot later;
  ASSERT_EQ(tokentra_client_snapshot(client_.get(), earlier.Out(), nullptr), TOKENTRA_OK);
  ASSERT_EQ(tokentra_client_track(client_.get(), example_->get(), kSize, &result, sizeof(result),
                                  nullptr),
            TOKENTRA_OK);
  ASSERT_EQ(tokentra_client_snapshot(client_.get(), later.Out(), nullptr), TOKENTRA_OK);
  Document document;
  EXPECT_SURVIVES(document, tokentra_snapshot_serialize(later.get(), document.Out(), error));
  ASSERT_EQ(tokentra_snapshot_serialize(later.get(), document.Out(), nullptr), TOKENTRA_OK);
  const tokentra_text bytes = tokentra_document_text(document.get());
  Snapshot made;
  EXPECT_SURVIVES(made, tokentra_snapshot_load(bytes, catalog_.get(), made.Out(), error));
  EXPECT_SURVIVES(made, tokentra_snapshot_merge(earlier.get(), later.get(), made.Out(), error));
  EXPECT_SURVIVES(made, tokentra_snapshot_diff(earlier.get(), later.get(), made.Out(), error));
}

// In a folder: whatever allocation fails, what was recorded is there afterwards.
TEST_F(AllocationFailureTest, LedgerInAFolder) {
  using Ledger = Handle<tokentra_ledger, tokentra_ledger_free>;
  // Memory where there is some: nothing here is about disks, which are slow to sync.
  std::error_code ignored;
  const bool shared_memory = std::filesystem::is_directory("/dev/shm", ignored);
  std::string name = shared_memory
                         ? "/dev/shm/tokentra-alloc-XXXXXX"
                         : (std::filesystem::temp_directory_path() / "tokentra-XXXXXX").string();
  const std::filesystem::path folder = mkdtemp(name.data());
  const std::string path = (folder / "ledger").string();
  tokentra_ledger_options ledger_options = {};
  ledger_options.segment_bytes = 1 << 18;
  ledger_options.ids_max = 100;
  ledger_options.cells_max = 1000;
  ledger_options.keys_max = 1000;
  Ledger ledger;
  // Each in a folder of its own: what a failed one leaves would be more work for the next.
  ExpectSurvives(
      "open",
      [&](tokentra_error** error) {
        return tokentra_ledger_open(Text(path), &ledger_options, sizeof(ledger_options),
                                    ledger.Out(), error);
      },
      [&] {
        ledger.Reset();
        std::filesystem::remove_all(path);
      });
  ASSERT_EQ(tokentra_ledger_open(Text(path), &ledger_options, sizeof(ledger_options), ledger.Out(),
                                 nullptr),
            TOKENTRA_OK);
  {
    ClientOptions options;
    ASSERT_EQ(tokentra_client_options_new(options.Out(), nullptr), TOKENTRA_OK);
    ASSERT_EQ(tokentra_client_options_set_ledger(options.get(), ledger.get(), nullptr),
              TOKENTRA_OK);
    Client client;
    ASSERT_EQ(tokentra_client_new(options.get(), client.Out(), nullptr), TOKENTRA_OK);
    tokentra_track_result result;
    ASSERT_EQ(tokentra_client_track(client.get(), example_->get(), kSize, &result, sizeof(result),
                                    nullptr),
              TOKENTRA_OK);
  }
  Snapshot snapshot;
  EXPECT_SURVIVES(snapshot,
                  tokentra_ledger_snapshot(ledger.get(), catalog_.get(), snapshot.Out(), error));
  EXPECT_SURVIVES(snapshot, tokentra_ledger_erase(ledger.get(), Text("team_id"), Text("x"), nullptr,
                                                  nullptr, error));
  EXPECT_SURVIVES(snapshot, tokentra_ledger_compact(ledger.get(), nullptr, 0, nullptr, 0, error));
  ASSERT_EQ(tokentra_ledger_snapshot(ledger.get(), catalog_.get(), snapshot.Out(), nullptr),
            TOKENTRA_OK);
  tokentra_snapshot_totals totals = {};
  ASSERT_EQ(tokentra_snapshot_total(snapshot.get(), &totals, sizeof(totals), nullptr), TOKENTRA_OK);
  EXPECT_EQ(totals.events, 1u);
  std::filesystem::remove_all(folder);
}

TEST_F(AllocationFailureTest, RecordsTrack) {
  Client client;
  Records records;
  ExpectSurvives(
      "records_track",
      [&](tokentra_error** error) {
        const bool armed = std::exchange(allocations.armed, false);
        EXPECT_EQ(tokentra_client_new(nullptr, client.Out(), nullptr), TOKENTRA_OK);
        allocations.armed = armed;
        return tokentra_records_track(client.get(), Text(kChunk), &kRecordsDefaults,
                                      sizeof(kRecordsDefaults), records.Out(), error);
      },
      [&] {
        records.Reset();
        client.Reset();
      });
}

// Making an error takes memory too: without it the status still tells.
TEST_F(AllocationFailureTest, Errors) {
  for (int n = 0; n < 20; ++n) {
    const int64_t live = allocations.live;
    tokentra_error* error = nullptr;
    int64_t instant = 0;
    allocations.remaining = n;
    allocations.armed = true;
    const tokentra_status status =
        tokentra_instant_parse(Text("a text that is no instant, and long"), &instant, &error);
    allocations.armed = false;
    EXPECT_TRUE(status == TOKENTRA_INVALID_ARGUMENT || status == TOKENTRA_RESOURCE_EXHAUSTED);
    tokentra_error_free(error);
    EXPECT_EQ(allocations.live, live);
  }
}

}  // namespace
}  // namespace tokentra_testing
