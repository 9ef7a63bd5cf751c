#include "core/catalog/image_tables.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"

namespace tokentra {
namespace {

template <typename Record>
std::string BytesOf(const Record& record) {
  static_assert(std::has_unique_object_representations_v<Record>);
  return std::string(reinterpret_cast<const char*>(&record), sizeof(record));
}

// Texts that cannot occur in names or values separate them.
std::string KeyOfMap(const std::map<std::string, std::string>& map) {
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
  image.origins.emplace_back();
  numbers_["condition_sets "] = 0;
  numbers_["name_terms " + BytesOf(IntervalRecord())] = 0;
  numbers_["intervals " + BytesOf(IntervalRecord())] = 0;
  numbers_["bands " + BytesOf(BandSet())] = 0;
  numbers_["rules " + BytesOf(RuleRecord())] = 0;
  numbers_["origins " + BytesOf(OriginRecord())] = 0;
}

template <typename Record>
void ImageTables::Remember(std::string_view name, const std::vector<Record>& table) {
  for (std::size_t i = 0; i < table.size(); ++i) {
    numbers_.try_emplace(absl::StrCat(name, " ", BytesOf(table[i])), static_cast<std::uint16_t>(i));
  }
}

std::string ImageTables::KeyOf(IndexRange conditions) const {
  std::map<std::string, std::string> map;
  for (const ConditionRecord& record :
       CatalogImage::Slice(std::span<const ConditionRecord>(image.conditions), conditions)) {
    map.emplace(TextOf(record.name), TextOf(record.value));
  }
  return KeyOfMap(map);
}

ImageTables::ImageTables(const CatalogImage& base) {
  const auto copy = [](const auto& from, auto& to) { to.assign(from.begin(), from.end()); };
  image.text = base.text;
  copy(base.name_terms, image.name_terms);
  copy(base.words, image.words);
  copy(base.regions, image.regions);
  copy(base.conditions, image.conditions);
  copy(base.condition_sets, image.condition_sets);
  copy(base.intervals, image.intervals);
  copy(base.bands, image.bands);
  copy(base.hours, image.hours);
  copy(base.days, image.days);
  copy(base.provenances, image.provenances);
  copy(base.rate_ids, image.rate_ids);
  copy(base.rates, image.rates);
  copy(base.rules, image.rules);
  copy(base.shapes, image.shapes);
  copy(base.tiers, image.tiers);
  copy(base.origins, image.origins);
  copy(base.overlays, image.overlays);

  Remember("intervals", image.intervals);
  Remember("bands", image.bands);
  Remember("provenances", image.provenances);
  Remember("rates", image.rates);
  Remember("rules", image.rules);
  Remember("shapes", image.shapes);
  Remember("origins", image.origins);
  const auto number = [&](const std::string& key, std::size_t i) {
    numbers_.try_emplace(key, static_cast<std::uint16_t>(i));
  };
  for (std::size_t i = 0; i < image.condition_sets.size(); ++i) {
    number("condition_sets " + KeyOf(image.condition_sets[i]), i);
  }
  for (std::size_t i = 0; i < image.name_terms.size(); ++i) {
    const NameTermsRecord& terms = image.name_terms[i];
    number("name_terms " + BytesOf(terms.interval) + KeyOf(terms.pins), i);
  }
  for (std::size_t i = 1; i < image.hours.size(); ++i) {
    number(absl::StrCat("hours ", TextOf(image.hours[i].text)), i);
  }
  // Equal records have equal texts only where a text has one place.
  for (const ProvenanceRecord& record : image.provenances) {
    for (const TextRef text : {record.source, record.as_of, record.evidence, record.overlay}) {
      Remember(text);
    }
  }
  for (const RateRecord& record : image.rates) Remember(record.amount);
  for (const OriginRecord& record : image.origins) {
    Remember(record.overlay);
    Remember(record.note);
  }
  for (const TextRef tier : image.tiers) Remember(tier);
}

TextRef ImageTables::Text(std::string_view text) {
  const auto [found, added] = texts_.try_emplace(std::string(text));
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
    if (table.size() >= kImageNumbersMax) {
      return absl::InvalidArgumentError(
          absl::StrCat("the catalog has more than ", kImageNumbersMax, " different ", name));
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
    if (TextOf(image.tiers[i]) == TextOf(text)) {
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
  const std::string key = KeyOfMap(map);
  if (const auto found = numbers_.find("condition_sets " + key); found != numbers_.end()) {
    return found->second;
  }
  return Number("condition_sets", Conditions(map), key, image.condition_sets);
}

absl::StatusOr<std::uint16_t> ImageTables::NameTerms(
    const IntervalRecord& interval, const std::map<std::string, std::string>& pins) {
  const std::string key = BytesOf(interval) + KeyOfMap(pins);
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

absl::StatusOr<std::uint16_t> ImageTables::Origin(std::string_view overlay, std::string_view note) {
  if (overlay.empty() && note.empty()) return std::uint16_t{0};
  const TextRef overlay_text = Text(overlay);
  return Number("origins", OriginRecord{overlay_text, Text(note)}, image.origins);
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
