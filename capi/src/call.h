// A caller's tokentra_call as the core's Call, with what it needs kept alive.

#ifndef TOKENTRA_CAPI_SRC_CALL_H_
#define TOKENTRA_CAPI_SRC_CALL_H_

#include <string>
#include <vector>

#include "boundary.h"
#include "core/exchange/record.h"
#include "core/pricing/evaluate.h"

namespace tokentra::capi {

// Everything a call refers to. Not movable: the call points into it.
class CallStorage {
 public:
  CallStorage() = default;
  CallStorage(const CallStorage&) = delete;
  CallStorage& operator=(const CallStorage&) = delete;

  // Checks and reads `call` of `call_size` bytes; its texts are only borrowed. `needs_usage` false:
  // neither usage nor response is read (recorders). `provider` of the storage's call is set as
  // early as possible, so that a refused call can be counted.
  absl::Status Read(const tokentra_call* call, std::size_t call_size, bool needs_usage);

  // Copies the borrowed texts, so that the storage outlives the caller's.
  void Own();

  const Call& call() const { return call_; }
  std::string_view id() const;
  std::span<const MetadataEntry> metadata() const { return metadata_; }
  const Extraction* extraction() const { return call_.extraction; }
  Usage& usage() { return usage_; }
  // Gives the call usage that stands apart from it (batches).
  void UseUsage() { call_.usage = &usage_; }
  bool dropped_metadata() const { return dropped_metadata_; }

 private:
  absl::Status ReadPairs(const tokentra_call& call);
  absl::Status ReadConsumption(const tokentra_call& call);

  Call call_;
  std::string_view id_;
  Usage usage_;
  Extraction extraction_;
  std::vector<NamedCondition> conditions_;
  std::vector<MetadataEntry> metadata_;
  std::string owned_;
  bool dropped_metadata_ = false;
};

}  // namespace tokentra::capi

#endif  // TOKENTRA_CAPI_SRC_CALL_H_
