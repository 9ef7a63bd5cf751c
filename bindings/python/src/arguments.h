// Arguments of one call: keywords and dicts read into a tokentra_call.
//
// The C structure borrows text from Python objects; everything borrowed from a container is held
// until the arguments go, because reading a later value may run Python that changes the container.
// Not thread-safe; lives on the stack of one call, under the GIL.

#ifndef TOKENTRA_BINDINGS_PYTHON_SRC_ARGUMENTS_H_
#define TOKENTRA_BINDINGS_PYTHON_SRC_ARGUMENTS_H_

#include <pybind11/pybind11.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <tokentra/tokentra.hpp>

#include "bindings/python/src/convert.h"
#include "bindings/python/src/inline_vector.h"
#include "bindings/python/src/names.h"

namespace tokentra::python {

// What identifies the price of a call, besides its usage and instant. Texts are exact str or null,
// `conditions` a tuple (name, value, name, value, ...) or null.
struct Identity {
  PyObject* provider = nullptr;
  PyObject* model = nullptr;
  PyObject* api = nullptr;
  PyObject* service_tier = nullptr;
  PyObject* region = nullptr;
  PyObject* conditions = nullptr;
  bool batch = false;

  void IncRef() const;
  void DecRef() const;
};

// Which keywords a function takes: bits 1 << Name.
using NameSet = std::uint32_t;
constexpr NameSet Bit(Name name) { return NameSet{1} << static_cast<unsigned>(name); }
inline constexpr NameSet kMeterNames = Bit(Name::kMeter) | Bit(Name::kSeconds);
inline constexpr NameSet kIdentityNames = Bit(Name::kProvider) | Bit(Name::kModel) |
                                          Bit(Name::kServiceTier) | Bit(Name::kRegion) |
                                          Bit(Name::kBatch) | Bit(Name::kConditions);
inline constexpr NameSet kCallNames =
    kIdentityNames | Bit(Name::kApi) | Bit(Name::kUsage) | Bit(Name::kResponse) | Bit(Name::kAt);

class CallArguments {
 public:
  CallArguments() = default;
  CallArguments(const CallArguments&) = delete;
  CallArguments& operator=(const CallArguments&) = delete;
  ~CallArguments();

  // Reads the arguments of a fast call named `function`, which takes the keywords `allowed` and up
  // to `positional_max` positional arguments (the usage). False with an exception set: TypeError
  // when the call is wrong, tokentra.Error when a value is.
  bool Read(const char* function, NameSet allowed, Py_ssize_t positional_max, PyObject* const* args,
            Py_ssize_t nargs, PyObject* kwnames);

  // The metadata of an event: a mapping, or None. A value without text is left out, with a finding.
  bool ReadMetadata(PyObject* mapping);
  // From here on metadata that cannot be kept is an error: for what is made once, a client or a
  // recorder.
  void BeStrict() { strict_ = true; }
  // The response: a dict, JSON text or bytes, or an SDK object.
  bool ReadResponse(PyObject* value);
  // Adds what `tokentra.metadata(...)` set around this call, where the call does not say otherwise.
  bool MergeAmbient();
  // Takes over pairs bound earlier; the texts outlive these arguments.
  void AddMetadata(const tokentra_pair& pair) { metadata_.push_back(pair); }

  // The identity of a recorder or result, borrowed.
  void SetIdentity(const Identity& identity);
  void SetUsage(const tokentra_quantity* usage, std::size_t count);
  void SetInstant(std::int64_t at_ns) { at_ns_ = at_ns; }
  bool SetResponseText(PyObject* text_or_bytes);

  const Identity& identity() const { return identity_; }
  tokentra_text response() const { return response_; }
  bool has_usage() const { return has_usage_; }
  const InlineVector<tokentra_quantity, 16>& usage() const { return usage_; }
  const InlineVector<tokentra_pair, 16>& metadata() const { return metadata_; }
  // Str of names and values that `metadata()` points into, as a tuple (name, value, ...).
  PyObject* MetadataTuple() const;
  // What was left out, a list of str; null when nothing was. Borrowed.
  PyObject* findings() const { return findings_; }
  // The response as an immutable object (str or bytes), a new reference; null when there is none.
  PyObject* KeepResponse() const;

  std::int64_t at_ns() const { return at_ns_; }
  std::int64_t AtOrNow() { return at_ns_ == kNoInstant ? at_ns_ = Now() : at_ns_; }

  // The C structure: valid as long as these arguments are. False for texts that are no Unicode.
  bool MakeCall(tokentra_call* call);
  // Whether the response is so long that other threads should run while the core reads it.
  bool IsLong() const { return response_.size > 32'768; }

 private:
  bool Set(const Keyword& keyword, PyObject* value);
  bool SetMeter(const Keyword& keyword, PyObject* field, PyObject* value);
  bool SetText(PyObject** slot, PyObject* value, Name name);
  bool SetUsageDict(PyObject* dict);
  bool SetConditions(PyObject* dict);
  bool AddMetadataEntry(PyObject* name, PyObject* value);
  bool AddFinding(PyObject* name, PyObject* value, const char* problem);

  bool strict_ = false;
  bool has_usage_ = false;
  Identity identity_;
  tokentra_text id_ = {nullptr, 0};
  tokentra_text response_ = {nullptr, 0};
  std::int64_t at_ns_ = kNoInstant;
  std::int64_t arrived_ns_ = kNoInstant;
  PyObject* response_object_ = nullptr;  // borrowed: what `response_` is a view of, when immutable
  PyObject* findings_ = nullptr;
  PyObject* ambient_ = nullptr;
  InlineVector<tokentra_quantity, 16> usage_;
  InlineVector<tokentra_pair, 16> metadata_;
  InlineVector<tokentra_pair, 8> conditions_;
  std::string json_;
  References references_;
};

// The well-known camelCase metadata keys are the same keys: "teamId" gives "team_id".
std::string_view CanonicalKey(std::string_view key);

// Makes the context variable that `tokentra.metadata(...)` sets; its value is a tuple whose first
// item is a dict of str by str with canonical keys.
PyObject* InitAmbient();

// Whether some is set around this call.
bool HasAmbient();

}  // namespace tokentra::python

#endif  // TOKENTRA_BINDINGS_PYTHON_SRC_ARGUMENTS_H_
