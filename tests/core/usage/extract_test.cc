// Method: tests/vectors/extract/*.jsonl, which every language runs, are run here through the core:
// recorded bodies and one vector for each trap. For every vector two properties hold besides: the
// extracted usage read again by the strict rule gives the extracted atoms, and no mutilation of a
// body crashes or yields a usage that contradicts itself.

#include "core/usage/extract.h"

#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace tokentra {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Json = nlohmann::json;

struct Vector {
  std::string file;
  Json json;
};

std::vector<Vector> ReadVectors() {
  std::vector<Vector> vectors;
  const std::filesystem::path root = TOKENTRA_SOURCE_DIR;
  for (const auto& entry : std::filesystem::directory_iterator(root / "tests/vectors/extract")) {
    std::ifstream file(entry.path());
    for (std::string line; std::getline(file, line);) {
      vectors.push_back({entry.path().filename().string(), Json::parse(line)});
    }
  }
  return vectors;
}

absl::StatusOr<Extraction> Extract(const Json& vector, const std::string& body) {
  return ExtractUsage(body, vector.at("provider").get<std::string>(),
                      vector.at("api").get<std::string>());
}

Json ToJson(const Usage& usage) {
  Json json = Json::object();
  for (const Quantity& item : usage.quantities()) {
    json[std::string(FindMeter(item.meter)->name)] = item.quantity;
  }
  return json;
}

Json ToJson(const Extraction& extraction) {
  Json json = {{"provider", extraction.provider}, {"api", extraction.api},
               {"model", extraction.model},       {"quality", QualityName(extraction.quality)},
               {"conditions", Json::object()},    {"parts", Json::array()}};
  for (const Condition& condition : extraction.conditions) {
    json["conditions"][condition.name] = condition.value;
  }
  for (const ExtractedPart& part : extraction.parts) {
    json["parts"].push_back({{"model", part.model}, {"usage", ToJson(part.usage)}});
  }
  return json;
}

std::string ToText(const Atoms& atoms) {
  std::string text;
  for (const AtomQuantity& item : atoms.items()) {
    text += std::string(AtomName(item.atom)) + '=' + std::to_string(item.quantity) + ' ';
  }
  return text;
}

// What holds for every extraction whatever the body is.
void ExpectSound(const Extraction& extraction) {
  EXPECT_LE(extraction.parts.size(), kPartsMax);
  EXPECT_EQ(extraction.quality == Quality::kExact, extraction.findings.empty());
  for (const ExtractedPart& part : extraction.parts) {
    const absl::StatusOr<Atoms> again = ToAtoms(part.usage, JoinRule::kError);
    ASSERT_TRUE(again.ok()) << again.status();
    EXPECT_EQ(ToText(*again), ToText(part.atoms));
  }
}

TEST(ExtractTest, Vectors) {
  const std::vector<Vector> vectors = ReadVectors();
  ASSERT_GT(vectors.size(), 200u);
  for (const auto& [file, vector] : vectors) {
    SCOPED_TRACE(file + ": " + vector.at("name").get<std::string>());
    Json expect = vector.at("expect");
    const absl::StatusOr<Extraction> extraction = Extract(vector, vector.at("body").dump());
    if (expect.contains("error")) {
      ASSERT_FALSE(extraction.ok());
      EXPECT_EQ(extraction.status().code(), absl::StatusCode::kInvalidArgument);
      EXPECT_THAT(std::string(extraction.status().message()),
                  HasSubstr(expect["error"].get<std::string>()));
      continue;
    }
    ASSERT_TRUE(extraction.ok()) << extraction.status();
    ExpectSound(*extraction);
    EXPECT_EQ(extraction->response_id, expect.value("response_id", ""));
    EXPECT_EQ(extraction->reported ? extraction->reported->ToString() : "",
              expect.value("reported", ""));
    if (expect.contains("finding")) {
      EXPECT_THAT(extraction->findings, Contains(HasSubstr(expect["finding"].get<std::string>())));
    }
    for (const char* optional : {"response_id", "reported", "finding"}) expect.erase(optional);
    EXPECT_EQ(ToJson(*extraction), expect);
  }
}

// Replaces, drops or nests a random element of a body.
void Mutate(Json* body, std::mt19937* random) {
  Json* at = body;
  for (int depth = 0; depth < 6 && at->is_structured() && !at->empty(); ++depth) {
    auto child = at->begin();
    std::advance(child, (*random)() % at->size());
    at = &*child;
    if ((*random)() % 4 == 0) break;
  }
  const Json replacements[] = {-1,
                               0,
                               1,
                               0.5,
                               7.0,
                               1e300,
                               "12",
                               "1e3",
                               "",
                               nullptr,
                               true,
                               Json::array(),
                               Json::object(),
                               Json::array({{{"modality", "AUDIO"}, {"tokenCount", 9}}}),
                               std::uint64_t{1} << 48,
                               ~std::uint64_t{0},
                               3000,
                               17};
  *at = replacements[(*random)() % std::size(replacements)];
}

TEST(ExtractTest, MutilatedBodiesStaySound) {
  constexpr unsigned kSeed = 20261015;
  SCOPED_TRACE(testing::Message() << "seed " << kSeed);
  std::mt19937 random(kSeed);
  int suspect = 0;
  for (const auto& [file, vector] : ReadVectors()) {
    for (int round = 0; round < 60; ++round) {
      Json body = vector.at("body");
      const int changes = 1 + static_cast<int>(random() % 3);
      for (int i = 0; i < changes; ++i) Mutate(&body, &random);
      SCOPED_TRACE(body.dump());
      const absl::StatusOr<Extraction> extraction = Extract(vector, body.dump());
      if (!extraction.ok()) continue;
      ExpectSound(*extraction);
      if (HasFailure()) return;
      suspect += extraction->quality == Quality::kSuspect;
    }
  }
  EXPECT_GT(suspect, 100);
}

TEST(ExtractTest, HostileText) {
  for (const std::string& body :
       {std::string(), std::string("{"), std::string("[1]"), std::string("nul"),
        std::string("{\"usage\":\"\xff\"}"), std::string("{\0}", 3), std::string(5000, '['),
        "{\"usage\":{\"prompt_tokens\":" + std::string(400, '9') + "}}"}) {
    EXPECT_FALSE(ExtractUsage(body, "openai", "").ok()) << body.substr(0, 40);
  }
  std::string deep = "{\"usage\":";
  for (int i = 0; i < 900; ++i) deep += "{\"usage\":";
  deep += "1" + std::string(901, '}');
  EXPECT_TRUE(ExtractUsage(deep, "openai", "").ok());
  const std::string long_name(600, 'm');
  const auto extraction = ExtractUsage(
      Json{{"model", long_name}, {"usage", {{"prompt_tokens", 1}, {"completion_tokens", 1}}}}
          .dump(),
      "openai", "");
  ASSERT_TRUE(extraction.ok());
  EXPECT_EQ(extraction->model, "");
  EXPECT_THAT(extraction->findings, ElementsAre("model is 600 bytes long; left out"));
}

TEST(ExtractTest, FlavoursOfProviders) {
  EXPECT_THAT(ExtractorApis("anthropic"), ElementsAre("messages", "chat", "responses"));
  EXPECT_TRUE(ExtractorApis("nobody").empty());
  // Naming the flavour that is detected changes nothing.
  for (const auto& [file, vector] : ReadVectors()) {
    if (vector.at("expect").contains("error")) continue;
    Json named = vector;
    named["api"] = vector.at("expect").at("api");
    const auto detected = Extract(vector, vector.at("body").dump());
    const auto asked = Extract(named, vector.at("body").dump());
    ASSERT_TRUE(detected.ok() && asked.ok());
    EXPECT_EQ(ToJson(*detected), ToJson(*asked));
  }
}

}  // namespace
}  // namespace tokentra
