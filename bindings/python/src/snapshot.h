// tokentra.Snapshot, tokentra.Rows and tokentra.Row.

#ifndef TOKENTRA_BINDINGS_PYTHON_SRC_SNAPSHOT_H_
#define TOKENTRA_BINDINGS_PYTHON_SRC_SNAPSHOT_H_

#include <pybind11/pybind11.h>

#include <tokentra/tokentra.hpp>

namespace tokentra::python {

void InitSnapshot(pybind11::module_& module);

// A tokentra.Snapshot of everything recorded so far.
pybind11::object NewSnapshot(Snapshot snapshot);
pybind11::object TakeSnapshot(const Client& client);

}  // namespace tokentra::python

#endif  // TOKENTRA_BINDINGS_PYTHON_SRC_SNAPSHOT_H_
