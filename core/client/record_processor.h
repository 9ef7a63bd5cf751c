// Reads, prices and prepares one record after the other into a RecordsResult.
//
// Internal to core/client. Thread: one object, one thread.

#ifndef TOKENTRA_CORE_CLIENT_RECORD_PROCESSOR_H_
#define TOKENTRA_CORE_CLIENT_RECORD_PROCESSOR_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "core/client/records.h"
#include "core/exchange/draft_call.h"
#include "simdjson.h"

namespace tokentra {

class RecordProcessor : private DraftSink {
 public:
  // All outlive the processor. `options.source` is read anew for every record.
  RecordProcessor(const Catalog& catalog, const EventPreparer* preparer,
                  const RecordsOptions& options, RecordsResult& result);

  // `record` is followed by simdjson::SIMDJSON_PADDING readable bytes.
  void Read(std::string_view record, std::uint64_t line);
  // A line of a session log that builds on those before it.
  void ReadSession(CodexSession& session, std::string_view text, std::uint64_t line);
  // A record that is none.
  void Refuse(std::uint64_t line, std::uint32_t column, absl::Status status);

 private:
  void ReadOwn(std::string_view record, std::uint64_t line);
  void OnCall(CallDraft& draft) override;
  void OnSpan(const SpanLink& link) override { result_.spans.push_back(link); }
  void OnSequence(std::string_view text) override;

  RecordResultLine NewLine(std::uint64_t line) const;
  void RefuseCall(RecordResultLine line, absl::Status status, std::uint32_t column,
                  std::span<const MetadataEntry> metadata);
  void Price(const Call& call, std::string_view id, std::span<const MetadataEntry> metadata,
             RecordResultLine line, const std::string* json);
  bool IsOutside(InstantNs at) const;

  const Catalog& catalog_;
  const EventPreparer* const preparer_;
  const RecordsOptions& options_;
  RecordsResult& result_;
  RecordParser parser_;
  simdjson::dom::parser document_;
  ReaderContext context_;
  DraftCall built_;
  std::string_view record_;  // being read
  std::uint64_t line_ = 0;
};

// Turns a result into that of a refused record.
void RefuseLine(const RecordsOptions& options, absl::Status status, std::uint32_t column,
                RecordResultLine& line);

// Explains the first call of `record`, which is padded.
absl::StatusOr<std::string> ExplainFirst(const Catalog& catalog, std::string_view record,
                                         const RecordsOptions& options);

}  // namespace tokentra

#endif  // TOKENTRA_CORE_CLIENT_RECORD_PROCESSOR_H_
