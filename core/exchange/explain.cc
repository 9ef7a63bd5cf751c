#include "core/exchange/explain.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/text.h"

namespace tokentra {
namespace {

constexpr std::size_t kLabelWidth = 12;

std::string Label(std::string_view label) {
  std::string out(label);
  out.resize(std::max(kLabelWidth, label.size() + 1), ' ');
  return out;
}

// "1500000" -> "1,500,000".
std::string Grouped(std::uint64_t number) {
  std::string digits = absl::StrCat(number);
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, 1, ',');
  return digits;
}

std::string UsageText(const Usage& usage) {
  std::vector<std::string> items;
  for (const Quantity& item : usage.quantities()) {
    items.push_back(absl::StrCat(FindMeter(item.meter)->name, " ", Grouped(item.quantity)));
  }
  return items.empty() ? "nothing" : absl::StrJoin(items, ", ");
}

// Where the value of a condition comes from when it is not the one the call states.
std::string_view Origin(const PartEvaluation& part, std::string_view name, std::string_view value,
                        std::string_view stated) {
  for (const PinnedCondition& pin : part.resolution.pinned()) {
    if (pin.name == name && pin.value == value && value != stated) return " (by the id)";
  }
  return stated.empty() ? " (default)" : "";
}

std::string ConditionsText(const Evaluation& evaluation, const PartEvaluation& part) {
  const ResolvedConditions& resolved = part.selection.conditions;
  const CallConditions& call = evaluation.conditions();
  std::vector<std::string> items;
  items.push_back(
      absl::StrCat("service_tier ", resolved.service_tier,
                   Origin(part, "service_tier", resolved.service_tier, call.service_tier)));
  items.push_back(absl::StrCat("batch ", resolved.batch ? "true" : "false"));
  if (!resolved.region_name.empty()) {
    items.push_back(absl::StrCat("region ", resolved.region_name,
                                 Origin(part, "region", resolved.region_name, call.region)));
  }
  for (const NamedCondition& named : call.named) {
    items.push_back(absl::StrCat(named.name, " ", named.value));
  }
  for (const PinnedCondition& pin : part.resolution.pinned()) {
    if (pin.name == "region" || pin.name == "service_tier") continue;
    items.push_back(absl::StrCat(pin.name, " ", pin.value, " (by the id)"));
  }
  return absl::StrJoin(items, ", ");
}

std::string BandText(const BandSet& bands) {
  std::vector<std::string> items;
  for (const BandRecord& band : bands) {
    if (band.meter == 0) continue;
    const std::string_view meter = FindMeter(band.meter)->name;
    if (band.max == ~std::uint64_t{0}) {
      items.push_back(absl::StrCat(meter, " from ", Grouped(band.min)));
    } else {
      items.push_back(absl::StrCat(meter, " ", Grouped(band.min), " to ", Grouped(band.max)));
    }
  }
  return absl::StrJoin(items, ", ");
}

std::string IntervalText(const IntervalRecord& interval) {
  const bool from = interval.from != std::numeric_limits<InstantNs>::min();
  const bool until = interval.until != std::numeric_limits<InstantNs>::max();
  if (!from && !until) return "without dates in the lists";
  return absl::StrCat(from ? absl::StrCat("from ", FormatInstant(interval.from)) : "",
                      from && until ? " " : "",
                      until ? absl::StrCat("until ", FormatInstant(interval.until)) : "");
}

void AppendRow(const CatalogImage& image, const RowRecord& row, std::string& out) {
  absl::StrAppend(&out, Label("price row"), image.RowId(row), ", ",
                  IntervalText(image.Interval(row)), "\n");
  if (row.hours != 0) {
    absl::StrAppend(&out, Label("hours"), image.Text(image.hours[row.hours].text), "\n");
  }
  const std::string bands = BandText(image.Bands(row));
  if (!bands.empty()) absl::StrAppend(&out, Label("context"), bands, "\n");
  const std::string_view source = image.Source(row);
  absl::StrAppend(&out, Label("source"), source.empty() ? "no page named by the lists" : source,
                  "\n");
  const std::string_view evidence = image.Evidence(row);
  absl::StrAppend(&out, Label("evidence"), evidence.empty() ? "none stated" : evidence,
                  "; read as of ", image.AsOf(row), "\n");
  if (!image.Overlay(row).empty()) {
    absl::StrAppend(&out, Label("overlay"), image.Overlay(row), "\n");
  }
  if (image.providers[image.models[row.model].provider].indicative != 0) {
    absl::StrAppend(&out, Label(""), "indicative: a list price of this gateway, no offer\n");
  }
}

void AppendLines(const CatalogImage& image, const PartEvaluation& part, std::string& out) {
  for (const CostLine& line : part.cost.line_span()) {
    const RateRecord& rate = image.rates[line.rate];
    absl::StrAppend(&out, Label("line"), FindMeter(line.meter)->name, ": ", Grouped(line.quantity),
                    " x ", image.Text(rate.amount), " / ", Grouped(rate.per), " = ",
                    line.amount().ToString(), "\n");
    if (rate.origin != 0) {
      const OriginRecord& origin = image.origins[rate.origin];
      const std::string_view note = image.Text(origin.note);
      absl::StrAppend(&out, Label(""), "rate by overlay ", image.Text(origin.overlay),
                      note.empty() ? "" : ": ", note, "\n");
    }
    if (rate.rule != 0) {
      const RuleRecord& rule = image.rules[rate.rule];
      absl::StrAppend(&out, Label(""), "billed per call at least ", Grouped(rule.minimum),
                      ", in steps of ", Grouped(rule.step),
                      rule.included != 0 ? absl::StrCat(", less ", Grouped(rule.included)) : "",
                      "\n");
    }
  }
  for (const AtomQuantity& item : part.atoms.items()) {
    if (part.cost.state != CostState::kPartial || (part.cost.uncovered & AtomBit(item.atom)) == 0) {
      continue;
    }
    absl::StrAppend(&out, Label("no rate"), AtomName(item.atom), ": ", Grouped(item.quantity),
                    " has no rate in this price row and is not in the total\n");
  }
}

void AppendPart(const Catalog& catalog, const Evaluation& evaluation, const PartEvaluation& part,
                std::string& out) {
  const CatalogImage& image = catalog.image();
  absl::StrAppend(&out, Label("model"),
                  part.model.empty() ? std::string("not named") : Quote(part.model), " at ",
                  evaluation.provider(), "\n");
  if (part.resolution.match != MatchKind::kNone) {
    absl::StrAppend(&out, Label("match"), MatchKindName(part.resolution.match), " -> ",
                    catalog.ModelId(part.resolution.model), "\n");
  }
  absl::StrAppend(&out, Label("usage"), UsageText(part.usage), "\n");
  absl::StrAppend(&out, Label("conditions"), ConditionsText(evaluation, part), "\n");
  if (part.selection.row == nullptr) {
    absl::StrAppend(&out, Label("unpriced"),
                    ExplainUnpriced(catalog, part.resolution, part.selection, evaluation.provider(),
                                    part.model, evaluation.at()),
                    "\n");
    return;
  }
  AppendRow(image, *part.selection.row, out);
  AppendLines(image, part, out);
}

}  // namespace

std::string ExplainEvaluation(const Catalog& catalog, const Evaluation& evaluation,
                              const CostContext& context) {
  std::string out;
  if (!context.id.empty()) absl::StrAppend(&out, Label("id"), Quote(context.id), "\n");
  if (evaluation.at() != kNoInstant) {
    absl::StrAppend(&out, Label("at"), FormatInstant(evaluation.at()), "\n");
  }
  if (evaluation.unmetered()) {
    absl::StrAppend(&out, Label("unmetered"), "no usage is stated: nothing to price\n");
  }
  for (std::size_t i = 0; i < evaluation.part_count(); ++i) {
    if (evaluation.part_count() > 1) {
      absl::StrAppend(&out, "\npart ", i + 1, " of ", evaluation.part_count(), "\n");
    }
    AppendPart(catalog, evaluation, evaluation.part(i), out);
  }
  if (evaluation.part_count() > 1) absl::StrAppend(&out, "\n");
  absl::StrAppend(&out, Label("state"), EvaluationStateName(evaluation), "\n");
  if (!evaluation.unmetered() && evaluation.state() != CostState::kUnpriced) {
    absl::StrAppend(&out, Label("total"), evaluation.total().ToString(), " USD\n");
  }
  if (context.reported != nullptr) {
    absl::StrAppend(&out, Label("reported"), context.reported->ToString(),
                    " USD by the provider, kept apart\n");
  }
  absl::StrAppend(&out, Label("quality"), QualityName(evaluation.quality()), "\n");
  for (const std::string& finding : evaluation.findings()) {
    absl::StrAppend(&out, Label("finding"), finding, "\n");
  }
  absl::StrAppend(&out, Label("catalog"), catalog.as_of(), ", digest ",
                  catalog.digest().substr(0, 16));
  for (std::size_t i = 0; i < catalog.overlay_count(); ++i) {
    absl::StrAppend(&out, i == 0 ? ", overlays " : ", ", catalog.overlay(i));
  }
  absl::StrAppend(&out, "\n");
  return out;
}

}  // namespace tokentra
