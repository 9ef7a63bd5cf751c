// Method: every key by name, its camelCase spelling, and names that are nearly one.

#include "core/analysis/group_key.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tokentra {
namespace {

using Kind = GroupKey::Kind;
using ::testing::HasSubstr;

TEST(GroupKeyTest, Names) {
  const std::vector<std::string> dimensions = {"team_id", "feature", "region"};
  const struct {
    const char* name;
    Kind kind;
    std::size_t dimension;
    bool is_time;
  } kCases[] = {
      {"team_id", Kind::kDimension, 0, false},
      {"teamId", Kind::kDimension, 0, false},
      {"feature", Kind::kDimension, 1, false},
      {"region", Kind::kDimension, 2, false},  // the ledger's own dimension comes first
      {"provider", Kind::kProvider, 0, false},
      {"model", Kind::kModel, 0, false},
      {"state", Kind::kState, 0, false},
      {"service_tier", Kind::kServiceTier, 0, false},
      {"batch", Kind::kBatch, 0, false},
      {"bucket", Kind::kBucket, 0, true},
      {"hour", Kind::kHour, 0, true},
      {"day", Kind::kDay, 0, true},
  };
  for (const auto& one : kCases) {
    const auto key = ParseGroupKey(one.name, dimensions);
    ASSERT_TRUE(key.ok()) << key.status();
    EXPECT_EQ(key->kind, one.kind) << one.name;
    EXPECT_EQ(key->dimension, one.dimension) << one.name;
    EXPECT_EQ(IsTimeKey(*key), one.is_time) << one.name;
  }
  EXPECT_EQ(ParseGroupKey("region", {})->kind, Kind::kRegion);
}

TEST(GroupKeyTest, UnknownNames) {
  const std::vector<std::string> dimensions = {"team_id"};
  for (const char* name : {"", "Day", "team", "projectId", "service-tier", "user_id"}) {
    const auto key = ParseGroupKey(name, dimensions);
    ASSERT_FALSE(key.ok()) << name;
    EXPECT_EQ(key.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(key.status().message()),
                HasSubstr("\"" + std::string(name) + "\" is neither a dimension"));
  }
  EXPECT_THAT(std::string(ParseGroupKey("team", dimensions).status().message()),
              HasSubstr("nearest is \"team_id\""));
}

}  // namespace
}  // namespace tokentra
