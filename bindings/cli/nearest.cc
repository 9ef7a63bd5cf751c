#include "bindings/cli/nearest.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace tokentra::cli {
namespace {

constexpr std::size_t kCompared = 128;

// Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`.
std::size_t Distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> current(b.size() + 1);
  std::iota(last.begin(), last.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    current[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      current[j] = std::min({replaced, last[j] + 1, current[j - 1] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        current[j] = std::min(current[j], before_last[j - 2] + 1);
      }
    }
    std::swap(before_last, last);
    std::swap(last, current);
  }
  return last[b.size()];
}

}  // namespace

std::string AsciiLower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

std::vector<std::string> Nearest(std::string_view name, const std::vector<std::string>& names,
                                 std::size_t count) {
  const std::string wanted = AsciiLower(name);
  if (wanted.empty() || wanted.size() > kCompared) return {};
  const std::size_t mistakes_max = std::max<std::size_t>(2, wanted.size() / 3);
  std::vector<std::pair<std::size_t, std::string>> found;
  for (const std::string& candidate : names) {
    if (candidate.size() > kCompared) continue;
    const std::string lower = AsciiLower(candidate);
    std::size_t distance = Distance(wanted, lower);
    const bool contained = wanted.size() >= 3 && lower.find(wanted) != std::string::npos;
    if (contained) distance = std::min<std::size_t>(distance, 1);
    if (distance <= mistakes_max && distance < wanted.size()) {
      found.emplace_back(distance, candidate);
    }
  }
  std::sort(found.begin(), found.end());
  std::vector<std::string> nearest;
  for (auto& [distance, candidate] : found) {
    if (nearest.size() == count) break;
    if (nearest.empty() || nearest.back() != candidate) nearest.push_back(std::move(candidate));
  }
  return nearest;
}

std::string DidYouMean(std::string_view name, const std::vector<std::string>& names,
                       std::size_t count) {
  const std::vector<std::string> nearest = Nearest(name, names, count);
  std::string text;
  for (std::size_t i = 0; i < nearest.size(); ++i) {
    text += i == 0 ? "; did you mean '" : i + 1 == nearest.size() ? "' or '" : "', '";
    text += nearest[i];
  }
  return text.empty() ? text : text + "'?";
}

}  // namespace tokentra::cli
