// OpenAI: organisation usage, pages of buckets as the API returns them, or single buckets.
// Source: openai/openai-python src/openai/types/admin/organization/usage_completions_response.py.
//
// A result sums up `num_model_requests` calls, so a price that depends on the length of the context
// is chosen by their average. input_tokens includes cached and cache-write tokens of every
// modality; input_audio_tokens and input_image_tokens are the uncached ones alone. The instant is
// the bucket's start. Results without a model (no group_by=model) cannot be priced. Costs carry
// money without quantities: passed over.

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/exchange/format.h"

namespace tokentra {
namespace {

using simdjson::dom::element;

// The whole of a modality is its uncached and its cached part.
absl::Status ReadModality(const Fields& result, std::string_view uncached, std::string_view cached,
                          MeterId whole, MeterId read, Usage& usage) {
  TOKENTRA_ASSIGN_OR_RETURN(const std::optional<std::uint64_t> plain, result.Count(uncached));
  TOKENTRA_ASSIGN_OR_RETURN(const std::optional<std::uint64_t> hit, result.Count(cached));
  if (hit.value_or(0) > 0) usage.Set(read, *hit);
  const std::uint64_t sum = plain.value_or(0) + hit.value_or(0);
  if (sum > 0 && sum <= kQuantityMax) usage.Set(whole, sum);
  return absl::OkStatus();
}

absl::Status ReadCounts(const Fields& result, Usage& usage) {
  TOKENTRA_RETURN_IF_ERROR(result.Count("input_tokens", kMeterInputTokens, usage));
  TOKENTRA_RETURN_IF_ERROR(result.Count("output_tokens", kMeterOutputTokens, usage));
  TOKENTRA_RETURN_IF_ERROR(result.Count("input_cached_tokens", kMeterCacheReadTokens, usage));
  TOKENTRA_RETURN_IF_ERROR(result.Count("input_cache_write_tokens", kMeterCacheWriteTokens, usage));
  TOKENTRA_RETURN_IF_ERROR(ReadModality(result, "input_audio_tokens", "input_cached_audio_tokens",
                                        kMeterInputAudioTokens, kMeterCacheAudioReadTokens, usage));
  TOKENTRA_RETURN_IF_ERROR(ReadModality(result, "input_image_tokens", "input_cached_image_tokens",
                                        kMeterInputImageTokens, kMeterCacheImageReadTokens, usage));
  for (const auto& [name, meter] : {std::pair{"output_audio_tokens", kMeterOutputAudioTokens},
                                    std::pair{"output_image_tokens", kMeterOutputImageTokens}}) {
    TOKENTRA_ASSIGN_OR_RETURN(const std::optional<std::uint64_t> count, result.Count(name));
    if (count.value_or(0) > 0) usage.Set(meter, *count);
  }
  TOKENTRA_RETURN_IF_ERROR(result.Count("characters", kMeterInputCharacters, usage));
  TOKENTRA_ASSIGN_OR_RETURN(const std::optional<std::uint64_t> seconds, result.Count("seconds"));
  if (seconds.has_value() && *seconds <= kQuantityMax / 1000) {
    usage.Set(kMeterInputAudioMilliseconds, *seconds * 1000);
  }
  return absl::OkStatus();
}

absl::Status ReadResult(const Fields& result, InstantNs at, const ReadOptions& options,
                        DraftSink& sink) {
  const std::string_view kind = result.Text("object");
  if (kind == "organization.costs.result") return absl::OkStatus();
  CallDraft draft;
  draft.at = at;
  draft.metered = true;
  TOKENTRA_RETURN_IF_ERROR(ReadCounts(result, draft.usage));
  TOKENTRA_ASSIGN_OR_RETURN(const std::optional<std::uint64_t> requests,
                            result.Count("num_model_requests|num_requests"));
  if (kind == "organization.usage.web_searches.result" && requests.has_value()) {
    TOKENTRA_RETURN_IF_ERROR(result.Count("num_requests", kMeterWebSearches, draft.usage));
    draft.metered = draft.usage.Has(kMeterWebSearches);
  }
  draft.requests = std::max<std::uint64_t>(requests.value_or(1), 1);
  SetProviderAndModel(draft, "openai", result.Text("model"), options);
  draft.batch = result.True("batch");
  draft.service_tier = result.Text("service_tier");
  AddTag(draft, "project_id", result.Text("project_id"));
  AddTag(draft, "user_id", result.Text("user_id"));
  AddTag(draft, "api_key_id", result.Text("api_key_id"));
  sink.OnCall(draft);
  return absl::OkStatus();
}

}  // namespace

absl::Status ReadOpenaiUsage(const Fields& record, const ReadOptions& options, DraftSink& sink) {
  if (const std::optional<simdjson::dom::array> page = record.Array("data")) {
    for (const element item : *page) {
      simdjson::dom::object object;
      if (item.get(object) != simdjson::SUCCESS) continue;
      const Fields bucket(object, record.context(), "data[]");
      TOKENTRA_RETURN_IF_ERROR(ReadOpenaiUsage(bucket, options, sink));
    }
    return absl::OkStatus();
  }
  TOKENTRA_ASSIGN_OR_RETURN(const InstantNs at, record.Instant("start_time"));
  const std::optional<simdjson::dom::array> results = record.Array("results|result");
  // A single result, as scripts flatten them.
  if (!results.has_value()) return ReadResult(record, at, options, sink);
  for (const element item : *results) {
    simdjson::dom::object object;
    if (item.get(object) != simdjson::SUCCESS) continue;
    const Fields result(object, record.context(), record.PathOf("results[]"));
    TOKENTRA_RETURN_IF_ERROR(ReadResult(result, at, options, sink));
  }
  return absl::OkStatus();
}

}  // namespace tokentra
