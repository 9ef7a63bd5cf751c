#include "bindings/python/src/ledger.h"

#include <memory>
#include <vector>

#include "bindings/python/src/snapshot.h"

namespace tokentra::python {
namespace {

namespace py = pybind11;

// A text of the file system: str, bytes or os.PathLike.
std::string PathText(const py::object& path) {
  const py::object text = py::module_::import("os").attr("fspath")(path);
  if (py::isinstance<py::bytes>(text)) return text.cast<std::string>();
  return py::module_::import("os").attr("fsencode")(text).cast<std::string>();
}

std::uint64_t Whole(const py::object& value, const char* name) {
  if (value.is_none()) return 0;
  if (!PyLong_Check(value.ptr()) || PyBool_Check(value.ptr())) {
    throw py::type_error(std::string(name) + " must be an int");
  }
  const auto number = value.cast<std::int64_t>();
  if (number <= 0) {
    throw Error(TOKENTRA_INVALID_ARGUMENT,
                std::string(name) + " " + std::to_string(number) + " is not above 0");
  }
  return static_cast<std::uint64_t>(number);
}

std::uint64_t Limit(const py::object& limits, const char* name) {
  return limits.is_none() || !limits.contains(name) ? 0 : Whole(limits[name], name);
}

void CheckLimitNames(const py::object& limits) {
  if (limits.is_none()) return;
  for (const py::handle name : limits) {
    const auto text = name.cast<std::string>();
    if (text != "ids_max" && text != "cells_max" && text != "keys_max" && text != "classes_max" &&
        text != "text_bytes_max" && text != "segment_bytes") {
      throw Error(TOKENTRA_NOT_FOUND, "limit '" + text +
                                          "' is not known; known: ids_max, cells_max, keys_max, "
                                          "classes_max, text_bytes_max, segment_bytes");
    }
  }
}

std::unique_ptr<LedgerValue> OpenLedger(const py::object& path, const py::object& dimensions,
                                        const py::object& bucket_seconds, const py::object& limits,
                                        bool read_only) {
  if (py::isinstance<py::str>(dimensions)) {
    throw Error(TOKENTRA_INVALID_ARGUMENT, "dimensions must be a sequence of str, not one str");
  }
  CheckLimitNames(limits);
  std::vector<std::string> names;
  std::vector<tokentra_text> texts;
  tokentra_ledger_options options = {};
  if (!dimensions.is_none()) {
    for (const py::handle name : dimensions) names.push_back(name.cast<std::string>());
    for (const std::string& name : names) texts.push_back({name.data(), name.size()});
    static const tokentra_text none = {};
    options.dimensions = texts.empty() ? &none : texts.data();
    options.dimension_count = texts.size();
  }
  options.bucket_seconds = Whole(bucket_seconds, "bucket_seconds");
  options.ids_max = Limit(limits, "ids_max");
  options.cells_max = Limit(limits, "cells_max");
  options.keys_max = Limit(limits, "keys_max");
  options.classes_max = Limit(limits, "classes_max");
  options.text_bytes_max = Limit(limits, "text_bytes_max");
  options.segment_bytes = Limit(limits, "segment_bytes");
  if (read_only) options.flags |= TOKENTRA_LEDGER_READ_ONLY;
  if (read_only && dimensions.is_none()) options.flags |= TOKENTRA_LEDGER_ADOPT;
  std::string text = PathText(path);
  return std::make_unique<LedgerValue>(LedgerValue{Ledger(text, options), text});
}

py::tuple Dimensions(const LedgerValue& self) {
  const std::vector<std::string> names = self.ledger.dimensions();
  py::tuple dimensions(names.size());
  for (std::size_t i = 0; i < names.size(); ++i) dimensions[i] = py::str(names[i]);
  return dimensions;
}

py::dict Statistics(const LedgerValue& self) {
  const tokentra_ledger_statistics figures = self.ledger.statistics();
  py::dict statistics;
  statistics["cells"] = figures.cells;
  statistics["keys"] = figures.keys;
  statistics["classes"] = figures.classes;
  statistics["shards"] = figures.shards;
  statistics["folded_events"] = figures.folded_events;
  statistics["memory_bytes"] = figures.memory_bytes;
  statistics["files"] = figures.files;
  statistics["compactions"] = figures.compactions;
  statistics["compactions_failed"] = figures.compactions_failed;
  statistics["ids_max"] = figures.ids_max;
  statistics["ids_overflowed"] = figures.ids_overflowed != 0;
  return statistics;
}

}  // namespace

void InitLedger(py::module_& module) {
  py::class_<LedgerValue>(
      module, "Ledger",
      "A ledger in a folder, shared by every process that opens it. Thread-safe.\n"
      "\n"
      "Each process records into a file of its own; a snapshot by any of them shows what all of\n"
      "them recorded, those that were killed included. A forked child goes on with the same\n"
      "object. Best on tmpfs: /dev/shm/NAME.\n"
      "\n"
      "Args:\n"
      "    path: the folder, created (mode 0700) when it is missing.\n"
      "    dimensions: metadata keys that snapshots group by, a sequence of at most 32; None:\n"
      "        project_id, team_id, feature, environment.\n"
      "    bucket_seconds: width of a time bucket; None: 900.\n"
      "    limits: by name: segment_bytes (of one process's file, default 4 MB), ids_max,\n"
      "        cells_max, keys_max, classes_max, text_bytes_max.\n"
      "    read_only: create and change nothing; take the dimensions as they are.\n"
      "\n"
      "Raises:\n"
      "    FailedPreconditionError: the folder has other dimensions or another bucket width\n"
      "        (the message names both), or holds other files.\n"
      "    ResourceExhaustedError: there is no room for this process's file.\n"
      "    PermissionDeniedError: the folder is another user's.")
      .def(py::init(&OpenLedger), py::arg("path"), py::kw_only(),
           py::arg("dimensions") = py::none(), py::arg("bucket_seconds") = py::none(),
           py::arg("limits") = py::none(), py::arg("read_only") = false)
      .def_property_readonly(
          "path",
          [](const LedgerValue& self) {
            return py::reinterpret_steal<py::str>(PyUnicode_DecodeFSDefaultAndSize(
                self.path.data(), static_cast<Py_ssize_t>(self.path.size())));
          },
          "The folder, a str.")
      .def_property_readonly("dimensions", &Dimensions, "Metadata keys, a tuple of str.")
      .def_property_readonly(
          "bucket_seconds",
          [](const LedgerValue& self) { return self.ledger.statistics().bucket_seconds; },
          "Width of a time bucket in seconds.")
      .def("statistics", &Statistics,
           "Figures of this process's part: cells, files, compactions, ..., a dict.")
      .def(
          "snapshot",
          [](const LedgerValue& self, const py::object& catalog) {
            const py::object priced =
                catalog.is_none() ? py::cast(Catalog::OpenBuiltin()) : catalog;
            return NewSnapshot(self.ledger.TakeSnapshot(priced.cast<const Catalog&>()));
          },
          py::kw_only(), py::arg("catalog") = py::none(),
          "What all processes recorded, priced with a catalog: a Snapshot.")
      .def("__repr__", [](const py::object& self) {
        return py::str("<tokentra.Ledger {!r}>").format(self.attr("path"));
      });
}

}  // namespace tokentra::python
