// Convention: compile, explain, check; what a client prices and checks with.

#include "core/convention/convention.h"

#include "core/base/json_writer.h"
#include "core/convention/finding_json.h"
#include "handles.h"

using tokentra::Convention;
using tokentra::capi::CheckText;
using tokentra::capi::Guard;
using tokentra::capi::NullArgument;
using tokentra::capi::ReadMetadata;
using tokentra::capi::Text;
using tokentra::capi::View;

namespace tokentra::capi {

absl::Status ReadMetadata(const tokentra_pair* metadata, std::size_t count,
                          std::vector<MetadataEntry>& out) {
  if (count != 0 && metadata == nullptr) return NullArgument("metadata");
  for (std::size_t i = 0; i < count; ++i) {
    absl::Status status = CheckText("a metadata key", metadata[i].name);
    if (status.ok()) status = CheckText("a metadata value", metadata[i].value);
    if (!status.ok()) return status;
    out.push_back({View(metadata[i].name), View(metadata[i].value)});
  }
  return absl::OkStatus();
}

}  // namespace tokentra::capi

namespace {

absl::Status ReadConventionOptions(const tokentra_convention_options* from, std::size_t size,
                                   std::vector<tokentra::ConventionFile>& files,
                                   tokentra::ConventionOptions& out) {
  if (from == nullptr) return absl::OkStatus();
  tokentra_convention_options options;
  absl::Status status = tokentra::capi::ReadSized("options", from, size, options);
  if (!status.ok()) return status;
  if (options.file_count != 0 && options.files == nullptr) return NullArgument("options.files");
  for (std::size_t i = 0; i < options.file_count; ++i) {
    status = CheckText("a file's name", options.files[i].name);
    if (status.ok()) status = CheckText("a file's text", options.files[i].value);
    if (!status.ok()) return status;
    files.push_back({View(options.files[i].name), View(options.files[i].value)});
  }
  out.files = files;
  if (options.fingerprint_key.data == nullptr && options.fingerprint_key.size != 0) {
    return NullArgument("options.fingerprint_key.data");
  }
  out.fingerprint_key = View(options.fingerprint_key);
  if (status = CheckText("options.baseline", options.baseline); !status.ok()) return status;
  if (options.baseline.size == 0) return absl::OkStatus();
  absl::StatusOr<std::vector<tokentra::BaselineEntry>> baseline =
      tokentra::ReadBaseline(View(options.baseline));
  if (!baseline.ok()) return baseline.status();
  out.baseline = *std::move(baseline);
  return absl::OkStatus();
}

// `make` gives the text.
template <typename Make>
tokentra_status MakeDocument(const void* object, std::string_view name,
                             tokentra_document** document, tokentra_error** error,
                             const Make& make) {
  return Guard(error, [&]() -> absl::Status {
    if (object == nullptr) return NullArgument(name);
    if (document == nullptr) return NullArgument("document");
    absl::StatusOr<std::string> text = make();
    if (!text.ok()) return text.status();
    *document = new tokentra_document{*std::move(text)};
    return absl::OkStatus();
  });
}

}  // namespace

extern "C" {

tokentra_status tokentra_convention_open_builtin(tokentra_convention** convention,
                                                 tokentra_error** error) {
  return Guard(error, [&]() -> absl::Status {
    if (convention == nullptr) return NullArgument("convention");
    std::shared_ptr<const Convention> builtin = Convention::Builtin();
    if (builtin == nullptr) return absl::InternalError("the built-in convention does not compile");
    *convention = new tokentra_convention{std::move(builtin)};
    return absl::OkStatus();
  });
}

tokentra_status tokentra_convention_files(tokentra_text json, tokentra_document** document,
                                          tokentra_error** error) {
  return Guard(error, [&]() -> absl::Status {
    if (document == nullptr) return NullArgument("document");
    if (absl::Status status = CheckText("json", json); !status.ok()) return status;
    absl::StatusOr<std::vector<std::string>> names = tokentra::ConventionFileNames(View(json));
    if (!names.ok()) return names.status();
    std::string text;
    tokentra::JsonWriter writer(text);
    writer.BeginArray();
    for (const std::string& name : *names) writer.Text(name);
    writer.EndArray();
    *document = new tokentra_document{std::move(text)};
    return absl::OkStatus();
  });
}

tokentra_status tokentra_convention_compile(tokentra_text json,
                                            const tokentra_convention_options* options,
                                            size_t options_size, tokentra_convention** convention,
                                            tokentra_error** error) {
  return Guard(error, [&]() -> absl::Status {
    if (convention == nullptr) return NullArgument("convention");
    if (absl::Status status = CheckText("json", json); !status.ok()) return status;
    std::vector<tokentra::ConventionFile> files;
    tokentra::ConventionOptions read;
    absl::Status status = ReadConventionOptions(options, options_size, files, read);
    if (!status.ok()) return status;
    const std::string_view text = json.size == 0 ? Convention::BuiltinJson() : View(json);
    absl::StatusOr<std::shared_ptr<const Convention>> made = Convention::Compile(text, read);
    if (!made.ok()) return made.status();
    *convention = new tokentra_convention{*std::move(made)};
    return absl::OkStatus();
  });
}

void tokentra_convention_free(tokentra_convention* convention) { delete convention; }

tokentra_text tokentra_convention_name(const tokentra_convention* convention) {
  if (convention == nullptr) return {nullptr, 0};
  return Text(convention->convention->name());
}

tokentra_text tokentra_convention_digest(const tokentra_convention* convention) {
  if (convention == nullptr) return {nullptr, 0};
  return Text(convention->convention->digest());
}

tokentra_status tokentra_convention_explain(const tokentra_convention* convention,
                                            tokentra_document** document, tokentra_error** error) {
  return MakeDocument(convention, "convention", document, error,
                      [&] { return convention->convention->Explain(); });
}

tokentra_status tokentra_convention_describe(const tokentra_convention* convention,
                                             tokentra_document** document, tokentra_error** error) {
  return MakeDocument(convention, "convention", document, error,
                      [&] { return convention->convention->DescribeJson(); });
}

tokentra_status tokentra_convention_check(const tokentra_convention* convention,
                                          const tokentra_pair* metadata, size_t count,
                                          int64_t at_ns, tokentra_document** document,
                                          tokentra_error** error) {
  return MakeDocument(convention, "convention", document, error,
                      [&]() -> absl::StatusOr<std::string> {
                        std::vector<tokentra::MetadataEntry> entries;
                        absl::Status status = ReadMetadata(metadata, count, entries);
                        if (!status.ok()) return status;
                        return tokentra::CheckJson(convention->convention->Check(entries, at_ns));
                      });
}

tokentra_status tokentra_client_options_set_convention(tokentra_client_options* options,
                                                       const tokentra_convention* convention,
                                                       tokentra_error** error) {
  return Guard(error, [&]() -> absl::Status {
    if (options == nullptr) return NullArgument("options");
    options->options.convention = convention == nullptr ? nullptr : convention->convention;
    return absl::OkStatus();
  });
}

tokentra_status tokentra_client_use(tokentra_client* client, const tokentra_catalog* catalog,
                                    const tokentra_convention* convention, uint32_t flags,
                                    tokentra_error** error) {
  return Guard(error, [&]() -> absl::Status {
    if (client == nullptr) return NullArgument("client");
    absl::Status status = tokentra::capi::CheckReserved("flags beyond TOKENTRA_USE_NO_CONVENTION",
                                                        flags & ~TOKENTRA_USE_NO_CONVENTION);
    if (!status.ok()) return status;
    if (convention != nullptr && flags != 0) {
      return absl::InvalidArgumentError(
          "both a convention and TOKENTRA_USE_NO_CONVENTION are given");
    }
    tokentra::Client::Changes changes;
    if (catalog != nullptr) changes.catalog = catalog->catalog;
    if (flags != 0) changes.convention = nullptr;
    if (convention != nullptr) changes.convention = convention->convention;
    client->client->Use(std::move(changes));
    return absl::OkStatus();
  });
}

tokentra_status tokentra_client_check(tokentra_client* client, const tokentra_pair* metadata,
                                      size_t count, int64_t at_ns, tokentra_document** document,
                                      tokentra_error** error) {
  return MakeDocument(client, "client", document, error, [&]() -> absl::StatusOr<std::string> {
    std::vector<tokentra::MetadataEntry> entries;
    absl::Status status = ReadMetadata(metadata, count, entries);
    if (!status.ok()) return status;
    return tokentra::CheckJson(client->client->Check(entries, at_ns));
  });
}

uint64_t tokentra_client_finding_events(const tokentra_client* client) {
  return client == nullptr ? 0 : client->client->finding_events();
}

}  // extern "C"
