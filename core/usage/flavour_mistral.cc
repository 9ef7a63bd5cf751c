// Mistral's bodies.
//
// Inclusion: as OpenAI's chat. Cached prompt tokens lie within `prompt_tokens`; they are spelled
// `prompt_tokens_details.cached_tokens` or `num_cached_tokens`, which are one count.
//
// Total: `total_tokens` = prompt + completion.
//
// OCR bodies count pages. With an annotation of the document or of its images every page is
// annotated as well.

#include "core/usage/flavour.h"

namespace tokentra::extract {
namespace {

constexpr CountField kChatCounts[] = {
    {"prompt_tokens", kMeterInputTokens},
    {"prompt_tokens_details/cached_tokens|prompt_token_details/cached_tokens|num_cached_tokens",
     kMeterCacheReadTokens},
    {"completion_tokens", kMeterOutputTokens},
    {"completion_tokens_details/reasoning_tokens", kMeterOutputReasoningTokens},
};

constexpr CountField kOcrCounts[] = {{"pages_processed", kMeterInputDocumentPages}};
constexpr CountField kOcrAnnotatedCounts[] = {
    {"pages_processed", kMeterInputAnnotatedDocumentPages, kMeterInputDocumentPages}};

}  // namespace

constinit const Flavour kMistralChat = {
    .api = "chat",
    .usage = "usage",
    .model = "model",
    .id = "id",
    .marker = "usage",
    .counts = kChatCounts,
    .total = "total_tokens",
};

constinit const Flavour kMistralOcr = {
    .api = "ocr",
    .usage = "usage_info",
    .model = "model",
    .id = "id",
    .marker = "usage_info",
    .counts = kOcrCounts,
};

constinit const Flavour kMistralOcrAnnotated = {
    .api = "ocr_annotated",
    .usage = "usage_info",
    .model = "model",
    .id = "id",
    .marker = "document_annotation",
    .counts = kOcrAnnotatedCounts,
};

}  // namespace tokentra::extract
