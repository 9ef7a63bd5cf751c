// Method: random contents there and back; every byte changed and every length cut; the format
// before this one, written here by hand; numbers and orders that the grammar forbids.

#include "core/ledger/snapshot_codec.h"

#include <gtest/gtest.h>

#include <string>

#include "core/base/siphash.h"
#include "tests/core/ledger/ledger_oracle.h"

namespace tokentra {
namespace {

using ledger_test::Random;
using ledger_test::RandomEvent;
using ledger_test::RecordInto;

constexpr std::size_t kHeaderBytes = 40;

std::string Number(std::uint64_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i));
  return text;
}

std::string File(std::uint64_t format, const std::string& body) {
  const auto checksum = SipHash128({}, body);
  return std::string(kSnapshotMagic) + Number(format, 4) + Number(0, 4) + Number(body.size(), 8) +
         Number(checksum[0], 8) + Number(checksum[1], 8) + body;
}

std::string Bytes(std::uint64_t seed, int events) {
  Random random(seed);
  LedgerOptions options;
  options.dimensions = {"a", "b"};
  const auto ledger = Ledger::Create(options).value();
  for (int i = 0; i < events; ++i) RecordInto(*ledger, RandomEvent(random, 2));
  return ledger->TakeSnapshot().value()->Serialize();
}

TEST(SnapshotCodecTest, ThereAndBack) {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const std::string bytes = Bytes(seed, static_cast<int>(seed) * 30);
    const auto contents = DecodeContents(bytes);
    ASSERT_TRUE(contents.ok()) << contents.status();
    EXPECT_EQ(EncodeContents(**contents), bytes);
  }
}

TEST(SnapshotCodecTest, EveryCutAndEveryChangedByteIsNoticed) {
  const std::string bytes = Bytes(1, 5);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(DecodeContents(bytes.substr(0, size)).ok()) << size;
  }
  EXPECT_FALSE(DecodeContents(bytes + "x").ok());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    for (const int bit : {0, 7}) {
      std::string changed = bytes;
      changed[i] = static_cast<char>(changed[i] ^ 1 << bit);
      EXPECT_FALSE(DecodeContents(changed).ok()) << i;
    }
  }
}

// A changed body with the right checksum: refused, or read as something that is in the grammar.
TEST(SnapshotCodecTest, WhatIsReadIsInTheGrammar) {
  const std::string bytes = Bytes(2, 20);
  const std::string body = bytes.substr(kHeaderBytes);
  int read = 0;
  for (std::size_t i = 0; i < body.size(); ++i) {
    for (const int value : {0, 1, 2, 0x7f, 0x80, 0xff}) {
      std::string changed = body;
      changed[i] = static_cast<char>(value);
      const auto contents = DecodeContents(File(kSnapshotFormat, changed));
      if (!contents.ok()) continue;
      ++read;
      EXPECT_EQ(EncodeContents(**contents).size(), kHeaderBytes + changed.size());
    }
  }
  EXPECT_GT(read, 0);
}

TEST(SnapshotCodecTest, TheFormatBeforeIsRead) {
  // 900 s; one name "a"; one class "m" of kind 0; one tuple, absent; one ledger {1, 2} with base
  // version 3, next ordinal 4, no segments; one row in the base: bucket 2^31 + 1, page 0, 5 events;
  // no sources.
  const std::string body = std::string("\x84\x07", 2) + "\1\1a" + std::string("\1\0\1m", 4) +
                           std::string("\1\1\0", 3) + "\1" + Number(1, 8) + Number(2, 8) + "\3\4" +
                           std::string("\0\1", 2) + Number(0x8000'0001, 4) +
                           std::string("\0\0\0\0\0\1\5", 7) + std::string("\0", 1);
  const auto contents = DecodeContents(File(1, body));
  ASSERT_TRUE(contents.ok()) << contents.status();
  EXPECT_EQ((*contents)->ledgers[0].base_version, 3u);
  EXPECT_EQ((*contents)->ledgers[0].deleted_before, kNoInstant);
  ASSERT_EQ((*contents)->rows.size(), 1u);
  EXPECT_EQ((*contents)->rows[0].counters[kEventsCounter], 5u);
  EXPECT_EQ(BucketNumber((*contents)->rows[0].key.group().bucket), 1);
  // It is written in the present format.
  const auto again = DecodeContents(EncodeContents(**contents));
  ASSERT_TRUE(again.ok());
  EXPECT_EQ((*again)->rows[0].counters, (*contents)->rows[0].counters);
  EXPECT_EQ(DecodeContents(File(2, body)).status().code(), absl::StatusCode::kDataLoss);
}

TEST(SnapshotCodecTest, OtherFormatsAreNamed) {
  for (const std::uint64_t format : {0u, kSnapshotFormat + 1}) {
    const auto contents = DecodeContents(File(format, ""));
    EXPECT_EQ(contents.status().code(), absl::StatusCode::kUnimplemented);
    EXPECT_NE(contents.status().message().find(std::to_string(format)), std::string::npos);
  }
}

}  // namespace
}  // namespace tokentra
