// Metadata of CallArguments: the event's own, and what `tokentra.metadata(...)` put around it.
#include <algorithm>

#include "bindings/python/src/arguments.h"
#include "bindings/python/src/errors.h"

namespace tokentra::python {
namespace {

namespace py = pybind11;

constexpr std::pair<std::string_view, std::string_view> kCamelCase[] = {
    {"projectId", "project_id"}, {"teamId", "team_id"},       {"userId", "user_id"},
    {"requestId", "request_id"}, {"sessionId", "session_id"},
};

PyObject* g_ambient;  // a ContextVar

std::string_view ViewOf(tokentra_text text) { return {text.data, text.size}; }

}  // namespace

std::string_view CanonicalKey(std::string_view key) {
  // None of the camelCase spellings is shorter than teamId, all end in Id.
  if (key.size() < 6 || key.back() != 'd' || key[key.size() - 2] != 'I') return key;
  for (const auto& [camel, canonical] : kCamelCase) {
    if (key == camel) return canonical;
  }
  return key;
}

PyObject* InitAmbient() {
  if (g_ambient == nullptr) g_ambient = PyContextVar_New("tokentra.metadata", nullptr);
  return g_ambient;
}

bool HasAmbient() {
  PyObject* node = nullptr;
  if (PyContextVar_Get(g_ambient, nullptr, &node) < 0) {
    PyErr_Clear();
    return false;
  }
  Py_XDECREF(node);
  return node != nullptr && node != Py_None;
}

bool CallArguments::AddFinding(PyObject* name, PyObject* value, const char* problem) {
  if (findings_ == nullptr) findings_ = PyList_New(0);
  if (findings_ == nullptr) return false;
  PyObject* text = PyUnicode_FromFormat("metadata %R: a value of type %s %s", name,
                                        Py_TYPE(value)->tp_name, problem);
  const bool ok = text != nullptr && PyList_Append(findings_, text) == 0;
  Py_XDECREF(text);
  return ok;
}

bool CallArguments::AddMetadataEntry(PyObject* name, PyObject* value) {
  if (!PyUnicode_Check(name)) {
    if (strict_) return SetInvalidField(name, value, "is no metadata: its key must be a str");
    return AddFinding(name, value, "was left out: its key must be a str");
  }
  references_.Hold(name);
  tokentra_pair pair = {};
  if (PyUnicode_CheckExact(value)) {
    references_.Hold(value);
  } else {
    // Held across the call of its `__str__`, which may change the dict.
    const py::object held = py::reinterpret_borrow<py::object>(value);
    PyObject* text = nullptr;
    switch (ScalarText(value, &text)) {
      case Scalar::kAbsent:
        return true;
      case Scalar::kError:
        if (PyErr_ExceptionMatches(PyExc_Exception) == 0 || strict_) return false;
        PyErr_Clear();
        return AddFinding(name, value, "was left out: its text could not be read");
      case Scalar::kNoText:
        if (strict_) return SetInvalidField(name, value, "has no text form");
        return AddFinding(name, value, "was left out: it has no text form");
      case Scalar::kText:
        break;
    }
    references_.Take(text);
    value = text;
  }
  if (!Utf8Of(name, name, &pair.name) || !Utf8Of(value, name, &pair.value)) {
    if (strict_ || !CaughtError()) return false;
    PyErr_Clear();
    return AddFinding(name, value, "was left out: it is no valid Unicode");
  }
  metadata_.push_back(pair);
  return true;
}

bool CallArguments::ReadMetadata(PyObject* mapping) {
  if (mapping == Py_None) return true;
  py::object copy;
  if (!PyDict_Check(mapping)) {
    if (PyMapping_Check(mapping) == 0 || PyUnicode_Check(mapping) || PySequence_Check(mapping)) {
      const py::str field("metadata");
      return SetInvalidField(field.ptr(), mapping, "must be a mapping of str keys");
    }
    copy = py::reinterpret_steal<py::object>(PyDict_New());
    if (!copy || PyDict_Update(copy.ptr(), mapping) != 0) return false;
    mapping = copy.ptr();
  }
  Py_ssize_t at = 0;
  PyObject* name = nullptr;
  PyObject* value = nullptr;
  while (PyDict_Next(mapping, &at, &name, &value) != 0) {
    if (!AddMetadataEntry(name, value)) return false;
  }
  return true;
}

bool CallArguments::MergeAmbient() {
  PyObject* node = nullptr;
  if (PyContextVar_Get(g_ambient, nullptr, &node) < 0) return false;
  if (node == nullptr) return true;
  ambient_ = node;  // keeps the dict and its texts
  if (!PyTuple_Check(node)) return true;
  PyObject* entries = PyTuple_GET_ITEM(node, 0);
  const std::size_t own = metadata_.size();
  Py_ssize_t at = 0;
  PyObject* name = nullptr;
  PyObject* value = nullptr;
  while (PyDict_Next(entries, &at, &name, &value) != 0) {
    tokentra_pair pair = {};
    if (!Utf8Of(name, name, &pair.name) || !Utf8Of(value, name, &pair.value)) return false;
    const bool stated =
        std::any_of(metadata_.begin(), metadata_.begin() + own, [&pair](const tokentra_pair& mine) {
          return CanonicalKey(ViewOf(mine.name)) == ViewOf(pair.name);
        });
    if (!stated) metadata_.push_back(pair);
  }
  return true;
}

PyObject* CallArguments::MetadataTuple() const {
  PyObject* tuple = PyTuple_New(static_cast<Py_ssize_t>(2 * metadata_.size()));
  if (tuple == nullptr) return nullptr;
  Py_ssize_t at = 0;
  for (const tokentra_pair& pair : metadata_) {
    for (const tokentra_text text : {pair.name, pair.value}) {
      PyObject* item = TextOf(text);
      if (item == nullptr) {
        Py_DECREF(tuple);
        return nullptr;
      }
      PyTuple_SET_ITEM(tuple, at++, item);
    }
  }
  return tuple;
}

}  // namespace tokentra::python
