// tokentra.extract_usage and what it returns.

#ifndef TOKENTRA_BINDINGS_PYTHON_SRC_EXTRACTION_H_
#define TOKENTRA_BINDINGS_PYTHON_SRC_EXTRACTION_H_

#include <pybind11/pybind11.h>

namespace tokentra::python {

void InitExtraction(pybind11::module_& module);

}  // namespace tokentra::python

#endif  // TOKENTRA_BINDINGS_PYTHON_SRC_EXTRACTION_H_
