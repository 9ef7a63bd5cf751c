#include "core/exchange/cost_json.h"

#include <set>

#include "absl/status/status.h"
#include "core/base/json_writer.h"

namespace tokentra {
namespace {

void WriteUsage(const Usage& usage, JsonWriter& json) {
  json.BeginObject();
  for (const Quantity& item : usage.quantities()) {
    json.Number(FindMeter(item.meter)->name, item.quantity);
  }
  json.EndObject();
}

void WriteLines(const CatalogImage& image, const Evaluation& evaluation, JsonWriter& json) {
  json.BeginArray();
  for (std::size_t i = 0; i < evaluation.part_count(); ++i) {
    const PartEvaluation& part = evaluation.part(i);
    if (part.selection.row == nullptr) continue;
    const RowRecord& row = *part.selection.row;
    for (const CostLine& line : part.cost.line_span()) {
      const RateRecord& rate = image.rates[line.rate];
      json.BeginObject();
      json.Text("model", image.Text(image.models[row.model].id));
      json.Text("meter", FindMeter(line.meter)->name);
      json.Number("quantity", line.quantity);
      json.Text("rate", image.Text(rate.amount));
      json.Number("per", rate.per);
      json.Text("amount", line.amount().ToString());
      json.Text("price_row", image.RowId(row));
      const std::string_view overlay = image.Text(image.origins[rate.origin].overlay);
      if (!overlay.empty()) json.Text("overlay", overlay);
      json.EndObject();
    }
  }
  json.EndArray();
}

void WritePriceRows(const CatalogImage& image, const Evaluation& evaluation, JsonWriter& json) {
  std::set<const RowRecord*> seen;
  json.BeginObject();
  for (std::size_t i = 0; i < evaluation.part_count(); ++i) {
    const RowRecord* row = evaluation.part(i).selection.row;
    if (row == nullptr || !seen.insert(row).second) continue;
    json.Key(image.RowId(*row));
    json.BeginObject();
    json.TextOrNull("source", image.Source(*row));
    json.Text("as_of", image.AsOf(*row));
    if (!image.Overlay(*row).empty()) json.Text("overlay", image.Overlay(*row));
    json.EndObject();
  }
  json.EndObject();
}

void WriteUncovered(const Evaluation& evaluation, JsonWriter& json) {
  json.BeginArray();
  for (std::size_t i = 0; i < evaluation.part_count(); ++i) {
    for (const AtomQuantity& item : evaluation.part(i).atoms.items()) {
      const Cost& cost = evaluation.part(i).cost;
      if (cost.state == CostState::kPartial && (cost.uncovered & AtomBit(item.atom)) != 0) {
        json.Text(AtomName(item.atom));
      }
    }
  }
  json.EndArray();
}

}  // namespace

std::string_view EvaluationStateName(const Evaluation& evaluation) {
  return evaluation.unmetered() ? "unmetered" : CostStateName(evaluation.state());
}

std::string_view EvaluationModel(const Catalog& catalog, const Evaluation& evaluation) {
  if (evaluation.unmetered()) return {};
  const PartEvaluation& part = evaluation.part(0);
  if (part.resolution.match == MatchKind::kNone) return part.model;
  return catalog.ModelId(part.resolution.model);
}

MatchKind EvaluationMatch(const Evaluation& evaluation) {
  return evaluation.unmetered() ? MatchKind::kNone : evaluation.part(0).resolution.match;
}

std::vector<std::string_view> EvaluationSuggestions(const Catalog& catalog,
                                                    const Evaluation& evaluation) {
  for (std::size_t i = 0; i < evaluation.part_count(); ++i) {
    const PartEvaluation& part = evaluation.part(i);
    if (part.resolution.match != MatchKind::kNone) continue;
    return catalog.Suggest(evaluation.provider(), part.model, kSuggestionsMax);
  }
  return {};
}

void AppendCostJson(const Catalog& catalog, const Evaluation& evaluation,
                    const CostContext& context, std::string& out) {
  const CatalogImage& image = catalog.image();
  JsonWriter json(out);
  json.BeginObject();
  if (context.line != 0) json.Number("line", context.line);
  json.TextOrNull("id", context.id);
  json.Text("provider", evaluation.provider());
  json.TextOrNull("model", EvaluationModel(catalog, evaluation));
  const MatchKind match = EvaluationMatch(evaluation);
  json.TextOrNull("match", match == MatchKind::kNone ? std::string_view() : MatchKindName(match));
  json.Text("quality", QualityName(evaluation.quality()));
  json.Text("state", EvaluationStateName(evaluation));
  json.Text("currency", "USD");
  const bool has_total = !evaluation.unmetered() && evaluation.state() != CostState::kUnpriced;
  json.TextOrNull("total", has_total ? evaluation.total().ToString() : std::string());
  json.Key("usage");
  WriteUsage(evaluation.TotalUsage(), json);
  json.Key("lines");
  WriteLines(image, evaluation, json);
  json.Key("price_rows");
  WritePriceRows(image, evaluation, json);
  if (context.reported != nullptr) json.Text("reported", context.reported->ToString());
  if (evaluation.state() == CostState::kPartial) {
    json.Key("uncovered");
    WriteUncovered(evaluation, json);
  }
  const std::string reason = evaluation.Reason(catalog);
  if (!reason.empty()) json.Text("reason", reason);
  if (!evaluation.findings().empty() || !context.findings.empty()) {
    json.Key("findings");
    json.BeginArray();
    for (const std::string& finding : evaluation.findings()) json.Text(finding);
    for (const std::string& finding : context.findings) json.Text(finding);
    json.EndArray();
  }
  json.Key("suggestions");
  json.BeginArray();
  for (const std::string_view id : EvaluationSuggestions(catalog, evaluation)) json.Text(id);
  json.EndArray();
  if (!context.explain.empty()) json.Text("explain", context.explain);
  json.EndObject();
}

void AppendErrorJson(std::uint64_t line, std::uint32_t column, const absl::Status& status,
                     std::string& out) {
  JsonWriter json(out);
  json.BeginObject();
  if (line != 0) json.Number("line", line);
  if (column != 0) json.Number("column", column);
  json.Key("error");
  json.BeginObject();
  json.Text("code", absl::StatusCodeToString(status.code()));
  json.Text("message", status.message());
  json.EndObject();
  json.EndObject();
}

}  // namespace tokentra
