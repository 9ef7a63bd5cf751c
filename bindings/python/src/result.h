// tokentra.TrackResult: what became of a tracked call.
//
// It keeps what identifies the price (texts, usage, instant, catalog), so that `cost` can price the
// same call again when somebody asks: tracking itself makes no lines.

#ifndef TOKENTRA_BINDINGS_PYTHON_SRC_RESULT_H_
#define TOKENTRA_BINDINGS_PYTHON_SRC_RESULT_H_

#include <pybind11/pybind11.h>

#include <tokentra/tokentra.hpp>

#include "bindings/python/src/arguments.h"

namespace tokentra::python {

void InitResult(pybind11::module_& module);

// A result of a call that reached the core. `catalog` is the Python object; `checked`, taken over,
// is the JSON of what was found in its metadata, null for nothing. Null with an exception set when
// memory ends.
PyObject* NewResult(const CallArguments& arguments, PyObject* catalog,
                    const tokentra_track_result& result, tokentra_status status,
                    const ErrorHandle& error, PyObject* checked);

// A refusal from the tokentra.Error that is set; clears it.
PyObject* NewRefusal(const CallArguments& arguments, PyObject* catalog);

}  // namespace tokentra::python

#endif  // TOKENTRA_BINDINGS_PYTHON_SRC_RESULT_H_
