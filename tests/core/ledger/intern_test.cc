// Method: a table compared with a std::map over random strings, and one so full that probes end.

#include "core/ledger/intern.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace tokentra {
namespace {

TEST(InternTableTest, EqualBytesWithEqualMarksHaveOneHandle) {
  const auto table = InternTable::Create(2000);
  std::map<std::pair<std::string, std::uint32_t>, std::uint32_t> expected;
  for (std::uint32_t i = 0; i < 3000; ++i) {
    const std::string bytes(i % 7, static_cast<char>('a' + i % 11));
    const std::string text = bytes + std::to_string(i % 997);
    const std::uint32_t mark = i % 2;
    const InternTable::Probe probe = table->Find(text, mark);
    const auto known = expected.find({text, mark});
    ASSERT_EQ(probe.found, known != expected.end());
    if (probe.found) {
      EXPECT_EQ(probe.slot, known->second);
      continue;
    }
    const auto insertion = table->Insert(text, mark, probe);
    ASSERT_TRUE(insertion.has_value() && insertion->inserted);
    EXPECT_TRUE(expected.try_emplace({text, mark}, insertion->slot).second);
    EXPECT_EQ(table->Get(insertion->slot)->bytes(), text);
    EXPECT_EQ(table->Get(insertion->slot)->mark, mark);
    // The same probe again, as a slower thread would: the first insertion stands.
    const auto second = table->Insert(text, mark, probe);
    ASSERT_TRUE(second.has_value());
    EXPECT_FALSE(second->inserted);
    EXPECT_EQ(second->slot, insertion->slot);
    if (expected.size() == 2000) break;
  }
}

TEST(InternTableTest, AFullTableRefuses) {
  const auto table = InternTable::Create(1);  // four slots, and no budget to guard them
  int inserted = 0;
  for (int i = 0; i < 10; ++i) {
    const std::string text = std::to_string(i);
    const InternTable::Probe probe = table->Find(text, 0);
    const auto insertion = table->Insert(text, 0, probe);
    EXPECT_EQ(insertion.has_value(), !probe.exhausted);
    if (insertion.has_value()) ++inserted;
  }
  EXPECT_EQ(inserted, 4);
}

TEST(InternTableTest, NoHandleBeyondTheTable) {
  const auto table = InternTable::Create(1);
  EXPECT_EQ(table->Get(0xffff'ffff), nullptr);
}

}  // namespace
}  // namespace tokentra
