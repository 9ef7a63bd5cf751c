// Bedrock's Converse body. InvokeModel gives the model vendor's own body: see the flavours
// `messages`, `chat` and `responses`.
//
// Inclusion: `inputTokens` *excludes* cache reads and writes; the whole input is the sum of three.
// `cacheReadInputTokenCount` and `cacheWriteInputTokenCount` repeat `cacheReadInputTokens` and
// `cacheWriteInputTokens` and are read only in their absence. `cacheDetails` breaks the writes down
// by lifetime.
//
// Total: `totalTokens` = input + output + cache read + cache write. The body names no model.

#include "core/usage/flavour.h"

namespace tokentra::extract {
namespace {

constexpr CountField kCounts[] = {
    {"inputTokens", kMeterInputTokens},
    {"cacheReadInputTokens|cacheReadInputTokenCount", kMeterCacheReadTokens, kMeterInputTokens},
    {"cacheWriteInputTokens|cacheWriteInputTokenCount", kMeterCacheWriteTokens, kMeterInputTokens},
    {"outputTokens", kMeterOutputTokens},
};

constexpr SplitValue kLifetimes[] = {
    {"5m", kMeterCacheWrite5mTokens, kMeterInputTokens, kMeterCacheWriteTokens},
    {"1h", kMeterCacheWrite1hTokens, kMeterInputTokens, kMeterCacheWriteTokens},
};
constexpr SplitField kSplits[] = {{"cacheDetails", "ttl", "inputTokens", kLifetimes}};

constexpr ConditionField kConditions[] = {
    {"serviceTier/type", "service_tier"},
    {"performanceConfig/latency", "latency", "standard"},
};

}  // namespace

constinit const Flavour kConverse = {
    .api = "converse",
    .usage = "usage|metadata/usage",
    .model = "model",
    .id = "ResponseMetadata/RequestId",
    .marker = "usage/inputTokens|metadata/usage/inputTokens|stopReason",
    .counts = kCounts,
    .splits = kSplits,
    .total = "totalTokens",
    .conditions = kConditions,
};

}  // namespace tokentra::extract
