// The client: resolve -> price -> check -> record, composed.
//
// A client holds a catalog, perhaps a convention, a ledger and default metadata. `Track` prices a
// call, checks its metadata and records it; the ledger keeps quantities, `TakeSnapshot` gives the
// view that prices them.
//
// Invariants:
//   1. An event is recorded whole or not at all; its money is computed from what was recorded.
//   2. Nothing is lost to a tag: metadata decides under which key an event counts, never whether.
//   3. Invalid usage is refused, and counted under its reason.
//   4. Metadata is checked before it is interned: what the convention replaces, and whatever it
//      finds sensitive, is stored nowhere.
//   5. An event is priced and checked with one catalog and one convention, the old or the new.
//
// Thread: all methods run concurrently. Recording is wait-free for keys the thread has seen;
// events with an id claim its slot besides (core/ledger/id_table.h). `Use` waits for nobody and
// makes nobody wait. Ownership: children share the
// core and keep it.

#ifndef TOKENTRA_CORE_CLIENT_CLIENT_H_
#define TOKENTRA_CORE_CLIENT_CLIENT_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/analysis/snapshot_view.h"
#include "core/client/prepared_events.h"
#include "core/convention/convention.h"
#include "core/exchange/record.h"
#include "core/ledger/ledger.h"
#include "core/pricing/evaluate.h"

namespace tokentra {

struct ClientOptions {
  std::shared_ptr<const Catalog> catalog;        // null: the built-in one
  std::shared_ptr<const Convention> convention;  // null: nothing is checked
  LedgerOptions ledger;                          // of the client's own ledger
  // Null: the client makes a ledger of its own. Else `ledger` is not looked at.
  std::shared_ptr<Ledger> shared_ledger;
  std::vector<std::pair<std::string, std::string>> metadata;
};

// The dimensions a ledger has when nobody chooses.
std::vector<std::string> DefaultDimensions();

class Judge;
class UsageClassCache;
struct ClientState;

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

struct ClientCore;

class Client {
 public:
  static absl::StatusOr<std::shared_ptr<Client>> Create(ClientOptions options);

  // The same ledger with more default metadata.
  std::shared_ptr<Client> WithMetadata(std::span<const MetadataEntry> metadata) const;

  // From now on, for this client, its parents and children, in one step. Absent: as before; a null
  // convention: nothing is checked.
  struct Changes {
    std::shared_ptr<const Catalog> catalog;
    std::optional<std::shared_ptr<const Convention>> convention;
  };
  void Use(Changes changes);

  // Prices and records. `evaluation` must be fresh; it holds the cost afterwards. An error is that
  // of the usage: the event is counted as refused and `result` says so.
  absl::Status Track(const Call& call, std::string_view id, std::span<const MetadataEntry> metadata,
                     Evaluation& evaluation, TrackResult& result);

  // What recorders bind: metadata interned once. With a convention it is judged anew for every
  // event, since the verdict may depend on its instant; that costs a look into the memory.
  struct Binding {
    DimensionsId dimensions = 0;
    bool has_findings = false;
    bool judged = false;  // `dimensions` is not set
  };
  Binding Bind(std::span<const MetadataEntry> metadata);
  // `metadata` is that of the binding.
  absl::Status TrackBound(const Binding& binding, const Call& call,
                          std::span<const MetadataEntry> metadata, Evaluation& evaluation,
                          TrackResult& result);

  // For batches: what a whole batch is priced with, whatever is replaced meanwhile.
  struct Batch {
    std::shared_ptr<const Catalog> catalog;
    std::shared_ptr<UsageClassCache> classes;
  };
  Batch NewBatch() const;
  // Metadata as the convention in use judges it at an instant, interned.
  DimensionsId InternMetadata(std::span<const MetadataEntry> metadata, InstantNs at) const;
  // Many calls of one class and instant's bucket in one step, atomic as one event. The class is
  // that of `evaluation`, made with the batch's catalog, which has one part; `events` of it are
  // summed in `part`, under a price row without rules per call.
  ClassId InternClass(const Batch& batch, const Evaluation& evaluation) const;
  absl::Status RecordSum(InstantNs at, DimensionsId dimensions, const Part& part,
                         std::uint64_t events, TrackResult& result);

  // What the convention in use says about an event's metadata, the client's own beneath it. Without
  // one: keys given in two spellings with different values.
  CheckResult Check(std::span<const MetadataEntry> metadata, InstantNs at) const;
  // Events whose metadata had findings since the convention came into use.
  std::uint64_t finding_events() const;

  // The second half of tracking; EventPreparer is the first. An error is that of recording: the
  // event is counted as refused.
  absl::Status Commit(PreparedEvents& events, std::size_t index, TrackResult& result);

  // Counts a record that could not even be read as a call.
  void CountRefused(const absl::Status& status, std::string_view provider, InstantNs at,
                    std::span<const MetadataEntry> metadata);

  absl::StatusOr<std::shared_ptr<const SnapshotView>> TakeSnapshot() const;

  std::shared_ptr<const Catalog> catalog() const;
  std::shared_ptr<const Convention> convention() const;  // null: none
  Ledger& ledger() const;
  std::shared_ptr<Ledger> shared_ledger() const;
  // True when more distinct ids came than are remembered.
  bool ids_overflowed() const;

 private:
  friend class EventPreparer;

  Client(std::shared_ptr<ClientCore> core,
         std::vector<std::pair<std::string, std::string>> metadata, bool has_conflict)
      : core_(std::move(core)), metadata_(std::move(metadata)), has_conflict_(has_conflict) {}

  DimensionsId Intern(std::span<const MetadataEntry> metadata, InstantNs at, Judge* judge,
                      bool* has_findings) const;
  absl::Status TrackUnder(const ClientState& state, DimensionsId dimensions, const Call& call,
                          std::string_view id, Evaluation& evaluation, TrackResult& result);
  absl::Status RecordEvaluation(const ClientState& state, DimensionsId dimensions, const Call& call,
                                std::string_view id, const Evaluation& evaluation,
                                TrackResult& result);
  void RecordRefused(DimensionsId dimensions, const absl::Status& status, std::string_view provider,
                     InstantNs at);

  std::shared_ptr<ClientCore> core_;
  std::vector<std::pair<std::string, std::string>> metadata_;  // keys canonical, distinct
  bool has_conflict_;  // some of `metadata_` was given in two spellings that differ
};

}  // namespace tokentra

#endif  // TOKENTRA_CORE_CLIENT_CLIENT_H_
