#include "core/catalog/image_tables.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"

namespace tokentra {
namespace {

constexpr std::size_t kNumbersMax = 0xFFFF;

template <typename Record>
std::string BytesOf(const Record& record) {
  static_assert(std::has_unique_object_representations_v<Record>);
  return std::string(reinterpret_cast<const char*>(&record), sizeof(record));
}

// Texts that cannot occur in names or values separate them.
std::string KeyOf(const std::map<std::string, std::string>& map) {
  std::string key;
  for (const auto& [name, value] : map) {
    key.append(name).append(1, '\0').append(value).append(1, '\0');
  }
  return key;
}

}  // namespace

ImageTables::ImageTables() {
  // Number 0 of every table says nothing; tier 0 is standard.
  image.tiers.push_back(Text("standard"));
  image.condition_sets.emplace_back();
  image.name_terms.emplace_back();
  image.intervals.emplace_back();
  image.bands.emplace_back();
  image.hours.emplace_back();
  image.rules.emplace_back();
  numbers_["condition_sets "] = 0;
  numbers_["name_terms " + BytesOf(IntervalRecord())] = 0;
  numbers_["intervals " + BytesOf(IntervalRecord())] = 0;
  numbers_["bands " + BytesOf(BandSet())] = 0;
  numbers_["rules " + BytesOf(RuleRecord())] = 0;
}

TextRef ImageTables::Text(std::string_view text) {
  const auto [found, added] = texts_.try_emplace(text);
  if (added) {
    found->second = {static_cast<std::uint32_t>(image.text.size()),
                     static_cast<std::uint32_t>(text.size())};
    image.text += text;
  }
  return found->second;
}

template <typename Record>
absl::StatusOr<std::uint16_t> ImageTables::Number(std::string_view name, const Record& record,
                                                  std::string key, std::vector<Record>& table) {
  const auto [found, added] = numbers_.try_emplace(absl::StrCat(name, " ", key));
  if (added) {
    if (table.size() >= kNumbersMax) {
      return absl::InvalidArgumentError(
          absl::StrCat("the catalog has more than ", kNumbersMax, " different ", name));
    }
    found->second = static_cast<std::uint16_t>(table.size());
    table.push_back(record);
  }
  return found->second;
}

template <typename Record>
absl::StatusOr<std::uint16_t> ImageTables::Number(std::string_view name, const Record& record,
                                                  std::vector<Record>& table) {
  return Number(name, record, BytesOf(record), table);
}

absl::StatusOr<std::uint8_t> ImageTables::Tier(std::string_view tier) {
  constexpr std::size_t kTiersMax = 0xFF;
  const TextRef text = Text(tier);
  for (std::size_t i = 0; i < image.tiers.size(); ++i) {
    if (image.tiers[i].offset == text.offset && image.tiers[i].size == text.size) {
      return static_cast<std::uint8_t>(i);
    }
  }
  if (image.tiers.size() >= kTiersMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("the catalog has more than ", kTiersMax, " different service tiers"));
  }
  image.tiers.push_back(text);
  return static_cast<std::uint8_t>(image.tiers.size() - 1);
}

IndexRange ImageTables::Conditions(const std::map<std::string, std::string>& map) {
  const IndexRange range{static_cast<std::uint32_t>(image.conditions.size()),
                         static_cast<std::uint32_t>(map.size())};
  for (const auto& [name, value] : map) {
    const TextRef name_text = Text(name);
    image.conditions.push_back({name_text, Text(value)});
  }
  return range;
}

absl::StatusOr<std::uint16_t> ImageTables::ConditionSet(
    const std::map<std::string, std::string>& map) {
  const std::string key = KeyOf(map);
  if (const auto found = numbers_.find("condition_sets " + key); found != numbers_.end()) {
    return found->second;
  }
  return Number("condition_sets", Conditions(map), key, image.condition_sets);
}

absl::StatusOr<std::uint16_t> ImageTables::NameTerms(
    const IntervalRecord& interval, const std::map<std::string, std::string>& pins) {
  const std::string key = BytesOf(interval) + KeyOf(pins);
  if (const auto found = numbers_.find("name_terms " + key); found != numbers_.end()) {
    return found->second;
  }
  return Number("name_terms", NameTermsRecord{interval, Conditions(pins)}, key, image.name_terms);
}

absl::StatusOr<std::uint16_t> ImageTables::Interval(const IntervalRecord& record) {
  return Number("intervals", record, image.intervals);
}
absl::StatusOr<std::uint16_t> ImageTables::Bands(const BandSet& record) {
  return Number("bands", record, image.bands);
}
absl::StatusOr<std::uint16_t> ImageTables::Provenance(const ProvenanceRecord& record) {
  return Number("provenances", record, image.provenances);
}
absl::StatusOr<std::uint16_t> ImageTables::Rate(const RateRecord& record) {
  return Number("rates", record, image.rates);
}
absl::StatusOr<std::uint16_t> ImageTables::Rule(const RuleRecord& record) {
  return Number("rules", record, image.rules);
}
absl::StatusOr<std::uint16_t> ImageTables::Shape(const ShapeRecord& record) {
  return Number("shapes", record, image.shapes);
}

absl::StatusOr<std::uint16_t> ImageTables::Hours(const SourceHours& hours) {
  if (const auto found = numbers_.find("hours " + hours.text); found != numbers_.end()) {
    return found->second;
  }
  HoursRecord record;
  record.same_day = hours.same_day;
  record.next_day = hours.next_day;
  record.offset_quarters = hours.offset_quarters;
  record.except = {static_cast<std::uint32_t>(image.days.size()),
                   static_cast<std::uint32_t>(hours.except.size())};
  image.days.insert(image.days.end(), hours.except.begin(), hours.except.end());
  record.text = Text(hours.text);
  return Number("hours", record, hours.text, image.hours);
}

std::uint32_t ImageTables::RateList(const std::vector<std::uint16_t>& rates) {
  std::string key(reinterpret_cast<const char*>(rates.data()), rates.size() * sizeof(rates[0]));
  const auto [found, added] =
      rate_lists_.try_emplace(std::move(key), static_cast<std::uint32_t>(image.rate_ids.size()));
  if (added) image.rate_ids.insert(image.rate_ids.end(), rates.begin(), rates.end());
  return found->second;
}

}  // namespace tokentra
