// Errors: status codes as Python exceptions, one class a code (tokentra._errors).
//
// Functions of this binding that fail follow CPython: they set the exception and return false or
// nullptr. A tokentra.Error means that the input is wrong; TypeError that the call is.

#ifndef TOKENTRA_BINDINGS_PYTHON_SRC_ERRORS_H_
#define TOKENTRA_BINDINGS_PYTHON_SRC_ERRORS_H_

#include <pybind11/pybind11.h>

#include <string>
#include <string_view>
#include <tokentra/tokentra.hpp>

namespace tokentra::python {

// Loads the classes and translates tokentra::Error wherever pybind11 catches it.
void InitErrors();

// A new exception of the class of `code`; null with an exception set when that fails.
PyObject* NewError(tokentra_status code, std::string_view message);

// Sets the exception. Always false, to be returned.
bool SetError(tokentra_status code, std::string_view message);
bool SetInvalid(std::string_view message);
// INVALID_ARGUMENT "<field> = <value> <problem>", with field and value in `details` too.
bool SetInvalidField(PyObject* field, PyObject* value, std::string_view problem);
// From a status and the error object that came with it, if any.
bool SetError(tokentra_status status, const ErrorHandle& error);

// Whether the exception that is set is a tokentra.Error.
bool CaughtError();

// The UTF-8 of a str for a message, lone surrogates escaped; never fails.
std::string PrintableText(PyObject* text);

// `repr` of a value, shortened for a message; never fails.
std::string ShortRepr(PyObject* value);

// Sets what C++ threw; call it in a catch (...) block.
void SetFromCppException();

}  // namespace tokentra::python

#endif  // TOKENTRA_BINDINGS_PYTHON_SRC_ERRORS_H_
