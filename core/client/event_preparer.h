// EventPreparer: the first half of tracking, for many events at once.
//
// Events are priced and checked with the catalog and the convention that the client had when the
// preparer was made, whatever Client::Use puts in their place meanwhile. Nothing is recorded:
// Client::Commit does that.
//
// Thread: concurrent. Ownership: the client outlives its preparer.

#ifndef TOKENTRA_CORE_CLIENT_EVENT_PREPARER_H_
#define TOKENTRA_CORE_CLIENT_EVENT_PREPARER_H_

#include <span>
#include <string_view>

#include "core/client/client.h"
#include "core/client/client_state.h"
#include "core/client/dimension_reader.h"
#include "core/client/prepared_events.h"

namespace tokentra {

class EventPreparer {
 public:
  explicit EventPreparer(const Client& client);

  const Catalog& catalog() const { return *state_->catalog; }

  // `evaluation` is that of `call` with the preparer's catalog. The event's index in `events` goes
  // to Client::Commit; the order of commits decides between events of one id.
  std::size_t Prepare(const Call& call, std::string_view id,
                      std::span<const MetadataEntry> metadata, const Evaluation& evaluation,
                      PreparedEvents& events, bool* has_findings) const;
  std::size_t PrepareRefused(const absl::Status& status, std::string_view provider, InstantNs at,
                             std::span<const MetadataEntry> metadata, PreparedEvents& events) const;

 private:
  const ClientCore& core_;
  const DefaultMetadata& defaults_;
  const LiveClientState::Reader state_;
};

}  // namespace tokentra

#endif  // TOKENTRA_CORE_CLIENT_EVENT_PREPARER_H_
