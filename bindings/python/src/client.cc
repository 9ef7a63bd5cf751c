#include "bindings/python/src/client.h"

#include "bindings/python/src/arrow.h"
#include "bindings/python/src/catalog.h"
#include "bindings/python/src/convention.h"
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
  ClientOptions options;
  const py::object priced = catalog.is_none() ? py::cast(Catalog::OpenBuiltin()) : catalog;
  options.SetCatalog(priced.cast<const Catalog&>());
  if (!convention.is_none()) options.SetConvention(ConventionOf(convention));
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
  auto shared = std::make_shared<SharedValue>(SharedValue{priced, convention});
  return std::make_unique<ClientValue>(ClientValue{Client(options), std::move(shared)});
}

void Use(const ClientValue& self, const py::object& catalog, const py::object& convention) {
  // Not given is the ellipsis: None says that there is no convention from now on.
  const bool keeps = py::isinstance<py::ellipsis>(convention);
  const bool ends = convention.is_none();
  if (!catalog.is_none() && !py::isinstance<Catalog>(catalog)) {
    throw py::type_error("catalog must be a tokentra.Catalog");
  }
  const Catalog* new_catalog = catalog.is_none() ? nullptr : &CatalogOf(catalog.ptr());
  const Convention* new_convention = keeps || ends ? nullptr : &ConventionOf(convention);
  ErrorHandle error;
  detail::Check(
      tokentra_client_use(self.client.get(), new_catalog == nullptr ? nullptr : new_catalog->get(),
                          new_convention == nullptr ? nullptr : new_convention->get(),
                          ends ? TOKENTRA_USE_NO_CONVENTION : 0, error.out()),
      error);
  if (new_catalog != nullptr) self.shared->catalog = catalog;
  if (!keeps) self.shared->convention = convention;
}

py::object CheckMetadata(const ClientValue& self, const py::object& metadata,
                         const py::object& at) {
  CallArguments arguments;
  ReadStrictly(&arguments, metadata);
  if (!arguments.MergeAmbient()) throw py::error_already_set();
  std::int64_t at_ns = Now();
  if (!at.is_none() && !InstantArgument(at.ptr(), py::str("at").ptr(), &at_ns)) {
    throw py::error_already_set();
  }
  return FromJson("check", self.client.Check(PairsOf(arguments), at_ns));
}

std::unique_ptr<ClientValue> WithMetadata(const ClientValue& self, const py::object& mapping,
                                          const py::kwargs& metadata) {
  CallArguments arguments;
  ReadStrictly(&arguments, mapping);
  ReadStrictly(&arguments, metadata);
  auto child = std::make_unique<ClientValue>(
      ClientValue{self.client.WithMetadata(PairsOf(arguments)), self.shared});
  child->closed = self.closed;
  child->is_root = false;
  return child;
}

void Close(ClientValue& self) {
  self.closed = true;
  if (self.is_root) self.shared->ledger_closed = true;
}

// The core counts what names a provider; here a call without one is counted as well.
bool HasProvider(const tokentra_call& call) {
  return call.provider.size != 0 || SetInvalid("provider is missing");
}

}  // namespace

PyObject* ClosedResult(const ClientValue& client, const CallArguments& arguments) {
  SetError(TOKENTRA_FAILED_PRECONDITION, "the client is closed");
  return NewRefusal(arguments, client.catalog());
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
  return NewTracked(client, *arguments, call.metadata, call.metadata_count, result, status, error);
}

PyObject* NewTracked(const ClientValue& client, const CallArguments& arguments,
                     const tokentra_pair* metadata, std::size_t count,
                     const tokentra_track_result& result, tokentra_status status,
                     const ErrorHandle& error) {
  if ((result.flags & TOKENTRA_TRACK_FINDINGS) == 0) {
    return NewResult(arguments, client.catalog(), result, status, error, nullptr);
  }
  // Now, because the convention may be another one when somebody asks; without sensitive values,
  // because the result may be kept.
  DocumentHandle document;
  if (tokentra_client_check(client.client.get(), metadata, count, arguments.at_ns(), document.out(),
                            nullptr) != TOKENTRA_OK) {
    return NewResult(arguments, client.catalog(), result, status, error, nullptr);
  }
  return NewResult(arguments, client.catalog(), result, status, error,
                   TextOf(tokentra_document_text(document.get())));
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
  return NewRefusal(arguments, client.catalog());
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
      "    convention: the Convention that metadata is checked by before it is stored; None:\n"
      "        nothing is checked.\n"
      "    ledger: a Ledger to record into, shared by processes; None: one of this client.\n"
      "    limits: bounds of memory by name: ids_max, cells_max, keys_max, classes_max. Past\n"
      "        one, events are folded into coarser rows; totals stay exact.\n"
      "\n"
      "Raises:\n"
      "    InvalidArgumentError: dimensions or metadata.");
  cls.def(py::init(&MakeClient), py::kw_only(), py::arg("metadata") = py::none(),
          py::arg("catalog") = py::none(), py::arg("dimensions") = py::none(),
          py::arg("convention") = py::none(), py::arg("ledger") = py::none(),
          py::arg("limits") = py::none())
      .def_property_readonly(
          "catalog", [](const ClientValue& self) { return self.shared->catalog; },
          "The Catalog this client prices with.")
      .def_property_readonly(
          "convention", [](const ClientValue& self) { return self.shared->convention; },
          "The Convention this client checks metadata by, or None.")
      .def_property_readonly(
          "finding_events", [](const ClientValue& self) { return self.client.finding_events(); },
          "Events whose metadata had findings since the convention came into use.")
      .def_property_readonly(
          "ledger",
          [](const ClientValue& self) {
            return std::make_unique<LedgerValue>(LedgerValue{self.client.ledger()});
          },
          "The Ledger this client records into.")
      .def("with_metadata", &WithMetadata, py::arg("mapping") = py::none(), py::pos_only(),
           "A client with more metadata over the same ledger; entries given here win.")
      .def(
          "record_batch",
          [](const ClientValue& self, const py::object& table, const py::object& provider,
             const py::object& at, const py::object& tags) {
            if (self.IsClosed()) {
              throw Error(TOKENTRA_FAILED_PRECONDITION, "the client is closed");
            }
            return RecordBatch(self.client, table, provider, at, tags);
          },
          py::arg("table"), py::pos_only(), py::kw_only(), py::arg("provider") = py::none(),
          py::arg("at") = py::none(), py::arg("tags") = py::tuple(), kRecordBatchDoc)
      .def(
          "snapshot", [](const ClientValue& self) { return TakeSnapshot(self.client); },
          "An immutable view: every event whose tracking returned before is in it.")
      .def("use", &Use, py::kw_only(), py::arg("catalog") = py::none(),
           py::arg("convention") = py::ellipsis(),
           "Change what is priced and checked with from now on, for parents and children too:\n"
           "every event meets the old or the new. What is not given stays; convention=None checks\n"
           "nothing from now on.")
      .def("check", &CheckMetadata, py::arg("metadata") = py::none(), py::kw_only(),
           py::arg("at") = py::none(),
           "What the convention says about metadata, with the client's own beneath it, at an\n"
           "instant (absent: now): (mode, findings, recorded), as Convention.check.")
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
