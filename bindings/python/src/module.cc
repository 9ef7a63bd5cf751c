// tokentra._core: the C interface as Python objects.
//
// What runs once an event (Client.track, Recorder.record, Catalog.price) is hand-written against
// CPython's fast calls, see fast_type.h; the rest is pybind11. Everything runs under the GIL except
// the reading of long bodies.
#include <pybind11/pybind11.h>

#include "bindings/python/src/arguments.h"
#include "bindings/python/src/arrow.h"
#include "bindings/python/src/catalog.h"
#include "bindings/python/src/client.h"
#include "bindings/python/src/convention.h"
#include "bindings/python/src/cost.h"
#include "bindings/python/src/errors.h"
#include "bindings/python/src/extraction.h"
#include "bindings/python/src/ledger.h"
#include "bindings/python/src/names.h"
#include "bindings/python/src/reprice.h"
#include "bindings/python/src/result.h"
#include "bindings/python/src/snapshot.h"

namespace tokentra::python {
namespace {

namespace py = pybind11;

// A dict of str by str with canonical keys, for the ambient metadata; what has no text is an error.
py::dict MetadataTexts(const py::object& mapping) {
  CallArguments arguments;
  arguments.BeStrict();
  if (!arguments.ReadMetadata(mapping.ptr())) throw py::error_already_set();
  py::dict texts;
  const auto set = [&texts](std::string_view name, tokentra_text value) {
    texts[py::str(name.data(), name.size())] = py::str(value.data, value.size);
  };
  // Where both spellings of a key are given, snake_case wins.
  for (const tokentra_pair& pair : arguments.metadata()) {
    set(CanonicalKey(detail::View(pair.name)), pair.value);
  }
  for (const tokentra_pair& pair : arguments.metadata()) {
    const std::string_view name = detail::View(pair.name);
    if (CanonicalKey(name) == name) set(name, pair.value);
  }
  return texts;
}

py::list MeterNames() {
  py::list names;
  for (std::uint32_t meter = 1; meter <= MeterCount(); ++meter) {
    names.append(py::reinterpret_borrow<py::object>(MeterText(meter)));
  }
  return names;
}

}  // namespace
}  // namespace tokentra::python

PYBIND11_MODULE(_core, module) {
  using namespace tokentra::python;
  module.doc() = "The native part of tokentra; use the package tokentra.";
  module.attr("__version__") = std::string(tokentra::Version());
  module.attr("ambient") = pybind11::handle(InitAmbient());
  InitNames();
  InitErrors();
  InitCost(module);
  InitResult(module);
  InitCatalog(module);
  InitExtraction(module);
  InitRepricing(module);
  InitArrow(module);
  InitSnapshot(module);
  InitLedger(module);
  InitConvention(module);
  InitClient(module);
  InitRecorder(module);
  module.def("metadata_texts", &MetadataTexts, pybind11::arg("mapping"));
  module.def("meter_names", &MeterNames,
             "Names of all meters, a list of str. Durations may be given in seconds as well.");
}
