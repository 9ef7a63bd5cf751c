#include "bindings/python/src/client.h"
#include "bindings/python/src/errors.h"
#include "bindings/python/src/fast_type.h"
#include "bindings/python/src/result.h"

namespace tokentra::python {
namespace {

namespace py = pybind11;

constexpr NameSet kRecordNames = kMeterNames | Bit(Name::kUsage) | Bit(Name::kAt);

constexpr char kRecordDoc[] =
    "record($self, /, *, usage=None, at=None, **meters)\n"
    "--\n\n"
    "Record the usage of one call under the recorder's bindings: record(input_tokens=1500,\n"
    "output_tokens=500).\n"
    "\n"
    "Returns:\n"
    "    A TrackResult, as Client.track.\n"
    "\n"
    "Raises:\n"
    "    TypeError: a keyword that is no meter.";

PyObject* Record(PyObject* self, PyObject* const* args, Py_ssize_t nargs, PyObject* kwnames) {
  const RecorderValue* value = SelfOf<RecorderValue>(self);
  if (value == nullptr) return nullptr;
  const ClientValue* client = SelfOf<ClientValue>(value->client());
  CallArguments arguments;
  arguments.SetIdentity(value->identity());
  if (!arguments.Read("record", kRecordNames, 0, args, nargs, kwnames) ||
      !(arguments.has_usage() || SetInvalid("no usage is given"))) {
    return CaughtError() ? TrackRefusal(*client, arguments) : nullptr;
  }
  if (client->IsClosed()) return ClosedResult(*client, arguments);
  if (HasAmbient()) {
    // Metadata set around this call cannot have been bound before: the whole call, once.
    for (const tokentra_pair& pair : value->metadata()) arguments.AddMetadata(pair);
    if (!arguments.MergeAmbient()) return nullptr;
    return TrackCall(*client, &arguments);
  }
  tokentra_track_result result = {};
  ErrorHandle error;
  const tokentra_status status = tokentra_recorder_record(
      value->recorder().get(), arguments.usage().data(), arguments.usage().size(),
      arguments.AtOrNow(), &result, sizeof result, error.out());
  return NewTracked(*client, arguments, value->metadata().data(), value->metadata().size(), result,
                    status, error);
}

}  // namespace

RecorderValue::RecorderValue(Recorder recorder, py::object client, const CallArguments& arguments)
    : recorder_(std::move(recorder)),
      client_(std::move(client)),
      identity_(arguments.identity()),
      texts_(py::reinterpret_steal<py::object>(arguments.MetadataTuple())) {
  identity_.IncRef();
  if (!texts_) throw py::error_already_set();
  const py::str field("metadata");
  for (Py_ssize_t i = 0; i + 1 < PyTuple_GET_SIZE(texts_.ptr()); i += 2) {
    tokentra_pair pair = {};
    if (!Utf8Of(PyTuple_GET_ITEM(texts_.ptr(), i), field.ptr(), &pair.name) ||
        !Utf8Of(PyTuple_GET_ITEM(texts_.ptr(), i + 1), field.ptr(), &pair.value)) {
      throw py::error_already_set();
    }
    metadata_.push_back(pair);
  }
}

void InitRecorder(py::module_& module) {
  py::class_<RecorderValue> cls(
      module, "Recorder",
      "Provider, model, conditions and metadata bound once: the fastest way to record.\n"
      "Thread-safe.");
  cls.def("__repr__", [](const RecorderValue& self) {
    const Identity& identity = self.identity();
    const auto text = [](PyObject* object) {
      return object == nullptr ? py::none().ptr() : object;
    };
    return py::str("<tokentra.Recorder {} {}>")
        .format(py::handle(text(identity.provider)), py::handle(text(identity.model)));
  });
  AddFastMethod<Record>(cls, "record", kRecordDoc);
}

}  // namespace tokentra::python
