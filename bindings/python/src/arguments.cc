#include "bindings/python/src/arguments.h"

#include "bindings/python/src/errors.h"
#include "bindings/python/src/json_writer.h"

namespace tokentra::python {
namespace {

namespace py = pybind11;

// The name as a str for messages and details.
PyObject* FieldText(Name name) {
  static constexpr const char* kTexts[] = {"usage",        "provider", "model", "api",
                                           "service_tier", "region",   "batch", "conditions",
                                           "response",     "id",       "at",    "metadata"};
  return PyUnicode_InternFromString(kTexts[static_cast<std::size_t>(name)]);
}

bool InvalidArgument(Name name, PyObject* value, const char* problem) {
  const py::object field = py::reinterpret_steal<py::object>(FieldText(name));
  return SetInvalidField(field.ptr(), value, problem);
}

std::string TextForMessage(PyObject* name) {
  return PyUnicode_Check(name) ? PrintableText(name) : ShortRepr(name);
}

bool UnknownKeyword(const char* function, PyObject* name, NameSet allowed) {
  const std::string text = TextForMessage(name);
  const std::string hint =
      FindKeyword(name) == nullptr ? DidYouMean(text, (allowed & ~kMeterNames) == 0) : "";
  PyErr_Format(PyExc_TypeError, "%s() got an unexpected keyword argument '%s'%s", function,
               text.c_str(), hint.c_str());
  return false;
}

inline bool TextOfIdentity(Name name, PyObject* object, tokentra_text* text) {
  if (object == nullptr) return true;
  if (PyUnicode_IS_COMPACT_ASCII(object)) return Utf8Of(object, nullptr, text);
  const py::object field = py::reinterpret_steal<py::object>(FieldText(name));
  return Utf8Of(object, field.ptr(), text);
}

// An exception of the caller's own code (a model_dump that fails) becomes INVALID_ARGUMENT, so that
// tracking refuses the event and does not raise.
bool ForeignToInvalid(const char* what) {
  if (PyErr_ExceptionMatches(PyExc_Exception) == 0 || PyErr_ExceptionMatches(PyExc_MemoryError) ||
      CaughtError()) {
    return false;
  }
  py::error_already_set error;
  const std::string text = ShortRepr(error.value().ptr());
  return SetInvalid(std::string(what) + " could not be read: " + text);
}

}  // namespace

void Identity::IncRef() const {
  for (PyObject* object : {provider, model, api, service_tier, region, conditions}) {
    Py_XINCREF(object);
  }
}

void Identity::DecRef() const {
  for (PyObject* object : {provider, model, api, service_tier, region, conditions}) {
    Py_XDECREF(object);
  }
}

CallArguments::~CallArguments() {
  Py_XDECREF(findings_);
  Py_XDECREF(ambient_);
}

bool CallArguments::Read(const char* function, NameSet allowed, Py_ssize_t positional_max,
                         PyObject* const* args, Py_ssize_t nargs, PyObject* kwnames) {
  if (nargs > positional_max) {
    PyErr_Format(PyExc_TypeError, "%s() takes %zd positional arguments but %zd were given",
                 function, positional_max, nargs);
    return false;
  }
  const Py_ssize_t count = kwnames == nullptr ? 0 : PyTuple_GET_SIZE(kwnames);
  InlineVector<const Keyword*, 24> keywords;
  for (Py_ssize_t i = 0; i < count; ++i) {
    PyObject* name = PyTuple_GET_ITEM(kwnames, i);
    const Keyword* keyword = FindKeyword(name);
    if (keyword == nullptr || (allowed & Bit(keyword->name)) == 0) {
      return UnknownKeyword(function, name, allowed);
    }
    if (nargs > 0 && keyword->name == Name::kUsage) {
      PyErr_Format(PyExc_TypeError, "%s() got multiple values for argument 'usage'", function);
      return false;
    }
    keywords.push_back(keyword);
  }
  if (nargs > 0 && !SetUsageDict(args[0])) return false;
  for (Py_ssize_t i = 0; i < count; ++i) {
    if (!Set(*keywords.data()[i], args[nargs + i])) return false;
  }
  return true;
}

bool CallArguments::Set(const Keyword& keyword, PyObject* value) {
  switch (keyword.name) {
    case Name::kMeter:
    case Name::kSeconds:
      return SetMeter(keyword, keyword.text, value);
    case Name::kProvider:
      return SetText(&identity_.provider, value, keyword.name);
    case Name::kModel:
      return SetText(&identity_.model, value, keyword.name);
    case Name::kApi:
      return SetText(&identity_.api, value, keyword.name);
    case Name::kServiceTier:
      return SetText(&identity_.service_tier, value, keyword.name);
    case Name::kRegion:
      return SetText(&identity_.region, value, keyword.name);
    case Name::kMetadata:
      return ReadMetadata(value);
    default:
      break;
  }
  if (value == Py_None) return true;
  switch (keyword.name) {
    case Name::kUsage:
      return SetUsageDict(value);
    case Name::kConditions:
      return SetConditions(value);
    case Name::kResponse:
      return ReadResponse(value);
    case Name::kBatch:
      if (!PyBool_Check(value)) return InvalidArgument(keyword.name, value, "must be a bool");
      identity_.batch = value == Py_True;
      return true;
    case Name::kAt:
      return InstantArgument(value, keyword.text, &at_ns_) || ForeignToInvalid("at");
    case Name::kArrived:
      return InstantArgument(value, keyword.text, &arrived_ns_) || ForeignToInvalid("arrived");
    case Name::kId: {
      PyObject* text = nullptr;
      const Scalar scalar = ScalarText(value, &text);
      if (scalar == Scalar::kError) return ForeignToInvalid("id");
      if (scalar != Scalar::kText) return InvalidArgument(keyword.name, value, "must be a str");
      references_.Take(text);
      return Utf8Of(text, keyword.text, &id_);
    }
    default:
      return SetError(TOKENTRA_INTERNAL, "keyword without a meaning");
  }
}

bool CallArguments::SetText(PyObject** slot, PyObject* value, Name name) {
  if (value == Py_None) return true;
  if (!PyUnicode_Check(value)) return InvalidArgument(name, value, "must be a str or None");
  if (!PyUnicode_CheckExact(value)) {
    value = PyUnicode_FromObject(value);
    if (value == nullptr) return false;
    references_.Take(value);
  }
  *slot = value;
  return true;
}

bool CallArguments::SetMeter(const Keyword& keyword, PyObject* field, PyObject* value) {
  if (value == Py_None) return true;
  std::uint64_t quantity = 0;
  const bool read = keyword.name == Name::kSeconds ? SecondsArgument(value, field, &quantity)
                                                   : CountArgument(value, field, &quantity);
  if (!read) return ForeignToInvalid(PyUnicode_AsUTF8(keyword.text));
  for (const tokentra_quantity& other : usage_) {
    if (other.meter == keyword.meter) return SetInvalidField(field, value, "is given twice");
  }
  usage_.push_back({keyword.meter, 0, quantity});
  has_usage_ = true;
  return true;
}

bool CallArguments::SetUsageDict(PyObject* dict) {
  if (dict == Py_None) return true;
  if (!PyDict_Check(dict)) {
    return InvalidArgument(Name::kUsage, dict, "must be a dict of counts by meter name");
  }
  has_usage_ = true;
  Py_ssize_t at = 0;
  PyObject* name = nullptr;
  PyObject* value = nullptr;
  while (PyDict_Next(dict, &at, &name, &value) != 0) {
    const Keyword* keyword = FindKeyword(name);
    if (keyword == nullptr || (Bit(keyword->name) & kMeterNames) == 0) {
      const std::string text = TextForMessage(name);
      return SetInvalid("usage: no meter '" + text + "'" + DidYouMean(text, true));
    }
    const py::object held = py::reinterpret_borrow<py::object>(value);
    if (!SetMeter(*keyword, keyword->text, value)) return false;
  }
  return true;
}

bool CallArguments::SetConditions(PyObject* dict) {
  if (!PyDict_Check(dict)) {
    return InvalidArgument(Name::kConditions, dict, "must be a dict of str by str");
  }
  py::list kept;
  Py_ssize_t at = 0;
  PyObject* name = nullptr;
  PyObject* value = nullptr;
  while (PyDict_Next(dict, &at, &name, &value) != 0) {
    const py::object held_name = py::reinterpret_borrow<py::object>(name);
    const py::object held_value = py::reinterpret_borrow<py::object>(value);
    if (!PyUnicode_Check(name)) return InvalidArgument(Name::kConditions, name, "must be a str");
    PyObject* text = nullptr;
    const Scalar scalar = ScalarText(value, &text);
    if (scalar == Scalar::kAbsent) continue;
    if (scalar == Scalar::kError) return ForeignToInvalid("conditions");
    if (scalar == Scalar::kNoText) return SetInvalidField(name, value, "has no text form");
    kept.append(held_name);
    kept.append(py::reinterpret_steal<py::object>(text));
  }
  PyObject* tuple = PyList_AsTuple(kept.ptr());
  if (tuple == nullptr) return false;
  references_.Take(tuple);
  identity_.conditions = tuple;
  return true;
}

bool CallArguments::ReadResponse(PyObject* value) {
  if (PyUnicode_Check(value) || PyBytes_Check(value)) return SetResponseText(value);
  if (PyByteArray_Check(value) || PyMemoryView_Check(value)) {
    PyObject* bytes = PyBytes_FromObject(value);
    if (bytes == nullptr) return ForeignToInvalid("response");
    references_.Take(bytes);
    return SetResponseText(bytes);
  }
  if (!WriteJson(value, &json_)) return ForeignToInvalid("response");
  response_ = {json_.data(), json_.size()};
  return true;
}

bool CallArguments::SetResponseText(PyObject* text_or_bytes) {
  if (PyBytes_Check(text_or_bytes)) {
    response_ = {PyBytes_AS_STRING(text_or_bytes),
                 static_cast<std::size_t>(PyBytes_GET_SIZE(text_or_bytes))};
  } else {
    const py::object field = py::reinterpret_steal<py::object>(FieldText(Name::kResponse));
    if (!Utf8Of(text_or_bytes, field.ptr(), &response_)) return false;
  }
  response_object_ = text_or_bytes;
  return true;
}

PyObject* CallArguments::KeepResponse() const {
  if (response_.data == nullptr) return nullptr;
  if (response_object_ != nullptr) {
    Py_INCREF(response_object_);
    return response_object_;
  }
  return PyBytes_FromStringAndSize(response_.data, static_cast<Py_ssize_t>(response_.size));
}

void CallArguments::SetIdentity(const Identity& identity) { identity_ = identity; }

void CallArguments::SetUsage(const tokentra_quantity* usage, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) usage_.push_back(usage[i]);
  has_usage_ = true;
}

bool CallArguments::MakeCall(tokentra_call* call) {
  *call = {};
  if (!TextOfIdentity(Name::kProvider, identity_.provider, &call->provider) ||
      !TextOfIdentity(Name::kModel, identity_.model, &call->model) ||
      !TextOfIdentity(Name::kApi, identity_.api, &call->api) ||
      !TextOfIdentity(Name::kServiceTier, identity_.service_tier, &call->service_tier) ||
      !TextOfIdentity(Name::kRegion, identity_.region, &call->region)) {
    return false;
  }
  if (identity_.conditions != nullptr && conditions_.empty()) {
    for (Py_ssize_t i = 0; i + 1 < PyTuple_GET_SIZE(identity_.conditions); i += 2) {
      PyObject* name = PyTuple_GET_ITEM(identity_.conditions, i);
      tokentra_pair pair = {};
      if (!Utf8Of(name, name, &pair.name) ||
          !Utf8Of(PyTuple_GET_ITEM(identity_.conditions, i + 1), name, &pair.value)) {
        return false;
      }
      conditions_.push_back(pair);
    }
  }
  call->id = id_;
  call->response = response_;
  // A pointer means that usage is given, even if it lists nothing.
  call->usage = has_usage_ ? usage_.data() : nullptr;
  call->usage_count = usage_.size();
  call->conditions = conditions_.data();
  call->condition_count = conditions_.size();
  call->metadata = metadata_.data();
  call->metadata_count = metadata_.size();
  call->at_ns = at_ns_;
  call->arrived_ns = arrived_ns_;
  call->flags = identity_.batch ? TOKENTRA_CALL_BATCH : 0;
  return true;
}

}  // namespace tokentra::python
