// Arrow: tables of calls in, costs and snapshots out. See tokentra.hpp.

#ifndef TOKENTRA_CPP_ARROW_HPP_
#define TOKENTRA_CPP_ARROW_HPP_

#include <vector>

#include <tokentra/cpp/base.hpp>
#include <tokentra/cpp/client.hpp>
#include <tokentra/cpp/price.hpp>

namespace tokentra {
inline namespace v1 {

struct ArrowOptions {
  std::string_view provider;                // of rows that state none
  std::int64_t default_at_ns = kNoInstant;  // likewise; absent: such rows are errors
  std::vector<std::string_view> tags;       // columns that are metadata whatever their name
  bool per_meter = false;                   // pricing: a cost column for each meter
};

// A table of results. All functions may run concurrently.
class Table {
 public:
  std::uint64_t row_count() const noexcept { return tokentra_table_row_count(get()); }
  // Fills *stream, which holds nothing; any number of times. The stream keeps what it needs.
  void Export(ArrowArrayStream* stream) const {
    ErrorHandle error;
    detail::Check(tokentra_table_export(get(), stream, error.out()), error);
  }

  const tokentra_table* get() const noexcept { return table_.get(); }
  // For functions that make a table: the address to write it to.
  tokentra_table** out() noexcept { return table_.out(); }

 private:
  Handle<tokentra_table, tokentra_table_free> table_;
};

namespace detail {

// The C structure: valid as long as this object and what it was made from.
class COptions {
 public:
  explicit COptions(const ArrowOptions& from) {
    for (const std::string_view tag : from.tags) tags_.push_back(Text(tag));
    options_.provider = Text(from.provider);
    options_.default_at_ns = from.default_at_ns;
    options_.tags = tags_.data();
    options_.tag_count = tags_.size();
    options_.flags = from.per_meter ? TOKENTRA_ARROW_PER_METER : 0u;
  }
  const tokentra_arrow_options* get() const noexcept { return &options_; }
  static constexpr std::size_t size() noexcept { return sizeof(tokentra_arrow_options); }

 private:
  std::vector<tokentra_text> tags_;
  tokentra_arrow_options options_ = {};
};

}  // namespace detail

// Costs of all rows. Takes the stream over, whatever happens.
inline Table PriceArrow(const Catalog& catalog, ArrowArrayStream* stream,
                        const ArrowOptions& options = {}) {
  Table table;
  ErrorHandle error;
  const detail::COptions c_options(options);
  detail::Check(tokentra_catalog_price_arrow(catalog.get(), stream, c_options.get(),
                                             c_options.size(), table.out(), error.out()),
                error);
  return table;
}

struct ArrowRecorded {
  tokentra_arrow_totals totals = {};
  Table refused;  // row, status, message of the first 1,000
};

// Records all rows. Takes the stream over, whatever happens.
inline ArrowRecorded RecordArrow(const Client& client, ArrowArrayStream* stream,
                                 const ArrowOptions& options = {}) {
  ArrowRecorded recorded;
  ErrorHandle error;
  const detail::COptions c_options(options);
  detail::Check(tokentra_client_record_arrow(
                    client.get(), stream, c_options.get(), c_options.size(), &recorded.totals,
                    sizeof recorded.totals, recorded.refused.out(), error.out()),
                error);
  return recorded;
}

// The snapshot's cells, one row each.
inline Table SnapshotArrow(const Snapshot& snapshot) {
  Table table;
  ErrorHandle error;
  detail::Check(tokentra_snapshot_arrow(snapshot.get(), table.out(), error.out()), error);
  return table;
}

}  // namespace v1
}  // namespace tokentra

#endif  // TOKENTRA_CPP_ARROW_HPP_
