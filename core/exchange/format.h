// The formats that logs come in: their names, how one is recognised, and the reader of each.
//
// Every reader turns one record (a JSON value; a row of a CSV file is one too, with texts as
// values) into calls. What a format means by its counts, which instant it states, and what is left
// out on purpose stands in docs/formats.md and at the reader.
//
// Thread: pure functions of record, options and context.

#ifndef TOKENTRA_CORE_EXCHANGE_FORMAT_H_
#define TOKENTRA_CORE_EXCHANGE_FORMAT_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "core/exchange/draft.h"
#include "core/exchange/fields.h"

namespace tokentra {

enum class RecordFormat : std::uint8_t {
  kRecord,       // tokentra's own call records
  kResponse,     // response bodies as received, batch results too
  kLitellm,      // LiteLLM: spend logs and StandardLoggingPayload
  kLangfuse,     // Langfuse: observations
  kOpenaiUsage,  // OpenAI: organisation usage
  kOtlp,         // OpenTelemetry: OTLP JSON of the file exporter
  kOpenrouter,   // OpenRouter: activity export
  kClaudeCode,   // Claude Code: session log
  kCodex,        // Codex: session log
  kCsv,          // any CSV, by a column mapping
};

std::span<const std::string_view> FormatNames();
std::string_view FormatName(RecordFormat format);
std::optional<RecordFormat> FindFormat(std::string_view name);

// What a record shows; nullopt when it could be anything.
std::optional<RecordFormat> DetectFormat(simdjson::dom::element record);

struct ReadOptions {
  std::string provider;  // of calls that do not state one
  std::string model;     // likewise
  // CSV: our field ("at", "input_tokens", "metadata.team_id") and the column it is in.
  std::vector<std::pair<std::string, std::string>> columns;
};

// Reads one record. INVALID_ARGUMENT says what is wrong with it; calls given to `sink` before
// stand.
absl::Status ReadRecord(RecordFormat format, simdjson::dom::element record,
                        const ReadOptions& options, ReaderContext& context, DraftSink& sink);

// State of a session log whose lines build on each other.
class CodexSession {
 public:
  // One line as `OnSequence` gave it.
  absl::Status Read(simdjson::dom::element line, const ReadOptions& options, ReaderContext& context,
                    DraftSink& sink);

 private:
  std::string session_;
  std::string cwd_;
  std::string model_;
  std::string provider_;
  std::string tier_;
  Usage total_;
  bool has_total_ = false;
  std::uint64_t calls_ = 0;
};

// One for each format; internal to exchange.
absl::Status ReadResponse(const Fields& record, const ReadOptions& options, DraftSink& sink);
absl::Status ReadLitellm(const Fields& record, const ReadOptions& options, DraftSink& sink);
absl::Status ReadLangfuse(const Fields& record, const ReadOptions& options, DraftSink& sink);
absl::Status ReadOpenaiUsage(const Fields& record, const ReadOptions& options, DraftSink& sink);
absl::Status ReadOtlp(const Fields& record, const ReadOptions& options, DraftSink& sink);
absl::Status ReadOpenrouter(const Fields& record, const ReadOptions& options, DraftSink& sink);
absl::Status ReadClaudeCode(const Fields& record, const ReadOptions& options, DraftSink& sink);
absl::Status ReadCodex(const Fields& record, const ReadOptions& options, DraftSink& sink);
absl::Status ReadCsv(const Fields& record, const ReadOptions& options, DraftSink& sink);

// Adds metadata unless the value is empty.
void AddTag(CallDraft& draft, std::string_view key, std::string_view value);
// Adds every scalar of an object under its own key.
void AddTags(CallDraft& draft, const std::optional<simdjson::dom::element>& object,
             ReaderContext& context);
// Provider and model from what is stated, the options, and at last the model's name.
void SetProviderAndModel(CallDraft& draft, std::string_view provider, std::string_view model,
                         const ReadOptions& options);
// Counts of a system that means `input_tokens` to include the cached ones, but did not always:
// where they do not fit inside, they were left out, and are added with a finding.
void IncludeCaches(CallDraft& draft);
// 64-bit FNV-1a of both; never 0.
std::uint64_t HashOf(std::string_view a, std::string_view b = {});

}  // namespace tokentra

#endif  // TOKENTRA_CORE_EXCHANGE_FORMAT_H_
