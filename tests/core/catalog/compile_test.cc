// Method: small catalogs, each about one rule of docs/catalog.md; what compiles is read back from
// the image row by row, what must not compile is refused with an error that names it. Limits are
// tried at one below, at and one above.

#include "core/catalog/compile.h"

#include <algorithm>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "core/catalog/magnitude.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/catalog/catalog_testing.h"

namespace tokentra {
namespace {

using catalog_test::Compile;
using catalog_test::ErrorOf;
using catalog_test::Model;
using catalog_test::PlainRow;
using catalog_test::Provider;
using catalog_test::Row;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

constexpr std::uint64_t kNoLimit = std::numeric_limits<std::uint64_t>::max();

// Rates of one compiled row as published texts, by meter.
std::map<std::string, std::string> RatesOf(const CatalogImage& image, const RowRecord& row) {
  std::map<std::string, std::string> rates;
  for (std::size_t i = 0; i < row.rate_count; ++i) {
    const RateRecord& rate = image.Rate(row, i);
    rates[std::string(FindMeter(rate.meter)->name)] = image.Text(rate.amount);
  }
  return rates;
}

// The rate that covers an atom in a row, by meter name; empty when none does.
std::string_view CoverOf(const CatalogImage& image, const RowRecord& row, Atom atom) {
  const std::uint8_t at = image.shapes[row.shape].rate_of_atom[static_cast<std::size_t>(atom)];
  if (at == kNoRate) return "";
  return FindMeter(image.Rate(row, at).meter)->name;
}

std::string Regions() {
  return R"("regions": {"global": null, "eu": "global", "de": "eu", "us": null})";
}

TEST(CompileTest, RowsThatOverlapAreRefusedNamingBoth) {
  const auto refused = [](std::string_view a, std::string_view b) {
    return ErrorOf({Provider(Model("m1", PlainRow(a) + "," + PlainRow(b)), Regions())});
  };
  const auto names_both = AllOf(HasSubstr("0.json: model \"m1\".price_rows[0]"),
                                HasSubstr("overlaps 0.json: model \"m1\".price_rows[1]"));
  EXPECT_THAT(refused("", ""), names_both);
  EXPECT_THAT(refused(R"("until": "2026-01-01T00:15:00Z")", R"("from": "2026-01-01T00:00:00Z")"),
              names_both);
  EXPECT_THAT(refused(R"("conditions": {"size": "big"})", R"("conditions": {"quality": "hd"})"),
              names_both);
  EXPECT_THAT(refused(R"("conditions": {"size": "big"})", R"("conditions": {"region": "eu"})"),
              names_both);
  EXPECT_THAT(refused(R"("conditions": {"region": {"not": "eu"}})",
                      R"("conditions": {"region": {"not": "us"}})"),
              names_both);
  EXPECT_THAT(refused(R"("conditions": {"region": "eu"})", R"("conditions": {"region": "eu"})"),
              names_both);
  EXPECT_THAT(refused(R"("conditions": {"service_tier": "standard"})", ""), names_both);
  // A row and a variant that says nothing else.
  EXPECT_THAT(ErrorOf({Provider(Model(
                  "m1", PlainRow(), R"("variants": [)" + PlainRow(R"("conditions": {})") + "]"))}),
              AllOf(HasSubstr("price_rows[0]"), HasSubstr("overlaps"), HasSubstr("variants[0]")));
}

TEST(CompileTest, RowsThatOneMoreSpecificOrNeverMeetCompile) {
  const auto compiles = [](std::string_view a, std::string_view b) {
    return Compile({Provider(Model("m1", PlainRow(a) + "," + PlainRow(b)), Regions())}).ok();
  };
  EXPECT_TRUE(compiles(R"("until": "2026-01-01T00:00:00Z")", R"("from": "2026-01-01T00:00:00Z")"));
  EXPECT_TRUE(compiles("", R"("conditions": {"size": "big"})"));
  EXPECT_TRUE(compiles(R"("conditions": {"size": "big"})", R"("conditions": {"size": "small"})"));
  EXPECT_TRUE(
      compiles(R"("conditions": {"size": "big"})", R"("conditions": {"size": "big", "q": "hd"})"));
  EXPECT_TRUE(compiles("", R"("conditions": {"region": "eu"})"));
  EXPECT_TRUE(
      compiles(R"("conditions": {"region": "global"})", R"("conditions": {"region": "de"})"));
  EXPECT_TRUE(compiles(R"("conditions": {"region": "eu"})", R"("conditions": {"region": "us"})"));
  EXPECT_TRUE(
      compiles(R"("conditions": {"region": {"not": "us"}})", R"("conditions": {"region": "de"})"));
  EXPECT_TRUE(
      compiles(R"("conditions": {"region": {"not": "eu"}})", R"("conditions": {"region": "eu"})"));
  EXPECT_TRUE(compiles("", R"("conditions": {"batch": true})"));
  EXPECT_TRUE(compiles("", R"("conditions": {"service_tier": "flex"})"));
}

TEST(CompileTest, CoverageIsTheMostSpecificRate) {
  const auto image = Compile({Provider(
      Model("m1", Row(R"("input_tokens": ["2", 1000000], "cache_read_tokens": ["1", 1000000],
                   "cache_write_tokens": ["3", 1000000],
                   "cache_write_1h_tokens": ["4", 1000000])")))});
  ASSERT_TRUE(image.ok()) << image.status();
  const CatalogImage view = image->View();
  const RowRecord& row = view.rows[0];
  EXPECT_EQ(CoverOf(view, row, Atom::kInput), "input_tokens");
  EXPECT_EQ(CoverOf(view, row, Atom::kInputAudio), "input_tokens");
  EXPECT_EQ(CoverOf(view, row, Atom::kCacheAudioRead), "cache_read_tokens");
  EXPECT_EQ(CoverOf(view, row, Atom::kCacheWrite5m), "cache_write_tokens");
  EXPECT_EQ(CoverOf(view, row, Atom::kCacheVideoWrite1h), "cache_write_1h_tokens");
  EXPECT_EQ(CoverOf(view, row, Atom::kOutput), "");
  EXPECT_EQ(CoverOf(view, row, Atom::kWebSearches), "");
}

TEST(CompileTest, UndecidedJoinsAreRefused) {
  const std::string rates = R"("input_tokens": ["2", 1000000], "cache_read_tokens": ["1", 1000000],
                               "input_audio_tokens": ["8", 1000000])";
  const auto with = [&](std::string_view extra) {
    return std::vector<std::string>{Provider(Model("m1", Row(rates, extra)))};
  };
  const auto undecided = AllOf(HasSubstr("price_rows[0]"), HasSubstr("cache_read_tokens"),
                               HasSubstr("input_audio_tokens"), HasSubstr("cache_audio_read"),
                               HasSubstr("joins must say"));
  EXPECT_THAT(ErrorOf(with("")), undecided);
  // A join that names neither decides nothing, nor does one of another atom.
  EXPECT_THAT(ErrorOf(with(R"("joins": {"cache_audio_read_tokens": "input_tokens"})")), undecided);
  EXPECT_THAT(ErrorOf(with(R"("joins": {"cache_audio_read_tokens": "output_tokens"})")), undecided);
  EXPECT_THAT(ErrorOf(with(R"("joins": {"cache_image_read_tokens": "cache_read_tokens"})")),
              undecided);
  for (const std::string chosen : {"cache_read_tokens", "input_audio_tokens"}) {
    const auto image = Compile(with(R"("joins": {"cache_audio_read_tokens": ")" + chosen + "\"}"));
    ASSERT_TRUE(image.ok()) << image.status();
    const CatalogImage view = image->View();
    EXPECT_EQ(CoverOf(view, view.rows[0], Atom::kCacheAudioRead), chosen);
    EXPECT_EQ(CoverOf(view, view.rows[0], Atom::kInputAudio), "input_audio_tokens");
    EXPECT_EQ(CoverOf(view, view.rows[0], Atom::kCacheRead), "cache_read_tokens");
  }
}

TEST(CompileTest, TheMostSpecificJoinCounts) {
  const auto image = Compile({Provider(Model(
      "m1", Row(R"("cache_write_tokens": ["1", 1000000], "input_audio_tokens": ["8", 1000000])",
                R"("joins": {"cache_audio_write_tokens": "cache_write_tokens",
                             "cache_audio_write_1h_tokens": "input_audio_tokens"})")))});
  ASSERT_TRUE(image.ok()) << image.status();
  const CatalogImage view = image->View();
  EXPECT_EQ(CoverOf(view, view.rows[0], Atom::kCacheAudioWrite), "cache_write_tokens");
  EXPECT_EQ(CoverOf(view, view.rows[0], Atom::kCacheAudioWrite5m), "cache_write_tokens");
  EXPECT_EQ(CoverOf(view, view.rows[0], Atom::kCacheAudioWrite1h), "input_audio_tokens");
}

TEST(CompileTest, MagnitudesAThousandTimesOffAreRefusedUnlessWaived) {
  ASSERT_EQ(kMagnitudeFactor, 1000);
  const auto file = [](std::string_view amount, std::string_view extra, int others) {
    std::string models =
        Model("odd", Row(absl::StrCat(R"("input_tokens": [")", amount, R"(", 1000000])")), extra);
    for (int i = 0; i < others; ++i) {
      models += "," + Model(absl::StrCat("m", i), Row(R"("input_tokens": ["1", 1000000])"));
    }
    return Provider(models);
  };
  for (const char* near : {"0", "0.001001", "1", "999", "999.999999999"}) {
    EXPECT_TRUE(Compile({file(near, "", 2)}).ok()) << near;
  }
  for (const char* far : {"1000", "1000.000001", "2500000", "0.001", "0.000001"}) {
    EXPECT_THAT(ErrorOf({file(far, "", 2)}),
                AllOf(HasSubstr("model \"odd\".price_rows[0]"), HasSubstr("rates.input_tokens"),
                      HasSubstr("1000 times off"), HasSubstr("waiver")));
    EXPECT_TRUE(Compile({file(far, R"("waivers": {"input_tokens": "it is so"})", 2)}).ok()) << far;
    EXPECT_FALSE(Compile({file(far, R"("waivers": {"output_tokens": "no"})", 2)}).ok()) << far;
    // Two rates have no median worth the name.
    EXPECT_TRUE(Compile({file(far, "", 1)}).ok()) << far;
  }
}

TEST(CompileTest, NamesBelongToOneModel) {
  const auto two = [](std::string_view extra_a, std::string_view b, std::string_view extra_b) {
    return std::vector<std::string>{
        Provider(Model("a", PlainRow(), extra_a) + "," + Model(b, PlainRow(), extra_b))};
  };
  const auto claimed = [](std::string_view name, std::string_view owner) {
    return HasSubstr(
        absl::StrCat("the name \"", name, "\" already belongs to model \"", owner, "\""));
  };
  EXPECT_THAT(ErrorOf(two("", "a", "")), claimed("a", "a"));
  EXPECT_THAT(ErrorOf(two("", "b", R"("aliases": ["a"])")),
              AllOf(HasSubstr("model \"b\""), claimed("a", "a")));
  EXPECT_THAT(ErrorOf(two(R"("aliases": ["x"])", "b", R"("aliases": ["x"])")), claimed("x", "a"));
  EXPECT_THAT(ErrorOf(two(R"("aliases": ["x", "x"])", "b", "")), claimed("x", "a"));
  const auto moving = [&](std::string_view from) {
    return two(R"("aliases": [{"id": "x", "until": "2026-01-01T00:00:00Z"}])", "b",
               absl::StrCat(R"("aliases": [{"id": "x", "from": ")", from, "\"}]"));
  };
  EXPECT_THAT(ErrorOf(moving("2025-12-31T23:45:00Z")), claimed("x", "a"));
  EXPECT_TRUE(Compile(moving("2026-01-01T00:00:00Z")).ok());
  // Two providers may use one name.
  EXPECT_TRUE(Compile({Provider(Model("a", PlainRow()), "", "p"),
                       Provider(Model("a", PlainRow()), "", "q")})
                  .ok());
  EXPECT_THAT(ErrorOf({Provider("", "", "p"), Provider("", "", "p")}),
              AllOf(HasSubstr("1.json"), HasSubstr("provider \"p\""), HasSubstr("0.json")));
  EXPECT_TRUE(Compile({Provider(Model(std::string(256, 'm'), PlainRow()))}).ok());
  EXPECT_THAT(ErrorOf({Provider(Model(std::string(257, 'm'), PlainRow()))}),
              HasSubstr("256 bytes"));
  EXPECT_THAT(ErrorOf(two(R"("patterns": ["a-{day}"])", "b", "")),
              AllOf(HasSubstr("model \"a\""), HasSubstr("a-{day}")));
}

TEST(CompileTest, VariantsLieOverTheRowsTheyMeet) {
  const std::string rows = PlainRow(R"("until": "2026-01-01T00:00:00Z")") + "," +
                           Row(R"("input_tokens": ["3", 1000000], "web_searches": ["10", 1000])",
                               R"("from": "2026-01-01T00:00:00Z")");
  const auto with = [&](std::string_view variant) {
    return std::vector<std::string>{
        Provider(Model("m1", rows, absl::StrCat(R"("variants": [)", variant, "]")), Regions())};
  };
  const auto image = Compile(with(Row(R"("output_tokens": ["9", 1000000])",
                                      R"("conditions": {"batch": true}, "remove": ["web_searches"],
                                         "from": "2025-06-01T00:00:00Z")")));
  ASSERT_TRUE(image.ok()) << image.status();
  const CatalogImage view = image->View();
  ASSERT_EQ(view.rows.size(), 4u);
  EXPECT_THAT(RatesOf(view, view.rows[2]),
              ElementsAre(Pair("input_tokens", "2.5"), Pair("output_tokens", "9")));
  EXPECT_EQ(view.Interval(view.rows[2]).from, *ParseInstant("2025-06-01T00:00:00Z"));
  EXPECT_EQ(view.Interval(view.rows[2]).until, *ParseInstant("2026-01-01T00:00:00Z"));
  EXPECT_EQ(view.rows[2].batch, 1);
  EXPECT_THAT(RatesOf(view, view.rows[3]),
              ElementsAre(Pair("input_tokens", "3"), Pair("output_tokens", "9")));
  EXPECT_EQ(view.Interval(view.rows[3]).from, *ParseInstant("2026-01-01T00:00:00Z"));

  EXPECT_THAT(
      ErrorOf({Provider(Model("m1", PlainRow(R"("until": "2026-01-01T00:00:00Z")"),
                              R"("variants": [)" + PlainRow(R"("conditions": {"batch": true},
                                              "from": "2026-01-01T00:00:00Z")") +
                                  "]"))}),
      AllOf(HasSubstr("variants[0]"), HasSubstr("meets no price row")));
  for (const char* condition :
       {R"("batch": true)", R"("service_tier": "flex")", R"("region": "eu")", R"("size": "big")"}) {
    const std::string conditions = absl::StrCat(R"("conditions": {)", condition, "}");
    EXPECT_THAT(ErrorOf({Provider(Model("m1", PlainRow(conditions),
                                        R"("variants": [)" + PlainRow(conditions) + "]"),
                                  Regions())}),
                HasSubstr("is already a condition of the price row"));
  }
}

TEST(CompileTest, RemovingAMeterRemovesItsRule) {
  const auto image = Compile({Provider(Model(
      "m1",
      Row(R"("audio_milliseconds": ["0.36", 3600000], "requests": ["1", 1000])",
          R"("billed": {"audio_milliseconds": {"minimum": 10000}})"),
      R"("variants": [)" +
          Row("", R"("conditions": {"batch": true}, "remove": ["audio_milliseconds"])") + "]"))});
  ASSERT_TRUE(image.ok()) << image.status();
  EXPECT_THAT(RatesOf(image->View(), image->rows[1]), ElementsAre(Pair("requests", "1")));
  EXPECT_THAT(ErrorOf({Provider(Model("m1", PlainRow(R"("billed": {"requests": {"step": 2}})")))}),
              AllOf(HasSubstr("billed: requests"), HasSubstr("has no rate")));
}

TEST(CompileTest, AVariantWithRatesOfAFreeRowIsNotFree) {
  const auto image = Compile({Provider(
      Model("m1", Row("", R"("free": true)"),
            R"("variants": [)" + PlainRow(R"("conditions": {"service_tier": "priority"})") + "," +
                Row("", R"("conditions": {"batch": true})") + "]"))});
  ASSERT_TRUE(image.ok()) << image.status();
  EXPECT_EQ(image->rows[0].free, 1);
  EXPECT_EQ(image->rows[1].free, 0);
  EXPECT_EQ(image->rows[2].free, 1);
}

// {"multiply": by} over one input rate: the resulting text, or the error.
std::string Multiplied(std::string_view rate, std::string_view by) {
  const auto image = Compile({Provider(Model(
      "m1", Row(absl::StrCat(R"("input_tokens": [")", rate, R"(", 1000000])")),
      absl::StrCat(R"("variants": [)",
                   Row("", absl::StrCat(R"("conditions": {"batch": true}, "multiply": [{"by": ")",
                                        by, R"(", "meters": ["input_tokens", "web_searches"]}])")),
                   "]")))});
  if (!image.ok()) return std::string(image.status().message());
  return RatesOf(image->View(), image->rows[1])["input_tokens"];
}

TEST(CompileTest, MultiplyIsExactOrRefused) {
  EXPECT_EQ(Multiplied("2.5", "1.1"), "2.75");
  EXPECT_EQ(Multiplied("0.075", "0.5"), "0.0375");
  EXPECT_EQ(Multiplied("2.50", "1"), "2.5");
  EXPECT_EQ(Multiplied("2.5", "0"), "0");
  EXPECT_EQ(Multiplied("1", "9"), "9");
  // Amount x factor passes 128 bits before it is divided.
  EXPECT_EQ(Multiplied("180", "1.1"), "198");
  EXPECT_EQ(Multiplied("99999999999999999990", "0.1"), "9999999999999999999");
  EXPECT_EQ(Multiplied("0.00000000000000001", "1.1"), "0.000000000000000011");
  EXPECT_THAT(Multiplied("0.000000000000000001", "1.1"),
              AllOf(HasSubstr("variants[0]"), HasSubstr("0.000000000000000001 x 1.1"),
                    HasSubstr("not exact")));
  EXPECT_THAT(Multiplied("99999999999999999999", "1.1"), HasSubstr("not exact"));
  EXPECT_THAT(Multiplied("1", "9.000000000000000001"), HasSubstr("above 9"));
}

TEST(CompileTest, MultiplyAndRatesReachEveryBand) {
  const auto image = Compile(
      {Provider(Model("m1",
                      Row(R"("input_tokens": ["2", 1000000], "output_tokens": ["10", 1000000])",
                          R"("bands": [{"above": {"input_tokens": 1000},
                        "rates": {"input_tokens": ["4", 1000000],
                                  "output_tokens": ["20", 1000000]}}])"),
                      R"("variants": [)" +
                          Row(R"("output_tokens": ["7", 1000000])",
                              R"("conditions": {"batch": true},
                 "multiply": [{"by": "0.5", "meters": ["input_tokens", "output_tokens"]}])") +
                          "]"))});
  ASSERT_TRUE(image.ok()) << image.status();
  const CatalogImage view = image->View();
  ASSERT_EQ(view.rows.size(), 4u);
  EXPECT_THAT(RatesOf(view, view.rows[2]),
              ElementsAre(Pair("input_tokens", "1"), Pair("output_tokens", "7")));
  EXPECT_THAT(RatesOf(view, view.rows[3]),
              ElementsAre(Pair("input_tokens", "2"), Pair("output_tokens", "7")));
}

TEST(CompileTest, BandsAreCutIntoDisjointRowsThatCoverEverything) {
  const auto image = Compile({Provider(
      Model("m1", Row(R"("input_tokens": ["1", 1000000], "output_tokens": ["5", 1000000])",
                      R"("bands": [
          {"above": {"input_tokens": 1000}, "rates": {"input_tokens": ["2", 1000000]}},
          {"at_least": {"input_tokens": 2000}, "rates": {"output_tokens": ["6", 1000000]}},
          {"above": {"output_tokens": 10}, "rates": {"output_tokens": ["7", 1000000]}}])")))});
  ASSERT_TRUE(image.ok()) << image.status();
  const CatalogImage view = image->View();
  ASSERT_EQ(view.rows.size(), 6u);
  const struct {
    std::uint64_t input_min, input_max, output_min, output_max;
    const char *input, *output;
  } kExpected[] = {
      {0, 1000, 0, 10, "1", "5"},        {0, 1000, 11, kNoLimit, "1", "7"},
      {1001, 1999, 0, 10, "2", "5"},     {1001, 1999, 11, kNoLimit, "2", "7"},
      {2000, kNoLimit, 0, 10, "2", "6"}, {2000, kNoLimit, 11, kNoLimit, "2", "7"},
  };
  for (std::size_t i = 0; i < 6; ++i) {
    const RowRecord& row = view.rows[i];
    EXPECT_EQ(view.Bands(row)[0].meter, kMeterInputTokens);
    EXPECT_EQ(view.Bands(row)[0].min, kExpected[i].input_min);
    EXPECT_EQ(view.Bands(row)[0].max, kExpected[i].input_max);
    EXPECT_EQ(view.Bands(row)[1].meter, kMeterOutputTokens);
    EXPECT_EQ(view.Bands(row)[1].min, kExpected[i].output_min);
    EXPECT_EQ(view.Bands(row)[1].max, kExpected[i].output_max);
    EXPECT_THAT(RatesOf(view, row), ElementsAre(Pair("input_tokens", kExpected[i].input),
                                                Pair("output_tokens", kExpected[i].output)));
  }
  std::vector<std::pair<MeterId, std::uint64_t>> cuts;
  for (const BandRecord& cut : view.context_cuts) cuts.emplace_back(cut.meter, cut.min);
  EXPECT_THAT(cuts, ElementsAre(Pair(kMeterInputTokens, 1001), Pair(kMeterInputTokens, 2000),
                                Pair(kMeterOutputTokens, 11)));

  const std::string three = R"("bands": [
      {"above": {"input_tokens": 1}, "rates": {"input_tokens": ["2", 1000000]}},
      {"above": {"output_tokens": 1}, "rates": {"input_tokens": ["3", 1000000]}},
      {"above": {"requests": 1}, "rates": {"input_tokens": ["4", 1000000]}}])";
  EXPECT_THAT(ErrorOf({Provider(Model("m1", PlainRow(three)))}), HasSubstr("more than 2 meters"));
}

TEST(CompileTest, RegionTree) {
  // Children may stand before their parents.
  const auto image =
      Compile({Provider(Model("m1", PlainRow(R"("conditions": {"region": "de"})")),
                        R"("regions": {"de": "eu", "eu": "world", "world": null})")});
  ASSERT_TRUE(image.ok()) << image.status();
  const CatalogImage view = image->View();
  ASSERT_EQ(view.regions.size(), 3u);
  const RegionRecord& de = view.regions[view.rows[0].region];
  EXPECT_EQ(view.Text(de.name), "de");
  EXPECT_EQ(de.depth, 2);
  EXPECT_EQ(view.Text(view.regions[de.parent].name), "eu");
  for (const char* regions :
       {R"({"eu": "nowhere"})", R"({"eu": "eu"})", R"({"a": "b", "b": "a"})"}) {
    EXPECT_THAT(
        ErrorOf({Provider(Model("m1", PlainRow()), absl::StrCat(R"("regions": )", regions))}),
        AllOf(HasSubstr("0.json"), HasSubstr("regions")));
  }
  EXPECT_THAT(
      ErrorOf({Provider(Model("m1", PlainRow(R"("conditions": {"region": "mars"})")), Regions())}),
      AllOf(HasSubstr("price_rows[0]"), HasSubstr("conditions.region"), HasSubstr("\"mars\"")));
}

TEST(CompileTest, RatesOfOneRowHaveALimit) {
  const auto with = [](std::size_t count) {
    // All cover what they cover alone or inside one another: no joins are open.
    std::vector<std::string> rates;
    for (const MeterInfo& meter : Meters()) {
      if (rates.size() == count) break;
      rates.push_back(absl::StrCat("\"", meter.name, R"(": ["1", 1000000])"));
    }
    std::string text;
    for (const std::string& rate : rates) text += (text.empty() ? "" : ",") + rate;
    return Compile({Provider(Model("m1", Row(text)))});
  };
  EXPECT_TRUE(with(kRatesMax - 2).ok()) << with(kRatesMax - 2).status();
  EXPECT_FALSE(with(kRatesMax + 1).ok());
  EXPECT_THAT(std::string(with(kRatesMax + 1).status().message()), HasSubstr("more than 32"));
}

TEST(CompileTest, DigestAndRowIdsFollowTheContent) {
  const std::string a = Provider(Model("a", PlainRow()), "", "p");
  const std::string b = Provider(Model("b", PlainRow()), "", "q");
  const auto both = Compile({a, b});
  const auto turned = Compile({b, a});
  ASSERT_TRUE(both.ok() && turned.ok());
  EXPECT_EQ(both->digest, turned->digest);
  EXPECT_EQ(both->text, turned->text);
  EXPECT_EQ(both->digest.size(), 64u);
  EXPECT_EQ(both->as_of, "2026-11-10");

  const auto id_of = [](const OwnedImage& image) {
    const CatalogImage view = image.View();
    return std::string(view.RowId(view.rows[0]));
  };
  const auto with = [](std::string_view row) {
    return *Compile({Provider(Model("a", row), "", "p")});
  };
  const OwnedImage plain = with(PlainRow());
  EXPECT_EQ(id_of(plain).size(), 16u);
  // Where it was read is in the digest, not in the row's id; what it costs is in both.
  std::string elsewhere = PlainRow();
  elsewhere.replace(elsewhere.find("list 1"), 6, "list 2");
  EXPECT_EQ(id_of(with(elsewhere)), id_of(plain));
  EXPECT_NE(with(elsewhere).digest, plain.digest);
  std::string dearer = PlainRow();
  dearer.replace(dearer.find("2.5"), 3, "2.6");
  EXPECT_NE(id_of(with(dearer)), id_of(plain));
  EXPECT_NE(with(dearer).digest, plain.digest);
  // 2.5 and 2.50 are the same price.
  std::string longer = PlainRow();
  longer.replace(longer.find("2.5"), 3, "2.50");
  EXPECT_EQ(id_of(with(longer)), id_of(plain));
}

}  // namespace
}  // namespace tokentra
