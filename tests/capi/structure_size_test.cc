// Structures travel with their size: what an older or a newer program passes is understood.
//
// Method: each structure is passed shorter (its missing members count as zero), longer with a zero
// tail (accepted), longer with a non-zero tail (refused), with non-zero reserved members (refused),
// and results are read into shorter and longer ones. Guard bytes show that nothing is written
// beyond the stated size.
#include <cstddef>
#include <cstring>

#include "tests/capi/testing.h"

namespace tokentra_testing {
namespace {

using ::testing::HasSubstr;

constexpr size_t kTail = 32;
constexpr unsigned char kGuard = 0xa5;

// A structure followed by a tail that a later version might have.
template <typename T>
struct Longer {
  T value = {};
  unsigned char tail[kTail] = {};
};

// Memory for a result, with guard bytes all over it.
template <typename T>
class Guarded {
 public:
  Guarded() { std::memset(bytes_, kGuard, sizeof(bytes_)); }

  T* get() { return reinterpret_cast<T*>(bytes_); }
  // Nothing was written at `size` and after.
  bool IntactFrom(size_t size) const {
    for (size_t i = size; i < sizeof(bytes_); ++i) {
      if (bytes_[i] != kGuard) return false;
    }
    return true;
  }
  bool ZeroFrom(size_t size, size_t end) const {
    for (size_t i = size; i < end; ++i) {
      if (bytes_[i] != 0) return false;
    }
    return true;
  }

 private:
  alignas(16) unsigned char bytes_[sizeof(T) + 2 * kTail];
};

class CallSizeTest : public ::testing::Test {
 protected:
  tokentra_status Price(const tokentra_call* call, size_t size) {
    return tokentra_price(catalog_.get(), call, size, cost_.Out(), error.Out());
  }
  std::string Total() {
    tokentra_cost_summary summary = {};
    EXPECT_OK(tokentra_cost_summarize(cost_.get(), &summary, sizeof(summary), error.Out()));
    return Decimal(summary.total);
  }

  Catalog catalog_ = OpenCatalog();
  std::unique_ptr<Call> example_ = Call::Example();
  Cost cost_;
  Error error;
};

TEST_F(CallSizeTest, LongerWithZeroTail) {
  Longer<tokentra_call> call{*example_->get(), {}};
  ASSERT_OK(Price(&call.value, sizeof(call)));
  EXPECT_EQ(Total(), "0.00875");
}

TEST_F(CallSizeTest, LongerWithNonZeroTail) {
  for (size_t i = 0; i < kTail; ++i) {
    Longer<tokentra_call> call{*example_->get(), {}};
    call.tail[i] = 1;
    EXPECT_ERROR(Price(&call.value, sizeof(call)), TOKENTRA_INVALID_ARGUMENT, HasSubstr("call"));
  }
}

TEST_F(CallSizeTest, ShorterWithoutFlags) {
  // An older program that knows neither `flags` nor `reserved`: garbage behind its end is not read.
  tokentra_call call = *example_->get();
  call.flags = ~0u;
  call.reserved = ~0u;
  ASSERT_OK(Price(&call, offsetof(tokentra_call, flags)));
  EXPECT_EQ(Total(), "0.00875");
}

TEST_F(CallSizeTest, ShorterWithoutUsage) {
  // Up to `usage`: a call with neither usage nor response.
  EXPECT_EQ(Price(example_->get(), offsetof(tokentra_call, usage)), TOKENTRA_INVALID_ARGUMENT);
}

TEST_F(CallSizeTest, ZeroSize) { EXPECT_EQ(Price(example_->get(), 0), TOKENTRA_INVALID_ARGUMENT); }

TEST_F(CallSizeTest, ReservedMembersAndUnknownFlags) {
  tokentra_call call = *example_->get();
  call.reserved = 1;
  EXPECT_ERROR(Price(&call, sizeof(call)), TOKENTRA_INVALID_ARGUMENT, HasSubstr("reserved"));
  call = *example_->get();
  call.flags = 0x80000000u;
  EXPECT_ERROR(Price(&call, sizeof(call)), TOKENTRA_INVALID_ARGUMENT, HasSubstr("flags"));
  call = *example_->get();
  tokentra_quantity usage[] = {{1, 0, 10}, {2, 1, 10}};
  call.usage = usage;
  EXPECT_ERROR(Price(&call, sizeof(call)), TOKENTRA_INVALID_ARGUMENT, HasSubstr("reserved"));
}

TEST_F(CallSizeTest, TrackAndRecorderTakeTheSameSizes) {
  Client client;
  Recorder recorder;
  ASSERT_OK(tokentra_client_new(nullptr, client.Out(), error.Out()));
  Longer<tokentra_call> call{*example_->get(), {}};
  tokentra_track_result result = {};
  EXPECT_OK(tokentra_client_track(client.get(), &call.value, sizeof(call), &result, sizeof(result),
                                  error.Out()));
  EXPECT_OK(
      tokentra_recorder_new(client.get(), &call.value, sizeof(call), recorder.Out(), error.Out()));
  call.tail[3] = 1;
  EXPECT_EQ(tokentra_client_track(client.get(), &call.value, sizeof(call), &result, sizeof(result),
                                  error.Out()),
            TOKENTRA_INVALID_ARGUMENT);
  EXPECT_EQ(
      tokentra_recorder_new(client.get(), &call.value, sizeof(call), recorder.Out(), error.Out()),
      TOKENTRA_INVALID_ARGUMENT);
}

TEST_F(CallSizeTest, BatchWalksTheCallersStride) {
  Longer<tokentra_call> calls[2] = {{*example_->get(), {}}, {*example_->get(), {}}};
  Longer<tokentra_price_result> results[2];
  ASSERT_OK(tokentra_price_batch(catalog_.get(), &calls[0].value, 2, sizeof(calls[0]), nullptr,
                                 nullptr, &results[0].value, sizeof(results[0]), error.Out()));
  for (const auto& result : results) {
    EXPECT_EQ(result.value.status, TOKENTRA_OK);
    EXPECT_EQ(Decimal(result.value.total), "0.00875");
  }
  // A tail that is not zero concerns its own element.
  calls[1].tail[0] = 1;
  ASSERT_OK(tokentra_price_batch(catalog_.get(), &calls[0].value, 2, sizeof(calls[0]), nullptr,
                                 nullptr, &results[0].value, sizeof(results[0]), error.Out()));
  EXPECT_EQ(results[0].value.status, TOKENTRA_OK);
  EXPECT_EQ(results[1].value.status, TOKENTRA_INVALID_ARGUMENT);
}

TEST(OptionsSizeTest, Records) {
  const Catalog catalog = OpenCatalog();
  Records records;
  Error error;
  Longer<tokentra_records_options> options;
  options.value.first_line = 1;
  const auto price = [&](size_t size) {
    return tokentra_records_price(catalog.get(), Text("\n"), &options.value, size, records.Out(),
                                  error.Out());
  };
  EXPECT_OK(price(sizeof(options)));
  EXPECT_OK(price(offsetof(tokentra_records_options, flags)));
  options.tail[kTail - 1] = 1;
  EXPECT_EQ(price(sizeof(options)), TOKENTRA_INVALID_ARGUMENT);
  EXPECT_OK(price(sizeof(options.value)));
  options.value.reserved2 = 1;
  EXPECT_ERROR(price(sizeof(options.value)), TOKENTRA_INVALID_ARGUMENT, HasSubstr("reserved"));
  options.value.reserved2 = 0;
  options.value.flags = 0x40000000u;
  EXPECT_ERROR(price(sizeof(options.value)), TOKENTRA_INVALID_ARGUMENT, HasSubstr("flags"));
}

TEST(OptionsSizeTest, Group) {
  Client client;
  Snapshot snapshot;
  Rows rows;
  Error error;
  ASSERT_OK(tokentra_client_new(nullptr, client.Out(), error.Out()));
  ASSERT_OK(tokentra_client_snapshot(client.get(), snapshot.Out(), error.Out()));
  Longer<tokentra_group_options> options;
  const auto group = [&](size_t size) {
    return tokentra_snapshot_group(snapshot.get(), nullptr, 0, &options.value, size, rows.Out(),
                                   error.Out());
  };
  EXPECT_OK(group(sizeof(options)));
  EXPECT_OK(group(sizeof(options.value)));
  EXPECT_OK(group(offsetof(tokentra_group_options, zone)));
  options.tail[0] = 1;
  EXPECT_EQ(group(sizeof(options)), TOKENTRA_INVALID_ARGUMENT);
  tokentra_zone_offset zone = {TOKENTRA_NO_INSTANT, 3600, 1};
  options.value.zone = &zone;
  options.value.zone_count = 1;
  EXPECT_ERROR(group(sizeof(options.value)), TOKENTRA_INVALID_ARGUMENT, HasSubstr("reserved"));
}

TEST(OptionsSizeTest, Convention) {
  Convention convention;
  Error error;
  Longer<tokentra_convention_options> options;
  const auto compile = [&](size_t size) {
    return tokentra_convention_compile(Text(R"({"tokentra_convention":1,"keys":{"team_id":{}}})"),
                                       &options.value, size, convention.Out(), error.Out());
  };
  EXPECT_OK(compile(sizeof(options)));
  EXPECT_OK(compile(sizeof(options.value)));
  EXPECT_OK(compile(offsetof(tokentra_convention_options, baseline)));
  options.tail[0] = 1;
  EXPECT_EQ(compile(sizeof(options)), TOKENTRA_INVALID_ARGUMENT);
  EXPECT_EQ(compile(0), TOKENTRA_INVALID_ARGUMENT);
}

// Reads a result with `function(pointer, size)` at every kind of size.
template <typename T, typename Function>
void ExpectResultSizes(size_t shorter, const Function& function) {
  Guarded<T> whole;
  ASSERT_EQ(function(whole.get(), sizeof(T)), TOKENTRA_OK);
  EXPECT_TRUE(whole.IntactFrom(sizeof(T)));

  Guarded<T> part;
  ASSERT_EQ(function(part.get(), shorter), TOKENTRA_OK);
  EXPECT_TRUE(part.IntactFrom(shorter)) << "written past the stated size";
  EXPECT_EQ(std::memcmp(part.get(), whole.get(), shorter), 0);

  // A newer program's result: its unknown members are zero.
  Guarded<T> longer;
  ASSERT_EQ(function(longer.get(), sizeof(T) + kTail), TOKENTRA_OK);
  EXPECT_TRUE(longer.IntactFrom(sizeof(T) + kTail));
  EXPECT_TRUE(longer.ZeroFrom(sizeof(T), sizeof(T) + kTail));
  EXPECT_EQ(std::memcmp(longer.get(), whole.get(), sizeof(T)), 0);

  Guarded<T> none;
  EXPECT_EQ(function(none.get(), 0), TOKENTRA_INVALID_ARGUMENT);
  EXPECT_TRUE(none.IntactFrom(0));
}

TEST(ResultSizeTest, EveryResult) {
  const Catalog catalog = OpenCatalog();
  const auto example = Call::Example();
  Error error;
  Cost cost;
  ASSERT_OK(tokentra_price(catalog.get(), example->get(), sizeof(tokentra_call), cost.Out(),
                           error.Out()));
  Extraction extraction;
  ASSERT_OK(
      tokentra_extract(Text(kOpenaiBody), Text("openai"), kAbsent, extraction.Out(), error.Out()));
  Records records;
  ASSERT_OK(tokentra_records_price(catalog.get(), Text("{}\n"), &kRecordsDefaults,
                                   sizeof(kRecordsDefaults), records.Out(), error.Out()));
  Client client;
  ASSERT_OK(tokentra_client_new(nullptr, client.Out(), error.Out()));
  Recorder recorder;
  ASSERT_OK(tokentra_recorder_new(client.get(), example->get(), sizeof(tokentra_call),
                                  recorder.Out(), error.Out()));

  ExpectResultSizes<tokentra_model>(
      offsetof(tokentra_model, price_rows), [&](tokentra_model* model, size_t size) {
        return tokentra_catalog_model_at(catalog.get(), 0, 0, model, size, nullptr);
      });
  ExpectResultSizes<tokentra_cost_summary>(
      offsetof(tokentra_cost_summary, match), [&](tokentra_cost_summary* summary, size_t size) {
        return tokentra_cost_summarize(cost.get(), summary, size, nullptr);
      });
  ExpectResultSizes<tokentra_cost_line>(
      offsetof(tokentra_cost_line, source), [&](tokentra_cost_line* line, size_t size) {
        return tokentra_cost_line_at(cost.get(), 0, line, size, nullptr);
      });
  ExpectResultSizes<tokentra_extraction_summary>(
      offsetof(tokentra_extraction_summary, meters),
      [&](tokentra_extraction_summary* summary, size_t size) {
        return tokentra_extraction_summarize(extraction.get(), summary, size, nullptr);
      });
  ExpectResultSizes<tokentra_part>(
      offsetof(tokentra_part, usage), [&](tokentra_part* part, size_t size) {
        return tokentra_extraction_part_at(extraction.get(), 0, part, size, nullptr);
      });
  ExpectResultSizes<tokentra_record>(
      offsetof(tokentra_record, outcome), [&](tokentra_record* record, size_t size) {
        return tokentra_records_at(records.get(), 0, record, size, nullptr);
      });
  ExpectResultSizes<tokentra_track_result>(
      offsetof(tokentra_track_result, flags), [&](tokentra_track_result* result, size_t size) {
        return tokentra_client_track(client.get(), example->get(), sizeof(tokentra_call), result,
                                     size, nullptr);
      });
  ExpectResultSizes<tokentra_track_result>(
      offsetof(tokentra_track_result, quality), [&](tokentra_track_result* result, size_t size) {
        return tokentra_recorder_record(recorder.get(), example->get()->usage,
                                        example->get()->usage_count, kInstant, result, size,
                                        nullptr);
      });

  Snapshot snapshot;
  Rows rows;
  ASSERT_OK(tokentra_client_snapshot(client.get(), snapshot.Out(), error.Out()));
  ASSERT_OK(
      tokentra_snapshot_group(snapshot.get(), nullptr, 0, nullptr, 0, rows.Out(), error.Out()));
  ExpectResultSizes<tokentra_snapshot_totals>(offsetof(tokentra_snapshot_totals, cells),
                                              [&](tokentra_snapshot_totals* totals, size_t size) {
                                                return tokentra_snapshot_total(
                                                    snapshot.get(), totals, size, nullptr);
                                              });
  ExpectResultSizes<tokentra_row>(offsetof(tokentra_row, folded_events),
                                  [&](tokentra_row* row, size_t size) {
                                    return tokentra_rows_at(rows.get(), 0, row, size, nullptr);
                                  });
}

TEST(ResultSizeTest, BatchResultsByStride) {
  const Catalog catalog = OpenCatalog();
  const auto example = Call::Example();
  const tokentra_call calls[2] = {*example->get(), *example->get()};
  Error error;
  // A stride below the structure: only `total` is known to this program.
  tokentra_money totals[3] = {{1, 1}, {1, 1}, {7, 7}};
  ASSERT_OK(tokentra_price_batch(catalog.get(), calls, 2, sizeof(calls[0]), nullptr, nullptr,
                                 reinterpret_cast<tokentra_price_result*>(totals),
                                 sizeof(totals[0]), error.Out()));
  EXPECT_EQ(Decimal(totals[0]), "0.00875");
  EXPECT_EQ(Decimal(totals[1]), "0.00875");
  EXPECT_EQ(totals[2].lo, 7u);
  EXPECT_EQ(tokentra_price_batch(catalog.get(), calls, 2, sizeof(calls[0]), nullptr, nullptr,
                                 reinterpret_cast<tokentra_price_result*>(totals), 0, error.Out()),
            TOKENTRA_INVALID_ARGUMENT);
}

}  // namespace
}  // namespace tokentra_testing
