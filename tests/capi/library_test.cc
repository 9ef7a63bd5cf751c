// The library itself: versions, the manifest, statuses, errors, meters, money and instants as text.
//
// Method: fixed tables; the manifest is compared with the committed file.
#include <fstream>
#include <limits>
#include <set>
#include <sstream>

#include "tests/capi/testing.h"

namespace tokentra_testing {
namespace {

using ::testing::HasSubstr;

TEST(LibraryTest, Versions) {
  std::ostringstream text;
  text << TOKENTRA_VERSION_MAJOR << '.' << TOKENTRA_VERSION_MINOR << '.' << TOKENTRA_VERSION_PATCH;
  EXPECT_EQ(tokentra_version_string(), text.str());
  EXPECT_EQ(tokentra_version_number(), TOKENTRA_VERSION_MAJOR * 10000u +
                                           TOKENTRA_VERSION_MINOR * 100u + TOKENTRA_VERSION_PATCH);
  EXPECT_EQ(tokentra_abi_version(), uint32_t{TOKENTRA_ABI_VERSION});
}

// The committed file has spaces and line ends between its tokens, the library's text has none.
std::string WithoutLayout(std::string_view json) {
  std::string text;
  bool quoted = false;
  for (const char c : json) {
    if (c == '"') quoted = !quoted;
    if (quoted || (c != ' ' && c != '\n')) text += c;
  }
  return text;
}

TEST(LibraryTest, ManifestIsTheCommittedOne) {
  std::ifstream file(TOKENTRA_SOURCE_DIR "/capi/abi/tokentra-1.json");
  std::ostringstream committed;
  committed << file.rdbuf();
  ASSERT_FALSE(committed.str().empty());
  EXPECT_EQ(WithoutLayout(tokentra_abi_manifest()), WithoutLayout(committed.str()));
}

TEST(LibraryTest, StatusNames) {
  EXPECT_STREQ(tokentra_status_name(TOKENTRA_OK), "OK");
  EXPECT_STREQ(tokentra_status_name(TOKENTRA_INVALID_ARGUMENT), "INVALID_ARGUMENT");
  EXPECT_STREQ(tokentra_status_name(TOKENTRA_UNAUTHENTICATED), "UNAUTHENTICATED");
  for (const tokentra_status unknown : {-1, 17, std::numeric_limits<int32_t>::min()}) {
    EXPECT_STREQ(tokentra_status_name(unknown), "UNKNOWN_STATUS");
  }
  std::set<std::string> names;
  for (tokentra_status code = 0; code <= 16; ++code) names.insert(tokentra_status_name(code));
  EXPECT_EQ(names.size(), 17u);
}

TEST(LibraryTest, ErrorsStateCodeAndOneLine) {
  Error error;
  int64_t instant = 7;
  EXPECT_ERROR(tokentra_instant_parse(Text("yesterday\nor so"), &instant, error.Out()),
               TOKENTRA_INVALID_ARGUMENT, HasSubstr("yesterday"));
  EXPECT_THAT(error.message(), ::testing::Not(HasSubstr("\n")));
  EXPECT_EQ(instant, 7) << "out parameters are written on success only";
  // Without an error object the status stands alone.
  EXPECT_EQ(tokentra_instant_parse(Text("yesterday"), &instant, nullptr),
            TOKENTRA_INVALID_ARGUMENT);
}

TEST(LibraryTest, SuccessLeavesTheErrorAlone) {
  Error error;
  int64_t instant = 0;
  EXPECT_EQ(tokentra_instant_parse(Text("no"), &instant, error.Out()), TOKENTRA_INVALID_ARGUMENT);
  tokentra_error* const before = error.get();
  tokentra_error* pointer = before;
  EXPECT_EQ(tokentra_instant_parse(Text("2026-10-15T12:00:00Z"), &instant, &pointer), TOKENTRA_OK);
  EXPECT_EQ(pointer, before);
  EXPECT_EQ(instant, kInstant);
}

TEST(LibraryTest, Instants) {
  struct Case {
    std::string_view text;
    int64_t at_ns;
  };
  for (const auto& [text, at_ns] : {
           Case{"1970-01-01T00:00:00Z", 0},
           Case{"2026-10-15T14:00:00+02:00", kInstant},
           Case{"2026-10-15T12:00:00.000000001Z", kInstant + 1},
           Case{"1969-12-31T23:59:59Z", -1'000'000'000},
       }) {
    Error error;
    int64_t parsed = -1;
    EXPECT_OK(tokentra_instant_parse(Text(text), &parsed, error.Out())) << text;
    EXPECT_EQ(parsed, at_ns) << text;
  }
  for (const std::string_view text :
       {"", "2026-10-15", "2026-10-15T12:00:00", "2026-13-01T00:00:00Z", "3000-01-01T00:00:00Z"}) {
    Error error;
    int64_t parsed = -1;
    EXPECT_EQ(tokentra_instant_parse(Text(text), &parsed, error.Out()), TOKENTRA_INVALID_ARGUMENT)
        << text;
  }
}

TEST(LibraryTest, Meters) {
  EXPECT_EQ(Meter("input_tokens"), 1u) << "ids never change";
  EXPECT_EQ(Meter("output_tokens"), 2u);
  std::set<std::string> names;
  for (uint32_t meter = 1; meter <= tokentra_meter_count(); ++meter) {
    const std::string name = View(tokentra_meter_name(meter));
    EXPECT_EQ(Meter(name), meter);
    names.insert(name);
  }
  EXPECT_EQ(names.size(), tokentra_meter_count());
  for (const uint32_t meter : {uint32_t{0}, tokentra_meter_count() + 1, UINT32_MAX}) {
    EXPECT_EQ(tokentra_meter_name(meter).size, 0u) << meter;
  }
  for (const std::string_view name :
       {"", "input_token", "input_tokens ", "INPUT_TOKENS", "audio_seconds"}) {
    EXPECT_EQ(Meter(name), 0u) << name;
  }
  EXPECT_EQ(tokentra_meter_id(kAbsent), 0u);
}

tokentra_money Attos(int64_t attos) {
  return {static_cast<uint64_t>(attos), attos < 0 ? int64_t{-1} : int64_t{0}};
}

std::string Rounded(tokentra_money money, int32_t places) {
  char buffer[TOKENTRA_MONEY_TEXT_MAX];
  const size_t size = tokentra_money_format(money, places, buffer);
  EXPECT_EQ(buffer[size], '\0');
  return std::string(buffer, size);
}

TEST(LibraryTest, MoneyAsText) {
  EXPECT_EQ(Decimal(Attos(0)), "0");
  EXPECT_EQ(Decimal(Attos(1)), "0.000000000000000001");
  EXPECT_EQ(Decimal(Attos(-1)), "-0.000000000000000001");
  EXPECT_EQ(Decimal(Attos(8'750'000'000'000'000)), "0.00875");
  EXPECT_EQ(Rounded(Attos(8'750'000'000'000'000), 2), "0.01");
  EXPECT_EQ(Rounded(Attos(8'750'000'000'000'000), 4), "0.0088") << "half to even";
  EXPECT_EQ(Rounded(Attos(8'650'000'000'000'000), 4), "0.0086") << "half to even";
  EXPECT_EQ(Rounded(Attos(8'750'000'000'000'000), 0), "0");
  // +-(10^38 - 1) is the range.
  const tokentra_money highest = {687399551400673279u, 5421010862427522170};
  EXPECT_EQ(Decimal(highest), "99999999999999999999.999999999999999999");
  EXPECT_EQ(Decimal({highest.lo + 1, highest.hi}), "");
  EXPECT_EQ(Decimal({0, std::numeric_limits<int64_t>::min()}), "");
}

}  // namespace
}  // namespace tokentra_testing
