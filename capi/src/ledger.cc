// Ledger: a folder for all processes of a service; snapshots as bytes, merged.

#include <limits>

#include "core/base/metadata_key.h"
#include "handles.h"

using tokentra::SnapshotView;
using tokentra::capi::CheckText;
using tokentra::capi::Guard;
using tokentra::capi::NullArgument;
using tokentra::capi::Text;
using tokentra::capi::View;
using tokentra::capi::WriteSized;

namespace {

// The option of that name when it is given, within 32 bits.
absl::Status SetLimit(std::string_view name, std::uint64_t value, std::uint32_t* limit) {
  if (value == 0) return absl::OkStatus();
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint32_t>::max();
  if (value > kMost) {
    return absl::InvalidArgumentError(absl::StrCat(name, " ", value, " is above ", kMost));
  }
  *limit = static_cast<std::uint32_t>(value);
  return absl::OkStatus();
}

absl::Status ReadLedgerOptions(const tokentra_ledger_options* from, std::size_t size,
                               tokentra::LedgerOptions& out, tokentra::FolderOptions& folder) {
  out.dimensions = tokentra::DefaultDimensions();
  out.ids_max = tokentra::kFolderIdsMaxDefault;
  if (from == nullptr) return absl::OkStatus();
  tokentra_ledger_options options;
  absl::Status status = tokentra::capi::ReadSized("options", from, size, options);
  if (status.ok()) status = tokentra::capi::CheckReserved("options.reserved", options.reserved);
  if (status.ok()) {
    status = tokentra::capi::CheckReserved("options.reserved2", options.reserved2);
  }
  constexpr std::uint32_t kFlags = TOKENTRA_LEDGER_READ_ONLY | TOKENTRA_LEDGER_ADOPT;
  if (status.ok()) {
    status =
        tokentra::capi::CheckReserved("options.flags beyond those known", options.flags & ~kFlags);
  }
  if (!status.ok()) return status;
  if (options.dimensions != nullptr) {
    out.dimensions.clear();
    for (std::size_t i = 0; i < options.dimension_count; ++i) {
      status = CheckText("a dimension", options.dimensions[i]);
      if (!status.ok()) return status;
      out.dimensions.emplace_back(tokentra::CanonicalMetadataKey(View(options.dimensions[i])));
    }
  } else if (options.dimension_count != 0) {
    return NullArgument("options.dimensions");
  }
  if (options.bucket_seconds > 86'400) {
    return absl::InvalidArgumentError(
        absl::StrCat("bucket_seconds ", options.bucket_seconds, " is above a day (86400)"));
  }
  if (options.bucket_seconds != 0) {
    out.bucket_seconds = static_cast<std::int64_t>(options.bucket_seconds);
  }
  if (options.segment_bytes != 0) folder.segment_bytes = options.segment_bytes;
  if (options.ids_max != 0) out.ids_max = options.ids_max;
  if (options.text_bytes_max != 0) out.text_bytes_max = options.text_bytes_max;
  status.Update(SetLimit("cells_max", options.cells_max, &out.cells_max));
  status.Update(SetLimit("keys_max", options.keys_max, &out.keys_max));
  status.Update(SetLimit("classes_max", options.classes_max, &out.classes_max));
  tokentra::ArrivalLimits& arrival = out.arrival;
  status.Update(SetLimit("adjusted_after_seconds", options.adjusted_after_seconds,
                         &arrival.adjusted_after_seconds));
  status.Update(
      SetLimit("late_after_seconds", options.late_after_seconds, &arrival.late_after_seconds));
  status.Update(SetLimit("skewed_after_seconds", options.skewed_after_seconds,
                         &arrival.skewed_after_seconds));
  folder.read_only = (options.flags & TOKENTRA_LEDGER_READ_ONLY) != 0;
  folder.adopt = (options.flags & TOKENTRA_LEDGER_ADOPT) != 0;
  if (status.ok()) status = tokentra::ValidateFolderOptions(folder);
  return status.ok() ? tokentra::ValidateLedgerOptions(out) : status;
}

absl::Status CheckIsState(const tokentra_snapshot& snapshot) {
  if (!snapshot.view->snapshot().is_difference()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      "a difference between snapshots has no bytes and does not merge: take those snapshots");
}

absl::Status MakeSnapshot(absl::StatusOr<std::unique_ptr<const tokentra::Snapshot>> from,
                          std::shared_ptr<const tokentra::Catalog> catalog,
                          const tokentra::EventCounters& counters, tokentra_snapshot** snapshot) {
  if (!from.ok()) return from.status();
  absl::StatusOr<std::shared_ptr<const SnapshotView>> view =
      SnapshotView::Create(*std::move(from), std::move(catalog), counters);
  if (!view.ok()) return view.status();
  *snapshot = new tokentra_snapshot{*std::move(view)};
  return absl::OkStatus();
}

}  // namespace

extern "C" {

tokentra_status tokentra_ledger_open(tokentra_text path, const tokentra_ledger_options* options,
                                     size_t options_size, tokentra_ledger** ledger,
                                     tokentra_error** error) {
  return Guard(error, [&]() -> absl::Status {
    if (ledger == nullptr) return NullArgument("ledger");
    if (absl::Status status = CheckText("path", path); !status.ok()) return status;
    if (path.size == 0) return absl::InvalidArgumentError("path is empty");
    tokentra::LedgerOptions ledger_options;
    tokentra::FolderOptions folder_options;
    absl::Status status = ReadLedgerOptions(options, options_size, ledger_options, folder_options);
    if (!status.ok()) return status;
    absl::StatusOr<std::shared_ptr<tokentra::Ledger>> opened =
        tokentra::Ledger::Open(std::string(View(path)), folder_options, ledger_options);
    if (!opened.ok()) return opened.status();
    *ledger = new tokentra_ledger{*std::move(opened)};
    return absl::OkStatus();
  });
}

void tokentra_ledger_free(tokentra_ledger* ledger) { delete ledger; }

size_t tokentra_ledger_dimension_count(const tokentra_ledger* ledger) {
  return ledger == nullptr ? 0 : ledger->ledger->options().dimensions.size();
}

tokentra_text tokentra_ledger_dimension(const tokentra_ledger* ledger, size_t index) {
  if (index >= tokentra_ledger_dimension_count(ledger)) return {nullptr, 0};
  return Text(ledger->ledger->options().dimensions[index]);
}

tokentra_text tokentra_ledger_path(const tokentra_ledger* ledger) {
  return ledger == nullptr ? tokentra_text{nullptr, 0} : Text(ledger->ledger->path());
}

tokentra_status tokentra_ledger_stats(const tokentra_ledger* ledger,
                                      tokentra_ledger_statistics* statistics,
                                      size_t statistics_size, tokentra_error** error) {
  return Guard(error, [&]() -> absl::Status {
    if (ledger == nullptr) return NullArgument("ledger");
    const tokentra::LedgerStatistics from = ledger->ledger->Statistics();
    tokentra_ledger_statistics out = {};
    out.cells = from.cells;
    out.keys = from.keys;
    out.classes = from.classes;
    out.shards = from.shards;
    out.folded_events = from.folded_events;
    out.memory_bytes = from.memory_bytes;
    out.files = from.files;
    out.compactions = from.compactions;
    out.compactions_failed = from.compactions_failed;
    out.ids_max = from.ids_max;
    out.ids_overflowed = from.ids_overflowed ? 1 : 0;
    out.bucket_seconds = static_cast<std::uint64_t>(ledger->ledger->options().bucket_seconds);
    return WriteSized("statistics", out, statistics, statistics_size);
  });
}

tokentra_status tokentra_ledger_snapshot(const tokentra_ledger* ledger,
                                         const tokentra_catalog* catalog,
                                         tokentra_snapshot** snapshot, tokentra_error** error) {
  return Guard(error, [&]() -> absl::Status {
    if (ledger == nullptr) return NullArgument("ledger");
    if (catalog == nullptr) return NullArgument("catalog");
    if (snapshot == nullptr) return NullArgument("snapshot");
    tokentra::EventCounters counters;
    counters.ids_overflowed = ledger->ledger->ids_overflowed();
    return MakeSnapshot(ledger->ledger->TakeSnapshot(), catalog->catalog, counters, snapshot);
  });
}

tokentra_status tokentra_snapshot_serialize(const tokentra_snapshot* snapshot,
                                            tokentra_document** document, tokentra_error** error) {
  return Guard(error, [&]() -> absl::Status {
    if (snapshot == nullptr) return NullArgument("snapshot");
    if (document == nullptr) return NullArgument("document");
    if (absl::Status status = CheckIsState(*snapshot); !status.ok()) return status;
    *document = new tokentra_document{snapshot->view->snapshot().Serialize()};
    return absl::OkStatus();
  });
}

tokentra_status tokentra_snapshot_load(tokentra_text bytes, const tokentra_catalog* catalog,
                                       tokentra_snapshot** snapshot, tokentra_error** error) {
  return Guard(error, [&]() -> absl::Status {
    if (bytes.data == nullptr && bytes.size != 0) return NullArgument("bytes.data");
    if (catalog == nullptr) return NullArgument("catalog");
    if (snapshot == nullptr) return NullArgument("snapshot");
    return MakeSnapshot(tokentra::Snapshot::Load(View(bytes)), catalog->catalog, {}, snapshot);
  });
}

tokentra_status tokentra_snapshot_merge(const tokentra_snapshot* a, const tokentra_snapshot* b,
                                        tokentra_snapshot** merged, tokentra_error** error) {
  return Guard(error, [&]() -> absl::Status {
    if (a == nullptr) return NullArgument("a");
    if (b == nullptr) return NullArgument("b");
    if (merged == nullptr) return NullArgument("merged");
    absl::Status status = CheckIsState(*a);
    if (status.ok()) status = CheckIsState(*b);
    if (!status.ok()) return status;
    tokentra::EventCounters counters;
    counters.ids_overflowed =
        a->view->counters().ids_overflowed || b->view->counters().ids_overflowed;
    return MakeSnapshot(tokentra::Snapshot::Merge(a->view->snapshot(), b->view->snapshot()),
                        a->view->catalog(), counters, merged);
  });
}

tokentra_status tokentra_snapshot_diff(const tokentra_snapshot* earlier,
                                       const tokentra_snapshot* later,
                                       tokentra_snapshot** difference, tokentra_error** error) {
  return Guard(error, [&]() -> absl::Status {
    if (earlier == nullptr) return NullArgument("earlier");
    if (later == nullptr) return NullArgument("later");
    if (difference == nullptr) return NullArgument("difference");
    absl::StatusOr<std::shared_ptr<const SnapshotView>> view =
        SnapshotView::Difference(*earlier->view, *later->view);
    if (!view.ok()) return view.status();
    *difference = new tokentra_snapshot{*std::move(view)};
    return absl::OkStatus();
  });
}

size_t tokentra_snapshot_dimension_count(const tokentra_snapshot* snapshot) {
  return snapshot == nullptr ? 0 : snapshot->view->snapshot().dimension_names().size();
}

tokentra_text tokentra_snapshot_dimension(const tokentra_snapshot* snapshot, size_t index) {
  if (index >= tokentra_snapshot_dimension_count(snapshot)) return {nullptr, 0};
  return Text(snapshot->view->snapshot().dimension_names()[index]);
}

size_t tokentra_snapshot_bad_file_count(const tokentra_snapshot* snapshot) {
  return snapshot == nullptr ? 0 : snapshot->view->snapshot().notes().bad_files.size();
}

tokentra_text tokentra_snapshot_bad_file(const tokentra_snapshot* snapshot, size_t index) {
  if (index >= tokentra_snapshot_bad_file_count(snapshot)) return {nullptr, 0};
  return Text(snapshot->view->snapshot().notes().bad_files[index]);
}

}  // extern "C"
