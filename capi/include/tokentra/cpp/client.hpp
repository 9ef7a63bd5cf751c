// Client, Recorder, Snapshot and Rows: record calls, look at the sums. See tokentra.hpp.

#ifndef TOKENTRA_CPP_CLIENT_HPP_
#define TOKENTRA_CPP_CLIENT_HPP_

#include <optional>
#include <vector>

#include <tokentra/cpp/base.hpp>
#include <tokentra/cpp/convention.hpp>
#include <tokentra/cpp/price.hpp>

namespace tokentra {
inline namespace v1 {

enum class Outcome : std::uint32_t {
  kRecorded = TOKENTRA_OUTCOME_RECORDED,
  kDuplicate = TOKENTRA_OUTCOME_DUPLICATE,  // same id, same content: counted once
  kConflict = TOKENTRA_OUTCOME_CONFLICT,    // same id, other content: counted apart
  kRefused = TOKENTRA_OUTCOME_REFUSED,      // the usage is invalid; `error` says why
  kUnmetered = TOKENTRA_OUTCOME_UNMETERED,
};

// What became of a tracked call. Refusal is no exception: it is counted, and told here.
class TrackResult {
 public:
  TrackResult(const tokentra_track_result& result, tokentra_status status, ErrorHandle error)
      : result_(result), status_(status), error_(std::move(error)) {}

  Outcome outcome() const noexcept { return static_cast<Outcome>(result_.outcome); }
  State state() const noexcept { return static_cast<State>(result_.state); }
  Match match() const noexcept { return static_cast<Match>(result_.match); }
  // Nothing when unpriced, unmetered or refused.
  std::optional<Money> total() const noexcept {
    if (outcome() == Outcome::kRefused || !HasTotal(state())) return std::nullopt;
    return Money(result_.total);
  }
  // A ledger limit was reached: counted under a coarser key.
  bool folded() const noexcept { return (result_.flags & TOKENTRA_TRACK_FOLDED) != 0; }
  // Client::Check tells those of the metadata, Catalog::Price on the same call the others.
  bool has_findings() const noexcept { return (result_.flags & TOKENTRA_TRACK_FINDINGS) != 0; }
  // TOKENTRA_OK unless refused.
  tokentra_status status() const noexcept { return status_; }
  std::string_view message() const noexcept {
    return error_ ? detail::View(tokentra_error_message(error_.get())) : std::string_view();
  }

 private:
  tokentra_track_result result_;
  tokentra_status status_;
  ErrorHandle error_;
};

// Provider, model, conditions and metadata bound once; usage and instant given each time.
class Recorder {
 public:
  // Takes over what tokentra_recorder_new made.
  explicit Recorder(tokentra_recorder* recorder) noexcept : recorder_(recorder) {}

  // Concurrent; wait-free for keys the thread has seen.
  TrackResult Record(const Usage& usage, std::int64_t at_ns) const {
    return Record(usage.data(), usage.size(), at_ns);
  }
  TrackResult Record(const tokentra_quantity* usage, std::size_t count, std::int64_t at_ns) const {
    tokentra_track_result result = {};
    ErrorHandle error;
    const tokentra_status status = tokentra_recorder_record(recorder_.get(), usage, count, at_ns,
                                                            &result, sizeof result, error.out());
    return TrackResult(result, status, std::move(error));
  }

  const tokentra_recorder* get() const noexcept { return recorder_.get(); }

 private:
  Handle<tokentra_recorder, tokentra_recorder_free> recorder_;
};

// Rows of a snapshot grouped by keys. Immutable.
class Rows {
 public:
  std::size_t size() const noexcept { return tokentra_rows_count(get()); }
  // Views into this object. Throws OUT_OF_RANGE.
  tokentra_row at(std::size_t index) const {
    tokentra_row row;
    ErrorHandle error;
    detail::Check(tokentra_rows_at(get(), index, &row, sizeof row, error.out()), error);
    return row;
  }
  // The value of key `key_index`, in the order given to Snapshot::Group; nothing when the events
  // do not state it or a ledger limit lost it. `presence` tells which.
  std::optional<std::string_view> key(std::size_t index, std::size_t key_index,
                                      std::uint32_t* presence = nullptr) const noexcept {
    std::uint32_t how = TOKENTRA_KEY_ABSENT;
    const tokentra_text text = tokentra_rows_key(get(), index, key_index, &how);
    if (presence != nullptr) *presence = how;
    if (how != TOKENTRA_KEY_PRESENT) return std::nullopt;
    return std::string_view(text.size == 0 ? "" : text.data, text.size);
  }

  const tokentra_rows* get() const noexcept { return rows_.get(); }

 private:
  friend class Snapshot;
  Rows() = default;
  Handle<tokentra_rows, tokentra_rows_free> rows_;
};

// A snapshot priced with another catalog: the difference by class. Immutable.
class Repricing {
 public:
  // All classes together; exact where its `reasons` is 0.
  tokentra_repriced total() const {
    tokentra_repriced total;
    ErrorHandle error;
    detail::Check(tokentra_repricing_total(get(), &total, sizeof total, error.out()), error);
    return total;
  }
  std::size_t size() const noexcept { return tokentra_repricing_count(get()); }
  // Those whose cost may change most first. Views into this object. Throws OUT_OF_RANGE.
  tokentra_repriced at(std::size_t index) const {
    tokentra_repriced repriced;
    ErrorHandle error;
    detail::Check(tokentra_repricing_at(get(), index, &repriced, sizeof repriced, error.out()),
                  error);
    return repriced;
  }

  const tokentra_repricing* get() const noexcept { return repricing_.get(); }

 private:
  friend class Snapshot;
  Repricing() = default;
  Handle<tokentra_repricing, tokentra_repricing_free> repricing_;
};

// An immutable view of a ledger.
class Snapshot {
 public:
  tokentra_snapshot_totals totals() const {
    tokentra_snapshot_totals totals;
    ErrorHandle error;
    detail::Check(tokentra_snapshot_total(get(), &totals, sizeof totals, error.out()), error);
    return totals;
  }

  // Keys: dimensions, `provider`, `model`, `state`, `service_tier`, `region`, `batch`, `bucket`,
  // `hour`, `day`. Sorted by cost, highest first; with a time key, by time first. Costs of all rows
  // sum to the snapshot's cost exactly. Throws INVALID_ARGUMENT for an unknown key.
  Rows Group(const std::vector<std::string_view>& keys,
             const tokentra_group_options* options = nullptr) const {
    std::vector<tokentra_text> texts;
    texts.reserve(keys.size());
    for (const std::string_view key : keys) texts.push_back(detail::Text(key));
    Rows rows;
    ErrorHandle error;
    detail::Check(tokentra_snapshot_group(get(), texts.data(), texts.size(), options,
                                          options == nullptr ? 0 : sizeof *options,
                                          rows.rows_.out(), error.out()),
                  error);
    return rows;
  }

  // What it costs with another catalog, by class: exact, or with bounds where the calls of a cell
  // would not all pay one price row. Throws OUT_OF_RANGE.
  Repricing Reprice(const Catalog& catalog) const {
    Repricing repricing;
    ErrorHandle error;
    detail::Check(
        tokentra_snapshot_reprice(get(), catalog.get(), repricing.repricing_.out(), error.out()),
        error);
    return repricing;
  }

  // Canonical bytes that say from where each count is.
  std::string Serialize() const {
    DocumentHandle document;
    ErrorHandle error;
    detail::Check(tokentra_snapshot_serialize(get(), document.out(), error.out()), error);
    return detail::TakeText(document);
  }
  // Throws DATA_LOSS for damaged bytes, UNIMPLEMENTED for those of a newer format.
  static Snapshot Load(std::string_view bytes, const Catalog& catalog) {
    Snapshot snapshot;
    ErrorHandle error;
    detail::Check(tokentra_snapshot_load(detail::Text(bytes), catalog.get(),
                                         snapshot.snapshot_.out(), error.out()),
                  error);
    return snapshot;
  }
  // What both hold, each count once. Throws INVALID_ARGUMENT for other dimensions or bucket width.
  Snapshot Merge(const Snapshot& other) const {
    Snapshot merged;
    ErrorHandle error;
    detail::Check(tokentra_snapshot_merge(get(), other.get(), merged.snapshot_.out(), error.out()),
                  error);
    return merged;
  }
  std::vector<std::string> dimensions() const {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < tokentra_snapshot_dimension_count(get()); ++i) {
      names.emplace_back(detail::View(tokentra_snapshot_dimension(get(), i)));
    }
    return names;
  }
  // Files of the ledger's folder that could not be read, each with the reason.
  std::vector<std::string> bad_files() const {
    std::vector<std::string> files;
    for (std::size_t i = 0; i < tokentra_snapshot_bad_file_count(get()); ++i) {
      files.emplace_back(detail::View(tokentra_snapshot_bad_file(get(), i)));
    }
    return files;
  }

  const tokentra_snapshot* get() const noexcept { return snapshot_.get(); }

 private:
  friend class Client;
  friend class Ledger;
  Snapshot() = default;
  Handle<tokentra_snapshot, tokentra_snapshot_free> snapshot_;
};

// A ledger in a folder, shared by every process that opens it; a forked child goes on with the same
// object. All functions may run concurrently.
class Ledger {
 public:
  // Zero members of `options` mean the defaults. Throws FAILED_PRECONDITION for other dimensions or
  // another bucket width than the folder has, RESOURCE_EXHAUSTED when there is no room, and the
  // other errors of tokentra_ledger_open.
  explicit Ledger(std::string_view path, const tokentra_ledger_options& options = {}) {
    ErrorHandle error;
    detail::Check(tokentra_ledger_open(detail::Text(path), &options, sizeof options, ledger_.out(),
                                       error.out()),
                  error);
  }

  std::vector<std::string> dimensions() const {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < tokentra_ledger_dimension_count(get()); ++i) {
      names.emplace_back(detail::View(tokentra_ledger_dimension(get(), i)));
    }
    return names;
  }
  tokentra_ledger_statistics statistics() const {
    tokentra_ledger_statistics statistics = {};
    ErrorHandle error;
    detail::Check(tokentra_ledger_stats(get(), &statistics, sizeof statistics, error.out()), error);
    return statistics;
  }
  // What all processes recorded, priced with `catalog`.
  Snapshot TakeSnapshot(const Catalog& catalog) const {
    Snapshot snapshot;
    ErrorHandle error;
    detail::Check(
        tokentra_ledger_snapshot(get(), catalog.get(), snapshot.snapshot_.out(), error.out()),
        error);
    return snapshot;
  }

  tokentra_ledger* get() const noexcept { return ledger_.get(); }

 private:
  Handle<tokentra_ledger, tokentra_ledger_free> ledger_;
};

// How a client is made. Defaults: the built-in catalog, no metadata, the dimensions project_id,
// team_id, feature and environment.
class ClientOptions {
 public:
  ClientOptions() {
    ErrorHandle error;
    detail::Check(tokentra_client_options_new(options_.out(), error.out()), error);
  }
  ClientOptions& SetCatalog(const Catalog& catalog) {
    ErrorHandle error;
    detail::Check(tokentra_client_options_set_catalog(options_.get(), catalog.get(), error.out()),
                  error);
    return *this;
  }
  // At most 32. Throws INVALID_ARGUMENT (too many, twice the same, empty).
  ClientOptions& SetDimensions(const std::vector<std::string_view>& names) {
    std::vector<tokentra_text> texts;
    texts.reserve(names.size());
    for (const std::string_view name : names) texts.push_back(detail::Text(name));
    ErrorHandle error;
    detail::Check(tokentra_client_options_set_dimensions(options_.get(), texts.data(), texts.size(),
                                                         error.out()),
                  error);
    return *this;
  }
  // The ledger to record into; its dimensions are the client's.
  ClientOptions& SetLedger(const Ledger& ledger) {
    ErrorHandle error;
    detail::Check(tokentra_client_options_set_ledger(options_.get(), ledger.get(), error.out()),
                  error);
    return *this;
  }
  // Metadata is checked by it before it is stored.
  ClientOptions& SetConvention(const Convention& convention) {
    ErrorHandle error;
    detail::Check(
        tokentra_client_options_set_convention(options_.get(), convention.get(), error.out()),
        error);
    return *this;
  }
  // What every event gets unless it states the key itself.
  ClientOptions& SetMetadata(const Pairs& metadata) {
    ErrorHandle error;
    detail::Check(tokentra_client_options_set_metadata(options_.get(), metadata.data(),
                                                       metadata.size(), error.out()),
                  error);
    return *this;
  }
  // "ids_max", "cells_max", "keys_max", "classes_max". Throws NOT_FOUND, INVALID_ARGUMENT.
  ClientOptions& SetLimit(std::string_view name, std::uint64_t value) {
    ErrorHandle error;
    detail::Check(
        tokentra_client_options_set_limit(options_.get(), detail::Text(name), value, error.out()),
        error);
    return *this;
  }
  std::uint64_t limit(std::string_view name) const {
    std::uint64_t value = 0;
    ErrorHandle error;
    detail::Check(
        tokentra_client_options_get_limit(options_.get(), detail::Text(name), &value, error.out()),
        error);
    return value;
  }

  const tokentra_client_options* get() const noexcept { return options_.get(); }

 private:
  Handle<tokentra_client_options, tokentra_client_options_free> options_;
};

// Catalog + ledger, with default metadata. All functions may run concurrently.
class Client {
 public:
  Client() : Client(nullptr) {}
  explicit Client(const ClientOptions& options) : Client(options.get()) {}

  // A client with more metadata over the same ledger; entries given here win.
  Client WithMetadata(const Pairs& metadata) const {
    tokentra_client* child = nullptr;
    ErrorHandle error;
    detail::Check(
        tokentra_client_with_metadata(get(), metadata.data(), metadata.size(), &child, error.out()),
        error);
    return Client(Owned{child});
  }

  // Prices a call and records it. Never throws for invalid usage: the result says kRefused.
  TrackResult Track(const Call& call) const { return Track(call.c_call()); }
  TrackResult Track(const tokentra_call& call) const {
    tokentra_track_result result = {};
    ErrorHandle error;
    const tokentra_status status =
        tokentra_client_track(get(), &call, sizeof call, &result, sizeof result, error.out());
    return TrackResult(result, status, std::move(error));
  }

  // From now on, for parents and children too; every event meets the old or the new. Null: as
  // before.
  void Use(const Catalog* catalog, const Convention* convention) const {
    ErrorHandle error;
    detail::Check(
        tokentra_client_use(get(), catalog == nullptr ? nullptr : catalog->get(),
                            convention == nullptr ? nullptr : convention->get(), 0, error.out()),
        error);
  }
  void Use(const Catalog& catalog) const { Use(&catalog, nullptr); }
  void Use(const Convention& convention) const { Use(nullptr, &convention); }
  void UseNoConvention() const {
    ErrorHandle error;
    detail::Check(
        tokentra_client_use(get(), nullptr, nullptr, TOKENTRA_USE_NO_CONVENTION, error.out()),
        error);
  }
  // What the convention in use says about metadata with the client's own beneath it; JSON as
  // Convention::Check gives.
  std::string Check(const Pairs& metadata, std::int64_t at_ns) const {
    DocumentHandle document;
    ErrorHandle error;
    detail::Check(tokentra_client_check(get(), metadata.data(), metadata.size(), at_ns,
                                        document.out(), error.out()),
                  error);
    return detail::TakeText(document);
  }
  // Events whose metadata had findings since the convention came into use.
  std::uint64_t finding_events() const noexcept { return tokentra_client_finding_events(get()); }

  // Usage, instant and id of `call` are ignored.
  Recorder NewRecorder(const Call& call) const {
    const tokentra_call c_call = call.c_call();
    tokentra_recorder* recorder = nullptr;
    ErrorHandle error;
    detail::Check(tokentra_recorder_new(get(), &c_call, sizeof c_call, &recorder, error.out()),
                  error);
    return Recorder(recorder);
  }

  // Every event whose tracking returned before is in it.
  Snapshot TakeSnapshot() const {
    Snapshot snapshot;
    ErrorHandle error;
    detail::Check(tokentra_client_snapshot(get(), snapshot.snapshot_.out(), error.out()), error);
    return snapshot;
  }

  tokentra_client* get() const noexcept { return client_.get(); }

 private:
  struct Owned {
    tokentra_client* client;
  };
  explicit Client(Owned owned) noexcept : client_(owned.client) {}
  explicit Client(const tokentra_client_options* options) {
    ErrorHandle error;
    detail::Check(tokentra_client_new(options, client_.out(), error.out()), error);
  }

  Handle<tokentra_client, tokentra_client_free> client_;
};

}  // namespace v1
}  // namespace tokentra

#endif  // TOKENTRA_CPP_CLIENT_HPP_
