// Method: synthetic credentials, made with a fixed seed from what each vendor says publicly about
// the form of its keys (prefix, alphabet, length), not from the detectors; and ordinary values of
// the kinds that stand in metadata. Nearly all of the first are found, hardly any of the second,
// and no text that a check gives holds any of them.

#include <array>
#include <functional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/convention/finding_json.h"
#include "core/convention/firewall.h"
#include "gtest/gtest.h"
#include "tests/core/convention/convention_testing.h"

namespace tokentra {
namespace {

constexpr std::string_view kUpper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr std::string_view kLowerDigits = "abcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::string_view kAlnum =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::string_view kUrlSafe =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kHex = "0123456789abcdef";
constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kBase32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
constexpr std::string_view kCrockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

class Maker {
 public:
  explicit Maker(std::uint64_t seed) : random_(seed) {}
  std::string Of(std::string_view alphabet, std::size_t size) {
    std::string text;
    for (std::size_t i = 0; i < size; ++i) text += alphabet[random_() % alphabet.size()];
    return text;
  }
  std::string Hex(std::size_t size) { return Of(kHex, size); }
  std::string Alnum(std::size_t size) { return Of(kAlnum, size); }
  std::string UrlSafe(std::size_t size) { return Of(kUrlSafe, size); }
  std::string Uuid() {
    return absl::StrCat(Hex(8), "-", Hex(4), "-4", Hex(3), "-", Of("89ab", 1), Hex(3), "-",
                        Hex(12));
  }
  std::size_t Below(std::size_t end) { return random_() % end; }

 private:
  std::mt19937_64 random_;
};

struct SecretFormat {
  std::string_view name;
  std::string_view key;  // of the metadata entry it stands in
  std::function<std::string(Maker&)> make;
};

std::vector<SecretFormat> Formats() {
  // Prefixes are in pieces, so that no file holds what scanners of repositories look for.
  const auto with = [](std::string prefix, std::string_view alphabet, std::size_t size) {
    return [=](Maker& m) { return absl::StrCat(prefix, m.Of(alphabet, size)); };
  };
  const auto join = [](auto... parts) { return absl::StrCat(parts...); };
  return {
      {"openai legacy", "note",
       [=](Maker& m) { return join("sk", "-", m.Alnum(20), "T3Blbk", "FJ", m.Alnum(20)); }},
      {"openai project", "note",
       [=](Maker& m) {
         return join("sk", "-proj-", m.UrlSafe(74), "T3Blbk", "FJ", m.UrlSafe(74));
       }},
      {"openai service account", "note",
       [=](Maker& m) {
         return join("sk", "-svcacct-", m.UrlSafe(58), "T3Blbk", "FJ", m.UrlSafe(58));
       }},
      {"anthropic", "note",
       [=](Maker& m) { return join("sk", "-ant-api03-", m.UrlSafe(93), "AA"); }},
      {"anthropic admin", "note",
       [=](Maker& m) { return join("sk", "-ant-admin01-", m.UrlSafe(93), "AA"); }},
      {"google api key", "note", with(join("AI", "za"), kUrlSafe, 35)},
      {"google client secret", "note", with(join("GOC", "SPX-"), kUrlSafe, 28)},
      {"google access token", "note", with(join("ya", "29."), kUrlSafe, 160)},
      {"aws access key", "note", with(join("AK", "IA"), kBase32, 16)},
      {"aws temporary key", "note", with(join("AS", "IA"), kBase32, 16)},
      {"aws secret key", "aws_secret_access_key", [](Maker& m) { return m.Of(kBase64, 40); }},
      {"aws secret key anywhere", "note", [](Maker& m) { return m.Of(kBase64, 40); }},
      {"github", "note", with(join("gh", "p_"), kAlnum, 36)},
      {"github oauth", "note", with(join("gh", "o_"), kAlnum, 36)},
      {"github app", "note", with(join("gh", "s_"), kAlnum, 36)},
      {"github fine-grained", "note",
       [=](Maker& m) { return join("github", "_pat_", m.Alnum(22), "_", m.Alnum(59)); }},
      {"gitlab", "note", with(join("gl", "pat-"), kUrlSafe, 20)},
      {"slack bot", "note",
       [=](Maker& m) {
         return join("xo", "xb-", m.Of(kDigits, 12), "-", m.Of(kDigits, 13), "-", m.Alnum(24));
       }},
      {"slack user", "note",
       [=](Maker& m) {
         return join("xo", "xp-", m.Of(kDigits, 12), "-", m.Of(kDigits, 12), "-", m.Of(kDigits, 13),
                     "-", m.Hex(32));
       }},
      {"slack app", "note",
       [=](Maker& m) {
         return join("xa", "pp-1-A", m.Of(kCrockford, 10), "-", m.Of(kDigits, 13), "-", m.Hex(64));
       }},
      {"slack webhook", "note",
       [=](Maker& m) {
         return join("https://hooks.slack", ".com/services/T", m.Of(kCrockford, 10), "/B",
                     m.Of(kCrockford, 10), "/", m.Alnum(24));
       }},
      {"stripe live", "note", with(join("sk", "_live_"), kAlnum, 24)},
      {"stripe restricted", "note", with(join("rk", "_live_"), kAlnum, 99)},
      {"stripe test", "note", with(join("sk", "_test_"), kAlnum, 24)},
      {"twilio", "note", with(join("S", "K"), kHex, 32)},
      {"sendgrid", "note",
       [=](Maker& m) { return join("S", "G.", m.UrlSafe(22), ".", m.UrlSafe(43)); }},
      {"npm", "note", with(join("np", "m_"), kAlnum, 36)},
      {"pypi", "note", with(join("py", "pi-AgEIcHlwaS5vcmc"), kUrlSafe, 120)},
      {"hugging face", "note", with(join("h", "f_"), kAlnum, 34)},
      {"azure storage", "note",
       [=](Maker& m) {
         return join("DefaultEndpointsProtocol=https;AccountName=", m.Of(kLowerDigits, 10),
                     ";Account", "Key=", m.Of(kBase64, 86), "==");
       }},
      {"azure client secret", "note",
       [=](Maker& m) { return join(m.Alnum(3), "8", "Q~", m.UrlSafe(34)); }},
      {"digitalocean", "note", with(join("do", "p_v1_"), kHex, 64)},
      {"databricks", "note", with(join("da", "pi"), kHex, 32)},
      {"groq", "note", with(join("gs", "k_"), kAlnum, 52)},
      {"xai", "note", with(join("xa", "i-"), kAlnum, 80)},
      {"perplexity", "note", with(join("pp", "lx-"), kAlnum, 48)},
      {"replicate", "note", with(join("r", "8_"), kAlnum, 37)},
      {"openrouter", "note", with(join("sk", "-or-v1-"), kHex, 64)},
      {"deepseek", "note", with(join("sk", "-"), kHex, 32)},
      {"mistral", "api_key", [](Maker& m) { return m.Alnum(32); }},
      {"cohere", "cohere_api_key", [](Maker& m) { return m.Alnum(40); }},
      {"together", "together_api_key", [](Maker& m) { return m.Hex(64); }},
      {"private key", "note",
       [=](Maker& m) {
         return join("-----BEGIN ", m.Below(2) == 0 ? "RSA " : "", "PRIVATE KEY-----\n",
                     m.Of(kBase64, 64));
       }},
      {"openssh private key", "note",
       [=](Maker& m) {
         return join("-----BEGIN OPENSSH ", "PRIVATE KEY-----", m.Of(kBase64, 40));
       }},
      {"jwt", "note",
       [=](Maker& m) {
         return join("ey", "JhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9", ".ey", "J", m.UrlSafe(60), ".",
                     m.UrlSafe(43));
       }},
      {"bearer", "authorization", [=](Maker& m) { return join("Bearer ", m.UrlSafe(48)); }},
      {"shopify", "note", with(join("shp", "at_"), kHex, 32)},
      {"doppler", "note", with(join("dp", ".pt."), kAlnum, 43)},
      {"vault", "note", with(join("hv", "s."), kUrlSafe, 92)},
      {"linear", "note", with(join("lin", "_api_"), kAlnum, 40)},
      {"grafana", "note", [=](Maker& m) { return join("gl", "sa_", m.Alnum(32), "_", m.Hex(8)); }},
      {"new relic", "note",
       [=](Maker& m) {
         return join("NR", "AK-", m.Of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", 27));
       }},
      {"telegram", "note",
       [=](Maker& m) {
         return join(m.Of("123456789", 1), m.Of(kDigits, 9), ":AA", m.UrlSafe(33));
       }},
      {"mailgun", "note", with(join("ke", "y-"), kHex, 32)},
      {"langsmith", "note",
       [=](Maker& m) { return join("lsv2", "_pt_", m.Hex(32), "_", m.Hex(10)); }},
      {"langfuse", "note", [=](Maker& m) { return join("sk", "-lf-", m.Uuid()); }},
      {"postman", "note", [=](Maker& m) { return join("PM", "AK-", m.Hex(24), "-", m.Hex(34)); }},
      {"notion", "note", with(join("nt", "n_"), kAlnum, 46)},
      {"figma", "note", with(join("fi", "gd_"), kUrlSafe, 40)},
      {"airtable", "note", [=](Maker& m) { return join("pa", "t", m.Alnum(14), ".", m.Hex(64)); }},
      {"docker", "note", with(join("dck", "r_pat_"), kUrlSafe, 27)},
      {"terraform", "note",
       [=](Maker& m) { return join(m.Alnum(14), ".atlas", "v1.", m.Alnum(67)); }},
      {"supabase", "note", with(join("sb", "p_"), kHex, 40)},
      {"url with a password", "note",
       [=](Maker& m) {
         return join("postgres://", "app:", m.Alnum(16), "@db.internal:5432/prod");
       }},
  };
}

constexpr int kEach = 8;

TEST(Firewall, FindsTheKeysOfVendors) {
  const std::vector<SecretFormat> formats = Formats();
  ASSERT_GE(formats.size(), 25u);
  Maker maker(20'261'128);
  const auto convention =
      CompileOrDie(R"({"tokentra_convention":1,"mode":"reject","keys":{"note":{"case":"lower"}}})");
  int made = 0;
  int found = 0;
  std::string missed;
  for (const SecretFormat& format : formats) {
    for (int i = 0; i < kEach; ++i) {
      const std::string value = format.make(maker);
      ++made;
      const Entries entries = {{format.key, value}};
      EXPECT_FALSE(ConformsTo(*convention, entries) && Scan(format.key, value).has_value());
      if (!Scan(format.key, value).has_value()) {
        absl::StrAppend(&missed, format.name, "; ");
        continue;
      }
      ++found;
      // Nothing that comes out of a check holds any of it but what a prefix tells.
      const CheckResult result = CheckOf(*convention, entries);
      EXPECT_TRUE(result.sensitive);
      const std::string shown = absl::StrCat(CheckJson(result), Describe(result));
      EXPECT_EQ(shown.find(value.substr(value.size() - 12)), std::string::npos) << format.name;
      for (const Finding& finding : result.findings) EXPECT_EQ(finding.raw, "");
    }
  }
  EXPECT_GE(made, 200);
  EXPECT_GE(found * 100, made * 99) << "missed: " << missed;
}

// By kind; `i` makes them differ.
std::string OrdinaryValue(Maker& m, int i) {
  static constexpr std::array<std::string_view, 24> kWords = {
      "growth", "search",  "billing", "chat",   "summary", "triage", "data",  "platform",
      "web",    "mobile",  "support", "ticket", "router",  "agent",  "eval",  "nightly",
      "report", "invoice", "tagging", "vision", "voice",   "legal",  "sales", "ops"};
  static constexpr std::array<std::string_view, 10> kTexts = {
      "\u5BA2\u6237\u804A\u5929\u673A\u5668\u4EBA",
      "\u30B0\u30ED\u30FC\u30B9\u30C1\u30FC\u30E0",
      "\uC131\uC7A5\uD300",
      "\u043A\u043E\u043C\u0430\u043D\u0434\u0430 \u0440\u043E\u0441\u0442\u0430",
      "\u00E9quipe donn\u00E9es",
      "\U0001F680 launch",
      "M\u00FCnchen 2026",
      "S\u00E3o Paulo",
      "\u03B5\u03BB\u03BB\u03B7\u03BD\u03B9\u03BA\u03AC",
      "\u092A\u093E\u0920"};
  static constexpr std::array<std::string_view, 10> kModels = {
      "claude-sonnet-4-5-20250929",
      "gpt-4o-2024-08-06",
      "gemini-2.5-flash-preview-09-2025",
      "us.anthropic.claude-3-5-sonnet-20241022-v2:0",
      "meta-llama/Llama-3.3-70B-Instruct-Turbo",
      "mistral-large-2411",
      "text-embedding-3-large",
      "accounts/fireworks/models/qwen3-235b-a22b",
      "deepseek-ai/DeepSeek-R1-Distill-Llama-70B",
      "amazon.titan-embed-text-v2:0"};
  const auto word = [&] { return kWords[m.Below(kWords.size())]; };
  switch (i % 25) {
    case 0:
      return m.Uuid();
    case 1:
      return m.Hex(40);  // a commit
    case 2:
      return m.Hex(64);  // SHA-256
    case 3:
      return m.Hex(32);  // MD5, a trace id
    case 4:
      return absl::StrCat(word(), "-", word(), "-", word());
    case 5:
      return absl::StrCat(word(), "_", word(), "_v", m.Below(30));
    case 6:
      return std::string(kTexts[m.Below(kTexts.size())]);
    case 7:
      return std::string(kModels[m.Below(kModels.size())]);
    case 8:
      return absl::StrCat("chatcmpl-", m.Alnum(29));
    case 9:
      return absl::StrCat("msg_01", m.Alnum(22));
    case 10:
      return absl::StrCat("req_011C", m.Alnum(20));
    case 11:
      return absl::StrCat("resp_", m.Hex(50));
    case 12:
      return absl::StrCat("01", m.Of(kCrockford, 24));  // ULID
    case 13:
      return m.Of(kUrlSafe, 21);  // nanoid
    case 14:
      return absl::StrCat("2026-10-", 10 + m.Below(20), "T12:00:", 10 + m.Below(50), "Z");
    case 15:
      return absl::StrCat(1'790'000'000'000 + static_cast<long long>(m.Below(1'000'000'000)));
    case 16:
      return absl::StrCat("v", m.Below(20), ".", m.Below(20), ".", m.Below(99), "-rc.1");
    case 17:
      return absl::StrCat("arn:aws:bedrock:us-east-1:", m.Of(kDigits, 12),
                          ":application-inference-profile/", m.Of(kLowerDigits, 12));
    case 18:
      return absl::StrCat(word(), "-", m.Of(kLowerDigits, 10), "-", m.Of(kLowerDigits, 5));
    case 19:
      return absl::StrCat("https://", word(), ".example.com/", word(), "/", m.Below(9'999));
    case 20:
      return absl::StrCat("session-", m.Below(100'000'000));
    case 21:
      return absl::StrCat("user:", m.Below(10'000'000));
    case 22:
      return absl::StrCat(word(), " ", word(), " ", word(), ", ", word());
    case 23:
      return absl::StrCat("/srv/", word(), "/", word(), "/main.py:", m.Below(500));
    default:
      return absl::StrCat(m.Of(kUpper, 3), "-", m.Below(99'999));
  }
}

TEST(Firewall, LeavesOrdinaryValuesAlone) {
  Maker maker(7);
  constexpr int kValues = 10'000;
  int alarms = 0;
  std::string shown;
  for (int i = 0; i < kValues; ++i) {
    const std::string value = OrdinaryValue(maker, i);
    const auto found = Scan("note", value);
    if (!found.has_value()) continue;
    ++alarms;
    if (alarms <= 40) absl::StrAppend(&shown, found->kind, ": ", value, "\n");
  }
  EXPECT_LE(alarms * 1'000, kValues) << shown;
}

}  // namespace
}  // namespace tokentra
