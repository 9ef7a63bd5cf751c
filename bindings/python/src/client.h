// tokentra.Client and tokentra.Recorder.

#ifndef TOKENTRA_BINDINGS_PYTHON_SRC_CLIENT_H_
#define TOKENTRA_BINDINGS_PYTHON_SRC_CLIENT_H_

#include <pybind11/pybind11.h>

#include <memory>
#include <tokentra/tokentra.hpp>
#include <vector>

#include "bindings/python/src/arguments.h"

namespace tokentra::python {

// What a client and those derived from it share. Fields change under the GIL only.
struct SharedValue {
  pybind11::object catalog;     // tokentra.Catalog
  pybind11::object convention;  // tokentra.Convention or None
  bool ledger_closed = false;
};

// The C++ side of a tokentra.Client.
struct ClientValue {
  Client client;
  std::shared_ptr<SharedValue> shared;
  bool closed = false;
  bool is_root = true;

  bool IsClosed() const { return closed || shared->ledger_closed; }
  PyObject* catalog() const { return shared->catalog.ptr(); }
};

// The C++ side of a tokentra.Recorder: bindings made once, as C and as Python keeps them.
class RecorderValue {
 public:
  // `arguments` hold what is bound; `client` is the tokentra.Client.
  RecorderValue(Recorder recorder, pybind11::object client, const CallArguments& arguments);
  RecorderValue(const RecorderValue&) = delete;
  RecorderValue& operator=(const RecorderValue&) = delete;
  ~RecorderValue() { identity_.DecRef(); }

  const Recorder& recorder() const { return recorder_; }
  const Identity& identity() const { return identity_; }
  PyObject* client() const { return client_.ptr(); }
  const std::vector<tokentra_pair>& metadata() const { return metadata_; }

 private:
  Recorder recorder_;
  pybind11::object client_;
  Identity identity_;
  pybind11::object texts_;  // the tuple that metadata_ points into
  std::vector<tokentra_pair> metadata_;
};

void InitClient(pybind11::module_& module);
void InitRecorder(pybind11::module_& module);

// Tracks the call in `arguments`; a new tokentra.TrackResult, null with an exception set.
PyObject* TrackCall(const ClientValue& client, CallArguments* arguments);
// Counts a call whose arguments were refused before the core saw them, and makes its result from
// the tokentra.Error that is set.
PyObject* TrackRefusal(const ClientValue& client, const CallArguments& arguments);
// The result of what the core was given. `metadata` is that of the call.
PyObject* NewTracked(const ClientValue& client, const CallArguments& arguments,
                     const tokentra_pair* metadata, std::size_t count,
                     const tokentra_track_result& result, tokentra_status status,
                     const ErrorHandle& error);
// A result that says that the client is closed.
PyObject* ClosedResult(const ClientValue& client, const CallArguments& arguments);

}  // namespace tokentra::python

#endif  // TOKENTRA_BINDINGS_PYTHON_SRC_CLIENT_H_
