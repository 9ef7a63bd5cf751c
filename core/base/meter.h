// Meters and atoms: the vocabulary of quantities.
//
// A *meter* is a billable kind of quantity as users and price lists name it (`input_tokens`,
// `cache_read_tokens`, ...). Meters are inclusive: `input_tokens` contains cached, audio and tool
// input; `output_tokens` contains reasoning. An *atom* is one of the finest disjoint pieces that
// meters are sums of. Cells store atoms; what users see and what is billed are both sums of atoms.
//
// Invariants:
//   1. Meter and atom ids are append-only: an id never changes its meaning and is never reused,
//      because they stand in files and cross the C ABI.
//   2. Every meter is a non-empty set of atoms (`MeterInfo::atoms`). Meters and atoms pair one to
//      one: a meter's own atom (`MeterInfo::remainder`) is what is left of it when everything more
//      specific is taken out.
//   3. Atom `a` lives on ledger page `a / kAtomsPerPage`, slot `a % kAtomsPerPage`: atoms that one
//      call reports together stand together, so that most events touch one or two cells.
//
// Token atoms are modality x use. The modality `unspecified` is what a provider did not break
// down; it is priced as text, because no public list prices text apart.
//
// Thread: everything here is immutable. Cost: lookups by id are array reads; by name a hash probe.

#ifndef TOKENTRA_CORE_BASE_METER_H_
#define TOKENTRA_CORE_BASE_METER_H_

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace tokentra {

// X(identifier, "description"): atoms in id order. Append only; six to a ledger page.
// clang-format off
#define TOKENTRA_ATOMS(X)                                                        \
  /* page 0: plain text calls with caching and reasoning */                      \
  X(kInput, "input")                                                             \
  X(kOutput, "output")                                                           \
  X(kCacheRead, "cache_read")                                                    \
  X(kOutputReasoning, "output_reasoning")                                        \
  X(kCacheWrite, "cache_write")                                                  \
  X(kCacheWrite5m, "cache_write_5m")                                             \
  /* page 1: calls whose provider states the text modality */                    \
  X(kInputText, "input_text")                                                    \
  X(kOutputText, "output_text")                                                  \
  X(kCacheTextRead, "cache_text_read")                                           \
  X(kInputTool, "input_tool")                                                    \
  X(kInputTextTool, "input_text_tool")                                           \
  X(kOutputTextReasoning, "output_text_reasoning")                               \
  /* page 2: longer cache lifetime, tool fees */                                 \
  X(kCacheWrite1h, "cache_write_1h")                                             \
  X(kWebSearches, "web_searches")                                                \
  X(kStorageSearches, "storage_searches")                                        \
  X(kCodeExecutions, "code_executions")                                          \
  X(kSocialSearches, "social_searches")                                          \
  X(kRequests, "requests")                                                       \
  /* page 3: audio tokens */                                                     \
  X(kInputAudio, "input_audio")                                                  \
  X(kOutputAudio, "output_audio")                                                \
  X(kCacheAudioRead, "cache_audio_read")                                         \
  X(kInputAudioTool, "input_audio_tool")                                         \
  X(kOutputAudioReasoning, "output_audio_reasoning")                             \
  X(kCacheAudioWrite, "cache_audio_write")                                       \
  /* page 4: image tokens */                                                     \
  X(kInputImage, "input_image")                                                  \
  X(kOutputImage, "output_image")                                                \
  X(kCacheImageRead, "cache_image_read")                                         \
  X(kInputImageTool, "input_image_tool")                                         \
  X(kOutputImageReasoning, "output_image_reasoning")                             \
  X(kCacheImageWrite, "cache_image_write")                                       \
  /* page 5: video tokens */                                                     \
  X(kInputVideo, "input_video")                                                  \
  X(kOutputVideo, "output_video")                                                \
  X(kCacheVideoRead, "cache_video_read")                                         \
  X(kInputVideoTool, "input_video_tool")                                         \
  X(kOutputVideoReasoning, "output_video_reasoning")                             \
  X(kCacheVideoWrite, "cache_video_write")                                       \
  /* page 6: what is not tokens */                                               \
  X(kAudioMilliseconds, "audio_milliseconds")                                    \
  X(kInputAudioMilliseconds, "input_audio_milliseconds")                         \
  X(kOutputAudioMilliseconds, "output_audio_milliseconds")                       \
  X(kInputCharacters, "input_characters")                                        \
  X(kInputDocumentPages, "input_document_pages")                                 \
  X(kInputAnnotatedDocumentPages, "input_annotated_document_pages")              \
  /* page 7 */                                                                   \
  X(kInputPixels, "input_pixels")                                                \
  X(kInputTextMessages, "input_text_messages")                                   \
  X(kRerankSearches, "rerank_searches")                                          \
  X(kOutputCitation, "output_citation")                                          \
  X(kOutputTextCitation, "output_text_citation")                                 \
  X(kOutputAudioCitation, "output_audio_citation")                               \
  /* page 8: cache writes of text by lifetime, rare citations */                 \
  X(kCacheTextWrite, "cache_text_write")                                         \
  X(kCacheTextWrite5m, "cache_text_write_5m")                                    \
  X(kCacheTextWrite1h, "cache_text_write_1h")                                    \
  X(kOutputImageCitation, "output_image_citation")                               \
  X(kOutputVideoCitation, "output_video_citation")                               \
  X(kCacheAudioWrite5m, "cache_audio_write_5m")                                  \
  /* page 9: cache writes of other modalities by lifetime */                     \
  X(kCacheAudioWrite1h, "cache_audio_write_1h")                                  \
  X(kCacheImageWrite5m, "cache_image_write_5m")                                  \
  X(kCacheImageWrite1h, "cache_image_write_1h")                                  \
  X(kCacheVideoWrite5m, "cache_video_write_5m")                                  \
  X(kCacheVideoWrite1h, "cache_video_write_1h")                                  \
  X(kMapSearches, "map_searches")                                                \
  /* page 10: images, video, characters that come out */                         \
  X(kInputImages, "input_images")                                                \
  X(kOutputImages, "output_images")                                              \
  X(kOutputMegapixels, "output_megapixels")                                      \
  X(kOutputCharacters, "output_characters")                                      \
  X(kInputVideoMilliseconds, "input_video_milliseconds")                         \
  X(kOutputVideoMilliseconds, "output_video_milliseconds")                       \
  /* page 11: sessions and searches */                                           \
  X(kOutputAudioClips, "output_audio_clips")                                     \
  X(kSessionMilliseconds, "session_milliseconds")                                \
  X(kSearchQueries, "search_queries")                                            \
  X(kSearchResults, "search_results")                                            \
  X(kPageFetches, "page_fetches")                                                \
  X(kGroundedPrompts, "grounded_prompts")                                        \
  /* page 12: storage, documents, guardrails */                                  \
  X(kCodeSessions, "code_sessions")                                              \
  X(kDocumentCredits, "document_credits")                                        \
  X(kStorageGbDays, "storage_gb_days")                                           \
  X(kCacheStorageTokenHours, "cache_storage_token_hours")                        \
  X(kGuardrailContentPolicyUnits, "guardrail_content_policy_units")              \
  X(kGuardrailTopicPolicyUnits, "guardrail_topic_policy_units")                  \
  /* page 13: guardrails */                                                      \
  X(kGuardrailContextualGroundingUnits, "guardrail_contextual_grounding_units")  \
  X(kGuardrailSensitiveInformationUnits, "guardrail_sensitive_information_units")\
  X(kGuardrailContentPolicyImageUnits, "guardrail_content_policy_image_units")   \
  X(kGuardrailAutomatedReasoningUnits, "guardrail_automated_reasoning_units")    \
  X(kGuardrailWordPolicyUnits, "guardrail_word_policy_units")                    \
  X(kGuardrailSensitiveInformationFreeUnits, "guardrail_sensitive_information_free_units")
// clang-format on

enum class Atom : std::uint8_t {
#define TOKENTRA_ATOM_ENUM(id, name) id,
  TOKENTRA_ATOMS(TOKENTRA_ATOM_ENUM)
#undef TOKENTRA_ATOM_ENUM
};

#define TOKENTRA_ATOM_COUNT(id, name) +1
inline constexpr std::size_t kAtomCount = 0 TOKENTRA_ATOMS(TOKENTRA_ATOM_COUNT);
#undef TOKENTRA_ATOM_COUNT
inline constexpr std::size_t kAtomsPerPage = 6;

// A set of atoms, one bit an atom; likewise of meters, bit `id` a meter.
__extension__ typedef unsigned __int128 AtomSet;
__extension__ typedef unsigned __int128 MeterSet;
static_assert(kAtomCount < 128, "bit `id` of the last meter, whose id is the count");

constexpr AtomSet AtomBit(Atom atom) { return AtomSet{1} << static_cast<unsigned>(atom); }

// How many there are in a set.
constexpr int CountOf(AtomSet set) {
  return std::popcount(static_cast<std::uint64_t>(set)) +
         std::popcount(static_cast<std::uint64_t>(set >> 64));
}

// Calls function(atom number) for each one in a set, ascending.
template <typename Function>
constexpr void ForEachIn(AtomSet set, Function function) {
  for (const std::size_t base : {std::size_t{0}, std::size_t{64}}) {
    for (std::uint64_t rest = static_cast<std::uint64_t>(set >> base); rest != 0; rest &= rest - 1)
      function(base + static_cast<std::size_t>(std::countr_zero(rest)));
  }
}

// Meter ids: the numbers of the C ABI (`TOKENTRA_METER_...`). 0 is no meter.
using MeterId = std::uint16_t;

constexpr MeterSet MeterBit(MeterId meter) { return MeterSet{1} << meter; }

// Every meter by name, for code that names one; in id order, append only.
// clang-format off
enum : MeterId {
  kMeterInputTokens = 1, kMeterOutputTokens, kMeterCacheReadTokens, kMeterCacheWriteTokens,
  kMeterCacheWrite5mTokens, kMeterCacheWrite1hTokens, kMeterInputTextTokens,
  kMeterOutputTextTokens, kMeterCacheTextReadTokens, kMeterCacheTextWriteTokens,
  kMeterCacheTextWrite5mTokens, kMeterCacheTextWrite1hTokens, kMeterInputAudioTokens,
  kMeterOutputAudioTokens, kMeterCacheAudioReadTokens, kMeterCacheAudioWriteTokens,
  kMeterCacheAudioWrite5mTokens, kMeterCacheAudioWrite1hTokens, kMeterInputImageTokens,
  kMeterOutputImageTokens, kMeterCacheImageReadTokens, kMeterCacheImageWriteTokens,
  kMeterCacheImageWrite5mTokens, kMeterCacheImageWrite1hTokens, kMeterInputVideoTokens,
  kMeterOutputVideoTokens, kMeterCacheVideoReadTokens, kMeterCacheVideoWriteTokens,
  kMeterCacheVideoWrite5mTokens, kMeterCacheVideoWrite1hTokens, kMeterInputToolTokens,
  kMeterInputTextToolTokens, kMeterInputAudioToolTokens, kMeterInputImageToolTokens,
  kMeterInputVideoToolTokens, kMeterOutputReasoningTokens, kMeterOutputTextReasoningTokens,
  kMeterOutputAudioReasoningTokens, kMeterOutputImageReasoningTokens,
  kMeterOutputVideoReasoningTokens, kMeterOutputCitationTokens, kMeterOutputTextCitationTokens,
  kMeterOutputAudioCitationTokens, kMeterOutputImageCitationTokens,
  kMeterOutputVideoCitationTokens, kMeterInputCharacters, kMeterInputTextMessages,
  kMeterAudioMilliseconds, kMeterInputAudioMilliseconds, kMeterOutputAudioMilliseconds,
  kMeterInputPixels, kMeterInputDocumentPages, kMeterInputAnnotatedDocumentPages,
  kMeterRerankSearches, kMeterWebSearches, kMeterSocialSearches, kMeterStorageSearches,
  kMeterCodeExecutions, kMeterRequests,
  kMeterMapSearches, kMeterInputImages, kMeterOutputImages, kMeterOutputMegapixels,
  kMeterOutputCharacters, kMeterInputVideoMilliseconds, kMeterOutputVideoMilliseconds,
  kMeterOutputAudioClips, kMeterSessionMilliseconds, kMeterSearchQueries, kMeterSearchResults,
  kMeterPageFetches, kMeterGroundedPrompts, kMeterCodeSessions, kMeterDocumentCredits,
  kMeterStorageGbDays, kMeterCacheStorageTokenHours, kMeterGuardrailContentPolicyUnits,
  kMeterGuardrailTopicPolicyUnits, kMeterGuardrailContextualGroundingUnits,
  kMeterGuardrailSensitiveInformationUnits, kMeterGuardrailContentPolicyImageUnits,
  kMeterGuardrailAutomatedReasoningUnits, kMeterGuardrailWordPolicyUnits,
  kMeterGuardrailSensitiveInformationFreeUnits,
};
// clang-format on

enum class MeterFamily : std::uint8_t {
  kTokens,
  kCharacters,
  kMessages,
  kDurations,
  kPixels,
  kPages,
  kCalls,
  kRequests,
  kImages,
  kClips,
  kVideoDurations,
  kSessionDurations,
  kStorage
};
enum class Direction : std::uint8_t { kNone, kInput, kOutput };
enum class Modality : std::uint8_t { kUnspecified, kText, kAudio, kImage, kVideo };
// How the tokens were used. A use that has lifetimes contains them: cache writes contain those
// of 5 minutes and of one hour.
enum class Use : std::uint8_t {
  kAny,
  kTool,
  kCacheRead,
  kCacheWrite,
  kCacheWrite5m,
  kCacheWrite1h,
  kReasoning,
  kCitation
};

struct MeterInfo {
  MeterId id;
  std::string_view name;
  MeterFamily family;
  Direction direction;
  Modality modality;  // kUnspecified: all modalities together
  Use use;            // kAny: all uses together
  AtomSet atoms;      // the disjoint pieces it is the sum of
  Atom remainder;     // its own atom: the piece that no meter inside it counts
  std::uint32_t per;  // quanta that a published price customarily names: 1,000,000 tokens
};

// As many meters as atoms: they pair one to one.
inline constexpr std::size_t kMeterCount = kAtomCount;
// No meter is the sum of more atoms than this.
inline constexpr int kMeterAtomsMax = 30;

// All meters, in id order; element i has id i + 1.
std::span<const MeterInfo> Meters();

// The token meter of these dimensions; 0 when there is none (cached output, say).
constexpr MeterId MeterWith(Direction direction, Modality modality, Use use);

// nullptr when there is none.
const MeterInfo* FindMeter(MeterId id);
const MeterInfo* FindMeter(std::string_view name);

std::string_view AtomName(Atom atom);

// The meter named most like `name`, for error messages. Never empty.
std::string_view NearestMeterName(std::string_view name);

// A meter name in seconds that stands for one of ours in milliseconds ("audio_seconds"); the
// quantity is multiplied by 1000. nullptr when `name` is no such name.
const MeterInfo* FindMeterInSeconds(std::string_view name);

namespace internal {

// [direction][modality][use]. Ids of token meters are regular; meter.cc checks this arithmetic
// against every one of them.
using MeterIdsByDimension = std::array<std::array<std::array<MeterId, 8>, 5>, 3>;
constexpr MeterIdsByDimension MakeMeterIdsByDimension() {
  MeterIdsByDimension ids{};
  const auto set = [&](Direction direction, unsigned modality, Use use, unsigned id) {
    ids[static_cast<std::size_t>(direction)][modality][static_cast<std::size_t>(use)] =
        static_cast<MeterId>(id);
  };
  for (unsigned m = 0; m < 5; ++m) {
    const unsigned block = kMeterInputTokens + 6 * m;
    set(Direction::kInput, m, Use::kAny, block);
    set(Direction::kOutput, m, Use::kAny, block + 1);
    set(Direction::kInput, m, Use::kCacheRead, block + 2);
    set(Direction::kInput, m, Use::kCacheWrite, block + 3);
    set(Direction::kInput, m, Use::kCacheWrite5m, block + 4);
    set(Direction::kInput, m, Use::kCacheWrite1h, block + 5);
    set(Direction::kInput, m, Use::kTool, kMeterInputToolTokens + m);
    set(Direction::kOutput, m, Use::kReasoning, kMeterOutputReasoningTokens + m);
    set(Direction::kOutput, m, Use::kCitation, kMeterOutputCitationTokens + m);
  }
  return ids;
}
inline constexpr MeterIdsByDimension kMeterIdsByDimension = MakeMeterIdsByDimension();

}  // namespace internal

constexpr MeterId MeterWith(Direction direction, Modality modality, Use use) {
  return internal::kMeterIdsByDimension[static_cast<std::size_t>(
      direction)][static_cast<std::size_t>(modality)][static_cast<std::size_t>(use)];
}

}  // namespace tokentra

#endif  // TOKENTRA_CORE_BASE_METER_H_
