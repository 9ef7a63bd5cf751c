#include "call.h"

#include <array>

#include "core/base/text.h"

namespace tokentra::capi {

absl::Status CallStorage::Read(const tokentra_call* caller, std::size_t call_size,
                               bool needs_usage) {
  tokentra_call call;
  absl::Status status = ReadSized("call", caller, call_size, call);
  if (!status.ok()) return status;
  status = CheckReserved("call.reserved", call.reserved);
  if (status.ok()) status = CheckReserved("call.reserved2", call.reserved2);
  if (!status.ok()) return status;
  status =
      CheckReserved("call.flags beyond TOKENTRA_CALL_BATCH", call.flags & ~TOKENTRA_CALL_BATCH);
  if (!status.ok()) return status;
  struct Field {
    std::string_view name;
    const tokentra_text* from;
    std::string_view* to;
  };
  const std::array<Field, 6> fields = {{{"provider", &call.provider, &call_.provider},
                                        {"model", &call.model, &call_.model},
                                        {"api", &call.api, &call_.api},
                                        {"service_tier", &call.service_tier, &call_.service_tier},
                                        {"region", &call.region, &call_.region},
                                        {"id", &call.id, &id_}}};
  for (const Field& field : fields) {
    status = CheckText(field.name, *field.from);
    if (!status.ok()) return status;
    *field.to = View(*field.from);
  }
  if (call_.provider.empty()) return absl::InvalidArgumentError("provider is missing");
  call_.batch = (call.flags & TOKENTRA_CALL_BATCH) != 0;
  call_.at = call.at_ns;
  // 0 is what a program that does not know the member leaves there.
  call_.arrived = call.arrived_ns == 0 ? kNoInstant : call.arrived_ns;
  status = ReadPairs(call);
  if (!status.ok() || !needs_usage) return status;
  return ReadConsumption(call);
}

absl::Status CallStorage::ReadPairs(const tokentra_call& call) {
  if (call.condition_count != 0 && call.conditions == nullptr) return NullArgument("conditions");
  if (call.metadata_count != 0 && call.metadata == nullptr) return NullArgument("metadata");
  conditions_.reserve(call.condition_count);
  for (std::size_t i = 0; i < call.condition_count; ++i) {
    const tokentra_pair& pair = call.conditions[i];
    absl::Status status = CheckText("a condition's name", pair.name);
    if (status.ok()) status = CheckText("a condition's value", pair.value);
    if (!status.ok()) return status;
    conditions_.push_back({View(pair.name), View(pair.value)});
  }
  call_.conditions = conditions_;
  metadata_.reserve(call.metadata_count);
  for (std::size_t i = 0; i < call.metadata_count; ++i) {
    const tokentra_pair& pair = call.metadata[i];
    // Money is not lost over a tag: one that is no text is left out, and that is a finding.
    if (!CheckText("", pair.name).ok() || !CheckText("", pair.value).ok()) {
      dropped_metadata_ = true;
      continue;
    }
    metadata_.push_back({View(pair.name), View(pair.value)});
  }
  return absl::OkStatus();
}

absl::Status CallStorage::ReadConsumption(const tokentra_call& call) {
  const bool has_response = call.response.data != nullptr;
  const bool has_usage = call.usage != nullptr || call.usage_count != 0;
  if (has_response && has_usage) {
    return absl::InvalidArgumentError("both response and usage are given; one is needed");
  }
  if (!has_response && !has_usage) {
    return absl::InvalidArgumentError("neither response nor usage is given");
  }
  if (has_usage) {
    absl::Status status = ReadQuantities(call.usage, call.usage_count, usage_);
    if (!status.ok()) return status;
    call_.usage = &usage_;
    return absl::OkStatus();
  }
  absl::StatusOr<Extraction> extraction =
      ExtractUsage(View(call.response), call_.provider, call_.api);
  if (!extraction.ok()) return extraction.status();
  extraction_ = *std::move(extraction);
  call_.extraction = &extraction_;
  return absl::OkStatus();
}

std::string_view CallStorage::id() const {
  if (!id_.empty() || call_.extraction == nullptr) return id_;
  return call_.extraction->response_id;
}

void CallStorage::Own() {
  std::vector<std::string_view*> views = {&call_.provider,     &call_.model,  &call_.api,
                                          &call_.service_tier, &call_.region, &id_};
  for (NamedCondition& condition : conditions_) {
    views.push_back(&condition.name);
    views.push_back(&condition.value);
  }
  for (MetadataEntry& entry : metadata_) {
    views.push_back(&entry.key);
    views.push_back(&entry.value);
  }
  std::size_t size = 0;
  for (const std::string_view* view : views) size += view->size();
  owned_.reserve(size);
  for (std::string_view* view : views) {
    const std::size_t at = owned_.size();
    owned_ += *view;
    *view = std::string_view(owned_).substr(at, view->size());
  }
}

}  // namespace tokentra::capi
