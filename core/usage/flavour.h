// Flavours: what a provider's body looks like, as data.
//
// A flavour is a table: where the usage object stands, which of its counts become which meters,
// which total it can be checked against, and which conditions it names. extract.cc reads every
// flavour with the same code; a shape that a table cannot say adds one function.
//
// Paths are keys joined by '/', looked up from the object that the field names. Several spellings
// are joined by '|' and the first that is present counts: spellings are never added up. A null is
// absent.
//
// Internal to core/usage.

#ifndef TOKENTRA_CORE_USAGE_FLAVOUR_H_
#define TOKENTRA_CORE_USAGE_FLAVOUR_H_

#include <cstdint>
#include <span>
#include <string_view>

#include "core/base/meter.h"
#include "core/usage/extract.h"
#include "simdjson.h"

namespace tokentra::extract {

inline constexpr MeterId kNoMeter = 0;

// One count of the usage object. It is added to `meter`, and to `whole` where the provider counts
// it beside the whole and not inside it. When `unless` is set and present, `whole` has the count
// already.
struct CountField {
  std::string_view path;
  MeterId meter;
  MeterId whole = kNoMeter;
  MeterId unless = kNoMeter;
  std::uint32_t scale = 1;  // quanta in one of the provider's: 1000 for seconds
};

// One value of the key by which an array of counts is split.
struct SplitValue {
  std::string_view value;
  MeterId meter;
  MeterId whole = kNoMeter;
  MeterId unless = kNoMeter;
};

// An array of objects, each a key and a count: Gemini's modalities, Bedrock's cache lifetimes.
struct SplitField {
  std::string_view path;
  std::string_view key;
  std::string_view count;
  std::span<const SplitValue> values;  // others are left in their whole
};

// A condition that the body states. `ignored` are values that mean nothing is special or known,
// joined by '|'.
struct ConditionField {
  std::string_view path;  // from the body
  std::string_view name;
  std::string_view ignored = {};
};

class Reader;

struct Flavour {
  std::string_view api;
  std::string_view usage;  // path of the usage object, from the body
  std::string_view model;  // from the body
  std::string_view id;     // from the body
  // Any of these paths, from the body, shows this flavour.
  std::string_view marker;
  // None of these paths, from the body, may be there.
  std::string_view unlike = {};
  std::span<const CountField> counts;
  std::span<const SplitField> splits = {};
  // A total of all input and output tokens, from the usage object.
  std::string_view total = {};
  std::span<const ConditionField> conditions = {};
  // An amount of money that the provider itself reports, from the usage object.
  std::string_view reported = {};
  // Reads what the table cannot say. Runs after the table, before the check of the total.
  void (*special)(Reader& reader) = nullptr;
};

// The flavours of each provider, usual one first.
struct ProviderFlavours {
  std::string_view provider;
  std::span<const Flavour* const> flavours;
};
std::span<const ProviderFlavours> AllProviders();

extern const Flavour kChat;             // OpenAI chat completions and whoever copies them
extern const Flavour kEmbeddings;       // OpenAI embeddings, likewise
extern const Flavour kResponses;        // OpenAI responses, likewise
extern const Flavour kRealtime;         // OpenAI realtime, and transcription by tokens
extern const Flavour kImages;           // OpenAI images
extern const Flavour kLive;             // OpenAI transcription by duration
extern const Flavour kMessages;         // Anthropic messages
extern const Flavour kGenerateContent;  // Gemini
extern const Flavour kConverse;         // Bedrock Converse
extern const Flavour kMistralChat;
extern const Flavour kMistralOcr;
extern const Flavour kMistralOcrAnnotated;

}  // namespace tokentra::extract

#endif  // TOKENTRA_CORE_USAGE_FLAVOUR_H_
