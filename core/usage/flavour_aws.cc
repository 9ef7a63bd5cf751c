// Bedrock's Converse body, and what Bedrock says of an InvokeModel call whose body says nothing.
//
// InvokeModel gives the model vendor's own body: see the flavours `messages`, `chat` and
// `responses`. The counts of a body without usage stand in the response's headers
// (`x-amzn-bedrock-input-token-count`, ...), as boto3's `ResponseMetadata.HTTPHeaders`, as
// `headers` or as the object itself; those of a stream in its last chunk's
// `amazon-bedrock-invocationMetrics`.
//
// Inclusion: `inputTokens` *excludes* cache reads and writes; the whole input is the sum of three.
// `cacheReadInputTokenCount` and `cacheWriteInputTokenCount` repeat `cacheReadInputTokens` and
// `cacheWriteInputTokens` and are read only in their absence. `cacheDetails` breaks the writes down
// by lifetime.
//
// Absent joins: there are none.
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

constexpr CountField kInvokeCounts[] = {
    {"inputTokenCount|x-amzn-bedrock-input-token-count|X-Amzn-Bedrock-Input-Token-Count",
     kMeterInputTokens},
    {"cacheReadInputTokenCount|x-amzn-bedrock-cache-read-input-token-count|"
     "X-Amzn-Bedrock-Cache-Read-Input-Token-Count",
     kMeterCacheReadTokens, kMeterInputTokens},
    {"cacheWriteInputTokenCount|x-amzn-bedrock-cache-write-input-token-count|"
     "X-Amzn-Bedrock-Cache-Write-Input-Token-Count",
     kMeterCacheWriteTokens, kMeterInputTokens},
    {"outputTokenCount|x-amzn-bedrock-output-token-count|X-Amzn-Bedrock-Output-Token-Count",
     kMeterOutputTokens},
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

constinit const Flavour kInvokeModel = {
    .api = "invoke_model",
    .usage = "amazon-bedrock-invocationMetrics|ResponseMetadata/HTTPHeaders|headers|.",
    .model = "model",
    .id = "ResponseMetadata/RequestId|headers/x-amzn-requestid|x-amzn-requestid",
    .marker =
        "amazon-bedrock-invocationMetrics|"
        "ResponseMetadata/HTTPHeaders/x-amzn-bedrock-input-token-count|"
        "headers/x-amzn-bedrock-input-token-count|headers/X-Amzn-Bedrock-Input-Token-Count|"
        "x-amzn-bedrock-input-token-count|X-Amzn-Bedrock-Input-Token-Count",
    .counts = kInvokeCounts,
};

}  // namespace tokentra::extract
