// The catalog: what it says of itself, and enumeration.
//
// Method: every provider and model is walked; ends and beyond-the-end are tried.
#include <map>
#include <set>

#include "tests/capi/testing.h"

namespace tokentra_testing {
namespace {

using ::testing::Contains;
using ::testing::Key;
using ::testing::MatchesRegex;

TEST(CatalogTest, SaysWhatItIs) {
  const Catalog catalog = OpenCatalog();
  EXPECT_THAT(View(tokentra_catalog_digest(catalog.get())), MatchesRegex("[0-9a-f]+"));
  EXPECT_EQ(tokentra_catalog_digest(catalog.get()).size, 64u);
  EXPECT_THAT(View(tokentra_catalog_as_of(catalog.get())),
              MatchesRegex("20[0-9][0-9]-[0-9][0-9]-[0-9][0-9]"));
  const Catalog again = OpenCatalog();
  EXPECT_EQ(View(tokentra_catalog_digest(again.get())),
            View(tokentra_catalog_digest(catalog.get())));
}

TEST(CatalogTest, Enumerates) {
  const Catalog catalog = OpenCatalog();
  Error error;
  std::map<std::string, std::map<std::string, tokentra_model>> providers;
  const size_t provider_count = tokentra_catalog_provider_count(catalog.get());
  for (size_t i = 0; i < provider_count; ++i) {
    auto& models = providers[View(tokentra_catalog_provider(catalog.get(), i))];
    const size_t model_count = tokentra_catalog_model_count(catalog.get(), i);
    EXPECT_GT(model_count, 0u);
    for (size_t j = 0; j < model_count; ++j) {
      tokentra_model model = {};
      ASSERT_OK(tokentra_catalog_model_at(catalog.get(), i, j, &model, sizeof(model), error.Out()));
      EXPECT_GT(model.id.size, 0u);
      EXPECT_GT(model.canonical.size, 0u) << View(model.id);
      EXPECT_EQ(model.reserved, 0u);
      EXPECT_EQ(model.flags & ~7u, 0u) << "unknown flag";
      if ((model.flags & TOKENTRA_MODEL_ALIAS) == 0) {
        EXPECT_EQ(View(model.id), View(model.canonical));
        EXPECT_EQ((model.flags & TOKENTRA_MODEL_PRICED) != 0, model.price_rows > 0);
      }
      EXPECT_TRUE(models.emplace(View(model.id), model).second) << "twice: " << View(model.id);
    }
  }
  EXPECT_EQ(providers.size(), provider_count) << "providers have distinct names";
  for (const char* provider : {"openai", "anthropic", "google", "aws", "groq", "mistral"}) {
    EXPECT_THAT(providers, Contains(Key(provider)));
  }
  ASSERT_THAT(providers["openai"], Contains(Key("gpt-4o")));
  EXPECT_GT(providers["openai"]["gpt-4o"].price_rows, 0u);
}

TEST(CatalogTest, PastTheEnd) {
  const Catalog catalog = OpenCatalog();
  const size_t providers = tokentra_catalog_provider_count(catalog.get());
  const size_t models = tokentra_catalog_model_count(catalog.get(), 0);
  Error error;
  tokentra_model model = {};
  for (const size_t beyond : {providers, providers + 1, SIZE_MAX}) {
    EXPECT_EQ(tokentra_catalog_provider(catalog.get(), beyond).size, 0u);
    EXPECT_EQ(tokentra_catalog_model_count(catalog.get(), beyond), 0u);
    EXPECT_ERROR(
        tokentra_catalog_model_at(catalog.get(), beyond, 0, &model, sizeof(model), error.Out()),
        TOKENTRA_OUT_OF_RANGE, ::testing::HasSubstr(std::to_string(beyond)));
  }
  for (const size_t beyond : {models, models + 1, SIZE_MAX}) {
    EXPECT_ERROR(
        tokentra_catalog_model_at(catalog.get(), 0, beyond, &model, sizeof(model), error.Out()),
        TOKENTRA_OUT_OF_RANGE, ::testing::HasSubstr(std::to_string(beyond)));
  }
  EXPECT_EQ(model.id.data, nullptr) << "out parameters are written on success only";
}

}  // namespace
}  // namespace tokentra_testing
