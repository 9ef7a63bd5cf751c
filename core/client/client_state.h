// ClientState: what a client prices and checks with at one moment. Replaced whole by Client::Use.
//
// Thread: concurrent. Ownership: parts that do not change are shared between states.

#ifndef TOKENTRA_CORE_CLIENT_CLIENT_STATE_H_
#define TOKENTRA_CORE_CLIENT_CLIENT_STATE_H_

#include <memory>

#include "core/base/live.h"
#include "core/catalog/catalog.h"
#include "core/client/usage_class_cache.h"
#include "core/convention/judge.h"

namespace tokentra {

struct ClientState {
  std::shared_ptr<const Catalog> catalog;
  std::shared_ptr<UsageClassCache> classes;  // of `catalog`
  std::shared_ptr<Judge> judge;              // null: no convention
};

using LiveClientState = Live<ClientState>;

}  // namespace tokentra

#endif  // TOKENTRA_CORE_CLIENT_CLIENT_STATE_H_
