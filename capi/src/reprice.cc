// Repricing: a snapshot with another catalog, the difference by class.

#include "core/analysis/reprice.h"

#include "handles.h"

using tokentra::RepricedClass;
using tokentra::RepricedSum;
using tokentra::capi::CheckIndex;
using tokentra::capi::Guard;
using tokentra::capi::NullArgument;
using tokentra::capi::Text;
using tokentra::capi::ToC;
using tokentra::capi::WriteSized;

namespace {

tokentra_repriced Repriced(const RepricedSum& sum) {
  tokentra_repriced out = {};
  out.before = ToC(sum.before);
  out.lower = ToC(sum.lower);
  out.upper = ToC(sum.upper);
  out.kept = ToC(sum.kept);
  out.events = sum.events;
  out.unpriced_before = sum.unpriced_before;
  out.unpriced_after = sum.unpriced_after;
  out.inexact_events = sum.inexact_events;
  out.reasons = sum.reasons;
  return out;
}

}  // namespace

extern "C" {

tokentra_status tokentra_snapshot_reprice(const tokentra_snapshot* snapshot,
                                          const tokentra_catalog* catalog,
                                          tokentra_repricing** repricing, tokentra_error** error) {
  return Guard(error, [&]() -> absl::Status {
    if (snapshot == nullptr) return NullArgument("snapshot");
    if (catalog == nullptr) return NullArgument("catalog");
    if (repricing == nullptr) return NullArgument("repricing");
    absl::StatusOr<tokentra::Repricing> made =
        tokentra::Reprice(*snapshot->view, *catalog->catalog);
    if (!made.ok()) return made.status();
    *repricing = new tokentra_repricing{*std::move(made)};
    return absl::OkStatus();
  });
}

void tokentra_repricing_free(tokentra_repricing* repricing) { delete repricing; }

tokentra_status tokentra_repricing_total(const tokentra_repricing* repricing,
                                         tokentra_repriced* total, size_t total_size,
                                         tokentra_error** error) {
  return Guard(error, [&]() -> absl::Status {
    if (repricing == nullptr) return NullArgument("repricing");
    return WriteSized("total", Repriced(repricing->repricing.total), total, total_size);
  });
}

size_t tokentra_repricing_count(const tokentra_repricing* repricing) {
  return repricing == nullptr ? 0 : repricing->repricing.classes.size();
}

tokentra_status tokentra_repricing_at(const tokentra_repricing* repricing, size_t index,
                                      tokentra_repriced* repriced, size_t repriced_size,
                                      tokentra_error** error) {
  return Guard(error, [&]() -> absl::Status {
    if (repricing == nullptr) return NullArgument("repricing");
    absl::Status status = CheckIndex("index", index, repricing->repricing.classes.size());
    if (!status.ok()) return status;
    const RepricedClass& from = repricing->repricing.classes[index];
    tokentra_repriced out = Repriced(from.sum);
    out.provider = Text(from.provider);
    out.model = Text(from.model);
    out.service_tier = Text(from.service_tier);
    out.region = Text(from.region);
    out.conditions = Text(from.conditions);
    out.context = Text(from.context);
    out.price_row = Text(from.price_row);
    return WriteSized("repriced", out, repriced, repriced_size);
  });
}

}  // extern "C"
