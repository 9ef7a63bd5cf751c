// Method: operator new counts what a thread asks for. Opening the built-in catalog asks for a few
// hundred bytes, Resolve for none.

#include <cstdlib>
#include <new>

#include "core/catalog/catalog.h"
#include "gtest/gtest.h"

namespace {

thread_local std::size_t bytes_asked = 0;
thread_local std::size_t times_asked = 0;

}  // namespace

// Of all of core_tests: the replacement is the program's. Not inlined: the compiler would see
// free() meet the pointer of a `new` that it did not inline.
[[gnu::noinline]] void* operator new(std::size_t size) {
  bytes_asked += size;
  ++times_asked;
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace tokentra {
namespace {

TEST(OpenTest, TheCounterCounts) {
  const std::size_t before = bytes_asked;
  ::operator delete(::operator new(100));  // a call, which no compiler may leave out
  EXPECT_GE(bytes_asked, before + 100);
}

TEST(OpenTest, BuiltinAllocatesAFewHundredBytes) {
  const std::size_t bytes = bytes_asked;
  const std::size_t times = times_asked;
  const auto catalog = Catalog::Builtin();
  EXPECT_LE(bytes_asked - bytes, 600u);
  EXPECT_LE(times_asked - times, 2u);
  EXPECT_GT(catalog->image().models.size(), 100u);
}

TEST(OpenTest, ResolveAllocatesNothing) {
  const auto catalog = Catalog::Builtin();
  for (const char* model : {"gpt-4o", "gpt-4o-2024-08-06", "OpenAI/GPT-4o", "gpt-4o-turbo"}) {
    const std::size_t times = times_asked;
    const Resolution resolution = catalog->Resolve("openai", model, 0);
    EXPECT_EQ(times_asked, times) << model;
    EXPECT_TRUE(resolution.provider_known);
  }
}

}  // namespace
}  // namespace tokentra
