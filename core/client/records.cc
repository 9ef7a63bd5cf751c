#include "core/client/records.h"

#include <algorithm>
#include <utility>

#include "core/base/json_writer.h"
#include "core/base/text.h"
#include "core/client/record_processor.h"
#include "core/exchange/csv.h"
#include "core/exchange/explain.h"
#include "simdjson.h"

namespace tokentra {
namespace {

constexpr char kRecordSeparator = '\x1e';
// Records that are looked at before a log's format is given up on.
constexpr std::size_t kDetectMax = 200;

bool IsBlank(std::string_view line) {
  return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

std::string_view WithoutEnd(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

// Calls `visit(record, line)` for every record of a chunk that is not blank; returns the lines.
template <typename Visit>
std::uint64_t ForEachRecord(std::string_view chunk, std::uint64_t first_line, const Visit& visit) {
  std::uint64_t lines = 0;
  while (!chunk.empty()) {
    const std::size_t newline = std::min(chunk.find('\n'), chunk.size());
    std::string_view line = chunk.substr(0, newline);
    chunk.remove_prefix(std::min(newline + 1, chunk.size()));
    const std::uint64_t number = first_line + lines++;
    while (true) {
      const std::size_t end = line.find(kRecordSeparator);
      const std::string_view record = line.substr(0, end);
      if (!IsBlank(record)) visit(record, number);
      if (end == std::string_view::npos) break;
      line.remove_prefix(end + 1);
    }
  }
  return lines;
}

std::uint64_t CountLines(std::string_view row) {
  return static_cast<std::uint64_t>(std::count(row.begin(), row.end(), '\n'));
}

// The rows of a CSV chunk, each as a JSON object.
std::uint64_t ProcessCsv(std::string_view chunk, const RecordsOptions& options,
                         RecordProcessor& processor) {
  std::string_view header_row = options.header;
  std::uint64_t lines = 0;
  if (header_row.empty()) {
    header_row = chunk.substr(0, CsvRowSize(chunk));
    lines += CountLines(header_row);
    chunk.remove_prefix(header_row.size());
  }
  const char separator = CsvSeparator(header_row);
  std::vector<std::string> header;
  const absl::Status status = CsvFields(header_row, separator, header);
  std::string json;
  while (!chunk.empty()) {
    const std::string_view row = chunk.substr(0, CsvRowSize(chunk));
    chunk.remove_prefix(row.size());
    const std::uint64_t number = options.first_line + lines;
    lines += CountLines(row);
    if (chunk.empty() && row.back() != '\n') ++lines;
    if (IsBlank(WithoutEnd(row))) continue;
    const absl::Status row_status =
        status.ok() ? CsvRowToJson(header, row, separator, json) : status;
    if (!row_status.ok()) {
      processor.Refuse(number, 1, row_status);
      continue;
    }
    const simdjson::padded_string padded(json);
    processor.Read(padded, number);
  }
  return lines;
}

bool IsCsv(const RecordsOptions& options) {
  return !options.header.empty() || options.format == RecordFormat::kCsv;
}

DetectedFormat DetectCsv(std::string_view head) {
  const std::string_view row = head.substr(0, CsvRowSize(head));
  std::vector<std::string> header;
  const char separator = CsvSeparator(row);
  if (row.find(separator) == std::string_view::npos || !IsValidUtf8(row) ||
      !CsvFields(row, separator, header).ok()) {
    return {};
  }
  std::string json;
  JsonWriter writer(json);
  writer.BeginObject();
  for (const std::string& name : header) writer.Text(name, "1");
  writer.EndObject();
  simdjson::dom::parser parser;
  simdjson::dom::element record;
  if (parser.parse(json).get(record) != simdjson::SUCCESS) return {};
  const RecordFormat shown = DetectFormat(record).value_or(RecordFormat::kCsv);
  const bool tabular = shown == RecordFormat::kLitellm || shown == RecordFormat::kLangfuse ||
                       shown == RecordFormat::kOpenrouter;
  return {tabular ? shown : RecordFormat::kCsv, true, true};
}

}  // namespace

RecordsResult PrepareRecords(const Catalog& catalog, const EventPreparer* preparer,
                             std::string_view chunk, const RecordsOptions& options) {
  RecordsResult result;
  RecordProcessor processor(catalog, preparer, options, result);
  if (IsCsv(options)) {
    result.lines = ProcessCsv(chunk, options, processor);
  } else {
    const simdjson::padded_string padded(chunk);
    result.lines = ForEachRecord(
        padded, options.first_line,
        [&](std::string_view record, std::uint64_t line) { processor.Read(record, line); });
  }
  if (options.hold || (result.held.empty() && result.spans.empty())) return result;
  HeldLog held;
  held.Add(result);
  held.Resolve(catalog, preparer, options, result);
  return result;
}

void CommitRecords(Client& client, const RecordsOptions& options, RecordsResult& result) {
  for (RecordResultLine& line : result.records) {
    if (line.event == RecordResultLine::kNoEvent) continue;
    TrackResult tracked;
    absl::Status status = client.Commit(result.events, line.event, tracked);
    line.outcome = tracked.outcome;
    line.event = RecordResultLine::kNoEvent;
    if (!status.ok() && line.status.ok()) {
      RefuseLine(options, std::move(status), 1, line);
      line.tracked = true;
    }
  }
}

RecordsResult ProcessRecords(const Catalog& catalog, Client* client, std::string_view chunk,
                             const RecordsOptions& options) {
  if (client == nullptr) return PrepareRecords(catalog, nullptr, chunk, options);
  const EventPreparer preparer(*client);
  RecordsResult result = PrepareRecords(preparer.catalog(), &preparer, chunk, options);
  CommitRecords(*client, options, result);
  return result;
}

void HeldLog::Add(RecordsResult& result) {
  for (HeldRecord& record : result.held) held_.Add(std::move(record));
  for (const SpanLink& link : result.spans) held_.Add(link);
  result.held.clear();
  result.spans.clear();
}

void HeldLog::Resolve(const Catalog& catalog, const EventPreparer* preparer,
                      const RecordsOptions& options, RecordsResult& result) {
  RecordsOptions plain = options;
  plain.format = RecordFormat::kRecord;
  plain.header = {};
  plain.fields = false;
  RecordProcessor processor(catalog, preparer, plain, result);
  HeldRecords::Resolved resolved = held_.Resolve();
  for (const HeldRecord& record : resolved.records) {
    const simdjson::padded_string padded(record.text);
    plain.source = record.source;
    if (record.hold == Hold::kSequence) {
      processor.ReadSession(sessions_[record.source], padded, record.line);
    } else {
      processor.Read(padded, record.line);
    }
  }
  result.repeated += resolved.repeated;
  result.covered += resolved.covered;
}

absl::StatusOr<std::string> ExplainRecord(const Catalog& catalog, std::string_view line,
                                          const RecordsOptions& options) {
  const simdjson::padded_string padded(WithoutEnd(line));
  return ExplainFirst(catalog, padded, options);
}

DetectedFormat DetectRecords(std::string_view head) {
  const std::size_t first = head.find_first_not_of(" \t\r\n\x1e");
  if (first == std::string_view::npos) return {};
  if (head[first] != '{' && head[first] != '[') return DetectCsv(head.substr(first));
  DetectedFormat detected;
  std::size_t seen = 0;
  simdjson::dom::parser parser;
  const simdjson::padded_string padded(head);
  ForEachRecord(padded, 1, [&](std::string_view record, std::uint64_t) {
    if (detected.shown || ++seen > kDetectMax) return;
    simdjson::dom::element value;
    if (parser.parse(record.data(), record.size(), false).get(value) != simdjson::SUCCESS) return;
    const std::optional<RecordFormat> format = DetectFormat(value);
    if (format.has_value()) detected = {*format, false, true};
  });
  return detected;
}

}  // namespace tokentra
