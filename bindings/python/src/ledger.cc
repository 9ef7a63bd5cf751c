#include "bindings/python/src/ledger.h"

#include <pybind11/stl.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "bindings/python/src/convert.h"
#include "bindings/python/src/errors.h"
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
    static constexpr std::array<std::string_view, 9> kKnown = {"ids_max",
                                                               "cells_max",
                                                               "keys_max",
                                                               "classes_max",
                                                               "text_bytes_max",
                                                               "segment_bytes",
                                                               "adjusted_after_seconds",
                                                               "late_after_seconds",
                                                               "skewed_after_seconds"};
    if (std::find(kKnown.begin(), kKnown.end(), text) != kKnown.end()) continue;
    std::string message = "limit '" + text + "' is not known; known:";
    for (const std::string_view known : kKnown) message.append(" ").append(known);
    throw Error(TOKENTRA_NOT_FOUND, message);
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
  options.adjusted_after_seconds = Limit(limits, "adjusted_after_seconds");
  options.late_after_seconds = Limit(limits, "late_after_seconds");
  options.skewed_after_seconds = Limit(limits, "skewed_after_seconds");
  if (read_only) options.flags |= TOKENTRA_LEDGER_READ_ONLY;
  if (read_only && dimensions.is_none()) options.flags |= TOKENTRA_LEDGER_ADOPT;
  return std::make_unique<LedgerValue>(LedgerValue{Ledger(PathText(path), options)});
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

// The instant so long ago; none for None.
std::int64_t Before(const py::object& age, const char* name) {
  if (age.is_none()) return kNoInstant;
  const py::object datetime = py::module_::import("datetime");
  if (!py::isinstance(age, datetime.attr("timedelta"))) {
    throw py::type_error(std::string(name) + " must be a datetime.timedelta");
  }
  if (py::cast<bool>(age.attr("__lt__")(datetime.attr("timedelta")(0)))) {
    throw Error(TOKENTRA_INVALID_ARGUMENT, std::string(name) + " is negative");
  }
  const py::object microseconds = age.attr("__floordiv__")(datetime.attr("timedelta")(0, 0, 1));
  const auto age_us = microseconds.cast<std::int64_t>();
  constexpr std::int64_t kMostUs = INT64_MAX / 2000;
  return Now() - std::min(age_us, kMostUs) * 1000;
}

py::dict Compact(const LedgerValue& self, const py::object& rollup_after,
                 const py::object& delete_after, const py::object& zone) {
  tokentra_compact_options options = {};
  options.rollup_before_ns = Before(rollup_after, "rollup_after");
  options.delete_before_ns = Before(delete_after, "delete_after");
  std::vector<tokentra_zone_offset> offsets;
  // Zone data is Python's business, and is looked up when days are rolled up.
  if (!rollup_after.is_none()) {
    for (const py::handle change : py::module_::import("tokentra._zone").attr("offsets")(zone)) {
      const auto [from_ns, seconds] = change.cast<std::pair<std::int64_t, std::int32_t>>();
      offsets.push_back({from_ns, seconds, 0});
    }
  }
  options.zone = offsets.data();
  options.zone_count = offsets.size();
  const tokentra_compact_result done = self.ledger.Compact(options);
  py::dict result;
  result["cells"] = done.cells;
  result["rolled_up_cells"] = done.rolled_up_cells;
  result["deleted_cells"] = done.deleted_cells;
  result["deleted_events"] = done.deleted_events;
  return result;
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
      "        cells_max, keys_max, classes_max, text_bytes_max; and for calls with `arrived`\n"
      "        adjusted_after_seconds (default 3600), late_after_seconds (604,800) and\n"
      "        skewed_after_seconds (300).\n"
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
          [](const LedgerValue& self) -> py::object {
            const std::string_view path = self.ledger.path();
            if (path.empty()) return py::none();
            return py::reinterpret_steal<py::str>(PyUnicode_DecodeFSDefaultAndSize(
                path.data(), static_cast<Py_ssize_t>(path.size())));
          },
          "The folder, a str; None for a ledger in memory.")
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
      .def("compact", &Compact, py::kw_only(), py::arg("rollup_after") = py::none(),
           py::arg("delete_after") = py::none(), py::arg("zone") = "UTC",
           "Absorb files of processes that ended, roll up and delete by age.\n"
           "\n"
           "Args:\n"
           "    rollup_after: a timedelta; days that ended longer ago become one bucket each.\n"
           "    delete_after: a timedelta; what ended longer ago is deleted.\n"
           "    zone: whose days, an IANA name.\n"
           "\n"
           "Returns:\n"
           "    dict: cells (afterwards), rolled_up_cells, deleted_cells, deleted_events.\n"
           "\n"
           "Raises:\n"
           "    FailedPreconditionError: read only, or a ledger in memory.\n"
           "    UnavailableError: another process compacts just now.")
      .def(
          "erase",
          [](const LedgerValue& self, std::string_view dimension, std::string_view value) {
            return self.ledger.Erase(dimension, value);
          },
          py::arg("dimension"), py::arg("value"),
          "Erase a dimension's value from what was recorded: quantities stay, the name goes.\n"
          "\n"
          "A name that is recorded again afterwards is there again.\n"
          "\n"
          "Returns:\n"
          "    int: how many keys had it.\n"
          "\n"
          "Raises:\n"
          "    NotFoundError: no such dimension; names the nearest.\n"
          "    DataLossError: a file could not be read and may hold the value still.")
      .def("__repr__", [](const py::object& self) {
        return py::str("<tokentra.Ledger {!r}>").format(self.attr("path"));
      });
}

}  // namespace tokentra::python
