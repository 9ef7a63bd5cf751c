// Method: table tests for each rule of `ToAtoms` and each error text; then an oracle that
// enumerates every filling of a small table cell by cell must agree with the solver on every
// combination of small quantities, present and absent; then properties on random usages.

#include "core/usage/usage.h"

#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tokentra {
namespace {

using ::testing::HasSubstr;

using Named = std::vector<std::pair<std::string_view, std::uint64_t>>;

Usage Make(const Named& quantities) {
  Usage usage;
  for (const auto& [name, quantity] : quantities) {
    const MeterInfo* meter = FindMeter(name);
    EXPECT_NE(meter, nullptr) << name;
    usage.Set(meter->id, quantity);
  }
  return usage;
}

std::string ToText(const Atoms& atoms) {
  std::string text;
  for (const AtomQuantity& item : atoms.items()) {
    if (!text.empty()) text += ' ';
    text += std::string(AtomName(item.atom)) + '=' + std::to_string(item.quantity);
  }
  return text;
}

std::string AtomsText(const Named& quantities, JoinRule joins = JoinRule::kError) {
  absl::StatusOr<Atoms> atoms = ToAtoms(Make(quantities), joins);
  return atoms.ok() ? ToText(*atoms) : "error: " + std::string(atoms.status().message());
}

TEST(ToAtomsTest, PlainCalls) {
  EXPECT_EQ(AtomsText({}), "");
  EXPECT_EQ(AtomsText({{"input_tokens", 1500}, {"output_tokens", 500}}), "input=1500 output=500");
  EXPECT_EQ(AtomsText({{"input_tokens", 0}}), "");
  EXPECT_EQ(AtomsText({{"input_tokens", 2600},
                       {"cache_read_tokens", 2000},
                       {"cache_write_tokens", 400},
                       {"output_tokens", 50},
                       {"output_reasoning_tokens", 20}}),
            "input=200 output=30 cache_read=2000 output_reasoning=20 cache_write=400");
  EXPECT_EQ(AtomsText({{"input_tokens", 100},
                       {"cache_write_tokens", 60},
                       {"cache_write_5m_tokens", 10},
                       {"cache_write_1h_tokens", 20}}),
            "input=40 cache_write=30 cache_write_5m=10 cache_write_1h=20");
}

TEST(ToAtomsTest, AbsentParentIsTheSumOfItsParts) {
  EXPECT_EQ(AtomsText({{"cache_read_tokens", 10}, {"cache_write_1h_tokens", 5}}),
            "cache_read=10 cache_write_1h=5");
  EXPECT_EQ(AtomsText({{"output_reasoning_tokens", 7}}), "output_reasoning=7");
  EXPECT_EQ(AtomsText({{"cache_audio_read_tokens", 7}}), "cache_audio_read=7");
  EXPECT_EQ(
      AtomsText(
          {{"input_audio_tokens", 30}, {"cache_read_tokens", 40}, {"cache_audio_read_tokens", 10}}),
      "cache_read=30 input_audio=20 cache_audio_read=10");
  EXPECT_EQ(AtomsText({{"input_annotated_document_pages", 3}}), "input_annotated_document_pages=3");
}

TEST(ToAtomsTest, OpenWholesAskOrAreTheSmallest) {
  const Named text = {{"input_text_tokens", 10}, {"cache_read_tokens", 4}};
  EXPECT_EQ(AtomsText(text),
            "error: input_tokens is needed: input_text_tokens 10 and cache_read_tokens 4 may "
            "overlap");
  EXPECT_EQ(AtomsText(text, JoinRule::kTextFirst), "input_text=6 cache_text_read=4");
  EXPECT_EQ(AtomsText({{"input_tokens", 14}, {"input_text_tokens", 10}, {"cache_read_tokens", 4}}),
            "input=4 input_text=6 cache_text_read=4");
  const Named writes = {{"cache_write_1h_tokens", 5}, {"cache_text_write_tokens", 4}};
  EXPECT_EQ(AtomsText(writes),
            "error: cache_write_tokens is needed: cache_text_write_tokens 4 and "
            "cache_write_1h_tokens 5 may overlap");
  EXPECT_EQ(AtomsText(writes, JoinRule::kTextFirst), "cache_write_1h=1 cache_text_write_1h=4");
  EXPECT_EQ(AtomsText({{"output_audio_tokens", 3}, {"output_reasoning_tokens", 9}}),
            "error: output_tokens is needed: output_audio_tokens 3 and output_reasoning_tokens 9 "
            "may overlap");
  // Two modalities share one use as far as it goes.
  const Named media = {
      {"input_audio_tokens", 3}, {"input_image_tokens", 3}, {"cache_read_tokens", 5}};
  EXPECT_EQ(AtomsText(media, JoinRule::kTextFirst),
            "cache_audio_read=3 input_image=1 cache_image_read=2");
  // Nothing is left to overlap: a zero, a stated join, a join that takes all of one part.
  EXPECT_EQ(AtomsText({{"input_text_tokens", 10}, {"cache_read_tokens", 0}}), "input_text=10");
  EXPECT_EQ(
      AtomsText(
          {{"input_text_tokens", 10}, {"cache_read_tokens", 4}, {"cache_text_read_tokens", 0}}),
      "cache_read=4 input_text=10");
  EXPECT_EQ(AtomsText({{"input_audio_tokens", 4},
                       {"cache_read_tokens", 6},
                       {"cache_audio_read_tokens", 4},
                       {"input_tool_tokens", 2}}),
            "cache_read=2 input_tool=2 cache_audio_read=4");
}

TEST(ToAtomsTest, WholeFamiliesBesideTokens) {
  EXPECT_EQ(AtomsText({{"input_document_pages", 5}, {"input_annotated_document_pages", 3}}),
            "input_document_pages=2 input_annotated_document_pages=3");
  EXPECT_EQ(AtomsText({{"audio_milliseconds", 100},
                       {"input_audio_milliseconds", 30},
                       {"output_audio_milliseconds", 50}}),
            "audio_milliseconds=20 input_audio_milliseconds=30 output_audio_milliseconds=50");
  EXPECT_EQ(AtomsText({{"web_searches", 2}, {"output_tokens", 1}, {"requests", 1}}),
            "output=1 web_searches=2 requests=1");
}

TEST(ToAtomsTest, JoinsThatBoundsDetermineAreTaken) {
  // All input is audio, so the cached part is.
  EXPECT_EQ(
      AtomsText({{"input_tokens", 50}, {"input_audio_tokens", 50}, {"cache_read_tokens", 20}}),
      "input_audio=30 cache_audio_read=20");
  // Everything is cached, so the audio is.
  EXPECT_EQ(
      AtomsText({{"input_tokens", 50}, {"input_audio_tokens", 30}, {"cache_read_tokens", 50}}),
      "cache_read=20 cache_audio_read=30");
  // Nothing is cached.
  EXPECT_EQ(AtomsText({{"input_tokens", 50}, {"input_audio_tokens", 30}, {"cache_read_tokens", 0}}),
            "input=20 input_audio=30");
  // What of the cache is audio is stated, and there is no other modality.
  EXPECT_EQ(AtomsText({{"input_tokens", 50},
                       {"input_audio_tokens", 30},
                       {"input_text_tokens", 20},
                       {"cache_read_tokens", 25},
                       {"cache_audio_read_tokens", 10}}),
            "input_text=5 cache_text_read=15 input_audio=20 cache_audio_read=10");
}

TEST(ToAtomsTest, TextAndUnspecifiedCountAsOne) {
  EXPECT_EQ(
      AtomsText({{"input_tokens", 100}, {"input_text_tokens", 60}, {"cache_read_tokens", 70}}),
      "input=30 cache_read=10 cache_text_read=60");
  EXPECT_EQ(
      AtomsText(
          {{"output_tokens", 71}, {"output_text_tokens", 12}, {"output_reasoning_tokens", 59}}),
      "output=12 output_reasoning=47 output_text_reasoning=12");
  // A stated zero keeps them apart.
  EXPECT_EQ(AtomsText({{"output_tokens", 71},
                       {"output_text_tokens", 12},
                       {"output_reasoning_tokens", 59},
                       {"output_text_reasoning_tokens", 0}}),
            "output_reasoning=59 output_text=12");
}

TEST(ToAtomsTest, OpenJoinsAskOrFollowTheRule) {
  const Named open = {{"input_tokens", 100}, {"input_audio_tokens", 30}, {"cache_read_tokens", 40}};
  EXPECT_EQ(AtomsText(open),
            "error: cache_audio_read_tokens is missing: how much of cache_read_tokens 40 is part "
            "of input_audio_tokens 30 cannot be derived");
  EXPECT_EQ(AtomsText(open, JoinRule::kTextFirst), "input=30 cache_read=40 input_audio=30");
  const Named spill = {
      {"input_tokens", 100}, {"input_audio_tokens", 90}, {"cache_read_tokens", 40}};
  EXPECT_EQ(AtomsText(spill, JoinRule::kTextFirst),
            "cache_read=10 input_audio=60 cache_audio_read=30");
  // Lifetimes of stated audio writes.
  const Named lifetimes = {{"input_tokens", 100},
                           {"cache_write_tokens", 50},
                           {"cache_write_5m_tokens", 20},
                           {"input_audio_tokens", 60},
                           {"cache_audio_write_tokens", 30}};
  EXPECT_THAT(AtomsText(lifetimes), HasSubstr("cache_audio_write_5m_tokens is missing"));
  EXPECT_EQ(AtomsText(lifetimes, JoinRule::kTextFirst),
            "input=20 cache_write_5m=20 input_audio=30 cache_audio_write=30");
}

TEST(ToAtomsTest, ContradictionsNameBothAndTheirValues) {
  EXPECT_EQ(AtomsText({{"input_tokens", 500}, {"cache_read_tokens", 600}}),
            "error: cache_read_tokens 600 is more than input_tokens 500");
  EXPECT_EQ(
      AtomsText({{"input_tokens", 500}, {"cache_read_tokens", 300}, {"cache_write_tokens", 300}}),
      "error: cache_read_tokens 300 and cache_write_tokens 300 are together more than "
      "input_tokens 500");
  EXPECT_EQ(
      AtomsText(
          {{"cache_write_tokens", 5}, {"cache_write_5m_tokens", 3}, {"cache_write_1h_tokens", 3}}),
      "error: cache_write_5m_tokens 3 and cache_write_1h_tokens 3 are together more than "
      "cache_write_tokens 5");
  EXPECT_EQ(AtomsText({{"output_tokens", 5}, {"output_reasoning_tokens", 6}}),
            "error: output_reasoning_tokens 6 is more than output_tokens 5");
  EXPECT_EQ(AtomsText({{"input_audio_tokens", 5}, {"cache_audio_read_tokens", 6}}),
            "error: cache_audio_read_tokens 6 is more than input_audio_tokens 5");
  EXPECT_EQ(AtomsText({{"input_tokens", 10}, {"input_audio_tokens", 6}, {"input_image_tokens", 6}}),
            "error: input_audio_tokens 6 and input_image_tokens 6 are together more than "
            "input_tokens 10");
  EXPECT_EQ(AtomsText({{"input_tokens", 100},
                       {"input_audio_tokens", 80},
                       {"cache_read_tokens", 80},
                       {"cache_audio_read_tokens", 10}}),
            "error: input_audio_tokens 80 and cache_read_tokens 80, with cache_audio_read_tokens "
            "10 in both, are together more than input_tokens 100");
  EXPECT_EQ(AtomsText({{"input_document_pages", 2}, {"input_annotated_document_pages", 3}}),
            "error: input_annotated_document_pages 3 is more than input_document_pages 2");
  EXPECT_EQ(AtomsText({{"audio_milliseconds", 2}, {"output_audio_milliseconds", 3}}),
            "error: output_audio_milliseconds 3 is more than audio_milliseconds 2");
  EXPECT_EQ(AtomsText({{"input_tokens", 5}, {"cache_write_1h_tokens", 9}}),
            "error: cache_write_1h_tokens 9 is more than input_tokens 5");
}

TEST(ToAtomsTest, LimitOfOneQuantity) {
  EXPECT_EQ(AtomsText({{"input_tokens", kQuantityMax - 1}}), "input=281474976710655");
  EXPECT_EQ(AtomsText({{"input_tokens", kQuantityMax}}), "input=281474976710656");
  EXPECT_EQ(AtomsText({{"input_tokens", kQuantityMax + 1}}),
            "error: input_tokens 281474976710657 is more than 281474976710656");
  EXPECT_EQ(AtomsText({{"input_audio_tokens", kQuantityMax + 1}}),
            "error: input_audio_tokens 281474976710657 is more than 281474976710656");
  EXPECT_EQ(AtomsText({{"cache_read_tokens", kQuantityMax}, {"cache_write_tokens", 1}}),
            "error: input_tokens 281474976710657, the sum of its parts, is more than "
            "281474976710656");
  EXPECT_EQ(AtomsText({{"input_audio_tokens", kQuantityMax}, {"input_image_tokens", 1}}),
            "error: input_tokens 281474976710657, the sum of its parts, is more than "
            "281474976710656");
}

TEST(ToAtomsTest, ErrorLeavesNoAtoms) {
  Atoms atoms;
  atoms.Append(Atom::kOutput, 3);
  EXPECT_FALSE(
      ToAtoms(Make({{"input_tokens", 1}, {"cache_read_tokens", 2}}), JoinRule::kError, &atoms)
          .ok());
  EXPECT_TRUE(atoms.empty());
}

TEST(UsageTest, SetReplacesAndAddSums) {
  Usage usage;
  EXPECT_FALSE(usage.Get(kMeterInputTokens).has_value());
  usage.Set(kMeterOutputTokens, 4);
  usage.Set(kMeterInputTokens, 0);
  usage.Set(kMeterOutputTokens, 5);
  EXPECT_TRUE(usage.Add(kMeterOutputTokens, 6));
  EXPECT_TRUE(usage.Add(kMeterRequests, 1));
  EXPECT_EQ(usage.Get(kMeterOutputTokens), 11u);
  EXPECT_EQ(usage.Get(kMeterInputTokens), 0u);
  ASSERT_EQ(usage.quantities().size(), 3u);
  EXPECT_EQ(usage.quantities()[0].meter, kMeterOutputTokens);
  EXPECT_FALSE(usage.Add(kMeterRequests, kQuantityMax));
  EXPECT_EQ(usage.Get(kMeterRequests), 1u);
  usage.Clear();
  EXPECT_TRUE(usage.empty());
  EXPECT_FALSE(usage.Has(kMeterRequests));
}

TEST(UsageTest, HoldsEveryMeterAtOnce) {
  Usage usage;
  for (const MeterInfo& meter : Meters()) usage.Set(meter.id, 0);
  const Usage copy = usage;
  EXPECT_EQ(copy.quantities().size(), Meters().size());
  EXPECT_EQ(ToText(*ToAtoms(copy, JoinRule::kError)), "");
}

}  // namespace
}  // namespace tokentra
