#include "bindings/python/src/result.h"

#include <algorithm>

#include "bindings/python/src/catalog.h"
#include "bindings/python/src/convention.h"
#include "bindings/python/src/convert.h"
#include "bindings/python/src/cost.h"
#include "bindings/python/src/errors.h"

namespace tokentra::python {
namespace {

namespace py = pybind11;

// A heap type without cycles: it holds exact str, bytes, tuples and lists of str, a catalog and a
// cost. The error is made when asked for, because a raised one refers to frames that may refer
// here.
struct ResultObject {
  PyObject_VAR_HEAD tokentra_track_result result;
  std::int64_t at_ns;
  Identity identity;
  PyObject* catalog;
  PyObject* response;       // str or bytes, or null
  PyObject* findings;       // of the binding, a list of str, or null
  PyObject* checked;        // of the convention: JSON, a str, or null
  PyObject* cost;           // made when asked for, or null
  PyObject* error_message;  // str, or null
  PyObject* error_details;  // dict of str by str, or null
  tokentra_status status;
  bool has_usage;
  tokentra_quantity usage[1];  // Py_SIZE of them
};

PyTypeObject* g_result_type;

ResultObject* Self(PyObject* self) { return reinterpret_cast<ResultObject*>(self); }

ResultObject* Allocate(const CallArguments& arguments, PyObject* catalog) {
  const auto count = static_cast<Py_ssize_t>(arguments.usage().size());
  auto* object = PyObject_NewVar(ResultObject, g_result_type, count);
  if (object == nullptr) return nullptr;
  object->result = {};
  object->at_ns = arguments.at_ns();
  object->identity = arguments.identity();
  object->identity.IncRef();
  object->catalog = catalog;
  Py_INCREF(catalog);
  object->response = nullptr;
  object->findings = arguments.findings();
  Py_XINCREF(object->findings);
  object->checked = nullptr;
  object->cost = nullptr;
  object->error_message = nullptr;
  object->error_details = nullptr;
  object->status = TOKENTRA_OK;
  object->has_usage = arguments.has_usage();
  std::copy(arguments.usage().begin(), arguments.usage().end(), object->usage);
  return object;
}

void Deallocate(PyObject* self) {
  PyTypeObject* type = Py_TYPE(self);
  ResultObject* object = Self(self);
  object->identity.DecRef();
  Py_DECREF(object->catalog);
  for (PyObject* held : {object->response, object->findings, object->checked, object->cost,
                         object->error_message, object->error_details}) {
    Py_XDECREF(held);
  }
  type->tp_free(self);
  Py_DECREF(type);
}

PyObject* Word(const char* word) {
  if (word == nullptr) Py_RETURN_NONE;
  return PyUnicode_InternFromString(word);
}

bool IsRefused(const ResultObject* object) {
  return object->result.outcome == TOKENTRA_OUTCOME_REFUSED;
}

PyObject* GetOutcome(PyObject* self, void*) {
  return Word(OutcomeWord(Self(self)->result.outcome));
}
PyObject* GetState(PyObject* self, void*) { return Word(StateWord(Self(self)->result.state)); }
PyObject* GetMatch(PyObject* self, void*) { return Word(MatchWord(Self(self)->result.match)); }
PyObject* GetQuality(PyObject* self, void*) {
  return Word(QualityWord(Self(self)->result.quality));
}

PyObject* GetFolded(PyObject* self, void*) {
  return PyBool_FromLong((Self(self)->result.flags & TOKENTRA_TRACK_FOLDED) != 0);
}

PyObject* GetTotal(PyObject* self, void*) {
  const ResultObject* object = Self(self);
  if (IsRefused(object) || !HasAmount(object->result.state)) Py_RETURN_NONE;
  return DecimalOf(object->result.total);
}

// The same call, priced at the same instant with the same catalog.
PyObject* MakeCost(ResultObject* object) {
  CallArguments arguments;
  const tokentra_catalog* catalog = CatalogOf(object->catalog).get();
  arguments.SetIdentity(object->identity);
  if (object->has_usage) {
    arguments.SetUsage(object->usage, static_cast<std::size_t>(Py_SIZE(object)));
  }
  arguments.SetInstant(object->at_ns);
  if (object->response != nullptr && !arguments.SetResponseText(object->response)) return nullptr;
  return PriceCall(catalog, &arguments);
}

PyObject* GetCost(PyObject* self, void*) {
  ResultObject* object = Self(self);
  if (IsRefused(object)) Py_RETURN_NONE;
  if (object->cost == nullptr) {
    try {
      PyObject* cost = MakeCost(object);
      if (cost == nullptr) return nullptr;
      // Another thread may have been faster while a long body was read.
      if (object->cost == nullptr) {
        object->cost = cost;
      } else {
        Py_DECREF(cost);
      }
    } catch (...) {
      SetFromCppException();
      return nullptr;
    }
  }
  Py_INCREF(object->cost);
  return object->cost;
}

// Those of the convention, a new list.
PyObject* CheckedFindings(const ResultObject* object) {
  if (object->checked == nullptr) return PyList_New(0);
  try {
    return FromJson("findings", py::reinterpret_borrow<py::str>(object->checked)).release().ptr();
  } catch (...) {
    SetFromCppException();
    return nullptr;
  }
}

// `list` and what stands in `more`, both taken over.
PyObject* Joined(PyObject* list, PyObject* more) {
  PyObject* all = list == nullptr || more == nullptr ? nullptr : PySequence_Concat(list, more);
  Py_XDECREF(list);
  Py_XDECREF(more);
  return all;
}

PyObject* GetFindings(PyObject* self, void*) {
  ResultObject* object = Self(self);
  PyObject* findings = nullptr;
  if ((object->result.flags & TOKENTRA_TRACK_FINDINGS) != 0) {
    PyObject* cost = GetCost(self, nullptr);
    if (cost == nullptr) return nullptr;
    findings = cost == Py_None ? nullptr : PyObject_GetAttrString(cost, "findings");
    Py_DECREF(cost);
    if (PyErr_Occurred() != nullptr) return nullptr;
  }
  if (findings == nullptr) findings = PyList_New(0);
  if (object->findings != nullptr) {
    Py_INCREF(object->findings);
    findings = Joined(findings, object->findings);
  }
  return Joined(findings, CheckedFindings(object));
}

PyObject* GetError(PyObject* self, void*) {
  const ResultObject* object = Self(self);
  if (object->status == TOKENTRA_OK) Py_RETURN_NONE;
  Py_ssize_t size = 0;
  const char* message = object->error_message == nullptr
                            ? nullptr
                            : PyUnicode_AsUTF8AndSize(object->error_message, &size);
  if (PyErr_Occurred() != nullptr) return nullptr;
  PyObject* error =
      NewError(object->status, {message == nullptr ? "" : message, static_cast<std::size_t>(size)});
  if (error != nullptr && object->error_details != nullptr &&
      PyObject_SetAttrString(error, "details", object->error_details) < 0) {
    Py_CLEAR(error);
  }
  return error;
}

PyObject* Repr(PyObject* self) {
  PyObject* total = GetTotal(self, nullptr);
  if (total == nullptr) return nullptr;
  const ResultObject* object = Self(self);
  const char* outcome = OutcomeWord(object->result.outcome);
  const char* state = StateWord(object->result.state);
  PyObject* repr =
      object->status == TOKENTRA_OK
          ? PyUnicode_FromFormat("TrackResult(outcome='%s', state='%s', total=%R)",
                                 outcome == nullptr ? "" : outcome, state == nullptr ? "" : state,
                                 total)
          : PyUnicode_FromFormat("TrackResult(outcome='%s', error=%R)",
                                 outcome == nullptr ? "" : outcome, object->error_message);
  Py_DECREF(total);
  return repr;
}

PyGetSetDef g_getters[] = {
    {"outcome", GetOutcome, nullptr,
     "'recorded', 'duplicate', 'conflict', 'refused' (see `error`) or 'unmetered'.", nullptr},
    {"folded", GetFolded, nullptr,
     "True when a ledger limit was reached and the event counts under a coarser key.", nullptr},
    {"total", GetTotal, nullptr,
     "Exact cost in US dollars, a Decimal; None when unpriced, unmetered or refused.", nullptr},
    {"state", GetState, nullptr, "As Cost.state; None when refused.", nullptr},
    {"match", GetMatch, nullptr, "As Cost.match.", nullptr},
    {"quality", GetQuality, nullptr, "As Cost.quality.", nullptr},
    {"cost", GetCost, nullptr,
     "The Cost, priced when first asked for from the same arguments at the same instant; None\n"
     "when refused.",
     nullptr},
    {"findings", GetFindings, nullptr,
     "What was wrong though the event was recorded: a list of str; those of the metadata are\n"
     "tokentra.Finding, with rule, key, value, suggestion and more.",
     nullptr},
    {"error", GetError, nullptr, "Why the event was refused, a tokentra.Error; else None.",
     nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr},
};

PyType_Slot g_slots[] = {
    {Py_tp_dealloc, reinterpret_cast<void*>(Deallocate)},
    {Py_tp_repr, reinterpret_cast<void*>(Repr)},
    {Py_tp_getset, g_getters},
    {Py_tp_doc, const_cast<char*>("What became of a tracked call. Immutable.")},
    {0, nullptr},
};

PyType_Spec g_spec = {"tokentra.TrackResult", sizeof(ResultObject), sizeof(tokentra_quantity),
                      Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, g_slots};

}  // namespace

void InitResult(py::module_& module) {
  g_result_type = reinterpret_cast<PyTypeObject*>(PyType_FromSpec(&g_spec));
  if (g_result_type == nullptr) throw py::error_already_set();
  module.attr("TrackResult") = py::handle(reinterpret_cast<PyObject*>(g_result_type));
}

PyObject* NewResult(const CallArguments& arguments, PyObject* catalog,
                    const tokentra_track_result& result, tokentra_status status,
                    const ErrorHandle& error, PyObject* checked) {
  ResultObject* object = Allocate(arguments, catalog);
  if (object == nullptr) {
    Py_XDECREF(checked);
    return nullptr;
  }
  object->checked = checked;
  auto* self = reinterpret_cast<PyObject*>(object);
  object->result = result;
  object->response = arguments.KeepResponse();
  if (status != TOKENTRA_OK) {
    object->result.outcome = TOKENTRA_OUTCOME_REFUSED;
    object->status = status;
    const tokentra_text message = tokentra_error_message(error.get());
    object->error_message =
        message.size == 0 ? PyUnicode_FromString(tokentra_status_name(status)) : TextOf(message);
  }
  if (PyErr_Occurred() != nullptr) Py_CLEAR(self);
  return self;
}

PyObject* NewRefusal(const CallArguments& arguments, PyObject* catalog) {
  py::error_already_set error;
  ResultObject* object = Allocate(arguments, catalog);
  if (object == nullptr) return nullptr;
  const py::object result = py::reinterpret_steal<py::object>(reinterpret_cast<PyObject*>(object));
  object->result.outcome = TOKENTRA_OUTCOME_REFUSED;
  object->status = error.value().attr("status").cast<tokentra_status>();
  object->error_message = py::str(error.value().attr("message")).release().ptr();
  object->error_details = py::object(error.value().attr("details")).release().ptr();
  return result.inc_ref().ptr();
}

}  // namespace tokentra::python
