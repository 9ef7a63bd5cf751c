#include "bindings/python/src/json_writer.h"

#include <array>
#include <charconv>
#include <cmath>
#include <string_view>

#include "bindings/python/src/convert.h"
#include "bindings/python/src/errors.h"

namespace tokentra::python {
namespace {

namespace py = pybind11;

// Bytes that stand for themselves in a JSON string.
bool IsPlain(unsigned char byte) { return byte >= 0x20 && byte != '"' && byte != '\\'; }

void WriteString(std::string_view text, std::string* out) {
  static constexpr char kHex[] = "0123456789abcdef";
  *out += '"';
  std::size_t start = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (IsPlain(byte)) continue;
    out->append(text, start, i - start);
    start = i + 1;
    *out += '\\';
    if (byte == '"' || byte == '\\') {
      *out += static_cast<char>(byte);
    } else {
      *out += "u00";
      *out += kHex[byte >> 4];
      *out += kHex[byte & 15];
    }
  }
  out->append(text, start);
  *out += '"';
}

class Writer {
 public:
  explicit Writer(std::string* out) : out_(out) {}

  bool Write(PyObject* value, int depth) {
    if (PyUnicode_Check(value)) return WriteText(value);
    if (value == Py_None) return Append("null");
    if (PyBool_Check(value)) return Append(value == Py_True ? "true" : "false");
    if (PyLong_Check(value)) return WriteInt(value);
    if (PyFloat_Check(value)) return WriteFloat(PyFloat_AS_DOUBLE(value));
    if (depth >= kJsonDepthMax) {
      return SetInvalid("response is nested more than " + std::to_string(kJsonDepthMax) + " deep");
    }
    if (PyDict_Check(value)) return WriteDict(value, depth);
    if (PyBytes_Check(value)) return WriteBytes(value);
    if (PyList_Check(value) || PyTuple_Check(value)) return WriteSequence(value, depth);
    return WriteOther(value, depth);
  }

  // As a dict, what an SDK object says it is. A new reference; null without an exception when it
  // does not say, with one when asking failed.
  static PyObject* Dump(PyObject* value) {
    if (PyType_Check(value)) return nullptr;
    // By alias a field has the name the provider gave it on the wire.
    static constexpr const char* kMethods[] = {"model_dump", "to_dict", "dict"};
    for (const char* name : kMethods) {
      PyObject* method = PyObject_GetAttrString(value, name);
      if (method == nullptr) {
        if (PyErr_ExceptionMatches(PyExc_AttributeError) == 0) return nullptr;
        PyErr_Clear();
        continue;
      }
      PyObject* dump = name == kMethods[0] ? DumpByAlias(method) : nullptr;
      if (dump == nullptr && PyErr_Occurred() == nullptr) dump = PyObject_CallNoArgs(method);
      Py_DECREF(method);
      return dump;
    }
    return nullptr;
  }

 private:
  bool Append(const char* text) {
    *out_ += text;
    return true;
  }

  bool WriteText(PyObject* text) {
    Py_ssize_t size = 0;
    if (const char* data = PyUnicode_AsUTF8AndSize(text, &size)) {
      WriteString({data, static_cast<std::size_t>(size)}, out_);
      return true;
    }
    if (PyErr_ExceptionMatches(PyExc_UnicodeError) == 0) return false;
    PyErr_Clear();  // lone surrogates: model output may hold them
    PyObject* bytes = PyUnicode_AsEncodedString(text, "utf-8", "replace");
    if (bytes == nullptr) return false;
    WriteString({PyBytes_AS_STRING(bytes), static_cast<std::size_t>(PyBytes_GET_SIZE(bytes))},
                out_);
    Py_DECREF(bytes);
    return true;
  }

  // boto3 gives a chunk's JSON as bytes.
  bool WriteBytes(PyObject* value) {
    const py::object text = py::reinterpret_steal<py::object>(
        PyUnicode_DecodeUTF8(PyBytes_AS_STRING(value), PyBytes_GET_SIZE(value), "replace"));
    return text && WriteText(text.ptr());
  }

  bool WriteInt(PyObject* value) {
    int overflow = 0;
    const long long number = PyLong_AsLongLongAndOverflow(value, &overflow);
    if (overflow == 0) {
      *out_ += std::to_string(number);
      return true;
    }
    // No count is that large: as a float it is a number to every reader, and refused as a count.
    const double rounded = PyLong_AsDouble(value);
    if (PyErr_Occurred() != nullptr) {
      if (PyErr_ExceptionMatches(PyExc_OverflowError) == 0) return false;
      PyErr_Clear();
      return Append("1e+308");
    }
    return WriteFloat(rounded);
  }

  bool WriteFloat(double number) {
    if (!std::isfinite(number)) return Append("null");
    // With an exponent where a reader would take the digits for an int past 64 bits.
    const bool large = std::fabs(number) >= 9007199254740992.0;  // 2^53
    std::array<char, 64> buffer;
    char* const limit = buffer.data() + buffer.size();
    const std::to_chars_result end =
        large ? std::to_chars(buffer.data(), limit, number, std::chars_format::scientific)
              : std::to_chars(buffer.data(), limit, number);
    out_->append(buffer.data(), end.ptr);
    return true;
  }

  bool WriteDict(PyObject* dict, int depth) {
    *out_ += '{';
    Py_ssize_t at = 0;
    PyObject* key = nullptr;
    PyObject* value = nullptr;
    bool first = true;
    while (PyDict_Next(dict, &at, &key, &value) != 0) {
      // Held: writing a value may run Python, which may change the dict.
      const py::object held_key = py::reinterpret_borrow<py::object>(key);
      const py::object held_value = py::reinterpret_borrow<py::object>(value);
      if (!PyUnicode_Check(key)) continue;  // no such key is in a provider's body
      if (!first) *out_ += ',';
      first = false;
      if (!WriteText(key)) return false;
      *out_ += ':';
      if (!Write(value, depth + 1)) return false;
    }
    *out_ += '}';
    return true;
  }

  bool WriteSequence(PyObject* sequence, int depth) {
    *out_ += '[';
    for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(sequence); ++i) {
      const py::object item =
          py::reinterpret_borrow<py::object>(PySequence_Fast_GET_ITEM(sequence, i));
      if (i > 0) *out_ += ',';
      if (!Write(item.ptr(), depth + 1)) return false;
    }
    *out_ += ']';
    return true;
  }

  bool WriteOther(PyObject* value, int depth) {
    if (PyIndex_Check(value)) {  // an integer of numpy
      const py::object number = py::reinterpret_steal<py::object>(PyNumber_Index(value));
      return number && WriteInt(number.ptr());
    }
    if (PyObject* dump = Dump(value)) {
      const py::object held = py::reinterpret_steal<py::object>(dump);
      return Write(dump, depth + 1);
    }
    if (PyErr_Occurred() != nullptr) return false;
    return WriteLeaf(value, depth);
  }

  // An enum is its value; another object is its text, which for a Decimal is a number.
  bool WriteLeaf(PyObject* value, int depth) {
    if (PyType_Check(value)) return Append("null");
    if (std::string_view(Py_TYPE(value)->tp_name) == "decimal.Decimal") return WriteDecimal(value);
    if (PyObject_HasAttrString(reinterpret_cast<PyObject*>(Py_TYPE(value)), "__members__") != 0) {
      const py::object inner =
          py::reinterpret_steal<py::object>(PyObject_GetAttrString(value, "value"));
      return inner && Write(inner.ptr(), depth + 1);
    }
    PyObject* text = nullptr;
    switch (ScalarText(value, &text)) {
      case Scalar::kError:
        return false;
      case Scalar::kText: {
        const bool ok = WriteText(text);
        Py_DECREF(text);
        return ok;
      }
      default:
        return Append("null");
    }
  }

  bool WriteDecimal(PyObject* value) {
    const py::object finite =
        py::reinterpret_steal<py::object>(PyObject_CallMethod(value, "is_finite", nullptr));
    if (!finite) return false;
    if (finite.ptr() != Py_True) return Append("null");
    const py::object text = py::reinterpret_steal<py::object>(PyObject_Str(value));
    if (!text) return false;
    return Append(PyUnicode_AsUTF8(text.ptr()));
  }

  // model_dump(by_alias=True, warnings=False); null without an exception when it is no pydantic
  // method.
  static PyObject* DumpByAlias(PyObject* method) {
    py::tuple no_arguments(0);
    py::dict keywords;
    keywords["by_alias"] = true;
    keywords["warnings"] = false;
    PyObject* dump = PyObject_Call(method, no_arguments.ptr(), keywords.ptr());
    if (dump == nullptr && PyErr_ExceptionMatches(PyExc_TypeError) != 0) PyErr_Clear();
    return dump;
  }

  std::string* out_;
};

}  // namespace

bool WriteJson(PyObject* response, std::string* out) {
  Writer writer(out);
  if (PyDict_Check(response) || PyList_Check(response)) return writer.Write(response, 0);
  if (PyObject* dump = Writer::Dump(response)) {
    const py::object held = py::reinterpret_steal<py::object>(dump);
    if (PyDict_Check(dump)) return writer.Write(dump, 0);
  }
  if (PyErr_Occurred() != nullptr) return false;
  return SetInvalid(std::string("response must be a dict, JSON text or an object with "
                                "model_dump(), to_dict() or dict(), not ") +
                    Py_TYPE(response)->tp_name);
}

}  // namespace tokentra::python
