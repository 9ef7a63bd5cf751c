// Small catalogs for tests: provider files written as JSON around the few fields a test is about.
//
// A price row here is complete (as_of, evidence, source are filled in); what a test states comes
// first, so that an error's text can be read next to it.

#ifndef TOKENTRA_TESTS_CORE_CATALOG_CATALOG_TESTING_H_
#define TOKENTRA_TESTS_CORE_CATALOG_CATALOG_TESTING_H_

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/catalog/catalog.h"
#include "core/catalog/compile.h"
#include "core/catalog/source.h"
#include "gtest/gtest.h"

namespace tokentra::catalog_test {

// {"rates": {RATES}, EXTRA..., as_of, evidence, source}
inline std::string Row(std::string_view rates, std::string_view extra = "") {
  return absl::StrCat(R"({"rates": {)", rates, "}", extra.empty() ? "" : ", ", extra,
                      R"(, "as_of": "2026-11-10", "evidence": ["list 1"], "source": "https://p"})");
}

inline constexpr std::string_view kPlainRates =
    R"("input_tokens": ["2.5", 1000000], "output_tokens": ["10", 1000000])";

inline std::string PlainRow(std::string_view extra = "") { return Row(kPlainRates, extra); }

// {"id": ID, "price_rows": [ROWS], EXTRA...}
inline std::string Model(std::string_view id, std::string_view rows, std::string_view extra = "") {
  return absl::StrCat(R"({"id": ")", id, R"(", "price_rows": [)", rows, "]",
                      extra.empty() ? "" : ", ", extra, "}");
}

// A provider file around MODELS; EXTRA stands before them.
inline std::string Provider(std::string_view models, std::string_view extra = "",
                            std::string_view id = "acme") {
  return absl::StrCat(R"({"format": 1, "provider": ")", id,
                      R"(", "name": "Acme", "currency": "USD", )", extra, extra.empty() ? "" : ", ",
                      R"("models": [)", models, "]}");
}

// Reads and compiles; files are called 0.json, 1.json, ...
inline absl::StatusOr<OwnedImage> Compile(const std::vector<std::string>& files) {
  std::vector<SourceProvider> providers;
  for (std::size_t i = 0; i < files.size(); ++i) {
    absl::StatusOr<SourceProvider> read = ReadProvider(files[i], absl::StrCat(i, ".json"));
    if (!read.ok()) return read.status();
    providers.push_back(*std::move(read));
  }
  return CompileCatalog(std::move(providers));
}

inline std::shared_ptr<const Catalog> CatalogOf(const std::vector<std::string>& files) {
  absl::StatusOr<OwnedImage> image = Compile(files);
  EXPECT_TRUE(image.ok()) << image.status();
  return image.ok() ? Catalog::FromImage(*std::move(image)) : nullptr;
}

// The error's message; empty, with a failure, when there is none.
inline std::string ErrorOf(const std::vector<std::string>& files) {
  const absl::StatusOr<OwnedImage> image = Compile(files);
  EXPECT_FALSE(image.ok()) << files[0];
  if (image.ok()) return "";
  EXPECT_EQ(image.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(image.status().message().find('\n'), std::string_view::npos);
  return std::string(image.status().message());
}

}  // namespace tokentra::catalog_test

#endif  // TOKENTRA_TESTS_CORE_CATALOG_CATALOG_TESTING_H_
