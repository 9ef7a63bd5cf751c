#include "core/catalog/source.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/json.h"
#include "core/base/status_macros.h"
#include "core/base/text.h"
#include "core/catalog/object_reader.h"

namespace tokentra {
namespace {

constexpr std::uint64_t kPerMax = 1'000'000'000'000;
constexpr std::uint64_t kQuantityMax = std::uint64_t{1} << 48;  // of one meter in one call

struct NamedStep {
  std::string_view name;
  NormalizeStep step;
};
constexpr std::array<NamedStep, 6> kSteps = {{{"case", kNormalizeCase},
                                              {"provider_prefix", kNormalizeProviderPrefix},
                                              {"bedrock_profile", kNormalizeBedrockProfile},
                                              {"bedrock_version", kNormalizeBedrockVersion},
                                              {"vertex_version", kNormalizeVertexVersion},
                                              {"date_suffix", kNormalizeDateSuffix}}};

// What the rows of one document have in common.
struct RowTerms {
  std::string_view as_of;  // of rows that state none; empty: each must
  bool is_variant = false;
};

}  // namespace

absl::StatusOr<MeterId> ReadMeter(const std::string& where, std::string_view name) {
  const MeterInfo* meter = FindMeter(name);
  if (meter == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat(where, " names the unknown meter ", Quote(name),
                                                   ", nearest is ", Quote(NearestMeterName(name))));
  }
  return meter->id;
}

absl::StatusOr<SourceRate> ReadRate(const std::string& where, const Json& json) {
  const auto error = [&](std::string_view problem) {
    return absl::InvalidArgumentError(absl::StrCat(where, " ", problem));
  };
  SourceRate rate;
  if (json.is_null()) {
    rate.stated = false;
    return rate;
  }
  if (!json.is_array() || json.size() != 2 || !json[0].is_string() ||
      !json[1].is_number_unsigned()) {
    return error(
        absl::StrCat("must be [amount, per], such as [\"2.5\", 1000000], or null", NotThis(json)));
  }
  rate.text = json[0].get<std::string>();
  absl::StatusOr<Money> amount = Money::Parse(rate.text);
  if (!amount.ok()) return error(amount.status().message());
  if (amount->attos() < 0) return error(absl::StrCat("is negative: ", Quote(rate.text)));
  rate.rate.amount = *amount;
  rate.rate.per = json[1].get<std::uint64_t>();
  if (rate.rate.per == 0 || rate.rate.per > kPerMax) {
    return error(absl::StrCat("is per ", rate.rate.per, ", which is not within 1 and ", kPerMax));
  }
  return rate;
}

namespace {

absl::StatusOr<SourceRates> ReadRates(const std::string& where, const Json& json) {
  if (!json.is_object()) {
    return absl::InvalidArgumentError(
        absl::StrCat(where, " must be an object of rates", NotThis(json)));
  }
  SourceRates rates;
  for (const auto& [name, item] : json.items()) {
    absl::StatusOr<MeterId> meter = ReadMeter(where, name);
    if (!meter.ok()) return meter.status();
    TOKENTRA_ASSIGN_OR_RETURN(rates[*meter], ReadRate(absl::StrCat(where, ".", name), item));
  }
  return rates;
}

absl::StatusOr<SourceBand> ReadBand(const std::string& where, const Json& json) {
  const ObjectReader reader(json, where, {"above", "at_least", "rates"});
  TOKENTRA_RETURN_IF_ERROR(reader.Check());
  const Json* above = reader.Find("above");
  const Json* at_least = reader.Find("at_least");
  const Json* bound = above != nullptr ? above : at_least;
  if ((above == nullptr) == (at_least == nullptr) || !bound->is_object() || bound->size() != 1 ||
      !bound->begin().value().is_number_unsigned()) {
    return reader.Error("", "needs either above or at_least, of one meter and a whole number");
  }
  SourceBand band;
  TOKENTRA_ASSIGN_OR_RETURN(band.meter, ReadMeter(where, bound->begin().key()));
  const auto threshold = bound->begin().value().get<std::uint64_t>();
  if (threshold > kQuantityMax) return reader.Error("", "has a threshold above 2^48");
  band.min = threshold + (above != nullptr ? 1 : 0);
  if (band.min == 0) return reader.Error("", "holds always: at_least 0 is no band");
  const Json* rates = reader.Find("rates");
  if (rates == nullptr || rates->empty()) return reader.Error("rates", "is missing");
  TOKENTRA_ASSIGN_OR_RETURN(band.rates, ReadRates(absl::StrCat(where, ".rates"), *rates));
  return band;
}

absl::StatusOr<SourceConditions> ReadConditions(const std::string& where, const Json& json) {
  if (!json.is_object()) {
    return absl::InvalidArgumentError(absl::StrCat(where, " must be an object", NotThis(json)));
  }
  SourceConditions conditions;
  for (const auto& [name, value] : json.items()) {
    const auto error = [&, &name = name](std::string_view problem) {
      return absl::InvalidArgumentError(absl::StrCat(where, ".", name, " ", problem));
    };
    if (name == "batch") {
      if (!value.is_boolean() || !value.get<bool>()) {
        return error(absl::StrCat("must be true, or absent", NotThis(value)));
      }
      conditions.batch = true;
      continue;
    }
    if (name == "region" && value.is_object()) {
      if (value.size() != 1 || !value.contains("not") || !value["not"].is_string()) {
        return error("must be a node or {\"not\": node}");
      }
      conditions.region = SourceRegion{value["not"].get<std::string>(), true};
      continue;
    }
    if (name == "hours") {
      TOKENTRA_ASSIGN_OR_RETURN(conditions.hours, ReadHours(absl::StrCat(where, ".hours"), value));
      continue;
    }
    if (!value.is_string()) return error(absl::StrCat("must be a text", NotThis(value)));
    const auto text = value.get<std::string>();
    if (name == "region") {
      conditions.region = SourceRegion{text, false};
    } else if (name == "service_tier") {
      conditions.service_tier = text;
    } else {
      conditions.named[name] = text;
    }
  }
  return conditions;
}

absl::Status ReadBilled(const ObjectReader& reader, SourceRow& row) {
  const Json* billed = reader.Find("billed");
  if (billed == nullptr) return absl::OkStatus();
  if (!billed->is_object()) return reader.MustBe("billed", "an object");
  for (const auto& [name, rule] : billed->items()) {
    const std::string where = absl::StrCat(reader.where(), ".billed.", name);
    absl::StatusOr<MeterId> meter = ReadMeter(where, name);
    if (!meter.ok()) return meter.status();
    const ObjectReader fields(rule, where, {"minimum", "step", "included"});
    TOKENTRA_RETURN_IF_ERROR(fields.Check());
    SourceBilled read;
    for (const auto& [key, value] : rule.items()) {
      if (!value.is_number_unsigned()) return fields.MustBe(key, "a whole number");
      std::uint64_t& number = key == "minimum" ? read.minimum
                              : key == "step"  ? read.step
                                               : read.included;
      number = value.get<std::uint64_t>();
      if (number > kQuantityMax) return fields.Error(key, "is above 2^48");
    }
    if (read.step == 0) return fields.Error("step", "must be at least 1");
    row.billed[*meter] = read;
  }
  return absl::OkStatus();
}

absl::Status ReadVariantFields(const ObjectReader& reader, SourceRow& row) {
  absl::StatusOr<const Json*> multipliers = reader.List("multiply");
  if (!multipliers.ok()) return multipliers.status();
  if (*multipliers != nullptr) {
    for (const Json& item : **multipliers) {
      const ObjectReader fields(
          item, absl::StrCat(reader.where(), ".multiply[", row.multipliers.size(), "]"),
          {"by", "meters"});
      TOKENTRA_RETURN_IF_ERROR(fields.Check());
      absl::StatusOr<Money> factor = fields.Decimal("by");
      if (!factor.ok()) return factor.status();
      SourceMultiplier multiplier{*factor, {}};
      absl::StatusOr<std::vector<std::string>> names = fields.TextList("meters");
      if (!names.ok()) return names.status();
      if (names->empty()) return fields.Error("meters", "is missing");
      for (const std::string& name : *names) {
        TOKENTRA_ASSIGN_OR_RETURN(MeterId meter, ReadMeter(fields.where(), name));
        multiplier.meters.push_back(std::move(meter));
      }
      row.multipliers.push_back(std::move(multiplier));
    }
  }
  absl::StatusOr<std::vector<std::string>> removed = reader.TextList("remove");
  if (!removed.ok()) return removed.status();
  for (const std::string& name : *removed) {
    TOKENTRA_ASSIGN_OR_RETURN(MeterId meter,
                              ReadMeter(absl::StrCat(reader.where(), ".remove"), name));
    row.remove.push_back(std::move(meter));
  }
  return absl::OkStatus();
}

absl::Status ReadProvenance(const ObjectReader& reader, std::string_view as_of, SourceRow& row) {
  row.as_of = as_of;
  if (as_of.empty() || reader.Find("as_of") != nullptr) {
    TOKENTRA_ASSIGN_OR_RETURN(row.as_of, reader.Date("as_of"));
  }
  TOKENTRA_ASSIGN_OR_RETURN(row.evidence, reader.TextList("evidence"));
  TOKENTRA_ASSIGN_OR_RETURN(row.source, reader.OptionalText("source"));
  return absl::OkStatus();
}

absl::StatusOr<SourceRow> ReadRow(const std::string& where, const Json& json,
                                  const RowTerms& terms) {
  std::vector<std::string_view> fields = {"from",   "until", "conditions", "rates",    "bands",
                                          "billed", "joins", "as_of",      "evidence", "source"};
  if (terms.is_variant) {
    fields.insert(fields.end(), {"multiply", "remove"});
  } else {
    fields.push_back("free");
  }
  const ObjectReader reader(json, where, std::move(fields));
  TOKENTRA_RETURN_IF_ERROR(reader.Check());
  SourceRow row;
  row.where = where;
  TOKENTRA_ASSIGN_OR_RETURN(row.interval, reader.ReadInterval());
  if (const Json* conditions = reader.Find("conditions")) {
    TOKENTRA_ASSIGN_OR_RETURN(row.conditions,
                              ReadConditions(absl::StrCat(where, ".conditions"), *conditions));
  } else if (terms.is_variant) {
    return reader.Error("conditions", "is missing: a variant holds under some condition");
  }
  if (const Json* rates = reader.Find("rates")) {
    TOKENTRA_ASSIGN_OR_RETURN(row.rates, ReadRates(absl::StrCat(where, ".rates"), *rates));
  }
  absl::StatusOr<const Json*> bands = reader.List("bands");
  if (!bands.ok()) return bands.status();
  if (*bands != nullptr) {
    for (const Json& item : **bands) {
      TOKENTRA_ASSIGN_OR_RETURN(
          SourceBand band, ReadBand(absl::StrCat(where, ".bands[", row.bands.size(), "]"), item));
      // The last band that holds wins: out of order, one of them would never be seen.
      for (const SourceBand& before : row.bands) {
        if (before.meter != band.meter || before.min < band.min) continue;
        return reader.Error(absl::StrCat("bands[", row.bands.size(), "]"),
                            "is not in ascending order");
      }
      row.bands.push_back(std::move(band));
    }
  }
  TOKENTRA_RETURN_IF_ERROR(ReadBilled(reader, row));
  absl::StatusOr<std::map<std::string, std::string>> joins = reader.TextMap("joins");
  if (!joins.ok()) return joins.status();
  for (const auto& [join, target] : *joins) {
    absl::StatusOr<MeterId> from = ReadMeter(absl::StrCat(where, ".joins"), join);
    if (!from.ok()) return from.status();
    TOKENTRA_ASSIGN_OR_RETURN(row.joins[*from], ReadMeter(absl::StrCat(where, ".joins"), target));
  }
  if (terms.is_variant) {
    TOKENTRA_RETURN_IF_ERROR(ReadVariantFields(reader, row));
  } else {
    TOKENTRA_ASSIGN_OR_RETURN(row.free, reader.Bool("free", false));
    if (row.free && !row.bands.empty()) {
      return reader.Error("bands", "cannot stand where free is true");
    }
    if (row.free != row.rates.empty()) {
      return reader.Error("rates", row.free ? "must be {} where free is true"
                                            : "is empty: free is written out, never inferred");
    }
  }
  TOKENTRA_RETURN_IF_ERROR(ReadProvenance(reader, terms.as_of, row));
  return row;
}

absl::StatusOr<std::vector<SourceRow>> ReadRows(const ObjectReader& reader, std::string_view field,
                                                const RowTerms& terms) {
  std::vector<SourceRow> rows;
  absl::StatusOr<const Json*> list = reader.List(field);
  if (!list.ok()) return list.status();
  if (*list == nullptr) return rows;
  for (const Json& item : **list) {
    TOKENTRA_ASSIGN_OR_RETURN(
        SourceRow row,
        ReadRow(absl::StrCat(reader.where(), ".", field, "[", rows.size(), "]"), item, terms));
    rows.push_back(std::move(row));
  }
  return rows;
}

absl::StatusOr<SourceAlias> ReadAlias(const std::string& where, const Json& json) {
  SourceAlias alias;
  if (json.is_string()) {
    alias.id = json.get<std::string>();
    return alias;
  }
  const ObjectReader reader(json, where, {"id", "from", "until", "conditions"});
  TOKENTRA_RETURN_IF_ERROR(reader.Check());
  TOKENTRA_ASSIGN_OR_RETURN(alias.id, reader.Text("id"));
  TOKENTRA_ASSIGN_OR_RETURN(alias.interval, reader.ReadInterval());
  TOKENTRA_ASSIGN_OR_RETURN(alias.pins, reader.TextMap("conditions"));
  return alias;
}

absl::Status ReadRegions(const ObjectReader& reader, SourceProvider& provider) {
  const Json* regions = reader.Find("regions");
  if (regions == nullptr) return absl::OkStatus();
  if (!regions->is_object()) return reader.Error("regions", "must be an object");
  for (const auto& [node, parent] : regions->items()) {
    if (!parent.is_null() && !parent.is_string()) {
      return reader.Error(absl::StrCat("regions.", node), "must be a parent node or null");
    }
    provider.regions.emplace_back(node, parent.is_null() ? "" : parent.get<std::string>());
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<SourceModel> ReadModel(const std::string& where, const Json& json,
                                      std::string_view as_of) {
  const ObjectReader reader(json, where,
                            {"id", "aliases", "patterns", "deprecated", "dated_snapshots",
                             "price_rows", "variants", "waivers"});
  TOKENTRA_RETURN_IF_ERROR(reader.Check());
  SourceModel model;
  model.where = where;
  TOKENTRA_ASSIGN_OR_RETURN(model.id, reader.Text("id"));
  absl::StatusOr<const Json*> aliases = reader.List("aliases");
  if (!aliases.ok()) return aliases.status();
  if (*aliases != nullptr) {
    for (const Json& item : **aliases) {
      TOKENTRA_ASSIGN_OR_RETURN(
          SourceAlias alias,
          ReadAlias(absl::StrCat(where, ".aliases[", model.aliases.size(), "]"), item));
      model.aliases.push_back(std::move(alias));
    }
  }
  TOKENTRA_ASSIGN_OR_RETURN(model.patterns, reader.TextList("patterns"));
  TOKENTRA_ASSIGN_OR_RETURN(model.deprecated, reader.Bool("deprecated", false));
  TOKENTRA_ASSIGN_OR_RETURN(model.dated_snapshots, reader.Bool("dated_snapshots", true));
  absl::StatusOr<std::map<std::string, std::string>> waivers = reader.TextMap("waivers");
  if (!waivers.ok()) return waivers.status();
  for (const auto& [name, reason] : *waivers) {
    absl::StatusOr<MeterId> meter = ReadMeter(absl::StrCat(where, ".waivers"), name);
    if (!meter.ok()) return meter.status();
    model.waivers[*meter] = reason;
  }
  TOKENTRA_ASSIGN_OR_RETURN(model.price_rows, ReadRows(reader, "price_rows", {as_of, false}));
  TOKENTRA_ASSIGN_OR_RETURN(model.variants, ReadRows(reader, "variants", {as_of, true}));
  return model;
}

absl::Status ReadProviderFields(const ObjectReader& reader, SourceProvider& provider) {
  TOKENTRA_ASSIGN_OR_RETURN(provider.service_tiers, reader.TextMap("service_tiers"));
  TOKENTRA_ASSIGN_OR_RETURN(provider.defaults, reader.TextMap("defaults"));
  TOKENTRA_RETURN_IF_ERROR(ReadRegions(reader, provider));
  TOKENTRA_ASSIGN_OR_RETURN(provider.indicative, reader.Bool("indicative", false));
  absl::StatusOr<std::vector<std::string>> steps = reader.TextList("normalize");
  if (!steps.ok()) return steps.status();
  std::vector<std::string_view> names;
  for (const NamedStep& named : kSteps) names.push_back(named.name);
  for (std::size_t i = 0; i < steps->size(); ++i) {
    const std::string& step = (*steps)[i];
    const auto known = std::find(names.begin(), names.end(), step);
    if (known == names.end()) {
      return reader.Error(
          absl::StrCat("normalize[", i, "]"),
          absl::StrCat("is the unknown step ", Quote(step), NearestHint(step, names)));
    }
    provider.normalize |= kSteps[static_cast<std::size_t>(known - names.begin())].step;
  }
  return absl::OkStatus();
}

absl::StatusOr<SourceProvider> ReadProvider(std::string_view json, std::string_view file) {
  absl::StatusOr<Json> parsed = ParseJson(json, file);
  if (!parsed.ok()) return parsed.status();
  const JsonGuard guard(*parsed);
  const ObjectReader reader(*parsed, std::string(file),
                            {"format", "provider", "name", "currency", "service_tiers", "regions",
                             "defaults", "normalize", "indicative", "models"});
  TOKENTRA_RETURN_IF_ERROR(reader.Check());
  const Json* format = reader.Find("format");
  if (format == nullptr || !format->is_number_unsigned() || *format != 1) {
    return reader.Error("format", "must be 1");
  }
  SourceProvider provider;
  provider.file = file;
  TOKENTRA_ASSIGN_OR_RETURN(provider.id, reader.Text("provider"));
  TOKENTRA_ASSIGN_OR_RETURN(provider.name, reader.Text("name"));
  absl::StatusOr<std::string> currency = reader.Text("currency");
  if (!currency.ok()) return currency.status();
  if (*currency != "USD") {
    return reader.Error("currency", absl::StrCat(Quote(*currency), " is not USD"));
  }
  provider.currency = *std::move(currency);
  TOKENTRA_RETURN_IF_ERROR(ReadProviderFields(reader, provider));
  absl::StatusOr<const Json*> models = reader.List("models");
  if (!models.ok()) return models.status();
  if (*models == nullptr) return reader.Error("models", "is missing");
  for (const Json& item : **models) {
    std::string where = absl::StrCat(file, ": models[", provider.models.size(), "]");
    if (item.is_object() && item.contains("id") && item["id"].is_string()) {
      where = absl::StrCat(file, ": model ", Quote(item["id"].get_ref<const std::string&>()));
    }
    TOKENTRA_ASSIGN_OR_RETURN(SourceModel model, ReadModel(where, item, ""));
    provider.models.push_back(std::move(model));
  }
  return provider;
}

}  // namespace tokentra
