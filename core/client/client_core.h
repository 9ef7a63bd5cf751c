// ClientCore: what a client and its children share.
//
// Internal to core/client. Thread: concurrent.

#ifndef TOKENTRA_CORE_CLIENT_CLIENT_CORE_H_
#define TOKENTRA_CORE_CLIENT_CLIENT_CORE_H_

#include <memory>
#include <string>
#include <utility>

#include "core/client/client.h"
#include "core/client/client_state.h"
#include "core/client/dimension_reader.h"
#include "core/exchange/record.h"
#include "core/pricing/evaluate.h"

namespace tokentra {

struct ClientCore {
  ClientCore(std::unique_ptr<ClientState> first, std::shared_ptr<Ledger> shared_ledger)
      : state(std::move(first)),
        ledger(std::move(shared_ledger)),
        dimensions(ledger->options().dimensions) {}

  LiveClientState state;
  const std::shared_ptr<Ledger> ledger;
  const DimensionReader dimensions;
};

// What must be equal for a second event of one id to be the same event: what was consumed, where.
// The instant is not in it (a live retry has another now), nor the metadata.
std::string ContentOf(const Evaluation& evaluation);

// Canonical bytes of the classes of events that have no price.
std::string UnmeteredClass(const Call& call, const Evaluation& evaluation);
std::string RefusedClass(const absl::Status& status, std::string_view provider);

}  // namespace tokentra

#endif  // TOKENTRA_CORE_CLIENT_CLIENT_CORE_H_
