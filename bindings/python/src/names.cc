#include "bindings/python/src/names.h"

#include <algorithm>
#include <numeric>
#include <tokentra/tokentra.hpp>
#include <vector>

namespace tokentra::python {
namespace {

namespace py = pybind11;

constexpr std::pair<std::string_view, Name> kArguments[] = {
    {"usage", Name::kUsage},
    {"provider", Name::kProvider},
    {"model", Name::kModel},
    {"api", Name::kApi},
    {"service_tier", Name::kServiceTier},
    {"region", Name::kRegion},
    {"batch", Name::kBatch},
    {"conditions", Name::kConditions},
    {"response", Name::kResponse},
    {"id", Name::kId},
    {"at", Name::kAt},
    {"arrived", Name::kArrived},
    {"metadata", Name::kMetadata},
};

std::vector<Keyword> g_keywords;
std::vector<PyObject*> g_meters;  // by id

std::string_view ViewOf(PyObject* text) {
  Py_ssize_t size = 0;
  const char* data = PyUnicode_AsUTF8AndSize(text, &size);
  if (data == nullptr) {
    PyErr_Clear();
    return {};
  }
  return {data, static_cast<std::size_t>(size)};
}

void AddKeyword(std::string_view text, Name name, std::uint32_t meter) {
  PyObject* object = PyUnicode_FromStringAndSize(text.data(), static_cast<Py_ssize_t>(text.size()));
  if (object == nullptr) throw py::error_already_set();
  PyUnicode_InternInPlace(&object);
  g_keywords.push_back({object, name, meter});
}

std::size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substitution = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({substitution, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

}  // namespace

std::array<const Keyword*, kKeywordSlots> g_keyword_slots;

void InitNames() {
  constexpr std::string_view kMilliseconds = "_milliseconds";
  const std::uint32_t meters = MeterCount();
  if (!g_keywords.empty()) return;
  g_keywords.reserve(std::size(kArguments) + 2 * static_cast<std::size_t>(meters));
  g_meters.assign(meters + 1, nullptr);
  for (const auto& [text, name] : kArguments) AddKeyword(text, name, 0);
  for (std::uint32_t meter = 1; meter <= meters; ++meter) {
    const std::string_view text = MeterName(meter);
    AddKeyword(text, Name::kMeter, meter);
    g_meters[meter] = g_keywords.back().text;
    if (text.size() > kMilliseconds.size() &&
        text.substr(text.size() - kMilliseconds.size()) == kMilliseconds) {
      const std::string_view stem = text.substr(0, text.size() - kMilliseconds.size());
      AddKeyword(std::string(stem) + "_seconds", Name::kSeconds, meter);
    }
  }
  for (const Keyword& keyword : g_keywords) {
    std::size_t slot = KeywordSlot(keyword.text);
    while (g_keyword_slots[slot] != nullptr) slot = (slot + 1) & (kKeywordSlots - 1);
    g_keyword_slots[slot] = &keyword;
  }
}

const Keyword* FindKeywordByText(PyObject* name) {
  if (!PyUnicode_Check(name)) return nullptr;
  const std::string_view text = ViewOf(name);
  for (const Keyword& keyword : g_keywords) {
    if (ViewOf(keyword.text) == text) return &keyword;
  }
  return nullptr;
}

PyObject* MeterText(std::uint32_t meter) {
  return meter < g_meters.size() ? g_meters[meter] : nullptr;
}

std::string DidYouMean(std::string_view name, bool meters_only) {
  // inputTokens is input_tokens; OpenAI's own words are near nothing by spelling.
  std::string folded;
  for (const char c : name) {
    const bool upper = c >= 'A' && c <= 'Z';
    if (upper && !folded.empty() && folded.back() != '_') folded += '_';
    folded += c == '-' ? '_' : upper ? static_cast<char>(c - 'A' + 'a') : c;
  }
  if (folded == "prompt_tokens") folded = "input_tokens";
  if (folded == "completion_tokens") folded = "output_tokens";
  std::size_t best = std::max<std::size_t>(2, name.size() / 3) + 1;
  std::string_view nearest;
  for (const Keyword& keyword : g_keywords) {
    if (meters_only && keyword.name != Name::kMeter && keyword.name != Name::kSeconds) continue;
    const std::string_view text = ViewOf(keyword.text);
    const std::size_t distance = EditDistance(folded, text);
    if (distance < best) {
      best = distance;
      nearest = text;
    }
  }
  if (nearest.empty()) return "";
  return " (did you mean '" + std::string(nearest) + "'?)";
}

}  // namespace tokentra::python
