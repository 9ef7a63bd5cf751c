#include "core/convention/firewall.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "core/base/hmac.h"

namespace tokentra {
namespace {

using namespace firewall;

constexpr std::array<std::uint8_t, 256> MakeClasses() {
  std::array<std::uint8_t, 256> classes = {};
  for (std::size_t byte = 0; byte < 256; ++byte) {
    std::uint8_t value = kSymbol;
    if (byte >= 'a' && byte <= 'z') value = kLower;
    if (byte >= 'A' && byte <= 'Z') value = kUpper;
    if (byte >= '0' && byte <= '9') value = kDigit;
    if (byte == '@') value = kAt;
    if (byte == '-' || byte == '_' || byte == '.') value = kJoin;
    if (byte < 0x20 || byte == 0x7F) value = kControl;
    if (byte >= 0x80) value = kWide;
    classes[byte] = value;
  }
  return classes;
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLower(char c) { return c >= 'a' && c <= 'z'; }
bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }
bool IsAlnum(char c) { return IsDigit(c) || IsLower(c) || IsUpper(c); }
bool IsHexDigit(char c) { return IsDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

// A word begins where no letter or digit stands before.
bool BeginsWord(std::string_view value, std::size_t at) {
  return at == 0 || !IsAlnum(value[at - 1]);
}

bool IsBase64Url(char c) { return IsAlnum(c) || c == '-' || c == '_'; }

// header.payload.signature in base64url, the first two JSON objects ("ey" is {").
std::size_t JwtLength(std::string_view text) {
  if (text.substr(0, 3) != "eyJ") return 0;
  std::size_t at = 0;
  int dots = 0;
  std::size_t segment = 0;
  for (; at < text.size() && (IsBase64Url(text[at]) || text[at] == '.'); ++at) {
    if (text[at] != '.') {
      ++segment;
      continue;
    }
    if (segment < 8) return 0;
    segment = 0;
    ++dots;
  }
  return dots >= 1 && at >= 30 ? at : 0;
}

std::string_view FindSecret(std::string_view value) {
  if (value.size() < 16) return {};
  for (std::size_t at = 0; at < value.size(); ++at) {
    if (!BeginsWord(value, at)) continue;
    const std::string_view rest = value.substr(at);
    if (rest.size() < 16) break;
    if (const std::string_view kind = SecretKindAt(rest); !kind.empty()) return kind;
    if (JwtLength(rest) != 0) return "jwt";
  }
  return {};
}

// scheme://user:password@host
bool HasUrlPassword(std::string_view value) {
  const std::size_t scheme = value.find("://");
  if (scheme == std::string_view::npos || scheme == 0) return false;
  const std::string_view authority =
      value.substr(scheme + 3, value.find('/', scheme + 3) - scheme - 3);
  const std::size_t at = authority.rfind('@');
  const std::size_t colon = authority.find(':');
  return at != std::string_view::npos && colon < at && at - colon > 3;
}

// 8 to 10 digits, a colon, 35 characters.
bool IsTelegramToken(std::string_view value) {
  const std::size_t colon = value.find(':');
  if (colon == std::string_view::npos || colon < 8 || colon > 10) return false;
  if (!std::all_of(value.begin(), value.begin() + static_cast<std::ptrdiff_t>(colon), IsDigit)) {
    return false;
  }
  const std::string_view rest = value.substr(colon + 1);
  return rest.size() >= 34 && rest.size() <= 36 &&
         std::all_of(rest.begin(), rest.end(), IsBase64Url);
}

// Three characters, a version digit, "Q~", and 31 to 34 characters.
bool HasAzureSecret(std::string_view value) {
  for (std::size_t at = value.find("Q~"); at != std::string_view::npos;
       at = value.find("Q~", at + 1)) {
    if (at < 4 || !IsDigit(value[at - 1])) continue;
    std::size_t size = 0;
    for (std::size_t i = at + 2; i < value.size(); ++i, ++size) {
      if (!IsBase64Url(value[i]) && value[i] != '.' && value[i] != '~') break;
    }
    if (size >= 31) return true;
  }
  return false;
}

// Three pieces of base64url, the first an encoded number of 24 to 28 characters.
bool IsDiscordToken(std::string_view value) {
  const std::size_t first = value.find('.');
  if (first < 23 || first > 28 || first == std::string_view::npos) return false;
  const std::size_t second = value.find('.', first + 1);
  if (second == std::string_view::npos || second - first < 6 || second - first > 8) return false;
  const std::string_view last = value.substr(second + 1);
  if (last.size() < 27) return false;
  return std::all_of(value.begin(), value.end(), [](char c) { return IsBase64Url(c) || c == '.'; });
}

bool HasLuhnDigit(std::string_view digits) {
  int sum = 0;
  bool twice = false;
  for (auto at = digits.rbegin(); at != digits.rend(); ++at, twice = !twice) {
    int digit = *at - '0';
    if (twice) digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
    sum += digit;
  }
  return sum % 10 == 0;
}

// Beginnings and lengths of the card networks.
bool IsCardNumber(std::string_view digits) {
  const auto number = [&](std::size_t count) {
    int value = 0;
    for (std::size_t i = 0; i < count; ++i) value = value * 10 + (digits[i] - '0');
    return value;
  };
  const std::size_t size = digits.size();
  if (size < 13 || size > 19) return false;
  const int two = number(2);
  const int four = number(4);
  bool known = false;
  if (digits[0] == '4') known = size == 13 || size == 16 || size == 19;
  if ((two >= 51 && two <= 55) || (four >= 2221 && four <= 2720)) known = size == 16;
  if (two == 34 || two == 37) known = size == 15;
  if (four == 6011 || two == 65 || (number(3) >= 644 && number(3) <= 649)) known = size == 16;
  if (two == 35) known = size == 16;
  if (two == 30 || two == 36 || two == 38) known = size == 14;
  if (two == 62) known = size >= 16;
  return known && HasLuhnDigit(digits);
}

// Digits with single blanks or dashes between groups of at least four (the last may be shorter).
bool FindCard(std::string_view value) {
  for (std::size_t at = 0; at < value.size(); ++at) {
    if (!IsDigit(value[at])) continue;
    if (at != 0 && (IsAlnum(value[at - 1]) || value[at - 1] == '-' || value[at - 1] == '.')) {
      while (at < value.size() && IsDigit(value[at])) ++at;
      continue;
    }
    std::string digits;
    std::size_t group = 0;
    std::size_t end = at;
    bool regular = true;
    for (; end < value.size(); ++end) {
      if (IsDigit(value[end])) {
        digits += value[end];
        ++group;
        continue;
      }
      const bool joins = (value[end] == ' ' || value[end] == '-') && end + 1 < value.size() &&
                         IsDigit(value[end + 1]);
      if (!joins) break;
      regular = regular && group >= 4 && group <= 6;
      group = 0;
    }
    const bool ends_word = end == value.size() || (!IsAlnum(value[end]) && value[end] != '-');
    if (regular && ends_word && IsCardNumber(digits)) return true;
    at = end;
  }
  return false;
}

bool FindEmail(std::string_view value) {
  for (std::size_t at = value.find('@'); at != std::string_view::npos;
       at = value.find('@', at + 1)) {
    if (at == 0) continue;
    const char before = value[at - 1];
    const bool local = IsAlnum(before) || before == '_' || before == '-' || before == '+' ||
                       before == '.' || static_cast<unsigned char>(before) >= 0x80;
    std::size_t end = at + 1;
    std::size_t last_dot = 0;
    while (end < value.size() && (IsAlnum(value[end]) || value[end] == '-' || value[end] == '.' ||
                                  static_cast<unsigned char>(value[end]) >= 0x80)) {
      if (value[end] == '.') last_dot = end;
      ++end;
    }
    if (!local || last_dot <= at + 1) continue;
    const std::string_view top = value.substr(last_dot + 1, end - last_dot - 1);
    const bool letters = std::all_of(top.begin(), top.end(), [](char c) {
      return IsLower(c) || IsUpper(c) || static_cast<unsigned char>(c) >= 0x80;
    });
    if (letters && top.size() >= 2) return true;
  }
  return false;
}

// "+49 30 1234567" and the like, or groups of 3-3-4 digits.
bool FindPhone(std::string_view value) {
  for (std::size_t at = 0; at < value.size(); ++at) {
    if (at != 0 && (IsAlnum(value[at - 1]) || value[at - 1] == '-' || value[at - 1] == '.' ||
                    value[at - 1] == '_')) {
      continue;
    }
    if (value[at] == '+') {
      std::size_t digits = 0;
      std::size_t end = at + 1;
      while (end < value.size() &&
             (IsDigit(value[end]) ||
              (std::string_view(" -().").find(value[end]) != std::string_view::npos))) {
        digits += IsDigit(value[end]) ? 1 : 0;
        ++end;
      }
      const bool ends = end == value.size() || !IsAlnum(value[end]);
      if (ends && digits >= 8 && digits <= 15 && at + 1 < value.size() && value[at + 1] != '0') {
        return true;
      }
      continue;
    }
    std::size_t end = at;
    const auto take = [&](std::size_t count) {
      for (std::size_t i = 0; i < count; ++i, ++end) {
        if (end >= value.size() || !IsDigit(value[end])) return false;
      }
      return true;
    };
    const auto skip = [&](std::string_view any) {
      if (end < value.size() && any.find(value[end]) != std::string_view::npos) {
        ++end;
        return true;
      }
      return false;
    };
    const bool open = skip("(");
    if (!take(3)) continue;
    if (open && !skip(")")) continue;
    const bool joined = skip(" -.");
    if (!open && !joined) continue;
    if (take(3) && skip(" -.") && take(4) && (end == value.size() || !IsAlnum(value[end])) &&
        (end == value.size() || value[end] != '-')) {
      return true;
    }
  }
  return false;
}

double EntropyBits(std::string_view text) {
  std::array<int, 256> counts = {};
  for (const char c : text) ++counts[static_cast<unsigned char>(c)];
  double bits = 0;
  const auto size = static_cast<double>(text.size());
  for (const int count : counts) {
    if (count == 0) continue;
    const double share = count / size;
    bits -= share * std::log2(share);
  }
  return bits;
}

// sha256:..., sha512-... : a digest that says so.
bool IsNamedDigest(std::string_view value) {
  for (const std::string_view name : {"sha1", "sha256", "sha384", "sha512", "md5", "blake3"}) {
    if (value.substr(0, name.size()) != name || value.size() <= name.size()) continue;
    const char next = value[name.size()];
    if (next == '-' || next == ':' || next == '=') return true;
  }
  return false;
}

// A run of base 64 as long as a key, of mixed classes, without the structure of a name or an id.
bool FindEntropy(std::string_view value) {
  if (value.size() < kEntropyBytesMin || IsNamedDigest(value)) return false;
  for (std::size_t begin = 0; begin < value.size();) {
    const auto in_token = [](char c) { return IsAlnum(c) || c == '+' || c == '/' || c == '='; };
    std::size_t end = begin;
    std::size_t lower = 0;
    std::size_t upper = 0;
    std::size_t digits = 0;
    std::size_t slashes = 0;
    bool hex = true;
    for (; end < value.size() && in_token(value[end]); ++end) {
      lower += IsLower(value[end]) ? 1 : 0;
      upper += IsUpper(value[end]) ? 1 : 0;
      digits += IsDigit(value[end]) ? 1 : 0;
      slashes += value[end] == '/' ? 1 : 0;
      hex = hex && IsHexDigit(value[end]);
    }
    const std::size_t size = end - begin;
    const std::string_view token = value.substr(begin, size);
    // "msg_01XFDUDYJgAACzvnptvVoYEL": an id with the name of what it identifies.
    const bool prefixed =
        begin >= 2 && (value[begin - 1] == '_' || value[begin - 1] == '-') && size < 48;
    const bool mixed = lower >= 4 && upper >= 4 && digits >= 2;
    const bool low_case = upper == 0 && digits >= 6 && lower >= 12;
    const bool is_path = slashes * 8 > size;
    if (!prefixed && !hex && !is_path && size >= kEntropyBytesMin && (mixed || low_case) &&
        token.substr(0, 4) != "bafy" && token.substr(0, 4) != "bafk" && EntropyBits(token) >= 3.9) {
      return true;
    }
    begin = end + 1;
  }
  return false;
}

// Keys whose name says that they hold a credential.
bool IsCredentialKey(std::string_view key) {
  std::string name;
  for (const char c : key) {
    if (IsUpper(c)) name += static_cast<char>(c - 'A' + 'a');
    if (IsLower(c) || IsDigit(c)) name += c;
  }
  for (const std::string_view part :
       {"apikey", "secretkey", "accesskey", "privatekey", "authtoken", "accesstoken", "password",
        "passwd", "clientsecret", "authorization", "credential", "bearer"}) {
    if (name.find(part) != std::string::npos) return true;
  }
  return name == "secret" || name == "token" || name == "auth";
}

bool IsLongToken(std::string_view value) {
  return value.size() >= 20 && std::all_of(value.begin(), value.end(), [](char c) {
           return IsAlnum(c) || std::string_view("-_+/=.~").find(c) != std::string_view::npos;
         });
}

bool HasBearer(std::string_view value) {
  for (const std::string_view scheme : {"Bearer ", "bearer ", "Basic "}) {
    const std::size_t at = value.find(scheme);
    if (at != std::string_view::npos && IsLongToken(value.substr(at + scheme.size()))) return true;
  }
  return false;
}

}  // namespace

namespace firewall {
const std::array<std::uint8_t, 256> kClassOf = MakeClasses();
}  // namespace firewall

std::optional<SensitiveFind> Scan(std::string_view key, std::string_view value) {
  const std::uint8_t classes = ByteClasses(value);
  if (LooksPlain(classes, value.size())) return std::nullopt;
  if (value.size() >= 16) {
    if (const std::string_view kind = FindSecret(value); !kind.empty()) {
      return SensitiveFind{Rule::kSecret, kind};
    }
    if (HasUrlPassword(value)) return SensitiveFind{Rule::kSecret, "url-password"};
    if (IsTelegramToken(value)) return SensitiveFind{Rule::kSecret, "telegram-token"};
    if (IsDiscordToken(value)) return SensitiveFind{Rule::kSecret, "discord-token"};
    if (HasAzureSecret(value)) return SensitiveFind{Rule::kSecret, "azure-client-secret"};
    if (HasBearer(value)) return SensitiveFind{Rule::kSecret, "authorization"};
    if (IsCredentialKey(key) && IsLongToken(value)) {
      return SensitiveFind{Rule::kSecret, "credential"};
    }
  }
  if ((classes & kDigit) != 0 && FindCard(value)) return SensitiveFind{Rule::kCard, "card-number"};
  if ((classes & kAt) != 0 && FindEmail(value)) {
    return SensitiveFind{Rule::kEmail, "email-address"};
  }
  if ((classes & kDigit) != 0 && FindPhone(value)) {
    return SensitiveFind{Rule::kPhone, "phone-number"};
  }
  if (FindEntropy(value)) return SensitiveFind{Rule::kEntropy, "random-text"};
  return std::nullopt;
}

std::string Fingerprint(std::string_view key, std::string_view value) {
  return absl::StrCat("hmac:", HmacSha256Hex(key, value, 10));
}

}  // namespace tokentra
