// genai-prices' JSON: {"version", "units", "providers": [{"id", "models": [...]}]}. Its meaning: of
// the prices of a model the last one that has started holds; of the variants the first that holds
// and matches wins, for each price key by itself; a tier holds for the whole request where total
// input is strictly above its start.
//
// Match clauses that say whole names become aliases; what catches names by their beginning, end or
// a pattern is left out: it would price models that nobody listed.

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "core/exchange/price_list_writer.h"

namespace tokentra {
namespace {

struct Unit {
  MeterId meter = 0;
  std::uint64_t per = 1;
};

struct Prices {
  ListRates rates;
  std::map<ListBand, ListRates> bands;
};

const Json* Member(const Json& object, const char* name) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(name);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

std::string TextOf(const Json& object, const char* name) {
  const Json* value = Member(object, name);
  return value != nullptr && value->is_string() ? value->get<std::string>() : std::string();
}

class ListReader {
 public:
  ListReader(const Json& list, PriceListWriter& writer) : list_(list), writer_(writer) {}

  absl::Status Read() {
    const Json* providers = Member(list_, "providers");
    const Json* units = Member(list_, "units");
    if (providers == nullptr || !providers->is_array() || units == nullptr || !units->is_object()) {
      return absl::InvalidArgumentError(
          "the list is not of genai-prices: an object with units and providers");
    }
    for (const auto& [name, unit] : units->items()) ReadUnit(name, unit);
    for (const Json& provider : *providers) {
      const std::string id = TextOf(provider, "id");
      const Json* models = Member(provider, "models");
      if (id.empty() || models == nullptr || !models->is_array()) {
        writer_.LeaveOut("providers", provider.dump(), "has no id or no models");
        continue;
      }
      source_.clear();
      if (const Json* urls = Member(provider, "pricing_urls");
          urls != nullptr && urls->is_array() && !urls->empty() && urls->front().is_string()) {
        source_ = urls->front().get<std::string>();
      }
      for (const Json& model : *models) ReadModel(id, TextOf(provider, "name"), model);
    }
    return absl::OkStatus();
  }

 private:
  // A name in seconds is a meter of ours in milliseconds.
  void ReadUnit(const std::string& name, const Json& unit) {
    const std::string key = TextOf(unit, "price_key");
    std::uint64_t per = 0;
    const Json* stated = Member(unit, "per");
    if (key.empty() || stated == nullptr || !absl::SimpleAtoi(FigureText(*stated), &per)) return;
    const MeterInfo* meter = FindMeter(name);
    if (meter == nullptr) {
      meter = FindMeterInSeconds(name);
      per *= 1'000;
    }
    if (meter != nullptr) units_[key] = {meter->id, per};
  }

  Prices ReadPrices(const std::string& at, const Json& prices) {
    Prices out;
    for (const auto& [key, value] : prices.items()) {
      const std::string place = absl::StrCat(at, ".", key);
      const auto unit = units_.find(key);
      if (unit == units_.end()) {
        writer_.LeaveOut(place, value.dump(), "no meter is billed by this key");
        continue;
      }
      const Json* base = value.is_object() ? Member(value, "base") : &value;
      if (base != nullptr) PutRate(place, *base, unit->second, out.rates);
      const Json* tiers = Member(value, "tiers");
      if (tiers == nullptr || !tiers->is_array()) continue;
      for (const Json& tier : *tiers) {
        const Json* start = Member(tier, "start");
        const Json* price = Member(tier, "price");
        ListBand band;
        if (start == nullptr || price == nullptr ||
            !absl::SimpleAtoi(FigureText(*start), &band.threshold)) {
          writer_.LeaveOut(place, tier.dump(), "is no tier with start and price");
          continue;
        }
        PutRate(place, *price, unit->second, out.bands[band]);
      }
    }
    std::erase_if(out.bands, [](const auto& band) { return band.second.empty(); });
    return out;
  }

  void PutRate(const std::string& at, const Json& value, const Unit& unit, ListRates& rates) {
    std::optional<std::string> amount = PlainFigure(FigureText(value), 0);
    if (amount.has_value()) {
      rates[unit.meter] = {*std::move(amount), unit.per};
    } else {
      writer_.LeaveOut(at, value.dump(), "is no amount of 18 decimals");
    }
  }

  static std::string DateOf(const Json& entry) {
    const Json* constraint = Member(entry, "constraint");
    return constraint == nullptr ? std::string() : TextOf(*constraint, "start_date");
  }
  static std::string Instant(const std::string& date) {
    return date.empty() ? date : absl::StrCat(date, "T00:00:00Z");
  }

  void ReadModel(const std::string& provider, const std::string& provider_name, const Json& entry) {
    ListModel model;
    model.id = TextOf(entry, "id");
    model.source = source_;
    const std::string at = absl::StrCat(provider, "/", model.id);
    const Json* deprecated = Member(entry, "deprecated");
    model.deprecated = deprecated != nullptr && deprecated->is_boolean() && deprecated->get<bool>();
    if (const Json* match = Member(entry, "match")) ReadMatch(at, *match, model);
    if (const Json* prices = Member(entry, "prices"); prices != nullptr && prices->is_array()) {
      ReadRows(at, *prices, model);
    } else if (prices != nullptr && prices->is_object()) {
      AddRow(at, "", "", *prices, model);
    }
    if (model.rows.empty()) {
      writer_.LeaveOut(at, "", "has no price: whether it is free is not said");
      return;
    }
    if (const Json* variants = Member(entry, "price_variants")) ReadVariants(at, *variants, model);
    writer_.Add(provider, provider_name, std::move(model));
  }

  void ReadMatch(const std::string& at, const Json& clause, ListModel& model) {
    if (!clause.is_object() || clause.size() != 1) return;
    const std::string& kind = clause.begin().key();
    const Json& operand = clause.begin().value();
    if (kind == "or" && operand.is_array()) {
      for (const Json& one : operand) ReadMatch(at, one, model);
    } else if (kind == "equals" && operand.is_string()) {
      const auto name = operand.get<std::string>();
      if (name != model.id) model.aliases.push_back(name);
    } else {
      writer_.LeaveOut(absl::StrCat(at, ".match.", kind), operand.dump(),
                       "catches names that nobody listed");
    }
  }

  void AddRow(const std::string& at, const std::string& from, const std::string& until,
              const Json& prices, ListModel& model) {
    Prices read = ReadPrices(at, prices);
    if (read.rates.empty() && read.bands.empty()) return;
    ListRow row;
    row.from = Instant(from);
    row.until = Instant(until);
    row.rates = std::move(read.rates);
    row.bands = std::move(read.bands);
    model.rows.push_back(std::move(row));
  }

  void ReadRows(const std::string& at, const Json& prices, ListModel& model) {
    std::map<std::string, const Json*> by_start;  // the last of each start wins
    for (const Json& entry : prices) {
      const Json* rates = Member(entry, "prices");
      if (rates == nullptr || !rates->is_object()) continue;
      const Json* constraint = Member(entry, "constraint");
      if (constraint != nullptr && constraint->contains("start_time")) {
        ReadWindow(at, *constraint, *rates, model);
      } else {
        by_start[DateOf(entry)] = rates;
      }
    }
    std::vector<ListRow> windows = std::move(model.rows);
    model.rows.clear();
    for (auto one = by_start.begin(); one != by_start.end(); ++one) {
      const auto next = std::next(one);
      AddRow(at, one->first, next == by_start.end() ? "" : next->first, *one->second, model);
    }
    model.rows.insert(model.rows.end(), windows.begin(), windows.end());
  }

  // Daily hours of UTC. Those of one price are one row.
  void ReadWindow(const std::string& at, const Json& constraint, const Json& rates,
                  ListModel& model) {
    const std::string start = TextOf(constraint, "start_time");
    const std::string end = TextOf(constraint, "end_time");
    constexpr std::string_view kUtc = ":00+00:00";
    const auto is_time = [&](const std::string& text) {
      return text.size() == 5 + kUtc.size() && absl::EndsWith(text, kUtc);
    };
    if (!is_time(start) || !is_time(end)) {
      writer_.LeaveOut(at, constraint.dump(), "is no window in minutes of UTC");
      return;
    }
    const Json window = Json::array({start.substr(0, 5), end.substr(0, 5)});
    Prices read = ReadPrices(at, rates);
    for (ListRow& row : model.rows) {
      if (row.rates != read.rates || row.bands != read.bands) continue;
      row.conditions["hours"]["windows"].push_back(window);
      return;
    }
    ListRow row;
    row.conditions["hours"] = {{"windows", Json::array({window})}};
    row.rates = std::move(read.rates);
    row.bands = std::move(read.bands);
    model.rows.push_back(std::move(row));
  }

  // The conditions of a variant in our words; nullopt when there are none for it.
  std::optional<Json> ConditionsOf(const std::string& at, const Json& when) {
    Json conditions = Json::object();
    for (const auto& [name, value] : when.items()) {
      const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
      if (name == "processing" && text == "batch") {
        conditions["batch"] = true;
      } else if (name == "service_tier" || name == "speed") {
        if (text == "default" || text == "standard") return std::nullopt;
        conditions["service_tier"] = text;
      } else if (name == "processing") {
        writer_.LeaveOut(absl::StrCat(at, ".when"), when.dump(), "no condition of ours");
        return std::nullopt;
      } else {
        conditions[name] = text;
      }
    }
    if (conditions.empty()) return std::nullopt;
    return conditions;
  }

  void ReadVariants(const std::string& at, const Json& variants, ListModel& model) {
    if (!variants.is_array()) return;
    // For each condition the prices by the date on which they start.
    std::map<std::string, std::pair<Json, std::map<std::string, Prices>>> groups;
    for (const Json& variant : variants) {
      const Json* when = Member(variant, "when");
      const Json* prices = Member(variant, "prices");
      if (when == nullptr || !when->is_object() || prices == nullptr) continue;
      const std::optional<Json> conditions = ConditionsOf(at, *when);
      if (!conditions.has_value()) continue;
      auto& group = groups[conditions->dump()];
      group.first = *conditions;
      Prices read = ReadPrices(absl::StrCat(at, " ", conditions->dump()), *prices);
      Prices& into = group.second[DateOf(variant)];
      into.rates.insert(read.rates.begin(), read.rates.end());  // the first wins
      for (const auto& [band, rates] : read.bands) {
        into.bands[band].insert(rates.begin(), rates.end());
      }
    }
    for (const auto& [key, group] : groups) {
      Prices held;
      for (auto one = group.second.begin(); one != group.second.end(); ++one) {
        // What started before holds on for the keys that this one does not name.
        Prices now = one->second;
        now.rates.insert(held.rates.begin(), held.rates.end());
        for (const auto& [band, rates] : held.bands) {
          now.bands[band].insert(rates.begin(), rates.end());
        }
        held = now;
        const auto next = std::next(one);
        ListRow row;
        row.same = now.rates.empty() && now.bands.empty();
        row.from = Instant(one->first);
        row.until = next == group.second.end() ? "" : Instant(next->first);
        row.conditions = group.first;
        row.rates = std::move(now.rates);
        row.bands = std::move(now.bands);
        if (Meets(row, model)) {
          model.variants.push_back(std::move(row));
        } else {
          writer_.LeaveOut(absl::StrCat(at, " ", key), row.from, "begins after the model's prices");
        }
      }
    }
  }

  static bool Meets(const ListRow& variant, const ListModel& model) {
    return std::any_of(model.rows.begin(), model.rows.end(), [&](const ListRow& row) {
      return (row.until.empty() || variant.from < row.until) &&
             (variant.until.empty() || row.from < variant.until);
    });
  }

  const Json& list_;
  PriceListWriter& writer_;
  std::map<std::string, Unit> units_;
  std::string source_;
};

}  // namespace

absl::Status ReadGenaiList(const Json& list, PriceListWriter& writer) {
  return ListReader(list, writer).Read();
}

}  // namespace tokentra
