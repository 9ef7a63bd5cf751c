// Owners of Arrow structures that others made.
//
// Invariants:
//   1. What was taken is released exactly once, on every path.
//   2. A stream is asked for nothing after it failed or ended.
//
// Thread: one object, one thread.

#ifndef TOKENTRA_CORE_EXCHANGE_ARROW_STREAM_H_
#define TOKENTRA_CORE_EXCHANGE_ARROW_STREAM_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/exchange/arrow_abi.h"

namespace tokentra {

// One of the three structures; released when it goes.
template <typename Struct>
class ArrowOwner {
 public:
  ArrowOwner() = default;
  ~ArrowOwner() { Release(); }
  ArrowOwner(const ArrowOwner&) = delete;
  ArrowOwner& operator=(const ArrowOwner&) = delete;

  // Moves the structure here, as the interface defines it: the source is marked released.
  void Take(Struct* from) {
    Release();
    value_ = *from;
    from->release = nullptr;
  }
  void Release() {
    if (value_.release != nullptr) value_.release(&value_);
    value_ = Struct{};
  }

  Struct* get() { return &value_; }
  const Struct& value() const { return value_; }
  bool empty() const { return value_.release == nullptr; }

 private:
  Struct value_ = {};
};

class ArrowStreamReader {
 public:
  // Takes the stream over.
  explicit ArrowStreamReader(ArrowArrayStream* stream) { stream_.Take(stream); }

  // INVALID_ARGUMENT when the stream is released or lacks its functions, or says an error: in its
  // own words.
  absl::Status ReadSchema();
  const ArrowSchema& schema() const { return schema_.value(); }

  // False at the end of the stream. The batch lives until the next call.
  absl::StatusOr<bool> Next();
  const ArrowArray& batch() const { return batch_.value(); }

 private:
  absl::Status Failed(int code);

  ArrowOwner<ArrowArrayStream> stream_;
  ArrowOwner<ArrowSchema> schema_;
  ArrowOwner<ArrowArray> batch_;
};

}  // namespace tokentra

#endif  // TOKENTRA_CORE_EXCHANGE_ARROW_STREAM_H_
