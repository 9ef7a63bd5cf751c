// What tests of overlays share: a small catalog of every construct, documents of a few changes over
// it, and the price of a call in one line.

#ifndef TOKENTRA_TESTS_CORE_CATALOG_OVERLAY_TESTING_H_
#define TOKENTRA_TESTS_CORE_CATALOG_OVERLAY_TESTING_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "core/catalog/overlay.h"
#include "core/exchange/explain.h"
#include "gtest/gtest.h"
#include "tests/core/catalog/catalog_testing.h"
#include "tests/core/pricing/pricing_testing.h"

namespace tokentra::overlay_test {

using catalog_test::CatalogOf;
using catalog_test::Model;
using catalog_test::PlainRow;
using catalog_test::Provider;
using catalog_test::Row;
using pricing_test::kNow;
using pricing_test::UsageOf;

inline constexpr std::string_view kRate = R"("input_tokens": ["1", 1000000])";

inline std::string Document(std::string_view changes, std::string_view name = "test",
                            std::string_view extra = "") {
  return absl::StrCat(R"({"format": 1, "overlay": ")", name, R"(", "as_of": "2026-11-01", )", extra,
                      extra.empty() ? "" : ", ", R"("changes": [)", changes, "]}");
}

inline std::shared_ptr<const Catalog> Lay(const Catalog& base, const std::string& document) {
  absl::StatusOr<std::shared_ptr<const Catalog>> laid = LayOverlay(base, document, "o.json");
  EXPECT_TRUE(laid.ok()) << laid.status();
  return laid.ok() ? *laid : nullptr;
}

inline std::string Refusal(const Catalog& base, const std::string& document) {
  const auto laid = LayOverlay(base, document, "o.json");
  EXPECT_FALSE(laid.ok()) << document;
  if (laid.ok()) return "";
  EXPECT_EQ(laid.status().message().find('\n'), std::string_view::npos);
  return std::string(laid.status().message());
}

// acme: m1 (bands, priority and batch variants, an alias that moves and one that stays), m2, free.
inline std::shared_ptr<const Catalog> Base() {
  return CatalogOf(
      {Provider(
           Model("m1",
                 Row(R"("input_tokens": ["2.5", 1000000], "output_tokens": ["10", 1000000])",
                     R"("bands": [{"above": {"input_tokens": 200000},
                                   "rates": {"input_tokens": ["5", 1000000]}}])"),
                 R"("aliases": ["m1-2026-01-01", {"id": "m-latest",
                                                    "until": "2026-06-01T00:00:00Z"}],
                    "patterns": ["m1-{digits}"],
                    "variants": [)" +
                     Row(R"("input_tokens": ["7", 1000000])",
                         R"("conditions": {"service_tier": "priority"})") +
                     "," + Row("", R"("conditions": {"batch": true},
                          "multiply": [{"by": "0.5",
                                        "meters": ["input_tokens", "output_tokens"]}])") +
                     "]") +
               "," +
               Model("m2",
                     Row(R"("input_tokens": ["4", 1000000], "output_tokens": ["8", 1000000],
                            "cache_read_tokens": null)",
                         R"("until": "2026-09-01T00:00:00Z")") +
                         "," +
                         Row(R"("input_tokens": ["3", 1000000], "output_tokens": ["6", 1000000])",
                             R"("from": "2026-09-01T00:00:00Z")"),
                     R"("aliases": [{"id": "m-latest", "from": "2026-06-01T00:00:00Z"}])") +
               "," + Model("gift", Row("", R"("free": true)")),
           R"("service_tiers": {"quick": "priority"}, "normalize": ["case"])"),
       Provider(Model("o1", PlainRow()), "", "other")});
}

struct Ask {
  std::string_view model;
  std::string_view provider = "acme";
  InstantNs at = kNow;
  std::string_view tier;
  bool batch = false;
  std::uint64_t input = 100'000;
};

// Total, or why there is none.
inline std::string Price(const Catalog& catalog, const Ask& ask, std::string* explained = nullptr) {
  const Usage usage = UsageOf({{"input_tokens", ask.input}, {"output_tokens", 10'000}});
  Call call;
  call.provider = ask.provider;
  call.model = ask.model;
  call.at = ask.at;
  call.service_tier = ask.tier;
  call.batch = ask.batch;
  call.usage = &usage;
  Evaluation evaluation;
  const absl::Status status = Evaluate(catalog, call, evaluation);
  if (!status.ok()) return std::string(status.message());
  if (explained != nullptr) *explained = ExplainEvaluation(catalog, evaluation, {});
  if (evaluation.state() == CostState::kUnpriced) return evaluation.Reason(catalog);
  return absl::StrCat(CostStateName(evaluation.state()), " ", evaluation.total().ToString());
}

}  // namespace tokentra::overlay_test

#endif  // TOKENTRA_TESTS_CORE_CATALOG_OVERLAY_TESTING_H_
