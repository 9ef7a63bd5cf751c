#include "core/convention/unicode.h"

#include <algorithm>
#include <vector>

#include "core/base/text.h"

namespace tokentra::unicode {
namespace {

// Hangul syllables compose by arithmetic (Unicode 3.12).
constexpr std::uint32_t kHangulS = 0xAC00;
constexpr std::uint32_t kHangulL = 0x1100;
constexpr std::uint32_t kHangulV = 0x1161;
constexpr std::uint32_t kHangulT = 0x11A7;
constexpr std::uint32_t kHangulLCount = 19;
constexpr std::uint32_t kHangulVCount = 21;
constexpr std::uint32_t kHangulTCount = 28;
constexpr std::uint32_t kHangulSCount = kHangulLCount * kHangulVCount * kHangulTCount;

template <typename Range>
const Range* FindRange(const Range* ranges, std::size_t count, std::uint32_t point) {
  const Range* end = ranges + count;
  const Range* found = std::upper_bound(
      ranges, end, point, [](std::uint32_t p, const Range& range) { return p < range.first; });
  if (found == ranges) return nullptr;
  --found;
  return point <= found->last ? found : nullptr;
}

std::uint8_t CombiningClass(std::uint32_t point) {
  if (point < 0x300) return 0;
  const ClassRange* range = FindRange(kClasses, kClassCount, point);
  return range == nullptr ? 0 : range->combining_class;
}

void Decompose(std::uint32_t point, std::vector<std::uint32_t>& out) {
  if (point >= kHangulS && point < kHangulS + kHangulSCount) {
    const std::uint32_t index = point - kHangulS;
    out.push_back(kHangulL + index / (kHangulVCount * kHangulTCount));
    out.push_back(kHangulV + index % (kHangulVCount * kHangulTCount) / kHangulTCount);
    if (index % kHangulTCount != 0) out.push_back(kHangulT + index % kHangulTCount);
    return;
  }
  const Decomposition* end = kDecompositions + kDecompositionCount;
  const Decomposition* found =
      std::lower_bound(kDecompositions, end, point,
                       [](const Decomposition& item, std::uint32_t p) { return item.point < p; });
  if (found == end || found->point != point) {
    out.push_back(point);
    return;
  }
  Decompose(found->first, out);
  if (found->second != 0) Decompose(found->second, out);
}

// 0: the two do not compose.
std::uint32_t Compose(std::uint32_t first, std::uint32_t second) {
  if (first >= kHangulL && first < kHangulL + kHangulLCount && second >= kHangulV &&
      second < kHangulV + kHangulVCount) {
    return kHangulS + ((first - kHangulL) * kHangulVCount + (second - kHangulV)) * kHangulTCount;
  }
  if (first >= kHangulS && first < kHangulS + kHangulSCount &&
      (first - kHangulS) % kHangulTCount == 0 && second > kHangulT &&
      second < kHangulT + kHangulTCount) {
    return first + (second - kHangulT);
  }
  const Decomposition* end = kCompositions + kCompositionCount;
  const Decomposition* found = std::lower_bound(kCompositions, end, std::pair(first, second),
                                                [](const Decomposition& item, const auto& key) {
                                                  return std::pair(item.first, item.second) < key;
                                                });
  if (found == end || found->first != first || found->second != second) return 0;
  return found->point;
}

void SortMarks(std::vector<std::uint32_t>& points) {
  for (auto at = points.begin(); at != points.end();) {
    if (CombiningClass(*at) == 0) {
      ++at;
      continue;
    }
    auto end = std::find_if(at, points.end(),
                            [](std::uint32_t point) { return CombiningClass(point) == 0; });
    std::stable_sort(at, end, [](std::uint32_t a, std::uint32_t b) {
      return CombiningClass(a) < CombiningClass(b);
    });
    at = end;
  }
}

bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

}  // namespace

std::string_view Version() { return kVersion; }

std::uint32_t Decode(std::string_view& text) {
  const std::size_t length = Utf8SequenceLength(text);
  const auto byte = [&](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i]));
  };
  std::uint32_t point = kInvalid;
  switch (length) {
    case 1:
      point = byte(0);
      break;
    case 2:
      point = (byte(0) & 0x1F) << 6 | (byte(1) & 0x3F);
      break;
    case 3:
      point = (byte(0) & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F);
      break;
    case 4:
      point = (byte(0) & 0x07) << 18 | (byte(1) & 0x3F) << 12 | (byte(2) & 0x3F) << 6 |
              (byte(3) & 0x3F);
      break;
    default:
      break;
  }
  text.remove_prefix(std::max<std::size_t>(length, 1));
  return point;
}

void Append(std::uint32_t point, std::string& out) {
  const auto put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (point < 0x80) {
    put(point);
  } else if (point < 0x800) {
    put(0xC0 | point >> 6);
    put(0x80 | (point & 0x3F));
  } else if (point < 0x10000) {
    put(0xE0 | point >> 12);
    put(0x80 | (point >> 6 & 0x3F));
    put(0x80 | (point & 0x3F));
  } else {
    put(0xF0 | point >> 18);
    put(0x80 | (point >> 12 & 0x3F));
    put(0x80 | (point >> 6 & 0x3F));
    put(0x80 | (point & 0x3F));
  }
}

Category CategoryOf(std::uint32_t point) {
  const CategoryRange* range = FindRange(kCategories, kCategoryCount, point);
  return range == nullptr ? Category::kCn : range->category;
}

bool IsLetter(Category category) { return category >= Category::kLu && category <= Category::kLo; }

bool IsBidiControl(std::uint32_t point) {
  return point == 0x061C || point == 0x200E || point == 0x200F ||
         (point >= 0x202A && point <= 0x202E) || (point >= 0x2066 && point <= 0x2069);
}

bool IsForbidden(std::uint32_t point) {
  switch (CategoryOf(point)) {
    case Category::kCn:
    case Category::kZl:
    case Category::kZp:
    case Category::kCc:
    case Category::kCf:
    case Category::kCs:
    case Category::kCo:
      return true;
    default:
      return false;
  }
}

std::string ToNfc(std::string_view text) {
  if (IsAscii(text)) return std::string(text);
  std::vector<std::uint32_t> points;
  while (!text.empty()) Decompose(Decode(text), points);
  SortMarks(points);
  std::vector<std::uint32_t> composed;
  std::size_t starter = points.size();  // index in `composed` of the last starter
  std::uint8_t last_class = 0;
  for (const std::uint32_t point : points) {
    const std::uint8_t own_class = CombiningClass(point);
    const bool has_starter = starter < composed.size();
    // Blocked when something of the same or a higher class stands between.
    const bool adjacent = has_starter && starter + 1 == composed.size();
    if (has_starter && (adjacent || last_class < own_class)) {
      if (const std::uint32_t joined = Compose(composed[starter], point); joined != 0) {
        composed[starter] = joined;
        continue;
      }
    }
    if (own_class == 0) starter = composed.size();
    last_class = own_class;
    composed.push_back(point);
  }
  std::string out;
  for (const std::uint32_t point : composed) Append(point, out);
  return out;
}

bool IsNfc(std::string_view text) { return IsAscii(text) || ToNfc(text) == text; }

char LooksLike(std::uint32_t point) {
  const Confusable* end = kConfusables + kConfusableCount;
  const Confusable* found =
      std::lower_bound(kConfusables, end, point,
                       [](const Confusable& item, std::uint32_t p) { return item.point < p; });
  return found == end || found->point != point ? '\0' : found->looks_like;
}

std::string ReplaceConfusables(std::string_view text) {
  if (IsAscii(text)) return std::string(text);
  std::string out;
  while (!text.empty()) {
    const std::uint32_t point = Decode(text);
    if (point == kInvalid) continue;
    if (const char letter = LooksLike(point); letter != '\0') {
      out += letter;
    } else {
      Append(point, out);
    }
  }
  return out;
}

}  // namespace tokentra::unicode
