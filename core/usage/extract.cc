#include "core/usage/extract.h"

#include <span>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/text.h"
#include "core/usage/flavour.h"
#include "core/usage/reader.h"

namespace tokentra {
namespace extract {
namespace {

// The price list tokentra's users come from calls these flavours otherwise.
std::string_view CanonicalApi(std::string_view api) {
  if (api == "anthropic") return "messages";
  if (api == "systemone") return "decisions";
  return api;
}

bool Shows(const Flavour& flavour, Element body) {
  return Find(body, flavour.marker).has_value() && !Find(body, flavour.unlike).has_value();
}

const Flavour& Detect(std::span<const Flavour* const> flavours, Element body) {
  for (const Flavour* candidate : DetectionOrder()) {
    for (const Flavour* flavour : flavours) {
      if (flavour == candidate && Shows(*flavour, body)) return *flavour;
    }
  }
  return *flavours.front();
}

// Empty: the provider has no table.
std::span<const Flavour* const> FlavoursOf(std::string_view provider) {
  for (const ProviderFlavours& known : AllProviders()) {
    if (known.provider == provider) return known.flavours;
  }
  return {};
}

absl::Status UnknownProvider(std::string_view provider) {
  std::vector<std::string_view> names;
  for (const ProviderFlavours& known : AllProviders()) names.push_back(known.provider);
  return absl::InvalidArgumentError(absl::StrCat("no response bodies are known of provider ",
                                                 Quote(provider), NearestHint(provider, names)));
}

absl::StatusOr<const Flavour*> FlavourNamed(std::span<const Flavour* const> flavours,
                                            std::string_view provider, std::string_view api) {
  std::vector<std::string_view> names;
  for (const Flavour* flavour : flavours) {
    if (flavour->api == CanonicalApi(api)) return flavour;
    names.push_back(flavour->api);
  }
  return absl::InvalidArgumentError(absl::StrCat("api ", Quote(api), " is none of provider ",
                                                 Quote(provider), ": ",
                                                 absl::StrJoin(names, ", ")));
}

}  // namespace

}  // namespace extract

std::string_view QualityName(Quality quality) {
  switch (quality) {
    case Quality::kExact:
      return "exact";
    case Quality::kSuspect:
      return "suspect";
    case Quality::kIncomplete:
      return "incomplete";
  }
  return "suspect";
}

absl::StatusOr<Extraction> ExtractUsage(simdjson::dom::element body, std::string_view provider,
                                        std::string_view api) {
  if (!body.is_object()) {
    return absl::InvalidArgumentError("the response body is no JSON object");
  }
  std::span<const extract::Flavour* const> flavours = extract::FlavoursOf(provider);
  const bool is_known = !flavours.empty();
  if (!is_known) flavours = extract::CompatibleFlavours();
  const extract::Flavour* flavour = nullptr;
  if (api.empty() || api == "default") {
    flavour = &extract::Detect(flavours, body);
  } else {
    const auto named = extract::FlavourNamed(flavours, provider, api);
    if (!named.ok()) return is_known ? named.status() : extract::UnknownProvider(provider);
    flavour = *named;
  }
  // A compatible shape must show itself; nothing is guessed from a body that does not.
  if (!is_known && !extract::Shows(*flavour, body)) return extract::UnknownProvider(provider);
  Extraction extraction;
  extraction.provider = provider;
  extraction.api = flavour->api;
  extract::Reader(body, *flavour, &extraction).Read();
  if (!is_known) {
    extraction.findings.push_back(absl::StrCat("no extractor is written for provider ",
                                               Quote(provider), "; its body is read by the ",
                                               flavour->api, " shape"));
    if (extraction.quality == Quality::kExact) extraction.quality = Quality::kSuspect;
  }
  return extraction;
}

absl::StatusOr<Extraction> ExtractUsage(std::string_view body, std::string_view provider,
                                        std::string_view api) {
  simdjson::dom::parser parser;
  simdjson::dom::element element;
  if (const simdjson::error_code error = parser.parse(body.data(), body.size()).get(element)) {
    return absl::InvalidArgumentError(
        absl::StrCat("the response body is no JSON: ", simdjson::error_message(error)));
  }
  return ExtractUsage(element, provider, api);
}

absl::Status CheckExtractorApi(std::string_view provider, std::string_view api) {
  if (api.empty() || api == "default") return absl::OkStatus();
  const std::span<const extract::Flavour* const> flavours = extract::FlavoursOf(provider);
  if (!flavours.empty()) return extract::FlavourNamed(flavours, provider, api).status();
  if (extract::FlavourNamed(extract::CompatibleFlavours(), provider, api).ok()) {
    return absl::OkStatus();
  }
  return extract::UnknownProvider(provider);
}

std::vector<std::string_view> ExtractorApis(std::string_view provider) {
  std::vector<std::string_view> apis;
  for (const extract::ProviderFlavours& known : extract::AllProviders()) {
    if (known.provider != provider) continue;
    for (const extract::Flavour* flavour : known.flavours) apis.push_back(flavour->api);
  }
  return apis;
}

}  // namespace tokentra
