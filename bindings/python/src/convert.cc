#include "bindings/python/src/convert.h"

#include <array>
#include <cmath>
#include <cstdlib>

#include "bindings/python/src/errors.h"
#include "bindings/python/src/names.h"

namespace tokentra::python {
namespace {

namespace py = pybind11;

constexpr std::uint64_t kQuantityMax = std::uint64_t{1} << 48;
constexpr double kExactFloatMax = 9007199254740992.0;  // 2^53

bool CountFromFloat(double number, PyObject* value, PyObject* field, std::uint64_t* out) {
  if (!(number >= 0)) return SetInvalidField(field, value, "is not a count: it must be 0 or more");
  if (number > kExactFloatMax) {
    return SetInvalidField(field, value, "is above 2^53 as a float: give it as an int");
  }
  if (number != std::floor(number)) {
    return SetInvalidField(field, value, "is not a count: it has a fraction");
  }
  *out = static_cast<std::uint64_t>(number);
  return *out <= kQuantityMax || SetInvalidField(field, value, "is above the limit of 2^48");
}

bool CountFromInt(PyObject* number, PyObject* value, PyObject* field, std::uint64_t* out) {
  int overflow = 0;
  const long long count = PyLong_AsLongLongAndOverflow(number, &overflow);
  if (overflow < 0 || (overflow == 0 && count < 0)) {
    return SetInvalidField(field, value, "is not a count: it must be 0 or more");
  }
  if (overflow > 0 || static_cast<std::uint64_t>(count) > kQuantityMax) {
    return SetInvalidField(field, value, "is above the limit of 2^48");
  }
  *out = static_cast<std::uint64_t>(count);
  return true;
}

// A decimal text read as digits and a power of ten.
struct DecimalText {
  bool negative = false;
  std::string digits;
  long exponent = 0;  // value = digits * 10^exponent
};

bool ParseDecimal(std::string_view text, DecimalText* out) {
  std::size_t at = 0;
  if (at < text.size() && (text[at] == '-' || text[at] == '+')) out->negative = text[at++] == '-';
  bool point = false;
  for (; at < text.size(); ++at) {
    if (text[at] == '.' && !point) {
      point = true;
    } else if (text[at] >= '0' && text[at] <= '9') {
      out->digits += text[at];
      if (point) --out->exponent;
    } else {
      break;
    }
  }
  if (out->digits.empty()) return false;
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    const std::string exponent(text.substr(at + 1));
    if (exponent.empty() || exponent.size() > 6 || std::isspace(exponent[0])) return false;
    char* end = nullptr;
    out->exponent += std::strtol(exponent.c_str(), &end, 10);
    at = end == exponent.c_str() + exponent.size() ? text.size() : at;
  }
  return at == text.size();
}

// The whole number digits * 10^exponent, when it is one and below the limit.
bool WholeNumber(DecimalText number, std::uint64_t* out) {
  std::string& digits = number.digits;
  digits.erase(0, digits.find_first_not_of('0'));
  while (number.exponent < 0 && !digits.empty() && digits.back() == '0') {
    digits.pop_back();
    ++number.exponent;
  }
  *out = 0;
  if (digits.empty()) return true;
  if (number.exponent < 0 || number.exponent + static_cast<long>(digits.size()) > 15) return false;
  for (const char digit : digits) *out = *out * 10 + static_cast<std::uint64_t>(digit - '0');
  for (; number.exponent > 0; --number.exponent) *out *= 10;
  return *out <= kQuantityMax;
}

PyObject* DecimalType() {
  static PyObject* type = nullptr;  // under the GIL; imported at the first amount
  if (type == nullptr) {
    PyObject* module = PyImport_ImportModule("decimal");
    if (module == nullptr) return nullptr;
    type = PyObject_GetAttrString(module, "Decimal");
    Py_DECREF(module);
  }
  return type;
}

template <std::size_t N>
const char* WordOf(const std::array<const char*, N>& words, std::uint32_t value) {
  return value < N ? words[value] : nullptr;
}

}  // namespace

bool Utf8OfWide(PyObject* text, PyObject* field, tokentra_text* out) {
  Py_ssize_t size = 0;
  const char* data = PyUnicode_AsUTF8AndSize(text, &size);
  if (data == nullptr) {
    if (PyErr_ExceptionMatches(PyExc_UnicodeError) == 0) return false;
    PyErr_Clear();
    return SetInvalidField(field, text, "is no valid Unicode text");
  }
  *out = {data, static_cast<std::size_t>(size)};
  return true;
}

bool TextArgument(PyObject* value, PyObject* field, tokentra_text* out) {
  if (PyUnicode_Check(value)) return Utf8Of(value, field, out);
  if (value == Py_None) {
    *out = {nullptr, 0};
    return true;
  }
  return SetInvalidField(field, value, "must be a str or None");
}

std::string FloatText(double value) {
  if (value == 0) return "0";
  char* repr = PyOS_double_to_string(value, 'r', 0, 0, nullptr);
  DecimalText number;
  if (repr == nullptr || !ParseDecimal(repr, &number)) {
    PyErr_Clear();
    PyMem_Free(repr);
    return "0";
  }
  PyMem_Free(repr);
  std::string& digits = number.digits;
  digits.erase(0, digits.find_first_not_of('0'));
  while (digits.size() > 1 && digits.back() == '0') {
    digits.pop_back();
    ++number.exponent;
  }
  // Number::toString of ECMA-262: `point` digits stand before the decimal point.
  const long count = static_cast<long>(digits.size());
  const long point = count + number.exponent;
  std::string text = number.negative ? "-" : "";
  if (point > 21 || point < -5) {
    text += digits[0];
    if (count > 1) text += "." + digits.substr(1);
    text += point > 0 ? "e+" : "e-";
    return text + std::to_string(std::labs(point - 1));
  }
  if (point <= 0) return text + "0." + std::string(static_cast<std::size_t>(-point), '0') + digits;
  if (point >= count) {
    return text + digits + std::string(static_cast<std::size_t>(point - count), '0');
  }
  const auto before = static_cast<std::size_t>(point);
  return text + digits.substr(0, before) + "." + digits.substr(before);
}

Scalar ScalarText(PyObject* value, PyObject** text) {
  if (PyUnicode_CheckExact(value)) {
    Py_INCREF(value);
    *text = value;
    return Scalar::kText;
  }
  if (value == Py_None) return Scalar::kAbsent;
  if (PyBool_Check(value)) {
    *text = PyUnicode_InternFromString(value == Py_True ? "true" : "false");
  } else if (PyLong_CheckExact(value)) {
    *text = PyObject_Str(value);
    // Python refuses to print huge ints; no metadata value is one.
    if (*text == nullptr && PyErr_ExceptionMatches(PyExc_ValueError) != 0) {
      PyErr_Clear();
      return Scalar::kNoText;
    }
  } else if (PyFloat_CheckExact(value)) {
    if (!std::isfinite(PyFloat_AS_DOUBLE(value))) return Scalar::kNoText;
    *text = PyUnicode_FromString(FloatText(PyFloat_AS_DOUBLE(value)).c_str());
  } else if (PyBytes_Check(value) || PyByteArray_Check(value) ||
             Py_TYPE(value)->tp_str == PyBaseObject_Type.tp_str) {
    return Scalar::kNoText;
  } else {
    *text = PyObject_Str(value);
    // A subclass of str is kept as what it prints, an exact str.
    if (*text != nullptr && !PyUnicode_CheckExact(*text)) {
      PyObject* exact = PyUnicode_FromObject(*text);
      Py_DECREF(*text);
      *text = exact;
    }
  }
  return *text == nullptr ? Scalar::kError : Scalar::kText;
}

bool CountArgument(PyObject* value, PyObject* field, std::uint64_t* out) {
  if (PyLong_CheckExact(value)) return CountFromInt(value, value, field, out);
  if (PyBool_Check(value)) return SetInvalidField(field, value, "is a bool, not a count");
  if (PyFloat_Check(value)) {
    return CountFromFloat(PyFloat_AS_DOUBLE(value), value, field, out);
  }
  if (PyIndex_Check(value)) {
    PyObject* number = PyNumber_Index(value);
    if (number == nullptr) return false;
    const bool ok = CountFromInt(number, value, field, out);
    Py_DECREF(number);
    return ok;
  }
  return SetInvalidField(field, value, "is not a count: it must be an int");
}

bool SecondsArgument(PyObject* value, PyObject* field, std::uint64_t* out) {
  if (PyBool_Check(value)) return SetInvalidField(field, value, "is a bool, not a duration");
  PyObject* text = PyFloat_Check(value) ? PyObject_Repr(value) : PyObject_Str(value);
  if (text == nullptr) return false;
  tokentra_text utf8 = {nullptr, 0};
  DecimalText number;
  const bool read = Utf8Of(text, field, &utf8) && ParseDecimal({utf8.data, utf8.size}, &number);
  Py_DECREF(text);
  if (PyErr_Occurred() != nullptr) return false;
  if (!read) return SetInvalidField(field, value, "is not a decimal number of seconds");
  number.exponent += 3;
  const bool zero = number.digits.find_first_not_of('0') == std::string::npos;
  if (number.negative && !zero) {
    return SetInvalidField(field, value, "is not a duration: it must be 0 or more");
  }
  return WholeNumber(std::move(number), out) ||
         SetInvalidField(field, value, "is not a whole number of milliseconds up to 2^48");
}

PyObject* DecimalOf(tokentra_money money) {
  char buffer[TOKENTRA_MONEY_TEXT_MAX];
  if (tokentra_money_format(money, -1, buffer) == 0) {
    SetError(TOKENTRA_OUT_OF_RANGE, "amount is beyond 38 digits");
    return nullptr;
  }
  // Decimal(str) is exact whatever the caller's decimal context says.
  PyObject* type = DecimalType();
  return type == nullptr ? nullptr : PyObject_CallFunction(type, "s", buffer);
}

PyObject* TextOf(tokentra_text text) {
  return PyUnicode_DecodeUTF8(text.data == nullptr ? "" : text.data,
                              static_cast<Py_ssize_t>(text.size), "backslashreplace");
}

PyObject* TextOrNone(tokentra_text text) {
  if (text.size == 0) Py_RETURN_NONE;
  return TextOf(text);
}

py::dict UsageDict(const tokentra_quantity* usage, std::size_t count) {
  py::dict dict;
  for (std::size_t i = 0; i < count; ++i) {
    PyObject* meter = MeterText(usage[i].meter);
    if (meter == nullptr) throw Error(TOKENTRA_INTERNAL, "unknown meter id");
    dict[py::handle(meter)] = py::int_(usage[i].quantity);
  }
  return dict;
}

const char* StateWord(std::uint32_t state) {
  static constexpr std::array<const char*, 6> kWords = {nullptr,   "priced",   "free",
                                                        "partial", "unpriced", "unmetered"};
  return WordOf(kWords, state);
}
const char* MatchWord(std::uint32_t match) {
  static constexpr std::array<const char*, 5> kWords = {nullptr, "exact", "alias", "pattern",
                                                        "normalized"};
  return WordOf(kWords, match);
}
const char* QualityWord(std::uint32_t quality) {
  static constexpr std::array<const char*, 4> kWords = {nullptr, "exact", "suspect", "incomplete"};
  return WordOf(kWords, quality);
}
const char* OutcomeWord(std::uint32_t outcome) {
  static constexpr std::array<const char*, 6> kWords = {nullptr,    "recorded", "duplicate",
                                                        "conflict", "refused",  "unmetered"};
  return WordOf(kWords, outcome);
}

bool HasAmount(std::uint32_t state) { return HasTotal(static_cast<State>(state)); }

}  // namespace tokentra::python
