// tokentra.Convention: naming rules, compiled once.

#ifndef TOKENTRA_BINDINGS_PYTHON_SRC_CONVENTION_H_
#define TOKENTRA_BINDINGS_PYTHON_SRC_CONVENTION_H_

#include <pybind11/pybind11.h>

#include <string>
#include <tokentra/tokentra.hpp>

namespace tokentra::python {

void InitConvention(pybind11::module_& module);

// A tokentra.Convention, or TypeError.
const Convention& ConventionOf(const pybind11::object& convention);

// tokentra._convention_files.NAME(json)
pybind11::object FromJson(const char* name, const std::string& json);

}  // namespace tokentra::python

#endif  // TOKENTRA_BINDINGS_PYTHON_SRC_CONVENTION_H_
