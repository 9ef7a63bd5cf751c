// Flavours: what a provider's body looks like, as data.
//
// A flavour is a table: where the usage object stands, which of its counts become which meters,
// which total it can be checked against, and which conditions it names. extract.cc reads every
// flavour with the same code; a shape that a table cannot say adds one function.
//
// Paths are keys joined by '/', looked up from the object that the field names; "." is that object
// itself. Several spellings are joined by '|' and the first that is present counts: spellings are
// never added up. Where two spellings of one count differ, a zero yields and otherwise the first
// stands; either way the body is suspect. A null and an empty object are absent.
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

// An amount of money that the provider itself reports, from the usage object, in 10^exponent USD.
struct ReportedField {
  std::string_view path;
  int exponent = 0;
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
  // The first that is an amount counts.
  std::span<const ReportedField> reported = {};
  // Reads what the table cannot say. Runs after the table, before the check of the total.
  void (*special)(Reader& reader) = nullptr;
};

// The flavours of each provider, usual one first: it reads bodies that show no flavour.
struct ProviderFlavours {
  std::string_view provider;
  std::span<const Flavour* const> flavours;
};
std::span<const ProviderFlavours> AllProviders();
// What providers without a table of their own mostly speak.
std::span<const Flavour* const> CompatibleFlavours();
// Every flavour, the most particular marker first: the order in which bodies are looked at.
std::span<const Flavour* const> DetectionOrder();

// flavour_openai.cc
extern const Flavour kChat;             // OpenAI chat completions and whoever copies them
extern const Flavour kEmbeddings;       // OpenAI embeddings, likewise
extern const Flavour kResponses;        // whoever copies OpenAI's responses
extern const Flavour kOpenAiResponses;  // OpenAI responses: tool calls are counted as well
extern const Flavour kDecisions;        // input and output alone
// flavour_openai_media.cc
extern const Flavour kRealtime;  // OpenAI realtime, and transcription by tokens
extern const Flavour kImages;    // OpenAI images
extern const Flavour kLive;      // OpenAI transcription by duration
// flavour_anthropic.cc
extern const Flavour kMessages;
// flavour_google.cc
extern const Flavour kGenerateContent;
// flavour_aws.cc
extern const Flavour kConverse;
extern const Flavour kInvokeModel;  // by headers, or by the last chunk's metrics
// flavour_mistral.cc
extern const Flavour kMistralChat;
extern const Flavour kMistralOcr;
extern const Flavour kMistralOcrAnnotated;
// flavour_xai.cc
extern const Flavour kXaiChat;
extern const Flavour kXaiResponses;
extern const Flavour kXaiRealtime;
// flavour_perplexity.cc
extern const Flavour kPerplexityChat;
extern const Flavour kPerplexityResponses;
// flavour_cohere.cc
extern const Flavour kCohereChat;
extern const Flavour kCohereTokens;
extern const Flavour kCohereEmbeddings;
extern const Flavour kCohereRerank;
// flavour_others.cc
extern const Flavour kCloudflareChat;
extern const Flavour kCursorEvent;
extern const Flavour kVoyage;
extern const Flavour kElevenLabsSpeech;

// flavour_hosts.cc
extern const Flavour kReplicatePrediction;
extern const Flavour kOciChat;
extern const Flavour kAssemblyAiTranscript;
extern const Flavour kNlpCloudGeneration;

}  // namespace tokentra::extract

#endif  // TOKENTRA_CORE_USAGE_FLAVOUR_H_
