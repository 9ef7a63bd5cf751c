// Method: the whole table of well-known keys, and keys that are nearly one.

#include "core/base/metadata_key.h"

#include <string_view>
#include <utility>

#include "gtest/gtest.h"

namespace tokentra {
namespace {

TEST(MetadataKeyTest, CamelSpellingsAreTheSameKeys) {
  const std::pair<std::string_view, std::string_view> kSpellings[] = {
      {"project_id", "projectId"}, {"team_id", "teamId"},       {"user_id", "userId"},
      {"request_id", "requestId"}, {"session_id", "sessionId"},
  };
  for (const auto& [canonical, camel] : kSpellings) {
    EXPECT_EQ(CanonicalMetadataKey(camel), canonical);
    EXPECT_EQ(CanonicalMetadataKey(canonical), canonical);
    EXPECT_EQ(CamelMetadataKey(canonical), camel);
    EXPECT_EQ(CamelMetadataKey(camel), "");
  }
}

TEST(MetadataKeyTest, OtherKeysAreThemselves) {
  for (const std::string_view key : {"feature", "environment", "service", "customTag", "ProjectId",
                                     "projectID", "project_Id", "", "projectId "}) {
    EXPECT_EQ(CanonicalMetadataKey(key), key);
    EXPECT_EQ(CamelMetadataKey(key), "");
  }
}

}  // namespace
}  // namespace tokentra
