// Overlays through the C interface: laid, refused, named on the lines they changed.
//
// Method: the documents of docs/overlays.md in small; what they mean is tested in core/catalog.
#include "tests/capi/testing.h"

namespace tokentra_testing {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kDocument = R"({"format": 1, "overlay": "contract", "changes": [
  {"discount": {"provider": "openai", "models": ["gpt-4o"], "percent": "20"}},
  {"forbid": {"provider": "openai", "models": ["gpt-4"], "reason": "use gpt-4o"}}]})";

Catalog Laid(const Catalog& base, std::string_view json) {
  Catalog laid;
  Error error;
  EXPECT_OK(tokentra_catalog_overlay(base.get(), Text(json), Text("contract.json"), laid.Out(),
                                     error.Out()));
  return laid;
}

TEST(OverlayTest, LaysOne) {
  const Catalog base = OpenCatalog();
  const Catalog laid = Laid(base, kDocument);
  EXPECT_EQ(tokentra_catalog_overlay_count(base.get()), 0u);
  ASSERT_EQ(tokentra_catalog_overlay_count(laid.get()), 1u);
  EXPECT_EQ(View(tokentra_catalog_overlay_name(laid.get(), 0)), "contract");
  EXPECT_EQ(tokentra_catalog_overlay_name(laid.get(), 1).size, 0u);
  EXPECT_EQ(tokentra_catalog_digest(laid.get()).size, 64u);
  EXPECT_NE(View(tokentra_catalog_digest(laid.get())), View(tokentra_catalog_digest(base.get())));
  EXPECT_EQ(tokentra_catalog_provider_count(laid.get()),
            tokentra_catalog_provider_count(base.get()));
}

TEST(OverlayTest, LinesNameIt) {
  Catalog laid = Laid(OpenCatalog(), kDocument);
  const tokentra_quantity usage[] = {
      {tokentra_meter_id(Text("input_tokens")), 0, 1'500},
      {tokentra_meter_id(Text("output_tokens")), 0, 500},
  };
  tokentra_call call = {};
  call.provider = Text("openai");
  call.model = Text("gpt-4o");
  call.usage = usage;
  call.usage_count = 2;
  call.at_ns = 1'792'065'600'000'000'000;  // 2026-10-15T12:00:00Z
  Cost cost;
  Error error;
  ASSERT_OK(tokentra_price(laid.get(), &call, sizeof call, cost.Out(), error.Out()));
  tokentra_cost_line line = {};
  ASSERT_OK(tokentra_cost_line_at(cost.get(), 0, &line, sizeof line, error.Out()));
  EXPECT_EQ(View(line.rate_text), "2");
  EXPECT_EQ(View(line.overlay), "contract");
  EXPECT_EQ(View(line.overlay_note), "20 % off 2.5");
  // A caller built before the last two members were there.
  tokentra_cost_line old = {};
  ASSERT_OK(tokentra_cost_line_at(cost.get(), 0, &old, offsetof(tokentra_cost_line, overlay),
                                  error.Out()));
  EXPECT_EQ(old.overlay.size, 0u);
  EXPECT_EQ(View(old.rate_text), "2");
  // The cost outlives the catalog.
  laid.Reset();
  ASSERT_OK(tokentra_cost_line_at(cost.get(), 1, &line, sizeof line, error.Out()));
  EXPECT_EQ(View(line.overlay), "contract");
}

TEST(OverlayTest, ForbiddenModelsAreMarked) {
  const Catalog laid = Laid(OpenCatalog(), kDocument);
  Error error;
  std::size_t forbidden = 0;
  for (size_t i = 0; i < tokentra_catalog_provider_count(laid.get()); ++i) {
    for (size_t j = 0; j < tokentra_catalog_model_count(laid.get(), i); ++j) {
      tokentra_model model = {};
      ASSERT_OK(tokentra_catalog_model_at(laid.get(), i, j, &model, sizeof model, error.Out()));
      if ((model.flags & TOKENTRA_MODEL_FORBIDDEN) == 0) continue;
      ++forbidden;
      EXPECT_EQ(View(model.id), "gpt-4");
      EXPECT_EQ(model.flags & TOKENTRA_MODEL_PRICED, 0u);
    }
  }
  EXPECT_EQ(forbidden, 1u);
}

TEST(OverlayTest, Refuses) {
  const Catalog base = OpenCatalog();
  Catalog laid;
  Error error;
  EXPECT_ERROR(
      tokentra_catalog_overlay(base.get(), Text("{"), Text("a.json"), laid.Out(), error.Out()),
      TOKENTRA_INVALID_ARGUMENT, HasSubstr("a.json is not JSON"));
  EXPECT_ERROR(tokentra_catalog_overlay(base.get(), Text("{}"), kAbsent, laid.Out(), error.Out()),
               TOKENTRA_INVALID_ARGUMENT, HasSubstr("overlay: format must be 1"));
  EXPECT_ERROR(tokentra_catalog_overlay(base.get(), Text("\xff"), kAbsent, laid.Out(), error.Out()),
               TOKENTRA_INVALID_ARGUMENT, HasSubstr("json"));
  EXPECT_ERROR(tokentra_catalog_overlay(nullptr, Text("{}"), kAbsent, laid.Out(), error.Out()),
               TOKENTRA_INVALID_ARGUMENT, HasSubstr("base is NULL"));
  EXPECT_ERROR(tokentra_catalog_overlay(base.get(), Text("{}"), kAbsent, nullptr, error.Out()),
               TOKENTRA_INVALID_ARGUMENT, HasSubstr("catalog is NULL"));
  EXPECT_EQ(tokentra_catalog_overlay_count(nullptr), 0u);
  EXPECT_EQ(tokentra_catalog_overlay_name(nullptr, 0).size, 0u);
}

}  // namespace
}  // namespace tokentra_testing
