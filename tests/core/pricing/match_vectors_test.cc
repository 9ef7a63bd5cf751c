// Method: tests/vectors/match/*.jsonl against the built-in catalog: how each spelling of a model id
// resolves, and which region it is then priced in. Every language runs the same files.

#include <filesystem>
#include <fstream>
#include <string>

#include "core/base/json.h"
#include "core/pricing/select.h"
#include "gtest/gtest.h"

namespace tokentra {
namespace {

TEST(MatchVectorsTest, EveryLine) {
  const auto catalog = Catalog::Builtin();
  std::size_t count = 0;
  const std::filesystem::path folder(TOKENTRA_SOURCE_DIR "/tests/vectors/match");
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    std::ifstream lines(file.path());
    for (std::string line; std::getline(lines, line); ++count) {
      const absl::StatusOr<Json> read = ParseJson(line, file.path().filename().string());
      ASSERT_TRUE(read.ok()) << read.status();
      const Json& vector = *read;
      const auto provider = vector["provider"].get<std::string>();
      const auto model = vector["model"].get<std::string>();
      const InstantNs at = *ParseInstant(vector["at"].get<std::string>());
      const Resolution resolution = catalog->Resolve(provider, model, at);
      const Json& expect = vector["expect"];
      EXPECT_EQ(MatchKindName(resolution.match), expect["match"].get<std::string>()) << line;
      if (resolution.match == MatchKind::kNone || !expect.contains("model")) continue;
      EXPECT_EQ(catalog->ModelId(resolution.model), expect["model"].get<std::string>()) << line;
      if (!expect.contains("region")) continue;
      CallConditions call;
      const std::string region = vector.value("region", "");
      call.region = region;
      const Selection selection = SelectRow(*catalog, resolution, call, at, Atoms());
      EXPECT_EQ(selection.conditions.region_name, expect["region"].get<std::string>()) << line;
    }
  }
  EXPECT_GE(count, 70u);
}

}  // namespace
}  // namespace tokentra
