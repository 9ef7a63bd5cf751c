#include "core/exchange/price_list_writer.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "core/base/instant.h"
#include "core/base/text.h"
#include "core/catalog/catalog.h"
#include "core/catalog/overlay_source.h"

namespace tokentra {
namespace {

constexpr std::size_t kNoiseDigits = 15;  // more than a double holds exactly
constexpr std::size_t kCleanDigits = 12;
constexpr int kExponentMax = 64;
constexpr std::size_t kValueShown = 120;

// digits x 10^exponent.
struct Figure {
  std::string digits;  // without zeros at either end; empty: 0
  int exponent = 0;
};

std::optional<Figure> ParseFigure(std::string_view text) {
  Figure figure;
  std::size_t at = 0;
  bool point = false;
  bool any = false;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '.' && !point) {
      point = true;
    } else if (c >= '0' && c <= '9') {
      figure.digits += c;
      figure.exponent -= point ? 1 : 0;
      any = true;
    } else {
      break;
    }
  }
  if (!any) return std::nullopt;
  if (at < text.size()) {
    int exponent = 0;
    if ((text[at] != 'e' && text[at] != 'E') || !absl::SimpleAtoi(text.substr(at + 1), &exponent) ||
        exponent > kExponentMax || exponent < -kExponentMax) {
      return std::nullopt;
    }
    figure.exponent += exponent;
  }
  figure.digits.erase(0, std::min(figure.digits.find_first_not_of('0'), figure.digits.size()));
  while (!figure.digits.empty() && figure.digits.back() == '0') {
    figure.digits.pop_back();
    ++figure.exponent;
  }
  return figure;
}

// Rounds to `count` significant digits, half up: the noise it removes is far from half.
void Round(std::size_t count, Figure& figure) {
  const bool up = figure.digits[count] >= '5';
  figure.exponent += static_cast<int>(figure.digits.size() - count);
  figure.digits.resize(count);
  for (std::size_t at = count; up && at-- > 0;) {
    if (figure.digits[at] != '9') {
      ++figure.digits[at];
      break;
    }
    figure.digits[at] = '0';
    if (at == 0) {
      figure.digits.insert(0, 1, '1');
    }
  }
  while (!figure.digits.empty() && figure.digits.back() == '0') {
    figure.digits.pop_back();
    ++figure.exponent;
  }
}

// The meters in which two meet: joins name them, and which of the two bills them.
void AddJoins(const ListRates& rates, std::map<std::string, std::string>& joins) {
  for (const auto& [a, rate_a] : rates) {
    for (const auto& [b, rate_b] : rates) {
      const AtomSet x = FindMeter(a)->atoms;
      const AtomSet y = FindMeter(b)->atoms;
      const AtomSet both = x & y;
      if (a >= b || both == 0 || both == x || both == y) continue;
      const bool cache = absl::StrContains(FindMeter(a)->name, "cache");
      const std::string_view bills = FindMeter(cache ? a : b)->name;
      for (const MeterInfo& meter : Meters()) {
        if ((meter.atoms & ~both) != 0 || meter.atoms == 0 || rates.contains(meter.id)) continue;
        joins.emplace(meter.name, bills);
      }
    }
  }
}

void AddMeters(const ListRow& row, ListRates& all) {
  all.insert(row.rates.begin(), row.rates.end());
  for (const auto& [band, rates] : row.bands) all.insert(rates.begin(), rates.end());
}

Json RatesJson(const ListRates& rates) {
  Json json = Json::object();
  for (const auto& [meter, rate] : rates) {
    json[std::string(FindMeter(meter)->name)] = Json::array({rate.amount, rate.per});
  }
  return json;
}

bool SameRow(const ListRow& a, const ListRow& b) {
  return a.from == b.from && a.until == b.until && a.conditions == b.conditions &&
         a.rates == b.rates && a.bands == b.bands && a.minimum == b.minimum && a.free == b.free &&
         a.same == b.same;
}

bool SameModel(const ListModel& a, const ListModel& b) {
  const auto same = [](const std::vector<ListRow>& x, const std::vector<ListRow>& y) {
    return std::equal(x.begin(), x.end(), y.begin(), y.end(), SameRow);
  };
  return same(a.rows, b.rows) && same(a.variants, b.variants);
}

}  // namespace

std::string FigureText(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  return value.is_number() ? value.dump() : std::string();
}

std::optional<std::string> PlainFigure(std::string_view text, int shift) {
  std::optional<Figure> figure = ParseFigure(text);
  if (!figure.has_value()) return std::nullopt;
  if (figure->digits.empty()) return "0";
  if (figure->digits.size() > kNoiseDigits) Round(kCleanDigits, *figure);
  const int exponent = figure->exponent + shift;
  if (exponent < -18 || exponent > 20) return std::nullopt;
  if (exponent >= 0) return figure->digits + std::string(static_cast<std::size_t>(exponent), '0');
  const auto decimals = static_cast<std::size_t>(-exponent);
  std::string digits = figure->digits;
  if (digits.size() <= decimals) digits.insert(0, decimals + 1 - digits.size(), '0');
  digits.insert(digits.size() - decimals, 1, '.');
  return digits;
}

bool IsZeroFigure(std::string_view plain) { return plain == "0"; }

std::optional<ListRate> RateFor(MeterId meter, std::string_view figure, std::uint64_t quanta) {
  const std::string_view name = FindMeter(meter)->name;
  const bool millions = absl::EndsWith(name, "_tokens") || absl::EndsWith(name, "_characters");
  const int shift = quanta == 1 && millions ? 6 : 0;
  std::optional<std::string> amount = PlainFigure(figure, shift);
  if (!amount.has_value()) return std::nullopt;
  return ListRate{*std::move(amount), shift == 6 ? 1'000'000 : quanta};
}

void PriceListWriter::LeaveOut(std::string at, std::string value, std::string_view reason) {
  if (value.size() > kValueShown) value = value.substr(0, kValueShown) + "...";
  if (!IsValidUtf8(value)) value = Quote(value);
  left_out_.push_back({{"at", std::move(at)}, {"value", std::move(value)}, {"reason", reason}});
}

bool PriceListWriter::Has(const std::string& provider, const std::string& id) const {
  const auto found = providers_.find(provider);
  return found != providers_.end() && found->second.ids.contains(id);
}

void PriceListWriter::Add(const std::string& provider, std::string_view provider_name,
                          ListModel model) {
  Provider& into = providers_[provider];
  if (into.name.empty()) into.name = provider_name;
  const std::string at = absl::StrCat(provider, "/", model.id);
  if (model.id.empty() || model.id.size() > kModelNameMax) {
    LeaveOut(at, model.id, "a model id has 1 to 256 bytes");
    return;
  }
  const auto [taken, fresh] = into.ids.emplace(model.id, into.models.size());
  if (fresh) {
    into.models.push_back(std::move(model));
  } else if (!SameModel(into.models[taken->second], model)) {
    LeaveOut(at, model.id, "another model of the list has this id with other prices");
  }
}

// Ids come before aliases, wherever they stand; of two aliases the first counts.
void PriceListWriter::SettleAliases(const std::string& id, Provider& provider) {
  std::map<std::string, std::size_t> names = provider.ids;
  for (std::size_t i = 0; i < provider.models.size(); ++i) {
    ListModel& model = provider.models[i];
    std::vector<std::string> aliases;
    for (std::string& alias : model.aliases) {
      const std::string at = absl::StrCat(id, "/", model.id);
      if (alias.empty() || alias.size() > kModelNameMax) {
        LeaveOut(at, alias, "a name has 1 to 256 bytes");
      } else if (names.emplace(alias, i).second) {
        aliases.push_back(std::move(alias));
      } else if (names[alias] != i) {
        LeaveOut(at, alias, "another model of the list has this name already");
      }
    }
    model.aliases = std::move(aliases);
  }
}

Json PriceListWriter::RowJson(const ListModel& model, const ListRow& row, bool variant) const {
  Json json = Json::object();
  if (!row.from.empty()) json["from"] = row.from;
  if (!row.until.empty()) json["until"] = row.until;
  if (!row.conditions.empty()) json["conditions"] = row.conditions;
  if (!row.rates.empty() || !variant) json["rates"] = RatesJson(row.rates);
  if (row.free) json["free"] = true;
  if (row.same) {
    Json meters = Json::array();
    for (const auto& [meter, rate] : model.rows.front().rates) {
      meters.push_back(std::string(FindMeter(meter)->name));
    }
    json["multiply"] = Json::array({{{"by", "1"}, {"meters", std::move(meters)}}});
  }
  if (!row.bands.empty()) {
    Json bands = Json::array();
    for (const auto& [band, rates] : row.bands) {
      Json one = Json::object();
      one[band.inclusive ? "at_least" : "above"] = {
          {std::string(FindMeter(band.meter)->name), band.threshold}};
      one["rates"] = RatesJson(rates);
      bands.push_back(std::move(one));
    }
    json["bands"] = std::move(bands);
  }
  for (const auto& [meter, minimum] : row.minimum) {
    json["billed"][std::string(FindMeter(meter)->name)] = {{"minimum", minimum}, {"step", 1}};
  }
  ListRates all;
  AddMeters(row, all);
  if (!variant) {
    for (const ListRow& other : model.variants) AddMeters(other, all);
    std::map<std::string, std::string> joins;
    AddJoins(all, joins);
    if (!joins.empty()) json["joins"] = joins;
  }
  json["evidence"] = Json::array({format_});
  if (!model.source.empty()) json["source"] = model.source;
  return json;
}

Json PriceListWriter::ModelJson(const ListModel& model) const {
  Json json = {{"id", model.id}};
  if (!model.aliases.empty()) json["aliases"] = model.aliases;
  if (model.deprecated) json["deprecated"] = true;
  json["price_rows"] = Json::array();
  // The list's own figures, however far from each other: the list is what is imported.
  ListRates all;
  for (const std::vector<ListRow>* rows : {&model.rows, &model.variants}) {
    for (const ListRow& row : *rows) AddMeters(row, all);
  }
  for (const auto& [meter, rate] : all) {
    json["waivers"][std::string(FindMeter(meter)->name)] = "as the list states it";
  }
  for (const ListRow& row : model.rows) json["price_rows"].push_back(RowJson(model, row, false));
  for (const ListRow& row : model.variants) json["variants"].push_back(RowJson(model, row, true));
  return json;
}

absl::StatusOr<ImportedList> PriceListWriter::Finish() {
  Json changes = Json::array();
  std::uint64_t models = 0;
  std::uint64_t rows = 0;
  for (auto& [id, provider] : providers_) {
    SettleAliases(id, provider);
    Json replace = {{"provider", id}, {"whole", true}};
    if (!provider.name.empty()) replace["name"] = provider.name;
    replace["models"] = Json::array();
    for (const ListModel& model : provider.models) {
      replace["models"].push_back(ModelJson(model));
      rows += model.rows.size() + model.variants.size();
    }
    models += provider.models.size();
    changes.push_back({{"replace", std::move(replace)}});
  }
  const Json document = {
      {"format", 1}, {"overlay", name_}, {"as_of", as_of_}, {"changes", std::move(changes)}};
  const Json report = {{"format", format_}, {"overlay", name_},   {"providers", providers_.size()},
                       {"models", models},  {"price_rows", rows}, {"left_out", left_out_}};
  ImportedList imported = {document.dump(1), report.dump(1)};
  if (imported.overlay.size() > kOverlayBytesMax) {
    return absl::ResourceExhaustedError(absl::StrCat("the overlay would have ",
                                                     imported.overlay.size(), " bytes, more than ",
                                                     kOverlayBytesMax));
  }
  return imported;
}

absl::StatusOr<ImportedList> ImportPriceList(std::string_view format, std::string_view json,
                                             std::string_view name, std::string_view as_of) {
  using Read = absl::Status (*)(const Json&, PriceListWriter&);
  struct Format {
    std::string_view name;
    Read read;
  };
  constexpr std::array<Format, 3> kFormats = {{{"genai-prices", ReadGenaiList},
                                               {"litellm", ReadLitellmList},
                                               {"openrouter", ReadOpenrouterList}}};
  std::vector<std::string_view> names;
  for (const Format& one : kFormats) names.push_back(one.name);
  const auto found = std::find(names.begin(), names.end(), format);
  if (found == names.end()) {
    return absl::InvalidArgumentError(absl::StrCat("format ", Quote(format),
                                                   " is not genai-prices, litellm or openrouter",
                                                   NearestHint(format, names)));
  }
  if (json.size() > kOverlayBytesMax) {
    return absl::ResourceExhaustedError(
        absl::StrCat("the list has ", json.size(), " bytes, more than ", kOverlayBytesMax));
  }
  if (!ParseInstant(absl::StrCat(as_of, "T00:00:00Z")).ok()) {
    return absl::InvalidArgumentError(absl::StrCat("as_of ", Quote(as_of), " is no date"));
  }
  absl::StatusOr<Json> list = ParseJsonKeepingDecimals(json, "the list");
  if (!list.ok()) return list.status();
  const JsonGuard guard(*list);
  PriceListWriter writer(format, name, as_of);
  const absl::Status status =
      kFormats[static_cast<std::size_t>(found - names.begin())].read(*list, writer);
  if (!status.ok()) return status;
  return writer.Finish();
}

}  // namespace tokentra
