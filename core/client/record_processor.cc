#include "core/client/record_processor.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/text.h"
#include "core/client/record_fix.h"
#include "core/convention/key_spelling.h"
#include "core/exchange/cost_json.h"
#include "core/exchange/explain.h"
#include "core/exchange/json_position.h"

namespace tokentra {
namespace {

CostContext ContextOf(const Call& call, std::string_view id, std::uint64_t line) {
  CostContext context;
  context.line = line;
  context.id = id;
  if (call.extraction != nullptr && call.extraction->reported.has_value()) {
    context.reported = &*call.extraction->reported;
  }
  return context;
}

// Where in a refused record the fault is: where it stops being JSON, else the member that the
// message begins with, else its beginning.
std::uint32_t ColumnOf(std::string_view record, const absl::Status& status) {
  std::uint64_t column = JsonErrorColumn(record);
  if (column == 0) {
    const std::string_view message(status.message().data(), status.message().size());
    column = JsonMemberColumn(record, message.substr(0, message.find_first_of(" :.")));
  }
  return static_cast<std::uint32_t>(std::max<std::uint64_t>(column, 1));
}

}  // namespace

void RefuseLine(const RecordsOptions& options, absl::Status status, std::uint32_t column,
                RecordResultLine& line) {
  line.status = std::move(status);
  line.outcome = Outcome::kRefused;
  line.column = column;
  line.message = std::string(line.status.message());
  line.json.clear();
  if (options.json) AppendErrorJson(line.line, column, line.status, line.json);
}

RecordProcessor::RecordProcessor(const Catalog& catalog, const EventPreparer* preparer,
                                 const RecordsOptions& options, RecordsResult& result)
    : catalog_(catalog), preparer_(preparer), options_(options), result_(result) {
  if (options.fields) context_.log = &result.fields;
}

RecordResultLine RecordProcessor::NewLine(std::uint64_t line) const {
  RecordResultLine out;
  out.line = line;
  out.source = options_.source;
  out.tracked = preparer_ != nullptr;
  return out;
}

bool RecordProcessor::IsOutside(InstantNs at) const {
  return (options_.since != kNoInstant && at < options_.since) ||
         (options_.until != kNoInstant && at >= options_.until);
}

void RecordProcessor::RefuseCall(RecordResultLine line, absl::Status status, std::uint32_t column,
                                 std::span<const MetadataEntry> metadata) {
  // The event happened, whatever it was: it is counted.
  if (preparer_ != nullptr) {
    line.event =
        preparer_->PrepareRefused(status, line.provider, line.at, metadata, result_.events);
  }
  RefuseLine(options_, std::move(status), column, line);
  result_.records.push_back(std::move(line));
}

void RecordProcessor::Refuse(std::uint64_t line, std::uint32_t column, absl::Status status) {
  RefuseCall(NewLine(line), std::move(status), column, {});
}

void RecordProcessor::Read(std::string_view record, std::uint64_t line) {
  record_ = record;
  line_ = line;
  if (options_.format == RecordFormat::kRecord) {
    ReadOwn(record, line);
    return;
  }
  simdjson::dom::element value;
  const simdjson::error_code error =
      document_.parse(record.data(), record.size(), false).get(value);
  if (error != simdjson::SUCCESS) {
    absl::Status status = NotJson(error, record);
    Refuse(line, ColumnOf(record, status), std::move(status));
    return;
  }
  context_.Reset();
  absl::Status status = ReadRecord(options_.format, value, options_.read, context_, *this);
  if (!status.ok()) Refuse(line, ColumnOf(record, status), std::move(status));
}

void RecordProcessor::ReadSession(CodexSession& session, std::string_view text,
                                  std::uint64_t line) {
  record_ = text;
  line_ = line;
  simdjson::dom::element value;
  if (document_.parse(text.data(), text.size(), false).get(value) != simdjson::SUCCESS) return;
  context_.Reset();
  absl::Status status = session.Read(value, options_.read, context_, *this);
  if (!status.ok()) Refuse(line, 1, std::move(status));
}

void RecordProcessor::ReadOwn(std::string_view record, std::uint64_t line) {
  parser_.SetDefaults(options_.read.provider, options_.read.model);
  absl::Status status = parser_.Parse(record, options_.default_at);
  const Call& call = parser_.call();
  RecordResultLine out = NewLine(line);
  out.provider = call.provider;
  out.id = parser_.id();
  out.at = call.at;
  if (context_.log != nullptr) parser_.NoteFields(*context_.log);
  if (!status.ok()) {
    RefuseCall(std::move(out), status, ColumnOf(record, status), parser_.metadata());
    return;
  }
  std::string same;
  if (options_.convert) same = record;
  Price(call, parser_.id(), parser_.metadata(), std::move(out), options_.convert ? &same : nullptr);
}

void RecordProcessor::OnSequence(std::string_view text) {
  HeldRecord held;
  held.hold = Hold::kSequence;
  held.source = options_.source;
  held.line = line_;
  held.text = text;
  result_.held.push_back(std::move(held));
}

void RecordProcessor::OnCall(CallDraft& draft) {
  RecordResultLine out = NewLine(line_);
  out.provider = draft.provider;
  out.id = draft.id;
  absl::Status status = built_.Build(draft, options_.default_at);
  out.at = built_.call().at;
  if (!status.ok()) {
    RefuseCall(std::move(out), status, ColumnOf(record_, status), draft.metadata);
    return;
  }
  out.id = built_.id();
  std::string json;
  const bool held = draft.hold != Hold::kNone;
  if (held || options_.convert) AppendRecordJson(draft, built_, json);
  if (held) {
    HeldRecord record;
    record.hold = draft.hold;
    record.source = options_.source;
    record.line = line_;
    record.key = draft.key;
    record.weight = draft.weight;
    record.text = std::move(json);
    result_.held.push_back(std::move(record));
    return;
  }
  Price(built_.call(), built_.id(), draft.metadata, std::move(out),
        options_.convert ? &json : nullptr);
}

void RecordProcessor::Price(const Call& call, std::string_view id,
                            std::span<const MetadataEntry> metadata, RecordResultLine out,
                            const std::string* json) {
  if (IsOutside(call.at)) {
    out.skipped = true;
    out.tracked = false;
    result_.records.push_back(std::move(out));
    return;
  }
  for (std::string& message : SpellingMessages(metadata))
    out.findings.push_back(std::move(message));
  Evaluation evaluation;
  absl::Status status = Evaluate(catalog_, call, evaluation);
  if (!status.ok()) {
    RefuseCall(std::move(out), status, ColumnOf(record_, status), metadata);
    return;
  }
  if (preparer_ != nullptr) {
    out.event =
        preparer_->Prepare(call, id, metadata, evaluation, result_.events, &out.has_findings);
    out.outcome = Outcome::kRecorded;
  }
  out.has_findings = out.has_findings || !out.findings.empty();
  out.provider = evaluation.provider();
  out.model = EvaluationModel(catalog_, evaluation);
  out.unmetered = evaluation.unmetered();
  out.state = evaluation.state();
  out.match = EvaluationMatch(evaluation);
  out.quality = evaluation.quality();
  out.total = evaluation.total();
  for (std::size_t i = 0; i < evaluation.part_count(); ++i) {
    const Usage& usage = evaluation.part(i).usage;
    out.input_tokens += usage.Get(kMeterInputTokens).value_or(0);
    out.output_tokens += usage.Get(kMeterOutputTokens).value_or(0);
  }
  out.message = evaluation.Reason(catalog_);
  if (options_.metadata) {
    for (const MetadataEntry& entry : metadata) out.metadata.emplace_back(entry.key, entry.value);
  }
  if (json != nullptr && options_.fix != nullptr) {
    out.json = FixRecord(*options_.fix, *json, metadata, call.at, &result_.fixes);
  } else if (json != nullptr) {
    out.json = *json;
  } else if (options_.json) {
    CostContext context = ContextOf(call, id, out.line);
    context.findings = out.findings;
    std::string why;
    if (options_.explain) {
      why = ExplainEvaluation(catalog_, evaluation, ContextOf(call, id, 0));
      context.explain = why;
    }
    AppendCostJson(catalog_, evaluation, context, out.json);
  }
  result_.records.push_back(std::move(out));
}

namespace {

// Keeps the explanation of the first call.
class FirstCallExplainer : public DraftSink {
 public:
  FirstCallExplainer(const Catalog& catalog, InstantNs default_at)
      : catalog_(catalog), default_at_(default_at) {}

  void OnCall(CallDraft& draft) override {
    if (found_) return;
    found_ = true;
    DraftCall built;
    absl::Status status = built.Build(draft, default_at_);
    text_ = status.ok() ? Explain(built.call(), built.id()) : status;
  }

  absl::StatusOr<std::string> Explain(const Call& call, std::string_view id) const {
    Evaluation evaluation;
    absl::Status status = Evaluate(catalog_, call, evaluation);
    if (!status.ok()) return status;
    return ExplainEvaluation(catalog_, evaluation, ContextOf(call, id, 0));
  }

  absl::StatusOr<std::string> Take() { return std::move(text_); }

 private:
  const Catalog& catalog_;
  InstantNs default_at_;
  bool found_ = false;
  absl::StatusOr<std::string> text_ = absl::NotFoundError("the record holds no call");
};

}  // namespace

absl::StatusOr<std::string> ExplainFirst(const Catalog& catalog, std::string_view record,
                                         const RecordsOptions& options) {
  FirstCallExplainer explainer(catalog, options.default_at);
  if (options.format == RecordFormat::kRecord) {
    RecordParser parser;
    absl::Status status = parser.Parse(record, options.default_at);
    if (!status.ok()) return status;
    return explainer.Explain(parser.call(), parser.id());
  }
  simdjson::dom::parser document;
  simdjson::dom::element value;
  const simdjson::error_code error = document.parse(record.data(), record.size(), false).get(value);
  if (error != simdjson::SUCCESS) return NotJson(error, record);
  ReaderContext context;
  absl::Status status = ReadRecord(options.format, value, options.read, context, explainer);
  if (!status.ok()) return status;
  return explainer.Take();
}

}  // namespace tokentra
