// Arrow in and out: any object with __arrow_c_stream__ or __arrow_c_array__, and tables that have
// the first.

#ifndef TOKENTRA_BINDINGS_PYTHON_SRC_ARROW_H_
#define TOKENTRA_BINDINGS_PYTHON_SRC_ARROW_H_

#include <pybind11/pybind11.h>

#include <tokentra/tokentra.hpp>

namespace tokentra::python {

void InitArrow(pybind11::module_& module);

// Catalog.price_batch and Client.record_batch.
pybind11::object PriceBatch(const Catalog& catalog, const pybind11::object& table,
                            const pybind11::object& provider, const pybind11::object& at,
                            const pybind11::object& tags, bool per_meter);
pybind11::object RecordBatch(const Client& client, const pybind11::object& table,
                             const pybind11::object& provider, const pybind11::object& at,
                             const pybind11::object& tags);

// What a table's __arrow_c_stream__ gives: a capsule "arrow_array_stream".
pybind11::capsule ExportTable(const Table& table);

extern const char kPriceBatchDoc[];
extern const char kRecordBatchDoc[];

}  // namespace tokentra::python

#endif  // TOKENTRA_BINDINGS_PYTHON_SRC_ARROW_H_
