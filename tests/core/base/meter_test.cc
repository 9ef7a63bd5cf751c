// Method: the meter table against the laws that its header states, each over all pairs.

#include "core/base/meter.h"

#include <set>
#include <string>

#include "gtest/gtest.h"

namespace tokentra {
namespace {

TEST(MeterTest, IdsAreTheOrderOfTheTable) {
  ASSERT_EQ(Meters().size(), kMeterCount);
  MeterId id = 0;
  for (const MeterInfo& meter : Meters()) {
    EXPECT_EQ(meter.id, ++id);
    EXPECT_EQ(FindMeter(meter.id), &meter);
    EXPECT_EQ(FindMeter(meter.name), &meter);
    EXPECT_GT(meter.per, 0u);
  }
  EXPECT_EQ(FindMeter(MeterId{0}), nullptr);
  EXPECT_EQ(FindMeter(static_cast<MeterId>(kMeterCount + 1)), nullptr);
}

// These numbers stand in files and cross the C ABI: a change here is a change of format.
TEST(MeterTest, IdsNeverChange) {
  EXPECT_EQ(FindMeter("input_tokens")->id, 1);
  EXPECT_EQ(FindMeter("output_tokens")->id, 2);
  EXPECT_EQ(FindMeter("cache_read_tokens")->id, 3);
  EXPECT_EQ(FindMeter("cache_video_write_1h_tokens")->id, 30);
  EXPECT_EQ(FindMeter("input_tool_tokens")->id, 31);
  EXPECT_EQ(FindMeter("output_video_citation_tokens")->id, 45);
  EXPECT_EQ(FindMeter("audio_milliseconds")->id, 48);
  EXPECT_EQ(FindMeter("rerank_searches")->id, 54);
  EXPECT_EQ(FindMeter("requests")->id, 59);
  EXPECT_EQ(FindMeter("map_searches")->id, 60);
  EXPECT_EQ(FindMeter("guardrail_sensitive_information_free_units")->id, 84);
  EXPECT_EQ(static_cast<int>(Atom::kCacheWrite1h), 12);
  EXPECT_EQ(static_cast<int>(Atom::kCacheVideoWrite1h), 58);
  EXPECT_EQ(static_cast<int>(Atom::kGuardrailSensitiveInformationFreeUnits), 83);
}

TEST(MeterTest, RemaindersPairMetersWithAtoms) {
  AtomSet seen = 0;
  for (const MeterInfo& meter : Meters()) {
    EXPECT_NE(meter.atoms & AtomBit(meter.remainder), 0u) << meter.name;
    EXPECT_EQ(seen & AtomBit(meter.remainder), 0u) << meter.name;
    seen |= AtomBit(meter.remainder);
    // The remainder is in no meter that lies strictly inside.
    for (const MeterInfo& other : Meters()) {
      const bool inside = other.id != meter.id && (other.atoms & ~meter.atoms) == 0;
      if (!inside) continue;
      EXPECT_EQ(other.atoms & AtomBit(meter.remainder), 0u) << other.name;
    }
  }
  EXPECT_EQ(CountOf(seen), static_cast<int>(kAtomCount));
}

TEST(MeterTest, NamesOfAtomsAreThoseOfTheirMeters) {
  for (const MeterInfo& meter : Meters()) {
    std::string name(meter.name);
    if (meter.family == MeterFamily::kTokens)
      name.resize(name.size() - std::string("_tokens").size());
    EXPECT_EQ(AtomName(meter.remainder), name);
  }
}

TEST(MeterTest, AtomsFollowDimensions) {
  for (const MeterInfo& whole : Meters()) {
    for (const MeterInfo& part : Meters()) {
      if (whole.family != MeterFamily::kTokens || part.family != MeterFamily::kTokens) continue;
      const bool same_direction = whole.direction == part.direction;
      const bool modality =
          whole.modality == Modality::kUnspecified || whole.modality == part.modality;
      const bool lifetime = part.use == Use::kCacheWrite5m || part.use == Use::kCacheWrite1h;
      const bool use = whole.use == Use::kAny || whole.use == part.use ||
                       (whole.use == Use::kCacheWrite && lifetime);
      EXPECT_EQ((part.atoms & ~whole.atoms) == 0, same_direction && modality && use)
          << whole.name << ' ' << part.name;
    }
  }
  EXPECT_EQ(CountOf(FindMeter("input_tokens")->atoms), 30);
  EXPECT_EQ(CountOf(FindMeter("output_tokens")->atoms), 15);
  EXPECT_EQ(FindMeter("cache_audio_write_tokens")->atoms, AtomBit(Atom::kCacheAudioWrite) |
                                                              AtomBit(Atom::kCacheAudioWrite5m) |
                                                              AtomBit(Atom::kCacheAudioWrite1h));
  EXPECT_EQ(FindMeter("audio_milliseconds")->atoms, AtomBit(Atom::kAudioMilliseconds) |
                                                        AtomBit(Atom::kInputAudioMilliseconds) |
                                                        AtomBit(Atom::kOutputAudioMilliseconds));
  EXPECT_EQ(FindMeter("input_document_pages")->atoms,
            AtomBit(Atom::kInputDocumentPages) | AtomBit(Atom::kInputAnnotatedDocumentPages));
}

TEST(MeterTest, MeterWithFindsWhatExists) {
  EXPECT_EQ(MeterWith(Direction::kInput, Modality::kAudio, Use::kCacheWrite1h),
            kMeterCacheAudioWrite1hTokens);
  EXPECT_EQ(MeterWith(Direction::kOutput, Modality::kVideo, Use::kCitation),
            kMeterOutputVideoCitationTokens);
  EXPECT_EQ(MeterWith(Direction::kOutput, Modality::kAudio, Use::kCacheRead), 0);
  EXPECT_EQ(MeterWith(Direction::kInput, Modality::kText, Use::kReasoning), 0);
  EXPECT_EQ(MeterWith(Direction::kNone, Modality::kText, Use::kAny), 0);
}

TEST(MeterTest, UnknownNames) {
  for (const char* name : {"", "x", "input_token", "input_tokens ", "INPUT_TOKENS", "audio_seconds",
                           "completely_different_thing", "input_tokenz"}) {
    EXPECT_EQ(FindMeter(name), nullptr) << name;
  }
  EXPECT_EQ(NearestMeterName("input_token"), "input_tokens");
  EXPECT_EQ(NearestMeterName("cached_read_tokens"), "cache_read_tokens");
  EXPECT_FALSE(NearestMeterName("").empty());
  EXPECT_FALSE(NearestMeterName(std::string(300, 'z')).empty());
}

TEST(MeterTest, Seconds) {
  EXPECT_EQ(FindMeterInSeconds("audio_seconds"), FindMeter("audio_milliseconds"));
  EXPECT_EQ(FindMeterInSeconds("input_audio_seconds"), FindMeter("input_audio_milliseconds"));
  EXPECT_EQ(FindMeterInSeconds("output_audio_seconds"), FindMeter("output_audio_milliseconds"));
  EXPECT_EQ(FindMeterInSeconds("output_video_seconds"), FindMeter("output_video_milliseconds"));
  EXPECT_EQ(FindMeterInSeconds("session_seconds"), FindMeter("session_milliseconds"));
  for (const char* name : {"audio_milliseconds", "seconds", "_seconds", "video_seconds", ""}) {
    EXPECT_EQ(FindMeterInSeconds(name), nullptr) << name;
  }
}

}  // namespace
}  // namespace tokentra
