// Method: each option at the edges of its range.

#include "core/ledger/options.h"

#include <gtest/gtest.h>

#include "core/ledger/ledger.h"

namespace tokentra {
namespace {

template <typename Value>
void ExpectRange(Value LedgerOptions::*option, std::string_view name, std::uint64_t most) {
  const std::pair<std::uint64_t, bool> cases[] = {
      {0, false}, {1, true}, {2, true}, {most - 1, true}, {most, true}, {most + 1, false}};
  for (const auto& [value, valid] : cases) {
    LedgerOptions options;
    options.*option = static_cast<Value>(value);
    const absl::Status status = ValidateLedgerOptions(options);
    EXPECT_EQ(status.ok(), valid) << name << " = " << value;
    if (!valid) {
      EXPECT_NE(status.message().find(name), std::string_view::npos);
    }
  }
}

TEST(LedgerOptionsTest, Ranges) {
  ExpectRange(&LedgerOptions::keys_max, "keys_max", 1 << 24);
  ExpectRange(&LedgerOptions::classes_max, "classes_max", 1 << 20);
  ExpectRange(&LedgerOptions::cells_max, "cells_max", 1 << 23);
  ExpectRange(&LedgerOptions::shards_max, "shards_max", 4096);
  ExpectRange(&LedgerOptions::text_bytes_max, "text_bytes_max", std::uint64_t{1} << 40);
  ExpectRange(&LedgerOptions::value_bytes_max, "value_bytes_max", 1024);
  ExpectRange(&LedgerOptions::class_bytes_max, "class_bytes_max", 1 << 20);
}

TEST(LedgerOptionsTest, BucketSecondsDivideADay) {
  for (const auto& [seconds, valid] : {std::pair{59, false},
                                       {60, true},
                                       {61, false},
                                       {900, true},
                                       {3600, true},
                                       {86'400, true},
                                       {86'401, false},
                                       {172'800, false},
                                       {0, false},
                                       {-60, false}}) {
    LedgerOptions options;
    options.bucket_seconds = seconds;
    EXPECT_EQ(ValidateLedgerOptions(options).ok(), valid) << seconds;
    EXPECT_EQ(Ledger::Create(options).ok(), valid);
  }
}

TEST(LedgerOptionsTest, Dimensions) {
  for (const std::size_t count : {31u, 32u, 33u}) {
    LedgerOptions options;
    for (std::size_t i = 0; i < count; ++i) options.dimensions.push_back(std::to_string(i));
    EXPECT_EQ(ValidateLedgerOptions(options).ok(), count <= 32) << count;
  }
  LedgerOptions options;
  options.dimensions = {"team", "user", "team"};
  EXPECT_EQ(ValidateLedgerOptions(options).message(),
            "ledger option dimensions names \"team\" twice");
  options.dimensions = {""};
  EXPECT_FALSE(ValidateLedgerOptions(options).ok());
}

}  // namespace
}  // namespace tokentra
