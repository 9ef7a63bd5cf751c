// Names: keyword arguments and meters, found by the pointer of an interned string.
//
// Python interns the keyword names that stand in source code, so a call's keywords are nearly
// always the very objects of this table: one probe, no comparison of text. Names that come another
// way (`**json.loads(...)`) are compared by text.

#ifndef TOKENTRA_BINDINGS_PYTHON_SRC_NAMES_H_
#define TOKENTRA_BINDINGS_PYTHON_SRC_NAMES_H_

#include <pybind11/pybind11.h>

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

// Null when there is no such name; never sets an exception.
const Keyword* FindKeyword(PyObject* name);

// Borrowed str of a meter id; null when there is none.
PyObject* MeterText(std::uint32_t meter);

// The nearest of the known names, for a message: "", or " (did you mean 'input_tokens'?)".
// `meters_only` leaves the arguments out.
std::string DidYouMean(std::string_view name, bool meters_only);

}  // namespace tokentra::python

#endif  // TOKENTRA_BINDINGS_PYTHON_SRC_NAMES_H_
