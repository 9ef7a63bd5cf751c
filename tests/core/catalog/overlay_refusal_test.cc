// Method: a table of single mistakes, each of which must be refused with the path in the document,
// the value and the nearest valid one; then each limit, one below it, at it and one past it.

#include <string>
#include <vector>

#include "core/catalog/image_builder.h"
#include "core/catalog/overlay_source.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/catalog/overlay_testing.h"

namespace tokentra {
namespace {

using namespace overlay_test;
using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(OverlayRefusalTest, ASlippedUnitIsRefused) {
  const std::string tripled = R"({"add": {"provider": "acme", "models": [)" +
                              Model("m9", Row(R"("input_tokens": ["2.5", 1])")) + "]}}";
  EXPECT_THAT(Refusal(*Base(), Document(tripled)),
              AllOf(HasSubstr("changes[0].add.models[0].price_rows[0]"),
                    HasSubstr("1000 times off"), HasSubstr("waiver")));
}

struct Mistake {
  std::string document;
  std::vector<std::string> named;
};

TEST(OverlayRefusalTest, BadOnesAreRefusedWholeWithPathValueAndNearest) {
  const auto change = [](std::string_view text) { return Document(text); };
  const std::vector<Mistake> mistakes = {
      {"", {"o.json", "is not JSON"}},
      {"[]", {"o.json must be an object, not a list of 0"}},
      {R"({"format": 2})", {"o.json: format must be 1, not 2"}},
      {R"({"format": 1})", {"overlay is missing"}},
      {R"({"format": 1, "overlay": "a\n"})", {"overlay must be a name", "not \"a\\x0a\""}},
      {R"({"format": 1, "overlay": "a", "change": []})",
       {"unknown field \"change\", nearest is \"changes\""}},
      {R"({"format": 1, "overlay": "a"})", {"changes is missing"}},
      {R"({"format": 1, "overlay": "a", "changes": {}})",
       {"changes must be a list, not an object"}},
      {R"({"format": 1, "overlay": "a", "as_of": "2026-13-01", "changes": []})",
       {"as_of", "\"2026-13-01\" is no date"}},
      {R"({"format": 1, "overlay": "a", "currency": "EUR", "changes": []})",
       {"exchange is missing", "\"EUR\""}},
      {R"({"format": 1, "overlay": "a", "currency": "E-R", "changes": []})", {"currency must be"}},
      {R"({"format": 1, "overlay": "a", "exchange": {}, "changes": []})", {"exchange", "\"USD\""}},
      {R"({"format": 1, "overlay": "a", "currency": "EUR", "exchange": {"usd": 1.1},
           "changes": []})",
       {"o.json: exchange.usd must be a text", "not 1.1"}},
      {R"({"format": 1, "overlay": "a", "currency": "EUR", "exchange": {"usd": "0", "source": "s",
           "date": "2026-01-01"}, "changes": []})",
       {"exchange.usd is 0"}},
      {R"({"format": 1, "overlay": "a", "currency": "EUR", "exchange": {"usd": "1"},
           "changes": []})",
       {"exchange.source is missing"}},
      {change("1"), {"o.json: changes[0] must be an object, not 1"}},
      {change("{}"), {"changes[0] must have one of add"}},
      {change(R"({"forbid": {"provider": "acme"}, "add": {}})"), {"changes[0] must have one of"}},
      {change(R"({"forbids": {}})"), {"changes[0]", "\"forbids\", nearest is \"forbid\""}},
      {change(R"({"forbid": {"provider": "acne"}})"),
       {"changes[0].forbid names the unknown provider \"acne\", nearest is \"acme\""}},
      {change(R"({"forbid": {"provider": "acme", "models": ["n1"]}})"),
       {"changes[0].forbid names the unknown model \"n1\" of acme, nearest is \"m1\""}},
      {change(R"({"forbid": {"provider": "acme", "models": []}})"), {"models is empty"}},
      {change(R"({"add": {"provider": "acme"}})"), {"changes[0].add.models is missing"}},
      {change(R"({"add": {"provider": "acme", "name": "x"}})"), {"changes[0].add", "already"}},
      {change(R"({"add": {"provider": "acme", "service_tiers": {"quick": "flex"}}})"),
       {"service_tiers.quick is \"priority\" already, not \"flex\""}},
      {change(R"({"add": {"provider": "p", "normalize": ["cases"]}})"),
       {"changes[0].add.normalize[0]", "\"cases\", nearest is \"case\""}},
      {change(R"({"add": {"provider": "p", "models": [{"id": "a", "price_rows": [
           {"rates": {"input_token": ["1", 1]}}]}]}})"),
       {"o.json: changes[0].add.models[0].price_rows[0].rates", "unknown meter \"input_token\"",
        "nearest is \"input_tokens\""}},
      {change(R"({"add": {"provider": "p", "models": [{"id": "a", "price_rows": [
           {"rates": {"input_tokens": [1.5, 1]}}]}]}})"),
       {"price_rows[0].rates.input_tokens must be [amount, per]"}},
      {change(R"({"add": {"provider": "p", "models": [{"id": "a", "price_rows": [
           {"rates": {"input_tokens": ["-1", 1]}}]}]}})"),
       {"rates.input_tokens is negative: \"-1\""}},
      {change(R"({"add": {"provider": "acme", "models": [{"id": "m9", "aliases": ["m2"],
           "price_rows": []}]}})"),
       {"changes[0].add.models[0]", "\"m2\" already belongs to model \"m2\""}},
      {change(R"({"replace": {"provider": "acme", "models": []}})"), {"nothing is replaced"}},
      {change(R"({"replace": {"provider": "acme", "models": [{"id": "m1"}]}})"),
       {"changes[0].replace.models[0].price_rows is missing"}},
      {change(R"({"replace": {"provider": "acme", "models": [)" + Model("m7", PlainRow()) + "]}}"),
       {"changes[0].replace.models[0].id", "\"m7\"", "nearest is \"m1\""}},
      {change(R"({"replace": {"provider": "acme", "until": "2026-01-01T00:00:00Z", "models": [)" +
              Model("m1", PlainRow(R"("from": "2026-01-01T00:00:00Z")")) + "]}}"),
       {"changes[0].replace.models[0]", "no price row within"}},
      {change(R"({"alias": {"provider": "acme", "model": "m8", "id": "x"}})"),
       {"changes[0].alias", "\"m8\""}},
      {change(R"({"alias": {"provider": "acme", "model": "m1", "id": "x",
                  "from": "2026-01-01T00:01:00Z"}})"),
       {"changes[0].alias.from", "not on a quarter hour", "nearest is \"2026-01-01T00:00:00Z\""}},
      {change(R"({"discount": {"provider": "acme"}})"), {"either percent or amount"}},
      {change(R"({"discount": {"percent": "1", "amount": ["1", 1]}})"),
       {"either percent or amount"}},
      {change(R"({"discount": {"percent": 10}})"), {"percent must be a text", "not 10"}},
      {change(R"({"discount": {"percent": "100.1"}})"), {"percent is 100.1", "0 and 100"}},
      {change(R"({"discount": {"percent": "-1"}})"), {"percent is negative: \"-1\""}},
      {change(R"({"discount": {"models": ["m1"], "percent": "1"}})"), {"provider is missing"}},
      {change(R"({"discount": {"meters": ["input_tokns"], "percent": "1"}})"),
       {"changes[0].discount.meters[0]", "\"input_tokns\"", "nearest is \"input_tokens\""}},
      {change(R"({"discount": {"meters": ["web_searches"], "percent": "1"}})"),
       {"changes[0].discount meets no rate"}},
      {change(R"({"discount": {"amount": null}})"), {"either percent or amount"}},
      {change(R"({"discount": {"amount": ["1"]}})"), {"discount.amount must be [amount, per]"}},
  };
  const auto base = Base();
  for (const Mistake& one : mistakes) {
    const std::string message = Refusal(*base, one.document);
    EXPECT_THAT(message, testing::StartsWith("o.json"));
    for (const std::string& part : one.named) {
      EXPECT_THAT(message, HasSubstr(part)) << one.document;
    }
  }
}

TEST(OverlayRefusalTest, LimitOfBytes) {
  const std::string document = Document("");
  const auto of_size = [&](std::size_t size) {
    return LayOverlay(*Base(), document + std::string(size - document.size(), ' '), "o.json");
  };
  EXPECT_TRUE(of_size(kOverlayBytesMax - 1).ok());
  EXPECT_TRUE(of_size(kOverlayBytesMax).ok());
  const auto refused = of_size(kOverlayBytesMax + 1);
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("16777216"));
}

TEST(OverlayRefusalTest, LimitOfChanges) {
  const auto of = [&](std::size_t count) {
    std::string changes;
    for (std::size_t i = 0; i < count; ++i) {
      absl::StrAppend(&changes, i == 0 ? "" : ",", R"({"forbid": {"provider": "other"}})");
    }
    return LayOverlay(*Base(), Document(changes), "o.json").status();
  };
  EXPECT_TRUE(of(kOverlayChangesMax - 1).ok());
  EXPECT_TRUE(of(kOverlayChangesMax).ok());
  EXPECT_EQ(of(kOverlayChangesMax + 1).code(), absl::StatusCode::kResourceExhausted);
}

TEST(OverlayRefusalTest, LimitOfNames) {
  const auto of = [&](std::size_t size) {
    return LayOverlay(*Base(), Document("", std::string(size, 'n')), "o.json").status();
  };
  EXPECT_TRUE(of(kOverlayNameMax - 1).ok());
  EXPECT_TRUE(of(kOverlayNameMax).ok());
  EXPECT_EQ(of(kOverlayNameMax + 1).code(), absl::StatusCode::kInvalidArgument);
}

TEST(OverlayRefusalTest, LimitOfStacking) {
  std::shared_ptr<const Catalog> catalog = Base();
  for (std::size_t i = 0; i < kOverlaysMax; ++i) {
    catalog = Lay(*catalog, Document("", absl::StrCat("o", i)));
    ASSERT_NE(catalog, nullptr) << i;
  }
  EXPECT_EQ(LayOverlay(*catalog, Document("", "one more"), "o.json").status().code(),
            absl::StatusCode::kResourceExhausted);
}

TEST(OverlayRefusalTest, LimitOfRowsOfAModel) {
  const auto of = [&](std::size_t count) {
    std::string rows;
    for (std::size_t i = 0; i < count; ++i) {
      absl::StrAppend(&rows, i == 0 ? "" : ",",
                      Row(kRate, absl::StrCat(R"("conditions": {"size": "s)", i, "\"}")));
    }
    return LayOverlay(
               *Base(),
               Document(R"({"add": {"provider": "acme", "models": [)" + Model("big", rows) + "]}}"),
               "o.json")
        .status();
  };
  // Comparing each row with each is slow without optimisation: only the edge itself.
  EXPECT_THAT(std::string(of(kModelRowsMax + 1).message()), HasSubstr("more than 8192"));
}

TEST(OverlayRefusalTest, LimitOfRegions) {
  const auto of = [&](std::size_t count) {
    std::string regions;
    for (std::size_t i = 0; i < count; ++i) {
      absl::StrAppend(&regions, i == 0 ? "" : ",", "\"r", i, "\": null");
    }
    return LayOverlay(*Base(),
                      Document(R"({"add": {"provider": "p", "regions": {)" + regions + "}}}"),
                      "o.json")
        .status();
  };
  EXPECT_TRUE(of(kRegionsMax - 1).ok());
  EXPECT_TRUE(of(kRegionsMax).ok());
  EXPECT_THAT(std::string(of(kRegionsMax + 1).message()),
              AllOf(HasSubstr("changes[0].add"), HasSubstr("more than 1024")));
}

TEST(OverlayRefusalTest, LimitOfRegionDepth) {
  const auto of = [&](std::size_t depth) {
    std::string regions = R"("r0": null)";
    for (std::size_t i = 1; i < depth; ++i)
      absl::StrAppend(&regions, ",\"r", i, "\": \"r", i - 1, "\"");
    return LayOverlay(*Base(),
                      Document(R"({"add": {"provider": "p", "regions": {)" + regions + "}}}"),
                      "o.json")
        .status();
  };
  EXPECT_TRUE(of(kRegionDepthMax - 1).ok());
  EXPECT_TRUE(of(kRegionDepthMax).ok());
  EXPECT_THAT(std::string(of(kRegionDepthMax + 1).message()), HasSubstr("deeper than 8"));
}

}  // namespace
}  // namespace tokentra
