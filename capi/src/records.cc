// Records: logs in, results out.

#include <utility>

#include "core/base/text.h"
#include "handles.h"

using tokentra::InstantNs;
using tokentra::capi::CheckIndex;
using tokentra::capi::Guard;
using tokentra::capi::NullArgument;
using tokentra::capi::Text;
using tokentra::capi::ToC;
using tokentra::capi::View;
using tokentra::capi::WriteSized;

namespace {

constexpr std::uint32_t kFlags = TOKENTRA_RECORDS_JSON | TOKENTRA_RECORDS_CONVERT |
                                 TOKENTRA_RECORDS_FIELDS | TOKENTRA_RECORDS_HOLD |
                                 TOKENTRA_RECORDS_EXPLAIN | TOKENTRA_RECORDS_METADATA;

InstantNs Bound(std::int64_t instant) { return instant == 0 ? tokentra::kNoInstant : instant; }

absl::Status ReadFormat(tokentra_text name, tokentra::RecordFormat& format) {
  if (name.size == 0) return absl::OkStatus();
  const auto found = tokentra::FindFormat(View(name));
  if (!found.has_value()) {
    return absl::InvalidArgumentError(
        absl::StrCat("format ", tokentra::Quote(View(name)), " is unknown",
                     tokentra::NearestHint(View(name), tokentra::FormatNames())));
  }
  format = *found;
  return absl::OkStatus();
}

// Texts of `out` are views into the caller's.
absl::Status ReadOptions(const tokentra_records_options* from, std::size_t size,
                         tokentra::RecordsOptions& out) {
  if (from == nullptr) return absl::OkStatus();
  tokentra_records_options options;
  absl::Status status = tokentra::capi::ReadSized("options", from, size, options);
  if (status.ok()) status = tokentra::capi::CheckReserved("options.reserved2", options.reserved2);
  if (status.ok()) {
    status = tokentra::capi::CheckReserved("options.flags beyond TOKENTRA_RECORDS_METADATA",
                                           options.flags & ~kFlags);
  }
  if (status.ok()) status = tokentra::capi::CheckReserved("options.reserved3", options.reserved3);
  if (status.ok()) status = ReadFormat(options.format, out.format);
  if (status.ok()) status = tokentra::capi::CheckText("options.provider", options.provider);
  if (status.ok()) status = tokentra::capi::CheckText("options.model", options.model);
  if (status.ok() && options.columns == nullptr && options.column_count != 0) {
    status = NullArgument("options.columns");
  }
  if (!status.ok()) return status;
  out.first_line = options.first_line == 0 ? 1 : options.first_line;
  out.default_at = Bound(options.default_at_ns);
  out.since = Bound(options.since_ns);
  out.until = Bound(options.until_ns);
  out.convert = (options.flags & TOKENTRA_RECORDS_CONVERT) != 0;
  out.explain = (options.flags & TOKENTRA_RECORDS_EXPLAIN) != 0;
  out.json = out.convert || out.explain || (options.flags & TOKENTRA_RECORDS_JSON) != 0;
  out.fields = (options.flags & TOKENTRA_RECORDS_FIELDS) != 0;
  out.hold = (options.flags & TOKENTRA_RECORDS_HOLD) != 0;
  out.metadata = (options.flags & TOKENTRA_RECORDS_METADATA) != 0;
  if (options.fix != nullptr) out.fix = options.fix->convention;
  out.source = options.source;
  out.read.provider = View(options.provider);
  out.read.model = View(options.model);
  out.header = View(options.header);
  for (std::size_t i = 0; i < options.column_count; ++i) {
    out.read.columns.emplace_back(View(options.columns[i].name), View(options.columns[i].value));
  }
  return absl::OkStatus();
}

std::unique_ptr<tokentra_records> NewRecords(tokentra::RecordsResult result,
                                             const tokentra::RecordsOptions& options) {
  auto made = std::make_unique<tokentra_records>();
  made->result = std::move(result);
  made->options = options;
  made->options.header = {};
  for (const auto& [path, count] : made->result.fields.Unread()) {
    made->unread.emplace_back(path, count);
  }
  return made;
}

absl::Status Prepare(const tokentra::Catalog& catalog, const tokentra::EventPreparer* preparer,
                     tokentra_text chunk, const tokentra_records_options* options,
                     std::size_t options_size, std::unique_ptr<tokentra_records>& made) {
  if (chunk.data == nullptr && chunk.size != 0) return NullArgument("chunk.data");
  tokentra::RecordsOptions read;
  absl::Status status = ReadOptions(options, options_size, read);
  if (!status.ok()) return status;
  made = NewRecords(tokentra::PrepareRecords(catalog, preparer, View(chunk), read), read);
  return absl::OkStatus();
}

absl::Status Resolve(tokentra_held* held, const tokentra::Catalog& catalog,
                     const tokentra::EventPreparer* preparer,
                     const tokentra_records_options* options, std::size_t options_size,
                     tokentra_records** records) {
  if (held == nullptr) return NullArgument("held");
  if (records == nullptr) return NullArgument("records");
  tokentra::RecordsOptions read;
  absl::Status status = ReadOptions(options, options_size, read);
  if (!status.ok()) return status;
  tokentra::RecordsResult result;
  held->log.Resolve(catalog, preparer, read, result);
  *records = NewRecords(std::move(result), read).release();
  return absl::OkStatus();
}

}  // namespace

extern "C" {

tokentra_status tokentra_records_price(const tokentra_catalog* catalog, tokentra_text chunk,
                                       const tokentra_records_options* options, size_t options_size,
                                       tokentra_records** records, tokentra_error** error) {
  return Guard(error, [&]() -> absl::Status {
    if (catalog == nullptr) return NullArgument("catalog");
    if (records == nullptr) return NullArgument("records");
    std::unique_ptr<tokentra_records> made;
    absl::Status status = Prepare(*catalog->catalog, nullptr, chunk, options, options_size, made);
    if (status.ok()) *records = made.release();
    return status;
  });
}

tokentra_status tokentra_records_track(tokentra_client* client, tokentra_text chunk,
                                       const tokentra_records_options* options, size_t options_size,
                                       tokentra_records** records, tokentra_error** error) {
  return Guard(error, [&]() -> absl::Status {
    if (client == nullptr) return NullArgument("client");
    if (records == nullptr) return NullArgument("records");
    const tokentra::EventPreparer preparer(*client->client);
    std::unique_ptr<tokentra_records> made;
    absl::Status status =
        Prepare(preparer.catalog(), &preparer, chunk, options, options_size, made);
    if (!status.ok()) return status;
    tokentra::CommitRecords(*client->client, made->options, made->result);
    *records = made.release();
    return absl::OkStatus();
  });
}

tokentra_status tokentra_records_prepare(const tokentra_client* client, tokentra_text chunk,
                                         const tokentra_records_options* options,
                                         size_t options_size, tokentra_records** records,
                                         tokentra_error** error) {
  return Guard(error, [&]() -> absl::Status {
    if (client == nullptr) return NullArgument("client");
    if (records == nullptr) return NullArgument("records");
    const tokentra::EventPreparer preparer(*client->client);
    std::unique_ptr<tokentra_records> made;
    absl::Status status =
        Prepare(preparer.catalog(), &preparer, chunk, options, options_size, made);
    if (status.ok()) *records = made.release();
    return status;
  });
}

tokentra_status tokentra_records_commit(tokentra_client* client, tokentra_records* records,
                                        tokentra_error** error) {
  return Guard(error, [&]() -> absl::Status {
    if (client == nullptr) return NullArgument("client");
    if (records == nullptr) return NullArgument("records");
    tokentra::CommitRecords(*client->client, records->options, records->result);
    return absl::OkStatus();
  });
}

tokentra_text tokentra_records_format(size_t index) {
  const auto names = tokentra::FormatNames();
  return index < names.size() ? Text(names[index]) : tokentra_text{nullptr, 0};
}

tokentra_status tokentra_records_detect(tokentra_text head, tokentra_text* format, uint32_t* found,
                                        tokentra_error** error) {
  return Guard(error, [&]() -> absl::Status {
    if (format == nullptr) return NullArgument("format");
    if (found == nullptr) return NullArgument("found");
    if (head.data == nullptr && head.size != 0) return NullArgument("head.data");
    const tokentra::DetectedFormat detected = tokentra::DetectRecords(View(head));
    *format = Text(tokentra::FormatName(detected.format));
    *found =
        (detected.shown ? TOKENTRA_DETECT_SHOWN : 0) | (detected.csv ? TOKENTRA_DETECT_CSV : 0);
    return absl::OkStatus();
  });
}

tokentra_status tokentra_records_total(const tokentra_records* records,
                                       tokentra_records_totals* totals, size_t totals_size,
                                       tokentra_error** error) {
  return Guard(error, [&]() -> absl::Status {
    if (records == nullptr) return NullArgument("records");
    const tokentra::RecordsResult& from = records->result;
    tokentra_records_totals out = {};
    out.lines = from.lines;
    out.repeated = from.repeated;
    out.covered = from.covered;
    out.held = from.held.size() + from.spans.size();
    out.fields = records->unread.size();
    out.fixes = from.fixes;
    return WriteSized("totals", out, totals, totals_size);
  });
}

tokentra_text tokentra_records_field(const tokentra_records* records, size_t index,
                                     uint64_t* count) {
  if (records == nullptr || index >= records->unread.size()) return {nullptr, 0};
  if (count != nullptr) *count = records->unread[index].second;
  return Text(records->unread[index].first);
}

tokentra_status tokentra_held_new(tokentra_held** held, tokentra_error** error) {
  return Guard(error, [&]() -> absl::Status {
    if (held == nullptr) return NullArgument("held");
    *held = new tokentra_held();
    return absl::OkStatus();
  });
}

void tokentra_held_free(tokentra_held* held) { delete held; }

tokentra_status tokentra_held_add(tokentra_held* held, tokentra_records* records,
                                  tokentra_error** error) {
  return Guard(error, [&]() -> absl::Status {
    if (held == nullptr) return NullArgument("held");
    if (records == nullptr) return NullArgument("records");
    held->log.Add(records->result);
    return absl::OkStatus();
  });
}

uint64_t tokentra_held_count(const tokentra_held* held) {
  return held == nullptr ? 0 : held->log.size();
}

tokentra_status tokentra_held_price(tokentra_held* held, const tokentra_catalog* catalog,
                                    const tokentra_records_options* options, size_t options_size,
                                    tokentra_records** records, tokentra_error** error) {
  return Guard(error, [&]() -> absl::Status {
    if (catalog == nullptr) return NullArgument("catalog");
    return Resolve(held, *catalog->catalog, nullptr, options, options_size, records);
  });
}

tokentra_status tokentra_held_prepare(tokentra_held* held, const tokentra_client* client,
                                      const tokentra_records_options* options, size_t options_size,
                                      tokentra_records** records, tokentra_error** error) {
  return Guard(error, [&]() -> absl::Status {
    if (client == nullptr) return NullArgument("client");
    const tokentra::EventPreparer preparer(*client->client);
    return Resolve(held, preparer.catalog(), &preparer, options, options_size, records);
  });
}

tokentra_status tokentra_records_explain(const tokentra_catalog* catalog, tokentra_text line,
                                         const tokentra_records_options* options,
                                         size_t options_size, tokentra_document** document,
                                         tokentra_error** error) {
  return Guard(error, [&]() -> absl::Status {
    if (catalog == nullptr) return NullArgument("catalog");
    if (document == nullptr) return NullArgument("document");
    tokentra::RecordsOptions read;
    absl::Status status = ReadOptions(options, options_size, read);
    if (!status.ok()) return status;
    absl::StatusOr<std::string> text = tokentra::ExplainRecord(*catalog->catalog, View(line), read);
    if (!text.ok()) return text.status();
    *document = new tokentra_document{*std::move(text)};
    return absl::OkStatus();
  });
}

void tokentra_records_free(tokentra_records* records) { delete records; }

size_t tokentra_records_count(const tokentra_records* records) {
  return records == nullptr ? 0 : records->result.records.size();
}

uint64_t tokentra_records_lines(const tokentra_records* records) {
  return records == nullptr ? 0 : records->result.lines;
}

tokentra_status tokentra_records_at(const tokentra_records* records, size_t index,
                                    tokentra_record* record, size_t record_size,
                                    tokentra_error** error) {
  return Guard(error, [&]() -> absl::Status {
    if (records == nullptr) return NullArgument("records");
    absl::Status status = CheckIndex("index", index, records->result.records.size());
    if (!status.ok()) return status;
    const tokentra::RecordResultLine& from = records->result.records[index];
    tokentra_record out = {};
    out.total = ToC(from.total);
    out.line = from.line;
    out.provider = Text(from.provider);
    out.model = Text(from.model);
    out.id = Text(from.id);
    out.message = Text(from.message);
    out.json = Text(from.json);
    out.at_ns = from.at;
    out.input_tokens = from.input_tokens;
    out.output_tokens = from.output_tokens;
    out.status = static_cast<std::int32_t>(from.status.raw_code());
    if (from.status.ok() && !from.skipped) {
      out.state = tokentra::capi::StateNumber(from.unmetered, from.state);
      out.match = static_cast<std::uint32_t>(from.match);
      out.quality = static_cast<std::uint32_t>(from.quality);
    }
    out.outcome = from.tracked ? static_cast<std::uint32_t>(from.outcome) : 0;
    out.flags = (from.skipped ? TOKENTRA_RECORD_SKIPPED : 0u) |
                (from.has_findings ? TOKENTRA_RECORD_FINDINGS : 0u);
    if (!from.findings.empty()) out.finding = Text(from.findings.front());
    out.column = from.column;
    out.source = from.source;
    return WriteSized("record", out, record, record_size);
  });
}

}  // extern "C"
