// The source form of a catalog: provider files as structures, read from JSON and checked.
//
// `ReadProvider` accepts exactly what docs/catalog.md describes. Anything else is an error that
// names file, model, field and value, with the nearest valid name: a misspelt field is never
// ignored, since it could be a price.
//
// Thread: pure functions.

#ifndef TOKENTRA_CORE_CATALOG_SOURCE_H_
#define TOKENTRA_CORE_CATALOG_SOURCE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/instant.h"
#include "core/base/json.h"
#include "core/base/meter.h"
#include "core/base/money.h"
#include "core/catalog/hours.h"
#include "core/catalog/image.h"

namespace tokentra {

struct Interval {
  InstantNs from = std::numeric_limits<InstantNs>::min();
  InstantNs until = std::numeric_limits<InstantNs>::max();
};

struct SourceRate {
  Rate rate;
  std::string text;    // the amount as published
  bool stated = true;  // false: the meter is billed at a rate that nobody states
  // Of rates that overlays state or changed: their names, and what they did.
  std::string overlay;
  std::string note;
};

using SourceRates = std::map<MeterId, SourceRate>;

struct SourceBand {
  MeterId meter = 0;
  std::uint64_t min = 0;  // holds from this quantity on
  SourceRates rates;
};

struct SourceBilled {
  std::uint64_t minimum = 0;
  std::uint64_t step = 1;
  std::uint64_t included = 0;  // of each call, not billed
};

struct SourceRegion {
  std::string node;
  bool is_not = false;
};

struct SourceConditions {
  std::optional<std::string> service_tier;
  std::optional<bool> batch;
  std::optional<SourceRegion> region;
  std::optional<SourceHours> hours;
  std::map<std::string, std::string> named;
};

struct SourceMultiplier {
  Money by;
  std::vector<MeterId> meters;
};

// A price row or a variant; the fields that only one of them has are empty in the other.
struct SourceRow {
  Interval interval;
  SourceConditions conditions;
  SourceRates rates;
  std::vector<SourceBand> bands;
  std::map<MeterId, SourceBilled> billed;
  std::map<MeterId, MeterId> joins;
  bool free = false;                          // price rows
  std::vector<SourceMultiplier> multipliers;  // variants
  std::vector<MeterId> remove;                // variants
  std::string as_of;
  std::vector<std::string> evidence;
  std::string source;  // empty: null
  std::string where;   // for errors: file, model, which row
};

struct SourceAlias {
  std::string id;
  Interval interval;
  std::map<std::string, std::string> pins;
};

struct SourceModel {
  std::string id;
  std::vector<SourceAlias> aliases;
  std::vector<std::string> patterns;
  bool deprecated = false;
  bool dated_snapshots = true;
  std::vector<SourceRow> price_rows;
  std::vector<SourceRow> variants;
  std::map<MeterId, std::string> waivers;  // meters whose magnitude is right though unusual
  std::string where;                       // for errors: file, model
};

struct SourceProvider {
  std::string file;
  std::string id;
  std::string name;
  std::string currency;
  std::map<std::string, std::string> service_tiers;
  std::vector<std::pair<std::string, std::string>> regions;  // node, parent ("" for a root)
  std::map<std::string, std::string> defaults;
  std::uint8_t normalize = 0;
  bool indicative = false;
  std::vector<SourceModel> models;
};

class ObjectReader;

absl::StatusOr<SourceProvider> ReadProvider(std::string_view json, std::string_view file);

// The parts of it that overlays share. `as_of` is that of rows which state none; empty: each must.
absl::StatusOr<SourceModel> ReadModel(const std::string& where, const Json& json,
                                      std::string_view as_of);
absl::StatusOr<MeterId> ReadMeter(const std::string& where, std::string_view name);
absl::StatusOr<SourceRate> ReadRate(const std::string& where, const Json& json);
// Tiers, regions, defaults, normalize, indicative.
absl::Status ReadProviderFields(const ObjectReader& reader, SourceProvider& provider);

}  // namespace tokentra

#endif  // TOKENTRA_CORE_CATALOG_SOURCE_H_
