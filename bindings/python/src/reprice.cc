#include "bindings/python/src/reprice.h"

#include <memory>
#include <utility>

#include "bindings/python/src/convert.h"

namespace tokentra::python {
namespace {

namespace py = pybind11;

// One sum; of a class it keeps its repricing alive, which its views point into.
struct RepricedValue {
  std::shared_ptr<const Repricing> repricing;
  tokentra_repriced sum;
};

py::object Own(PyObject* object) {
  if (object == nullptr) throw py::error_already_set();
  return py::reinterpret_steal<py::object>(object);
}

template <tokentra_money tokentra_repriced::*member>
py::object Amount(const RepricedValue& self) {
  return Own(DecimalOf(self.sum.*member));
}
template <tokentra_text tokentra_repriced::*member>
py::object Text(const RepricedValue& self) {
  return Own(TextOrNone(self.sum.*member));
}
template <std::uint64_t tokentra_repriced::*member>
std::uint64_t Count(const RepricedValue& self) {
  return self.sum.*member;
}

py::object After(const RepricedValue& self) {
  return self.sum.reasons == 0 ? Amount<&tokentra_repriced::lower>(self) : py::none();
}

py::object Difference(const RepricedValue& self) {
  if (self.sum.reasons != 0) return py::none();
  return After(self).attr("__sub__")(Amount<&tokentra_repriced::before>(self));
}

py::tuple Reasons(const RepricedValue& self) {
  constexpr std::pair<std::uint32_t, const char*> kWords[] = {
      {TOKENTRA_REPRICE_TIME, "time"},
      {TOKENTRA_REPRICE_CONTEXT, "context"},
      {TOKENTRA_REPRICE_PER_CALL, "per_call"},
      {TOKENTRA_REPRICE_FOLDED, "folded"},
  };
  py::list words;
  for (const auto& [bit, word] : kWords) {
    if ((self.sum.reasons & bit) != 0) words.append(word);
  }
  return py::tuple(words);
}

py::list Classes(const RepricedValue& self) {
  py::list classes;
  for (std::size_t i = 0; i < self.repricing->size(); ++i) {
    classes.append(py::cast(RepricedValue{self.repricing, self.repricing->at(i)}));
  }
  return classes;
}

template <typename Class>
void AddSums(Class& cls) {
  using Sum = tokentra_repriced;
  cls.def_property_readonly("before", &Amount<&Sum::before>, "As the snapshot has it, a Decimal.")
      .def_property_readonly("after", &After,
                             "With the other catalog, a Decimal; None where it is not exact.")
      .def_property_readonly("difference", &Difference,
                             "`after` less `before`, a Decimal; None where it is not exact.")
      .def_property_readonly("lower", &Amount<&Sum::lower>,
                             "With the other catalog, at least; a Decimal.")
      .def_property_readonly("upper", &Amount<&Sum::upper>, "And at most; a Decimal.")
      .def_property_readonly("kept", &Amount<&Sum::kept>,
                             "Part of all these that cannot be priced again, a Decimal.")
      .def_property_readonly(
          "exact", [](const RepricedValue& self) { return self.sum.reasons == 0; },
          "Whether `lower` and `upper` are one amount.")
      .def_property_readonly("reasons", &Reasons,
                             "Why it is not exact: 'time', 'context', 'per_call', 'folded'.")
      .def_property_readonly("events", &Count<&Sum::events>, "Events, priced or not.")
      .def_property_readonly("unpriced_before", &Count<&Sum::unpriced_before>,
                             "Events without a price in the snapshot.")
      .def_property_readonly("unpriced_after", &Count<&Sum::unpriced_after>,
                             "Events surely without one in the other catalog.")
      .def_property_readonly("inexact_events", &Count<&Sum::inexact_events>,
                             "Events in cells that are not separable.");
}

py::str Repr(const RepricedValue& self, const char* name) {
  return py::str("{}(before={!r}, lower={!r}, upper={!r}, events={})")
      .format(name, Amount<&tokentra_repriced::before>(self),
              Amount<&tokentra_repriced::lower>(self), Amount<&tokentra_repriced::upper>(self),
              self.sum.events);
}

struct RepricingValue : RepricedValue {};

}  // namespace

void InitRepricing(py::module_& module) {
  using Sum = tokentra_repriced;
  py::class_<RepricedValue> of_class(module, "RepricedClass",
                                     "One usage class of a snapshot with another catalog.");
  AddSums(of_class);
  of_class.def_property_readonly("provider", &Text<&Sum::provider>, "None in a folded class.")
      .def_property_readonly("model", &Text<&Sum::model>,
                             "The catalog's id; as named when unpriced.")
      .def_property_readonly("service_tier", &Text<&Sum::service_tier>, "The tier that was priced.")
      .def_property_readonly("region", &Text<&Sum::region>, "The region that was priced, or None.")
      .def_property_readonly("conditions", &Text<&Sum::conditions>,
                             "Other conditions: 'batch, quality=hd'.")
      .def_property_readonly("context", &Text<&Sum::context>,
                             "What its calls have in common: 'input_tokens 0 to 200000'.")
      .def_property_readonly("price_row", &Text<&Sum::price_row>,
                             "Content id of the price row in force at recording.")
      .def("__repr__", [](const RepricedValue& self) { return Repr(self, "RepricedClass"); });
  py::class_<RepricingValue, RepricedValue> all(
      module, "Repricing", "A snapshot priced with another catalog: the difference by class.");
  all.def_property_readonly(
         "classes", [](const RepricingValue& self) { return Classes(self); },
         "RepricedClass of each usage class, those that may change most first.")
      .def("__repr__", [](const RepricingValue& self) { return Repr(self, "Repricing"); });
}

py::object RepriceWith(const Snapshot& snapshot, const Catalog& catalog) {
  auto repricing = std::make_shared<const Repricing>([&] {
    const py::gil_scoped_release released;
    return snapshot.Reprice(catalog);
  }());
  const tokentra_repriced total = repricing->total();
  return py::cast(RepricingValue{{std::move(repricing), total}});
}

}  // namespace tokentra::python
