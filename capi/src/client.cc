// Client: options, track, recorder.

#include <array>
#include <limits>

#include "core/base/metadata_key.h"
#include "core/base/text.h"
#include "handles.h"

using tokentra::capi::CallStorage;
using tokentra::capi::CheckText;
using tokentra::capi::Fail;
using tokentra::capi::Guard;
using tokentra::capi::NullArgument;
using tokentra::capi::ReadMetadata;
using tokentra::capi::ToC;
using tokentra::capi::View;
using tokentra::capi::WriteSized;

namespace {

constexpr std::array<std::string_view, 5> kLimits = {"ids_max", "cells_max", "keys_max",
                                                     "classes_max", "text_bytes_max"};

absl::Status UnknownLimit(std::string_view name) {
  return absl::NotFoundError(absl::StrCat("limit ", tokentra::Quote(name),
                                          " is not known; known: ids_max, cells_max, keys_max, "
                                          "classes_max, text_bytes_max",
                                          tokentra::NearestHint(name, kLimits)));
}

// The ledger's own 32-bit limit of that name; null for the others.
std::uint32_t* LedgerLimit(tokentra::ClientOptions& options, std::string_view name) {
  if (name == "cells_max") return &options.ledger.cells_max;
  if (name == "keys_max") return &options.ledger.keys_max;
  if (name == "classes_max") return &options.ledger.classes_max;
  return nullptr;
}

// Before anything is recorded: an event whose result cannot be told must not count.
absl::Status CheckResult(const tokentra_track_result* result, std::size_t result_size) {
  if (result == nullptr) return NullArgument("result");
  if (result_size == 0) return absl::InvalidArgumentError("result has size 0");
  return absl::OkStatus();
}

tokentra_track_result ResultOf(const tokentra::TrackResult& tracked,
                               const tokentra::Evaluation& evaluation, bool refused) {
  tokentra_track_result out = {};
  out.outcome = static_cast<std::uint32_t>(tracked.outcome);
  out.flags = (tracked.folded ? TOKENTRA_TRACK_FOLDED : 0u) |
              (tracked.has_findings ? TOKENTRA_TRACK_FINDINGS : 0u);
  if (refused) return out;
  out.total = ToC(evaluation.total());
  out.state = tokentra::capi::StateNumber(evaluation.unmetered(), evaluation.state());
  out.match = evaluation.unmetered()
                  ? TOKENTRA_MATCH_NONE
                  : static_cast<std::uint32_t>(evaluation.part(0).resolution.match);
  out.quality = static_cast<std::uint32_t>(evaluation.quality());
  return out;
}

}  // namespace

extern "C" {

tokentra_status tokentra_client_options_new(tokentra_client_options** options,
                                            tokentra_error** error) {
  return Guard(error, [&]() -> absl::Status {
    if (options == nullptr) return NullArgument("options");
    auto made = std::make_unique<tokentra_client_options>();
    made->options.ledger.dimensions = tokentra::DefaultDimensions();
    *options = made.release();
    return absl::OkStatus();
  });
}

void tokentra_client_options_free(tokentra_client_options* options) { delete options; }

tokentra_status tokentra_client_options_set_catalog(tokentra_client_options* options,
                                                    const tokentra_catalog* catalog,
                                                    tokentra_error** error) {
  return Guard(error, [&]() -> absl::Status {
    if (options == nullptr) return NullArgument("options");
    if (catalog == nullptr) return NullArgument("catalog");
    options->options.catalog = catalog->catalog;
    return absl::OkStatus();
  });
}

tokentra_status tokentra_client_options_set_dimensions(tokentra_client_options* options,
                                                       const tokentra_text* names, size_t count,
                                                       tokentra_error** error) {
  return Guard(error, [&]() -> absl::Status {
    if (options == nullptr) return NullArgument("options");
    if (count != 0 && names == nullptr) return NullArgument("names");
    std::vector<std::string> dimensions;
    for (std::size_t i = 0; i < count; ++i) {
      absl::Status status = CheckText("a dimension", names[i]);
      if (!status.ok()) return status;
      dimensions.emplace_back(tokentra::CanonicalMetadataKey(View(names[i])));
    }
    tokentra::LedgerOptions ledger = options->options.ledger;
    ledger.dimensions = std::move(dimensions);
    absl::Status status = tokentra::ValidateLedgerOptions(ledger);
    if (!status.ok()) return status;
    options->options.ledger = std::move(ledger);
    return absl::OkStatus();
  });
}

tokentra_status tokentra_client_options_set_ledger(tokentra_client_options* options,
                                                   tokentra_ledger* ledger,
                                                   tokentra_error** error) {
  return Guard(error, [&]() -> absl::Status {
    if (options == nullptr) return NullArgument("options");
    if (ledger == nullptr) return NullArgument("ledger");
    options->options.shared_ledger = ledger->ledger;
    return absl::OkStatus();
  });
}

tokentra_status tokentra_client_options_set_metadata(tokentra_client_options* options,
                                                     const tokentra_pair* metadata, size_t count,
                                                     tokentra_error** error) {
  return Guard(error, [&]() -> absl::Status {
    if (options == nullptr) return NullArgument("options");
    std::vector<tokentra::MetadataEntry> entries;
    absl::Status status = ReadMetadata(metadata, count, entries);
    if (!status.ok()) return status;
    std::vector<std::pair<std::string, std::string>> copies;
    for (const tokentra::MetadataEntry& entry : entries) {
      copies.emplace_back(entry.key, entry.value);
    }
    options->options.metadata = std::move(copies);
    return absl::OkStatus();
  });
}

tokentra_status tokentra_client_options_set_limit(tokentra_client_options* options,
                                                  tokentra_text name, uint64_t value,
                                                  tokentra_error** error) {
  return Guard(error, [&]() -> absl::Status {
    if (options == nullptr) return NullArgument("options");
    if (View(name) == "ids_max") {
      if (value == 0 || value > tokentra::kIdsMaxLimit) {
        return absl::InvalidArgumentError(
            absl::StrCat("ids_max ", value, " is not within 1 and ", tokentra::kIdsMaxLimit));
      }
      options->options.ledger.ids_max = value;
      return absl::OkStatus();
    }
    tokentra::ClientOptions changed = options->options;
    if (View(name) == "text_bytes_max") {
      changed.ledger.text_bytes_max = value;
    } else {
      std::uint32_t* limit = LedgerLimit(changed, View(name));
      if (limit == nullptr) return UnknownLimit(View(name));
      constexpr std::uint64_t kMost = std::numeric_limits<std::uint32_t>::max();
      if (value > kMost) {
        return absl::InvalidArgumentError(
            absl::StrCat(View(name), " ", value, " is above ", kMost));
      }
      *limit = static_cast<std::uint32_t>(value);
    }
    absl::Status status = tokentra::ValidateLedgerOptions(changed.ledger);
    if (!status.ok()) return status;
    options->options = std::move(changed);
    return absl::OkStatus();
  });
}

tokentra_status tokentra_client_options_get_limit(const tokentra_client_options* options,
                                                  tokentra_text name, uint64_t* value,
                                                  tokentra_error** error) {
  return Guard(error, [&]() -> absl::Status {
    if (options == nullptr) return NullArgument("options");
    if (value == nullptr) return NullArgument("value");
    if (View(name) == "ids_max") {
      *value = options->options.ledger.ids_max;
      return absl::OkStatus();
    }
    if (View(name) == "text_bytes_max") {
      *value = options->options.ledger.text_bytes_max;
      return absl::OkStatus();
    }
    tokentra::ClientOptions copy = options->options;
    const std::uint32_t* limit = LedgerLimit(copy, View(name));
    if (limit == nullptr) return UnknownLimit(View(name));
    *value = *limit;
    return absl::OkStatus();
  });
}

tokentra_status tokentra_client_new(const tokentra_client_options* options,
                                    tokentra_client** client, tokentra_error** error) {
  return Guard(error, [&]() -> absl::Status {
    if (client == nullptr) return NullArgument("client");
    tokentra::ClientOptions chosen;
    if (options != nullptr) {
      chosen = options->options;
    } else {
      chosen.ledger.dimensions = tokentra::DefaultDimensions();
    }
    absl::StatusOr<std::shared_ptr<tokentra::Client>> made =
        tokentra::Client::Create(std::move(chosen));
    if (!made.ok()) return made.status();
    *client = new tokentra_client{*std::move(made)};
    return absl::OkStatus();
  });
}

void tokentra_client_free(tokentra_client* client) { delete client; }

tokentra_status tokentra_client_with_metadata(tokentra_client* client,
                                              const tokentra_pair* metadata, size_t count,
                                              tokentra_client** child, tokentra_error** error) {
  return Guard(error, [&]() -> absl::Status {
    if (client == nullptr) return NullArgument("client");
    if (child == nullptr) return NullArgument("child");
    std::vector<tokentra::MetadataEntry> entries;
    absl::Status status = ReadMetadata(metadata, count, entries);
    if (!status.ok()) return status;
    *child = new tokentra_client{client->client->WithMetadata(entries)};
    return absl::OkStatus();
  });
}

tokentra_status tokentra_client_track(tokentra_client* client, const tokentra_call* call,
                                      size_t call_size, tokentra_track_result* result,
                                      size_t result_size, tokentra_error** error) {
  return Guard(error, [&]() -> absl::Status {
    if (client == nullptr) return NullArgument("client");
    if (absl::Status checked = CheckResult(result, result_size); !checked.ok()) return checked;
    CallStorage storage;
    tokentra::TrackResult tracked;
    tokentra::Evaluation evaluation;
    absl::Status status = storage.Read(call, call_size, true);
    if (status.ok()) {
      status = client->client->Track(storage.call(), storage.id(), storage.metadata(), evaluation,
                                     tracked);
      tracked.has_findings = tracked.has_findings || storage.dropped_metadata();
    } else if (!storage.call().provider.empty()) {
      // It names a provider, so it was a call: counted as refused.
      client->client->CountRefused(status, storage.call().provider, storage.call().at,
                                   storage.metadata());
    }
    const absl::Status written =
        WriteSized("result", ResultOf(tracked, evaluation, !status.ok()), result, result_size);
    return status.ok() ? written : status;
  });
}

tokentra_status tokentra_recorder_new(tokentra_client* client, const tokentra_call* call,
                                      size_t call_size, tokentra_recorder** recorder,
                                      tokentra_error** error) {
  return Guard(error, [&]() -> absl::Status {
    if (client == nullptr) return NullArgument("client");
    if (recorder == nullptr) return NullArgument("recorder");
    auto made = std::make_unique<tokentra_recorder>();
    made->client = client->client;
    absl::Status status = made->storage.Read(call, call_size, false);
    if (!status.ok()) return status;
    made->storage.Own();
    made->binding = client->client->Bind(made->storage.metadata());
    *recorder = made.release();
    return absl::OkStatus();
  });
}

void tokentra_recorder_free(tokentra_recorder* recorder) { delete recorder; }

tokentra_status tokentra_recorder_record(const tokentra_recorder* recorder,
                                         const tokentra_quantity* usage, size_t count,
                                         int64_t at_ns, tokentra_track_result* result,
                                         size_t result_size, tokentra_error** error) {
  return Guard(error, [&]() -> absl::Status {
    if (recorder == nullptr) return NullArgument("recorder");
    if (absl::Status checked = CheckResult(result, result_size); !checked.ok()) return checked;
    tokentra::Usage read;
    tokentra::Call call = recorder->storage.call();
    call.at = at_ns;
    call.usage = &read;
    tokentra::TrackResult tracked;
    tokentra::Evaluation evaluation;
    absl::Status status = tokentra::capi::ReadQuantities(usage, count, read);
    if (status.ok()) {
      status = recorder->client->TrackBound(recorder->binding, call, recorder->storage.metadata(),
                                            evaluation, tracked);
    } else {
      recorder->client->CountRefused(status, call.provider, at_ns, recorder->storage.metadata());
    }
    tracked.has_findings = tracked.has_findings || recorder->storage.dropped_metadata();
    const absl::Status written =
        WriteSized("result", ResultOf(tracked, evaluation, !status.ok()), result, result_size);
    return status.ok() ? written : status;
  });
}

}  // extern "C"
