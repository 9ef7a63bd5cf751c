// Records: a chunk of a log in, results out. See tokentra.hpp.

#ifndef TOKENTRA_CPP_RECORDS_HPP_
#define TOKENTRA_CPP_RECORDS_HPP_

#include <tokentra/cpp/base.hpp>
#include <tokentra/cpp/client.hpp>
#include <tokentra/cpp/price.hpp>

namespace tokentra {
inline namespace v1 {

struct RecordsOptions {
  std::uint64_t first_line = 1;             // number of the chunk's first line
  std::int64_t default_at_ns = kNoInstant;  // for records without `at`; absent: they are refused
  std::int64_t since_ns = kNoInstant;       // records before it are skipped
  std::int64_t until_ns = kNoInstant;       // records at or after it are skipped
  bool json = false;                        // make the JSON text of every result
  bool convert = false;                     // make it the call record, not its cost
  bool explain = false;                     // add to it why the cost is what it is
  bool fields = false;                      // note fields that are not read
  bool hold = false;                        // leave what waits for other chunks to Held
  std::uint32_t source = 0;                 // given back in every result
  std::string_view format;                  // tokentra_records_format; empty: call records
  std::string_view provider;                // of calls that do not state one
  std::string_view model;                   // likewise
  std::string_view header;                  // CSV: its first row, when it is not in the chunk

  tokentra_records_options c_options() const noexcept {
    tokentra_records_options options = {};
    options.first_line = first_line;
    options.default_at_ns = default_at_ns;
    options.since_ns = since_ns;
    options.until_ns = until_ns;
    options.flags = (json ? TOKENTRA_RECORDS_JSON : 0u) |
                    (convert ? TOKENTRA_RECORDS_CONVERT : 0u) |
                    (explain ? TOKENTRA_RECORDS_EXPLAIN : 0u) |
                    (fields ? TOKENTRA_RECORDS_FIELDS : 0u) | (hold ? TOKENTRA_RECORDS_HOLD : 0u);
    options.source = source;
    options.format = detail::Text(format);
    options.provider = detail::Text(provider);
    options.model = detail::Text(model);
    options.header = detail::Text(header);
    return options;
  }
};

// Results of one chunk: whole lines, the last one with or without its newline. Immutable.
class Records {
 public:
  // Prices every record. A record that cannot be read is a result with a status, no exception.
  // Concurrent on one catalog.
  static Records Price(const Catalog& catalog, std::string_view chunk,
                       const RecordsOptions& options = {}) {
    return Make(tokentra_records_price, catalog.get(), chunk, options);
  }
  // Prices every record and records it in the client's ledger: same ids once. Concurrent.
  static Records Track(const Client& client, std::string_view chunk,
                       const RecordsOptions& options = {}) {
    return Make(tokentra_records_track, client.get(), chunk, options);
  }

  // The two halves of Track: chunks that are prepared on any threads and committed in their order
  // come out as if one thread had read them.
  static Records Prepare(const Client& client, std::string_view chunk,
                         const RecordsOptions& options = {}) {
    return Make(tokentra_records_prepare, client.get(), chunk, options);
  }
  void Commit(const Client& client) {
    ErrorHandle error;
    detail::Check(tokentra_records_commit(client.get(), records_.get(), error.out()), error);
  }

  // Why the one record on `line` costs what it does, as Cost::Explain. Throws what reading and
  // pricing the record throws.
  static std::string Explain(const Catalog& catalog, std::string_view line,
                             const RecordsOptions& options = {}) {
    const tokentra_records_options c_options = options.c_options();
    DocumentHandle document;
    ErrorHandle error;
    detail::Check(tokentra_records_explain(catalog.get(), detail::Text(line), &c_options,
                                           sizeof c_options, document.out(), error.out()),
                  error);
    return detail::TakeText(document);
  }

  std::size_t size() const noexcept { return tokentra_records_count(get()); }
  // Lines of the chunk, blank ones included.
  std::uint64_t lines() const noexcept { return tokentra_records_lines(get()); }
  // Views into this object. Throws OUT_OF_RANGE.
  tokentra_record at(std::size_t index) const {
    tokentra_record record;
    ErrorHandle error;
    detail::Check(tokentra_records_at(get(), index, &record, sizeof record, error.out()), error);
    return record;
  }

  const tokentra_records* get() const noexcept { return records_.get(); }

  tokentra_records_totals total() const {
    tokentra_records_totals totals;
    ErrorHandle error;
    detail::Check(tokentra_records_total(get(), &totals, sizeof totals, error.out()), error);
    return totals;
  }

 private:
  friend class Held;
  Records() = default;

  template <typename Function, typename Object>
  static Records Make(Function function, Object* object, std::string_view chunk,
                      const RecordsOptions& options) {
    const tokentra_records_options c_options = options.c_options();
    Records records;
    ErrorHandle error;
    detail::Check(function(object, detail::Text(chunk), &c_options, sizeof c_options,
                           records.records_.out(), error.out()),
                  error);
    return records;
  }

  Handle<tokentra_records, tokentra_records_free> records_;
};

// What the chunks of one run leave waiting until all of them are known.
class Held {
 public:
  Held() {
    ErrorHandle error;
    detail::Check(tokentra_held_new(held_.out(), error.out()), error);
  }

  // Takes what `records` holds. In the order of the chunks.
  void Add(Records& records) {
    ErrorHandle error;
    detail::Check(tokentra_held_add(held_.get(), records.records_.get(), error.out()), error);
  }
  std::uint64_t size() const noexcept { return tokentra_held_count(held_.get()); }

  // What turns out to count; nothing is held afterwards.
  Records Price(const Catalog& catalog, const RecordsOptions& options = {}) {
    return Resolve(tokentra_held_price, catalog.get(), options);
  }
  Records Prepare(const Client& client, const RecordsOptions& options = {}) {
    return Resolve(tokentra_held_prepare, client.get(), options);
  }

 private:
  template <typename Function, typename Object>
  Records Resolve(Function function, Object* object, const RecordsOptions& options) {
    const tokentra_records_options c_options = options.c_options();
    Records records;
    ErrorHandle error;
    detail::Check(function(held_.get(), object, &c_options, sizeof c_options,
                           records.records_.out(), error.out()),
                  error);
    return records;
  }

  Handle<tokentra_held, tokentra_held_free> held_;
};

}  // namespace v1
}  // namespace tokentra

#endif  // TOKENTRA_CPP_RECORDS_HPP_
