// Cohere's bodies, v2 and v1.
//
// Inclusion: what is billed are `billed_units`, which leave out the tokens that Cohere adds itself
// (431 billed of 2,190 in one body). `tokens` counts those as well, and `cached_tokens` is counted
// on them, so it can pass the billed input: it belongs to flavour `tokens` alone, which is never
// detected, only named. Image tokens of an embedding stand beside its input tokens.
//
// Absent joins: there are none. Total: the bodies have none.
//
// A search unit is one query over up to 100 documents: one rerank search. Chat bodies name no
// model.

#include "core/usage/flavour.h"

namespace tokentra::extract {
namespace {

constexpr CountField kBilledCounts[] = {
    {"input_tokens", kMeterInputTokens},
    {"output_tokens", kMeterOutputTokens},
    {"search_units", kMeterRerankSearches},
};

constexpr CountField kTokensCounts[] = {
    {"tokens/input_tokens", kMeterInputTokens},
    {"cached_tokens", kMeterCacheReadTokens},
    {"tokens/output_tokens", kMeterOutputTokens},
};

constexpr CountField kEmbeddingsCounts[] = {
    {"input_tokens", kMeterInputTokens},
    {"image_tokens", kMeterInputImageTokens, kMeterInputTokens},
};

constexpr CountField kRerankCounts[] = {
    {"search_units", kMeterRerankSearches},
};

}  // namespace

constinit const Flavour kCohereChat = {
    .api = "chat",
    .usage =
        "usage/billed_units|delta/usage/billed_units|meta/billed_units|"
        "response/meta/billed_units",
    .model = "model",
    .id = "id|generation_id|response/generation_id",
    .marker =
        "usage/billed_units|delta/usage/billed_units|meta/billed_units/output_tokens|"
        "response/meta/billed_units",
    .counts = kBilledCounts,
};

constinit const Flavour kCohereTokens = {
    .api = "tokens",
    .usage = "usage|delta/usage|meta",
    .model = "model",
    .id = "id|generation_id",
    .marker = {},
    .counts = kTokensCounts,
};

constinit const Flavour kCohereEmbeddings = {
    .api = "embeddings",
    .usage = "meta/billed_units",
    .model = "model",
    .id = "id",
    .marker = "meta/billed_units/input_tokens|meta/billed_units/image_tokens",
    .unlike = "meta/billed_units/output_tokens|meta/billed_units/search_units",
    .counts = kEmbeddingsCounts,
};

constinit const Flavour kCohereRerank = {
    .api = "rerank",
    .usage = "meta/billed_units",
    .model = "model",
    .id = "id",
    .marker = "meta/billed_units/search_units",
    .unlike = "meta/billed_units/output_tokens",
    .counts = kRerankCounts,
};

}  // namespace tokentra::extract
