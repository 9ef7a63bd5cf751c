// tokentra.extract_usage, tokentra.Extraction and tokentra.Part.
#include "bindings/python/src/extraction.h"

#include <tokentra/tokentra.hpp>

#include "bindings/python/src/arguments.h"
#include "bindings/python/src/convert.h"
#include "bindings/python/src/errors.h"
#include "bindings/python/src/json_writer.h"

namespace tokentra::python {
namespace {

namespace py = pybind11;

// One priced piece of a call; owns its values.
struct PartValue {
  py::object model;
  py::dict meters;
};

py::object TextObject(std::string_view text) {
  PyObject* object = TextOrNone(detail::Text(text));
  if (object == nullptr) throw py::error_already_set();
  return py::reinterpret_steal<py::object>(object);
}

// A str argument, or None for an absent one.
std::string_view TextArgumentOf(const py::object& value, const char* name) {
  const py::str field(name);
  tokentra_text text = {nullptr, 0};
  if (!TextArgument(value.ptr(), field.ptr(), &text)) throw py::error_already_set();
  return detail::View(text);
}

Extraction ExtractUsage(const py::object& body, const py::object& provider, const py::object& api) {
  CallArguments arguments;
  if (!arguments.ReadResponse(body.ptr())) throw py::error_already_set();
  const std::string_view text = detail::View(arguments.response());
  const std::string_view provider_text = TextArgumentOf(provider, "provider");
  const std::string_view api_text = TextArgumentOf(api, "api");
  if (!arguments.IsLong()) return Extraction::Read(text, provider_text, api_text);
  const py::gil_scoped_release released;
  return Extraction::Read(text, provider_text, api_text);
}

// Wire bytes as they are, everything else as one event.
void Feed(UsageStream& self, const py::object& data) {
  if (PyUnicode_Check(data.ptr())) {
    self.Feed(TextArgumentOf(data, "data"));
    return;
  }
  if (PyBytes_Check(data.ptr())) {
    self.Feed(
        {PyBytes_AS_STRING(data.ptr()), static_cast<std::size_t>(PyBytes_GET_SIZE(data.ptr()))});
    return;
  }
  if (PyByteArray_Check(data.ptr()) || PyMemoryView_Check(data.ptr())) {
    const py::object bytes = py::reinterpret_steal<py::object>(PyBytes_FromObject(data.ptr()));
    if (!bytes) throw py::error_already_set();
    Feed(self, bytes);
    return;
  }
  std::string json;
  if (!WriteJson(data.ptr(), &json)) throw py::error_already_set();
  self.FeedEvent(json);
}

py::object StreamDict(const UsageStream& self) {
  return py::module_::import("json").attr("loads")(self.Body());
}

py::list Parts(const Extraction& self) {
  py::list parts;
  for (std::size_t i = 0; i < self.part_count(); ++i) {
    const tokentra_part part = self.part(i);
    parts.append(
        PartValue{TextObject(detail::View(part.model)), UsageDict(part.usage, part.usage_count)});
  }
  return parts;
}

py::dict Conditions(const Extraction& self) {
  py::dict conditions;
  for (const auto& [name, value] : self.conditions()) {
    conditions[py::str(name.data(), name.size())] = py::str(value.data(), value.size());
  }
  return conditions;
}

py::list Findings(const Extraction& self) {
  py::list findings;
  for (const std::string_view finding : self.findings()) findings.append(TextObject(finding));
  return findings;
}

py::object Reported(const Extraction& self) {
  if (!self.reported()) return py::none();
  PyObject* amount = DecimalOf(self.reported()->c_money());
  if (amount == nullptr) throw py::error_already_set();
  return py::reinterpret_steal<py::object>(amount);
}

}  // namespace

void InitExtraction(py::module_& module) {
  py::class_<PartValue>(module, "Part", "One priced piece of a call: a model or an inference.")
      .def_readonly("model", &PartValue::model, "The model as the body names it, or None.")
      .def_readonly("meters", &PartValue::meters, "Inclusive quantities by meter.")
      .def("__repr__", [](const PartValue& part) {
        return py::str("Part(model={!r}, meters={!r})").format(part.model, part.meters);
      });

  py::class_<Extraction>(module, "Extraction",
                         "What one response body says was consumed. Immutable.")
      .def_property_readonly(
          "provider", [](const Extraction& self) { return TextObject(self.provider()); },
          "The channel the body came from.")
      .def_property_readonly(
          "api", [](const Extraction& self) { return TextObject(self.api()); },
          "The flavour of the body: 'chat', 'responses', ...")
      .def_property_readonly(
          "model", [](const Extraction& self) { return TextObject(self.model()); },
          "The model as the body names it, or None.")
      .def_property_readonly(
          "response_id", [](const Extraction& self) { return TextObject(self.response_id()); },
          "The response's own id, or None.")
      .def_property_readonly(
          "quality",
          [](const Extraction& self) {
            return QualityWord(static_cast<std::uint32_t>(self.quality()));
          },
          "'exact', 'suspect' (the body contradicts itself) or 'incomplete'.")
      .def_property_readonly(
          "meters",
          [](const Extraction& self) { return UsageDict(self.usage(), self.usage_size()); },
          "Inclusive quantities of all parts by meter: {'input_tokens': 45, ...}. Empty when the\n"
          "body carries no usage.")
      .def_property_readonly("parts", &Parts, "The Parts, a list; empty without usage.")
      .def_property_readonly("conditions", &Conditions,
                             "Conditions stated in the body: {'service_tier': 'standard'}.")
      .def_property_readonly("findings", &Findings, "What is odd about the body, a list of str.")
      .def_property_readonly("reported", &Reported,
                             "The provider's own total, a Decimal, where the body gave one.")
      .def("__repr__", [](const Extraction& self) {
        return py::str("Extraction(provider={!r}, api={!r}, model={!r}, meters={!r})")
            .format(TextObject(self.provider()), TextObject(self.api()), TextObject(self.model()),
                    UsageDict(self.usage(), self.usage_size()));
      });

  py::class_<UsageStream>(module, "UsageStream",
                          "Usage of an answer while it streams.\n"
                          "\n"
                          "    stream = tokentra.UsageStream(provider=\"openai\")\n"
                          "    for chunk in response.iter_bytes():\n"
                          "        stream.feed(chunk)\n"
                          "    client.track(provider=\"openai\", response=stream)\n"
                          "\n"
                          "Args:\n"
                          "    provider: 'openai', 'anthropic', 'google', ...\n"
                          "    api: flavour of the answer; None: detected.\n"
                          "    model: the model, where the stream names none (Bedrock).\n"
                          "\n"
                          "Raises:\n"
                          "    InvalidArgumentError: the provider has no such api.")
      .def(py::init([](const py::object& provider, const py::object& api, const py::object& model) {
             return UsageStream(TextArgumentOf(provider, "provider"), TextArgumentOf(api, "api"),
                                TextArgumentOf(model, "model"));
           }),
           py::arg("provider"), py::arg("api") = py::none(), py::arg("model") = py::none())
      .def("feed", &Feed, py::arg("data"),
           "Take what arrived: bytes or str of the response, cut anywhere or line by line, or one\n"
           "event as a dict or an object of the provider's SDK.\n"
           "\n"
           "Raises:\n"
           "    InvalidArgumentError: data is none of these.")
      .def("usage", &UsageStream::Usage,
           "What is known so far, an Extraction; its quality is 'incomplete' until the stream has\n"
           "ended. The stream goes on unchanged.")
      .def("to_dict", &StreamDict,
           "The answer's body so far, reduced to what is read of it: the stream itself can be "
           "given\n"
           "as response=.");

  module.def(
      "extract_usage", &ExtractUsage, py::arg("body"), py::arg("provider"),
      py::arg("api") = py::none(),
      "Read usage from a provider's response.\n"
      "\n"
      "Args:\n"
      "    body: a dict, JSON text (str or bytes), or an object of the provider's SDK.\n"
      "    provider: 'openai', 'anthropic', 'google', ...\n"
      "    api: flavour of the body; None: detected.\n"
      "\n"
      "Raises:\n"
      "    InvalidArgumentError: the body is no JSON object, or provider or api is unknown.");
}

}  // namespace tokentra::python
