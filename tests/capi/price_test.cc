// Pricing one call: the example of the project's page, unpriced calls, bodies, lines, documents.
//
// Method: exact totals computed by hand from the published rates of gpt-4o (2.5, 1.25 and 10 US
// dollars per million tokens in, read from the cache, and out; half of it in a batch).
#include "tests/capi/testing.h"

namespace tokentra_testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class PriceTest : public ::testing::Test {
 protected:
  void Price(const Call& call) {
    ASSERT_OK(tokentra_price(catalog_.get(), call.get(), sizeof(tokentra_call), cost_.Out(),
                             error.Out()));
    ASSERT_OK(tokentra_cost_summarize(cost_.get(), &summary_, sizeof(summary_), error.Out()));
  }
  tokentra_status Status(const Call& call) {
    return tokentra_price(catalog_.get(), call.get(), sizeof(tokentra_call), cost_.Out(),
                          error.Out());
  }
  std::string Total() const { return Decimal(summary_.total); }

  Catalog catalog_ = OpenCatalog();
  Cost cost_;
  tokentra_cost_summary summary_ = {};
  Error error;
};

TEST_F(PriceTest, TheExample) {
  Price(*Call::Example());
  EXPECT_EQ(Total(), "0.00875");
  EXPECT_EQ(summary_.state, uint32_t{TOKENTRA_STATE_PRICED});
  EXPECT_EQ(summary_.match, uint32_t{TOKENTRA_MATCH_EXACT});
  EXPECT_EQ(summary_.quality, uint32_t{TOKENTRA_QUALITY_EXACT});
  EXPECT_EQ(View(summary_.provider), "openai");
  EXPECT_EQ(View(summary_.model), "gpt-4o");
  EXPECT_EQ(View(summary_.service_tier), "standard");
  EXPECT_EQ(summary_.reason.size, 0u);
  EXPECT_EQ(summary_.has_reported, 0u);
  EXPECT_EQ(summary_.parts, 1u);
  EXPECT_EQ(summary_.lines, 2u);
  EXPECT_EQ(summary_.meters, 2u);
  EXPECT_EQ(summary_.batch, 0u);
}

TEST_F(PriceTest, LinesSumToTheTotal) {
  Call call("openai", "gpt-4o");
  call.Usage({{"input_tokens", 1500}, {"cache_read_tokens", 1000}, {"output_tokens", 500}});
  Price(call);
  EXPECT_EQ(Total(), "0.0075");
  ASSERT_EQ(summary_.lines, 3u);
  tokentra_money sum = {0, 0};
  for (size_t i = 0; i < summary_.lines; ++i) {
    tokentra_cost_line line = {};
    ASSERT_OK(tokentra_cost_line_at(cost_.get(), i, &line, sizeof(line), error.Out()));
    EXPECT_EQ(View(line.model), "gpt-4o");
    EXPECT_EQ(line.per, 1'000'000u);
    EXPECT_EQ(View(line.rate_text), Decimal(line.rate));
    EXPECT_GT(line.price_row.size, 0u);
    EXPECT_EQ(line.as_of.size, 10u);
    const std::string meter = View(line.meter);
    EXPECT_EQ(line.quantity, meter == "cache_read_tokens" ? 1000u : 500u) << meter;
    sum = Plus(sum, line.amount);
  }
  EXPECT_EQ(Decimal(sum), Total());

  tokentra_cost_line line = {};
  EXPECT_ERROR(tokentra_cost_line_at(cost_.get(), 3, &line, sizeof(line), error.Out()),
               TOKENTRA_OUT_OF_RANGE, HasSubstr("3"));
}

TEST_F(PriceTest, UsageIsInclusive) {
  Call call("openai", "gpt-4o");
  call.Usage({{"output_tokens", 500}, {"input_tokens", 1500}, {"cache_read_tokens", 1000}});
  Price(call);
  ASSERT_EQ(summary_.meters, 3u);
  const tokentra_quantity* usage = tokentra_cost_usage(cost_.get());
  for (uint32_t i = 0; i < summary_.meters; ++i) {
    EXPECT_EQ(usage[i].reserved, 0u);
    if (usage[i].meter == Meter("input_tokens")) {
      EXPECT_EQ(usage[i].quantity, 1500u);
    }
  }
}

TEST_F(PriceTest, AnUnlistedSuffixIsUnpriced) {
  Call call("openai", "gpt-4o-hyper");
  call.Usage({{"input_tokens", 1500}, {"output_tokens", 500}});
  Price(call);
  EXPECT_EQ(summary_.state, uint32_t{TOKENTRA_STATE_UNPRICED});
  EXPECT_EQ(summary_.match, uint32_t{TOKENTRA_MATCH_NONE});
  EXPECT_EQ(View(summary_.model), "gpt-4o-hyper") << "as named";
  EXPECT_THAT(View(summary_.reason), HasSubstr("gpt-4o-hyper"));
  EXPECT_EQ(tokentra_cost_suggestion(cost_.get(), summary_.suggestions).size, 0u);
  EXPECT_EQ(tokentra_cost_suggestion(cost_.get(), SIZE_MAX).size, 0u);
}

TEST_F(PriceTest, ATypoGetsTheNearestIds) {
  Call call("openai", "gpt-4o-mimi");
  call.Usage({{"input_tokens", 1500}, {"output_tokens", 500}});
  Price(call);
  EXPECT_EQ(summary_.state, uint32_t{TOKENTRA_STATE_UNPRICED});
  ASSERT_GE(summary_.suggestions, 1u);
  EXPECT_EQ(View(tokentra_cost_suggestion(cost_.get(), 0)), "gpt-4o-mini");
}

TEST_F(PriceTest, UnknownProviderIsUnpriced) {
  Call call("nobody-ai", "gpt-4o");
  call.Usage({{"input_tokens", 1}});
  Price(call);
  EXPECT_EQ(summary_.state, uint32_t{TOKENTRA_STATE_UNPRICED});
  EXPECT_THAT(View(summary_.reason), HasSubstr("nobody-ai"));
}

TEST_F(PriceTest, ExplicitZeroIsPricedAsZero) {
  Call call("openai", "gpt-4o");
  call.Usage({{"input_tokens", 0}, {"output_tokens", 0}});
  Price(call);
  EXPECT_EQ(Total(), "0");
  EXPECT_NE(summary_.state, uint32_t{TOKENTRA_STATE_UNMETERED});
}

TEST_F(PriceTest, BatchFlagHalvesTheRates) {
  const auto call = Call::Example();
  call->get()->flags = TOKENTRA_CALL_BATCH;
  Price(*call);
  EXPECT_EQ(Total(), "0.004375");
  EXPECT_EQ(summary_.batch, 1u);
}

TEST_F(PriceTest, ResponseBody) {
  Call call("openai", "");
  call.Response(kOpenaiBody);
  Price(call);
  EXPECT_EQ(Total(), "0.00875");
  EXPECT_EQ(View(summary_.model), "gpt-4o");
  EXPECT_EQ(View(summary_.response_id), "chatcmpl-1");
}

TEST_F(PriceTest, BodyWithoutUsageIsUnmetered) {
  Call call("openai", "");
  call.Response(R"({"id":"x","object":"chat.completion","model":"gpt-4o"})");
  Price(call);
  EXPECT_EQ(summary_.state, uint32_t{TOKENTRA_STATE_UNMETERED});
  EXPECT_EQ(summary_.parts, 0u);
}

TEST_F(PriceTest, ErrorsNameTheFieldAndTheValue) {
  Call contradiction("openai", "gpt-4o");
  contradiction.Usage({{"input_tokens", 10}, {"cache_read_tokens", 11}});
  EXPECT_ERROR(Status(contradiction), TOKENTRA_INVALID_ARGUMENT,
               AllOf(HasSubstr("cache_read_tokens"), HasSubstr("11"), HasSubstr("10")));

  Call both("openai", "gpt-4o");
  both.Usage({{"input_tokens", 10}}).Response(kOpenaiBody);
  EXPECT_ERROR(Status(both), TOKENTRA_INVALID_ARGUMENT, HasSubstr("response"));

  Call neither("openai", "gpt-4o");
  EXPECT_ERROR(Status(neither), TOKENTRA_INVALID_ARGUMENT, HasSubstr("usage"));

  Call no_provider("", "gpt-4o");
  no_provider.Usage({{"input_tokens", 10}});
  EXPECT_ERROR(Status(no_provider), TOKENTRA_INVALID_ARGUMENT, HasSubstr("provider"));

  for (const uint32_t meter : {uint32_t{0}, tokentra_meter_count() + 1, UINT32_MAX}) {
    Call unknown("openai", "gpt-4o");
    tokentra_quantity usage = {meter, 0, 1};
    unknown.get()->usage = &usage;
    unknown.get()->usage_count = 1;
    EXPECT_ERROR(Status(unknown), TOKENTRA_INVALID_ARGUMENT, HasSubstr(std::to_string(meter)));
  }

  Call twice("openai", "gpt-4o");
  twice.Usage({{"input_tokens", 10}, {"input_tokens", 20}});
  EXPECT_ERROR(Status(twice), TOKENTRA_INVALID_ARGUMENT, HasSubstr("input_tokens"));

  Call huge("openai", "gpt-4o");
  huge.Usage({{"input_tokens", UINT64_MAX}});
  EXPECT_ERROR(Status(huge), TOKENTRA_INVALID_ARGUMENT, HasSubstr("input_tokens"));
}

TEST_F(PriceTest, BodiesThatAreNone) {
  for (const std::string_view body : {"[]", "{", "null", "\"text\"", "{}{}", "\xff", "nonsense"}) {
    Call call("openai", "gpt-4o");
    call.Response(body);
    EXPECT_EQ(Status(call), TOKENTRA_INVALID_ARGUMENT) << body;
    EXPECT_THAT(error.message(), Not(HasSubstr("\xff")));
  }
}

TEST_F(PriceTest, Json) {
  Price(*Call::Example());
  Document document;
  ASSERT_OK(tokentra_cost_json(cost_.get(), document.Out(), error.Out()));
  const std::string json = View(tokentra_document_text(document.get()));
  EXPECT_THAT(json, ::testing::StartsWith("{"));
  EXPECT_THAT(json, ::testing::EndsWith("}"));
  EXPECT_THAT(json, HasSubstr(R"("total":"0.00875")"));
  EXPECT_THAT(json, HasSubstr(R"("state":"priced")"));
  EXPECT_THAT(json, HasSubstr(R"("input_tokens":1500)"));
}

TEST_F(PriceTest, Explain) {
  Price(*Call::Example());
  Document document;
  ASSERT_OK(tokentra_cost_explain(cost_.get(), document.Out(), error.Out()));
  const std::string text = View(tokentra_document_text(document.get()));
  for (const char* word : {"gpt-4o", "1,500", "500", "2.5", "0.00875"}) {
    EXPECT_THAT(text, HasSubstr(word));
  }
}

TEST_F(PriceTest, CostOutlivesItsCatalog) {
  const auto call = Call::Example();
  Price(*call);
  catalog_.Reset();
  tokentra_cost_line line = {};
  ASSERT_OK(tokentra_cost_line_at(cost_.get(), 0, &line, sizeof(line), error.Out()));
  EXPECT_EQ(View(line.model), "gpt-4o");
  Document document;
  ASSERT_OK(tokentra_cost_explain(cost_.get(), document.Out(), error.Out()));
}

TEST_F(PriceTest, TextInIsNotKept) {
  std::string provider = "openai";
  std::string model = "gpt-4o-of-mine";
  std::string region = "somewhere";
  {
    Call call(provider, model);
    call.get()->region = Text(region);
    call.Usage({{"input_tokens", 1}});
    Price(call);
  }
  provider.assign(provider.size(), 'x');
  model.assign(model.size(), 'x');
  region.assign(region.size(), 'x');
  ASSERT_OK(tokentra_cost_summarize(cost_.get(), &summary_, sizeof(summary_), error.Out()));
  EXPECT_EQ(View(summary_.provider), "openai");
  EXPECT_EQ(View(summary_.model), "gpt-4o-of-mine");
  EXPECT_THAT(View(summary_.reason), Not(HasSubstr("xxx")));
}

TEST_F(PriceTest, ViewsStayWhereTheyAre) {
  Price(*Call::Example());
  tokentra_cost_summary again = {};
  ASSERT_OK(tokentra_cost_summarize(cost_.get(), &again, sizeof(again), error.Out()));
  EXPECT_EQ(again.model.data, summary_.model.data);
  EXPECT_EQ(tokentra_cost_usage(cost_.get()), tokentra_cost_usage(cost_.get()));
}

}  // namespace
}  // namespace tokentra_testing
