// Formats of credentials, from their vendors' public descriptions: a fixed beginning, an alphabet
// and a least number of characters after it.

#include <algorithm>
#include <array>
#include <cstring>

#include "core/convention/firewall.h"

namespace tokentra {
namespace {

enum class Alphabet : std::uint8_t {
  kHex,       // 0-9 a-f
  kUpper,     // 0-9 A-Z
  kLower,     // 0-9 a-z
  kAlnum,     // 0-9 A-Z a-z
  kWord,      // and _ -
  kBase64,    // and + / = . of any base 64, and what joins its pieces
  kAnything,  // up to a blank
};

struct Format {
  std::string_view kind;
  std::string_view prefix;
  Alphabet alphabet;
  std::uint8_t least;        // characters after the prefix
  std::uint8_t exactly = 0;  // 1: no more than `least`, then the word ends
  std::uint8_t needs_digit = 1;
};

constexpr auto kHex = Alphabet::kHex;
constexpr auto kUpper = Alphabet::kUpper;
constexpr auto kAlnum = Alphabet::kAlnum;
constexpr auto kLower = Alphabet::kLower;
constexpr auto kWord = Alphabet::kWord;
constexpr auto kBase64 = Alphabet::kBase64;

// Longer prefixes before those that begin them.
constexpr Format kFormats[] = {
    // Models and what stands around them.
    {"anthropic-key", "sk-ant-", kWord, 20},
    {"openrouter-key", "sk-or-v1-", kHex, 32},
    {"openrouter-key", "sk-or-", kWord, 24},
    {"langfuse-key", "sk-lf-", kWord, 24},
    {"langfuse-key", "pk-lf-", kWord, 24},
    {"openai-key", "sk-proj-", kWord, 20},
    {"openai-key", "sk-svcacct-", kWord, 20},
    {"openai-key", "sk-admin-", kWord, 20},
    {"openai-key", "sk-None-", kWord, 20},
    {"openai-key", "sk-", kWord, 20},
    {"openai-session", "sess-", kAlnum, 32},
    {"google-api-key", "AIza", kWord, 30},
    {"google-api-key", "AQ.Ab", kWord, 30},
    {"google-oauth-token", "ya29.", kWord, 20},
    {"google-oauth-secret", "GOCSPX-", kWord, 20},
    {"google-refresh-token", "1//0", kWord, 30},
    {"huggingface-token", "hf_", kAlnum, 30, 0, 0},
    {"huggingface-token", "api_org_", kAlnum, 30, 0, 0},
    {"replicate-token", "r8_", kAlnum, 30},
    {"groq-key", "gsk_", kAlnum, 30},
    {"xai-key", "xai-", kAlnum, 40},
    {"perplexity-key", "pplx-", kAlnum, 32},
    {"fireworks-key", "fw_", kAlnum, 20},
    {"cerebras-key", "csk-", kAlnum, 32},
    {"nvidia-key", "nvapi-", kWord, 40},
    {"together-key", "tgp_v1_", kWord, 32},
    {"voyage-key", "pa-", kWord, 40},
    {"pinecone-key", "pcsk_", kWord, 40},
    {"langsmith-key", "lsv2_pt_", kWord, 32},
    {"langsmith-key", "lsv2_sk_", kWord, 32},
    {"elevenlabs-key", "sk_", kHex, 40},
    {"tavily-key", "tvly-", kWord, 20},
    {"bedrock-key", "ABSK", kBase64, 60},
    {"bedrock-key", "bedrock-api-key-", kBase64, 40},
    {"databricks-token", "dapi", kHex, 32},
    {"wandb-key", "wandb_v1_", kWord, 32},
    // Clouds.
    {"aws-access-key", "AKIA", kUpper, 16, 1, 0},
    {"aws-access-key", "ASIA", kUpper, 16, 1, 0},
    {"aws-access-key", "ABIA", kUpper, 16, 1, 0},
    {"aws-access-key", "ACCA", kUpper, 16, 1, 0},
    {"aws-access-key", "AGPA", kUpper, 16, 1, 0},
    {"aws-access-key", "AIDA", kUpper, 16, 1, 0},
    {"aws-access-key", "AROA", kUpper, 16, 1, 0},
    {"azure-storage-key", "AccountKey=", kBase64, 40},
    {"azure-shared-key", "SharedAccessKey=", kBase64, 40},
    {"azure-shared-signature", "SharedAccessSignature", kBase64, 20},
    {"digitalocean-token", "dop_v1_", kHex, 40},
    {"digitalocean-token", "doo_v1_", kHex, 40},
    {"digitalocean-token", "dor_v1_", kHex, 40},
    {"alibaba-key", "LTAI", kAlnum, 12},
    {"tencent-key", "AKID", kAlnum, 24},
    {"yandex-key", "AQVN", kWord, 30},
    {"ibm-key", "ApiKey-", kWord, 30},
    {"heroku-key", "HRKU-", kWord, 30},
    {"flyio-token", "fo1_", kWord, 30},
    {"flyio-token", "FlyV1 ", kBase64, 30},
    {"vault-token", "hvs.", kWord, 20},
    {"vault-token", "hvb.", kWord, 20},
    {"vault-token", "hvr.", kWord, 20},
    {"pulumi-token", "pul-", kHex, 40},
    {"cloudflare-key", "v1.0-", kHex, 24},
    {"planetscale-token", "pscale_tkn_", kWord, 30},
    {"planetscale-token", "pscale_pw_", kWord, 30},
    {"supabase-key", "sbp_", kHex, 36},
    {"supabase-key", "sb_secret_", kWord, 20},
    {"netlify-token", "nfp_", kAlnum, 30},
    {"vercel-token", "vcp_", kAlnum, 24},
    {"doppler-token", "dp.pt.", kAlnum, 30},
    {"doppler-token", "dp.st.", kWord, 30},
    {"okta-token", "SSWS ", kWord, 30},
    // Code and packages.
    {"github-token", "github_pat_", kWord, 30},
    {"github-token", "ghp_", kAlnum, 30},
    {"github-token", "gho_", kAlnum, 30},
    {"github-token", "ghu_", kAlnum, 30},
    {"github-token", "ghs_", kAlnum, 30},
    {"github-token", "ghr_", kAlnum, 30},
    {"gitlab-token", "glpat-", kWord, 20, 0, 0},
    {"gitlab-token", "gldt-", kWord, 20, 0, 0},
    {"gitlab-token", "glrt-", kWord, 20, 0, 0},
    {"gitlab-token", "glptt-", kWord, 20, 0, 0},
    {"gitlab-token", "glcbt-", kWord, 20, 0, 0},
    {"gitlab-token", "gloas-", kWord, 20, 0, 0},
    {"bitbucket-token", "ATBB", kAlnum, 20},
    {"atlassian-token", "ATATT3", kBase64, 40},
    {"atlassian-token", "ATCTT3", kBase64, 40},
    {"npm-token", "npm_", kAlnum, 30},
    {"pypi-token", "pypi-", kWord, 40},
    {"rubygems-key", "rubygems_", kHex, 40},
    {"crates-token", "cio", kAlnum, 32, 1},
    {"dockerhub-token", "dckr_pat_", kWord, 20},
    {"dockerhub-token", "dckr_oat_", kWord, 20},
    {"jfrog-token", "AKCp", kAlnum, 40},
    {"nuget-key", "oy2", kLower, 43, 1},
    {"clojars-token", "CLOJARS_", kLower, 40},
    {"terraform-token", "atlasv1.", kWord, 40},
    {"postman-key", "PMAK-", kWord, 40},
    // Messages, payments, and services.
    {"slack-token", "xoxb-", kWord, 20},
    {"slack-token", "xoxp-", kWord, 20},
    {"slack-token", "xoxa-", kWord, 20},
    {"slack-token", "xoxr-", kWord, 20},
    {"slack-token", "xoxs-", kWord, 20},
    {"slack-token", "xoxc-", kWord, 20},
    {"slack-token", "xoxd-", kBase64, 20},
    {"slack-token", "xoxe-", kWord, 20},
    {"slack-token", "xoxe.", kWord, 20},
    {"slack-token", "xapp-", kWord, 20},
    {"slack-webhook", "hooks.slack.com/services/", kBase64, 20},
    {"discord-webhook", "discord.com/api/webhooks/", kBase64, 40},
    {"stripe-key", "sk_live_", kAlnum, 20},
    {"stripe-key", "sk_test_", kAlnum, 20},
    {"stripe-key", "rk_live_", kAlnum, 20},
    {"stripe-key", "rk_test_", kAlnum, 20},
    {"stripe-key", "pk_live_", kAlnum, 20},
    {"stripe-key", "pk_test_", kAlnum, 20},
    {"stripe-webhook-secret", "whsec_", kBase64, 24},
    {"sendgrid-key", "SG.", kBase64, 60},
    {"mailgun-key", "key-", kHex, 32},
    {"mailchimp-key", "md-", kWord, 22, 1},
    {"sendinblue-key", "xkeysib-", kWord, 40},
    {"sendinblue-key", "xsmtpsib-", kWord, 40},
    {"twilio-key", "SK", kHex, 32, 1},
    {"twilio-account", "AC", kHex, 32, 1},
    {"shopify-token", "shpat_", kHex, 32},
    {"shopify-token", "shpca_", kHex, 32},
    {"shopify-token", "shppa_", kHex, 32},
    {"shopify-token", "shpss_", kHex, 32},
    {"square-token", "sq0atp-", kWord, 20},
    {"square-token", "sq0csp-", kWord, 40},
    {"square-token", "EAAA", kWord, 56},
    {"facebook-token", "EAAC", kAlnum, 60},
    {"linear-key", "lin_api_", kAlnum, 32},
    {"notion-token", "secret_", kAlnum, 40},
    {"notion-token", "ntn_", kAlnum, 40},
    {"figma-token", "figd_", kWord, 32},
    {"grafana-token", "glsa_", kWord, 32},
    {"grafana-token", "glc_", kBase64, 32},
    {"newrelic-key", "NRAK-", kUpper, 20},
    {"newrelic-key", "NRJS-", kHex, 16},
    {"sentry-token", "sntrys_", kBase64, 40},
    {"sentry-token", "sntryu_", kHex, 40},
    {"dropbox-token", "sl.", kWord, 60},
    {"airtable-token", "pat", kAlnum, 14, 0, 0},  // checked further in Matches
    {"age-key", "AGE-SECRET-KEY-1", kUpper, 50},
    {"easypost-key", "EZAK", kAlnum, 50},
    {"flutterwave-key", "FLWSECK", kWord, 20},
    {"paystack-key", "sk_paystack_", kAlnum, 20},
    {"onepassword-token", "ops_", kBase64, 60},
    {"prefect-key", "pnu_", kLower, 32},
    {"readme-key", "rdme_", kLower, 60},
    {"adafruit-key", "aio_", kAlnum, 26},
    {"duffel-token", "duffel_", kWord, 40},
    {"scaleway-key", "SCW", kUpper, 17, 1},
    {"private-key", "-----BEGIN ", Alphabet::kAnything, 0, 0, 0},  // checked further in Matches
};

bool InAlphabet(Alphabet alphabet, char c) {
  const bool digit = c >= '0' && c <= '9';
  const bool lower = c >= 'a' && c <= 'z';
  const bool upper = c >= 'A' && c <= 'Z';
  switch (alphabet) {
    case Alphabet::kHex:
      return digit || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    case Alphabet::kUpper:
      return digit || upper;
    case Alphabet::kLower:
      return digit || lower;
    case Alphabet::kAlnum:
      return digit || lower || upper;
    case Alphabet::kWord:
      return digit || lower || upper || c == '_' || c == '-';
    case Alphabet::kBase64:
      return digit || lower || upper || std::strchr("_-+/=.%:&", c) != nullptr;
    case Alphabet::kAnything:
      return c != ' ';
  }
  return false;
}

// A slug that happens to begin like a token (sk-customer-support-chat-assistant) has no digits or
// capitals inside its words; key material of such length has.
bool LooksRandom(std::string_view body) {
  std::size_t changes = 0;
  std::size_t run = 0;
  std::size_t longest = 0;
  int last = -1;
  for (const char c : body) {
    const int kind = c >= '0' && c <= '9'   ? 0
                     : c >= 'a' && c <= 'z' ? 1
                     : c >= 'A' && c <= 'Z' ? 2
                                            : 3;
    run = kind == 3 ? 0 : run + 1;
    longest = std::max(longest, run);
    if (kind != 3 && last >= 0 && last != 3 && kind != last) ++changes;
    last = kind;
  }
  return changes >= 3 && longest >= 6;
}

bool Matches(const Format& format, std::string_view text) {
  if (text.size() < format.prefix.size() + format.least ||
      text.substr(0, 1) != format.prefix.substr(0, 1) ||
      text.substr(0, format.prefix.size()) != format.prefix) {
    return false;
  }
  if (format.kind == "private-key") return text.find("PRIVATE KEY") != std::string_view::npos;
  std::string_view body = text.substr(format.prefix.size());
  std::size_t length = 0;
  while (length < body.size() && InAlphabet(format.alphabet, body[length])) ++length;
  const std::string_view rest = body.substr(length);
  body = body.substr(0, length);
  if (format.kind == "airtable-token") {
    return length == 14 && rest.size() >= 64 && rest[0] == '.';
  }
  if (length < format.least) return false;
  if (format.exactly != 0 && length != format.least) return false;
  if (format.exactly != 0 && !rest.empty() &&
      (InAlphabet(Alphabet::kAlnum, rest[0]) || rest[0] == '_')) {
    return false;
  }
  return format.needs_digit == 0 || LooksRandom(body);
}

}  // namespace

std::string_view SecretKindAt(std::string_view text) {
  for (const Format& format : kFormats) {
    if (Matches(format, text)) return format.kind;
  }
  return {};
}

}  // namespace tokentra
