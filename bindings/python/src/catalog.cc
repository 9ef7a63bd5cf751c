#include "bindings/python/src/catalog.h"

#include "bindings/python/src/arguments.h"
#include "bindings/python/src/arrow.h"
#include "bindings/python/src/convert.h"
#include "bindings/python/src/cost.h"
#include "bindings/python/src/errors.h"
#include "bindings/python/src/fast_type.h"
#include "bindings/python/src/json_writer.h"

namespace tokentra::python {
namespace {

namespace py = pybind11;

constexpr char kPriceDoc[] =
    "price($self, usage=None, /, *, provider=None, model=None, at=None, service_tier=None,\n"
    "      region=None, batch=False, conditions=None, response=None, api=None)\n"
    "--\n\n"
    "The exact price of one call.\n"
    "\n"
    "Args:\n"
    "    usage: counts by meter name, inclusive: {'input_tokens': 1500, 'output_tokens': 500}.\n"
    "        None values are absent; durations may be given as `..._seconds`. May be given by\n"
    "        keyword too.\n"
    "    provider: 'openai', 'anthropic', 'google', ...\n"
    "    model: the model's id; where `response` names it, only to override it.\n"
    "    at: instant of the call, an aware datetime or RFC 3339 text; absent: now.\n"
    "    service_tier: 'standard', 'flex', 'priority', ...; absent: the provider's default.\n"
    "    region: the provider's region.\n"
    "    batch: whether the call went through the provider's batch API.\n"
    "    conditions: what else the price depends on, str by str: {'quality': 'hd'}.\n"
    "    response: instead of `usage`, the provider's response: a dict, JSON text, or an object\n"
    "        of the provider's SDK.\n"
    "    api: flavour of `response` ('chat', 'responses', ...); absent: detected.\n"
    "\n"
    "Returns:\n"
    "    A Cost. Without a known price its state is 'unpriced' and its total None.\n"
    "\n"
    "Raises:\n"
    "    InvalidArgumentError: a count that is negative, fractional or above its whole; a naive\n"
    "        datetime; a response that is no JSON object.\n"
    "    OutOfRangeError: the amount does not fit 38 digits.";

PyObject* Price(PyObject* self, PyObject* const* args, Py_ssize_t nargs, PyObject* kwnames) {
  const Catalog* catalog = SelfOf<Catalog>(self);
  if (catalog == nullptr) return nullptr;
  CallArguments arguments;
  if (!arguments.Read("price", kCallNames, 1, args, nargs, kwnames)) return nullptr;
  return PriceCall(catalog->get(), &arguments);
}

py::list Providers(const Catalog& catalog) {
  py::list providers;
  for (std::size_t i = 0; i < catalog.provider_count(); ++i) {
    providers.append(py::str(catalog.provider(i).data(), catalog.provider(i).size()));
  }
  return providers;
}

py::list Models(const Catalog& catalog, std::string_view provider) {
  py::list models;
  for (std::size_t i = 0; i < catalog.provider_count(); ++i) {
    if (catalog.provider(i) != provider) continue;
    for (std::size_t j = 0; j < catalog.model_count(i); ++j) {
      const std::string_view id = catalog.model(i, j).id;
      models.append(py::str(id.data(), id.size()));
    }
    return models;
  }
  const py::str known = py::str(", ").attr("join")(Providers(catalog));
  throw Error(TOKENTRA_NOT_FOUND, "no provider '" + std::string(provider) +
                                      "' in the catalog; it has " + std::string(known));
}

constexpr char kOverlayDoc[] =
    "A catalog with the changes of an overlay over this one, which stays as it is.\n"
    "\n"
    "Args:\n"
    "    overlay: the overlay document (docs/overlays.md): a path (str or os.PathLike) to its\n"
    "        JSON file, or the document itself as a dict. Amounts are text, never floats.\n"
    "\n"
    "Returns:\n"
    "    A Catalog with a digest of its own. Overlays stack.\n"
    "\n"
    "Raises:\n"
    "    InvalidArgumentError: the document is refused whole; names the path in it, the value and\n"
    "        the nearest valid one.\n"
    "    ResourceExhaustedError: a limit: 16 MB, 4096 changes, 16 overlays.\n"
    "    OSError: the file cannot be read.";

Catalog Overlay(const Catalog& catalog, const py::object& overlay) {
  std::string text;
  std::string name = "overlay";
  if (PyDict_Check(overlay.ptr())) {
    if (!WriteJson(overlay.ptr(), &text)) throw py::error_already_set();
  } else {
    const py::object path = py::module_::import("os").attr("fspath")(overlay);
    const py::object file = py::module_::import("pathlib").attr("Path")(path);
    text = file.attr("read_bytes")().cast<std::string>();
    name = py::str(file).cast<std::string>();
  }
  const py::gil_scoped_release released;
  return catalog.Overlay(text, name);
}

py::list Overlays(const Catalog& catalog) {
  py::list names;
  for (std::size_t i = 0; i < catalog.overlay_count(); ++i) {
    names.append(py::str(catalog.overlay_name(i).data(), catalog.overlay_name(i).size()));
  }
  return names;
}

}  // namespace

void InitCatalog(py::module_& module) {
  py::class_<Catalog> cls(module, "Catalog",
                          "An immutable set of providers, models and price rows. Thread-safe.");
  cls.def_static("builtin", &Catalog::OpenBuiltin,
                 "The catalog compiled into the library. Parses nothing.")
      .def_property_readonly(
          "digest", [](const Catalog& self) { return std::string(self.digest()); },
          "SHA-256 over everything a price depends on, hexadecimal.")
      .def_property_readonly(
          "as_of", [](const Catalog& self) { return std::string(self.as_of()); },
          "The newest date any price was read from its list: '2026-11-10'.")
      .def("overlay", Overlay, py::arg("overlay"), kOverlayDoc)
      .def_property_readonly("overlays", Overlays,
                             "Names of the overlays, in the order in which they were laid.")
      .def("providers", Providers, "Ids of the providers, a list of str.")
      .def("models", Models, py::arg("provider"),
           "Ids of a provider's models, a list of str.\n\nRaises:\n    NotFoundError: no such "
           "provider.")
      .def("price_batch", &PriceBatch, py::arg("table"), py::pos_only(), py::kw_only(),
           py::arg("provider") = py::none(), py::arg("at") = py::none(),
           py::arg("tags") = py::tuple(), py::arg("per_meter") = false, kPriceBatchDoc)
      .def("__repr__", [](const Catalog& self) {
        return "<tokentra.Catalog as of " + std::string(self.as_of()) + ", " +
               std::string(self.digest().substr(0, 12)) + ">";
      });
  AddFastMethod<Price>(cls, "price", kPriceDoc);
}

const Catalog& CatalogOf(PyObject* catalog) {
  const Catalog* value = SelfOf<Catalog>(catalog);
  if (value == nullptr) throw py::error_already_set();
  return *value;
}

}  // namespace tokentra::python
