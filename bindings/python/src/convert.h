// Conversions between Python values and those of the C interface. All exact, or refused with an
// error that names the field and the value.

#ifndef TOKENTRA_BINDINGS_PYTHON_SRC_CONVERT_H_
#define TOKENTRA_BINDINGS_PYTHON_SRC_CONVERT_H_

#include <pybind11/pybind11.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <tokentra/tokentra.hpp>

#include "bindings/python/src/inline_vector.h"

namespace tokentra::python {

// Strong references that keep borrowed text alive during a call.
class References {
 public:
  References() = default;
  ~References() {
    for (PyObject* object : objects_) Py_DECREF(object);
  }
  void Hold(PyObject* object) {
    objects_.push_back(object);
    Py_INCREF(object);
  }
  // Takes the caller's reference over.
  void Take(PyObject* object) { objects_.push_back(object); }

 private:
  InlineVector<PyObject*, 40> objects_;
};

// ---- Into C
// --------------------------------------------------------------------------------------

// The UTF-8 of a str: a view into it. An error for lone surrogates. `field` is a str for messages.
bool Utf8OfWide(PyObject* text, PyObject* field, tokentra_text* out);
inline bool Utf8Of(PyObject* text, PyObject* field, tokentra_text* out) {
  if (!PyUnicode_IS_COMPACT_ASCII(text)) return Utf8OfWide(text, field, out);
  *out = {static_cast<const char*>(PyUnicode_DATA(text)),
          static_cast<std::size_t>(PyUnicode_GET_LENGTH(text))};
  return true;
}

// A str, or None for an absent text.
bool TextArgument(PyObject* value, PyObject* field, tokentra_text* out);

enum class Scalar { kText, kAbsent, kNoText, kError };

// The text of a metadata value or condition: str as it is, bool "true"/"false", numbers in their
// shortest JSON form, and what defines a text of its own (UUID, Decimal, Enum, datetime). None is
// absent; containers, bytes and plain objects have no text. *text is a new reference with kText.
Scalar ScalarText(PyObject* value, PyObject** text);

// The shortest JSON form of a finite number, as every JSON.stringify prints it: 2, 1.5, 1e+21.
std::string FloatText(double value);

// A count: an int, or a float without fraction, 0 to 2^48.
bool CountArgument(PyObject* value, PyObject* field, std::uint64_t* out);

// A duration in seconds (int, float, Decimal, str) as whole milliseconds.
bool SecondsArgument(PyObject* value, PyObject* field, std::uint64_t* out);

// An aware datetime or RFC 3339 text as nanoseconds since 1970 UTC.
bool InstantArgument(PyObject* value, PyObject* field, std::int64_t* out);

// Nanoseconds since 1970 UTC, now.
std::int64_t Now();

// ---- Out of C
// ------------------------------------------------------------------------------------

// New references; null with an exception set.
PyObject* DecimalOf(tokentra_money money);
PyObject* TextOf(tokentra_text text);
PyObject* TextOrNone(tokentra_text text);  // None when absent or empty

// {"input_tokens": 1500, ...} in the order given.
pybind11::dict UsageDict(const tokentra_quantity* usage, std::size_t count);

// Static words of the interface: "priced", "exact", "recorded"; null for 0.
const char* StateWord(std::uint32_t state);
const char* MatchWord(std::uint32_t match);
const char* QualityWord(std::uint32_t quality);
const char* OutcomeWord(std::uint32_t outcome);

bool HasAmount(std::uint32_t state);

}  // namespace tokentra::python

#endif  // TOKENTRA_BINDINGS_PYTHON_SRC_CONVERT_H_
