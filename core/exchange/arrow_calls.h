// Which column of an Arrow table is which part of a call.
//
// Columns are named as the call record's fields are: `provider`, `model`, `api`, `service_tier`,
// `region`, `batch`, `id`, `at`; meters by name (durations in `..._seconds` too, where they are
// whole); metadata by key: the well-known keys in both spellings, the ledger's dimensions, and what
// the caller declares as tags; conditions by name, as the catalog knows them. Columns `usage`,
// `metadata` and `conditions` may be structs of such columns, and a name may say where it belongs:
// `metadata.tenant`. Any other column is an error that names the nearest: a misspelt meter must not
// be free of charge.
//
// Thread: pure functions.

#ifndef TOKENTRA_CORE_EXCHANGE_ARROW_CALLS_H_
#define TOKENTRA_CORE_EXCHANGE_ARROW_CALLS_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/meter.h"
#include "core/catalog/catalog.h"
#include "core/exchange/arrow_column.h"

namespace tokentra {

enum class CallField : std::uint8_t {
  kProvider,
  kModel,
  kApi,
  kServiceTier,
  kRegion,
  kBatch,
  kCondition,
  kMetadata,
  kId,
  kAt,
  kMeter,
};

struct CallColumn {
  CallField field = CallField::kMetadata;
  std::string name;  // in the table, for errors
  std::string key;   // kCondition, kMetadata: its name
  MeterId meter = 0;
  std::uint32_t multiplier = 1;  // of a meter: quanta in one of the column's units
  std::size_t column = 0;        // in the table
  std::ptrdiff_t child = -1;     // in the struct that the column is; negative: the column itself
  ArrowType type;
};

struct CallColumnOptions {
  std::vector<std::string_view> tags;        // metadata whatever their name
  std::vector<std::string_view> dimensions;  // metadata besides the well-known keys
};

// The largest number of columns, those in structs included.
inline constexpr std::size_t kCallColumnsMax = 1024;

// INVALID_ARGUMENT for a schema that is no struct, unknown and repeated columns, and types that
// their part of a call cannot have.
absl::StatusOr<std::vector<CallColumn>> ReadCallColumns(const ArrowSchema& schema,
                                                        const Catalog& catalog,
                                                        const CallColumnOptions& options);

}  // namespace tokentra

#endif  // TOKENTRA_CORE_EXCHANGE_ARROW_CALLS_H_
