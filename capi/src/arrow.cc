// Arrow: tables of calls in, costs and snapshots out.

#include "core/client/arrow_price.h"
#include "core/client/arrow_record.h"
#include "core/client/snapshot_table.h"
#include "core/exchange/arrow_stream.h"
#include "handles.h"

using tokentra::capi::Guard;
using tokentra::capi::NullArgument;
using tokentra::capi::View;
using tokentra::capi::WriteSized;

namespace {

using Stream = tokentra::ArrowOwner<ArrowArrayStream>;

absl::Status ReadOptions(const tokentra_arrow_options* from, std::size_t size,
                         tokentra::ArrowCallOptions& out) {
  if (from == nullptr) return absl::OkStatus();
  tokentra_arrow_options options;
  absl::Status status = tokentra::capi::ReadSized("options", from, size, options);
  if (status.ok()) status = tokentra::capi::CheckReserved("options.reserved", options.reserved);
  if (status.ok()) {
    status = tokentra::capi::CheckReserved("options.flags beyond TOKENTRA_ARROW_PER_METER",
                                           options.flags & ~TOKENTRA_ARROW_PER_METER);
  }
  if (status.ok()) status = tokentra::capi::CheckText("options.provider", options.provider);
  if (!status.ok()) return status;
  if (options.tags == nullptr && options.tag_count != 0) return NullArgument("options.tags");
  out.provider = View(options.provider);
  out.default_at = options.default_at_ns == 0 ? tokentra::kNoInstant : options.default_at_ns;
  out.per_meter = (options.flags & TOKENTRA_ARROW_PER_METER) != 0;
  for (std::size_t i = 0; i < options.tag_count; ++i) out.tags.push_back(View(options.tags[i]));
  return absl::OkStatus();
}

// The stream is the function's from here on: it is released whatever happens.
absl::Status TakeStream(ArrowArrayStream* from, Stream& stream) {
  if (from == nullptr) return NullArgument("stream");
  stream.Take(from);
  return absl::OkStatus();
}

}  // namespace

extern "C" {

tokentra_status tokentra_catalog_price_arrow(const tokentra_catalog* catalog,
                                             struct ArrowArrayStream* stream,
                                             const tokentra_arrow_options* options,
                                             size_t options_size, tokentra_table** table,
                                             tokentra_error** error) {
  return Guard(error, [&]() -> absl::Status {
    Stream taken;
    absl::Status status = TakeStream(stream, taken);
    if (!status.ok()) return status;
    if (catalog == nullptr) return NullArgument("catalog");
    if (table == nullptr) return NullArgument("table");
    tokentra::ArrowCallOptions read;
    status = ReadOptions(options, options_size, read);
    if (!status.ok()) return status;
    auto priced = tokentra::PriceArrow(*catalog->catalog, taken.get(), read);
    if (!priced.ok()) return priced.status();
    *table = new tokentra_table{*std::move(priced)};
    return absl::OkStatus();
  });
}

tokentra_status tokentra_client_record_arrow(tokentra_client* client,
                                             struct ArrowArrayStream* stream,
                                             const tokentra_arrow_options* options,
                                             size_t options_size, tokentra_arrow_totals* totals,
                                             size_t totals_size, tokentra_table** refused,
                                             tokentra_error** error) {
  return Guard(error, [&]() -> absl::Status {
    Stream taken;
    absl::Status status = TakeStream(stream, taken);
    if (!status.ok()) return status;
    if (client == nullptr) return NullArgument("client");
    if (totals == nullptr) return NullArgument("totals");
    if (totals_size == 0) return absl::InvalidArgumentError("totals has size 0");
    tokentra::ArrowCallOptions read;
    status = ReadOptions(options, options_size, read);
    if (!status.ok()) return status;
    auto recorded = tokentra::RecordArrow(*client->client, taken.get(), read);
    if (!recorded.ok()) return recorded.status();
    tokentra_arrow_totals out = {};
    out.rows = recorded->rows;
    out.recorded = recorded->recorded;
    out.unmetered = recorded->unmetered;
    out.duplicates = recorded->duplicates;
    out.conflicts = recorded->conflicts;
    out.refused = recorded->refused;
    out.folded = recorded->folded;
    if (refused != nullptr) *refused = new tokentra_table{tokentra::ErrorTable(*recorded)};
    return WriteSized("totals", out, totals, totals_size);
  });
}

tokentra_status tokentra_snapshot_arrow(const tokentra_snapshot* snapshot, tokentra_table** table,
                                        tokentra_error** error) {
  return Guard(error, [&]() -> absl::Status {
    if (snapshot == nullptr) return NullArgument("snapshot");
    if (table == nullptr) return NullArgument("table");
    *table = new tokentra_table{tokentra::SnapshotTable(*snapshot->view)};
    return absl::OkStatus();
  });
}

tokentra_status tokentra_table_export(const tokentra_table* table, struct ArrowArrayStream* stream,
                                      tokentra_error** error) {
  return Guard(error, [&]() -> absl::Status {
    if (table == nullptr) return NullArgument("table");
    if (stream == nullptr) return NullArgument("stream");
    tokentra::ArrowTable::Export(table->table, stream);
    return absl::OkStatus();
  });
}

uint64_t tokentra_table_row_count(const tokentra_table* table) {
  return table == nullptr ? 0 : table->table->rows();
}

void tokentra_table_free(tokentra_table* table) { delete table; }

}  // extern "C"
