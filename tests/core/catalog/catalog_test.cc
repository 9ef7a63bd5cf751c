// Method: the built-in catalog: names of real calls with the match they must have, and suffixes
// that must match nothing; the normaliser step by step on a small catalog. Two properties over the
// whole built-in catalog: every id and alias resolves to its own model, and no earlier call changes
// a later answer (one catalog asked at random against a fresh one for each question).

#include "core/catalog/catalog.h"

#include <random>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/catalog/catalog_testing.h"

namespace tokentra {
namespace {

using catalog_test::CatalogOf;
using catalog_test::Model;
using catalog_test::PlainRow;
using catalog_test::Provider;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const InstantNs kNow = *ParseInstant("2026-10-15T12:00:00Z");

// "exact gpt-4o", "none".
std::string Answer(const Catalog& catalog, const Resolution& resolution) {
  std::string answer(MatchKindName(resolution.match));
  if (resolution.match != MatchKind::kNone) {
    absl::StrAppend(&answer, " ", catalog.ModelId(resolution.model));
  }
  for (const PinnedCondition& pin : resolution.pinned()) {
    absl::StrAppend(&answer, " ", pin.name, "=", pin.value);
  }
  return answer;
}

TEST(BuiltinCatalogTest, KindsOfMatches) {
  const auto catalog = Catalog::Builtin();
  const struct {
    const char* provider;
    const char* model;
    const char* answer;
  } kCases[] = {
      {"openai", "gpt-4o", "exact gpt-4o"},
      {"openai", "gpt-4o-2024-08-06", "alias gpt-4o"},
      {"openai", "text-ada-001", "alias ada"},
      {"openai", "ft:babbage-002:acme::x1", "pattern ft:babbage-002"},
      {"openai", "GPT-4o", "normalized gpt-4o"},
      {"openai", "openai/gpt-4o", "normalized gpt-4o"},
      {"openai", "OpenAI/GPT-4o", "normalized gpt-4o"},
      {"anthropic", "claude-fable-5-20260601", "pattern claude-fable-5"},
      {"google", "models/gemini-1.5-flash-002", "normalized gemini-1.5-flash"},
      {"groq", "whisper-large-v3", "exact whisper-large-v3"},
      {"mistral", "codestral-latest", "alias codestral"},
      {"aws", "regional.amazon.nova-2-lite-v1:0", "alias amazon.nova-2-lite-v1:0 region=in-region"},
      {"nobody", "gpt-4o", "none"},
      {"OPENAI", "gpt-4o", "none"},
      {"", "gpt-4o", "none"},
      {"openai", "", "none"},
  };
  for (const auto& one : kCases) {
    EXPECT_EQ(Answer(*catalog, catalog->Resolve(one.provider, one.model, kNow)), one.answer)
        << one.provider << ' ' << one.model;
  }
}

// A suffix that nobody listed is another model, and the nearest ids are offered.
TEST(BuiltinCatalogTest, UnlistedSuffixesStayUnknown) {
  const auto catalog = Catalog::Builtin();
  for (const char* model : {"gpt-4o-turbo", "gpt-4o-", "gpt-4o-x", "gpt-4o-2", "gpt-4o-mini-turbo",
                            "gpt-4oo", "gpt-4o ", " gpt-4o", "gpt-4o\n", "gpt-4o-latest",
                            "gpt-4o-2024-01-01", "gpt-4o-2024-13-06", "gpt-4o-20240101", "xgpt-4o",
                            "azure/gpt-4o", "gpt-4o:free", "gpt-4o@latest", "gpt-4o-v1"}) {
    EXPECT_EQ(Answer(*catalog, catalog->Resolve("openai", model, kNow)), "none") << model;
    EXPECT_GE(catalog->Suggest("openai", model, 3).size(), 2u) << model;
  }
  for (const char* model : {"gpt-4oo", "gpt-4o ", "gpt-4o-2", "GPT_4o", "gpt4o"}) {
    EXPECT_THAT(catalog->Suggest("openai", model, 3), Contains("gpt-4o")) << model;
  }
  EXPECT_THAT(catalog->Suggest("opnai", "gpt-4o", 3), Contains("openai"));
  EXPECT_THAT(catalog->Suggest("openai", std::string(200, 'z'), 3), IsEmpty());
  EXPECT_LE(catalog->Suggest("openai", "gpt", 2).size(), 2u);
}

TEST(BuiltinCatalogTest, NameLengthLimit) {
  const auto catalog = Catalog::Builtin();
  const std::string prefix = "ft:babbage-002:";
  const auto match = [&](std::size_t size) {
    return catalog->Resolve("openai", prefix + std::string(size - prefix.size(), 'x'), kNow).match;
  };
  EXPECT_EQ(match(kModelNameMax - 1), MatchKind::kPattern);
  EXPECT_EQ(match(kModelNameMax), MatchKind::kPattern);
  EXPECT_EQ(match(kModelNameMax + 1), MatchKind::kNone);
  EXPECT_EQ(catalog->Resolve("openai", std::string(100'000, 'x'), kNow).match, MatchKind::kNone);
}

TEST(BuiltinCatalogTest, EveryNameResolvesToItsModel) {
  const auto catalog = Catalog::Builtin();
  const CatalogImage& image = catalog->image();
  std::size_t names = 0;
  for (const NameRecord& name : image.names) {
    ++names;
    const NameTermsRecord& terms = image.name_terms[name.terms];
    const bool unbounded = terms.interval.from == std::numeric_limits<InstantNs>::min();
    const InstantNs at = unbounded ? terms.interval.until - 1 : terms.interval.from;
    const Resolution resolution = catalog->Resolve(
        catalog->ProviderId(image.models[name.model].provider), image.Text(name.name), at);
    EXPECT_EQ(resolution.model, name.model) << image.Text(name.name);
    EXPECT_EQ(resolution.match, name.kind == NameKind::kId      ? MatchKind::kExact
                                : name.kind == NameKind::kAlias ? MatchKind::kAlias
                                                                : MatchKind::kNormalized);
    EXPECT_EQ(resolution.pin_count, terms.pins.count);
  }
  EXPECT_GT(names, 600u);
  EXPECT_EQ(catalog->digest().size(), 64u);
  EXPECT_EQ(catalog->as_of().size(), 10u);
}

TEST(BuiltinCatalogTest, ProvidersAreFoundAndNothingElse) {
  const auto catalog = Catalog::Builtin();
  std::size_t index = 0;
  for (const ProviderRecord& record : catalog->image().providers) {
    EXPECT_EQ(catalog->FindProvider(catalog->image().Text(record.id)), index++);
  }
  for (const char* id : {"", "open", "openaii", "zzz", "aaa"}) {
    EXPECT_EQ(catalog->FindProvider(id), std::nullopt) << id;
  }
}

// Names of all kinds: listed, altered by a byte, given prefixes and suffixes.
std::vector<std::pair<std::string, std::string>> Questions(std::mt19937& random,
                                                           std::size_t count) {
  const auto catalog = Catalog::Builtin();
  const CatalogImage& image = catalog->image();
  std::vector<std::pair<std::string, std::string>> listed;
  for (const NameRecord& name : image.names) {
    listed.emplace_back(catalog->ProviderId(image.models[name.model].provider),
                        image.Text(name.name));
  }
  const std::vector<std::string> prefixes = {"", "", "openai/", "models/", "us.", "eu.", "GPT-"};
  const std::vector<std::string> suffixes = {"",   "",        "-20250101", "-2025-01-01", "-v1:0",
                                             "-x", "@latest", "-latest",   "-mini"};
  std::vector<std::pair<std::string, std::string>> questions;
  while (questions.size() < count) {
    auto [provider, name] = listed[random() % listed.size()];
    if (random() % 8 == 0) provider = listed[random() % listed.size()].first;
    if (random() % 4 == 0) name[random() % name.size()] = static_cast<char>('a' + random() % 26);
    if (random() % 4 == 0) name[0] = static_cast<char>(std::toupper(name[0]));
    questions.emplace_back(provider, prefixes[random() % prefixes.size()] + name +
                                         suffixes[random() % suffixes.size()]);
  }
  return questions;
}

TEST(BuiltinCatalogTest, NoEarlierCallChangesALaterAnswer) {
  constexpr unsigned kSeed = 11;
  SCOPED_TRACE(testing::Message() << "seed " << kSeed);
  std::mt19937 random(kSeed);
  const auto questions = Questions(random, 500);
  const InstantNs instants[] = {kNow, kNoInstant, *ParseInstant("2026-05-21T23:45:00Z"), 0};
  const auto asked = Catalog::Builtin();
  std::size_t matched = 0;
  for (int i = 0; i < 20'000; ++i) {
    const auto& [provider, model] = questions[random() % questions.size()];
    const InstantNs at = instants[random() % 4];
    const auto fresh = Catalog::Builtin();
    const std::string answer = Answer(*asked, asked->Resolve(provider, model, at));
    ASSERT_EQ(answer, Answer(*fresh, fresh->Resolve(provider, model, at)))
        << provider << ' ' << model;
    if (i % 50 == 0) {
      ASSERT_EQ(asked->Suggest(provider, model, 3), fresh->Suggest(provider, model, 3)) << model;
    }
    matched += answer == "none" ? 0 : 1;
  }
  EXPECT_GT(matched, 1'000u);
  EXPECT_LT(matched, 19'000u);
}

TEST(CatalogTest, AliasesMoveAndPin) {
  const auto catalog =
      CatalogOf({Provider(Model("a", PlainRow(),
                                R"("aliases": [{"id": "latest", "until": "2026-01-01T00:00:00Z"},
                           {"id": "eu.a", "conditions": {"region": "eu", "size": "big"}}])") +
                          "," +
                          Model("b", PlainRow(),
                                R"("aliases": [{"id": "latest", "from": "2026-01-01T00:00:00Z",
                                      "until": "2026-06-01T00:00:00Z"}])"))});
  const auto at = [&](InstantNs instant) {
    return Answer(*catalog, catalog->Resolve("acme", "latest", instant));
  };
  const InstantNs change = *ParseInstant("2026-01-01T00:00:00Z");
  const InstantNs end = *ParseInstant("2026-06-01T00:00:00Z");
  EXPECT_EQ(at(change - 1), "alias a");
  EXPECT_EQ(at(change), "alias b");
  EXPECT_EQ(at(end - 1), "alias b");
  EXPECT_EQ(at(end), "none");
  EXPECT_EQ(at(kNoInstant), "none");
  EXPECT_EQ(Answer(*catalog, catalog->Resolve("acme", "eu.a", kNoInstant)),
            "alias a region=eu size=big");
}

// Order: exact, alias, pattern, normalised; each is preferred to those after it.
TEST(CatalogTest, OrderOfMatching) {
  const auto catalog = CatalogOf({Provider(
      Model("m-20250101", PlainRow()) + "," +
          Model("m", PlainRow(), R"("patterns": ["m-{yyyymmdd}"], "aliases": ["m-20250102"])") +
          "," + Model("n", PlainRow()),
      R"("normalize": ["case", "date_suffix"])")});
  const auto answer = [&](std::string_view name) {
    return Answer(*catalog, catalog->Resolve("acme", name, kNow));
  };
  EXPECT_EQ(answer("m-20250101"), "exact m-20250101");
  EXPECT_EQ(answer("m-20250102"), "alias m");
  EXPECT_EQ(answer("m-20250103"), "pattern m");
  EXPECT_EQ(answer("n-20250103"), "normalized n");
  EXPECT_EQ(answer("N-20250103"), "normalized n");
  EXPECT_EQ(answer("M-20250101"), "normalized m-20250101");
  EXPECT_EQ(answer("n-20251303"), "none");
}

std::shared_ptr<const Catalog> WithSteps(std::string_view steps, std::string_view id,
                                         std::string_view extra = "",
                                         std::string_view provider = "acme") {
  return CatalogOf({Provider(Model(id, PlainRow(), extra),
                             absl::StrCat(R"("normalize": [)", steps, "]"), provider)});
}

TEST(NormalizerTest, EachStepAndNothingWithoutIt) {
  const struct {
    const char* provider;
    const char* step;
    const char* id;
    std::vector<const char*> reached;
    std::vector<const char*> other;
  } kCases[] = {
      {"acme", "case", "m.a-1", {"M.A-1", "m.A-1"}, {"m_a-1", "m.a-1 "}},
      {"acme",
       "provider_prefix",
       "m1",
       {"acme/m1"},
       {"acme/", "/m1", "acme/acme/m1", "models/m1", "acmes/m1", "ACME/m1", "acme/M1"}},
      {"google-vertex",
       "provider_prefix",
       "m1",
       {"google-vertex/m1", "google_vertex/m1", "vertex_ai/m1", "google/m1", "models/m1",
        "publishers/google/models/m1"},
       {"gemini/m1", "publishers/m1", "publishers//models/m1", "models//m1"}},
      {"acme",
       "bedrock_version",
       "v.m1",
       {"v.m1-v1:0", "v.m1-v1"},
       {"v.m1-v2", "v.m1-v12:34", "v.m1-v1:1", "v.m1-v", "v.m1-v:0", "v.m1-v1:", "v.m1v1:0",
        "v.m1-1", "v.m1-v1:0:1"}},
      {"acme",
       "vertex_version",
       "m1",
       {"m1@20250929", "m1@default", "m1@latest"},
       {"m1@", "m1@2025", "m1@newest", "@latest", "m1@202509290", "m1@latest@latest"}},
      {"acme",
       "date_suffix",
       "m1",
       {"m1-20250929", "m1-2025-09-29"},
       {"m1-", "m1-2025", "m120250929", "m1-20251329", "m1-2025-9-29", "m1-20250929-x"}},
  };
  for (const auto& one : kCases) {
    const auto with = WithSteps(absl::StrCat("\"", one.step, "\""), one.id, "", one.provider);
    const auto without = WithSteps("", one.id, "", one.provider);
    for (const char* name : one.reached) {
      EXPECT_EQ(Answer(*with, with->Resolve(one.provider, name, kNow)),
                absl::StrCat("normalized ", one.id))
          << name;
      EXPECT_EQ(without->Resolve(one.provider, name, kNow).match, MatchKind::kNone) << name;
    }
    for (const char* name : one.other) {
      EXPECT_EQ(with->Resolve(one.provider, name, kNow).match, MatchKind::kNone) << name;
    }
  }
}

TEST(NormalizerTest, BedrockProfilesPinTheRegion) {
  const auto catalog = WithSteps(R"("bedrock_profile", "bedrock_version")", "vendor.m1");
  const auto answer = [&](std::string_view name) {
    return Answer(*catalog, catalog->Resolve("acme", name, kNow));
  };
  for (const std::string geography :
       {"us", "eu", "apac", "us-gov", "au", "jp", "in", "ca", "sa", "global"}) {
    EXPECT_EQ(answer(geography + ".vendor.m1"), "normalized vendor.m1 region=" + geography);
    EXPECT_EQ(answer(geography + ".vendor.m1-v1:0"), "normalized vendor.m1 region=" + geography);
    EXPECT_EQ(answer("arn:aws:bedrock:us-east-1:123456789012:inference-profile/" + geography +
                     ".vendor.m1-v1:0"),
              "normalized vendor.m1 region=" + geography);
  }
  EXPECT_EQ(answer("arn:aws:bedrock:us-east-1::foundation-model/vendor.m1"),
            "normalized vendor.m1 region=us-east-1");
  EXPECT_EQ(answer("arn:aws:bedrock:us-east-1:1:application-inference-profile/vendor.m1"), "none");
  EXPECT_EQ(answer("us.m1"), "none");
  EXPECT_EQ(answer("mars.vendor.m1"), "none");
  EXPECT_EQ(answer("us.us.vendor.m1"), "none");
  EXPECT_EQ(answer("us..m1"), "none");
  EXPECT_EQ(answer("arn:aws:bedrock/"), "none");
  // Nothing found: nothing pinned.
  EXPECT_EQ(answer("us.vendor.m2"), "none");
}

// Where the provider has a tree of regions, the parts of a name that say one must agree.
TEST(NormalizerTest, RegionsOfANameAgreeOrMeanNothing) {
  const auto catalog =
      CatalogOf({Provider(Model("vendor.m1-v1:0", PlainRow()),
                          R"("normalize": ["provider_prefix", "bedrock_profile", "bedrock_version"],
         "regions": {"global": null, "us": null, "us-east-1": "us", "eu": null})",
                          "aws")});
  const struct {
    const char* name;
    const char* answer;
  } kCases[] = {
      {"us.vendor.m1-v1:0", "normalized vendor.m1-v1:0 region=us"},
      {"us.vendor.m1", "normalized vendor.m1-v1:0 region=us"},
      {"us.vendor.m1-v1", "normalized vendor.m1-v1:0 region=us"},
      {"us.vendor.m1-v2:0", "none"},
      {"vendor.m1-v1:1", "none"},
      {"bedrock/us-east-1/vendor.m1-v1:0", "normalized vendor.m1-v1:0 region=us-east-1"},
      {"bedrock/us-east-1/us.vendor.m1", "normalized vendor.m1-v1:0 region=us-east-1"},
      {"bedrock/us/us.vendor.m1", "normalized vendor.m1-v1:0 region=us"},
      {"bedrock/us-east-1/eu.vendor.m1-v1:0", "none"},
      {"bedrock/us-east-1/global.vendor.m1", "normalized vendor.m1-v1:0 region=global"},
      {"bedrock/mars-1/vendor.m1-v1:0", "none"},
      {"bedrock/us-east-1/1-month-commitment/vendor.m1-v1:0", "none"},
      {"bedrock/converse/vendor.m1-v1:0", "normalized vendor.m1-v1:0"},
      {"arn:aws:bedrock:us-east-1:1:inference-profile/us.vendor.m1-v1:0",
       "normalized vendor.m1-v1:0 region=us-east-1"},
      {"arn:aws:bedrock:us-east-1:1:inference-profile/eu.vendor.m1-v1:0", "none"},
      {"arn:aws:bedrock:us-east-1:1:inference-profile/global.vendor.m1-v1:0",
       "normalized vendor.m1-v1:0 region=global"},
      {"arn:aws:bedrock:mars-1::foundation-model/vendor.m1-v1:0",
       "normalized vendor.m1-v1:0 region=mars-1"},
      {"arn:aws:bedrock:mars-1:1:inference-profile/us.vendor.m1-v1:0", "none"},
      {"arn:aws:sagemaker:us-east-1:1:inference-profile/us.vendor.m1-v1:0", "none"},
  };
  for (const auto& one : kCases) {
    EXPECT_EQ(Answer(*catalog, catalog->Resolve("aws", one.name, kNow)), one.answer) << one.name;
  }
}

// As above where the id behind the path is an alias that pins the region itself.
TEST(NormalizerTest, RegionsOfAPathAndAnAliasAgreeOrMeanNothing) {
  const auto catalog = CatalogOf(
      {Provider(Model("vendor.m1", PlainRow(),
                      R"("aliases": [{"id": "us.vendor.m1", "conditions": {"region": "us"}},
                           {"id": "global.vendor.m1", "conditions": {"region": "global"}}])"),
                R"("normalize": ["case", "provider_prefix", "bedrock_profile", "bedrock_version"],
         "regions": {"global": null, "us": null, "us-east-1": "us", "eu": null})",
                "aws")});
  const struct {
    const char* name;
    const char* answer;
  } kCases[] = {
      {"bedrock/us-east-1/us.vendor.m1", "normalized vendor.m1 region=us-east-1"},
      {"bedrock/us-east-1/global.vendor.m1", "normalized vendor.m1 region=global"},
      {"bedrock/eu/us.vendor.m1", "none"},
      {"ARN:AWS:BEDROCK:US-EAST-1::FOUNDATION-MODEL/VENDOR.M1",
       "normalized vendor.m1 region=us-east-1"},
      {"ARN:AWS:BEDROCK:US-EAST-1:1:INFERENCE-PROFILE/US.VENDOR.M1",
       "normalized vendor.m1 region=us-east-1"},
  };
  for (const auto& one : kCases) {
    EXPECT_EQ(Answer(*catalog, catalog->Resolve("aws", one.name, kNow)), one.answer) << one.name;
  }
}

// A minor number is dropped only for the version that the list writes without one.
TEST(NormalizerTest, AMinorVersionIsNotAnother) {
  const auto catalog = CatalogOf({Provider(
      absl::StrCat(Model("vendor.m1-v2:1", PlainRow()), ",", Model("vendor.m3-v2", PlainRow())),
      R"("normalize": ["bedrock_version"])")});
  const auto answer = [&](std::string_view name) {
    return Answer(*catalog, catalog->Resolve("acme", name, kNow));
  };
  EXPECT_EQ(answer("vendor.m1-v2"), "normalized vendor.m1-v2:1");
  EXPECT_EQ(answer("vendor.m1-v2:0"), "none");
  EXPECT_EQ(answer("vendor.m3-v2:0"), "normalized vendor.m3-v2");
}

TEST(NormalizerTest, VertexPathsSayTheLocation) {
  const auto catalog = CatalogOf({Provider(Model("m1", PlainRow()),
                                           R"("normalize": ["provider_prefix", "vertex_version"],
         "regions": {"global": null, "us-east5": null})",
                                           "google-vertex")});
  const auto answer = [&](std::string_view name) {
    return Answer(*catalog, catalog->Resolve("google-vertex", name, kNow));
  };
  EXPECT_EQ(answer("publishers/anthropic/models/m1"), "normalized m1");
  EXPECT_EQ(answer("projects/p/locations/us-east5/publishers/anthropic/models/m1@20250929"),
            "normalized m1 region=us-east5");
  EXPECT_EQ(answer("projects/p/locations/global/publishers/google/models/m1"),
            "normalized m1 region=global");
  EXPECT_EQ(answer("projects/p/locations/us-east5/models/m1"), "none");
  EXPECT_EQ(answer("projects/p/locations/us-east5/publishers/anthropic/models/"), "none");
  EXPECT_EQ(answer("vertex_ai/m1@default"), "normalized m1");
}

// Lower case finds ids with upper case; two ids that differ only by case have no common spelling.
TEST(NormalizerTest, CaseIsFoldedBothWays) {
  const auto catalog =
      CatalogOf({Provider(Model("Vendor/Big-M", PlainRow()) + "," + Model("twin", PlainRow()) +
                              "," + Model("TWIN", PlainRow()) + "," + Model("Pair", PlainRow()) +
                              "," + Model("PAIR", PlainRow()),
                          R"("normalize": ["case"])")});
  const auto answer = [&](std::string_view name) {
    return Answer(*catalog, catalog->Resolve("acme", name, kNow));
  };
  EXPECT_EQ(answer("Vendor/Big-M"), "exact Vendor/Big-M");
  EXPECT_EQ(answer("vendor/big-m"), "normalized Vendor/Big-M");
  EXPECT_EQ(answer("VENDOR/BIG-M"), "normalized Vendor/Big-M");
  EXPECT_EQ(answer("twin"), "exact twin");
  EXPECT_EQ(answer("TWIN"), "exact TWIN");
  EXPECT_EQ(answer("Twin"), "normalized twin");
  EXPECT_EQ(answer("PAIR"), "exact PAIR");
  EXPECT_EQ(answer("pair"), "none");
  EXPECT_EQ(answer("pAIR"), "none");
}

// A date is dropped only where every listed snapshot of the family has one rate.
TEST(NormalizerTest, ADateThatDecidesIsNeverDropped) {
  const auto other =
      catalog_test::Row(R"("input_tokens": ["5", 1000000], "output_tokens": ["15", 1000000])");
  const auto catalog = CatalogOf(
      {Provider(Model("same", PlainRow(), R"("aliases": ["same-2024-01-01"])") + "," +
                    Model("same-2024-02-02", PlainRow()) + "," + Model("differs", PlainRow()) +
                    "," + Model("differs-20240101", other) + "," + Model("moved", PlainRow()) +
                    "," + Model("target", PlainRow(), R"("aliases": [{"id": "moved-2024-01-01",
            "until": "2026-01-01T00:00:00Z"}])"),
                R"("normalize": ["date_suffix", "vertex_version"])")});
  const auto answer = [&](std::string_view name) {
    return Answer(*catalog, catalog->Resolve("acme", name, kNow));
  };
  EXPECT_EQ(answer("same-2025-05-05"), "normalized same");
  EXPECT_EQ(answer("same@20250505"), "normalized same");
  EXPECT_EQ(answer("differs-20240101"), "exact differs-20240101");
  EXPECT_EQ(answer("differs-20250505"), "none");
  EXPECT_EQ(answer("differs@20250505"), "none");
  EXPECT_EQ(answer("differs@default"), "none");
  EXPECT_EQ(answer("moved-2025-05-05"), "none");
}

TEST(CatalogTest, AMovingAliasNeedsTheInstant) {
  const auto catalog = CatalogOf(
      {Provider(Model("old", PlainRow(),
                      R"("aliases": [{"id": "latest", "until": "2026-06-01T00:00:00Z"}])") +
                    "," +
                    Model("new", PlainRow(),
                          R"("aliases": [{"id": "latest", "from": "2026-06-01T00:00:00Z"}])"),
                R"("normalize": ["case"])")});
  EXPECT_TRUE(catalog->Resolve("acme", "latest", kNoInstant).instant_needed);
  EXPECT_EQ(catalog->Resolve("acme", "latest", kNoInstant).match, MatchKind::kNone);
  EXPECT_TRUE(catalog->Resolve("acme", "LATEST", kNoInstant).instant_needed);
  EXPECT_FALSE(catalog->Resolve("acme", "later", kNoInstant).instant_needed);
  EXPECT_FALSE(catalog->Resolve("acme", "latest", kNow).instant_needed);
}

TEST(NormalizerTest, StepsAddUpInTheirOrder) {
  const auto catalog =
      WithSteps(R"("date_suffix", "case", "provider_prefix", "vertex_version")", "m1");
  EXPECT_EQ(Answer(*catalog, catalog->Resolve("acme", "ACME/M1-20250929@latest", kNow)),
            "normalized m1");
  // The version goes before the date, not after it.
  EXPECT_EQ(catalog->Resolve("acme", "m1@latest-20250929", kNow).match, MatchKind::kNone);
}

TEST(NormalizerTest, AFamilyMayRefuseItsDates) {
  const auto catalog = WithSteps(R"("date_suffix", "case")", "m1", R"("dated_snapshots": false)");
  EXPECT_EQ(catalog->Resolve("acme", "m1-20250929", kNow).match, MatchKind::kNone);
  EXPECT_EQ(catalog->Resolve("acme", "M1", kNow).match, MatchKind::kNormalized);
}

}  // namespace
}  // namespace tokentra
