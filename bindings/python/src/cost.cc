#include "bindings/python/src/cost.h"

#include "bindings/python/src/convert.h"
#include "bindings/python/src/errors.h"
#include "bindings/python/src/names.h"

namespace tokentra::python {
namespace {

namespace py = pybind11;

// The instance of tokentra.Cost: a heap type without cycles, so no garbage collection.
struct CostObject {
  PyObject_HEAD tokentra_cost* cost;
};

PyTypeObject* g_cost_type;

// One billed meter of one part; owns its text, so it may outlive its cost.
struct LineValue {
  py::object model, meter, rate, amount, price_row, overlay, overlay_note;
  std::uint64_t quantity = 0;
  std::uint64_t per = 0;
};

py::object Own(PyObject* object) {
  if (object == nullptr) throw py::error_already_set();
  return py::reinterpret_steal<py::object>(object);
}

const tokentra_cost* CostOf(PyObject* self) { return reinterpret_cast<CostObject*>(self)->cost; }

tokentra_cost_summary SummaryOf(PyObject* self) {
  tokentra_cost_summary summary;
  ErrorHandle error;
  detail::Check(tokentra_cost_summarize(CostOf(self), &summary, sizeof summary, error.out()),
                error);
  return summary;
}

tokentra_cost_line LineAt(PyObject* self, std::size_t index) {
  tokentra_cost_line line;
  ErrorHandle error;
  detail::Check(tokentra_cost_line_at(CostOf(self), index, &line, sizeof line, error.out()), error);
  return line;
}

py::object Word(const char* word) {
  return word == nullptr ? py::object(py::none()) : py::object(py::str(word));
}

// ---- Getters: each a function of the instance ------------------------------------------------

py::object GetTotal(PyObject* self) {
  const tokentra_cost_summary summary = SummaryOf(self);
  return HasAmount(summary.state) ? Own(DecimalOf(summary.total)) : py::none();
}
py::object GetReported(PyObject* self) {
  const tokentra_cost_summary summary = SummaryOf(self);
  return summary.has_reported != 0 ? Own(DecimalOf(summary.reported)) : py::none();
}
py::object GetState(PyObject* self) { return Word(StateWord(SummaryOf(self).state)); }
py::object GetMatch(PyObject* self) { return Word(MatchWord(SummaryOf(self).match)); }
py::object GetQuality(PyObject* self) { return Word(QualityWord(SummaryOf(self).quality)); }
py::object GetProvider(PyObject* self) { return Own(TextOrNone(SummaryOf(self).provider)); }
py::object GetModel(PyObject* self) { return Own(TextOrNone(SummaryOf(self).model)); }
py::object GetServiceTier(PyObject* self) { return Own(TextOrNone(SummaryOf(self).service_tier)); }
py::object GetRegion(PyObject* self) { return Own(TextOrNone(SummaryOf(self).region)); }
py::object GetResponseId(PyObject* self) { return Own(TextOrNone(SummaryOf(self).response_id)); }
py::object GetReason(PyObject* self) { return Own(TextOrNone(SummaryOf(self).reason)); }
py::object GetBatch(PyObject* self) { return py::bool_(SummaryOf(self).batch != 0); }

py::object GetLines(PyObject* self) {
  py::list lines;
  const tokentra_cost_summary summary = SummaryOf(self);
  for (std::size_t i = 0; i < summary.lines; ++i) {
    const tokentra_cost_line line = LineAt(self, i);
    lines.append(LineValue{Own(TextOf(line.model)), Own(TextOf(line.meter)),
                           Own(DecimalOf(line.rate)), Own(DecimalOf(line.amount)),
                           Own(TextOf(line.price_row)), Own(TextOrNone(line.overlay)),
                           Own(TextOrNone(line.overlay_note)), line.quantity, line.per});
  }
  return lines;
}

py::object GetPriceRows(PyObject* self) {
  py::dict rows;
  const tokentra_cost_summary summary = SummaryOf(self);
  for (std::size_t i = 0; i < summary.lines; ++i) {
    const tokentra_cost_line line = LineAt(self, i);
    py::dict row;
    row["source"] = Own(TextOrNone(line.source));
    row["as_of"] = Own(TextOrNone(line.as_of));
    rows[Own(TextOf(line.price_row))] = row;
  }
  return rows;
}

py::object GetUsage(PyObject* self) {
  return UsageDict(tokentra_cost_usage(CostOf(self)), SummaryOf(self).meters);
}

py::object GetSuggestions(PyObject* self) {
  py::list texts;
  const tokentra_cost_summary summary = SummaryOf(self);
  for (std::size_t i = 0; i < summary.suggestions; ++i) {
    texts.append(Own(TextOf(tokentra_cost_suggestion(CostOf(self), i))));
  }
  return texts;
}
py::object GetFindings(PyObject* self) {
  py::list texts;
  const tokentra_cost_summary summary = SummaryOf(self);
  for (std::size_t i = 0; i < summary.findings; ++i) {
    texts.append(Own(TextOf(tokentra_cost_finding(CostOf(self), i))));
  }
  return texts;
}

template <py::object (*get)(PyObject*)>
PyObject* Guarded(PyObject* self) {
  try {
    return get(self).release().ptr();
  } catch (...) {
    SetFromCppException();
    return nullptr;
  }
}
template <py::object (*get)(PyObject*)>
PyObject* Getter(PyObject* self, void* closure) {
  (void)closure;
  return Guarded<get>(self);
}
template <py::object (*get)(PyObject*)>
PyObject* Method(PyObject* self, PyObject* nothing) {
  (void)nothing;
  return Guarded<get>(self);
}

template <tokentra_status (*make)(const tokentra_cost*, tokentra_document**, tokentra_error**)>
py::object Document(PyObject* self) {
  DocumentHandle document;
  ErrorHandle error;
  detail::Check(make(CostOf(self), document.out(), error.out()), error);
  return Own(TextOf(tokentra_document_text(document.get())));
}

py::object Repr(PyObject* self) {
  const tokentra_cost_summary summary = SummaryOf(self);
  return py::str("Cost(total={!r}, state={!r}, provider={!r}, model={!r})")
      .format(GetTotal(self), Word(StateWord(summary.state)), Own(TextOrNone(summary.provider)),
              Own(TextOrNone(summary.model)));
}

void Deallocate(PyObject* self) {
  PyTypeObject* type = Py_TYPE(self);
  tokentra_cost_free(reinterpret_cast<CostObject*>(self)->cost);
  type->tp_free(self);
  Py_DECREF(type);
}

PyGetSetDef g_getters[] = {
    {"total", Getter<GetTotal>, nullptr,
     "Exact sum of the lines in US dollars, a Decimal; None when unpriced or unmetered.", nullptr},
    {"state", Getter<GetState>, nullptr,
     "'priced', 'free', 'partial' (some meter has no rate), 'unpriced' or 'unmetered'.", nullptr},
    {"match", Getter<GetMatch>, nullptr,
     "How the model was found: 'exact', 'alias', 'pattern', 'normalized', or None.", nullptr},
    {"quality", Getter<GetQuality>, nullptr,
     "'exact', 'suspect' (the body contradicts itself) or 'incomplete'.", nullptr},
    {"provider", Getter<GetProvider>, nullptr, "The channel that was priced.", nullptr},
    {"model", Getter<GetModel>, nullptr, "The catalog's id; as named when unpriced.", nullptr},
    {"service_tier", Getter<GetServiceTier>, nullptr, "The tier that was priced.", nullptr},
    {"region", Getter<GetRegion>, nullptr, "The region that was priced, or None.", nullptr},
    {"batch", Getter<GetBatch>, nullptr, "Whether batch prices were used.", nullptr},
    {"lines", Getter<GetLines>, nullptr,
     "One Line a billed meter of each part; their amounts sum to `total` exactly.", nullptr},
    {"price_rows", Getter<GetPriceRows>, nullptr,
     "The price rows used: {id: {'source': url or None, 'as_of': date}}.", nullptr},
    {"usage", Getter<GetUsage>, nullptr,
     "Inclusive quantities by meter: {'input_tokens': 1500, ...}.", nullptr},
    {"suggestions", Getter<GetSuggestions>, nullptr, "Nearest model ids when the model is unknown.",
     nullptr},
    {"findings", Getter<GetFindings>, nullptr,
     "What was wrong though it could be priced: a list of str.", nullptr},
    {"reason", Getter<GetReason>, nullptr, "Why it is unpriced, or None.", nullptr},
    {"reported", Getter<GetReported>, nullptr,
     "The provider's own total, a Decimal, where the body gave one; else None.", nullptr},
    {"response_id", Getter<GetResponseId>, nullptr, "The response's own id, or None.", nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr},
};

PyMethodDef g_methods[] = {
    {"explain", Method<Document<tokentra_cost_explain>>, METH_NOARGS,
     "explain($self, /)\n--\n\nWhy this number, as text of several lines: input, match, price row, "
     "conditions,\narithmetic, source and date."},
    {"to_json", Method<Document<tokentra_cost_json>>, METH_NOARGS,
     "to_json($self, /)\n--\n\nJSON text of one object, the shape that `tokentra price --json` "
     "prints."},
    {nullptr, nullptr, 0, nullptr},
};

PyType_Slot g_slots[] = {
    {Py_tp_dealloc, reinterpret_cast<void*>(Deallocate)},
    {Py_tp_repr, reinterpret_cast<void*>(Guarded<Repr>)},
    {Py_tp_getset, g_getters},
    {Py_tp_methods, g_methods},
    {Py_tp_doc, const_cast<char*>("The result of pricing one call. Immutable.")},
    {0, nullptr},
};

PyType_Spec g_spec = {"tokentra.Cost", sizeof(CostObject), 0,
                      Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, g_slots};

}  // namespace

void InitCost(py::module_& module) {
  g_cost_type = reinterpret_cast<PyTypeObject*>(PyType_FromSpec(&g_spec));
  if (g_cost_type == nullptr) throw py::error_already_set();
  module.attr("Cost") = py::handle(reinterpret_cast<PyObject*>(g_cost_type));

  py::class_<LineValue>(module, "Line",
                        "One billed meter of one part: amount = quantity * rate / per, exactly.")
      .def_readonly("model", &LineValue::model, "The catalog's id of the model billed.")
      .def_readonly("meter", &LineValue::meter, "Name of the meter.")
      .def_readonly("quantity", &LineValue::quantity, "Billed quanta of the meter, an int.")
      .def_readonly("rate", &LineValue::rate, "US dollars for `per` quanta, a Decimal.")
      .def_readonly("per", &LineValue::per, "How many quanta `rate` is for, an int.")
      .def_readonly("amount", &LineValue::amount, "US dollars, a Decimal.")
      .def_readonly("price_row", &LineValue::price_row, "Content id of the price row.")
      .def_readonly("overlay", &LineValue::overlay,
                    "Names of the overlays that made or changed the rate, or None.")
      .def_readonly("overlay_note", &LineValue::overlay_note,
                    "What they did ('20 % off 2.5'), or None.")
      .def("__repr__", [](const LineValue& line) {
        return py::str("Line({} {} {} at {} per {} = {})")
            .format(line.model, line.quantity, line.meter, line.rate, line.per, line.amount);
      });
}

PyObject* PriceCall(const tokentra_catalog* catalog, CallArguments* arguments) {
  tokentra_call call;
  arguments->AtOrNow();
  if (!arguments->MakeCall(&call)) return nullptr;
  tokentra_cost* cost = nullptr;
  ErrorHandle error;
  tokentra_status status = TOKENTRA_OK;
  if (arguments->IsLong()) {
    const py::gil_scoped_release released;
    status = tokentra_price(catalog, &call, sizeof call, &cost, error.out());
  } else {
    status = tokentra_price(catalog, &call, sizeof call, &cost, error.out());
  }
  if (status != TOKENTRA_OK) {
    SetError(status, error);
    return nullptr;
  }
  CostObject* object = PyObject_New(CostObject, g_cost_type);
  if (object == nullptr) {
    tokentra_cost_free(cost);
    return nullptr;
  }
  object->cost = cost;
  return reinterpret_cast<PyObject*>(object);
}

}  // namespace tokentra::python
