// tokentra.Catalog.

#ifndef TOKENTRA_BINDINGS_PYTHON_SRC_CATALOG_H_
#define TOKENTRA_BINDINGS_PYTHON_SRC_CATALOG_H_

#include <pybind11/pybind11.h>

#include <tokentra/tokentra.hpp>

namespace tokentra::python {

// The class, with the fast method `price`.
void InitCatalog(pybind11::module_& module);

// The C++ object of a tokentra.Catalog. The instance must be one.
const Catalog& CatalogOf(PyObject* catalog);

}  // namespace tokentra::python

#endif  // TOKENTRA_BINDINGS_PYTHON_SRC_CATALOG_H_
