#include "core/exchange/draft_call.h"

#include "core/base/json_writer.h"
#include "core/base/status_macros.h"

namespace tokentra {
namespace {

void WriteUsage(const Usage& usage, JsonWriter& json) {
  json.BeginObject();
  for (const Quantity& item : usage.quantities()) {
    json.Number(FindMeter(item.meter)->name, item.quantity);
  }
  json.EndObject();
}

// A message that is held is kept without what was said in it, which no extractor reads.
void WriteBody(const CallDraft& draft, JsonWriter& json) {
  simdjson::dom::object object;
  if (draft.hold != Hold::kLargest || draft.body->get(object) != simdjson::SUCCESS) {
    json.Raw(simdjson::minify(*draft.body));
    return;
  }
  json.BeginObject();
  for (const auto field : object) {
    if (field.key == "content") continue;
    json.Key(field.key);
    json.Raw(simdjson::minify(field.value));
  }
  json.EndObject();
}

}  // namespace

absl::Status DraftCall::Build(const CallDraft& draft, InstantNs default_at) {
  call_ = Call();
  extraction_ = Extraction();
  id_ = draft.id;
  call_.provider = draft.provider;
  call_.model = draft.model;
  call_.at = draft.at == kNoInstant ? default_at : draft.at;
  if (draft.provider.empty()) {
    return absl::InvalidArgumentError(
        "provider is missing, and the model does not show it: name it with --provider");
  }
  if (call_.at == kNoInstant) {
    return absl::InvalidArgumentError(
        "at is missing: a record of a log never means now; state it or give a default instant");
  }
  if (draft.body.has_value()) {
    TOKENTRA_ASSIGN_OR_RETURN(extraction_, ExtractUsage(*draft.body, draft.provider, draft.api));
    if (id_.empty()) id_ = extraction_.response_id;
  } else {
    extraction_.provider = draft.provider;
    extraction_.model = draft.model;
    if (draft.metered) {
      ExtractedPart& part = extraction_.parts.emplace_back();
      part.usage = draft.usage;
      part.atoms = SettleUsage(&part.usage, &extraction_.findings);
      if (!extraction_.findings.empty()) extraction_.quality = Quality::kSuspect;
    }
  }
  extraction_.findings.insert(extraction_.findings.end(), draft.findings.begin(),
                              draft.findings.end());
  if (draft.suspect && extraction_.quality == Quality::kExact) {
    extraction_.quality = Quality::kSuspect;
  }
  if (draft.reported.has_value()) extraction_.reported = draft.reported;
  call_.service_tier = draft.service_tier;
  call_.region = draft.region;
  call_.batch = draft.batch;
  call_.requests = draft.requests;
  call_.conditions = draft.conditions;
  call_.extraction = &extraction_;
  return absl::OkStatus();
}

void AppendRecordJson(const CallDraft& draft, const DraftCall& built, std::string& out) {
  JsonWriter json(out);
  json.BeginObject();
  if (!built.id().empty()) json.Text("id", built.id());
  json.Text("at", FormatInstant(built.call().at));
  json.Text("provider", draft.provider);
  if (!draft.api.empty()) json.Text("api", draft.api);
  if (!draft.model.empty()) json.Text("model", draft.model);
  if (!draft.service_tier.empty()) json.Text("service_tier", draft.service_tier);
  if (!draft.region.empty()) json.Text("region", draft.region);
  if (draft.batch) {
    json.Key("batch");
    json.Bool(true);
  }
  if (!draft.conditions.empty()) {
    json.Key("conditions");
    json.BeginObject();
    for (const NamedCondition& named : draft.conditions) json.Text(named.name, named.value);
    json.EndObject();
  }
  if (draft.requests > 1) json.Number("requests", draft.requests);
  if (draft.body.has_value()) {
    json.Key("response");
    WriteBody(draft, json);
  } else {
    json.Key("usage");
    if (draft.metered) {
      WriteUsage(built.extraction().parts[0].usage, json);
    } else {
      json.Null();
    }
  }
  if (draft.reported.has_value()) json.Text("reported", draft.reported->ToString());
  if (!draft.metadata.empty()) {
    json.Key("metadata");
    json.BeginObject();
    for (const MetadataEntry& entry : draft.metadata) json.Text(entry.key, entry.value);
    json.EndObject();
  }
  json.EndObject();
}

}  // namespace tokentra
