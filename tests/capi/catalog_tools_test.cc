// Import, check, figures and differences of catalogs through the C interface, and repricing.
//
// Method: one small provider file and overlays over it, whose figures and differences are counted
// by hand; what each means in full is tested in core/.
#include <set>

#include "tests/capi/testing.h"

namespace tokentra_testing {
namespace {

using ::testing::HasSubstr;

using Diff = Handle<tokentra_diff, tokentra_diff_free>;
using Repricing = Handle<tokentra_repricing, tokentra_repricing_free>;

constexpr std::string_view kProvider = R"({"format": 1, "provider": "house", "name": "House",
  "currency": "USD", "normalize": [], "models": [
    {"id": "m", "aliases": ["em"], "price_rows": [{"rates": {"input_tokens": ["2", 1000000]},
      "as_of": "2026-01-01", "evidence": ["a", "b"], "source": "https://p"}]},
    {"id": "gift", "price_rows": [{"rates": {}, "free": true, "as_of": "2026-03-01"}]}]})";
constexpr std::string_view kHalf = R"({"format": 1, "overlay": "half", "changes": [
  {"discount": {"provider": "house", "percent": "50"}},
  {"forbid": {"provider": "house", "models": ["gift"]}},
  {"alias": {"provider": "house", "model": "m", "id": "prod"}}]})";

Catalog Checked(std::string_view json) {
  const Catalog builtin = OpenCatalog();
  Catalog catalog;
  Error error;
  EXPECT_OK(tokentra_catalog_check(builtin.get(), Text(json), Text("house.json"), catalog.Out(),
                                   error.Out()));
  return catalog;
}

Catalog Half(const Catalog& base) {
  Catalog laid;
  Error error;
  EXPECT_OK(tokentra_catalog_overlay(base.get(), Text(kHalf), kAbsent, laid.Out(), error.Out()));
  return laid;
}

TEST(CatalogToolsTest, ChecksProviderFilesAndOverlays) {
  const Catalog house = Checked(kProvider);
  EXPECT_EQ(tokentra_catalog_provider_count(house.get()), 1u);
  const Catalog overlay = Checked(R"({"format": 1, "overlay": "o", "changes": []})");
  EXPECT_EQ(tokentra_catalog_overlay_count(overlay.get()), 1u);
  const Catalog builtin = OpenCatalog();
  Error error;
  EXPECT_EQ(tokentra_catalog_check(builtin.get(), Text(kProvider), kAbsent, nullptr, nullptr),
            TOKENTRA_OK);
  EXPECT_ERROR(tokentra_catalog_check(builtin.get(), Text(R"({"provider": "x"})"), Text("x.json"),
                                      nullptr, error.Out()),
               TOKENTRA_INVALID_ARGUMENT, HasSubstr("x.json: format must be 1"));
  EXPECT_ERROR(tokentra_catalog_check(nullptr, Text("{}"), kAbsent, nullptr, error.Out()),
               TOKENTRA_INVALID_ARGUMENT, HasSubstr("base is NULL"));
}

TEST(CatalogToolsTest, Statistics) {
  const Catalog house = Checked(kProvider);
  Error error;
  tokentra_catalog_statistics of = {};
  ASSERT_OK(tokentra_catalog_stats(house.get(), kAbsent, Text("2026-02-01"), &of, sizeof of,
                                   error.Out()));
  EXPECT_EQ(of.providers, 1u);
  EXPECT_EQ(of.models, 2u);
  EXPECT_EQ(of.priced_models, 2u);
  EXPECT_EQ(of.free_models, 1u);
  EXPECT_EQ(of.aliases, 1u);
  EXPECT_EQ(of.price_rows, 2u);
  EXPECT_EQ(of.rows_with_source, 1u);
  EXPECT_EQ(of.rows_from_two_lists, 1u);
  EXPECT_EQ(of.stale_rows, 1u);
  EXPECT_EQ(of.oldest_ns, 1'767'225'600'000'000'000);
  EXPECT_EQ(of.newest_ns, 1'772'323'200'000'000'000);
  const Catalog half = Half(house);
  ASSERT_OK(
      tokentra_catalog_stats(half.get(), Text("house"), kAbsent, &of, sizeof of, error.Out()));
  EXPECT_EQ(of.forbidden_models, 1u);
  EXPECT_EQ(of.rows_by_overlays, 1u);
  EXPECT_EQ(of.stale_rows, 0u);
  EXPECT_ERROR(
      tokentra_catalog_stats(half.get(), Text("hose"), kAbsent, &of, sizeof of, error.Out()),
      TOKENTRA_NOT_FOUND, HasSubstr("nearest is \"house\""));
  EXPECT_ERROR(tokentra_catalog_stats(nullptr, kAbsent, kAbsent, &of, sizeof of, error.Out()),
               TOKENTRA_INVALID_ARGUMENT, HasSubstr("NULL"));
  EXPECT_ERROR(tokentra_catalog_stats(half.get(), kAbsent, kAbsent, nullptr, 8, error.Out()),
               TOKENTRA_INVALID_ARGUMENT, HasSubstr("NULL"));
}

TEST(CatalogToolsTest, Differences) {
  const Catalog house = Checked(kProvider);
  const Catalog half = Half(house);
  Error error;
  Diff diff;
  ASSERT_OK(tokentra_catalog_diff(house.get(), half.get(), diff.Out(), error.Out()));
  std::set<std::string> changes;
  for (size_t i = 0; i < tokentra_diff_count(diff.get()); ++i) {
    tokentra_catalog_change change = {};
    ASSERT_OK(tokentra_diff_at(diff.get(), i, &change, sizeof change, error.Out()));
    EXPECT_EQ(View(change.provider), "house");
    changes.insert(std::to_string(change.kind) + " " + View(change.model) + " " +
                   View(change.what) + " " + View(change.from) + " -> " + View(change.to));
  }
  EXPECT_EQ(changes,
            (std::set<std::string>{"3 m prod  -> ", "7 m input_tokens 2 / 1000000 -> 1 / 1000000",
                                   "6 gift   -> "}));
  ASSERT_OK(tokentra_catalog_diff(house.get(), house.get(), diff.Out(), error.Out()));
  EXPECT_EQ(tokentra_diff_count(diff.get()), 0u);
  tokentra_catalog_change change = {};
  EXPECT_ERROR(tokentra_diff_at(diff.get(), 0, &change, sizeof change, error.Out()),
               TOKENTRA_OUT_OF_RANGE, HasSubstr("index 0"));
  EXPECT_EQ(tokentra_diff_count(nullptr), 0u);
  EXPECT_ERROR(tokentra_catalog_diff(nullptr, house.get(), diff.Out(), error.Out()),
               TOKENTRA_INVALID_ARGUMENT, HasSubstr("before is NULL"));
  EXPECT_ERROR(tokentra_catalog_diff(house.get(), nullptr, diff.Out(), error.Out()),
               TOKENTRA_INVALID_ARGUMENT, HasSubstr("after is NULL"));
  EXPECT_ERROR(tokentra_catalog_diff(house.get(), house.get(), nullptr, error.Out()),
               TOKENTRA_INVALID_ARGUMENT, HasSubstr("diff is NULL"));
  EXPECT_ERROR(tokentra_diff_at(nullptr, 0, &change, sizeof change, error.Out()),
               TOKENTRA_INVALID_ARGUMENT, HasSubstr("diff is NULL"));
}

TEST(CatalogToolsTest, Imports) {
  constexpr std::string_view kList =
      R"({"data": [{"id": "a/b", "pricing": {"prompt": "0.000001", "completion": "0.000002",
          "turbo": "1"}}]})";
  Document overlay;
  Document report;
  Error error;
  ASSERT_OK(tokentra_overlay_import(Text("openrouter"), Text(kList), Text("list"),
                                    Text("2026-11-10"), overlay.Out(), report.Out(), error.Out()));
  EXPECT_THAT(View(tokentra_document_text(overlay.get())), HasSubstr("\"whole\": true"));
  EXPECT_THAT(View(tokentra_document_text(report.get())), HasSubstr("no meter is billed by this"));
  EXPECT_ERROR(tokentra_overlay_import(Text("csv"), Text(kList), Text("list"), Text("2026-11-10"),
                                       overlay.Out(), report.Out(), error.Out()),
               TOKENTRA_INVALID_ARGUMENT, HasSubstr("\"csv\""));
  EXPECT_ERROR(tokentra_overlay_import(Text("openrouter"), Text(kList), Text("list"),
                                       Text("2026-11-10"), nullptr, report.Out(), error.Out()),
               TOKENTRA_INVALID_ARGUMENT, HasSubstr("overlay is NULL"));
  EXPECT_ERROR(tokentra_overlay_import(Text("openrouter"), Text(kList), Text("list"),
                                       Text("2026-11-10"), overlay.Out(), nullptr, error.Out()),
               TOKENTRA_INVALID_ARGUMENT, HasSubstr("report is NULL"));
}

TEST(RepriceTest, TotalAndClasses) {
  const Catalog house = Checked(kProvider);
  const Catalog half = Half(house);
  Error error;
  ClientOptions options;
  ASSERT_OK(tokentra_client_options_new(options.Out(), error.Out()));
  ASSERT_OK(tokentra_client_options_set_catalog(options.get(), house.get(), error.Out()));
  Client client;
  ASSERT_OK(tokentra_client_new(options.get(), client.Out(), error.Out()));
  tokentra_track_result result = {};
  for (const std::string_view model : {"m", "em", "gift", "unknown"}) {
    Call call("house", model);
    call.Usage({{"input_tokens", 1'000'000}});
    ASSERT_OK(tokentra_client_track(client.get(), call.get(), sizeof(tokentra_call), &result,
                                    sizeof result, error.Out()));
  }
  Snapshot snapshot;
  ASSERT_OK(tokentra_client_snapshot(client.get(), snapshot.Out(), error.Out()));
  Repricing repricing;
  ASSERT_OK(tokentra_snapshot_reprice(snapshot.get(), half.get(), repricing.Out(), error.Out()));
  tokentra_repriced total = {};
  ASSERT_OK(tokentra_repricing_total(repricing.get(), &total, sizeof total, error.Out()));
  EXPECT_EQ(Decimal(total.before), "4");
  EXPECT_EQ(Decimal(total.lower), "2");
  EXPECT_EQ(Decimal(total.upper), "2");
  EXPECT_EQ(total.reasons, 0u);
  EXPECT_EQ(total.events, 4u);
  EXPECT_EQ(total.unpriced_before, 1u);
  EXPECT_EQ(total.unpriced_after, 2u);
  ASSERT_EQ(tokentra_repricing_count(repricing.get()), 3u);
  tokentra_repriced first = {};
  ASSERT_OK(tokentra_repricing_at(repricing.get(), 0, &first, sizeof first, error.Out()));
  EXPECT_EQ(View(first.provider), "house");
  EXPECT_EQ(View(first.model), "m");
  EXPECT_EQ(first.events, 2u);
  EXPECT_EQ(Decimal(first.lower), "2");
  EXPECT_ERROR(tokentra_repricing_at(repricing.get(), 3, &first, sizeof first, error.Out()),
               TOKENTRA_OUT_OF_RANGE, HasSubstr("index 3"));
  EXPECT_ERROR(tokentra_snapshot_reprice(nullptr, half.get(), repricing.Out(), error.Out()),
               TOKENTRA_INVALID_ARGUMENT, HasSubstr("snapshot is NULL"));
  EXPECT_ERROR(tokentra_snapshot_reprice(snapshot.get(), nullptr, repricing.Out(), error.Out()),
               TOKENTRA_INVALID_ARGUMENT, HasSubstr("catalog is NULL"));
  EXPECT_ERROR(tokentra_snapshot_reprice(snapshot.get(), half.get(), nullptr, error.Out()),
               TOKENTRA_INVALID_ARGUMENT, HasSubstr("repricing is NULL"));
  EXPECT_ERROR(tokentra_repricing_total(nullptr, &total, sizeof total, error.Out()),
               TOKENTRA_INVALID_ARGUMENT, HasSubstr("repricing is NULL"));
  EXPECT_EQ(tokentra_repricing_count(nullptr), 0u);
}

}  // namespace
}  // namespace tokentra_testing
