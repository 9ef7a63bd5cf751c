// JSON text of a response given as Python values: dict, list, tuple, str, bytes, numbers, bool,
// None, and objects of a provider's SDK (`model_dump`, `to_dict` or `dict`).
//
// Exact: ints of 64 bits as written, floats in their shortest form; a larger int becomes the
// nearest float, which no reader takes for a count. What has no JSON form (a datetime, NaN, a
// client object inside a response) becomes its text or null: usage never hangs on it, and an event
// must not be lost for it. Depth is limited to 128.

#ifndef TOKENTRA_BINDINGS_PYTHON_SRC_JSON_WRITER_H_
#define TOKENTRA_BINDINGS_PYTHON_SRC_JSON_WRITER_H_

#include <pybind11/pybind11.h>

#include <string>

namespace tokentra::python {

inline constexpr int kJsonDepthMax = 128;

// Appends the text of `response`, which must be a dict, a list or an SDK object. False with an
// exception set: INVALID_ARGUMENT for another type, or nesting past the limit.
bool WriteJson(PyObject* response, std::string* out);

}  // namespace tokentra::python

#endif  // TOKENTRA_BINDINGS_PYTHON_SRC_JSON_WRITER_H_
