// Many calls in Arrow columns into a client's ledger.
//
// The ledger has the same cells as when every row had been tracked by itself. Rows of one class,
// bucket and tuple of dimensions are summed here first, and recorded together when another bucket
// begins or the stream ends: in one step, as one event is. Rows with an id are tracked one by one.
// A convention judges a kind of row once a bucket, with its first row's instant.
//
// Thread: as Client::Track. Cost: a row in time order is a look-up and an addition for each atom
// (benchmarks/arrow_benchmark.py); rows in any other order are recorded about one by one.

#ifndef TOKENTRA_CORE_CLIENT_ARROW_RECORD_H_
#define TOKENTRA_CORE_CLIENT_ARROW_RECORD_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/client/arrow_price.h"
#include "core/client/client.h"

namespace tokentra {

struct ArrowRecordResult {
  // Errors of rows that are kept word for word; all are counted.
  static constexpr std::size_t kErrorsMax = 1000;

  struct RowError {
    std::uint64_t row;
    absl::Status status;
  };

  std::uint64_t rows = 0;
  std::uint64_t recorded = 0;
  std::uint64_t unmetered = 0;
  std::uint64_t duplicates = 0;
  std::uint64_t conflicts = 0;
  std::uint64_t refused = 0;
  std::uint64_t folded = 0;  // of those recorded: under a coarser key
  std::vector<RowError> errors;
};

// Takes the stream over. An error is that of the stream or its schema: rows before it are recorded,
// and the message says how many.
absl::StatusOr<ArrowRecordResult> RecordArrow(Client& client, ArrowArrayStream* stream,
                                              const ArrowCallOptions& options);

// The errors as a table: row (uint64), status, message.
std::shared_ptr<const ArrowTable> ErrorTable(const ArrowRecordResult& result);

}  // namespace tokentra

#endif  // TOKENTRA_CORE_CLIENT_ARROW_RECORD_H_
