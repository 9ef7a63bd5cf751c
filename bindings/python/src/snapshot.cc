#include "bindings/python/src/snapshot.h"

#include <memory>
#include <string>
#include <tokentra/tokentra.hpp>
#include <vector>

#include "bindings/python/src/arrow.h"
#include "bindings/python/src/convert.h"
#include "bindings/python/src/errors.h"
#include "bindings/python/src/reprice.h"

namespace tokentra::python {
namespace {

namespace py = pybind11;

// A snapshot with its sums, which do not change.
struct SnapshotValue {
  explicit SnapshotValue(Snapshot taken) : snapshot(std::move(taken)), totals(snapshot.totals()) {}
  Snapshot snapshot;
  tokentra_snapshot_totals totals;
};

struct RowsValue {
  Rows rows;
  std::vector<std::string> keys;
};

// One row; keeps its rows alive, which its views point into.
struct RowValue {
  RowValue(std::shared_ptr<const RowsValue> rows_in, std::size_t index_in)
      : rows(std::move(rows_in)), index(index_in), row(rows->rows.at(index)) {}
  std::shared_ptr<const RowsValue> rows;
  std::size_t index;
  tokentra_row row;
};

py::object Amount(tokentra_money money) {
  PyObject* amount = DecimalOf(money);
  if (amount == nullptr) throw py::error_already_set();
  return py::reinterpret_steal<py::object>(amount);
}

std::int64_t InstantOr(const py::object& value, const char* name) {
  std::int64_t at_ns = kNoInstant;
  if (value.is_none()) return at_ns;
  const py::str field(name);
  if (!InstantArgument(value.ptr(), field.ptr(), &at_ns)) throw py::error_already_set();
  return at_ns;
}

std::shared_ptr<RowsValue> By(const SnapshotValue& self, const py::args& keys,
                              const py::object& since, const py::object& until) {
  std::vector<std::string> names;
  for (const py::handle key : keys) {
    if (!PyUnicode_Check(key.ptr())) throw py::type_error("keys must be str");
    names.push_back(key.cast<std::string>());
  }
  tokentra_group_options options = {};
  options.since_ns = InstantOr(since, "since");
  options.until_ns = InstantOr(until, "until");
  Rows rows = self.snapshot.Group({names.begin(), names.end()}, &options);
  return std::make_shared<RowsValue>(RowsValue{std::move(rows), std::move(names)});
}

RowValue RowAt(const std::shared_ptr<const RowsValue>& self, std::ptrdiff_t index) {
  const auto count = static_cast<std::ptrdiff_t>(self->rows.size());
  if (index < 0) index += count;
  if (index < 0 || index >= count) throw py::index_error("row index out of range");
  return RowValue(self, static_cast<std::size_t>(index));
}

py::list AllRows(const std::shared_ptr<const RowsValue>& self) {
  py::list rows;
  for (std::size_t i = 0; i < self->rows.size(); ++i) rows.append(RowValue(self, i));
  return rows;
}

py::tuple KeyNames(const std::vector<std::string>& keys) {
  py::tuple names(keys.size());
  for (std::size_t i = 0; i < keys.size(); ++i) names[i] = py::str(keys[i]);
  return names;
}

// The place of a key among those the rows are grouped by; negative when it is none of them.
std::ptrdiff_t KeyIndex(const RowValue& self, std::string_view key) {
  const std::vector<std::string>& keys = self.rows->keys;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (keys[i] == key) return static_cast<std::ptrdiff_t>(i);
  }
  return -1;
}

py::object KeyValue(const RowValue& self, std::ptrdiff_t key) {
  const auto value = self.rows->rows.key(self.index, static_cast<std::size_t>(key));
  if (!value) return py::none();
  return py::str(value->data(), value->size());
}

std::string NotAKey(const RowValue& self, std::string_view key) {
  std::string message = "'" + std::string(key) + "' is none of this row's keys:";
  for (const std::string& known : self.rows->keys) message += " " + known;
  return message;
}

py::tuple FoldedKeys(const RowValue& self) {
  py::list folded;
  for (std::size_t i = 0; i < self.rows->keys.size(); ++i) {
    std::uint32_t presence = TOKENTRA_KEY_ABSENT;
    self.rows->rows.key(self.index, i, &presence);
    if (presence == TOKENTRA_KEY_FOLDED) folded.append(py::str(self.rows->keys[i]));
  }
  return py::tuple(folded);
}

py::str ReprRow(const RowValue& self) {
  py::list texts;
  for (std::size_t i = 0; i < self.rows->keys.size(); ++i) {
    texts.append(py::str("{}={!r}").format(self.rows->keys[i],
                                           KeyValue(self, static_cast<std::ptrdiff_t>(i))));
  }
  texts.append(py::str("events={}").format(self.row.events));
  texts.append(py::str("cost={!r}").format(Amount(self.row.cost)));
  return py::str("Row({})").format(py::str(", ").attr("join")(texts));
}

template <std::uint64_t tokentra_snapshot_totals::*member>
std::uint64_t Total(const SnapshotValue& self) {
  return self.totals.*member;
}
template <std::uint64_t tokentra_row::*member>
std::uint64_t OfRow(const RowValue& self) {
  return self.row.*member;
}

// The notebook view is Python's business and is imported when a notebook asks.
template <typename T>
py::object Html(const T& self) {
  return py::module_::import("tokentra._html").attr("render")(self);
}

void InitRows(py::module_& module) {
  py::class_<RowValue>(module, "Row", "Sums of the events that share the values of some keys.")
      .def("__getitem__",
           [](const RowValue& self, std::string_view key) {
             const std::ptrdiff_t index = KeyIndex(self, key);
             if (index < 0) throw py::key_error(NotAKey(self, key));
             return KeyValue(self, index);
           })
      .def("__getattr__",
           [](const RowValue& self, std::string_view key) {
             const std::ptrdiff_t index = KeyIndex(self, key);
             if (index < 0) throw py::attribute_error(NotAKey(self, key));
             return KeyValue(self, index);
           })
      .def(
          "keys", [](const RowValue& self) { return KeyNames(self.rows->keys); },
          "The keys the rows are grouped by, a tuple of str.")
      .def_property_readonly("events", &OfRow<&tokentra_row::events>,
                             "Recorded events, priced or not.")
      .def_property_readonly(
          "cost", [](const RowValue& self) { return Amount(self.row.cost); },
          "Exact cost of the priced events in US dollars, a Decimal.")
      .def_property_readonly(
          "reported", [](const RowValue& self) { return Amount(self.row.reported); },
          "What providers said it cost, where they did, a Decimal.")
      .def_property_readonly(
          "usage",
          [](const RowValue& self) { return UsageDict(self.row.usage, self.row.usage_count); },
          "Inclusive quantities above zero by meter: {'input_tokens': 1500, ...}.")
      .def_property_readonly("unpriced", &OfRow<&tokentra_row::unpriced_events>,
                             "Events without a price; they are not in `cost`.")
      .def_property_readonly("partial", &OfRow<&tokentra_row::partial_events>,
                             "Events of which some meter has no rate.")
      .def_property_readonly("unmetered", &OfRow<&tokentra_row::unmetered_events>,
                             "Events whose body carried no usage.")
      .def_property_readonly("folded", &OfRow<&tokentra_row::folded_events>,
                             "Events counted under a coarser key.")
      .def_property_readonly("adjusted", &OfRow<&tokentra_row::adjusted_events>,
                             "Events that came after their bucket was closed.")
      .def_property_readonly("late", &OfRow<&tokentra_row::late_events>,
                             "Events that came much later, and count when they came.")
      .def_property_readonly("skewed", &OfRow<&tokentra_row::skewed_events>,
                             "Events said to be of the future, which count when they came.")
      .def_property_readonly("folded_keys", &FoldedKeys,
                             "Keys whose values a ledger limit lost: None there is not absence.")
      .def("__repr__", &ReprRow);

  py::class_<RowsValue, std::shared_ptr<RowsValue>>(
      module, "Rows", "Rows of a snapshot, a sequence; highest cost first. Immutable.")
      .def("__len__", [](const RowsValue& self) { return self.rows.size(); })
      .def("__getitem__", [](const std::shared_ptr<RowsValue>& self,
                             std::ptrdiff_t index) { return RowAt(self, index); })
      .def("__iter__",
           [](const std::shared_ptr<RowsValue>& self) { return AllRows(self).attr("__iter__")(); })
      .def_property_readonly(
          "keys", [](const RowsValue& self) { return KeyNames(self.keys); },
          "The keys the rows are grouped by, a tuple of str.")
      .def("_repr_html_", [](const py::object& self) { return Html(self); })
      .def("__repr__", [](const RowsValue& self) {
        return py::str("<tokentra.Rows {} by {}>")
            .format(self.rows.size(), py::str(", ").attr("join")(KeyNames(self.keys)));
      });
}

}  // namespace

void InitSnapshot(py::module_& module) {
  InitRows(module);
  using Totals = tokentra_snapshot_totals;
  py::class_<SnapshotValue>(module, "Snapshot",
                            "An immutable view of a ledger; rows sum to it exactly.")
      .def_property_readonly(
          "total", [](const SnapshotValue& self) { return Amount(self.totals.cost); },
          "Exact cost of all priced events in US dollars, a Decimal.")
      .def_property_readonly(
          "reported", [](const SnapshotValue& self) { return Amount(self.totals.reported); },
          "What providers said it cost, where they did, a Decimal.")
      .def_property_readonly("events", &Total<&Totals::events>, "Recorded events, priced or not.")
      .def_property_readonly("unpriced", &Total<&Totals::unpriced_events>,
                             "Events without a price; they are not in `total`.")
      .def_property_readonly("partial", &Total<&Totals::partial_events>,
                             "Events of which some meter has no rate.")
      .def_property_readonly("unmetered", &Total<&Totals::unmetered_events>,
                             "Events whose body carried no usage.")
      .def_property_readonly("refused", &Total<&Totals::refused_events>,
                             "Events refused for invalid usage; not in `events`.")
      .def_property_readonly("duplicates", &Total<&Totals::duplicate_events>,
                             "Events dropped because their id had been recorded.")
      .def_property_readonly("conflicts", &Total<&Totals::conflict_events>,
                             "Events whose id had been recorded with other content.")
      .def_property_readonly("folded", &Total<&Totals::folded_events>,
                             "Events counted under a coarser key.")
      .def_property_readonly("adjusted", &Total<&Totals::adjusted_events>,
                             "Events that came after their bucket was closed; they count there.")
      .def_property_readonly("late", &Total<&Totals::late_events>,
                             "Events that came much later; they count when they came.")
      .def_property_readonly("skewed", &Total<&Totals::skewed_events>,
                             "Events said to be of the future; they count when they came.")
      .def_property_readonly("deleted", &Total<&Totals::deleted_events>,
                             "Events that Ledger.compact deleted; in no total.")
      .def_property_readonly("cells", &Total<&Totals::cells>, "Cells of the ledger in use.")
      .def_property_readonly(
          "dimensions",
          [](const SnapshotValue& self) { return KeyNames(self.snapshot.dimensions()); },
          "Metadata keys that rows can be grouped by, a tuple of str.")
      .def_property_readonly(
          "bad_files",
          [](const SnapshotValue& self) { return KeyNames(self.snapshot.bad_files()); },
          "Files of the ledger's folder that could not be read, a tuple of 'NAME: why'.")
      .def(
          "to_bytes",
          [](const SnapshotValue& self) { return py::bytes(self.snapshot.Serialize()); },
          "The snapshot as canonical bytes: equal snapshots have equal bytes.")
      .def_static(
          "from_bytes",
          [](const py::bytes& bytes, const py::object& catalog) {
            const py::object priced =
                catalog.is_none() ? py::cast(Catalog::OpenBuiltin()) : catalog;
            return NewSnapshot(
                Snapshot::Load(std::string_view(bytes), priced.cast<const Catalog&>()));
          },
          py::arg("bytes"), py::kw_only(), py::arg("catalog") = py::none(),
          "The snapshot that `to_bytes` made, priced with a catalog.\n"
          "\n"
          "Raises:\n"
          "    DataLossError: the bytes are damaged or no snapshot.")
      .def(
          "merge",
          [](const SnapshotValue& self, const SnapshotValue& other) {
            return NewSnapshot(self.snapshot.Merge(other.snapshot));
          },
          py::arg("other"),
          "What both hold, each count once: of several machines, or of one ledger at two times.\n"
          "\n"
          "Raises:\n"
          "    InvalidArgumentError: other dimensions or another bucket width.")
      .def(
          "reprice",
          [](const SnapshotValue& self, const Catalog& catalog) {
            return RepriceWith(self.snapshot, catalog);
          },
          py::arg("catalog"),
          "What it costs with another catalog, by usage class, without replay.\n"
          "\n"
          "Returns:\n"
          "    Repricing: before, after, difference (None where it is not exact), lower, upper,\n"
          "    classes.\n"
          "\n"
          "Raises:\n"
          "    OutOfRangeError: an amount does not fit 38 digits.")
      .def(
          "diff",
          [](const SnapshotValue& self, const SnapshotValue& earlier) {
            return NewSnapshot(self.snapshot.Diff(earlier.snapshot));
          },
          py::arg("earlier"),
          "What came since an earlier snapshot of the same ledger, exactly: a Snapshot that can "
          "be\n"
          "grouped, but has no bytes. What was folded in between stands under coarser keys.\n"
          "\n"
          "Raises:\n"
          "    InvalidArgumentError: another ledger's, or a later one.")
      .def("by", &By, py::kw_only(), py::arg("since") = py::none(), py::arg("until") = py::none(),
           "Group by keys.\n"
           "\n"
           "Args:\n"
           "    *keys: dimensions, 'provider', 'model', 'state', 'service_tier', 'region',\n"
           "        'batch', 'bucket', 'hour', 'day'.\n"
           "    since, until: leave out buckets before, and at or after, an instant (aware\n"
           "        datetime or RFC 3339 text).\n"
           "\n"
           "Returns:\n"
           "    Rows: row['team_id'] (None when the events do not state it), row.model,\n"
           "    row.events, row.cost, row.usage.\n"
           "\n"
           "Raises:\n"
           "    InvalidArgumentError: an unknown key; names the nearest.")
      .def(
          "__arrow_c_stream__",
          [](const SnapshotValue& self, const py::object&) {
            return ExportTable(SnapshotArrow(self.snapshot));
          },
          py::arg("requested_schema") = py::none(),
          "The cells as Arrow columns: bucket, provider, model, state, service_tier, region,\n"
          "batch, each dimension, events, cost (decimal128(38, 18)) and each meter in use.")
      .def("_repr_html_", [](const py::object& self) { return Html(self); })
      .def("__repr__", [](const SnapshotValue& self) {
        return py::str("Snapshot(total={!r}, events={}, unpriced={}, refused={})")
            .format(Amount(self.totals.cost), self.totals.events, self.totals.unpriced_events,
                    self.totals.refused_events);
      });
}

py::object NewSnapshot(Snapshot snapshot) {
  return py::cast(std::make_unique<SnapshotValue>(std::move(snapshot)));
}

py::object TakeSnapshot(const Client& client) { return NewSnapshot(client.TakeSnapshot()); }

}  // namespace tokentra::python
