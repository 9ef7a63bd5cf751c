// The call record: one JSON object a line, as applications log calls and the command line reads
// them (docs/cli.md).
//
// `RecordParser::Parse` reads one record; what it returns refers to the parser and the text until
// the next call. Response bodies are read where they stand, by the extractors.
//
// Rules: `provider` is required; exactly one of `response` and `usage` (`"usage": null` says that
// the call had none); `requests` is how many calls the usage sums up, `reported` the provider's own
// total where no body states it; `at` or a default, since a
// record of a log never means now; null is absent; a field given twice is an error; other fields
// are the application's own, and one whose name is a slip of one of these is a finding. Token
// counts from a caller are whole numbers: a negative or fractional one, or one above 2^53 given as
// a float, is an error naming field and value. Names in seconds are converted to milliseconds
// exactly or refused. Metadata values that are no scalar are a finding and left out: money is
// never lost over a tag.
//
// Thread: one parser, one thread.

#ifndef TOKENTRA_CORE_EXCHANGE_RECORD_H_
#define TOKENTRA_CORE_EXCHANGE_RECORD_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/instant.h"
#include "core/base/metadata_key.h"
#include "core/base/simdjson_forward.h"
#include "core/pricing/evaluate.h"
#include "core/usage/extract.h"

namespace tokentra {

class FieldLog;

class RecordParser {
 public:
  RecordParser();
  ~RecordParser();
  RecordParser(const RecordParser&) = delete;
  RecordParser& operator=(const RecordParser&) = delete;

  // `line` is one line without its newline, followed by simdjson::SIMDJSON_PADDING readable bytes.
  // INVALID_ARGUMENT says what is wrong; nothing but `id` and `provider` may then be used.
  absl::Status Parse(std::string_view line, InstantNs default_at);

  // For records that do not state theirs, and whose body names no model. Without a provider they
  // are errors.
  void SetDefaults(std::string_view provider, std::string_view model) {
    default_provider_ = provider;
    default_model_ = model;
  }

  // Which fields of the last record were there, and which are read.
  void NoteFields(FieldLog& log) const;

  const Call& call() const { return call_; }
  // The record's own id, else the response's.
  std::string_view id() const;
  std::span<const MetadataEntry> metadata() const { return metadata_; }
  std::span<const std::string> findings() const { return findings_; }
  const Extraction* extraction() const { return call_.extraction; }

  enum class Field : std::uint8_t {
    kProvider,
    kModel,
    kApi,
    kServiceTier,
    kRegion,
    kId,
    kAt,
    kBatch,
    kConditions,
    kMetadata,
    kRequests,
    kReported,
    kUsage,
    kResponse,
  };
  static constexpr std::size_t kFieldCount = 14;

 private:
  struct Fields;

  absl::Status ParseObject(simdjson::dom::object record, InstantNs default_at);
  absl::Status ReadFields(simdjson::dom::object record, Fields& fields);
  absl::Status ReadId(const std::optional<simdjson::dom::element>& id);
  absl::Status ReadAt(const Fields& fields, InstantNs default_at);
  absl::Status ReadUsage(simdjson::dom::element usage);
  absl::Status ReadConditions(simdjson::dom::element conditions);
  absl::Status ReadMetadata(simdjson::dom::element metadata);
  absl::Status ReadRequests(const std::optional<simdjson::dom::element>& requests);
  absl::StatusOr<std::optional<Money>> ReadReported(
      const std::optional<simdjson::dom::element>& value);
  void UseExtraction(const std::optional<Money>& reported);
  std::string_view Keep(std::string text);

  const std::unique_ptr<simdjson::dom::parser> parser_;
  Call call_;
  std::string_view default_provider_;
  std::string_view default_model_;
  bool parsed_ = false;
  std::string_view id_;
  Usage usage_;
  Extraction extraction_;
  std::vector<NamedCondition> conditions_;
  std::vector<MetadataEntry> metadata_;
  std::vector<std::string> findings_;
  std::deque<std::string> kept_;  // texts made from numbers; addresses are stable
};

// The count in `value` for a caller's meter named `name`: a whole number within kQuantityMax.
absl::StatusOr<std::uint64_t> CountFromJson(std::string_view name, simdjson::dom::element value);

}  // namespace tokentra

#endif  // TOKENTRA_CORE_EXCHANGE_RECORD_H_
