// From a foreign call to one that can be priced, and to a call record.
//
// Usage of a foreign system is settled as a provider's body is: what contradicts itself is left
// out, least important first, named, and the call is `suspect`; absent joins are settled text
// first. Bodies go through the extractors.
//
// Thread: one object, one thread. `call()` refers to the draft, its document and this object.

#ifndef TOKENTRA_CORE_EXCHANGE_DRAFT_CALL_H_
#define TOKENTRA_CORE_EXCHANGE_DRAFT_CALL_H_

#include <string>

#include "absl/status/status.h"
#include "core/exchange/draft.h"
#include "core/usage/extract.h"

namespace tokentra {

class DraftCall {
 public:
  // INVALID_ARGUMENT: no provider, no instant and no default, a body that cannot be read.
  absl::Status Build(const CallDraft& draft, InstantNs default_at);

  const Call& call() const { return call_; }
  const Extraction& extraction() const { return extraction_; }
  // The call's own id, else the response's.
  std::string_view id() const { return id_; }

 private:
  Call call_;
  Extraction extraction_;
  std::string_view id_;
};

// Appends the draft as one call record, without a newline. The record means the same when it is
// read: `built` must have been built from `draft`.
void AppendRecordJson(const CallDraft& draft, const DraftCall& built, std::string& out);

}  // namespace tokentra

#endif  // TOKENTRA_CORE_EXCHANGE_DRAFT_CALL_H_
