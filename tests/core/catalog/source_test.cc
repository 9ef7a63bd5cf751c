// Method: one valid file that uses every field is read and compared field by field; then a table
// of single mistakes, each of which must be refused with file, model, field and the nearest name.

#include "core/catalog/source.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/catalog/catalog_testing.h"

namespace tokentra {
namespace {

using catalog_test::Model;
using catalog_test::PlainRow;
using catalog_test::Provider;
using catalog_test::Row;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

constexpr std::string_view kWhole = R"({
  "format": 1, "provider": "acme", "name": "Acme Inc.", "currency": "USD",
  "service_tiers": {"auto": "standard", "quick": "priority"},
  "regions": {"global": null, "eu": "global"},
  "defaults": {"region": "global"},
  "normalize": ["case", "provider_prefix", "bedrock_profile", "bedrock_version", "vertex_version",
                "date_suffix"],
  "models": [{
    "id": "m1",
    "aliases": ["m-1", {"id": "m-latest", "from": "2026-06-16T00:00:00Z",
                        "until": "2026-09-10T00:15:00Z", "conditions": {"region": "eu"}}],
    "patterns": ["m1-{date}"],
    "deprecated": true,
    "dated_snapshots": false,
    "waivers": {"output_tokens": "really"},
    "price_rows": [{
      "from": "2026-07-30T00:00:00Z", "until": null, "conditions": {"region": {"not": "eu"}},
      "rates": {"input_tokens": ["2.50", 1000000], "input_audio_milliseconds": ["0.111", 3600000]},
      "bands": [{"above": {"input_tokens": 1000}, "rates": {"input_tokens": ["5", 1000000]}},
                {"at_least": {"input_tokens": 2000}, "rates": {"input_tokens": ["6", 1000000]}}],
      "billed": {"input_audio_milliseconds": {"minimum": 10000, "step": 10}},
      "joins": {"cache_audio_read_tokens": "cache_read_tokens"},
      "as_of": "2026-11-10", "evidence": ["list 1", "list 2"], "source": "https://p"}],
    "variants": [{
      "conditions": {"service_tier": "priority", "batch": true, "region": "eu", "size": "big"},
      "rates": {"output_tokens": ["1", 1]},
      "multiply": [{"by": "1.1", "meters": ["input_tokens"]}],
      "remove": ["input_audio_milliseconds"],
      "as_of": "2026-11-11", "evidence": [], "source": null}]
  }]
})";

TEST(SourceTest, ReadsEveryField) {
  const absl::StatusOr<SourceProvider> read = ReadProvider(kWhole, "acme.json");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->file, "acme.json");
  EXPECT_EQ(read->id, "acme");
  EXPECT_EQ(read->name, "Acme Inc.");
  EXPECT_THAT(read->service_tiers,
              ElementsAre(Pair("auto", "standard"), Pair("quick", "priority")));
  EXPECT_THAT(read->regions, ElementsAre(Pair("global", ""), Pair("eu", "global")));
  EXPECT_THAT(read->defaults, ElementsAre(Pair("region", "global")));
  EXPECT_EQ(read->normalize, 63);
  ASSERT_EQ(read->models.size(), 1u);
  const SourceModel& model = read->models[0];
  EXPECT_EQ(model.id, "m1");
  EXPECT_TRUE(model.deprecated);
  EXPECT_FALSE(model.dated_snapshots);
  EXPECT_THAT(model.patterns, ElementsAre("m1-{date}"));
  EXPECT_THAT(model.waivers, ElementsAre(Pair(kMeterOutputTokens, "really")));
  ASSERT_EQ(model.aliases.size(), 2u);
  EXPECT_EQ(model.aliases[0].id, "m-1");
  EXPECT_EQ(model.aliases[0].interval.from, Interval().from);
  EXPECT_EQ(model.aliases[1].interval.from, *ParseInstant("2026-06-16T00:00:00Z"));
  EXPECT_EQ(model.aliases[1].interval.until, *ParseInstant("2026-09-10T00:15:00Z"));
  EXPECT_THAT(model.aliases[1].pins, ElementsAre(Pair("region", "eu")));

  ASSERT_EQ(model.price_rows.size(), 1u);
  const SourceRow& row = model.price_rows[0];
  EXPECT_EQ(row.interval.from, *ParseInstant("2026-07-30T00:00:00Z"));
  EXPECT_EQ(row.interval.until, Interval().until);
  EXPECT_EQ(row.conditions.region->node, "eu");
  EXPECT_TRUE(row.conditions.region->is_not);
  EXPECT_EQ(row.rates.at(kMeterInputTokens).text, "2.50");
  EXPECT_EQ(row.rates.at(kMeterInputTokens).rate, (Rate{*Money::Parse("2.5"), 1'000'000}));
  ASSERT_EQ(row.bands.size(), 2u);
  EXPECT_EQ(row.bands[0].min, 1001u);
  EXPECT_EQ(row.bands[1].min, 2000u);
  EXPECT_EQ(row.billed.at(kMeterInputAudioMilliseconds).minimum, 10'000u);
  EXPECT_EQ(row.billed.at(kMeterInputAudioMilliseconds).step, 10u);
  EXPECT_EQ(row.joins.at(kMeterCacheAudioReadTokens), kMeterCacheReadTokens);
  EXPECT_EQ(row.as_of, "2026-11-10");
  EXPECT_THAT(row.evidence, ElementsAre("list 1", "list 2"));
  EXPECT_EQ(row.source, "https://p");
  EXPECT_FALSE(row.free);

  ASSERT_EQ(model.variants.size(), 1u);
  const SourceRow& variant = model.variants[0];
  EXPECT_EQ(variant.conditions.service_tier, "priority");
  EXPECT_EQ(variant.conditions.batch, true);
  EXPECT_FALSE(variant.conditions.region->is_not);
  EXPECT_THAT(variant.conditions.named, ElementsAre(Pair("size", "big")));
  ASSERT_EQ(variant.multipliers.size(), 1u);
  EXPECT_EQ(variant.multipliers[0].by, *Money::Parse("1.1"));
  EXPECT_THAT(variant.multipliers[0].meters, ElementsAre(kMeterInputTokens));
  EXPECT_THAT(variant.remove, ElementsAre(kMeterInputAudioMilliseconds));
  EXPECT_EQ(variant.source, "");
}

struct Mistake {
  std::string file;
  std::vector<std::string> named;  // what the error must contain
};

void ExpectRefused(const std::vector<Mistake>& mistakes) {
  for (const Mistake& one : mistakes) {
    const absl::StatusOr<SourceProvider> read = ReadProvider(one.file, "acme.json");
    ASSERT_FALSE(read.ok()) << one.file;
    EXPECT_EQ(read.status().code(), absl::StatusCode::kInvalidArgument);
    const std::string message(read.status().message());
    EXPECT_THAT(message, testing::StartsWith("acme.json"));
    for (const std::string& part : one.named) EXPECT_THAT(message, HasSubstr(part)) << one.file;
  }
}

std::string WithRow(std::string_view row) { return Provider(Model("m1", row)); }
std::string WithVariant(std::string_view variant) {
  return Provider(Model("m1", PlainRow(), absl::StrCat(R"("variants": [)", variant, "]")));
}

TEST(SourceTest, MistakesInTheFile) {
  ExpectRefused({
      {"", {"is not JSON"}},
      {"[]", {"must be an object"}},
      {R"({"format": 2, "provider": "a", "name": "A", "currency": "USD", "models": []})",
       {"format must be 1"}},
      {R"({"provider": "a", "name": "A", "currency": "USD", "models": []})", {"format must be 1"}},
      {R"({"format": 1, "name": "A", "currency": "USD", "models": []})", {"provider is missing"}},
      {R"({"format": 1, "provider": "", "name": "A", "currency": "USD", "models": []})",
       {"provider must be a text that is not empty"}},
      {R"({"format": 1, "provider": "a", "currency": "USD", "models": []})", {"name is missing"}},
      {R"({"format": 1, "provider": "a", "name": "A", "currency": "EUR", "models": []})",
       {"currency", "\"EUR\" is not USD"}},
      {R"({"format": 1, "provider": "a", "name": "A", "currency": "USD"})", {"models is missing"}},
      {Provider("", R"("normalise": [])"), {"unknown field \"normalise\"", "\"normalize\""}},
      {Provider("", R"("normalize": ["cas"])"), {"normalize", "unknown step \"cas\""}},
      {Provider("", R"("normalize": "case")"), {"normalize must be a list"}},
      {Provider("", R"("regions": ["eu"])"), {"regions must be an object"}},
      {Provider("", R"("regions": {"eu": 1})"), {"regions.eu must be a parent node or null"}},
      {Provider("", R"("service_tiers": {"auto": 1})"), {"service_tiers.auto must be a text"}},
      {Provider("", R"("defaults": [])"), {"defaults must be an object"}},
      {Provider("", R"("name": "again")"), {"\"name\" twice"}},
  });
}

TEST(SourceTest, MistakesInAModel) {
  const std::string row = PlainRow();
  ExpectRefused({
      {Provider("1"), {"models[0] must be an object"}},
      {Provider(R"({"price_rows": []})"), {"models[0]", "id is missing"}},
      {Provider(Model("m1", row, R"("alias": [])")),
       {"model \"m1\"", "unknown field \"alias\"", "nearest is \"aliases\""}},
      {Provider(Model("m1", row, R"("aliases": {})")), {"model \"m1\"", "aliases must be a list"}},
      {Provider(Model("m1", row, R"("aliases": [1])")), {"model \"m1\"", "aliases[0]"}},
      {Provider(Model("m1", row, R"("aliases": ["a", {"from": "2026-01-01T00:00:00Z"}])")),
       {"model \"m1\"", "aliases[1]", "id is missing"}},
      {Provider(Model("m1", row, R"("aliases": [{"id": "a", "form": "x"}])")),
       {"aliases[0]", "unknown field \"form\"", "nearest is \"from\""}},
      {Provider(Model("m1", row, R"("aliases": [{"id": "a", "until": "2026-01-01T00:10:00Z"}])")),
       {"aliases[0]", "until", "not on a quarter hour"}},
      {Provider(Model("m1", row, R"("patterns": "x")")),
       {"model \"m1\"", "patterns must be a list"}},
      {Provider(Model("m1", row, R"("deprecated": "yes")")),
       {"model \"m1\"", "deprecated must be true or false"}},
      {Provider(Model("m1", row, R"("waivers": {"output_token": "x"})")),
       {"waivers", "unknown meter \"output_token\"", "nearest is \"output_tokens\""}},
      {Provider(R"({"id": "m1", "price_rows": {}})"),
       {"model \"m1\"", "price_rows must be a list"}},
  });
}

TEST(SourceTest, MistakesInARow) {
  const auto rate = [](std::string_view value) {
    return WithRow(Row(absl::StrCat(R"("input_tokens": )", value)));
  };
  const std::string at = "model \"m1\".price_rows[0]";
  ExpectRefused({
      {WithRow(Row(R"("input_token": ["1", 1])")),
       {at, "rates", "unknown meter \"input_token\"", "nearest is \"input_tokens\""}},
      {rate(R"("1")"), {at, "rates.input_tokens must be [amount, per]"}},
      {rate(R"([1, 1])"), {"rates.input_tokens must be [amount, per]"}},
      {rate(R"(["1"])"), {"rates.input_tokens must be [amount, per]"}},
      {rate(R"(["1", "1"])"), {"rates.input_tokens must be [amount, per]"}},
      {rate(R"(["1", -1])"), {"rates.input_tokens must be [amount, per]"}},
      {rate(R"(["1", 1.5])"), {"rates.input_tokens must be [amount, per]"}},
      {rate(R"(["1", 1, 1])"), {"rates.input_tokens must be [amount, per]"}},
      {rate(R"(["-1", 1])"), {at, "rates.input_tokens is negative", "\"-1\""}},
      {rate(R"(["1e3", 1])"), {"rates.input_tokens", "\"1e3\" is no decimal number"}},
      {rate(R"(["", 1])"), {"rates.input_tokens", "has no digits"}},
      {rate(R"(["0.0000000000000000001", 1])"), {"rates.input_tokens", "more than 18 decimals"}},
      {rate(R"(["1", 0])"), {"rates.input_tokens is per 0"}},
      {rate(R"(["1", 1000000000001])"), {"rates.input_tokens is per 1000000000001"}},
      {WithRow(Row("")), {at, "rates is empty", "free"}},
      {WithRow(PlainRow(R"("free": true)")), {at, "rates must be {} where free is true"}},
      {WithRow(PlainRow(R"("free": 1)")), {at, "free must be true or false"}},
      {WithRow(PlainRow(R"("multiply": [])")), {at, "unknown field \"multiply\""}},
      {WithRow(PlainRow(R"("form": "2026-01-01T00:00:00Z")")),
       {at, "unknown field \"form\"", "nearest is \"from\""}},
      {WithRow(PlainRow(R"("from": "2026-01-01T00:14:59Z")")), {at, "from", "quarter hour"}},
      {WithRow(PlainRow(R"("from": "2026-01-01T00:15:00.5Z")")), {at, "from", "quarter hour"}},
      {WithRow(PlainRow(R"("from": "2026-01-01")")), {at, "from", "RFC 3339"}},
      {WithRow(PlainRow(R"("from": 5)")), {at, "from must be a text"}},
      {WithRow(PlainRow(R"("from": "2026-01-01T00:15:00Z", "until": "2026-01-01T00:15:00Z")")),
       {at, "until \"2026-01-01T00:15:00Z\" is not after from"}},
      {WithRow(PlainRow(R"("conditions": [])")), {at, "conditions must be an object"}},
      {WithRow(PlainRow(R"("conditions": {"batch": false})")),
       {at, "conditions.batch must be true"}},
      {WithRow(PlainRow(R"("conditions": {"batch": "true"})")), {"conditions.batch must be true"}},
      {WithRow(PlainRow(R"("conditions": {"region": {"but": "eu"}})")),
       {at, "conditions.region must be a node or {\"not\": node}"}},
      {WithRow(PlainRow(R"("conditions": {"size": 3})")), {at, "conditions.size must be a text"}},
      {WithRow(PlainRow(R"("billed": {"input_tokens": {"minimum": 1, "stop": 1}})")),
       {at, "billed.input_tokens", "unknown field \"stop\"", "nearest is \"step\""}},
      {WithRow(PlainRow(R"("billed": {"input_tokens": {"step": 0}})")),
       {"step must be at least 1"}},
      {WithRow(PlainRow(R"("billed": {"input_tokens": {"minimum": -1}})")), {"whole number"}},
      {WithRow(PlainRow(R"("billed": {"inputs": {"step": 1}})")), {at, "unknown meter \"inputs\""}},
      {WithRow(PlainRow(R"("joins": {"cache_audio_read_tokens": "cache_reads"})")),
       {at, "joins", "unknown meter \"cache_reads\"", "nearest is \"cache_read_tokens\""}},
      {WithRow(R"({"rates": {"input_tokens": ["1", 1]}, "evidence": []})"),
       {at, "as_of is missing"}},
      {WithRow(R"({"rates": {"input_tokens": ["1", 1]}, "as_of": "2026-02-30"})"),
       {at, "as_of \"2026-02-30\" is no date"}},
      {WithRow(R"({"rates": {"input_tokens": ["1", 1]}, "as_of": "2026-02-20", "evidence": "x"})"),
       {at, "evidence must be a list of texts"}},
  });
}

TEST(SourceTest, MistakesInABand) {
  const auto band = [](std::string_view one) {
    return WithRow(PlainRow(absl::StrCat(R"("bands": [)", one, "]")));
  };
  const std::string at = "model \"m1\".price_rows[0].bands[0]";
  const std::string rates = R"("rates": {"input_tokens": ["5", 1000000]})";
  ExpectRefused({
      {band("1"), {at, "must be an object"}},
      {band("{" + rates + "}"), {at, "needs either above or at_least"}},
      {band(R"({"above": {"input_tokens": 1}, "at_least": {"input_tokens": 2}, )" + rates + "}"),
       {at, "needs either above or at_least"}},
      {band(R"({"above": {}, )" + rates + "}"), {at, "of one meter"}},
      {band(R"({"above": {"input_tokens": 1, "output_tokens": 1}, )" + rates + "}"),
       {at, "of one"}},
      {band(R"({"above": {"input_tokens": -1}, )" + rates + "}"), {at, "whole number"}},
      {band(R"({"above": {"input_token": 1}, )" + rates + "}"),
       {at, "unknown meter \"input_token\"", "nearest is \"input_tokens\""}},
      {band(R"({"above": {"input_tokens": 281474976710657}, )" + rates + "}"), {at, "above 2^48"}},
      {band(R"({"at_least": {"input_tokens": 0}, )" + rates + "}"), {at, "holds always"}},
      {band(R"({"above": {"input_tokens": 1}})"), {at, "rates is missing"}},
      {band(R"({"above": {"input_tokens": 1}, "rates": {}})"), {at, "rates is missing"}},
      {band(R"({"over": {"input_tokens": 1}, )" + rates + "}"), {at, "unknown field \"over\""}},
      // The last band that holds wins, so that a list out of order would hide a price.
      {band(R"({"above": {"input_tokens": 9}, )" + rates + R"(}, {"above": {"input_tokens": 8}, )" +
            rates + "}"),
       {"model \"m1\".price_rows[0].bands[1]", "ascending"}},
      {band(R"({"above": {"input_tokens": 9}, )" + rates +
            R"(}, {"at_least": {"input_tokens": 10}, )" + rates + "}"),
       {"bands[1]", "ascending"}},
      {WithRow(
           Row("", R"("free": true, "bands": [{"above": {"input_tokens": 9}, )" + rates + "}]")),
       {"price_rows[0]", "free"}},
  });
}

TEST(SourceTest, MistakesInAVariant) {
  const std::string at = "model \"m1\".variants[0]";
  const std::string holds = R"("conditions": {"batch": true})";
  ExpectRefused({
      {WithVariant(PlainRow()), {at, "conditions is missing"}},
      {WithVariant(PlainRow(holds + R"(, "free": true)")), {at, "unknown field \"free\""}},
      {WithVariant(PlainRow(holds + R"(, "multiply": [{"by": 1.1, "meters": ["input_tokens"]}])")),
       {at, "multiply", "by must be a text"}},
      {WithVariant(PlainRow(holds + R"(, "multiply": [{"by": "x", "meters": ["input_tokens"]}])")),
       {at, "multiply", "by", "\"x\" is no decimal number"}},
      {WithVariant(PlainRow(holds + R"(, "multiply": [{"by": "-1", "meters": ["input_tokens"]}])")),
       {at, "by is negative"}},
      {WithVariant(PlainRow(holds + R"(, "multiply": [{"by": "1.1"}])")),
       {at, "meters is missing"}},
      {WithVariant(PlainRow(holds + R"(, "multiply": [{"by": "1.1", "meters": ["outputs"]}])")),
       {at, "multiply", "unknown meter \"outputs\""}},
      {WithVariant(PlainRow(holds + R"(, "remove": ["web_search"])")),
       {at, "remove", "unknown meter \"web_search\"", "nearest is \"web_searches\""}},
  });
}

TEST(SourceTest, LimitsThatHold) {
  for (const char* rate : {R"(["0", 1])", R"(["0.000000000000000001", 1000000000000])",
                           R"(["99999999999999999999.999999999999999999", 1])"}) {
    EXPECT_TRUE(ReadProvider(WithRow(Row(absl::StrCat(R"("input_tokens": )", rate))), "f").ok())
        << rate;
  }
  EXPECT_TRUE(ReadProvider(WithRow(PlainRow(R"("bands": [{"above": {"input_tokens":
      281474976710656}, "rates": {"input_tokens": ["5", 1]}}])")),
                           "f")
                  .ok());
  EXPECT_TRUE(ReadProvider(WithRow(Row("", R"("free": true)")), "f").ok());
  EXPECT_TRUE(ReadProvider(WithRow(""), "f")->models[0].price_rows.empty());
}

}  // namespace
}  // namespace tokentra
