// tokentra.Ledger: a folder shared by the processes of a service.

#ifndef TOKENTRA_BINDINGS_PYTHON_SRC_LEDGER_H_
#define TOKENTRA_BINDINGS_PYTHON_SRC_LEDGER_H_

#include <pybind11/pybind11.h>

#include <tokentra/tokentra.hpp>

namespace tokentra::python {

// The C++ side of a tokentra.Ledger.
struct LedgerValue {
  Ledger ledger;
};

void InitLedger(pybind11::module_& module);

}  // namespace tokentra::python

#endif  // TOKENTRA_BINDINGS_PYTHON_SRC_LEDGER_H_
