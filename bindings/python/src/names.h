// Names: keyword arguments and meters, found by the pointer of an interned string.
//
// Python interns the keyword names that stand in source code, so a call's keywords are nearly
// always the very objects of this table: one probe, no comparison of text. Names that come another
// way (`**json.loads(...)`) are compared by text.

#ifndef TOKENTRA_BINDINGS_PYTHON_SRC_NAMES_H_
#define TOKENTRA_BINDINGS_PYTHON_SRC_NAMES_H_

#include <pybind11/pybind11.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tokentra::python {

enum class Name : std::uint8_t {
  kUsage,
  kProvider,
  kModel,
  kApi,
  kServiceTier,
  kRegion,
  kBatch,
  kConditions,
  kResponse,
  kId,
  kAt,
  kArrived,
  kMetadata,
  kMeter,    // `Keyword::meter`, a count
  kSeconds,  // `Keyword::meter` is in milliseconds, the value in seconds
};

struct Keyword {
  PyObject* text;  // interned
  Name name;
  std::uint32_t meter;
};

// Makes the table. Once, before everything else here.
void InitNames();

// Open addressing by pointer, at most a quarter full; filled once.
inline constexpr std::size_t kKeywordSlots = 512;
extern std::array<const Keyword*, kKeywordSlots> g_keyword_slots;
inline std::size_t KeywordSlot(const PyObject* text) {
  const auto address = reinterpret_cast<std::uintptr_t>(text);
  return (address >> 4 ^ address >> 13) & (kKeywordSlots - 1);
}

const Keyword* FindKeywordByText(PyObject* name);

// Null when there is no such name; never sets an exception.
inline const Keyword* FindKeyword(PyObject* name) {
  for (std::size_t slot = KeywordSlot(name); g_keyword_slots[slot] != nullptr;
       slot = (slot + 1) & (kKeywordSlots - 1)) {
    if (g_keyword_slots[slot]->text == name) return g_keyword_slots[slot];
  }
  return FindKeywordByText(name);
}

// Borrowed str of a meter id; null when there is none.
PyObject* MeterText(std::uint32_t meter);

// The nearest of the known names, for a message: "", or " (did you mean 'input_tokens'?)".
// `meters_only` leaves the arguments out.
std::string DidYouMean(std::string_view name, bool meters_only);

}  // namespace tokentra::python

#endif  // TOKENTRA_BINDINGS_PYTHON_SRC_NAMES_H_
