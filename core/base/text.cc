#include "core/base/text.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

namespace tokentra {
namespace {

constexpr std::size_t kQuotedMax = 64;
constexpr std::size_t kDistanceMax = 128;

char LowerChar(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

void AppendEscaped(std::string& out, unsigned char byte) {
  constexpr char kHex[] = "0123456789abcdef";
  out += "\\x";
  out += kHex[byte >> 4];
  out += kHex[byte & 15];
}

}  // namespace

std::size_t Utf8SequenceLength(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return 1;
  std::size_t length = 0;
  std::uint32_t code = 0;
  if (lead >= 0xC2 && lead <= 0xDF) {
    length = 2;
    code = lead & 0x1Fu;
  } else if (lead >= 0xE0 && lead <= 0xEF) {
    length = 3;
    code = lead & 0x0Fu;
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    length = 4;
    code = lead & 0x07u;
  } else {
    return 0;
  }
  if (text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0u) != 0x80u) return 0;
    code = (code << 6) | (byte(i) & 0x3Fu);
  }
  if (length == 3 && (code < 0x800 || (code >= 0xD800 && code <= 0xDFFF))) return 0;
  if (length == 4 && (code < 0x10000 || code > 0x10FFFF)) return 0;
  return length;
}

std::string Quote(std::string_view value) {
  std::string out = "\"";
  std::size_t at = 0;
  while (at < value.size() && at < kQuotedMax) {
    const std::size_t length = Utf8SequenceLength(value.substr(at));
    const auto byte = static_cast<unsigned char>(value[at]);
    if (length == 0 || byte < 0x20 || byte == 0x7F) {
      AppendEscaped(out, byte);
      ++at;
      continue;
    }
    if (byte == '"' || byte == '\\') out += '\\';
    out.append(value.substr(at, length));
    at += length;
  }
  if (at < value.size()) out += "...";
  out += '"';
  return out;
}

bool IsValidUtf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = Utf8SequenceLength(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string AsciiLower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = LowerChar(c);
  return out;
}

std::size_t EditDistance(std::string_view a, std::string_view b) {
  a = a.substr(0, kDistanceMax);
  b = b.substr(0, kDistanceMax);
  std::array<std::size_t, kDistanceMax + 1> row;
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      const std::size_t replace = diagonal + (LowerChar(a[i - 1]) == LowerChar(b[j - 1]) ? 0 : 1);
      row[j] = std::min({above + 1, row[j - 1] + 1, replace});
      diagonal = above;
    }
  }
  return row[b.size()];
}

std::vector<std::string_view> Nearest(std::string_view value,
                                      std::span<const std::string_view> candidates,
                                      std::size_t count) {
  std::vector<std::pair<std::size_t, std::size_t>> ranked;  // distance, index
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const std::size_t distance = EditDistance(value, candidates[i]);
    if (distance * 2 <= std::max(value.size(), candidates[i].size())) {
      ranked.emplace_back(distance, i);
    }
  }
  std::sort(ranked.begin(), ranked.end());
  std::vector<std::string_view> nearest;
  for (const auto& [distance, index] : ranked) {
    if (nearest.size() == count) break;
    nearest.push_back(candidates[index]);
  }
  return nearest;
}

std::string NearestHint(std::string_view value, std::span<const std::string_view> candidates) {
  const std::vector<std::string_view> nearest = Nearest(value, candidates, 1);
  if (nearest.empty()) return "";
  return ", nearest is " + Quote(nearest.front());
}

}  // namespace tokentra
