#include "core/base/meter.h"

#include <array>
#include <cassert>

#include "core/base/text.h"

namespace tokentra {
namespace {

using enum MeterFamily;
using enum Modality;

// A meter as written down: its dimensions, and the atom that is its remainder, which is what is
// left of the meter when everything more specific is taken out. Meters and atoms pair one to one,
// so the sets of atoms follow from the dimensions and cannot disagree with them.
struct MeterRow {
  std::string_view name;
  Atom remainder;
  MeterFamily family;
  Direction direction;
  Modality modality;
  Use use;
  std::uint32_t per;
};

constexpr std::uint32_t kPerTokens = 1'000'000;
constexpr std::uint32_t kPerCalls = 1'000;
constexpr std::uint32_t kPerHour = 3'600'000;  // milliseconds
constexpr std::uint32_t kPerMinute = 60'000;
constexpr std::uint32_t kPerSecond = 1'000;
constexpr std::uint32_t kPerGigapixel = 1'000'000'000;

constexpr MeterRow Token(std::string_view name, Atom remainder, Direction direction,
                         Modality modality, Use use) {
  return {name, remainder, kTokens, direction, modality, use, kPerTokens};
}
constexpr MeterRow In(std::string_view name, Atom remainder, Modality modality, Use use) {
  return Token(name, remainder, Direction::kInput, modality, use);
}
constexpr MeterRow Out(std::string_view name, Atom remainder, Modality modality, Use use) {
  return Token(name, remainder, Direction::kOutput, modality, use);
}
constexpr MeterRow Plain(std::string_view name, Atom remainder, MeterFamily family,
                         Direction direction, std::uint32_t per) {
  return {name, remainder, family, direction, Modality::kUnspecified, Use::kAny, per};
}
constexpr MeterRow Call(std::string_view name, Atom remainder) {
  return Plain(name, remainder, kCalls, Direction::kNone, kPerCalls);
}

constexpr Modality kAll = kUnspecified;

// In id order, append only: the place in this table is the id.
constexpr MeterRow kRows[] = {
    In("input_tokens", Atom::kInput, kAll, Use::kAny),
    Out("output_tokens", Atom::kOutput, kAll, Use::kAny),
    In("cache_read_tokens", Atom::kCacheRead, kAll, Use::kCacheRead),
    In("cache_write_tokens", Atom::kCacheWrite, kAll, Use::kCacheWrite),
    In("cache_write_5m_tokens", Atom::kCacheWrite5m, kAll, Use::kCacheWrite5m),
    In("cache_write_1h_tokens", Atom::kCacheWrite1h, kAll, Use::kCacheWrite1h),
    In("input_text_tokens", Atom::kInputText, kText, Use::kAny),
    Out("output_text_tokens", Atom::kOutputText, kText, Use::kAny),
    In("cache_text_read_tokens", Atom::kCacheTextRead, kText, Use::kCacheRead),
    In("cache_text_write_tokens", Atom::kCacheTextWrite, kText, Use::kCacheWrite),
    In("cache_text_write_5m_tokens", Atom::kCacheTextWrite5m, kText, Use::kCacheWrite5m),
    In("cache_text_write_1h_tokens", Atom::kCacheTextWrite1h, kText, Use::kCacheWrite1h),
    In("input_audio_tokens", Atom::kInputAudio, kAudio, Use::kAny),
    Out("output_audio_tokens", Atom::kOutputAudio, kAudio, Use::kAny),
    In("cache_audio_read_tokens", Atom::kCacheAudioRead, kAudio, Use::kCacheRead),
    In("cache_audio_write_tokens", Atom::kCacheAudioWrite, kAudio, Use::kCacheWrite),
    In("cache_audio_write_5m_tokens", Atom::kCacheAudioWrite5m, kAudio, Use::kCacheWrite5m),
    In("cache_audio_write_1h_tokens", Atom::kCacheAudioWrite1h, kAudio, Use::kCacheWrite1h),
    In("input_image_tokens", Atom::kInputImage, kImage, Use::kAny),
    Out("output_image_tokens", Atom::kOutputImage, kImage, Use::kAny),
    In("cache_image_read_tokens", Atom::kCacheImageRead, kImage, Use::kCacheRead),
    In("cache_image_write_tokens", Atom::kCacheImageWrite, kImage, Use::kCacheWrite),
    In("cache_image_write_5m_tokens", Atom::kCacheImageWrite5m, kImage, Use::kCacheWrite5m),
    In("cache_image_write_1h_tokens", Atom::kCacheImageWrite1h, kImage, Use::kCacheWrite1h),
    In("input_video_tokens", Atom::kInputVideo, kVideo, Use::kAny),
    Out("output_video_tokens", Atom::kOutputVideo, kVideo, Use::kAny),
    In("cache_video_read_tokens", Atom::kCacheVideoRead, kVideo, Use::kCacheRead),
    In("cache_video_write_tokens", Atom::kCacheVideoWrite, kVideo, Use::kCacheWrite),
    In("cache_video_write_5m_tokens", Atom::kCacheVideoWrite5m, kVideo, Use::kCacheWrite5m),
    In("cache_video_write_1h_tokens", Atom::kCacheVideoWrite1h, kVideo, Use::kCacheWrite1h),
    In("input_tool_tokens", Atom::kInputTool, kAll, Use::kTool),
    In("input_text_tool_tokens", Atom::kInputTextTool, kText, Use::kTool),
    In("input_audio_tool_tokens", Atom::kInputAudioTool, kAudio, Use::kTool),
    In("input_image_tool_tokens", Atom::kInputImageTool, kImage, Use::kTool),
    In("input_video_tool_tokens", Atom::kInputVideoTool, kVideo, Use::kTool),
    Out("output_reasoning_tokens", Atom::kOutputReasoning, kAll, Use::kReasoning),
    Out("output_text_reasoning_tokens", Atom::kOutputTextReasoning, kText, Use::kReasoning),
    Out("output_audio_reasoning_tokens", Atom::kOutputAudioReasoning, kAudio, Use::kReasoning),
    Out("output_image_reasoning_tokens", Atom::kOutputImageReasoning, kImage, Use::kReasoning),
    Out("output_video_reasoning_tokens", Atom::kOutputVideoReasoning, kVideo, Use::kReasoning),
    Out("output_citation_tokens", Atom::kOutputCitation, kAll, Use::kCitation),
    Out("output_text_citation_tokens", Atom::kOutputTextCitation, kText, Use::kCitation),
    Out("output_audio_citation_tokens", Atom::kOutputAudioCitation, kAudio, Use::kCitation),
    Out("output_image_citation_tokens", Atom::kOutputImageCitation, kImage, Use::kCitation),
    Out("output_video_citation_tokens", Atom::kOutputVideoCitation, kVideo, Use::kCitation),
    Plain("input_characters", Atom::kInputCharacters, kCharacters, Direction::kInput, kPerTokens),
    Plain("input_text_messages", Atom::kInputTextMessages, kMessages, Direction::kInput, kPerCalls),
    Plain("audio_milliseconds", Atom::kAudioMilliseconds, kDurations, Direction::kNone, kPerHour),
    Plain("input_audio_milliseconds", Atom::kInputAudioMilliseconds, kDurations, Direction::kInput,
          kPerHour),
    Plain("output_audio_milliseconds", Atom::kOutputAudioMilliseconds, kDurations,
          Direction::kOutput, kPerHour),
    Plain("input_pixels", Atom::kInputPixels, kPixels, Direction::kInput, kPerGigapixel),
    Plain("input_document_pages", Atom::kInputDocumentPages, kPages, Direction::kInput, kPerCalls),
    Plain("input_annotated_document_pages", Atom::kInputAnnotatedDocumentPages, kPages,
          Direction::kInput, kPerCalls),
    Call("rerank_searches", Atom::kRerankSearches),
    Call("web_searches", Atom::kWebSearches),
    Call("social_searches", Atom::kSocialSearches),
    Call("storage_searches", Atom::kStorageSearches),
    Call("code_executions", Atom::kCodeExecutions),
    Plain("requests", Atom::kRequests, kRequests, Direction::kNone, kPerCalls),
    Call("map_searches", Atom::kMapSearches),
    Plain("input_images", Atom::kInputImages, kImages, Direction::kInput, 1),
    Plain("output_images", Atom::kOutputImages, kImages, Direction::kOutput, 1),
    Plain("output_megapixels", Atom::kOutputMegapixels, kPixels, Direction::kOutput, 1),
    Plain("output_characters", Atom::kOutputCharacters, kCharacters, Direction::kOutput,
          kPerTokens),
    Plain("input_video_milliseconds", Atom::kInputVideoMilliseconds, kVideoDurations,
          Direction::kInput, kPerSecond),
    Plain("output_video_milliseconds", Atom::kOutputVideoMilliseconds, kVideoDurations,
          Direction::kOutput, kPerSecond),
    Plain("output_audio_clips", Atom::kOutputAudioClips, kClips, Direction::kOutput, 1),
    Plain("session_milliseconds", Atom::kSessionMilliseconds, kSessionDurations, Direction::kNone,
          kPerMinute),
    Call("search_queries", Atom::kSearchQueries),
    Call("search_results", Atom::kSearchResults),
    Call("page_fetches", Atom::kPageFetches),
    Call("grounded_prompts", Atom::kGroundedPrompts),
    Plain("code_sessions", Atom::kCodeSessions, kCalls, Direction::kNone, 1),
    Plain("document_credits", Atom::kDocumentCredits, kPages, Direction::kInput, 1),
    Plain("storage_gb_days", Atom::kStorageGbDays, kStorage, Direction::kNone, 1),
    Plain("cache_storage_token_hours", Atom::kCacheStorageTokenHours, kStorage, Direction::kNone,
          kPerTokens),
    Call("guardrail_content_policy_units", Atom::kGuardrailContentPolicyUnits),
    Call("guardrail_topic_policy_units", Atom::kGuardrailTopicPolicyUnits),
    Call("guardrail_contextual_grounding_units", Atom::kGuardrailContextualGroundingUnits),
    Call("guardrail_sensitive_information_units", Atom::kGuardrailSensitiveInformationUnits),
    Call("guardrail_content_policy_image_units", Atom::kGuardrailContentPolicyImageUnits),
    Call("guardrail_automated_reasoning_units", Atom::kGuardrailAutomatedReasoningUnits),
    Call("guardrail_word_policy_units", Atom::kGuardrailWordPolicyUnits),
    Call("guardrail_sensitive_information_free_units",
         Atom::kGuardrailSensitiveInformationFreeUnits),
};

static_assert(std::size(kRows) == kMeterCount, "meters and atoms pair one to one");

constexpr bool UseContains(Use whole, Use part) {
  return whole == Use::kAny || whole == part ||
         (whole == Use::kCacheWrite && (part == Use::kCacheWrite5m || part == Use::kCacheWrite1h));
}

// Whether everything that `part` counts is counted by `whole` too.
constexpr bool Contains(const MeterRow& whole, const MeterRow& part) {
  if (whole.remainder == part.remainder) return true;
  if (whole.family != part.family) return false;
  switch (whole.family) {
    case kTokens:
      return whole.direction == part.direction &&
             (whole.modality == Modality::kUnspecified || whole.modality == part.modality) &&
             UseContains(whole.use, part.use);
    case kDurations:
      return whole.direction == Direction::kNone;
    case kPages:
      return whole.remainder == Atom::kInputDocumentPages &&
             part.remainder == Atom::kInputAnnotatedDocumentPages;
    default:
      return false;
  }
}

constexpr std::array<MeterInfo, kMeterCount> MakeMeters() {
  std::array<MeterInfo, kMeterCount> meters{};
  for (std::size_t i = 0; i < kMeterCount; ++i) {
    const MeterRow& row = kRows[i];
    AtomSet atoms = 0;
    for (const MeterRow& other : kRows) {
      if (Contains(row, other)) atoms |= AtomBit(other.remainder);
    }
    meters[i] = {.id = static_cast<MeterId>(i + 1),
                 .name = row.name,
                 .family = row.family,
                 .direction = row.direction,
                 .modality = row.modality,
                 .use = row.use,
                 .atoms = atoms,
                 .remainder = row.remainder,
                 .per = row.per};
  }
  return meters;
}

constexpr std::array<MeterInfo, kMeterCount> kMeters = MakeMeters();

constexpr bool EveryAtomIsOneRemainder() {
  AtomSet seen = 0;
  for (const MeterRow& row : kRows) {
    if (seen & AtomBit(row.remainder)) return false;
    seen |= AtomBit(row.remainder);
  }
  return seen == (AtomSet{1} << kAtomCount) - 1;
}
static_assert(EveryAtomIsOneRemainder());

constexpr bool NoMeterHasTooManyAtoms() {
  for (const MeterInfo& meter : kMeters) {
    if (CountOf(meter.atoms) > kMeterAtomsMax) return false;
  }
  return true;
}
static_assert(NoMeterHasTooManyAtoms());

constexpr bool MeterWithFindsEveryTokenMeter() {
  for (const MeterInfo& meter : kMeters) {
    if (meter.family == kTokens &&
        MeterWith(meter.direction, meter.modality, meter.use) != meter.id) {
      return false;
    }
  }
  return true;
}
static_assert(MeterWithFindsEveryTokenMeter());

// The enumerators of the header stand in the same order: `kMeterInputTokens` is "input_tokens".
constexpr bool SpellsAs(std::string_view enumerator, std::string_view name) {
  std::size_t at = std::string_view("kMeter").size();
  bool word_starts = true;
  for (char c : name) {
    if (c == '_') {
      word_starts = true;
      continue;
    }
    const char want = word_starts && c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c;
    if (at == enumerator.size() || enumerator[at] != want) return false;
    word_starts = false;
    ++at;
  }
  return at == enumerator.size();
}
#define TOKENTRA_CHECK_METER(id) static_assert(SpellsAs(#id, kMeters[id - 1].name));
TOKENTRA_CHECK_METER(kMeterInputTokens)
TOKENTRA_CHECK_METER(kMeterOutputTokens)
TOKENTRA_CHECK_METER(kMeterCacheReadTokens)
TOKENTRA_CHECK_METER(kMeterCacheWriteTokens)
TOKENTRA_CHECK_METER(kMeterCacheWrite5mTokens)
TOKENTRA_CHECK_METER(kMeterCacheWrite1hTokens)
TOKENTRA_CHECK_METER(kMeterInputTextTokens)
TOKENTRA_CHECK_METER(kMeterOutputTextTokens)
TOKENTRA_CHECK_METER(kMeterCacheTextReadTokens)
TOKENTRA_CHECK_METER(kMeterCacheTextWriteTokens)
TOKENTRA_CHECK_METER(kMeterCacheTextWrite5mTokens)
TOKENTRA_CHECK_METER(kMeterCacheTextWrite1hTokens)
TOKENTRA_CHECK_METER(kMeterInputAudioTokens)
TOKENTRA_CHECK_METER(kMeterOutputAudioTokens)
TOKENTRA_CHECK_METER(kMeterCacheAudioReadTokens)
TOKENTRA_CHECK_METER(kMeterCacheAudioWriteTokens)
TOKENTRA_CHECK_METER(kMeterCacheAudioWrite5mTokens)
TOKENTRA_CHECK_METER(kMeterCacheAudioWrite1hTokens)
TOKENTRA_CHECK_METER(kMeterInputImageTokens)
TOKENTRA_CHECK_METER(kMeterOutputImageTokens)
TOKENTRA_CHECK_METER(kMeterCacheImageReadTokens)
TOKENTRA_CHECK_METER(kMeterCacheImageWriteTokens)
TOKENTRA_CHECK_METER(kMeterCacheImageWrite5mTokens)
TOKENTRA_CHECK_METER(kMeterCacheImageWrite1hTokens)
TOKENTRA_CHECK_METER(kMeterInputVideoTokens)
TOKENTRA_CHECK_METER(kMeterOutputVideoTokens)
TOKENTRA_CHECK_METER(kMeterCacheVideoReadTokens)
TOKENTRA_CHECK_METER(kMeterCacheVideoWriteTokens)
TOKENTRA_CHECK_METER(kMeterCacheVideoWrite5mTokens)
TOKENTRA_CHECK_METER(kMeterCacheVideoWrite1hTokens)
TOKENTRA_CHECK_METER(kMeterInputToolTokens)
TOKENTRA_CHECK_METER(kMeterInputTextToolTokens)
TOKENTRA_CHECK_METER(kMeterInputAudioToolTokens)
TOKENTRA_CHECK_METER(kMeterInputImageToolTokens)
TOKENTRA_CHECK_METER(kMeterInputVideoToolTokens)
TOKENTRA_CHECK_METER(kMeterOutputReasoningTokens)
TOKENTRA_CHECK_METER(kMeterOutputTextReasoningTokens)
TOKENTRA_CHECK_METER(kMeterOutputAudioReasoningTokens)
TOKENTRA_CHECK_METER(kMeterOutputImageReasoningTokens)
TOKENTRA_CHECK_METER(kMeterOutputVideoReasoningTokens)
TOKENTRA_CHECK_METER(kMeterOutputCitationTokens)
TOKENTRA_CHECK_METER(kMeterOutputTextCitationTokens)
TOKENTRA_CHECK_METER(kMeterOutputAudioCitationTokens)
TOKENTRA_CHECK_METER(kMeterOutputImageCitationTokens)
TOKENTRA_CHECK_METER(kMeterOutputVideoCitationTokens)
TOKENTRA_CHECK_METER(kMeterInputCharacters)
TOKENTRA_CHECK_METER(kMeterInputTextMessages)
TOKENTRA_CHECK_METER(kMeterAudioMilliseconds)
TOKENTRA_CHECK_METER(kMeterInputAudioMilliseconds)
TOKENTRA_CHECK_METER(kMeterOutputAudioMilliseconds)
TOKENTRA_CHECK_METER(kMeterInputPixels)
TOKENTRA_CHECK_METER(kMeterInputDocumentPages)
TOKENTRA_CHECK_METER(kMeterInputAnnotatedDocumentPages)
TOKENTRA_CHECK_METER(kMeterRerankSearches)
TOKENTRA_CHECK_METER(kMeterWebSearches)
TOKENTRA_CHECK_METER(kMeterSocialSearches)
TOKENTRA_CHECK_METER(kMeterStorageSearches)
TOKENTRA_CHECK_METER(kMeterCodeExecutions)
TOKENTRA_CHECK_METER(kMeterRequests)
TOKENTRA_CHECK_METER(kMeterMapSearches)
TOKENTRA_CHECK_METER(kMeterInputImages)
TOKENTRA_CHECK_METER(kMeterOutputImages)
TOKENTRA_CHECK_METER(kMeterOutputMegapixels)
TOKENTRA_CHECK_METER(kMeterOutputCharacters)
TOKENTRA_CHECK_METER(kMeterInputVideoMilliseconds)
TOKENTRA_CHECK_METER(kMeterOutputVideoMilliseconds)
TOKENTRA_CHECK_METER(kMeterOutputAudioClips)
TOKENTRA_CHECK_METER(kMeterSessionMilliseconds)
TOKENTRA_CHECK_METER(kMeterSearchQueries)
TOKENTRA_CHECK_METER(kMeterSearchResults)
TOKENTRA_CHECK_METER(kMeterPageFetches)
TOKENTRA_CHECK_METER(kMeterGroundedPrompts)
TOKENTRA_CHECK_METER(kMeterCodeSessions)
TOKENTRA_CHECK_METER(kMeterDocumentCredits)
TOKENTRA_CHECK_METER(kMeterStorageGbDays)
TOKENTRA_CHECK_METER(kMeterCacheStorageTokenHours)
TOKENTRA_CHECK_METER(kMeterGuardrailContentPolicyUnits)
TOKENTRA_CHECK_METER(kMeterGuardrailTopicPolicyUnits)
TOKENTRA_CHECK_METER(kMeterGuardrailContextualGroundingUnits)
TOKENTRA_CHECK_METER(kMeterGuardrailSensitiveInformationUnits)
TOKENTRA_CHECK_METER(kMeterGuardrailContentPolicyImageUnits)
TOKENTRA_CHECK_METER(kMeterGuardrailAutomatedReasoningUnits)
TOKENTRA_CHECK_METER(kMeterGuardrailWordPolicyUnits)
TOKENTRA_CHECK_METER(kMeterGuardrailSensitiveInformationFreeUnits)
#undef TOKENTRA_CHECK_METER

constexpr std::string_view kAtomNames[] = {
#define TOKENTRA_ATOM_NAME(id, name) name,
    TOKENTRA_ATOMS(TOKENTRA_ATOM_NAME)
#undef TOKENTRA_ATOM_NAME
};

// Names are found in an open-addressing table. Hashing samples a few bytes at places where meter
// names differ; a full comparison decides, so a poor hash costs time, never a wrong answer.
constexpr std::size_t kSlotCount = 256;

constexpr std::size_t HashName(std::string_view name) {
  const std::size_t size = name.size();
  if (size < 8) return size;
  std::uint32_t hash = static_cast<std::uint32_t>(size);
  const std::size_t places[] = {0, 5, 6, 7, size / 2 + 1, size - 8};
  for (std::size_t place : places) {
    hash = hash * 37 + static_cast<unsigned char>(name[place]);
  }
  hash ^= hash >> 15;
  return (hash ^ (hash >> 8)) % kSlotCount;
}

constexpr std::array<std::uint8_t, kSlotCount> MakeSlots() {
  std::array<std::uint8_t, kSlotCount> slots{};
  for (const MeterInfo& meter : kMeters) {
    std::size_t slot = HashName(meter.name);
    while (slots[slot] != 0) slot = (slot + 1) % kSlotCount;
    slots[slot] = static_cast<std::uint8_t>(meter.id);
  }
  return slots;
}

constexpr std::array<std::uint8_t, kSlotCount> kSlots = MakeSlots();

constexpr std::size_t LongestProbe() {
  std::size_t longest = 0;
  for (const MeterInfo& meter : kMeters) {
    std::size_t probes = 1;
    std::size_t slot = HashName(meter.name);
    while (kSlots[slot] != meter.id) {
      slot = (slot + 1) % kSlotCount;
      ++probes;
    }
    if (probes > longest) longest = probes;
  }
  return longest;
}
static_assert(LongestProbe() <= 4, "choose other places to sample in HashName");

}  // namespace

std::span<const MeterInfo> Meters() { return kMeters; }

const MeterInfo* FindMeter(MeterId id) {
  return id >= 1 && id <= kMeterCount ? &kMeters[id - 1U] : nullptr;
}

const MeterInfo* FindMeter(std::string_view name) {
  std::size_t slot = HashName(name);
  while (kSlots[slot] != 0) {
    const MeterInfo& meter = kMeters[kSlots[slot] - 1U];
    if (meter.name == name) return &meter;
    slot = (slot + 1) % kSlotCount;
  }
  return nullptr;
}

std::string_view AtomName(Atom atom) {
  assert(static_cast<std::size_t>(atom) < kAtomCount);
  return kAtomNames[static_cast<std::size_t>(atom)];
}

std::string_view NearestMeterName(std::string_view name) {
  const MeterInfo* nearest = &kMeters[0];
  std::size_t nearest_edits = EditDistance(name, nearest->name);
  for (const MeterInfo& meter : kMeters) {
    const std::size_t edits = EditDistance(name, meter.name);
    if (edits < nearest_edits) {
      nearest = &meter;
      nearest_edits = edits;
    }
  }
  return nearest->name;
}

const MeterInfo* FindMeterInSeconds(std::string_view name) {
  constexpr std::string_view kSeconds = "seconds";
  if (!name.ends_with(kSeconds)) return nullptr;
  for (const MeterInfo& meter : kMeters) {
    if (!meter.name.ends_with("_milliseconds")) continue;
    const std::string_view stem = meter.name.substr(0, meter.name.size() - 12);
    if (name.substr(0, name.size() - kSeconds.size()) == stem) return &meter;
  }
  return nullptr;
}

}  // namespace tokentra
