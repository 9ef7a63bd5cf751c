#include "core/client/client.h"

#include <algorithm>
#include <array>

#include "absl/strings/str_cat.h"
#include "core/base/metadata_key.h"
#include "core/base/status_macros.h"
#include "core/base/text.h"

namespace tokentra {
namespace {

std::vector<std::string_view> CamelSpellings(const std::vector<std::string>& dimensions) {
  std::vector<std::string_view> spellings;
  for (const std::string& name : dimensions) spellings.push_back(CamelMetadataKey(name));
  return spellings;
}

// What must be equal for a second event of one id to be the same event: what was consumed, where.
// The instant is not in it (a live retry has another now), nor the metadata.
std::string ContentOf(const Evaluation& evaluation) {
  std::string content(evaluation.provider());
  for (std::size_t i = 0; i < evaluation.part_count(); ++i) {
    const PartEvaluation& part = evaluation.part(i);
    absl::StrAppend(&content, "\n", part.model, "\n", part.selection.conditions.service_tier, "\n");
    for (const AtomQuantity& item : part.atoms.items()) {
      absl::StrAppend(&content, static_cast<unsigned>(item.atom), "=", item.quantity, ",");
    }
  }
  return content;
}

std::string UnmeteredClass(const Call& call, const Evaluation& evaluation) {
  UsageClass usage_class;
  usage_class.kind = ClassKind::kUnmetered;
  usage_class.provider = evaluation.provider();
  usage_class.model =
      call.extraction != nullptr && call.model.empty() ? call.extraction->model : call.model;
  std::string bytes;
  EncodeUsageClass(usage_class, bytes);
  return bytes;
}

std::string RefusedClass(const absl::Status& status, std::string_view provider) {
  UsageClass usage_class;
  usage_class.kind = ClassKind::kRefused;
  usage_class.provider = provider;
  const std::string code = absl::StatusCodeToString(status.code());
  usage_class.service_tier = code;
  std::string bytes;
  EncodeUsageClass(usage_class, bytes);
  return bytes;
}

absl::Status StatusOf(const RecordResult& recorded, InstantNs at) {
  switch (recorded.status) {
    case RecordStatus::kRecorded:
      return absl::OkStatus();
    case RecordStatus::kInvalid:
      return absl::OutOfRangeError(
          absl::StrCat("the event at ", FormatInstant(at), " is beyond what a ledger holds"));
    case RecordStatus::kDuplicate:
    case RecordStatus::kConflict:
    case RecordStatus::kFull:
      break;
  }
  return absl::ResourceExhaustedError(
      "the ledger has no room: its counters are full, or this process found none for a file");
}

// True when an event with this id was recorded before; the outcome says how they compare.
bool IsKnownId(const RecordResult& recorded, TrackResult& result) {
  if (recorded.status == RecordStatus::kDuplicate) result.outcome = Outcome::kDuplicate;
  if (recorded.status == RecordStatus::kConflict) result.outcome = Outcome::kConflict;
  return recorded.status == RecordStatus::kDuplicate || recorded.status == RecordStatus::kConflict;
}

}  // namespace

std::vector<std::string> DefaultDimensions() {
  return {"project_id", "team_id", "feature", "environment"};
}

struct Client::Core {
  Core(std::shared_ptr<const Catalog> shared_catalog, std::shared_ptr<Ledger> shared_ledger)
      : catalog(std::move(shared_catalog)),
        ledger(std::move(shared_ledger)),
        classes(*catalog),
        dimensions(ledger->options().dimensions),
        camel(CamelSpellings(dimensions)) {}

  const std::shared_ptr<const Catalog> catalog;
  const std::shared_ptr<Ledger> ledger;
  UsageClassCache classes;
  const std::vector<std::string> dimensions;
  const std::vector<std::string_view> camel;  // of each dimension; empty: no other spelling
};

absl::StatusOr<std::shared_ptr<Client>> Client::Create(ClientOptions options) {
  if (options.catalog == nullptr) options.catalog = Catalog::Builtin();
  for (std::string& name : options.ledger.dimensions) {
    name = std::string(CanonicalMetadataKey(name));
  }
  std::shared_ptr<Ledger> ledger = std::move(options.shared_ledger);
  if (ledger == nullptr) {
    absl::StatusOr<std::shared_ptr<Ledger>> own = Ledger::Create(options.ledger);
    if (!own.ok()) return own.status();
    ledger = *std::move(own);
  }
  auto core = std::make_shared<Core>(std::move(options.catalog), std::move(ledger));
  std::vector<MetadataEntry> entries;
  for (const auto& [key, value] : options.metadata) entries.push_back({key, value});
  return Client(std::move(core), {}).WithMetadata(entries);
}

std::shared_ptr<Client> Client::WithMetadata(std::span<const MetadataEntry> metadata) const {
  auto merged = metadata_;
  for (const MetadataEntry& entry : metadata) {
    const std::string_view key = CanonicalMetadataKey(entry.key);
    // Both spellings given: snake_case wins.
    const bool is_camel = key != entry.key;
    if (is_camel && std::any_of(metadata.begin(), metadata.end(),
                                [&](const MetadataEntry& other) { return other.key == key; })) {
      continue;
    }
    const auto found = std::find_if(merged.begin(), merged.end(),
                                    [&](const auto& item) { return item.first == key; });
    if (found == merged.end()) {
      merged.emplace_back(key, entry.value);
    } else {
      found->second = entry.value;
    }
  }
  return std::shared_ptr<Client>(new Client(core_, std::move(merged)));
}

const Catalog& Client::catalog() const { return *core_->catalog; }
std::shared_ptr<const Catalog> Client::shared_catalog() const { return core_->catalog; }
Ledger& Client::ledger() const { return *core_->ledger; }
std::shared_ptr<Ledger> Client::shared_ledger() const { return core_->ledger; }
bool Client::ids_overflowed() const { return core_->ledger->ids_overflowed(); }

// For each dimension: the event's snake_case key, else its camelCase spelling, else the client's
// default. Both spellings with different values are a finding, and snake_case wins.
Client::DimensionValues Client::ValuesOf(std::span<const MetadataEntry> metadata,
                                         bool* findings) const {
  DimensionValues out;
  auto& [values, count, present] = out;
  count = std::min(core_->dimensions.size(), kDimensionsMax);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string_view name = core_->dimensions[i];
    const std::string_view camel = core_->camel[i];
    const MetadataEntry* snake_entry = nullptr;
    const MetadataEntry* camel_entry = nullptr;
    for (const MetadataEntry& entry : metadata) {
      if (entry.key == name) snake_entry = &entry;
      if (!camel.empty() && entry.key == camel) camel_entry = &entry;
    }
    const MetadataEntry* chosen = snake_entry != nullptr ? snake_entry : camel_entry;
    if (snake_entry != nullptr && camel_entry != nullptr &&
        snake_entry->value != camel_entry->value) {
      *findings = true;
    }
    if (chosen != nullptr) {
      values[i] = chosen->value;
      present |= std::uint64_t{1} << i;
      continue;
    }
    for (const auto& [key, value] : metadata_) {
      if (key != name) continue;
      values[i] = value;
      present |= std::uint64_t{1} << i;
    }
  }
  return out;
}

DimensionsId Client::InternMetadata(std::span<const MetadataEntry> metadata, bool* findings) {
  const DimensionValues found = ValuesOf(metadata, findings);
  return core_->ledger->InternDimensions({found.values.data(), found.count}, found.present);
}

absl::Status Client::Track(const Call& call, std::string_view id,
                           std::span<const MetadataEntry> metadata, Evaluation& evaluation,
                           TrackResult& result) {
  bool findings = false;
  const DimensionsId dimensions = InternMetadata(metadata, &findings);
  absl::Status status = TrackUnder(dimensions, call, id, evaluation, result);
  result.has_findings = result.has_findings || findings;
  return status;
}

absl::Status Client::TrackUnder(DimensionsId dimensions, const Call& call, std::string_view id,
                                Evaluation& evaluation, TrackResult& result) {
  result = TrackResult();
  absl::Status status = Evaluate(*core_->catalog, call, evaluation);
  if (status.ok()) status = RecordEvaluation(dimensions, call, id, evaluation, result);
  if (!status.ok()) {
    result.outcome = Outcome::kRefused;
    RecordRefused(dimensions, status, call.provider, call.at);
  }
  return status;
}

absl::Status Client::RecordEvaluation(DimensionsId dimensions, const Call& call,
                                      std::string_view id, const Evaluation& evaluation,
                                      TrackResult& result) {
  result.has_findings = !evaluation.findings().empty();
  if (call.at == kNoInstant) {
    return absl::InvalidArgumentError("at is missing: a recorded event has an instant");
  }
  std::array<Part, kPartsMax> parts;
  std::array<Atoms, kPartsMax> billed;
  std::size_t count = 0;
  for (; count < evaluation.part_count() && count < kPartsMax; ++count) {
    const PartEvaluation& part = evaluation.part(count);
    const bool priced = part.selection.row != nullptr;
    if (priced)
      billed[count] = BilledAtoms(core_->catalog->image(), *part.selection.row, part.atoms);
    parts[count] = {core_->classes.ClassOf(*core_->ledger, evaluation, part), &part.atoms,
                    billed[count].empty() ? nullptr : &billed[count],
                    priced ? part.cost.total.attos() : 0, priced};
  }
  if (evaluation.unmetered()) {
    const std::string bytes = UnmeteredClass(call, evaluation);
    parts[count++] = {core_->ledger->InternClass(bytes, ClassKind::kUnmetered), nullptr, nullptr, 0,
                      false};
  }
  std::optional<Int128> reported;
  if (call.extraction != nullptr && call.extraction->reported.has_value()) {
    reported = call.extraction->reported->attos();
  }
  Event event{call.at, dimensions, {parts.data(), count}, reported, nullptr, call.arrived};
  EventId event_id;
  if (!id.empty()) {
    event_id = core_->ledger->IdOf(id, ContentOf(evaluation));
    event.id = &event_id;
  }
  const RecordResult recorded = core_->ledger->Record(event);
  if (IsKnownId(recorded, result)) return absl::OkStatus();
  TOKENTRA_RETURN_IF_ERROR(StatusOf(recorded, call.at));
  result.outcome = evaluation.unmetered() ? Outcome::kUnmetered : Outcome::kRecorded;
  result.folded = recorded.folded;
  return absl::OkStatus();
}

void Client::RecordRefused(DimensionsId dimensions, const absl::Status& status,
                           std::string_view provider, InstantNs at) {
  const std::string bytes = RefusedClass(status, provider);
  const Part part{core_->ledger->InternClass(bytes, ClassKind::kRefused), nullptr, nullptr, 0,
                  false};
  // An event without a usable instant is counted at 1970.
  Event event{at == kNoInstant ? 0 : at, dimensions, {&part, 1}, std::nullopt, nullptr};
  if (core_->ledger->Record(event).status != RecordStatus::kRecorded) {
    event.at = 0;
    (void)core_->ledger->Record(event);
  }
}

void Client::CountRefused(const absl::Status& status, std::string_view provider, InstantNs at,
                          std::span<const MetadataEntry> metadata) {
  bool findings = false;
  RecordRefused(InternMetadata(metadata, &findings), status, provider, at);
}

std::size_t Client::Prepare(const Call& call, std::string_view id,
                            std::span<const MetadataEntry> metadata, const Evaluation& evaluation,
                            PreparedEvents& events, bool* findings) const {
  PreparedEvents::Event event = events.Begin();
  event.at = call.at;
  const DimensionValues found = ValuesOf(metadata, findings);
  event.dimensions = events.AddDimensions({found.values.data(), found.count}, found.present);
  event.has_id = !id.empty();
  if (event.has_id) event.id = core_->ledger->IdOf(id, ContentOf(evaluation));
  std::string bytes;
  std::string terms;
  UsageClass usage_class;
  for (std::size_t i = 0; i < evaluation.part_count() && i < kPartsMax; ++i) {
    const PartEvaluation& part = evaluation.part(i);
    const bool priced = part.selection.row != nullptr;
    Atoms billed;
    if (priced) billed = BilledAtoms(core_->catalog->image(), *part.selection.row, part.atoms);
    bytes.clear();
    core_->classes.Describe(evaluation, part, usage_class, terms);
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

std::size_t Client::PrepareRefused(const absl::Status& status, std::string_view provider,
                                   InstantNs at, std::span<const MetadataEntry> metadata,
                                   PreparedEvents& events) const {
  PreparedEvents::Event event = events.Begin();
  bool findings = false;
  const DimensionValues found = ValuesOf(metadata, &findings);
  event.dimensions = events.AddDimensions({found.values.data(), found.count}, found.present);
  // An event without an instant that a ledger holds is counted at 1970.
  event.at = at == kNoInstant || at < kEventInstantMin ? 0 : at;
  event.refused = true;
  events.AddPart(event, events.AddClass(RefusedClass(status, provider), ClassKind::kRefused),
                 nullptr, nullptr, 0, false);
  return events.Add(event);
}

absl::Status Client::Commit(PreparedEvents& events, std::size_t index, TrackResult& result) {
  result = TrackResult();
  const PreparedEvents::Event& event = events.event(index);
  const RecordResult recorded = events.Record(index, *core_->ledger);
  if (IsKnownId(recorded, result)) return absl::OkStatus();
  const absl::Status status = StatusOf(recorded, event.at);
  if (!status.ok()) {
    RecordRefused(events.DimensionsOf(index, *core_->ledger), status, {}, event.at);
    return status;
  }
  result.outcome = event.refused     ? Outcome::kRefused
                   : event.unmetered ? Outcome::kUnmetered
                                     : Outcome::kRecorded;
  result.folded = recorded.folded;
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<const SnapshotView>> Client::TakeSnapshot() const {
  EventCounters counters;
  counters.ids_overflowed = core_->ledger->ids_overflowed();
  absl::StatusOr<std::unique_ptr<const Snapshot>> snapshot = core_->ledger->TakeSnapshot();
  if (!snapshot.ok()) return snapshot.status();
  return SnapshotView::Create(*std::move(snapshot), core_->catalog, counters);
}

}  // namespace tokentra
