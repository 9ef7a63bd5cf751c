#include "core/client/client.h"

#include <algorithm>
#include <array>

#include "absl/strings/str_cat.h"
#include "core/base/metadata_key.h"
#include "core/base/status_macros.h"
#include "core/base/text.h"
#include "core/client/client_core.h"
#include "core/convention/key_spelling.h"

namespace tokentra {
namespace {

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

std::vector<std::string> DefaultDimensions() {
  return {"project_id", "team_id", "feature", "environment"};
}

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
  auto state = std::make_unique<ClientState>();
  state->classes = std::make_shared<UsageClassCache>(*options.catalog);
  state->catalog = std::move(options.catalog);
  if (options.convention != nullptr) {
    state->judge = std::make_shared<Judge>(std::move(options.convention));
  }
  auto core = std::make_shared<ClientCore>(std::move(state), std::move(ledger));
  std::vector<MetadataEntry> entries;
  for (const auto& [key, value] : options.metadata) entries.push_back({key, value});
  return Client(std::move(core), {}, false).WithMetadata(entries);
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
  const bool has_conflict = has_conflict_ || HasSpellingConflict(metadata);
  return std::shared_ptr<Client>(new Client(core_, std::move(merged), has_conflict));
}

void Client::Use(Changes changes) {
  std::shared_ptr<UsageClassCache> classes;
  if (changes.catalog != nullptr) classes = std::make_shared<UsageClassCache>(*changes.catalog);
  std::shared_ptr<Judge> judge;
  if (changes.convention.has_value() && *changes.convention != nullptr) {
    judge = std::make_shared<Judge>(*changes.convention);
  }
  core_->state.Update([&](const ClientState& now) {
    auto next = std::make_unique<ClientState>(now);
    if (changes.catalog != nullptr) {
      next->catalog = changes.catalog;
      next->classes = classes;
    }
    if (changes.convention.has_value()) next->judge = judge;
    return next;
  });
}

std::shared_ptr<const Catalog> Client::catalog() const {
  return LiveClientState::Reader(core_->state)->catalog;
}

std::shared_ptr<const Convention> Client::convention() const {
  const LiveClientState::Reader state(core_->state);
  return state->judge == nullptr ? nullptr : state->judge->convention();
}

std::uint64_t Client::finding_events() const {
  const LiveClientState::Reader state(core_->state);
  return state->judge == nullptr ? 0 : state->judge->finding_sets();
}

CheckResult Client::Check(std::span<const MetadataEntry> metadata, InstantNs at) const {
  const LiveClientState::Reader state(core_->state);
  const std::vector<MetadataEntry> all = WithDefaults(metadata, metadata_);
  CheckResult result;
  if (state->judge == nullptr) {
    result.mode = Mode::kOff;
  } else {
    result = state->judge->CheckSet(all, at);
  }
  AppendSpellingFindings(all, result);
  return result;
}

Ledger& Client::ledger() const { return *core_->ledger; }
std::shared_ptr<Ledger> Client::shared_ledger() const { return core_->ledger; }
bool Client::ids_overflowed() const { return core_->ledger->ids_overflowed(); }

DimensionsId Client::Intern(std::span<const MetadataEntry> metadata, InstantNs at, Judge* judge,
                            bool* has_findings) const {
  DimensionValues found;
  core_->dimensions.Read(metadata, metadata_, judge, at, found);
  *has_findings = found.has_findings || has_conflict_;
  return core_->ledger->InternDimensions(found.span(), found.present);
}

absl::Status Client::Track(const Call& call, std::string_view id,
                           std::span<const MetadataEntry> metadata, Evaluation& evaluation,
                           TrackResult& result) {
  const LiveClientState::Reader state(core_->state);
  bool has_findings = false;
  const DimensionsId dimensions = Intern(metadata, call.at, state->judge.get(), &has_findings);
  absl::Status status = TrackUnder(*state, dimensions, call, id, evaluation, result);
  result.has_findings = result.has_findings || has_findings;
  return status;
}

Client::Binding Client::Bind(std::span<const MetadataEntry> metadata) {
  const LiveClientState::Reader state(core_->state);
  Binding binding;
  binding.judged = state->judge != nullptr;
  if (!binding.judged) {
    binding.dimensions = Intern(metadata, kNoInstant, nullptr, &binding.has_findings);
  }
  return binding;
}

absl::Status Client::TrackBound(const Binding& binding, const Call& call,
                                std::span<const MetadataEntry> metadata, Evaluation& evaluation,
                                TrackResult& result) {
  const LiveClientState::Reader state(core_->state);
  DimensionsId dimensions = binding.dimensions;
  bool has_findings = binding.has_findings;
  if (binding.judged || state->judge != nullptr) {
    dimensions = Intern(metadata, call.at, state->judge.get(), &has_findings);
  }
  absl::Status status = TrackUnder(*state, dimensions, call, {}, evaluation, result);
  result.has_findings = result.has_findings || has_findings;
  return status;
}

absl::Status Client::TrackUnder(const ClientState& state, DimensionsId dimensions, const Call& call,
                                std::string_view id, Evaluation& evaluation, TrackResult& result) {
  result = TrackResult();
  absl::Status status = Evaluate(*state.catalog, call, evaluation);
  if (status.ok()) status = RecordEvaluation(state, dimensions, call, id, evaluation, result);
  if (!status.ok()) {
    result.outcome = Outcome::kRefused;
    RecordRefused(dimensions, status, call.provider, call.at);
  }
  return status;
}

absl::Status Client::RecordEvaluation(const ClientState& state, DimensionsId dimensions,
                                      const Call& call, std::string_view id,
                                      const Evaluation& evaluation, TrackResult& result) {
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
      billed[count] = BilledAtoms(state.catalog->image(), *part.selection.row, part.atoms);
    parts[count] = {state.classes->ClassOf(*core_->ledger, evaluation, part), &part.atoms,
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
  Event event{call.at, dimensions, {parts.data(), count}, reported, nullptr, 1, call.arrived};
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

Client::Batch Client::NewBatch() const {
  const LiveClientState::Reader state(core_->state);
  return {state->catalog, state->classes};
}

DimensionsId Client::InternMetadata(std::span<const MetadataEntry> metadata, InstantNs at) const {
  const LiveClientState::Reader state(core_->state);
  bool has_findings = false;
  return Intern(metadata, at, state->judge.get(), &has_findings);
}

ClassId Client::InternClass(const Batch& batch, const Evaluation& evaluation) const {
  return batch.classes->ClassOf(*core_->ledger, evaluation, evaluation.part(0));
}

absl::Status Client::RecordSum(InstantNs at, DimensionsId dimensions, const Part& part,
                               std::uint64_t events, TrackResult& result) {
  result = TrackResult();
  const RecordResult recorded =
      core_->ledger->Record({at, dimensions, {&part, 1}, std::nullopt, nullptr, events});
  TOKENTRA_RETURN_IF_ERROR(StatusOf(recorded, at));
  result.outcome = Outcome::kRecorded;
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
  const LiveClientState::Reader state(core_->state);
  bool has_findings = false;
  RecordRefused(Intern(metadata, at, state->judge.get(), &has_findings), status, provider, at);
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
  return SnapshotView::Create(*std::move(snapshot), catalog(), counters);
}

}  // namespace tokentra
