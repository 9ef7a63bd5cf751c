// Fast methods and types: what hot calls need beside pybind11.
//
// pybind11's dispatcher costs several hundred nanoseconds for a call with keywords, and its
// instances about two hundred. Calls that happen once an event are therefore METH_FASTCALL methods
// attached to the pybind11 class, and what they return are plain heap types.

#ifndef TOKENTRA_BINDINGS_PYTHON_SRC_FAST_TYPE_H_
#define TOKENTRA_BINDINGS_PYTHON_SRC_FAST_TYPE_H_

#include <pybind11/pybind11.h>

#include "bindings/python/src/errors.h"

namespace tokentra::python {

using FastFunction = PyObject* (*)(PyObject* self, PyObject* const* args, Py_ssize_t nargs,
                                   PyObject* kwnames);

// Attaches `function` as a method of a class; `definition` must live as long as the process.
template <FastFunction function>
void AddFastMethod(pybind11::object cls, const char* name, const char* doc) {
  // Whatever C++ throws inside becomes a Python exception.
  static constexpr FastFunction guarded = [](PyObject* self, PyObject* const* args,
                                             Py_ssize_t nargs, PyObject* kwnames) -> PyObject* {
    try {
      return function(self, args, nargs, kwnames);
    } catch (...) {
      SetFromCppException();
      return nullptr;
    }
  };
  static PyMethodDef definition = {
      name, reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(guarded)),
      METH_FASTCALL | METH_KEYWORDS, doc};
  PyObject* method = PyDescr_NewMethod(reinterpret_cast<PyTypeObject*>(cls.ptr()), &definition);
  if (method == nullptr) throw pybind11::error_already_set();
  cls.attr(name) = pybind11::reinterpret_steal<pybind11::object>(method);
}

// The C++ object of a pybind11 instance whose class the method descriptor has checked. Null with
// TypeError set when `__init__` did not run.
template <typename T>
T* SelfOf(PyObject* self) {
  auto* instance = reinterpret_cast<pybind11::detail::instance*>(self);
  void* value =
      instance->simple_layout
          ? instance->simple_value_holder[0]
          : instance->get_value_and_holder(pybind11::detail::get_type_info(typeid(T))).value_ptr();
  if (value == nullptr) PyErr_SetString(PyExc_TypeError, "object is not initialised");
  return static_cast<T*>(value);
}

}  // namespace tokentra::python

#endif  // TOKENTRA_BINDINGS_PYTHON_SRC_FAST_TYPE_H_
