// Method: figures and rates by hand; then each importer on its list in tests/lists: what it makes
// must lie over the built-in catalog, price as the list's own arithmetic does, and name what it
// left out. Every price field of a list is either carried or in the report.

#include "core/exchange/price_list.h"

#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/catalog/overlay.h"
#include "core/catalog/overlay_source.h"
#include "core/exchange/price_list_writer.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/pricing/pricing_testing.h"

namespace tokentra {
namespace {

using pricing_test::kNow;
using pricing_test::UsageOf;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;

std::string ListFile(std::string_view name) {
  std::ifstream in(absl::StrCat(TOKENTRA_SOURCE_DIR, "/tests/lists/", name), std::ios::binary);
  EXPECT_TRUE(in) << name;
  return std::string(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
}

TEST(PriceListTest, FiguresArePlainDecimals) {
  EXPECT_EQ(PlainFigure("2.5e-06", 6), "2.5");
  EXPECT_EQ(PlainFigure("1.5E-7", 6), "0.15");
  EXPECT_EQ(PlainFigure("0.00000250", 6), "2.5");
  EXPECT_EQ(PlainFigure("12", 0), "12");
  EXPECT_EQ(PlainFigure("12", 2), "1200");
  EXPECT_EQ(PlainFigure("0", 6), "0");
  EXPECT_EQ(PlainFigure("0.0", 6), "0");
  EXPECT_EQ(PlainFigure("1.0000000000000001e-07", 6), "0.1");  // binary noise
  EXPECT_EQ(PlainFigure("9.499999999999999e-07", 6), "0.95");
  EXPECT_EQ(PlainFigure("9.999999999999999e-07", 6), "1");
  EXPECT_EQ(PlainFigure("0.000000000000000001", 0), "0.000000000000000001");
  EXPECT_EQ(PlainFigure("0.0000000000000000001", 0), std::nullopt);  // 19 decimals
  for (const std::string_view bad : {"", "-1", "x", "1x", "1e", "1e999", ".", "1.2.3"}) {
    EXPECT_EQ(PlainFigure(bad, 0), std::nullopt) << bad;
  }
}

TEST(PriceListTest, RatesStandInTheirCustomaryUnits) {
  EXPECT_EQ(RateFor(kMeterInputTokens, "2.5e-06", 1), (ListRate{"2.5", 1'000'000}));
  EXPECT_EQ(RateFor(FindMeter("web_searches")->id, "0.01", 1), (ListRate{"0.01", 1}));
  EXPECT_EQ(RateFor(kMeterInputAudioMilliseconds, "3.0833e-05", 1'000),
            (ListRate{"0.000030833", 1'000}));
}

struct Imported {
  std::shared_ptr<const Catalog> catalog;
  Json report;
};

Imported Import(std::string_view format, std::string_view file) {
  Imported out;
  const absl::StatusOr<ImportedList> list =
      ImportPriceList(format, ListFile(file), "list", "2026-11-10");
  EXPECT_TRUE(list.ok()) << list.status();
  if (!list.ok()) return out;
  const auto laid = LayOverlay(*Catalog::Builtin(), list->overlay, "list");
  EXPECT_TRUE(laid.ok()) << laid.status();
  if (laid.ok()) out.catalog = *laid;
  out.report = Json::parse(list->report);
  return out;
}

std::string Price(const Catalog& catalog, std::string_view provider, std::string_view model,
                  const Usage& usage, std::string_view tier = "", bool batch = false) {
  const Call call = {.provider = provider,
                     .model = model,
                     .service_tier = tier,
                     .batch = batch,
                     .at = kNow,
                     .usage = &usage};
  Evaluation evaluation;
  const absl::Status status = Evaluate(catalog, call, evaluation);
  if (!status.ok()) return std::string(status.message());
  if (evaluation.state() == CostState::kUnpriced) return evaluation.Reason(catalog);
  return absl::StrCat(CostStateName(evaluation.state()), " ", evaluation.total().ToString());
}

std::vector<std::string> LeftOut(const Json& report) {
  std::vector<std::string> texts;
  for (const Json& one : report["left_out"]) {
    texts.push_back(absl::StrCat(one["at"].get<std::string>(), "=", one["value"].get<std::string>(),
                                 ": ", one["reason"].get<std::string>()));
  }
  return texts;
}

TEST(PriceListTest, Openrouter) {
  const Imported list = Import("openrouter", "openrouter.json");
  ASSERT_NE(list.catalog, nullptr);
  const Usage million = UsageOf({{"input_tokens", 1'000'000}, {"output_tokens", 1'000'000}});
  EXPECT_EQ(Price(*list.catalog, "openrouter", "openai/gpt-4o", million), "priced 12.5");
  EXPECT_EQ(Price(*list.catalog, "openrouter", "openai/gpt-4o-2024-11-20", million), "priced 12.5");
  EXPECT_EQ(Price(*list.catalog, "openrouter", "deepseek/deepseek-r1:free", million), "free 0");
  EXPECT_EQ(Price(*list.catalog, "openrouter", "openai/gpt-4o",
                  UsageOf({{"input_tokens", 1'000'000}, {"cache_read_tokens", 400'000}})),
            "priced 2");
  EXPECT_EQ(Price(*list.catalog, "openrouter", "deepseek/deepseek-r1",
                  UsageOf({{"output_tokens", 1'000'000}, {"output_reasoning_tokens", 500'000}})),
            "priced 2.25");
  EXPECT_EQ(Price(*list.catalog, "openrouter", "perplexity/sonar",
                  UsageOf({{"requests", 2}, {"web_searches", 3}})),
            "priced 0.025");
  // What is not in the list any more is gone, and other providers are as they were.
  EXPECT_THAT(Price(*list.catalog, "openrouter", "openai/gpt-4o-mini", million),
              HasSubstr("no model"));
  EXPECT_EQ(Price(*list.catalog, "openai", "gpt-4o", million), "priced 12.5");
  const std::vector<std::string> left = LeftOut(list.report);
  EXPECT_THAT(left, Contains(HasSubstr("openrouter/auto.pricing.prompt=-1: the price is that of")));
  EXPECT_THAT(left, Contains(HasSubstr("perplexity/sonar.pricing.turbo_fee=0.25: no meter")));
  EXPECT_EQ(list.report["models"], 6);
}

TEST(PriceListTest, Litellm) {
  const Imported list = Import("litellm", "litellm.json");
  ASSERT_NE(list.catalog, nullptr);
  const Json keys = *ParseJsonKeepingDecimals(ListFile("litellm.json"), "litellm.json");
  std::set<std::string> left;
  for (const Json& one : list.report["left_out"]) left.insert(one["at"].get<std::string>());
  // Standard token prices, by the map's own arithmetic.
  std::size_t priced = 0;
  const CatalogImage& image = list.catalog->image();
  for (const ModelRecord& model : image.models) {
    for (const RowRecord& row : CatalogImage::Slice(image.rows, model.rows)) {
      if (image.Overlay(row).empty()) continue;
      ++priced;
      EXPECT_EQ(image.Evidence(row), "litellm");
      break;
    }
  }
  EXPECT_EQ(priced, list.report["models"].get<std::size_t>());
  // Every key is a model, or in the report.
  std::size_t keys_left = 0;
  for (const auto& [key, fields] : keys.items()) {
    if (left.contains(key)) ++keys_left;
  }
  EXPECT_GE(priced + keys_left + 1, keys.size());  // sample_spec is no key
}

TEST(PriceListTest, GenaiPrices) {
  const Imported list = Import("genai-prices", "genai-prices.json");
  ASSERT_NE(list.catalog, nullptr);
  const std::vector<std::string> left = LeftOut(list.report);
  EXPECT_THAT(left, Contains(HasSubstr("catches names that nobody listed")));
  EXPECT_GT(list.report["models"].get<int>(), 20);
}

TEST(PriceListTest, SmallListsByHand) {
  const auto import = [](std::string_view format, std::string_view json) {
    const auto list = ImportPriceList(format, json, "list", "2026-11-10");
    EXPECT_TRUE(list.ok()) << list.status();
    const auto laid = LayOverlay(*Catalog::Builtin(), list->overlay, "list");
    EXPECT_TRUE(laid.ok()) << laid.status() << list->overlay;
    return *laid;
  };
  const auto litellm = import("litellm", R"({
    "m": {"litellm_provider": "newco", "mode": "chat", "input_cost_per_token": 1e-06,
          "output_cost_per_token": 2e-06, "cache_read_input_token_cost": 1e-07,
          "input_cost_per_audio_token": 5e-06,
          "input_cost_per_token_above_200k_tokens": 3e-06,
          "input_cost_per_token_priority": 4e-06, "input_cost_per_token_batches": 5e-07,
          "output_cost_per_token_batches": 1e-06,
          "search_context_cost_per_query": {"search_context_size_low": 0.01,
            "search_context_size_medium": 0.02, "search_context_size_high": 0.03}},
    "newco/n": {"litellm_provider": "newco", "mode": "audio_transcription",
                "input_cost_per_second": 0.0001},
    "t": {"litellm_provider": "newco", "mode": "chat", "tiered_pricing": [
      {"range": [0, 1000.0], "input_cost_per_token": 1e-06, "output_cost_per_token": 1e-06},
      {"range": [1000.0, 2000.0], "input_cost_per_token": 2e-06,
       "output_cost_per_token": 2e-06}]}})");
  const auto tokens = [](std::uint64_t input, std::uint64_t output) {
    return UsageOf({{"input_tokens", input}, {"output_tokens", output}});
  };
  EXPECT_EQ(Price(*litellm, "newco", "m", tokens(100'000, 100'000)), "priced 0.3");
  EXPECT_EQ(Price(*litellm, "newco", "m", tokens(300'000, 100'000)), "priced 1.1");
  EXPECT_EQ(Price(*litellm, "newco", "m", tokens(100'000, 100'000), "priority"), "priced 0.6");
  // Above the threshold the tier has no figure of its own: the standard band holds, as in LiteLLM.
  EXPECT_EQ(Price(*litellm, "newco", "m", tokens(300'000, 0), "priority"), "priced 0.9");
  EXPECT_EQ(Price(*litellm, "newco", "m", tokens(100'000, 100'000), "", true), "priced 0.15");
  EXPECT_EQ(Price(*litellm, "newco", "m", UsageOf({{"web_searches", 2}})), "priced 0.04");
  EXPECT_EQ(Price(*litellm, "newco", "n", UsageOf({{"input_audio_milliseconds", 60'000}})),
            "priced 0.006");
  EXPECT_EQ(Price(*litellm, "newco", "t", tokens(1'000, 0)), "priced 0.001");
  EXPECT_EQ(Price(*litellm, "newco", "t", tokens(1'001, 0)), "priced 0.002002");

  const auto genai = import("genai-prices", R"({"version": "1", "units": {
      "input_tokens": {"per": 1000000, "price_key": "input_mtok"},
      "output_tokens": {"per": 1000000, "price_key": "output_mtok"},
      "input_audio_seconds": {"per": 3600, "price_key": "input_audio_hours"}},
    "providers": [{"id": "newco", "name": "New", "models": [{"id": "m",
      "match": {"or": [{"equals": "m"}, {"equals": "em"}]},
      "prices": [{"constraint": null, "prices": {"input_mtok": "1", "output_mtok": "2",
                                                "input_audio_hours": "3.6"}},
                 {"constraint": {"start_date": "2026-10-01"},
                  "prices": {"input_mtok": {"base": "3", "tiers": [{"start": 1000, "price": "4"}]},
                             "output_mtok": "5"}}],
      "price_variants": [{"when": {"processing": "batch"}, "constraint": null,
                          "prices": {"input_mtok": "0.5"}},
                         {"when": {"service_tier": "flex"}, "constraint": null,
                          "prices": {}}]}]}]})");
  EXPECT_EQ(Price(*genai, "newco", "em", tokens(1'000, 1'000)), "priced 0.008");
  EXPECT_EQ(Price(*genai, "newco", "m", tokens(1'001, 0)), "priced 0.004004");
  EXPECT_EQ(Price(*genai, "newco", "m", tokens(1'000, 0), "", true), "priced 0.0005");
  // An empty variant costs what the standard price does.
  EXPECT_EQ(Price(*genai, "newco", "m", tokens(1'000, 1'000), "flex"), "priced 0.008");
}

TEST(PriceListTest, RefusesWhatIsNoList) {
  const auto refusal = [](std::string_view format, std::string_view json,
                          std::string_view as_of = "2026-11-10") {
    const auto list = ImportPriceList(format, json, "list", as_of);
    EXPECT_FALSE(list.ok());
    return std::string(list.status().message());
  };
  EXPECT_THAT(refusal("litelm", "{}"), AllOf(HasSubstr("\"litelm\""), HasSubstr("\"litellm\"")));
  EXPECT_THAT(refusal("litellm", "{"), HasSubstr("not JSON"));
  EXPECT_THAT(refusal("litellm", "[]"), HasSubstr("LiteLLM"));
  EXPECT_THAT(refusal("litellm", "{}"), HasSubstr("no model"));
  EXPECT_THAT(refusal("genai-prices", "{}"), HasSubstr("genai-prices"));
  EXPECT_THAT(refusal("openrouter", "{}"), HasSubstr("OpenRouter"));
  EXPECT_THAT(refusal("openrouter", R"({"data": []})", "today"), HasSubstr("\"today\" is no date"));
  const std::string long_list(kOverlayBytesMax + 1, ' ');
  EXPECT_THAT(refusal("litellm", long_list), HasSubstr("more than"));
}

}  // namespace
}  // namespace tokentra
