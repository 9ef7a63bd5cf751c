// tokentra.Cost and tokentra.Line: the result of pricing, read when asked.

#ifndef TOKENTRA_BINDINGS_PYTHON_SRC_COST_H_
#define TOKENTRA_BINDINGS_PYTHON_SRC_COST_H_

#include <pybind11/pybind11.h>

#include <tokentra/tokentra.hpp>

#include "bindings/python/src/arguments.h"

namespace tokentra::python {

void InitCost(pybind11::module_& module);

// A tokentra.Cost of a call at the catalog's prices; null with an exception set.
PyObject* PriceCall(const tokentra_catalog* catalog, CallArguments* arguments);

}  // namespace tokentra::python

#endif  // TOKENTRA_BINDINGS_PYTHON_SRC_COST_H_
