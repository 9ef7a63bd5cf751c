// From a model's price rows and variants to full, disjoint rows: variants laid over rows,
// multipliers applied exactly, bands cut into ranges, coverage decided.
//
// Thread: pure functions.

#ifndef TOKENTRA_CORE_CATALOG_EXPAND_H_
#define TOKENTRA_CORE_CATALOG_EXPAND_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/catalog/image.h"
#include "core/catalog/source.h"

namespace tokentra {

// A row as it will stand in the image, still in source terms.
struct FullRow {
  Interval interval;
  SourceConditions conditions;
  BandSet bands;
  SourceRates rates;
  std::map<MeterId, SourceBilled> billed;
  std::map<MeterId, MeterId> joins;
  bool free = false;
  std::string as_of;
  std::vector<std::string> evidence;
  std::string source;
  std::string where;
  std::string overlay;  // names of the overlays that made or changed it
  // Of a row that came out of an image: its content id while nothing of it is changed, and what
  // covers which atom, since joins do not stand in an image.
  std::string id;
  std::optional<ShapeRecord> shape;
};

// A model as it will stand in the image.
struct FullModel {
  std::string id;
  std::vector<SourceAlias> aliases;
  std::vector<std::string> patterns;
  bool deprecated = false;
  bool dated_snapshots = true;
  // Of a model that an overlay forbids: its name, and why.
  std::string forbidden_by;
  std::string forbidden_why;
  std::vector<FullRow> rows;
  std::string where;
};

// Rows of one model after expansion: what compares each with each stays bounded.
inline constexpr std::size_t kModelRowsMax = 8192;

absl::StatusOr<FullModel> ExpandModel(const SourceModel& model);

// Which rate of `rates` (by position among those stated, in meter order) covers each atom; none
// where the meter that covers it has no stated rate. An error names the atom that two rates claim.
absl::StatusOr<ShapeRecord> CoverAtoms(const FullRow& row);

}  // namespace tokentra

#endif  // TOKENTRA_CORE_CATALOG_EXPAND_H_
