#include "bindings/python/src/arrow.h"

#include <cerrno>
#include <memory>
#include <string>
#include <vector>

#include "bindings/python/src/convert.h"
#include "bindings/python/src/errors.h"

namespace tokentra::python {

const char kPriceBatchDoc[] =
    "Price every row of a table.\n"
    "\n"
    "Args:\n"
    "    table: anything with __arrow_c_stream__ or __arrow_c_array__: a pyarrow table, a polars\n"
    "        data frame, a DuckDB relation. Columns are named as the call record's fields are:\n"
    "        provider, model, at, service_tier, region, batch; meters by name; conditions and\n"
    "        metadata by name. None is absent. See docs/arrow.md.\n"
    "    provider, at: of rows that state none.\n"
    "    tags: columns that are metadata whatever their name, a sequence of str.\n"
    "    per_meter: also a column `cost_<meter>` for each meter that was billed.\n"
    "\n"
    "Returns:\n"
    "    A Table with as many rows: cost (decimal128(38, 18), None when unpriced), state,\n"
    "    price_row, status ('OK', or the code of the row's error) and message. "
    "pyarrow.table(...),\n"
    "    polars.DataFrame(...) and DuckDB take it as it is, any number of times.\n"
    "\n"
    "Raises:\n"
    "    TypeError: the object has no Arrow data.\n"
    "    InvalidArgumentError: a column that is no part of a call (names the nearest), or of a "
    "type\n"
    "        that its part cannot have. A row that cannot be priced does not raise.";

const char kRecordBatchDoc[] =
    "Price and record every row of a table, as `track` would one by one.\n"
    "\n"
    "Args:\n"
    "    table, provider, at, tags: as for Catalog.price_batch. An `id` column counts each id "
    "once.\n"
    "\n"
    "Returns:\n"
    "    A BatchResult: .rows, .recorded, .unmetered, .duplicates, .conflicts, .refused, .folded,\n"
    "    and .errors, a Table of the first 1,000 refused rows (row, status, message).\n"
    "\n"
    "Raises:\n"
    "    As Catalog.price_batch. Rows before an error of the stream are recorded; the message "
    "says\n"
    "    how many.";

namespace {

namespace py = pybind11;

constexpr char kStreamName[] = "arrow_array_stream";

// Moves the structure out of a capsule, whose destructor then finds it released.
template <typename Struct>
void MoveOut(const py::object& capsule, const char* name, Struct* out) {
  auto* held = static_cast<Struct*>(PyCapsule_GetPointer(capsule.ptr(), name));
  if (held == nullptr) throw py::error_already_set();
  *out = *held;
  held->release = nullptr;
}

// A stream of the one batch that __arrow_c_array__ gave.
struct OneBatch {
  ArrowSchema schema = {};
  ArrowArray array = {};

  ~OneBatch() {
    if (schema.release != nullptr) schema.release(&schema);
    if (array.release != nullptr) array.release(&array);
  }
};

ArrowArrayStream StreamOf(std::unique_ptr<OneBatch> batch) {
  ArrowArrayStream stream = {};
  stream.get_schema = [](ArrowArrayStream* self, ArrowSchema* out) {
    auto* held = static_cast<OneBatch*>(self->private_data);
    if (held->schema.release == nullptr) return EINVAL;
    *out = held->schema;
    held->schema.release = nullptr;
    return 0;
  };
  stream.get_next = [](ArrowArrayStream* self, ArrowArray* out) {
    auto* held = static_cast<OneBatch*>(self->private_data);
    *out = held->array;  // the second time it is released, which ends the stream
    held->array.release = nullptr;
    return 0;
  };
  stream.get_last_error = [](ArrowArrayStream*) -> const char* { return nullptr; };
  stream.release = [](ArrowArrayStream* self) {
    delete static_cast<OneBatch*>(self->private_data);
    self->release = nullptr;
  };
  stream.private_data = batch.release();
  return stream;
}

ArrowArrayStream StreamOf(const py::object& table) {
  ArrowArrayStream stream = {};
  if (py::hasattr(table, "__arrow_c_stream__")) {
    MoveOut(table.attr("__arrow_c_stream__")(), kStreamName, &stream);
    return stream;
  }
  if (py::hasattr(table, "__arrow_c_array__")) {
    const py::tuple pair = table.attr("__arrow_c_array__")();
    if (pair.size() != 2) throw py::type_error("__arrow_c_array__ gave no pair of capsules");
    auto batch = std::make_unique<OneBatch>();
    MoveOut(pair[0], "arrow_schema", &batch->schema);
    MoveOut(pair[1], "arrow_array", &batch->array);
    return StreamOf(std::move(batch));
  }
  throw py::type_error(std::string("a table with __arrow_c_stream__ or __arrow_c_array__, such as "
                                   "one of pyarrow, polars or DuckDB, not ") +
                       Py_TYPE(table.ptr())->tp_name);
}

// Options with the texts that they are views of.
struct Options {
  Options(const py::object& provider_in, const py::object& at, const py::object& tags_in) {
    if (!provider_in.is_none()) provider = provider_in.cast<std::string>();
    if (PyUnicode_Check(tags_in.ptr())) {
      throw py::type_error("tags must be a sequence of str, not one str");
    }
    for (const py::handle tag : tags_in) tags.push_back(tag.cast<std::string>());
    options.provider = provider;
    options.tags.assign(tags.begin(), tags.end());
    if (at.is_none()) return;
    const py::str field("at");
    if (!InstantArgument(at.ptr(), field.ptr(), &options.default_at_ns)) {
      throw py::error_already_set();
    }
  }
  Options(const Options&) = delete;
  Options& operator=(const Options&) = delete;

  std::string provider;
  std::vector<std::string> tags;
  ArrowOptions options;
};

struct BatchResult {
  tokentra_arrow_totals totals;
  py::object errors;
};

template <std::uint64_t tokentra_arrow_totals::*member>
std::uint64_t Total(const BatchResult& self) {
  return self.totals.*member;
}

py::object NewTable(Table table) { return py::cast(std::make_unique<Table>(std::move(table))); }

}  // namespace

py::object PriceBatch(const Catalog& catalog, const py::object& table, const py::object& provider,
                      const py::object& at, const py::object& tags, bool per_meter) {
  Options options(provider, at, tags);
  options.options.per_meter = per_meter;
  ArrowArrayStream stream = StreamOf(table);
  Table priced;
  {
    const py::gil_scoped_release released;
    priced = PriceArrow(catalog, &stream, options.options);
  }
  return NewTable(std::move(priced));
}

py::object RecordBatch(const Client& client, const py::object& table, const py::object& provider,
                       const py::object& at, const py::object& tags) {
  const Options options(provider, at, tags);
  ArrowArrayStream stream = StreamOf(table);
  ArrowRecorded recorded;
  {
    const py::gil_scoped_release released;
    recorded = RecordArrow(client, &stream, options.options);
  }
  return py::cast(std::make_unique<BatchResult>(
      BatchResult{recorded.totals, NewTable(std::move(recorded.refused))}));
}

py::capsule ExportTable(const Table& table) {
  auto stream = std::make_unique<ArrowArrayStream>();
  table.Export(stream.get());
  PyObject* capsule = PyCapsule_New(stream.get(), kStreamName, [](PyObject* self) {
    auto* held = static_cast<ArrowArrayStream*>(PyCapsule_GetPointer(self, kStreamName));
    if (held->release != nullptr) held->release(held);
    delete held;
  });
  if (capsule == nullptr) {
    stream->release(stream.get());
    throw py::error_already_set();
  }
  stream.release();  // the capsule's now
  return py::reinterpret_steal<py::capsule>(capsule);
}

void InitArrow(py::module_& module) {
  py::class_<Table>(module, "Table",
                    "Columns of results. Immutable; give it to whatever takes Arrow data.")
      .def(
          "__arrow_c_stream__",
          [](const Table& self, const py::object&) { return ExportTable(self); },
          py::arg("requested_schema") = py::none(),
          "The table as a capsule of the Arrow C stream interface; any number of times. Another\n"
          "schema than its own is not made.")
      .def("__len__", [](const Table& self) { return self.row_count(); })
      .def("__repr__", [](const Table& self) {
        return "<tokentra.Table of " + std::to_string(self.row_count()) + " rows>";
      });

  using Totals = tokentra_arrow_totals;
  py::class_<BatchResult>(module, "BatchResult", "What became of the rows of a batch.")
      .def_property_readonly("rows", &Total<&Totals::rows>, "Rows that were read.")
      .def_property_readonly("recorded", &Total<&Totals::recorded>, "Rows recorded with usage.")
      .def_property_readonly("unmetered", &Total<&Totals::unmetered>, "Rows without usage.")
      .def_property_readonly("duplicates", &Total<&Totals::duplicates>,
                             "Rows whose id had been recorded.")
      .def_property_readonly("conflicts", &Total<&Totals::conflicts>,
                             "Rows whose id had been recorded with other content.")
      .def_property_readonly("refused", &Total<&Totals::refused>, "Rows that are no valid call.")
      .def_property_readonly("folded", &Total<&Totals::folded>,
                             "Recorded rows that count under a coarser key.")
      .def_property_readonly(
          "errors", [](const BatchResult& self) { return self.errors; },
          "The first 1,000 refused rows, a Table: row, status, message.")
      .def("__repr__", [](const BatchResult& self) {
        return py::str("BatchResult(rows={}, recorded={}, refused={}, duplicates={})")
            .format(self.totals.rows, self.totals.recorded, self.totals.refused,
                    self.totals.duplicates);
      });
}

}  // namespace tokentra::python
