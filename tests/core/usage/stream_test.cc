// Method: tests/vectors/streams/*.jsonl, which every language runs, are run here through the core:
// recorded streams, shortened, and one vector for each trap. Every stream is fed whole, byte by
// byte, cut in two at every byte, line by line without line ends, and what it gives must not
// change; the body that it makes, read as a body, must give the same usage.

#include "core/usage/stream.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace tokentra {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using Json = nlohmann::json;

struct StreamVector {
  std::string name;
  Json json;
  std::string bytes;

  absl::StatusOr<UsageStream> Open() const {
    return UsageStream::Open(json.at("provider").get<std::string>(),
                             json.at("api").get<std::string>(),
                             json.at("model").get<std::string>());
  }
};

const std::vector<StreamVector>& Vectors() {
  static const auto* const vectors = [] {
    auto* read = new std::vector<StreamVector>;
    const std::filesystem::path root = TOKENTRA_SOURCE_DIR;
    for (const auto& entry : std::filesystem::directory_iterator(root / "tests/vectors/streams")) {
      std::ifstream file(entry.path());
      for (std::string line; std::getline(file, line);) {
        StreamVector vector;
        vector.json = Json::parse(line);
        vector.name =
            entry.path().stem().string() + ": " + vector.json.at("name").get<std::string>();
        vector.bytes = vector.json.at("stream").get<std::string>();
        if (vector.json.at("encoding") == "base64") {
          std::string decoded;
          EXPECT_TRUE(absl::Base64Unescape(vector.bytes, &decoded)) << vector.name;
          vector.bytes = decoded;
        }
        read->push_back(std::move(vector));
      }
    }
    return read;
  }();
  return *vectors;
}

Json UsageJson(const Extraction& extraction) {
  Json parts = Json::array();
  for (const ExtractedPart& part : extraction.parts) {
    Json usage = Json::object();
    for (const Quantity& item : part.usage.quantities()) {
      usage[std::string(FindMeter(item.meter)->name)] = item.quantity;
    }
    parts.push_back({{"model", part.model}, {"usage", usage}});
  }
  return parts;
}

// Everything an extraction says.
std::string Described(const UsageStream& stream) {
  const absl::StatusOr<Extraction> usage = stream.Usage();
  if (!usage.ok()) return usage.status().ToString();
  Json json = {{"provider", usage->provider},
               {"api", usage->api},
               {"model", usage->model},
               {"id", usage->response_id},
               {"quality", QualityName(usage->quality)},
               {"findings", usage->findings},
               {"parts", UsageJson(*usage)}};
  for (const Condition& condition : usage->conditions) json[condition.name] = condition.value;
  if (usage->reported) json["reported"] = usage->reported->ToString();
  return json.dump();
}

std::string DescribedInPieces(const StreamVector& vector, std::size_t size) {
  absl::StatusOr<UsageStream> stream = vector.Open();
  if (!stream.ok()) return stream.status().ToString();
  std::string_view left = vector.bytes;
  while (!left.empty()) {
    stream->Feed(left.substr(0, size));
    left.remove_prefix(std::min(size, left.size()));
  }
  return Described(*stream);
}

TEST(StreamTest, Vectors) {
  ASSERT_GT(Vectors().size(), 110u);
  for (const StreamVector& vector : Vectors()) {
    SCOPED_TRACE(vector.name);
    const Json& expect = vector.json.at("expect");
    absl::StatusOr<UsageStream> stream = vector.Open();
    if (expect.contains("error")) {
      EXPECT_FALSE(stream.ok());
      continue;
    }
    ASSERT_TRUE(stream.ok()) << stream.status();
    stream->Feed(vector.bytes);
    const absl::StatusOr<Extraction> usage = stream->Usage();
    ASSERT_TRUE(usage.ok()) << usage.status();
    EXPECT_EQ(usage->provider, expect.at("provider"));
    EXPECT_EQ(usage->api, expect.at("api"));
    EXPECT_EQ(usage->model, expect.at("model"));
    EXPECT_EQ(QualityName(usage->quality), expect.at("quality"));
    EXPECT_EQ(usage->quality == Quality::kExact, usage->findings.empty());
    EXPECT_EQ(UsageJson(*usage), expect.at("parts"));
    EXPECT_EQ(usage->response_id, expect.value("response_id", ""));
    EXPECT_EQ(usage->reported ? usage->reported->ToString() : "", expect.value("reported", ""));
    Json conditions = Json::object();
    for (const Condition& condition : usage->conditions) {
      conditions[condition.name] = condition.value;
    }
    EXPECT_EQ(conditions, expect.at("conditions"));
    if (expect.contains("finding")) {
      EXPECT_THAT(usage->findings, Contains(HasSubstr(expect["finding"].get<std::string>())));
    }
    for (const ExtractedPart& part : usage->parts) {
      EXPECT_TRUE(ToAtoms(part.usage, JoinRule::kError).ok());
    }
  }
}

TEST(StreamTest, PiecesOfAnySizeGiveTheSame) {
  for (const StreamVector& vector : Vectors()) {
    SCOPED_TRACE(vector.name);
    const std::string whole = DescribedInPieces(vector, vector.bytes.size() + 1);
    for (const std::size_t size : {1, 2, 3, 5, 7, 16, 61, 1021}) {
      EXPECT_EQ(DescribedInPieces(vector, size), whole) << "pieces of " << size;
    }
  }
}

// Work grows with the square of a stream: long ones are for scripts/prove, which raises the limit.
// (Above, pieces of one byte cut every stream at every byte.)
TEST(StreamTest, CutAtEveryByteGivesTheSame) {
  const char* const limit = std::getenv("TOKENTRA_STREAM_BYTES");
  const std::size_t bytes_max = limit == nullptr ? 1500 : std::strtoul(limit, nullptr, 10);
  int streams = 0;
  for (const StreamVector& vector : Vectors()) {
    if (vector.bytes.size() > bytes_max) continue;
    ++streams;
    SCOPED_TRACE(vector.name);
    const std::string whole = DescribedInPieces(vector, vector.bytes.size() + 1);
    const std::string_view bytes = vector.bytes;
    for (std::size_t at = 1; at < bytes.size(); ++at) {
      absl::StatusOr<UsageStream> stream = vector.Open();
      if (!stream.ok()) break;
      stream->Feed(bytes.substr(0, at));
      stream->Feed(bytes.substr(at));
      ASSERT_EQ(Described(*stream), whole) << "cut at " << at;
    }
  }
  EXPECT_GT(streams, 40);
}

// Whatever has arrived gives a usage that holds together, and asking changes nothing.
TEST(StreamTest, EveryPrefixIsSound) {
  for (const StreamVector& vector : Vectors()) {
    SCOPED_TRACE(vector.name);
    absl::StatusOr<UsageStream> stream = vector.Open();
    if (!stream.ok()) continue;
    for (const char byte : vector.bytes) {
      stream->Feed({&byte, 1});
      if (byte != '\n' && byte != '}') continue;
      const absl::StatusOr<Extraction> usage = stream->Usage();
      if (!usage.ok()) continue;
      for (const ExtractedPart& part : usage->parts) {
        ASSERT_TRUE(ToAtoms(part.usage, JoinRule::kError).ok());
      }
    }
    EXPECT_EQ(Described(*stream), DescribedInPieces(vector, vector.bytes.size() + 1));
  }
}

TEST(StreamTest, LinesWithoutTheirEndsGiveTheSame) {
  int lines_fed = 0;
  for (const StreamVector& vector : Vectors()) {
    if (vector.json.at("encoding") != "text") continue;
    if (vector.bytes.find("data:") == std::string::npos) continue;
    if (vector.name.find("several data lines") != std::string::npos) continue;
    // A line that is no event by itself is one with the next when nothing says where it ends.
    if (vector.name.find("ends within its object") != std::string::npos) continue;
    if (vector.name.find("carriage returns alone") != std::string::npos) continue;
    SCOPED_TRACE(vector.name);
    absl::StatusOr<UsageStream> stream = vector.Open();
    if (!stream.ok()) continue;
    for (std::string_view line : absl::StrSplit(vector.bytes, '\n')) {
      if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
      stream->Feed(line);
      ++lines_fed;
    }
    EXPECT_EQ(Described(*stream), DescribedInPieces(vector, vector.bytes.size() + 1));
  }
  EXPECT_GT(lines_fed, 1000);
}

TEST(StreamTest, EventsOneByOneGiveTheSame) {
  for (const StreamVector& vector : Vectors()) {
    if (vector.json.at("encoding") != "text") continue;
    if (vector.json.at("expect").value("quality", "") != "exact") continue;
    if (vector.bytes.find("data:") == std::string::npos) continue;
    SCOPED_TRACE(vector.name);
    absl::StatusOr<UsageStream> stream = vector.Open();
    ASSERT_TRUE(stream.ok());
    bool one_line_each = true;
    for (std::string_view line : absl::StrSplit(vector.bytes, absl::ByAnyChar("\r\n"))) {
      if (!absl::ConsumePrefix(&line, "data:")) continue;
      if (line.find("[DONE]") != std::string_view::npos) continue;
      one_line_each = one_line_each && stream->FeedEvent(line).ok();
    }
    if (!one_line_each || stream->Body() == "{}") continue;
    EXPECT_EQ(Described(*stream), DescribedInPieces(vector, vector.bytes.size() + 1));
  }
}

TEST(StreamTest, TheBodyReadsAsTheStream) {
  for (const StreamVector& vector : Vectors()) {
    if (vector.json.at("expect").value("quality", "") != "exact") continue;
    if (vector.name.find("realtime") != std::string::npos) continue;  // answers are added up
    SCOPED_TRACE(vector.name);
    absl::StatusOr<UsageStream> stream = vector.Open();
    ASSERT_TRUE(stream.ok());
    stream->Feed(vector.bytes);
    const auto body = ExtractUsage(stream->Body(), vector.json.at("provider").get<std::string>(),
                                   vector.json.at("api").get<std::string>());
    ASSERT_TRUE(body.ok()) << body.status();
    Json parts = UsageJson(*body);
    for (Json& part : parts) {
      if (part["model"] == "") part["model"] = vector.json.at("model");
    }
    EXPECT_EQ(parts, vector.json.at("expect").at("parts"));
  }
}

TEST(StreamTest, AnEventMustBeAnObject) {
  absl::StatusOr<UsageStream> stream = UsageStream::Open("openai", "chat", "");
  ASSERT_TRUE(stream.ok());
  for (const char* text : {"", "[]", "1", "{", "{}{}", "{} x", "\"{}\"", "null"}) {
    EXPECT_EQ(stream->FeedEvent(text).code(), absl::StatusCode::kInvalidArgument) << text;
  }
  EXPECT_TRUE(stream->FeedEvent(" {}\n").ok());
  EXPECT_EQ(stream->Body(), "{}");
}

TEST(StreamTest, TextAndBinaryShowThemselves) {
  absl::StatusOr<UsageStream> stream = UsageStream::Open("aws", "", "m");
  ASSERT_TRUE(stream.ok());
  stream->Feed("");
  stream->Feed(R"({"metadata":{"usage":{"inputTokens":3,"outputTokens":4,"totalTokens":7}}})");
  const absl::StatusOr<Extraction> usage = stream->Usage();
  ASSERT_TRUE(usage.ok());
  EXPECT_EQ(usage->quality, Quality::kExact);
  EXPECT_EQ(usage->parts.at(0).usage.Get(kMeterInputTokens), 3u);
}

}  // namespace
}  // namespace tokentra
