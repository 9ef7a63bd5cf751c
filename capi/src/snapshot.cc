// Snapshot: totals and grouped rows.

#include "handles.h"
#include "zone.h"

using tokentra::GroupRow;
using tokentra::ViewTotals;
using tokentra::capi::Bound;
using tokentra::capi::CheckIndex;
using tokentra::capi::Guard;
using tokentra::capi::NullArgument;
using tokentra::capi::ReadZone;
using tokentra::capi::Text;
using tokentra::capi::ToC;
using tokentra::capi::View;
using tokentra::capi::WriteSized;

namespace {

constexpr std::size_t kKeysMax = 64;

absl::Status ReadGroupOptions(const tokentra_group_options* from, std::size_t size,
                              tokentra::GroupOptions& out) {
  if (from == nullptr) return absl::OkStatus();
  tokentra_group_options options;
  absl::Status status = tokentra::capi::ReadSized("options", from, size, options);
  if (!status.ok()) return status;
  out.since = Bound(options.since_ns);
  out.until = Bound(options.until_ns);
  return ReadZone(options.zone, options.zone_count, out.zone);
}

// Inclusive meters of a row's summed atoms, those above zero.
std::vector<tokentra_quantity> UsageOf(const GroupRow& row) {
  std::vector<tokentra_quantity> usage;
  for (const tokentra::MeterInfo& meter : tokentra::Meters()) {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < tokentra::kAtomCount; ++i) {
      if ((meter.atoms & tokentra::AtomBit(static_cast<tokentra::Atom>(i))) == 0) continue;
      if (__builtin_add_overflow(sum, row.atoms[i], &sum)) sum = ~std::uint64_t{0};
    }
    if (sum != 0) usage.push_back({meter.id, 0, sum});
  }
  return usage;
}

}  // namespace

extern "C" {

tokentra_status tokentra_client_snapshot(tokentra_client* client, tokentra_snapshot** snapshot,
                                         tokentra_error** error) {
  return Guard(error, [&]() -> absl::Status {
    if (client == nullptr) return NullArgument("client");
    if (snapshot == nullptr) return NullArgument("snapshot");
    absl::StatusOr<std::shared_ptr<const tokentra::SnapshotView>> view =
        client->client->TakeSnapshot();
    if (!view.ok()) return view.status();
    *snapshot = new tokentra_snapshot{*std::move(view)};
    return absl::OkStatus();
  });
}

void tokentra_snapshot_free(tokentra_snapshot* snapshot) { delete snapshot; }

tokentra_status tokentra_snapshot_total(const tokentra_snapshot* snapshot,
                                        tokentra_snapshot_totals* totals, size_t totals_size,
                                        tokentra_error** error) {
  return Guard(error, [&]() -> absl::Status {
    if (snapshot == nullptr) return NullArgument("snapshot");
    const ViewTotals& from = snapshot->view->totals();
    tokentra_snapshot_totals out = {};
    out.cost = ToC(from.cost);
    out.reported = ToC(from.reported);
    out.events = from.events;
    out.unpriced_events = from.unpriced_events;
    out.partial_events = from.partial_events;
    out.unmetered_events = from.unmetered_events;
    out.refused_events = from.refused_events;
    out.duplicate_events = snapshot->view->counters().duplicates;
    out.conflict_events = snapshot->view->counters().conflicts;
    out.folded_events = from.folded_events;
    out.reported_events = from.reported_events;
    out.cells = snapshot->view->entry_count();
    out.adjusted_events = from.adjusted_events;
    out.late_events = from.late_events;
    out.skewed_events = from.skewed_events;
    out.deleted_events = snapshot->view->snapshot().deleted_events();
    out.ids_overflowed = snapshot->view->counters().ids_overflowed ? 1 : 0;
    return WriteSized("totals", out, totals, totals_size);
  });
}

tokentra_status tokentra_snapshot_group(const tokentra_snapshot* snapshot,
                                        const tokentra_text* keys, size_t key_count,
                                        const tokentra_group_options* options, size_t options_size,
                                        tokentra_rows** rows, tokentra_error** error) {
  return Guard(error, [&]() -> absl::Status {
    if (snapshot == nullptr) return NullArgument("snapshot");
    if (key_count != 0 && keys == nullptr) return NullArgument("keys");
    if (rows == nullptr) return NullArgument("rows");
    if (key_count > kKeysMax) {
      return absl::InvalidArgumentError(
          absl::StrCat("key_count ", key_count, " is above the limit ", kKeysMax));
    }
    tokentra::GroupOptions group;
    absl::Status status = ReadGroupOptions(options, options_size, group);
    if (!status.ok()) return status;
    std::vector<std::string_view> names;
    for (std::size_t i = 0; i < key_count; ++i) {
      status = tokentra::capi::CheckText("a key", keys[i]);
      if (!status.ok()) return status;
      names.push_back(View(keys[i]));
    }
    absl::StatusOr<std::vector<GroupRow>> grouped = snapshot->view->Group(names, group);
    if (!grouped.ok()) return grouped.status();
    auto made = std::make_unique<tokentra_rows>();
    made->rows = *std::move(grouped);
    for (const GroupRow& row : made->rows) made->usage.push_back(UsageOf(row));
    *rows = made.release();
    return absl::OkStatus();
  });
}

void tokentra_rows_free(tokentra_rows* rows) { delete rows; }

size_t tokentra_rows_count(const tokentra_rows* rows) {
  return rows == nullptr ? 0 : rows->rows.size();
}

tokentra_status tokentra_rows_at(const tokentra_rows* rows, size_t index, tokentra_row* row,
                                 size_t row_size, tokentra_error** error) {
  return Guard(error, [&]() -> absl::Status {
    if (rows == nullptr) return NullArgument("rows");
    absl::Status status = CheckIndex("index", index, rows->rows.size());
    if (!status.ok()) return status;
    const ViewTotals& from = rows->rows[index].totals;
    tokentra_row out = {};
    out.cost = ToC(from.cost);
    out.reported = ToC(from.reported);
    out.usage = rows->usage[index].data();
    out.usage_count = rows->usage[index].size();
    out.events = from.events;
    out.unpriced_events = from.unpriced_events;
    out.partial_events = from.partial_events;
    out.unmetered_events = from.unmetered_events;
    out.folded_events = from.folded_events;
    out.adjusted_events = from.adjusted_events;
    out.late_events = from.late_events;
    out.skewed_events = from.skewed_events;
    return WriteSized("row", out, row, row_size);
  });
}

tokentra_text tokentra_rows_key(const tokentra_rows* rows, size_t index, size_t key_index,
                                uint32_t* presence) {
  if (presence != nullptr) *presence = TOKENTRA_KEY_ABSENT;
  if (rows == nullptr || index >= rows->rows.size()) return {nullptr, 0};
  const GroupRow& row = rows->rows[index];
  if (key_index >= row.keys.size()) return {nullptr, 0};
  if (presence != nullptr) *presence = static_cast<uint32_t>(row.keys[key_index].presence);
  return Text(row.keys[key_index].text);
}

}  // extern "C"
