// What recording and reading cost, beside a calibration of the same run: a relaxed, uncontended
// fetch_add. Counters: cells, bytes a cell, allocations an event.
//
// A second thread is kept alive throughout, because the C library is faster in processes that have
// only one.

#include <benchmark/benchmark.h>

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <thread>
#include <vector>

#include "core/ledger/ledger.h"

namespace {

std::atomic<std::uint64_t> allocations{0};

}  // namespace

void* operator new(std::size_t size) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  const auto align = static_cast<std::size_t>(alignment);
  if (void* memory = std::aligned_alloc(align, (size + align - 1) / align * align)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }

namespace tokentra {
namespace {

class SecondThread {
 public:
  SecondThread()
      : thread_([this] {
          std::unique_lock<std::mutex> lock(mutex_);
          ended_.wait(lock, [this] { return end_; });
        }) {}
  ~SecondThread() {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      end_ = true;
    }
    ended_.notify_one();
    thread_.join();
  }

 private:
  std::mutex mutex_;
  std::condition_variable ended_;
  bool end_ = false;
  std::thread thread_;
} second_thread;

constexpr InstantNs kNow = 1'760'000'000 * kNsPerSecond;

Atoms ThreeAtoms() {
  Atoms atoms;
  atoms.Append(Atom::kInput, 1500);
  atoms.Append(Atom::kOutput, 500);
  atoms.Append(Atom::kCacheRead, 1000);
  return atoms;
}

std::shared_ptr<Ledger> NewLedger() {
  return *Ledger::Create(
      {.dimensions = {"team", "project", "feature", "environment", "user", "tag"}});
}

std::vector<std::string> Values(std::uint64_t number) {
  return {"team-search",
          "project-crawler",
          "feature-rank",
          "production",
          "user-" + std::to_string(number),
          "tag"};
}

DimensionsId Intern(Ledger* ledger, std::uint64_t number) {
  const std::vector<std::string> values = Values(number);
  const std::vector<std::string_view> views(values.begin(), values.end());
  return ledger->InternDimensions(views, 0b111111);
}

// Cells come from up to 1,000 tuples in as many buckets as it takes, and are met in a random
// order.
class Keys {
 public:
  Keys(Ledger* ledger, std::uint64_t cells) {
    for (std::uint64_t i = 0; i < cells && i < 1000; ++i) {
      dimensions_.push_back(Intern(ledger, i));
    }
    buckets_ = static_cast<std::uint32_t>(cells / dimensions_.size());
  }
  void Next(Event* event) {
    state_ = state_ * 6364136223846793005 + 1442695040888963407;
    const auto random = static_cast<std::uint32_t>(state_ >> 32);
    const auto dimension = std::uint64_t{random} * dimensions_.size();
    event->dimensions = dimensions_[dimension >> 32];
    const auto bucket = (dimension & 0xffff'ffff) * buckets_ >> 32;
    event->at = kNow + static_cast<InstantNs>(bucket) * kBucketSeconds * kNsPerSecond;
  }
  template <typename Function>
  void ForAll(Event* event, Function function) {
    for (const DimensionsId dimensions : dimensions_) {
      for (std::uint32_t bucket = 0; bucket < buckets_; ++bucket) {
        event->dimensions = dimensions;
        event->at = kNow + InstantNs{bucket} * kBucketSeconds * kNsPerSecond;
        function();
      }
    }
  }

 private:
  std::uint64_t state_ = 1;
  std::uint32_t buckets_;
  std::vector<DimensionsId> dimensions_;
};

void CalibrationFetchAdd(benchmark::State& state) {
  static std::atomic<std::uint64_t> word{0};
  for (auto _ : state) word.fetch_add(1, std::memory_order_relaxed);
}
BENCHMARK(CalibrationFetchAdd);

// The generator of keys alone, to be taken off the figures below.
void CalibrationKeys(benchmark::State& state) {
  const auto ledger = NewLedger();
  Keys keys(ledger.get(), static_cast<std::uint64_t>(state.range(0)));
  Event event{};
  for (auto _ : state) {
    keys.Next(&event);
    benchmark::DoNotOptimize(event);
  }
}
BENCHMARK(CalibrationKeys)->Arg(1000);

std::shared_ptr<Ledger> shared_ledger;

// range(0): live cells of each thread.
void RecordByHandle(benchmark::State& state) {
  if (state.thread_index() == 0) shared_ledger = NewLedger();
  static std::atomic<int> ready{0};
  if (state.thread_index() == 0) ready.store(state.threads(), std::memory_order_release);
  while (ready.load(std::memory_order_acquire) == 0) {
  }
  Ledger& ledger = *shared_ledger;
  const Atoms atoms = ThreeAtoms();
  const Part part{ledger.InternClass("gpt-4o", ClassKind::kPriced), &atoms, nullptr, 1000, true};
  Event event{.at = kNow, .dimensions = 0, .parts = {&part, 1}, .reported = {}};
  Keys keys(&ledger, static_cast<std::uint64_t>(state.range(0)));
  keys.ForAll(&event, [&] { ledger.Record(event); });
  const std::uint64_t allocations_before = allocations.load();
  for (auto _ : state) {
    keys.Next(&event);
    benchmark::DoNotOptimize(ledger.Record(event));
  }
  if (state.thread_index() == 0) {
    const LedgerStatistics statistics = ledger.Statistics();
    state.counters["cells"] = static_cast<double>(statistics.cells);
    state.counters["allocations/event"] =
        static_cast<double>(allocations.load() - allocations_before) /
        static_cast<double>(state.iterations());
  }
  if (ready.fetch_sub(1) == 1) shared_ledger.reset();
}
BENCHMARK(RecordByHandle)->Arg(1)->Arg(16)->Arg(1000)->Arg(10'000)->Arg(100'000);
BENCHMARK(RecordByHandle)->Arg(1000)->Threads(2)->UseRealTime();

void RecordTwoParts(benchmark::State& state) {
  const auto ledger = NewLedger();
  const Atoms atoms = ThreeAtoms();
  const Part parts[] = {
      {ledger->InternClass("gpt-4o", ClassKind::kPriced), &atoms, nullptr, 1000, true},
      {ledger->InternClass("o3", ClassKind::kPriced), &atoms, nullptr, 1000, true}};
  Event event{.at = kNow, .dimensions = 0, .parts = parts, .reported = {}};
  Keys keys(ledger.get(), 1000);
  keys.ForAll(&event, [&] { ledger->Record(event); });
  for (auto _ : state) {
    keys.Next(&event);
    benchmark::DoNotOptimize(ledger->Record(event));
  }
}
BENCHMARK(RecordTwoParts);

// Six values, about 60 bytes; range(0) distinct tuples.
void InternSixStrings(benchmark::State& state) {
  const auto ledger = NewLedger();
  std::vector<std::vector<std::string>> values;
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    values.push_back(Values(static_cast<std::uint64_t>(i)));
  }
  std::size_t next = 0;
  const std::uint64_t allocations_before = allocations.load();
  for (auto _ : state) {
    const auto& row = values[next];
    const std::string_view views[] = {row[0], row[1], row[2], row[3], row[4], row[5]};
    benchmark::DoNotOptimize(ledger->InternDimensions(views, 0b111111));
    next = next + 7 < values.size() ? next + 7 : 0;
  }
  state.counters["allocations"] = static_cast<double>(allocations.load() - allocations_before);
}
BENCHMARK(InternSixStrings)->Arg(100)->Arg(10'000);

void InternSixStringsAndRecord(benchmark::State& state) {
  const auto ledger = NewLedger();
  const Atoms atoms = ThreeAtoms();
  const Part part{ledger->InternClass("gpt-4o", ClassKind::kPriced), &atoms, nullptr, 1000, true};
  std::vector<std::vector<std::string>> values;
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    values.push_back(Values(static_cast<std::uint64_t>(i)));
  }
  std::size_t next = 0;
  for (auto _ : state) {
    const auto& row = values[next];
    const std::string_view views[] = {row[0], row[1], row[2], row[3], row[4], row[5]};
    const Event event{kNow, ledger->InternDimensions(views, 0b111111), {&part, 1}, {}};
    benchmark::DoNotOptimize(ledger->Record(event));
    next = next + 7 < values.size() ? next + 7 : 0;
  }
}
BENCHMARK(InternSixStringsAndRecord)->Arg(10'000);

// range(0) cells of range(1) tuples.
void TakeSnapshot(benchmark::State& state) {
  const auto ledger = NewLedger();
  const Atoms atoms = ThreeAtoms();
  const Part part{ledger->InternClass("gpt-4o", ClassKind::kPriced), &atoms, nullptr, 1000, true};
  const auto cells = static_cast<std::uint64_t>(state.range(0));
  const auto tuples = static_cast<std::uint64_t>(state.range(1));
  std::vector<DimensionsId> dimensions;
  for (std::uint64_t i = 0; i < tuples; ++i) dimensions.push_back(Intern(ledger.get(), i));
  const std::uint64_t memory_before = ledger->Statistics().memory_bytes;
  for (std::uint64_t i = 0; i < cells; ++i) {
    const auto bucket = static_cast<InstantNs>(i / tuples) * kBucketSeconds;
    ledger->Record({kNow + bucket * kNsPerSecond, dimensions[i % tuples], {&part, 1}, {}});
  }
  for (auto _ : state) benchmark::DoNotOptimize(ledger->TakeSnapshot().value());
  state.counters["bytes/cell"] =
      static_cast<double>(ledger->Statistics().memory_bytes - memory_before) /
      static_cast<double>(cells);
}
BENCHMARK(TakeSnapshot)
    ->Args({100'000, 100})
    ->Args({100'000, 1000})
    ->Args({50'000, 50'000})
    ->Unit(benchmark::kMillisecond);

// A writer beside a thread that takes snapshots without pause.
void RecordBesideSnapshots(benchmark::State& state) {
  const auto ledger = NewLedger();
  const Atoms atoms = ThreeAtoms();
  const Part part{ledger->InternClass("gpt-4o", ClassKind::kPriced), &atoms, nullptr, 1000, true};
  Event event{.at = kNow, .dimensions = 0, .parts = {&part, 1}, .reported = {}};
  Keys keys(ledger.get(), 1000);
  keys.ForAll(&event, [&] { ledger->Record(event); });
  std::atomic<bool> end{false};
  std::uint64_t snapshots = 0;
  std::thread reader([&] {
    for (; !end.load(std::memory_order_relaxed); ++snapshots) ledger->TakeSnapshot().value();
  });
  for (auto _ : state) {
    keys.Next(&event);
    benchmark::DoNotOptimize(ledger->Record(event));
  }
  end.store(true, std::memory_order_relaxed);
  reader.join();
  state.counters["snapshots/s"] =
      benchmark::Counter(static_cast<double>(snapshots), benchmark::Counter::kIsRate);
}
BENCHMARK(RecordBesideSnapshots)->UseRealTime();

}  // namespace
}  // namespace tokentra
