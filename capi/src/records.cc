// Records: JSON Lines in, results out.

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

InstantNs Bound(std::int64_t instant) { return instant == 0 ? tokentra::kNoInstant : instant; }

absl::Status ReadOptions(const tokentra_records_options* from, std::size_t size,
                         tokentra::RecordsOptions& out) {
  if (from == nullptr) return absl::OkStatus();
  tokentra_records_options options;
  absl::Status status = tokentra::capi::ReadSized("options", from, size, options);
  if (status.ok()) status = tokentra::capi::CheckReserved("options.reserved", options.reserved);
  if (status.ok()) status = tokentra::capi::CheckReserved("options.reserved2", options.reserved2);
  if (status.ok()) {
    status = tokentra::capi::CheckReserved("options.flags beyond TOKENTRA_RECORDS_JSON",
                                           options.flags & ~TOKENTRA_RECORDS_JSON);
  }
  if (!status.ok()) return status;
  out.first_line = options.first_line == 0 ? 1 : options.first_line;
  out.default_at = Bound(options.default_at_ns);
  out.since = Bound(options.since_ns);
  out.until = Bound(options.until_ns);
  out.json = (options.flags & TOKENTRA_RECORDS_JSON) != 0;
  return absl::OkStatus();
}

absl::Status Process(const tokentra::Catalog& catalog, tokentra::Client* client,
                     tokentra_text chunk, const tokentra_records_options* options,
                     std::size_t options_size, tokentra_records** records) {
  if (records == nullptr) return NullArgument("records");
  if (chunk.data == nullptr && chunk.size != 0) return NullArgument("chunk.data");
  tokentra::RecordsOptions read;
  absl::Status status = ReadOptions(options, options_size, read);
  if (!status.ok()) return status;
  auto made = std::make_unique<tokentra_records>();
  made->result = tokentra::ProcessRecords(catalog, client, View(chunk), read);
  *records = made.release();
  return absl::OkStatus();
}

}  // namespace

extern "C" {

tokentra_status tokentra_records_price(const tokentra_catalog* catalog, tokentra_text chunk,
                                       const tokentra_records_options* options, size_t options_size,
                                       tokentra_records** records, tokentra_error** error) {
  return Guard(error, [&]() -> absl::Status {
    if (catalog == nullptr) return NullArgument("catalog");
    return Process(*catalog->catalog, nullptr, chunk, options, options_size, records);
  });
}

tokentra_status tokentra_records_track(tokentra_client* client, tokentra_text chunk,
                                       const tokentra_records_options* options, size_t options_size,
                                       tokentra_records** records, tokentra_error** error) {
  return Guard(error, [&]() -> absl::Status {
    if (client == nullptr) return NullArgument("client");
    return Process(client->client->catalog(), client->client.get(), chunk, options, options_size,
                   records);
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
    out.flags = from.skipped ? TOKENTRA_RECORD_SKIPPED : 0;
    return WriteSized("record", out, record, record_size);
  });
}

}  // extern "C"
