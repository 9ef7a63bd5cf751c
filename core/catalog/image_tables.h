// The tables of an image in the making: texts, and records that many rows share, each kept once.
//
// Rows refer to shared records by 16 bits; a catalog with more distinct ones is refused, naming
// the table.
//
// Thread: one builder, one thread.

#ifndef TOKENTRA_CORE_CATALOG_IMAGE_TABLES_H_
#define TOKENTRA_CORE_CATALOG_IMAGE_TABLES_H_

#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "absl/status/statusor.h"
#include "core/catalog/hours.h"
#include "core/catalog/image.h"

namespace tokentra {

// Distinct records of one table.
inline constexpr std::size_t kImageNumbersMax = 0xFFFF;

class ImageTables {
 public:
  ImageTables();
  // Begins with everything that models share, as `base` has it and under the same numbers; its
  // providers, models, names, patterns and rows are left out.
  explicit ImageTables(const CatalogImage& base);

  TextRef Text(std::string_view text);
  absl::StatusOr<std::uint8_t> Tier(std::string_view tier);
  IndexRange Conditions(const std::map<std::string, std::string>& map);
  absl::StatusOr<std::uint16_t> ConditionSet(const std::map<std::string, std::string>& map);
  absl::StatusOr<std::uint16_t> NameTerms(const IntervalRecord& interval,
                                          const std::map<std::string, std::string>& pins);
  absl::StatusOr<std::uint16_t> Interval(const IntervalRecord& record);
  absl::StatusOr<std::uint16_t> Bands(const BandSet& record);
  absl::StatusOr<std::uint16_t> Hours(const SourceHours& hours);
  absl::StatusOr<std::uint16_t> Provenance(const ProvenanceRecord& record);
  absl::StatusOr<std::uint16_t> Rate(const RateRecord& record);
  absl::StatusOr<std::uint16_t> Rule(const RuleRecord& record);
  absl::StatusOr<std::uint16_t> Shape(const ShapeRecord& record);
  // Two empty texts: number 0.
  absl::StatusOr<std::uint16_t> Origin(std::string_view overlay, std::string_view note);
  // Where in `rate_ids` these stand one after the other.
  std::uint32_t RateList(const std::vector<std::uint16_t>& rates);

  OwnedImage image;

 private:
  // The number of `record` in `table`, added when it is new. `key` tells equal records.
  template <typename Record>
  absl::StatusOr<std::uint16_t> Number(std::string_view name, const Record& record, std::string key,
                                       std::vector<Record>& table);
  template <typename Record>
  absl::StatusOr<std::uint16_t> Number(std::string_view name, const Record& record,
                                       std::vector<Record>& table);
  template <typename Record>
  void Remember(std::string_view name, const std::vector<Record>& table);
  void Remember(TextRef text) { texts_.try_emplace(std::string(TextOf(text)), text); }
  std::string_view TextOf(TextRef ref) const {
    return std::string_view(image.text).substr(ref.offset, ref.size);
  }
  std::string KeyOf(IndexRange conditions) const;

  // Standard maps: absl's do not survive memory that runs out while they grow.
  std::unordered_map<std::string, TextRef> texts_;
  std::unordered_map<std::string, std::uint16_t> numbers_;  // by table and key
  std::unordered_map<std::string, std::uint32_t> rate_lists_;
};

}  // namespace tokentra

#endif  // TOKENTRA_CORE_CATALOG_IMAGE_TABLES_H_
