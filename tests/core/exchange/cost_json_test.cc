// Method: results are read again by nlohmann/json and compared with the shape that the interface
// fixes: which members there are, of which types, and that the lines' amounts sum to the total.

#include "core/exchange/cost_json.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/core/catalog/catalog_testing.h"
#include "tests/core/pricing/pricing_testing.h"

namespace tokentra {
namespace {

using catalog_test::CatalogOf;
using catalog_test::Model;
using catalog_test::Provider;
using catalog_test::Row;
using pricing_test::kNow;
using pricing_test::UsageOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;
using Json = nlohmann::json;

Json JsonOf(const Catalog& catalog, const Call& call, const CostContext& context = {}) {
  Evaluation evaluation;
  const absl::Status status = Evaluate(catalog, call, evaluation);
  EXPECT_TRUE(status.ok()) << status;
  std::string text;
  AppendCostJson(catalog, evaluation, context, text);
  EXPECT_EQ(text.find('\n'), std::string::npos);
  Json json = Json::parse(text, nullptr, false);
  EXPECT_FALSE(json.is_discarded()) << text;
  return json;
}

std::vector<std::string> KeysOf(const Json& json) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : json.items()) keys.push_back(key);
  return keys;
}

void ExpectLinesSumToTotal(const Json& json) {
  Money sum;
  for (const Json& line : json["lines"]) {
    ASSERT_TRUE(sum.Add(*Money::Parse(line["amount"].get<std::string>())));
    // Exactly: rate x quantity / per.
    const Rate rate{*Money::Parse(line["rate"].get<std::string>()), line["per"]};
    EXPECT_EQ(Multiply(rate, line["quantity"])->ToString(), line["amount"]);
    EXPECT_TRUE(json["price_rows"].contains(line["price_row"].get<std::string>()));
  }
  EXPECT_EQ(sum.ToString(), json["total"]);
}

TEST(CostJsonTest, ShapeOfAPricedCall) {
  const auto catalog = Catalog::Builtin();
  const Usage usage =
      UsageOf({{"input_tokens", 1500}, {"cache_read_tokens", 500}, {"output_tokens", 500}});
  const Money reported = *Money::Parse("0.0083");
  const Json json =
      JsonOf(*catalog, {.provider = "openai", .model = "GPT-4o", .at = kNow, .usage = &usage},
             {.line = 3, .id = "r\"1", .reported = &reported});
  EXPECT_THAT(KeysOf(json), UnorderedElementsAre("line", "id", "provider", "model", "match",
                                                 "quality", "state", "currency", "total", "usage",
                                                 "lines", "price_rows", "reported", "suggestions"));
  EXPECT_EQ(json["line"], 3);
  EXPECT_EQ(json["id"], "r\"1");
  EXPECT_EQ(json["provider"], "openai");
  EXPECT_EQ(json["model"], "gpt-4o");
  EXPECT_EQ(json["match"], "normalized");
  EXPECT_EQ(json["quality"], "exact");
  EXPECT_EQ(json["state"], "priced");
  EXPECT_EQ(json["currency"], "USD");
  EXPECT_EQ(json["total"], "0.008125");
  EXPECT_EQ(json["usage"],
            Json({{"input_tokens", 1500}, {"cache_read_tokens", 500}, {"output_tokens", 500}}));
  EXPECT_EQ(json["reported"], "0.0083");
  EXPECT_EQ(json["suggestions"], Json::array());
  ASSERT_EQ(json["lines"].size(), 3u);
  for (const Json& line : json["lines"]) {
    EXPECT_THAT(KeysOf(line), UnorderedElementsAre("model", "meter", "quantity", "rate", "per",
                                                   "amount", "price_row"));
    EXPECT_EQ(line["model"], "gpt-4o");
  }
  EXPECT_EQ(json["lines"][0]["meter"], "input_tokens");
  EXPECT_EQ(json["lines"][0]["quantity"], 1000);
  EXPECT_EQ(json["lines"][0]["rate"], "2.5");
  EXPECT_EQ(json["lines"][0]["per"], 1'000'000);
  EXPECT_EQ(json["lines"][0]["amount"], "0.0025");
  ASSERT_EQ(json["price_rows"].size(), 1u);
  EXPECT_THAT(KeysOf(json["price_rows"].front()), UnorderedElementsAre("source", "as_of"));
  ExpectLinesSumToTotal(json);
}

TEST(CostJsonTest, AbsentThingsAreNullOrNotThere) {
  const auto catalog =
      CatalogOf({Provider(Model("m1", R"({"rates": {"input_tokens": ["1", 1000000]},
      "as_of": "2026-11-10", "evidence": [], "source": null})"))});
  const Usage usage = UsageOf({{"input_tokens", 1}});
  const Json json =
      JsonOf(*catalog, {.provider = "acme", .model = "m1", .at = kNow, .usage = &usage});
  EXPECT_FALSE(json.contains("line"));
  EXPECT_TRUE(json["id"].is_null());
  EXPECT_FALSE(json.contains("reported"));
  EXPECT_FALSE(json.contains("findings"));
  EXPECT_FALSE(json.contains("reason"));
  EXPECT_TRUE(json["price_rows"].front()["source"].is_null());
}

TEST(CostJsonTest, UnpricedPartialFreeAndUnmetered) {
  const auto catalog = CatalogOf({Provider(Model("m1", Row(R"("input_tokens": ["1", 1000000])")) +
                                           "," + Model("gift", Row("", R"("free": true)")))});
  const Usage usage = UsageOf({{"input_tokens", 10}, {"output_tokens", 5}});
  const Json unpriced =
      JsonOf(*catalog, {.provider = "acme", .model = "m11", .at = kNow, .usage = &usage});
  EXPECT_EQ(unpriced["state"], "unpriced");
  EXPECT_TRUE(unpriced["total"].is_null());
  EXPECT_TRUE(unpriced["match"].is_null());
  EXPECT_EQ(unpriced["model"], "m11");
  EXPECT_EQ(unpriced["lines"], Json::array());
  EXPECT_EQ(unpriced["price_rows"], Json::object());
  EXPECT_THAT(unpriced["suggestions"].get<std::vector<std::string>>(), ElementsAre("m1"));
  EXPECT_THAT(unpriced["reason"].get<std::string>(), HasSubstr("no model \"m11\""));

  const Json partial =
      JsonOf(*catalog, {.provider = "acme", .model = "m1", .at = kNow, .usage = &usage});
  EXPECT_EQ(partial["state"], "partial");
  EXPECT_EQ(partial["total"], "0.00001");
  EXPECT_THAT(partial["uncovered"].get<std::vector<std::string>>(), ElementsAre("output"));
  ExpectLinesSumToTotal(partial);

  const Json free =
      JsonOf(*catalog, {.provider = "acme", .model = "gift", .at = kNow, .usage = &usage});
  EXPECT_EQ(free["state"], "free");
  EXPECT_EQ(free["total"], "0");

  Extraction nothing;
  nothing.provider = "acme";
  nothing.quality = Quality::kIncomplete;
  nothing.findings = {"the stream \"broke\""};
  const Json unmetered = JsonOf(*catalog, {.provider = "acme", .at = kNow, .extraction = &nothing});
  EXPECT_EQ(unmetered["state"], "unmetered");
  EXPECT_TRUE(unmetered["total"].is_null());
  EXPECT_EQ(unmetered["usage"], Json::object());
  EXPECT_EQ(unmetered["quality"], "incomplete");
  EXPECT_THAT(unmetered["findings"].get<std::vector<std::string>>(),
              ElementsAre("the stream \"broke\""));
}

TEST(CostJsonTest, PartsOfTwoModels) {
  const auto catalog =
      CatalogOf({Provider(Model("m1", Row(R"("input_tokens": ["1", 1000000])")) + "," +
                          Model("m2", Row(R"("input_tokens": ["2", 1000000])")))});
  Extraction extraction;
  extraction.provider = "acme";
  for (const char* model : {"m1", "m2", "m1"}) {
    ExtractedPart part;
    part.model = model;
    part.usage = UsageOf({{"input_tokens", 10}});
    part.atoms = pricing_test::AtomsOf({{"input_tokens", 10}});
    extraction.parts.push_back(part);
  }
  const Json json = JsonOf(*catalog, {.provider = "acme", .at = kNow, .extraction = &extraction});
  EXPECT_EQ(json["usage"]["input_tokens"], 30);
  EXPECT_EQ(json["lines"].size(), 3u);
  EXPECT_EQ(json["lines"][1]["model"], "m2");
  EXPECT_EQ(json["price_rows"].size(), 2u);
  EXPECT_EQ(json["total"], "0.00004");
  ExpectLinesSumToTotal(json);
}

TEST(CostJsonTest, Errors) {
  std::string text;
  AppendErrorJson(7, 0, absl::InvalidArgumentError("bad \"x\"\n"), text);
  EXPECT_EQ(text, R"({"line":7,"error":{"code":"INVALID_ARGUMENT","message":"bad \"x\"\n"}})");
  text.clear();
  AppendErrorJson(0, 0, absl::OutOfRangeError("far"), text);
  EXPECT_EQ(text, R"({"error":{"code":"OUT_OF_RANGE","message":"far"}})");
}

}  // namespace
}  // namespace tokentra
