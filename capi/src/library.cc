// The library itself: version, manifest, status names, meters, money and instants as text.

#include <array>
#include <cstring>
#include <iterator>
#include <string_view>

#include "boundary.h"
#include "core/base/instant.h"
#include "core/base/meter.h"
#include "core/base/money.h"
#include "generated/layout_asserts.inc"

namespace {

constexpr std::string_view kManifestPieces[] = {
#include "generated/abi_manifest.inc"
};

constexpr std::size_t ManifestSize() {
  std::size_t size = 0;
  for (const std::string_view piece : kManifestPieces) size += piece.size();
  return size;
}

// The pieces as one text: a literal may not have as many bytes.
constexpr auto kManifest = [] {
  std::array<char, ManifestSize() + 1> text = {};
  std::size_t size = 0;
  for (const std::string_view piece : kManifestPieces) {
    for (const char c : piece) text[size++] = c;
  }
  return text;
}();

constexpr const char* kStatusNames[] = {
    "OK",        "CANCELLED",      "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
    "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
    "ABORTED",   "OUT_OF_RANGE",   "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
    "DATA_LOSS", "UNAUTHENTICATED"};

}  // namespace

extern "C" {

#define TOKENTRA_TEXT_OF(number) #number
#define TOKENTRA_VERSION_TEXT(major, minor, patch) \
  TOKENTRA_TEXT_OF(major) "." TOKENTRA_TEXT_OF(minor) "." TOKENTRA_TEXT_OF(patch)

const char* tokentra_version_string(void) {
  return TOKENTRA_VERSION_TEXT(TOKENTRA_VERSION_MAJOR, TOKENTRA_VERSION_MINOR,
                               TOKENTRA_VERSION_PATCH);
}

uint32_t tokentra_version_number(void) {
  return TOKENTRA_VERSION_MAJOR * 10000 + TOKENTRA_VERSION_MINOR * 100 + TOKENTRA_VERSION_PATCH;
}

uint32_t tokentra_abi_version(void) { return TOKENTRA_ABI_VERSION; }

const char* tokentra_abi_manifest(void) { return kManifest.data(); }

const char* tokentra_status_name(tokentra_status status) {
  if (status < 0 || static_cast<std::size_t>(status) >= std::size(kStatusNames)) {
    return "UNKNOWN_STATUS";
  }
  return kStatusNames[status];
}

uint32_t tokentra_meter_count(void) { return static_cast<uint32_t>(tokentra::Meters().size()); }

uint32_t tokentra_meter_id(tokentra_text name) {
  const tokentra::MeterInfo* meter = tokentra::FindMeter(tokentra::capi::View(name));
  return meter == nullptr ? 0 : meter->id;
}

tokentra_text tokentra_meter_name(uint32_t meter) {
  if (meter == 0 || meter > tokentra::Meters().size()) return {nullptr, 0};
  return tokentra::capi::Text(tokentra::Meters()[meter - 1].name);
}

size_t tokentra_money_format(tokentra_money money, int32_t places, char* buffer) {
  if (buffer == nullptr) return 0;
  buffer[0] = '\0';
  const std::optional<tokentra::Money> amount = tokentra::Money::FromWords(money.lo, money.hi);
  if (!amount.has_value()) return 0;
  try {
    const std::string text = places < 0 ? amount->ToString() : amount->ToStringRounded(places);
    if (text.size() + 1 > TOKENTRA_MONEY_TEXT_MAX) return 0;
    std::memcpy(buffer, text.c_str(), text.size() + 1);
    return text.size();
  } catch (...) {
    return 0;  // no memory for a text beyond the small-string size
  }
}

tokentra_status tokentra_instant_parse(tokentra_text text, int64_t* at_ns, tokentra_error** error) {
  return tokentra::capi::Guard(error, [&]() -> absl::Status {
    if (at_ns == nullptr) return tokentra::capi::NullArgument("at_ns");
    absl::StatusOr<tokentra::InstantNs> instant =
        tokentra::ParseInstant(tokentra::capi::View(text));
    if (!instant.ok()) return instant.status();
    *at_ns = *instant;
    return absl::OkStatus();
  });
}

}  // extern "C"
