// Price: one call, many calls, what it came to.

#include <optional>

#include "core/convention/key_spelling.h"
#include "core/exchange/cost_json.h"
#include "core/exchange/explain.h"
#include "handles.h"

using tokentra::CostLine;
using tokentra::Evaluation;
using tokentra::PartEvaluation;
using tokentra::capi::CallStorage;
using tokentra::capi::CheckIndex;
using tokentra::capi::Guard;
using tokentra::capi::NullArgument;
using tokentra::capi::Text;
using tokentra::capi::ToC;
using tokentra::capi::WriteSized;

namespace {

const tokentra::Money* ReportedOf(const CallStorage& storage) {
  const tokentra::Extraction* extraction = storage.extraction();
  return extraction != nullptr && extraction->reported.has_value() ? &*extraction->reported
                                                                   : nullptr;
}

tokentra::CostContext ContextOf(const tokentra_cost& cost) {
  tokentra::CostContext context;
  context.id = cost.storage.id();
  context.reported = ReportedOf(cost.storage);
  context.findings = cost.metadata_findings;
  return context;
}

// The part and line that `index` counts to over all parts.
struct LinePlace {
  const PartEvaluation* part;
  const CostLine* line;
};
LinePlace FindLine(const Evaluation& evaluation, std::size_t index) {
  for (std::size_t i = 0; i < evaluation.part_count(); ++i) {
    const PartEvaluation& part = evaluation.part(i);
    if (part.selection.row == nullptr) continue;
    const std::span<const CostLine> lines = part.cost.line_span();
    if (index < lines.size()) return {&part, &lines[index]};
    index -= lines.size();
  }
  return {nullptr, nullptr};
}

absl::Status MakeDocument(std::string text, tokentra_document** document) {
  *document = new tokentra_document{std::move(text)};
  return absl::OkStatus();
}

}  // namespace

extern "C" {

tokentra_status tokentra_price(const tokentra_catalog* catalog, const tokentra_call* call,
                               size_t call_size, tokentra_cost** cost, tokentra_error** error) {
  return Guard(error, [&]() -> absl::Status {
    if (catalog == nullptr) return NullArgument("catalog");
    if (cost == nullptr) return NullArgument("cost");
    auto made = std::make_unique<tokentra_cost>();
    made->catalog = catalog->catalog;
    absl::Status status = made->storage.Read(call, call_size, true);
    if (!status.ok()) return status;
    made->storage.Own();
    status = tokentra::Evaluate(*made->catalog, made->storage.call(), made->evaluation);
    if (!status.ok()) return status;
    const Evaluation& evaluation = made->evaluation;
    made->usage = ToC(evaluation.TotalUsage());
    made->metadata_findings = tokentra::SpellingMessages(made->storage.metadata());
    if (made->storage.dropped_metadata()) {
      made->metadata_findings.emplace_back("metadata that is no UTF-8 is left out");
    }
    for (std::size_t i = 0; i < evaluation.part_count(); ++i) {
      const PartEvaluation& part = evaluation.part(i);
      if (part.selection.row != nullptr) made->line_count += part.cost.line_count;
      if (part.selection.row == nullptr && made->reason.empty()) {
        made->reason = evaluation.Reason(*made->catalog);
        made->suggestions = tokentra::EvaluationSuggestions(*made->catalog, evaluation);
      }
    }
    *cost = made.release();
    return absl::OkStatus();
  });
}

void tokentra_cost_free(tokentra_cost* cost) { delete cost; }

tokentra_status tokentra_cost_summarize(const tokentra_cost* cost, tokentra_cost_summary* summary,
                                        size_t summary_size, tokentra_error** error) {
  return Guard(error, [&]() -> absl::Status {
    if (cost == nullptr) return NullArgument("cost");
    const Evaluation& evaluation = cost->evaluation;
    tokentra_cost_summary out = {};
    out.total = ToC(evaluation.total());
    if (const tokentra::Money* reported = ReportedOf(cost->storage)) {
      out.reported = ToC(*reported);
      out.has_reported = 1;
    }
    out.provider = Text(evaluation.provider());
    out.model = Text(tokentra::EvaluationModel(*cost->catalog, evaluation));
    if (!evaluation.unmetered()) {
      const tokentra::ResolvedConditions& resolved = evaluation.part(0).selection.conditions;
      out.service_tier = Text(resolved.service_tier);
      out.region = Text(resolved.region_name);
      out.batch = resolved.batch ? 1 : 0;
    }
    out.response_id = Text(cost->storage.extraction() != nullptr
                               ? std::string_view(cost->storage.extraction()->response_id)
                               : std::string_view());
    out.reason = Text(cost->reason);
    out.state = tokentra::capi::StateNumber(evaluation.unmetered(), evaluation.state());
    out.match = static_cast<std::uint32_t>(tokentra::EvaluationMatch(evaluation));
    out.quality = static_cast<std::uint32_t>(evaluation.quality());
    out.parts = static_cast<std::uint32_t>(evaluation.part_count());
    out.lines = static_cast<std::uint32_t>(cost->line_count);
    out.meters = static_cast<std::uint32_t>(cost->usage.size());
    out.suggestions = static_cast<std::uint32_t>(cost->suggestions.size());
    out.findings =
        static_cast<std::uint32_t>(evaluation.findings().size() + cost->metadata_findings.size());
    return WriteSized("summary", out, summary, summary_size);
  });
}

tokentra_status tokentra_cost_line_at(const tokentra_cost* cost, size_t index,
                                      tokentra_cost_line* line, size_t line_size,
                                      tokentra_error** error) {
  return Guard(error, [&]() -> absl::Status {
    if (cost == nullptr) return NullArgument("cost");
    absl::Status status = CheckIndex("index", index, cost->line_count);
    if (!status.ok()) return status;
    const LinePlace place = FindLine(cost->evaluation, index);
    const tokentra::CatalogImage& image = cost->catalog->image();
    const tokentra::RowRecord& row = *place.part->selection.row;
    const tokentra::RateRecord& rate = image.rates[place.line->rate];
    tokentra_cost_line out = {};
    out.amount = ToC(place.line->amount());
    out.rate = {rate.amount_lo, rate.amount_hi};
    out.per = rate.per;
    out.quantity = place.line->quantity;
    out.model = Text(image.Text(image.models[row.model].id));
    out.meter = Text(tokentra::FindMeter(place.line->meter)->name);
    out.rate_text = Text(image.Text(rate.amount));
    out.price_row = Text(image.RowId(row));
    out.source = Text(image.Source(row));
    out.as_of = Text(image.AsOf(row));
    const tokentra::OriginRecord& origin = image.origins[rate.origin];
    out.overlay = Text(image.Text(origin.overlay));
    out.overlay_note = Text(image.Text(origin.note));
    return WriteSized("line", out, line, line_size);
  });
}

const tokentra_quantity* tokentra_cost_usage(const tokentra_cost* cost) {
  return cost == nullptr ? nullptr : cost->usage.data();
}

tokentra_text tokentra_cost_suggestion(const tokentra_cost* cost, size_t index) {
  if (cost == nullptr || index >= cost->suggestions.size()) return {nullptr, 0};
  return Text(cost->suggestions[index]);
}

tokentra_text tokentra_cost_finding(const tokentra_cost* cost, size_t index) {
  if (cost == nullptr) return {nullptr, 0};
  const auto& findings = cost->evaluation.findings();
  if (index < findings.size()) return Text(findings[index]);
  index -= findings.size();
  return index < cost->metadata_findings.size() ? Text(cost->metadata_findings[index])
                                                : tokentra_text{nullptr, 0};
}

tokentra_status tokentra_cost_json(const tokentra_cost* cost, tokentra_document** document,
                                   tokentra_error** error) {
  return Guard(error, [&]() -> absl::Status {
    if (cost == nullptr) return NullArgument("cost");
    if (document == nullptr) return NullArgument("document");
    std::string json;
    tokentra::AppendCostJson(*cost->catalog, cost->evaluation, ContextOf(*cost), json);
    return MakeDocument(std::move(json), document);
  });
}

tokentra_status tokentra_cost_explain(const tokentra_cost* cost, tokentra_document** document,
                                      tokentra_error** error) {
  return Guard(error, [&]() -> absl::Status {
    if (cost == nullptr) return NullArgument("cost");
    if (document == nullptr) return NullArgument("document");
    return MakeDocument(
        tokentra::ExplainEvaluation(*cost->catalog, cost->evaluation, ContextOf(*cost)), document);
  });
}

tokentra_status tokentra_price_batch(const tokentra_catalog* catalog, const tokentra_call* calls,
                                     size_t count, size_t call_size,
                                     const tokentra_quantity* quantities, const uint64_t* offsets,
                                     tokentra_price_result* results, size_t result_size,
                                     tokentra_error** error) {
  return Guard(error, [&]() -> absl::Status {
    if (catalog == nullptr) return NullArgument("catalog");
    if (count != 0 && calls == nullptr) return NullArgument("calls");
    if (count != 0 && results == nullptr) return NullArgument("results");
    if (call_size == 0) return absl::InvalidArgumentError("call has size 0");
    if (result_size == 0) return absl::InvalidArgumentError("result has size 0");
    const auto* at = reinterpret_cast<const unsigned char*>(calls);
    auto* to = reinterpret_cast<unsigned char*>(results);
    for (std::size_t i = 0; i < count; ++i, at += call_size, to += result_size) {
      // Calls carry their own usage or response, else the slice at their offsets.
      tokentra_call head;
      absl::Status status = tokentra::capi::ReadSized(
          "call", reinterpret_cast<const tokentra_call*>(at), call_size, head);
      const bool has_own = head.response.data != nullptr || head.usage != nullptr;
      const bool has_slice = offsets != nullptr && !has_own;
      CallStorage storage;
      if (status.ok()) {
        status = storage.Read(reinterpret_cast<const tokentra_call*>(at), call_size, !has_slice);
      }
      if (status.ok() && has_slice) {
        status = offsets[i + 1] < offsets[i]
                     ? absl::InvalidArgumentError("offsets must not descend")
                     : tokentra::capi::ReadQuantities(
                           quantities == nullptr ? nullptr : quantities + offsets[i],
                           offsets[i + 1] - offsets[i], storage.usage());
        storage.UseUsage();
      }
      Evaluation evaluation;
      if (status.ok()) status = tokentra::Evaluate(*catalog->catalog, storage.call(), evaluation);
      tokentra_price_result out = {};
      out.status = static_cast<int32_t>(status.raw_code());
      if (status.ok()) {
        out.total = ToC(evaluation.total());
        out.state = tokentra::capi::StateNumber(evaluation.unmetered(), evaluation.state());
        out.match = static_cast<std::uint32_t>(tokentra::EvaluationMatch(evaluation));
      }
      status = WriteSized("result", out, to, result_size);
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  });
}

}  // extern "C"
