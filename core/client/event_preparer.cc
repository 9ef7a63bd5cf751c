#include "core/client/event_preparer.h"

#include "core/client/client_core.h"

namespace tokentra {

EventPreparer::EventPreparer(const Client& client)
    : core_(*client.core_), defaults_(client.metadata_), state_(core_.state) {}

std::size_t EventPreparer::Prepare(const Call& call, std::string_view id,
                                   std::span<const MetadataEntry> metadata,
                                   const Evaluation& evaluation, PreparedEvents& events,
                                   bool* has_findings) const {
  PreparedEvents::Event event = events.Begin();
  event.at = call.at;
  DimensionValues found;
  core_.dimensions.Read(metadata, defaults_, state_->judge.get(), call.at, found);
  *has_findings = found.has_findings;
  event.dimensions = events.AddDimensions(found.span(), found.present);
  event.has_id = !id.empty();
  if (event.has_id) event.id = core_.ledger->IdOf(id, ContentOf(evaluation));
  std::string bytes;
  UsageClass usage_class;
  for (std::size_t i = 0; i < evaluation.part_count() && i < kPartsMax; ++i) {
    const PartEvaluation& part = evaluation.part(i);
    const bool priced = part.selection.row != nullptr;
    Atoms billed;
    if (priced) billed = BilledAtoms(catalog().image(), *part.selection.row, part.atoms);
    bytes.clear();
    state_->classes->Describe(evaluation, part, usage_class);
    EncodeUsageClass(usage_class, bytes);
    events.AddPart(event, events.AddClass(bytes, usage_class.kind), &part.atoms, &billed,
                   priced ? part.cost.total.attos() : 0, priced);
  }
  event.unmetered = evaluation.unmetered();
  if (event.unmetered) {
    bytes = UnmeteredClass(call, evaluation);
    events.AddPart(event, events.AddClass(bytes, ClassKind::kUnmetered), nullptr, nullptr, 0,
                   false);
  }
  if (call.extraction != nullptr && call.extraction->reported.has_value()) {
    event.reported = call.extraction->reported->attos();
  }
  return events.Add(event);
}

std::size_t EventPreparer::PrepareRefused(const absl::Status& status, std::string_view provider,
                                          InstantNs at, std::span<const MetadataEntry> metadata,
                                          PreparedEvents& events) const {
  PreparedEvents::Event event = events.Begin();
  DimensionValues found;
  core_.dimensions.Read(metadata, defaults_, state_->judge.get(), at, found);
  event.dimensions = events.AddDimensions(found.span(), found.present);
  // An event without an instant that a ledger holds is counted at 1970.
  event.at = at == kNoInstant || at < kEventInstantMin ? 0 : at;
  event.refused = true;
  events.AddPart(event, events.AddClass(RefusedClass(status, provider), ClassKind::kRefused),
                 nullptr, nullptr, 0, false);
  return events.Add(event);
}

}  // namespace tokentra
