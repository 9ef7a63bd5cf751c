// What pricing costs, beside a calibration of the same run: a relaxed, uncontended fetch_add.
// Counter: allocations an iteration.
//
// From the inside out: the arithmetic of one resolved part; a call by name (match, select, price);
// a name that only the normaliser finds; a whole call of a client, priced and recorded by name.

#include <benchmark/benchmark.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <string_view>

#include "core/client/client.h"
#include "core/pricing/evaluate.h"

namespace {

std::atomic<std::uint64_t> allocations{0};

}  // namespace

// Not inlined: the compiler would see free() meet the pointer of a `new` that it did not inline.
[[gnu::noinline]] void* operator new(std::size_t size) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void* operator new(std::size_t size, std::align_val_t alignment) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  const auto align = static_cast<std::size_t>(alignment);
  if (void* memory = std::aligned_alloc(align, (size + align - 1) / align * align)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::align_val_t) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  std::free(memory);
}

namespace tokentra {
namespace {

constexpr InstantNs kNow = 1'792'065'600 * kNsPerSecond;  // 2026-10-15T12:00:00Z

// Counts the allocations of the timed loop.
class AllocationCounter {
 public:
  explicit AllocationCounter(benchmark::State& state) : state_(state) {}
  ~AllocationCounter() {
    state_.counters["allocations/iteration"] = static_cast<double>(allocations.load() - before_) /
                                               static_cast<double>(state_.iterations());
  }

 private:
  benchmark::State& state_;
  const std::uint64_t before_ = allocations.load();
};

// The usages that peers are measured with: simple, cached, audio that overlaps the cache.
enum UsageKind : std::int64_t { kSimple, kCached, kAudio };

Usage UsageOf(std::int64_t kind) {
  Usage usage;
  usage.Set(kMeterInputTokens, 1500);
  if (kind != kSimple) usage.Set(kMeterCacheReadTokens, 1000);
  if (kind == kAudio) {
    usage.Set(kMeterInputAudioTokens, 400);
    usage.Set(kMeterCacheAudioReadTokens, 100);
  }
  usage.Set(kMeterOutputTokens, 500);
  return usage;
}

std::string_view ModelOf(std::int64_t kind) { return kind == kAudio ? "gpt-realtime" : "gpt-4o"; }

const char* LabelOf(std::int64_t kind) {
  return kind == kSimple ? "simple" : kind == kCached ? "cached" : "overlapping audio";
}

void CalibrationFetchAdd(benchmark::State& state) {
  static std::atomic<std::uint64_t> word{0};
  for (auto _ : state) word.fetch_add(1, std::memory_order_relaxed);
}
BENCHMARK(CalibrationFetchAdd);

// Atoms x price row -> lines and total.
void PriceResolvedPart(benchmark::State& state) {
  const auto catalog = Catalog::Builtin();
  const Usage usage = UsageOf(state.range(0));
  const Call call{.provider = "openai",
                  .model = ModelOf(state.range(0)),
                  .api = {},
                  .service_tier = {},
                  .region = {},
                  .conditions = {},
                  .at = kNow,
                  .usage = &usage};
  Evaluation evaluation;
  if (!Evaluate(*catalog, call, evaluation).ok() || evaluation.part(0).selection.row == nullptr) {
    state.SkipWithError("the usage has no price");
    return;
  }
  const PartEvaluation& part = evaluation.part(0);
  Cost cost;
  const AllocationCounter counter(state);
  for (auto _ : state) {
    benchmark::DoNotOptimize(part.atoms);
    PriceCall(catalog->image(), *part.selection.row, part.atoms, cost);
    benchmark::DoNotOptimize(cost.total);
  }
  state.SetLabel(LabelOf(state.range(0)));
}
BENCHMARK(PriceResolvedPart)->Arg(kSimple)->Arg(kCached)->Arg(kAudio);

void EvaluateCall(benchmark::State& state, std::string_view model, std::int64_t kind) {
  const auto catalog = Catalog::Builtin();
  const Usage usage = UsageOf(kind);
  const Call call{.provider = "openai",
                  .model = model,
                  .api = {},
                  .service_tier = {},
                  .region = {},
                  .conditions = {},
                  .at = kNow,
                  .usage = &usage};
  const AllocationCounter counter(state);
  for (auto _ : state) {
    Evaluation evaluation;
    if (!Evaluate(*catalog, call, evaluation).ok() || evaluation.state() != CostState::kPriced) {
      state.SkipWithError("the call has no price");
      break;
    }
    benchmark::DoNotOptimize(evaluation.total());
  }
}

// Provider, model and usage in, cost out: match, usage to atoms, select, price.
void PriceByName(benchmark::State& state) {
  EvaluateCall(state, ModelOf(state.range(0)), state.range(0));
  state.SetLabel(LabelOf(state.range(0)));
}
BENCHMARK(PriceByName)->Arg(kSimple)->Arg(kCached)->Arg(kAudio);

void PriceThroughNormaliser(benchmark::State& state) {
  EvaluateCall(state, "OpenAI/GPT-4o", kSimple);
}
BENCHMARK(PriceThroughNormaliser);

void ResolveName(benchmark::State& state, std::string_view model) {
  const auto catalog = Catalog::Builtin();
  const AllocationCounter counter(state);
  for (auto _ : state) {
    benchmark::DoNotOptimize(model);
    benchmark::DoNotOptimize(catalog->Resolve("openai", model, kNow));
  }
}
BENCHMARK_CAPTURE(ResolveName, Exact, "gpt-4o");
BENCHMARK_CAPTURE(ResolveName, Pattern, "ft:babbage-002:acme::x");
BENCHMARK_CAPTURE(ResolveName, Normalised, "OpenAI/GPT-4o");
BENCHMARK_CAPTURE(ResolveName, Unknown, "gpt-4o-turbo");

void OpenBuiltinCatalog(benchmark::State& state) {
  const AllocationCounter counter(state);
  for (auto _ : state) benchmark::DoNotOptimize(Catalog::Builtin());
}
BENCHMARK(OpenBuiltinCatalog);

// Three metadata keys; range(0): 1 with an id of its own for each event.
void TrackByName(benchmark::State& state) {
  ClientOptions options;
  options.ledger.dimensions = DefaultDimensions();
  options.ledger.ids_max = 4'000'000;
  const auto client = *Client::Create(std::move(options));
  const Usage usage = UsageOf(kSimple);
  const Call call{.provider = "openai",
                  .model = "gpt-4o",
                  .api = {},
                  .service_tier = {},
                  .region = {},
                  .conditions = {},
                  .at = kNow,
                  .usage = &usage};
  const MetadataEntry metadata[] = {
      {"team_id", "growth"}, {"project_id", "growth-web-chat"}, {"feature", "chat"}};
  char id[] = "request-00000000";
  const AllocationCounter counter(state);
  for (auto _ : state) {
    if (state.range(0) != 0) {
      for (char* digit = id + 15; ++*digit > '9'; --digit) *digit = '0';
    }
    Evaluation evaluation;
    TrackResult result;
    const std::string_view event_id = state.range(0) != 0 ? std::string_view(id) : "";
    if (!client->Track(call, event_id, metadata, evaluation, result).ok()) {
      state.SkipWithError("the call was refused");
      break;
    }
    benchmark::DoNotOptimize(result);
  }
  state.SetLabel(state.range(0) != 0 ? "with an id" : "without id");
}
BENCHMARK(TrackByName)->Arg(0)->Arg(1);

}  // namespace
}  // namespace tokentra
