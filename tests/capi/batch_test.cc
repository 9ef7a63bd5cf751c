// Pricing many calls: one result an element, equal to pricing each alone.
//
// Method: a batch that mixes every kind of element is compared with single calls.
#include "tests/capi/testing.h"

namespace tokentra_testing {
namespace {

class BatchTest : public ::testing::Test {
 protected:
  tokentra_status Price(const std::vector<tokentra_call>& calls,
                        const std::vector<tokentra_quantity>& quantities,
                        const std::vector<uint64_t>& offsets) {
    results_.assign(calls.size(), {});
    return tokentra_price_batch(catalog_.get(), calls.data(), calls.size(), sizeof(tokentra_call),
                                quantities.empty() ? nullptr : quantities.data(),
                                offsets.empty() ? nullptr : offsets.data(), results_.data(),
                                sizeof(tokentra_price_result), error.Out());
  }

  Catalog catalog_ = OpenCatalog();
  std::vector<tokentra_price_result> results_;
  Error error;
};

TEST_F(BatchTest, UsageByOffsets) {
  Call call("openai", "gpt-4o");
  const std::vector<tokentra_call> calls(3, *call.get());
  const std::vector<tokentra_quantity> quantities = {
      {1, 0, 1500}, {2, 0, 500}, {1, 0, 1000}, {2, 0, 1}};
  ASSERT_OK(Price(calls, quantities, {0, 2, 3, 4}));
  EXPECT_EQ(Decimal(results_[0].total), "0.00875");
  EXPECT_EQ(Decimal(results_[1].total), "0.0025");
  EXPECT_EQ(Decimal(results_[2].total), "0.00001");
  for (const auto& result : results_) {
    EXPECT_EQ(result.status, TOKENTRA_OK);
    EXPECT_EQ(result.state, uint32_t{TOKENTRA_STATE_PRICED});
    EXPECT_EQ(result.match, uint32_t{TOKENTRA_MATCH_EXACT});
    EXPECT_EQ(result.reserved, 0u);
  }
}

TEST_F(BatchTest, EveryElementHasItsOwnResult) {
  const auto example = Call::Example();
  Call bare("openai", "gpt-4o");
  Call unknown("openai", "gpt-4o-hyper");
  Call body("openai", "");
  body.Response(kOpenaiBody);
  Call broken("openai", "");
  broken.Response("{");
  Call reserved("openai", "gpt-4o");
  reserved.get()->reserved = 1;
  const std::vector<tokentra_call> calls = {*example->get(), *bare.get(),   *unknown.get(),
                                            *body.get(),     *broken.get(), *reserved.get(),
                                            *bare.get()};
  // Element 1 contradicts itself; 0 and 3 carry their own, so that their ranges are not read.
  const std::vector<tokentra_quantity> quantities = {
      {1, 0, 10}, {Meter("cache_read_tokens"), 0, 11}, {1, 0, 7}, {2, 0, 100}};
  ASSERT_OK(Price(calls, quantities, {0, 0, 2, 3, 3, 3, 3, 4}));
  EXPECT_EQ(Decimal(results_[0].total), "0.00875");
  EXPECT_EQ(results_[1].status, TOKENTRA_INVALID_ARGUMENT);
  EXPECT_EQ(results_[2].status, TOKENTRA_OK);
  EXPECT_EQ(results_[2].state, uint32_t{TOKENTRA_STATE_UNPRICED});
  EXPECT_EQ(Decimal(results_[3].total), "0.00875");
  EXPECT_EQ(results_[4].status, TOKENTRA_INVALID_ARGUMENT);
  EXPECT_EQ(results_[5].status, TOKENTRA_INVALID_ARGUMENT);
  EXPECT_EQ(Decimal(results_[6].total), "0.001");
  EXPECT_EQ(results_[1].state, 0u) << "a refused element has no state";
}

TEST_F(BatchTest, EqualsSingleCalls) {
  std::vector<tokentra_call> calls;
  std::vector<tokentra_quantity> quantities;
  std::vector<uint64_t> offsets = {0};
  for (size_t i = 0; tokentra_catalog_provider(catalog_.get(), i).size > 0; ++i) {
    const size_t models = tokentra_catalog_model_count(catalog_.get(), i);
    for (size_t j = 0; j < models; j += 7) {
      tokentra_model model = {};
      ASSERT_OK(
          tokentra_catalog_model_at(catalog_.get(), i, j, &model, sizeof(model), error.Out()));
      tokentra_call call = {};
      call.provider = tokentra_catalog_provider(catalog_.get(), i);
      call.model = model.id;
      call.at_ns = kInstant;
      calls.push_back(call);
      quantities.push_back({1, 0, 1000 + j});
      quantities.push_back({2, 0, 10 * j});
      offsets.push_back(quantities.size());
    }
  }
  ASSERT_GT(calls.size(), 20u);
  ASSERT_OK(Price(calls, quantities, offsets));
  for (size_t i = 0; i < calls.size(); ++i) {
    tokentra_call call = calls[i];
    call.usage = &quantities[offsets[i]];
    call.usage_count = 2;
    Cost cost;
    tokentra_cost_summary summary = {};
    const tokentra_status status =
        tokentra_price(catalog_.get(), &call, sizeof(call), cost.Out(), error.Out());
    ASSERT_EQ(results_[i].status, status) << View(call.model) << ": " << error.message();
    if (status != TOKENTRA_OK) continue;
    ASSERT_OK(tokentra_cost_summarize(cost.get(), &summary, sizeof(summary), error.Out()));
    EXPECT_EQ(results_[i].state, summary.state) << View(call.model);
    EXPECT_EQ(results_[i].match, summary.match) << View(call.model);
    if (summary.state != TOKENTRA_STATE_UNPRICED) {
      EXPECT_EQ(Decimal(results_[i].total), Decimal(summary.total)) << View(call.model);
    }
  }
}

TEST_F(BatchTest, OffsetsThatDescendConcernTheirElement) {
  Call call("openai", "gpt-4o");
  const std::vector<tokentra_call> calls(3, *call.get());
  ASSERT_OK(Price(calls, {{1, 0, 1000}, {2, 0, 1}}, {0, 2, 1, 2}));
  EXPECT_EQ(results_[0].status, TOKENTRA_OK);
  EXPECT_EQ(results_[1].status, TOKENTRA_INVALID_ARGUMENT);
  EXPECT_EQ(results_[2].status, TOKENTRA_OK);
  EXPECT_EQ(Decimal(results_[2].total), "0.00001");
}

TEST_F(BatchTest, OffsetsWithoutQuantities) {
  Call call("openai", "gpt-4o");
  const std::vector<tokentra_call> calls(1, *call.get());
  ASSERT_OK(Price(calls, {}, {0, 2}));
  EXPECT_EQ(results_[0].status, TOKENTRA_INVALID_ARGUMENT);
}

TEST_F(BatchTest, None) { EXPECT_OK(Price({}, {}, {0})); }

TEST_F(BatchTest, ErrorsOfTheWholeWriteNoResult) {
  const auto example = Call::Example();
  tokentra_price_result result = {{1, 2}, 3, 4, 5, 6};
  EXPECT_EQ(tokentra_price_batch(catalog_.get(), example->get(), 1, 0, nullptr, nullptr, &result,
                                 sizeof(result), error.Out()),
            TOKENTRA_INVALID_ARGUMENT);
  EXPECT_EQ(result.total.lo, 1u);
  EXPECT_EQ(result.state, 3u);
  EXPECT_EQ(result.status, 5);
}

}  // namespace
}  // namespace tokentra_testing
