// OpenAI's bodies, and whoever speaks them.
//
// Inclusion: `prompt_tokens` / `input_tokens` contain cached, cache-write, audio, image and video
// tokens; `completion_tokens` / `output_tokens` contain reasoning, audio and images (2600 = 2000
// read + 400 written + 200 plain in OpenAI's own example). Accepted and rejected prediction tokens
// are plain output. The text counts of chat bodies are what the other modalities leave, priced the
// same, and not read.
//
// Spellings: the chat counts stand under several names. Cached tokens are
// `prompt_tokens_details.cached_tokens` nearly everywhere, `prompt_cache_hit_tokens` at DeepSeek,
// `cached_tokens` at Anthropic's and Moonshot's compatible APIs, `cache_read_input_tokens` at
// Databricks; reasoning stands at the top of the usage at Databricks and Modal.
//
// Absent joins: cached and reasoning tokens are text as far as text goes.
//
// Total: `total_tokens` = input + output. It also tells servers that count reasoning or cached
// tokens beside the whole: such a body is suspect and read by its total. DeepSeek's hits and misses
// are the prompt.
//
// Tools: OpenAI's responses list the tools that ran in `output`; a web search that searched (and
// did not merely open a page it had found) and a file search are billed by the call. OpenRouter
// counts its web searches in the usage.

#include <string_view>

#include "absl/strings/str_cat.h"
#include "core/usage/flavour.h"
#include "core/usage/reader.h"

namespace tokentra::extract {
namespace {

// "auto" names what was asked for, not what served the call.
constexpr ConditionField kConditions[] = {
    {"service_tier|response/service_tier", "service_tier", "auto"}};

// OpenRouter and DeepInfra.
constexpr ReportedField kReported[] = {{"cost"}, {"estimated_cost"}};

constexpr CountField kChatCounts[] = {
    {"prompt_tokens", kMeterInputTokens},
    {"prompt_tokens_details/cached_tokens|cached_tokens|prompt_cache_hit_tokens|"
     "cache_read_input_tokens",
     kMeterCacheReadTokens},
    {"prompt_tokens_details/cache_write_tokens|prompt_tokens_details/cache_creation_input_tokens|"
     "cache_creation_input_tokens",
     kMeterCacheWriteTokens},
    {"prompt_tokens_details/audio_tokens", kMeterInputAudioTokens},
    {"prompt_tokens_details/image_tokens", kMeterInputImageTokens},
    {"prompt_tokens_details/video_tokens", kMeterInputVideoTokens},
    {"completion_tokens", kMeterOutputTokens},
    {"completion_tokens_details/reasoning_tokens|reasoning_tokens", kMeterOutputReasoningTokens},
    {"completion_tokens_details/audio_tokens", kMeterOutputAudioTokens},
    {"completion_tokens_details/image_tokens", kMeterOutputImageTokens},
    {"server_tool_use_details/web_search_requests|server_tool_use/web_search_requests",
     kMeterWebSearches},
};

constexpr CountField kEmbeddingsCounts[] = {
    {"prompt_tokens|input_tokens", kMeterInputTokens},
    {"prompt_tokens_details/image_tokens", kMeterInputImageTokens},
};

constexpr CountField kResponsesCounts[] = {
    {"input_tokens", kMeterInputTokens},
    {"input_tokens_details/cached_tokens", kMeterCacheReadTokens},
    {"input_tokens_details/cache_write_tokens", kMeterCacheWriteTokens},
    {"output_tokens", kMeterOutputTokens},
    {"output_tokens_details/reasoning_tokens", kMeterOutputReasoningTokens},
    {"server_tool_use_details/web_search_requests", kMeterWebSearches},
};

constexpr CountField kDecisionsCounts[] = {
    {"input_tokens", kMeterInputTokens},
    {"output_tokens", kMeterOutputTokens},
};

// Hits and misses are the prompt at DeepSeek, and so at whoever states both.
void CheckHitsAndMisses(Reader& reader) {
  const auto miss = reader.ReadTotal("prompt_cache_miss_tokens");
  if (!miss || !reader.usage().Has(kMeterInputTokens)) return;
  const std::uint64_t hit = reader.usage().Get(kMeterCacheReadTokens).value_or(0);
  const std::uint64_t prompt = *reader.usage().Get(kMeterInputTokens);
  if (hit + *miss == prompt) return;
  reader.Suspect(absl::StrCat("prompt_cache_hit_tokens ", hit, " and prompt_cache_miss_tokens ",
                              *miss, " are not prompt_tokens ", prompt, " together"));
}

void CountToolCalls(Reader& reader) {
  const std::optional<Element> output = Find(reader.body(), "output|response/output");
  simdjson::dom::array items;
  if (!output || output->get_array().get(items) != simdjson::SUCCESS) return;
  std::uint64_t web = 0;
  std::uint64_t file = 0;
  for (Element item : items) {
    const std::string_view type = FindText(item, "type").value_or("");
    if (type == "web_search_call") {
      web += FindText(item, "action/type").value_or("search") == "search" ? 1 : 0;
    } else if (type == "file_search_call") {
      ++file;
    }
  }
  if (web != 0) reader.usage().Set(kMeterWebSearches, web);
  if (file != 0) reader.usage().Set(kMeterStorageSearches, file);
}

}  // namespace

constinit const Flavour kChat = {
    .api = "chat",
    .usage = "usage|x_groq/usage",
    .model = "model",
    .id = "id",
    .marker = "usage/completion_tokens|x_groq/usage/completion_tokens|choices",
    .counts = kChatCounts,
    .total = "total_tokens",
    .conditions = kConditions,
    .reported = kReported,
    .special = &CheckHitsAndMisses,
};

constinit const Flavour kEmbeddings = {
    .api = "embeddings",
    .usage = "usage",
    .model = "model",
    .id = "id",
    .marker = "usage/prompt_tokens",
    .unlike = "usage/completion_tokens|choices",
    .counts = kEmbeddingsCounts,
    .total = "total_tokens",
    .conditions = kConditions,
    .reported = kReported,
};

constinit const Flavour kResponses = {
    .api = "responses",
    .usage = "usage|response/usage",
    .model = "model|response/model",
    .id = "id|response/id",
    .marker = "usage/input_tokens|response/usage/input_tokens|output|response/output",
    .unlike = "usage/prompt_tokens|usage/cache_read_input_tokens",
    .counts = kResponsesCounts,
    .total = "total_tokens",
    .conditions = kConditions,
    .reported = kReported,
};

constinit const Flavour kOpenAiResponses = {
    .api = "responses",
    .usage = "usage|response/usage",
    .model = "model|response/model",
    .id = "id|response/id",
    .marker = "usage/input_tokens|response/usage/input_tokens|output|response/output",
    .unlike = "usage/prompt_tokens|usage/cache_read_input_tokens",
    .counts = kResponsesCounts,
    .total = "total_tokens",
    .conditions = kConditions,
    .special = &CountToolCalls,
};

constinit const Flavour kDecisions = {
    .api = "decisions",
    .usage = "usage|result/usage",
    .model = "model|result/model",
    .id = "id|result/id",
    .marker = "usage/input_tokens|result/usage/input_tokens",
    .unlike = "output|usage/prompt_tokens",
    .counts = kDecisionsCounts,
    .total = "total_tokens",
    .conditions = kConditions,
    .reported = kReported,
};

}  // namespace tokentra::extract
