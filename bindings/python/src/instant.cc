// Instants: aware datetimes and RFC 3339 text as nanoseconds since 1970 UTC.
#include <pybind11/pybind11.h>

#include <datetime.h>

#include <ctime>
#include <limits>

#include "bindings/python/src/convert.h"
#include "bindings/python/src/errors.h"

namespace tokentra::python {
namespace {

constexpr std::int64_t kNanosPerMicro = 1'000;
constexpr std::int64_t kMicrosPerSecond = 1'000'000;
constexpr std::int64_t kSecondsPerDay = 86'400;
// Years whose nanoseconds fit 64 bits with a day to spare.
constexpr int kYearMin = 1678;
constexpr int kYearMax = 2261;

// Days since 1970-01-01 of a proleptic Gregorian date (H. Hinnant, days_from_civil).
std::int64_t DaysOf(int year, int month, int day) {
  const int shifted = year - (month <= 2 ? 1 : 0);
  const int era = shifted / 400;
  const int year_of_era = shifted - era * 400;
  const int day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return std::int64_t{era} * 146'097 + day_of_era - 719'468;
}

// datetime.h fills its table by importing `datetime`, which whoever made a datetime has done.
bool LoadDatetime() {
  if (PyDateTimeAPI == nullptr) PyDateTime_IMPORT;
  return PyDateTimeAPI != nullptr;
}

std::int64_t MicrosOf(PyObject* moment) {
  const std::int64_t seconds = DaysOf(PyDateTime_GET_YEAR(moment), PyDateTime_GET_MONTH(moment),
                                      PyDateTime_GET_DAY(moment)) *
                                   kSecondsPerDay +
                               PyDateTime_DATE_GET_HOUR(moment) * 3600 +
                               PyDateTime_DATE_GET_MINUTE(moment) * 60 +
                               PyDateTime_DATE_GET_SECOND(moment);
  return seconds * kMicrosPerSecond + PyDateTime_DATE_GET_MICROSECOND(moment);
}

bool InstantOfDatetime(PyObject* moment, PyObject* field, std::int64_t* out) {
  const int year = PyDateTime_GET_YEAR(moment);
  if (year < kYearMin || year > kYearMax) {
    return SetInvalidField(field, moment, "is outside the years 1678 to 2261");
  }
  std::int64_t micros = MicrosOf(moment);
  PyObject* zone = PyDateTime_DATE_GET_TZINFO(moment);
  if (zone != PyDateTime_TimeZone_UTC) {
    PyObject* offset = PyObject_CallMethod(moment, "utcoffset", nullptr);
    if (offset == nullptr) return false;
    const bool aware = PyDelta_Check(offset);
    if (aware) {
      micros -= (PyDateTime_DELTA_GET_DAYS(offset) * kSecondsPerDay +
                 PyDateTime_DELTA_GET_SECONDS(offset)) *
                    kMicrosPerSecond +
                PyDateTime_DELTA_GET_MICROSECONDS(offset);
    }
    Py_DECREF(offset);
    if (!aware) {
      return SetInvalidField(field, moment,
                             "is a naive datetime: give it a zone, for example timezone.utc");
    }
  }
  *out = micros * kNanosPerMicro;
  return true;
}

}  // namespace

bool InstantArgument(PyObject* value, PyObject* field, std::int64_t* out) {
  if (PyUnicode_Check(value)) {
    tokentra_text text = {nullptr, 0};
    if (!Utf8Of(value, field, &text)) return false;
    ErrorHandle error;
    const tokentra_status status = tokentra_instant_parse(text, out, error.out());
    return status == TOKENTRA_OK || SetError(status, error);
  }
  if (!LoadDatetime()) return false;
  if (PyDateTime_Check(value)) return InstantOfDatetime(value, field, out);
  return SetInvalidField(field, value, "must be an aware datetime or RFC 3339 text");
}

std::int64_t Now() {
  std::timespec now = {};
  clock_gettime(CLOCK_REALTIME, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

}  // namespace tokentra::python
