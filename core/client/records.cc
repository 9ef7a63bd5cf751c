#include "core/client/records.h"

#include <memory>

#include "core/exchange/cost_json.h"
#include "core/exchange/explain.h"
#include "simdjson.h"

namespace tokentra {
namespace {

CostContext ContextOf(const RecordParser& parser, std::uint64_t line) {
  CostContext context;
  context.line = line;
  context.id = parser.id();
  if (parser.extraction() != nullptr && parser.extraction()->reported.has_value()) {
    context.reported = &*parser.extraction()->reported;
  }
  return context;
}

bool IsBlank(std::string_view line) {
  return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

// Reads, prices and, with a client, tracks one line after the other.
class Processor {
 public:
  Processor(const Catalog& catalog, Client* client, const RecordsOptions& options)
      : catalog_(catalog), client_(client), options_(options) {}

  RecordResultLine Process(std::string_view line, std::uint64_t number) {
    RecordResultLine out;
    out.line = number;
    out.status = parser_.Parse(line, options_.default_at);
    const Call& call = parser_.call();
    out.provider = call.provider;
    out.id = parser_.id();
    out.at = call.at;
    if (!out.status.ok()) {
      // The event happened, whatever it was: it is counted.
      if (client_ != nullptr) {
        client_->CountRefused(out.status, call.provider, call.at, parser_.metadata());
      }
      Refuse(out);
      return out;
    }
    if ((options_.since != kNoInstant && call.at < options_.since) ||
        (options_.until != kNoInstant && call.at >= options_.until)) {
      out.skipped = true;
      return out;
    }
    Evaluation evaluation;
    if (client_ != nullptr) {
      TrackResult tracked;
      out.status = client_->Track(call, parser_.id(), parser_.metadata(), evaluation, tracked);
      out.tracked = true;
      out.outcome = tracked.outcome;
    } else {
      out.status = Evaluate(catalog_, call, evaluation);
    }
    if (!out.status.ok()) {
      Refuse(out);
      return out;
    }
    Fill(evaluation, out);
    return out;
  }

 private:
  void Refuse(RecordResultLine& out) const {
    out.tracked = client_ != nullptr;
    out.outcome = Outcome::kRefused;
    out.message = std::string(out.status.message());
    if (options_.json) AppendErrorJson(out.line, out.status, out.json);
  }

  void Fill(const Evaluation& evaluation, RecordResultLine& out) const {
    static const MeterId kInputTokens = FindMeter("input_tokens")->id;
    static const MeterId kOutputTokens = FindMeter("output_tokens")->id;
    out.provider = evaluation.provider();
    out.model = EvaluationModel(catalog_, evaluation);
    out.unmetered = evaluation.unmetered();
    out.state = evaluation.state();
    out.match = EvaluationMatch(evaluation);
    out.quality = evaluation.quality();
    out.total = evaluation.total();
    for (std::size_t i = 0; i < evaluation.part_count(); ++i) {
      out.input_tokens += evaluation.part(i).usage.Get(kInputTokens).value_or(0);
      out.output_tokens += evaluation.part(i).usage.Get(kOutputTokens).value_or(0);
    }
    out.message = evaluation.Reason(catalog_);
    if (options_.json) {
      AppendCostJson(catalog_, evaluation, ContextOf(parser_, out.line), out.json);
    }
  }

  const Catalog& catalog_;
  Client* const client_;
  const RecordsOptions& options_;
  RecordParser parser_;
};

}  // namespace

RecordsResult ProcessRecords(const Catalog& catalog, Client* client, std::string_view chunk,
                             const RecordsOptions& options) {
  RecordsResult result;
  const simdjson::padded_string padded(chunk);
  std::string_view rest = padded;
  Processor processor(catalog, client, options);
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    const std::uint64_t number = options.first_line + result.lines++;
    if (!IsBlank(line)) result.records.push_back(processor.Process(line, number));
  }
  return result;
}

absl::StatusOr<std::string> ExplainRecord(const Catalog& catalog, std::string_view line,
                                          const RecordsOptions& options) {
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
  const simdjson::padded_string padded(line);
  RecordParser parser;
  absl::Status status = parser.Parse(padded, options.default_at);
  if (!status.ok()) return status;
  Evaluation evaluation;
  status = Evaluate(catalog, parser.call(), evaluation);
  if (!status.ok()) return status;
  return ExplainEvaluation(catalog, evaluation, ContextOf(parser, 0));
}

}  // namespace tokentra
