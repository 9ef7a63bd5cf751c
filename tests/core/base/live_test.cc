// Method: counted values are replaced while readers hold them; a value lives exactly as long as
// somebody can have it. Threads read while others update: what they see is whole, and of two
// updates that add to one number none is lost.

#include "core/base/live.h"

#include <atomic>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace tokentra {
namespace {

std::atomic<int> alive{0};

struct Counted {
  explicit Counted(int n) : number(n), twice(2 * n) { ++alive; }
  ~Counted() {
    number = twice = -1;
    --alive;
  }
  int number;
  int twice;
};

std::unique_ptr<Counted> Next(const Counted& now) {
  return std::make_unique<Counted>(now.number + 1);
}

TEST(Live, KeepsWhatIsReadAndFreesWhatNobodyReads) {
  {
    Live<Counted> live(std::make_unique<Counted>(0));
    live.Update(Next);
    EXPECT_EQ(alive, 2);  // the first one stays
    auto held = std::make_unique<Live<Counted>::Reader>(live);
    EXPECT_EQ((*held)->number, 1);
    live.Update(Next);
    live.Update(Next);
    EXPECT_EQ((*held)->number, 1);  // still whole
    EXPECT_EQ((*held)->twice, 2);
    EXPECT_EQ(Live<Counted>::Reader(live)->number, 3);
    held.reset();
    live.Update(Next);
    live.Update(Next);
    EXPECT_EQ(alive, 2);  // the first and the last
  }
  EXPECT_EQ(alive, 0);
}

TEST(Live, AReaderOfTheFirstValueKeepsIt) {
  Live<Counted> live(std::make_unique<Counted>(7));
  const Live<Counted>::Reader held(live);
  for (int i = 0; i < 10; ++i) live.Update(Next);
  EXPECT_EQ(held->number, 7);
  EXPECT_EQ(Live<Counted>::Reader(live)->number, 17);
}

TEST(Live, ThreadsSeeWholeValuesAndLoseNoUpdate) {
  constexpr int kThreads = 4;
  constexpr int kUpdates = 500;
  {
    Live<Counted> live(std::make_unique<Counted>(0));
    std::atomic<bool> stop{false};
    std::atomic<int> torn{0};
    std::vector<std::thread> readers;
    for (int i = 0; i < kThreads; ++i) {
      readers.emplace_back([&] {
        int last = 0;
        while (!stop) {
          const Live<Counted>::Reader now(live);
          if (now->number < last || now->twice != 2 * now->number) ++torn;
          last = now->number;
        }
      });
    }
    std::vector<std::thread> writers;
    for (int i = 0; i < kThreads; ++i) {
      writers.emplace_back([&] {
        for (int k = 0; k < kUpdates; ++k) live.Update(Next);
      });
    }
    for (std::thread& writer : writers) writer.join();
    stop = true;
    for (std::thread& reader : readers) reader.join();
    EXPECT_EQ(torn, 0);
    EXPECT_EQ(Live<Counted>::Reader(live)->number, kThreads * kUpdates);
    live.Update(Next);
    live.Update(Next);
    EXPECT_LE(alive, 3);
  }
  EXPECT_EQ(alive, 0);
}

}  // namespace
}  // namespace tokentra
