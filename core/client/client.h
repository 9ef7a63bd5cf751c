// The client: resolve -> price -> record, composed.
//
// A client holds a catalog, a ledger and default metadata. `Track` prices a call and records it;
// the ledger keeps quantities, `TakeSnapshot` gives the view that prices them.
//
// Invariants:
//   1. An event is recorded whole or not at all; its money is computed from what was recorded.
//   2. Nothing is lost to a tag: metadata decides under which key an event counts, never whether.
//   3. Invalid usage is refused, and counted under its reason.
//
// Thread: all methods run concurrently. Recording is wait-free for keys the thread has seen;
// events with an id claim its slot besides (core/ledger/id_table.h). Ownership: children share the
// core and keep it.

#ifndef TOKENTRA_CORE_CLIENT_CLIENT_H_
#define TOKENTRA_CORE_CLIENT_CLIENT_H_

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/analysis/snapshot_view.h"
#include "core/client/prepared_events.h"
#include "core/client/usage_class_cache.h"
#include "core/exchange/record.h"
#include "core/ledger/ledger.h"
#include "core/pricing/evaluate.h"

namespace tokentra {

struct ClientOptions {
  std::shared_ptr<const Catalog> catalog;  // null: the built-in one
  LedgerOptions ledger;                    // of the client's own ledger
  // Null: the client makes a ledger of its own. Else `ledger` is not looked at.
  std::shared_ptr<Ledger> shared_ledger;
  std::vector<std::pair<std::string, std::string>> metadata;
};

// The dimensions a ledger has when nobody chooses.
std::vector<std::string> DefaultDimensions();

// Numbers of the C ABI.
enum class Outcome : std::uint8_t {
  kRecorded = 1,
  kDuplicate = 2,
  kConflict = 3,
  kRefused = 4,
  kUnmetered = 5,
};

struct TrackResult {
  Outcome outcome = Outcome::kRefused;
  bool folded = false;
  bool has_findings = false;
};

class Client {
 public:
  static absl::StatusOr<std::shared_ptr<Client>> Create(ClientOptions options);

  // The same ledger with more default metadata.
  std::shared_ptr<Client> WithMetadata(std::span<const MetadataEntry> metadata) const;

  // Prices and records. `evaluation` must be fresh; it holds the cost afterwards. An error is that
  // of the usage: the event is counted as refused and `result` says so.
  absl::Status Track(const Call& call, std::string_view id, std::span<const MetadataEntry> metadata,
                     Evaluation& evaluation, TrackResult& result);

  // The interned key of metadata, for recorders.
  DimensionsId InternMetadata(std::span<const MetadataEntry> metadata, bool* findings);
  absl::Status TrackUnder(DimensionsId dimensions, const Call& call, std::string_view id,
                          Evaluation& evaluation, TrackResult& result);

  // The two halves of Track. `Prepare` evaluates nothing itself and records nothing: `evaluation`
  // is that of `call`. Its index in `events` goes to `Commit`, which records it; the order of
  // commits decides between events of one id.
  std::size_t Prepare(const Call& call, std::string_view id,
                      std::span<const MetadataEntry> metadata, const Evaluation& evaluation,
                      PreparedEvents& events, bool* findings) const;
  std::size_t PrepareRefused(const absl::Status& status, std::string_view provider, InstantNs at,
                             std::span<const MetadataEntry> metadata, PreparedEvents& events) const;
  // An error is that of recording: the event is counted as refused.
  absl::Status Commit(PreparedEvents& events, std::size_t index, TrackResult& result);

  // Counts a record that could not even be read as a call.
  void CountRefused(const absl::Status& status, std::string_view provider, InstantNs at,
                    std::span<const MetadataEntry> metadata);

  absl::StatusOr<std::shared_ptr<const SnapshotView>> TakeSnapshot() const;

  const Catalog& catalog() const;
  Ledger& ledger() const;
  std::shared_ptr<Ledger> shared_ledger() const;
  std::shared_ptr<const Catalog> shared_catalog() const;
  // True when more distinct ids came than are remembered.
  bool ids_overflowed() const;

 private:
  struct Core;

  Client(std::shared_ptr<Core> core, std::vector<std::pair<std::string, std::string>> metadata)
      : core_(std::move(core)), metadata_(std::move(metadata)) {}

  // The value of each dimension, views into metadata and client; its bit in `present`.
  struct DimensionValues {
    std::array<std::string_view, kDimensionsMax> values;
    std::size_t count = 0;
    std::uint64_t present = 0;
  };
  DimensionValues ValuesOf(std::span<const MetadataEntry> metadata, bool* findings) const;

  absl::Status RecordEvaluation(DimensionsId dimensions, const Call& call, std::string_view id,
                                const Evaluation& evaluation, TrackResult& result);
  void RecordRefused(DimensionsId dimensions, const absl::Status& status, std::string_view provider,
                     InstantNs at);

  std::shared_ptr<Core> core_;
  std::vector<std::pair<std::string, std::string>> metadata_;  // keys canonical, distinct
};

}  // namespace tokentra

#endif  // TOKENTRA_CORE_CLIENT_CLIENT_H_
