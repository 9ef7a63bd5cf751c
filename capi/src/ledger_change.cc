// Ledger: compaction, retention, erasing.

#include "core/base/metadata_key.h"
#include "core/base/text.h"
#include "handles.h"
#include "zone.h"

using tokentra::BaseChange;
using tokentra::BaseChangeResult;
using tokentra::capi::Bound;
using tokentra::capi::CheckText;
using tokentra::capi::Guard;
using tokentra::capi::NullArgument;
using tokentra::capi::View;
using tokentra::capi::WriteSized;

namespace {

absl::Status ReadCompactOptions(const tokentra_compact_options* from, std::size_t size,
                                BaseChange& out) {
  if (from == nullptr) return absl::OkStatus();
  tokentra_compact_options options;
  absl::Status status = tokentra::capi::ReadSized("options", from, size, options);
  if (!status.ok()) return status;
  out.rollup_before = Bound(options.rollup_before_ns);
  out.delete_before = Bound(options.delete_before_ns);
  return tokentra::capi::ReadZone(options.zone, options.zone_count, out.zone);
}

// The place of a dimension; camelCase spellings of well-known keys are the same.
absl::StatusOr<std::size_t> DimensionOf(const tokentra::Ledger& ledger, std::string_view name) {
  const std::vector<std::string>& names = ledger.options().dimensions;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == tokentra::CanonicalMetadataKey(name)) return i;
  }
  const std::vector<std::string_view> known(names.begin(), names.end());
  return absl::NotFoundError(absl::StrCat("the ledger has no dimension ", tokentra::Quote(name),
                                          tokentra::NearestHint(name, known)));
}

}  // namespace

extern "C" {

tokentra_status tokentra_ledger_compact(const tokentra_ledger* ledger,
                                        const tokentra_compact_options* options,
                                        size_t options_size, tokentra_compact_result* result,
                                        size_t result_size, tokentra_error** error) {
  return Guard(error, [&]() -> absl::Status {
    if (ledger == nullptr) return NullArgument("ledger");
    BaseChange change;
    absl::Status status = ReadCompactOptions(options, options_size, change);
    if (!status.ok()) return status;
    tokentra_compact_result out = {};
    // Before anything is changed.
    if (result != nullptr) status = WriteSized("result", out, result, result_size);
    if (!status.ok()) return status;
    absl::StatusOr<BaseChangeResult> changed = ledger->ledger->Change(change);
    if (!changed.ok()) return changed.status();
    out.cells = changed->cells;
    out.rolled_up_cells = changed->rolled_up_cells;
    out.deleted_cells = changed->deleted_cells;
    out.deleted_events = changed->deleted_events;
    return result == nullptr ? absl::OkStatus() : WriteSized("result", out, result, result_size);
  });
}

tokentra_status tokentra_ledger_erase(const tokentra_ledger* ledger, tokentra_text dimension,
                                      tokentra_text value, uint64_t* erased, uint64_t* unreached,
                                      tokentra_error** error) {
  return Guard(error, [&]() -> absl::Status {
    if (ledger == nullptr) return NullArgument("ledger");
    absl::Status status = CheckText("dimension", dimension);
    if (status.ok()) status = CheckText("value", value);
    if (!status.ok()) return status;
    absl::StatusOr<std::size_t> index = DimensionOf(*ledger->ledger, View(dimension));
    if (!index.ok()) return index.status();
    BaseChange change;
    change.erased = {*index, std::string(View(value))};
    absl::StatusOr<BaseChangeResult> changed = ledger->ledger->Change(change);
    if (!changed.ok()) return changed.status();
    if (erased != nullptr) *erased = changed->erased_keys;
    if (unreached != nullptr) *unreached = changed->unreached_files;
    return absl::OkStatus();
  });
}

tokentra_status tokentra_client_ledger(const tokentra_client* client, tokentra_ledger** ledger,
                                       tokentra_error** error) {
  return Guard(error, [&]() -> absl::Status {
    if (client == nullptr) return NullArgument("client");
    if (ledger == nullptr) return NullArgument("ledger");
    *ledger = new tokentra_ledger{client->client->shared_ledger()};
    return absl::OkStatus();
  });
}

}  // extern "C"
