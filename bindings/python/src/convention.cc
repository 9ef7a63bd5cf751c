#include "bindings/python/src/convention.h"

#include <vector>

#include "bindings/python/src/arguments.h"
#include "bindings/python/src/convert.h"
#include "bindings/python/src/errors.h"

namespace tokentra::python {
namespace {

namespace py = pybind11;

py::module_ Helpers() { return py::module_::import("tokentra._convention_files"); }

std::unique_ptr<Convention> MakeConvention(const py::object& source, const py::object& files,
                                           const py::object& baseline, const py::object& key) {
  const py::tuple read = Helpers().attr("read")(source, files, baseline);
  const auto json = read[0].cast<std::string>();
  const auto baseline_text = read[2].cast<std::string>();
  std::vector<std::pair<std::string, std::string>> texts;
  for (const auto& [name, text] : read[1].cast<py::dict>()) {
    texts.emplace_back(name.cast<std::string>(), text.cast<std::string>());
  }
  std::string fingerprint_key;
  if (!key.is_none()) {
    if (!py::isinstance<py::bytes>(key)) throw py::type_error("fingerprint_key must be bytes");
    fingerprint_key = key.cast<std::string>();
  }
  ConventionOptions options;
  for (const auto& [name, text] : texts) options.files.Add(name, text);
  options.baseline = baseline_text;
  options.fingerprint_key = fingerprint_key;
  return std::make_unique<Convention>(Convention::Compile(json, options));
}

py::object CheckMetadata(const Convention& self, const py::object& metadata, const py::object& at) {
  CallArguments arguments;
  arguments.BeStrict();
  if (!arguments.ReadMetadata(metadata.ptr())) throw py::error_already_set();
  std::int64_t at_ns = Now();
  if (!at.is_none() && !InstantArgument(at.ptr(), py::str("at").ptr(), &at_ns)) {
    throw py::error_already_set();
  }
  Pairs pairs;
  for (const tokentra_pair& pair : arguments.metadata()) {
    pairs.Add(detail::View(pair.name), detail::View(pair.value));
  }
  return FromJson("check", self.Check(pairs, at_ns));
}

}  // namespace

py::object FromJson(const char* name, const std::string& json) {
  return Helpers().attr(name)(py::str(json));
}

const Convention& ConventionOf(const py::object& convention) {
  if (!py::isinstance<Convention>(convention)) {
    throw py::type_error("convention must be a tokentra.Convention, not " +
                         std::string(Py_TYPE(convention.ptr())->tp_name));
  }
  return convention.cast<const Convention&>();
}

void InitConvention(py::module_& module) {
  py::class_<Convention>(
      module, "Convention",
      "An organisation's rules for metadata, compiled once. Immutable, thread-safe.\n"
      "\n"
      "Args:\n"
      "    source: the path of a JSON file, or a dict.\n"
      "    files: texts of the vocabulary files it names, by name; those not given are read,\n"
      "        beside the convention's file.\n"
      "    baseline: path or dict of findings that are known and accepted.\n"
      "    fingerprint_key: bytes; findings on sensitive values carry an HMAC under it.\n"
      "\n"
      "Raises:\n"
      "    InvalidArgumentError: what does not compile; names the rule and shows an example.")
      .def(py::init(&MakeConvention), py::arg("source"), py::kw_only(),
           py::arg("files") = py::none(), py::arg("baseline") = py::none(),
           py::arg("fingerprint_key") = py::none())
      .def_static("builtin", &Convention::OpenBuiltin,
                  "The convention of the best-practices page: {team}-{product}-{feature}.")
      .def_property_readonly(
          "name", [](const Convention& self) { return std::string(self.name()); },
          "The name the convention gives itself.")
      .def_property_readonly(
          "digest", [](const Convention& self) { return std::string(self.digest()); },
          "SHA-256 over everything compiled, hexadecimal.")
      .def("explain", &Convention::Explain,
           "The rules in words, with generated valid and invalid examples.")
      .def(
          "describe",
          [](const Convention& self) {
            return py::module_::import("json").attr("loads")(py::str(self.Describe()));
          },
          "The same as a dict: name, version, digest, mode, keys, rules.")
      .def("check", &CheckMetadata, py::arg("metadata"), py::kw_only(), py::arg("at") = py::none(),
           "Check one set of metadata at an instant; absent: now.\n"
           "\n"
           "Returns:\n"
           "    (mode, findings, recorded): the mode that applies, a list of Finding, and what is\n"
           "    recorded in the place of which key's value.")
      .def("__repr__", [](const Convention& self) {
        return "<tokentra.Convention " + std::string(self.name()) + " " +
               std::string(self.digest().substr(0, 12)) + ">";
      });
  module.def("convention_files", &Convention::FileNames, py::arg("json"));
}

}  // namespace tokentra::python
