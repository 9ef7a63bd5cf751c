// Mistral's bodies.
//
// Inclusion: as OpenAI's chat. Cached prompt tokens lie within `prompt_tokens`; they are spelled
// `prompt_tokens_details.cached_tokens` or `num_cached_tokens`, which are one count.
//
// Voxtral's `prompt_audio_seconds` is billed beside the tokens; an empty object there means none.
//
// Absent joins: there are none.
//
// Total: `total_tokens` = prompt + completion, plus the tokens of sound where seconds are billed,
// which nothing else states: then it is no check.
//
// OCR bodies count pages. With an annotation of the document or of its images every page is
// annotated as well.

#include "core/usage/flavour.h"
#include "core/usage/reader.h"

namespace tokentra::extract {
namespace {

constexpr CountField kChatCounts[] = {
    {"prompt_tokens", kMeterInputTokens},
    {"prompt_tokens_details/cached_tokens|prompt_token_details/cached_tokens|num_cached_tokens",
     kMeterCacheReadTokens},
    {"completion_tokens", kMeterOutputTokens},
    {"completion_tokens_details/reasoning_tokens", kMeterOutputReasoningTokens},
    {"prompt_audio_seconds", kMeterInputAudioMilliseconds, kNoMeter, kNoMeter, 1000},
};

void CheckTotal(Reader& reader) {
  if (reader.usage().Get(kMeterInputAudioMilliseconds).value_or(0) == 0)
    reader.CheckTotal("total_tokens");
}

constexpr ConditionField kConditions[] = {{"service_tier", "service_tier", "auto"}};

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
    .conditions = kConditions,
    .special = &CheckTotal,
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
