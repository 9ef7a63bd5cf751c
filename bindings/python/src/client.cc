#include "bindings/python/src/client.h"

#include "bindings/python/src/catalog.h"
#include "bindings/python/src/errors.h"
#include "bindings/python/src/fast_type.h"
#include "bindings/python/src/ledger.h"
#include "bindings/python/src/result.h"
#include "bindings/python/src/snapshot.h"

namespace tokentra::python {
namespace {

namespace py = pybind11;

constexpr NameSet kTrackNames =
    kCallNames | kMeterNames | Bit(Name::kId) | Bit(Name::kMetadata) | Bit(Name::kArrived);
constexpr NameSet kRecorderNames = kIdentityNames | Bit(Name::kMetadata);

constexpr char kTrackDoc[] =
    "track($self, /, *, provider=None, model=None, response=None, usage=None, api=None,\n"
    "      service_tier=None, region=None, batch=False, conditions=None, id=None, at=None,\n"
    "      arrived=None, metadata=None, **meters)\n"
    "--\n\n"
    "Price one call and record it.\n"
    "\n"
    "Args:\n"
    "    provider, model, response, usage, api, service_tier, region, batch, conditions, at: as\n"
    "        for Catalog.price.\n"
    "    **meters: instead of `usage`, any meter by name: input_tokens=1500, web_searches=2,\n"
    "        audio_seconds=12.5.\n"
    "    arrived: when the call came, an instant as `at`: it is then counted as adjusted when its\n"
    "        bucket was closed, and as late or skewed, in the bucket of its arrival, when `at` is\n"
    "        too long ago or in the future. None: not judged, as for logs and backfills.\n"
    "    id: idempotency key; absent: the response's own id. The same id counts once.\n"
    "    metadata: who and what the call was for: {'team_id': 'growth', 'feature': 'chat'}. None\n"
    "        values are absent, bools become 'true' and 'false', numbers their shortest text.\n"
    "\n"
    "Returns:\n"
    "    A TrackResult. Invalid usage does not raise: its outcome is 'refused', counted, and\n"
    "    `error` says why.\n"
    "\n"
    "Raises:\n"
    "    TypeError: a keyword that is neither an argument nor a meter.";

constexpr char kRecorderDoc[] =
    "recorder($self, /, *, provider, model, service_tier=None, region=None, batch=False,\n"
    "         conditions=None, metadata=None)\n"
    "--\n\n"
    "Bind what stays the same once: a Recorder, whose record(...) takes the counts.\n"
    "\n"
    "Raises:\n"
    "    InvalidArgumentError: as for Catalog.price, or a metadata value without text.";

PyObject* Track(PyObject* self, PyObject* const* args, Py_ssize_t nargs, PyObject* kwnames) {
  const ClientValue* client = SelfOf<ClientValue>(self);
  if (client == nullptr) return nullptr;
  CallArguments arguments;
  if (!arguments.Read("track", kTrackNames, 0, args, nargs, kwnames)) {
    return CaughtError() ? TrackRefusal(*client, arguments) : nullptr;
  }
  if (!arguments.MergeAmbient()) return nullptr;
  return TrackCall(*client, &arguments);
}

PyObject* NewRecorder(PyObject* self, PyObject* const* args, Py_ssize_t nargs, PyObject* kwnames) {
  const ClientValue* client = SelfOf<ClientValue>(self);
  if (client == nullptr) return nullptr;
  CallArguments arguments;
  arguments.BeStrict();
  tokentra_call call;
  if (!arguments.Read("recorder", kRecorderNames, 0, args, nargs, kwnames) ||
      !arguments.MakeCall(&call)) {
    return nullptr;
  }
  tokentra_recorder* recorder = nullptr;
  ErrorHandle error;
  detail::Check(
      tokentra_recorder_new(client->client.get(), &call, sizeof call, &recorder, error.out()),
      error);
  return py::cast(std::make_unique<RecorderValue>(
                      Recorder(recorder), py::reinterpret_borrow<py::object>(self), arguments))
      .release()
      .ptr();
}

void RefuseLater(const py::object& value, const char* what) {
  if (value.is_none()) return;
  throw Error(TOKENTRA_UNIMPLEMENTED, std::string(what) + " is not implemented in tokentra " +
                                          std::string(Version()) + ": leave it out");
}

void SetDimensions(ClientOptions* options, const py::object& dimensions) {
  if (dimensions.is_none()) return;
  if (PyUnicode_Check(dimensions.ptr())) {
    throw Error(TOKENTRA_INVALID_ARGUMENT, "dimensions must be a sequence of str, not one str");
  }
  std::vector<std::string> names;
  for (const py::handle name : dimensions) names.push_back(name.cast<std::string>());
  options->SetDimensions({names.begin(), names.end()});
}

void SetLedger(ClientOptions* options, const py::object& ledger, const py::object& dimensions,
               const py::object& limits) {
  if (!py::isinstance<LedgerValue>(ledger)) {
    throw py::type_error("ledger must be a tokentra.Ledger");
  }
  if (!dimensions.is_none() || !limits.is_none()) {
    throw Error(TOKENTRA_INVALID_ARGUMENT,
                "dimensions and limits belong to the ledger: give them to tokentra.Ledger");
  }
  options->SetLedger(ledger.cast<const LedgerValue&>().ledger);
}

Pairs PairsOf(const CallArguments& arguments) {
  Pairs pairs;
  for (const tokentra_pair& pair : arguments.metadata()) {
    pairs.Add(detail::View(pair.name), detail::View(pair.value));
  }
  return pairs;
}

void ReadStrictly(CallArguments* arguments, const py::object& metadata) {
  arguments->BeStrict();
  if (!arguments->ReadMetadata(metadata.ptr())) throw py::error_already_set();
}

std::unique_ptr<ClientValue> MakeClient(const py::object& metadata, const py::object& catalog,
                                        const py::object& dimensions, const py::object& convention,
                                        const py::object& ledger, const py::object& limits) {
  RefuseLater(convention, "convention");
  ClientOptions options;
  const py::object priced = catalog.is_none() ? py::cast(Catalog::OpenBuiltin()) : catalog;
  options.SetCatalog(priced.cast<const Catalog&>());
  SetDimensions(&options, dimensions);
  if (!ledger.is_none()) SetLedger(&options, ledger, dimensions, limits);
  CallArguments arguments;
  ReadStrictly(&arguments, metadata);
  options.SetMetadata(PairsOf(arguments));
  if (!limits.is_none()) {
    for (const auto& [name, value] : limits.cast<py::dict>()) {
      options.SetLimit(name.cast<std::string>(), value.cast<std::uint64_t>());
    }
  }
  return std::make_unique<ClientValue>(
      ClientValue{Client(options), priced, std::make_shared<bool>(false)});
}

std::unique_ptr<ClientValue> WithMetadata(const ClientValue& self, const py::object& mapping,
                                          const py::kwargs& metadata) {
  CallArguments arguments;
  ReadStrictly(&arguments, mapping);
  ReadStrictly(&arguments, metadata);
  auto child = std::make_unique<ClientValue>(
      ClientValue{self.client.WithMetadata(PairsOf(arguments)), self.catalog, self.ledger_closed});
  child->closed = self.closed;
  child->is_root = false;
  return child;
}

void Close(ClientValue& self) {
  self.closed = true;
  if (self.is_root) *self.ledger_closed = true;
}

// The core counts what names a provider; here a call without one is counted as well.
bool HasProvider(const tokentra_call& call) {
  return call.provider.size != 0 || SetInvalid("provider is missing");
}

}  // namespace

PyObject* ClosedResult(const ClientValue& client, const CallArguments& arguments) {
  SetError(TOKENTRA_FAILED_PRECONDITION, "the client is closed");
  return NewRefusal(arguments, client.catalog.ptr());
}

PyObject* TrackCall(const ClientValue& client, CallArguments* arguments) {
  if (client.IsClosed()) return ClosedResult(client, *arguments);
  arguments->AtOrNow();
  tokentra_call call;
  if (!arguments->MakeCall(&call) || !HasProvider(call)) {
    return CaughtError() ? TrackRefusal(client, *arguments) : nullptr;
  }
  tokentra_track_result result = {};
  ErrorHandle error;
  tokentra_status status = TOKENTRA_OK;
  tokentra_client* handle = client.client.get();
  if (arguments->IsLong()) {
    const py::gil_scoped_release released;
    status = tokentra_client_track(handle, &call, sizeof call, &result, sizeof result, error.out());
  } else {
    status = tokentra_client_track(handle, &call, sizeof call, &result, sizeof result, error.out());
  }
  return NewResult(*arguments, client.catalog.ptr(), result, status, error);
}

PyObject* TrackRefusal(const ClientValue& client, const CallArguments& arguments) {
  if (!client.IsClosed()) {
    // The core counts refusals: it gets a quantity that no call can have.
    const tokentra_quantity impossible = {1, 0, UINT64_MAX};
    tokentra_call call = {};
    const Identity& identity = arguments.identity();
    const bool has_provider =
        identity.provider != nullptr && PyUnicode_IS_COMPACT_ASCII(identity.provider);
    call.provider = detail::Text(
        has_provider ? static_cast<const char*>(PyUnicode_DATA(identity.provider)) : "unknown");
    call.usage = &impossible;
    call.usage_count = 1;
    call.at_ns = Now();
    tokentra_track_result result = {};
    tokentra_client_track(client.client.get(), &call, sizeof call, &result, sizeof result, nullptr);
  }
  return NewRefusal(arguments, client.catalog.ptr());
}

void InitClient(py::module_& module) {
  py::class_<ClientValue> cls(
      module, "Client",
      "Prices calls and records them in a ledger. Thread-safe.\n"
      "\n"
      "Args:\n"
      "    metadata: what every event gets unless it states the key itself.\n"
      "    catalog: the Catalog to price with; None: the built-in one.\n"
      "    dimensions: metadata keys that snapshots group by, a sequence of at most 32; None:\n"
      "        project_id, team_id, feature, environment.\n"
      "    convention: not in this release.\n"
      "    ledger: a Ledger to record into, shared by processes; None: one of this client.\n"
      "    limits: bounds of memory by name: ids_max, cells_max, keys_max, classes_max. Past\n"
      "        one, events are folded into coarser rows; totals stay exact.\n"
      "\n"
      "Raises:\n"
      "    InvalidArgumentError: dimensions or metadata.\n"
      "    UnimplementedError: convention is given.");
  cls.def(py::init(&MakeClient), py::kw_only(), py::arg("metadata") = py::none(),
          py::arg("catalog") = py::none(), py::arg("dimensions") = py::none(),
          py::arg("convention") = py::none(), py::arg("ledger") = py::none(),
          py::arg("limits") = py::none())
      .def_property_readonly(
          "catalog", [](const ClientValue& self) { return self.catalog; },
          "The Catalog this client prices with.")
      .def_property_readonly(
          "ledger",
          [](const ClientValue& self) {
            return std::make_unique<LedgerValue>(LedgerValue{self.client.ledger()});
          },
          "The Ledger this client records into.")
      .def("with_metadata", &WithMetadata, py::arg("mapping") = py::none(), py::pos_only(),
           "A client with more metadata over the same ledger; entries given here win.")
      .def(
          "snapshot", [](const ClientValue& self) { return TakeSnapshot(self.client); },
          "An immutable view: every event whose tracking returned before is in it.")
      .def(
          "use",
          [](const ClientValue&, const py::object&, const py::object&) {
            throw Error(TOKENTRA_UNIMPLEMENTED,
                        "changing the catalog or convention of a live client is not implemented "
                        "in tokentra " +
                            std::string(Version()) + ": make a new client");
          },
          py::kw_only(), py::arg("catalog") = py::none(), py::arg("convention") = py::none(),
          "Not in this release: raises UnimplementedError.")
      .def(
          "flush", [](const ClientValue&) {},
          "Make every recorded event durable. The ledger of a process has nothing to write.")
      .def("close", &Close,
           "Stop recording: later events are refused. Snapshots still work. Idempotent.")
      .def("__enter__", [](const py::object& self) { return self; })
      .def("__exit__",
           [](ClientValue& self, const py::args&) {
             Close(self);
             return false;
           })
      .def("__repr__", [](const ClientValue& self) {
        return std::string("<tokentra.Client") + (self.IsClosed() ? " closed>" : ">");
      });
  AddFastMethod<Track>(cls, "track", kTrackDoc);
  AddFastMethod<NewRecorder>(cls, "recorder", kRecorderDoc);
}

}  // namespace tokentra::python
