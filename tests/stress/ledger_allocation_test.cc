// Method: this program's own operator new counts; recording keys that were seen must not call it.
// Under a sanitizer the operators are the sanitizer's, and the test is left out.

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include "core/ledger/ledger.h"
#include "tests/core/ledger/ledger_oracle.h"

#if !defined(__SANITIZE_THREAD__) && !defined(__SANITIZE_ADDRESS__)

namespace {
std::atomic<std::uint64_t> allocations{0};

void* Allocate(std::size_t size) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  return std::malloc(size);
}
}  // namespace

void* operator new(std::size_t size) {
  if (void* memory = Allocate(size)) return memory;
  throw std::bad_alloc();
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return Allocate(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }

namespace tokentra {
namespace {

using ledger_test::AtomsOf;
using ledger_test::Intern;

constexpr InstantNs kNow = 1'760'000'000 * kNsPerSecond;

TEST(LedgerAllocationTest, SeenKeysAllocateNothing) {
  LedgerOptions options;
  options.dimensions = {"team", "user"};
  options.cells_max = 500;  // the later users are folded, which must not allocate either
  const auto ledger = Ledger::Create(options).value();
  const Atoms atoms = AtomsOf({{Atom::kInput, 1}, {Atom::kWebSearches, 2}});
  const Part parts[] = {
      {ledger->InternClass("a", ClassKind::kPriced), &atoms, &atoms, 5, true},
      {ledger->InternClass("b", ClassKind::kUnpriced), &atoms, nullptr, 0, false}};
  std::vector<DimensionsId> users;
  for (int i = 0; i < 200; ++i) users.push_back(Intern(*ledger, {"t", std::to_string(i)}));
  const auto record_all = [&] {
    for (const DimensionsId user : users) {
      ledger->Record({kNow, user, parts, Int128{7}});
      ledger->Record({kNow, user, {parts, 1}, {}});
    }
  };
  record_all();
  ASSERT_GT(ledger->Statistics().folded_events, 0u);
  const std::uint64_t before = allocations.load();
  for (int round = 0; round < 100; ++round) record_all();
  EXPECT_EQ(allocations.load(), before);
}

TEST(LedgerAllocationTest, SeenValuesAllocateNothing) {
  LedgerOptions options;
  options.dimensions = {"team", "user"};
  const auto ledger = Ledger::Create(options).value();
  const std::string long_class(1000, 'x');
  const std::string_view values[] = {"team", "user"};
  ledger->InternClass(long_class, ClassKind::kPriced);
  ledger->InternDimensions(values, 0b11);
  const std::uint64_t before = allocations.load();
  ledger->InternClass(long_class, ClassKind::kPriced);
  ledger->InternDimensions(values, 0b11);
  EXPECT_EQ(allocations.load(), before);
}

}  // namespace
}  // namespace tokentra

#endif
