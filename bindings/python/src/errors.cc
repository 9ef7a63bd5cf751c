#include "bindings/python/src/errors.h"

#include <array>
#include <exception>
#include <new>

namespace tokentra::python {
namespace {

namespace py = pybind11;

constexpr std::size_t kCodes = TOKENTRA_UNAUTHENTICATED + 1;
constexpr std::size_t kReprMax = 80;

// Classes by code, and their base; held for as long as the process lives.
std::array<PyObject*, kCodes> g_classes;
PyObject* g_base;

PyObject* ClassOf(tokentra_status code) {
  const bool known = code > TOKENTRA_OK && static_cast<std::size_t>(code) < kCodes;
  return g_classes[known ? static_cast<std::size_t>(code) : TOKENTRA_UNKNOWN];
}

py::str TextOf(std::string_view text) {
  PyObject* object =
      PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), "backslashreplace");
  if (object == nullptr) throw py::error_already_set();
  return py::reinterpret_steal<py::str>(object);
}

}  // namespace

void InitErrors() {
  const py::module_ errors = py::module_::import("tokentra._errors");
  g_base = errors.attr("Error").ptr();
  Py_INCREF(g_base);
  const py::tuple classes = errors.attr("CLASSES");
  for (std::size_t code = 1; code < kCodes; ++code) {
    g_classes[code] = py::object(classes[code - 1]).release().ptr();
  }
  py::register_local_exception_translator([](std::exception_ptr exception) {
    try {
      if (exception) std::rethrow_exception(exception);
    } catch (const Error& error) {
      SetError(error.code(), error.message());
    }
  });
}

PyObject* NewError(tokentra_status code, std::string_view message) {
  PyObject* text = PyUnicode_DecodeUTF8(message.data(), static_cast<Py_ssize_t>(message.size()),
                                        "backslashreplace");
  if (text == nullptr) return nullptr;
  PyObject* error = PyObject_CallOneArg(ClassOf(code), text);
  Py_DECREF(text);
  return error;
}

bool SetError(tokentra_status code, std::string_view message) {
  if (PyObject* error = NewError(code, message)) {
    PyErr_SetObject(ClassOf(code), error);
    Py_DECREF(error);
  }
  return false;
}

bool SetInvalid(std::string_view message) { return SetError(TOKENTRA_INVALID_ARGUMENT, message); }

bool SetInvalidField(PyObject* field, PyObject* value, std::string_view problem) {
  try {
    const std::string value_text = ShortRepr(value);
    const std::string name = PrintableText(field);
    const std::string message = name + " = " + value_text + " " + std::string(problem);
    py::dict details;
    details["field"] = TextOf(name);
    details["value"] = TextOf(value_text);
    const py::handle cls = ClassOf(TOKENTRA_INVALID_ARGUMENT);
    const py::object error = cls(TextOf(message), details);
    PyErr_SetObject(cls.ptr(), error.ptr());
  } catch (py::error_already_set& error) {
    error.restore();
  }
  return false;
}

bool SetError(tokentra_status status, const ErrorHandle& error) {
  const std::string_view message =
      error ? detail::View(tokentra_error_message(error.get())) : std::string_view();
  return SetError(status, message.empty() ? tokentra_status_name(status) : message);
}

bool CaughtError() { return PyErr_Occurred() != nullptr && PyErr_ExceptionMatches(g_base) != 0; }

std::string PrintableText(PyObject* text) {
  PyObject* bytes = PyUnicode_Check(text)
                        ? PyUnicode_AsEncodedString(text, "utf-8", "backslashreplace")
                        : nullptr;
  if (bytes == nullptr) {
    PyErr_Clear();
    return std::string("<") + Py_TYPE(text)->tp_name + ">";
  }
  std::string printable(PyBytes_AS_STRING(bytes),
                        static_cast<std::size_t>(PyBytes_GET_SIZE(bytes)));
  Py_DECREF(bytes);
  return printable;
}

std::string ShortRepr(PyObject* value) {
  PyObject* repr = PyObject_Repr(value);
  if (repr == nullptr) {
    PyErr_Clear();
    return std::string("<") + Py_TYPE(value)->tp_name + ">";
  }
  std::string text = PrintableText(repr);
  Py_DECREF(repr);
  if (text.size() > kReprMax) {
    std::size_t end = kReprMax;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    text.resize(end);
    text += "...";
  }
  return text;
}

void SetFromCppException() {
  try {
    throw;
  } catch (py::error_already_set& error) {
    error.restore();
  } catch (const Error& error) {
    SetError(error.code(), error.message());
  } catch (const std::bad_alloc&) {
    PyErr_NoMemory();
  } catch (const std::exception& error) {
    SetError(TOKENTRA_INTERNAL, error.what());
  }
}

}  // namespace tokentra::python
