// tokentra.Repricing: a snapshot with another catalog.

#ifndef TOKENTRA_BINDINGS_PYTHON_SRC_REPRICE_H_
#define TOKENTRA_BINDINGS_PYTHON_SRC_REPRICE_H_

#include <pybind11/pybind11.h>

#include <tokentra/tokentra.hpp>

namespace tokentra::python {

void InitRepricing(pybind11::module_& module);

// A new tokentra.Repricing.
pybind11::object RepriceWith(const Snapshot& snapshot, const Catalog& catalog);

}  // namespace tokentra::python

#endif  // TOKENTRA_BINDINGS_PYTHON_SRC_REPRICE_H_
