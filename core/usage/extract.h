// Extractors: from a provider's response body to usage.
//
// One extractor a flavour (`api`) of a provider's body. Each states in its source file which
// counts of the body include which, how it fills absent joins, and which total it checks itself
// against. The result is in the inclusive convention, whatever the provider's own is.
//
// What an extractor reads: usage, the model that served the call, the conditions stated in the
// body (served service tier, speed, traffic type, inference geography), the response's own id,
// and a total the provider itself reports. It reads nothing else of the body.
//
// Quality: `exact`; `suspect` when the body contradicts itself, with the rule that failed in
// `findings` and the most defensible reading in `usage`; `incomplete` for a broken stream. A
// number that cannot be a count (negative, fractional, above kQuantityMax) is such a
// contradiction and is left out. Never negative, never a guess without a word.
//
// A provider without a table of its own is read by the shape its body shows (chat, messages,
// responses), as `suspect` with a finding: the event counts, and it has no price here anyway.
//
// A body without usage gives no parts and is *unmetered*; it is no error. Errors (a body that is
// no JSON object, a provider or flavour that is unknown and no known shape) are statuses naming
// value and nearest valid one.
//
// Thread: pure functions of their arguments. Ownership: results own their strings.

#ifndef TOKENTRA_CORE_USAGE_EXTRACT_H_
#define TOKENTRA_CORE_USAGE_EXTRACT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/money.h"
#include "core/base/simdjson_forward.h"
#include "core/usage/usage.h"

namespace tokentra {

enum class Quality : std::uint8_t { kExact = 1, kSuspect = 2, kIncomplete = 3 };
std::string_view QualityName(Quality quality);

// One priced piece of a call.
struct ExtractedPart {
  std::string model;  // empty: the body does not name it (the event's model then applies)
  Usage usage;
  Atoms atoms;
};

struct Condition {
  std::string name;
  std::string value;
};

struct Extraction {
  std::string provider;  // the channel: `google-vertex` when a google body shows it is Vertex
  std::string api;       // the flavour that was read
  std::string model;     // the model that served the call; empty when the body does not name it
  std::string response_id;
  std::vector<ExtractedPart> parts;   // empty: unmetered
  std::vector<Condition> conditions;  // in the provider's own words: service_tier, region, speed
  std::optional<Money> reported;      // the provider's own total
  Quality quality = Quality::kExact;
  std::vector<std::string> findings;  // one line for each rule that failed
};

// `api` empty: the flavour is detected from the body's shape.
absl::StatusOr<Extraction> ExtractUsage(simdjson::dom::element body, std::string_view provider,
                                        std::string_view api);

// The same for a body as text. The text needs no padding; it is copied once.
absl::StatusOr<Extraction> ExtractUsage(std::string_view body, std::string_view provider,
                                        std::string_view api);

// Makes usage that a foreign system states consistent, as an extractor does: sub-counts that
// contradict their whole are left out and named in `findings`, absent joins settled text first.
Atoms SettleUsage(Usage* usage, std::vector<std::string>* findings);

// Whether `api` is one of the provider's flavours, or empty, or `default`; of a provider without a
// table, one of the shapes that are known.
absl::Status CheckExtractorApi(std::string_view provider, std::string_view api);

// The flavours a provider has, for documentation and error messages; empty: unknown provider.
std::vector<std::string_view> ExtractorApis(std::string_view provider);

}  // namespace tokentra

#endif  // TOKENTRA_CORE_USAGE_EXTRACT_H_
