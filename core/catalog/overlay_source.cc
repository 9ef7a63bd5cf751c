#include "core/catalog/overlay_source.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/sha256.h"
#include "core/base/status_macros.h"
#include "core/base/text.h"
#include "core/catalog/object_reader.h"
#include "core/catalog/rate_change.h"

namespace tokentra {
namespace {

constexpr std::size_t kCurrencyMax = 16;
constexpr std::array<std::string_view, 5> kActions = {"add", "replace", "forbid", "alias",
                                                      "discount"};

// What all changes of one overlay have in common.
struct OverlayTerms {
  std::string name;
  std::string as_of;  // empty: every row states its own
  std::string currency = "USD";
  Money usd;             // of one unit of another currency
  std::string exchange;  // "at 1.08 USD (ECB, 2026-10-01)"
};

// Stamps a rate with the overlay's name, and converts it.
absl::Status OwnRate(const OverlayTerms& terms, const std::string& where, SourceRate& rate) {
  rate.overlay = terms.name;
  if (!rate.stated || terms.currency == "USD") return absl::OkStatus();
  rate.note = absl::StrCat(rate.text, " ", terms.currency, " ", terms.exchange);
  const std::optional<Rate> converted = ScaleRate(rate.rate, terms.usd);
  if (!converted.has_value()) {
    return absl::InvalidArgumentError(absl::StrCat(
        where, ": ", rate.text, " x ", terms.usd.ToString(), " USD cannot be held exactly"));
  }
  rate.rate = *converted;
  rate.text = converted->amount.ToString();
  return absl::OkStatus();
}

absl::Status OwnRates(const OverlayTerms& terms, const std::string& where, SourceRates& rates) {
  for (auto& [meter, rate] : rates) {
    TOKENTRA_RETURN_IF_ERROR(
        OwnRate(terms, absl::StrCat(where, ".", FindMeter(meter)->name), rate));
  }
  return absl::OkStatus();
}

absl::Status OwnModel(const OverlayTerms& terms, SourceModel& model) {
  for (std::vector<SourceRow>* rows : {&model.price_rows, &model.variants}) {
    for (SourceRow& row : *rows) {
      TOKENTRA_RETURN_IF_ERROR(OwnRates(terms, absl::StrCat(row.where, ".rates"), row.rates));
      for (std::size_t i = 0; i < row.bands.size(); ++i) {
        TOKENTRA_RETURN_IF_ERROR(
            OwnRates(terms, absl::StrCat(row.where, ".bands[", i, "].rates"), row.bands[i].rates));
      }
    }
  }
  return absl::OkStatus();
}

absl::Status ReadModels(const ObjectReader& reader, const OverlayTerms& terms,
                        OverlayChange& change) {
  TOKENTRA_ASSIGN_OR_RETURN(change.provider, reader.Text("provider"));
  change.source.id = change.provider;
  change.source.file = reader.where();
  change.source.currency = "USD";
  absl::StatusOr<const Json*> models = reader.List("models");
  if (!models.ok()) return models.status();
  if (*models == nullptr) return absl::OkStatus();
  for (const Json& item : **models) {
    TOKENTRA_ASSIGN_OR_RETURN(
        SourceModel model,
        ReadModel(reader.At(absl::StrCat("models[", change.source.models.size(), "]")), item,
                  terms.as_of));
    TOKENTRA_RETURN_IF_ERROR(OwnModel(terms, model));
    change.source.models.push_back(std::move(model));
  }
  return absl::OkStatus();
}

absl::Status ReadAdd(const Json& json, const OverlayTerms& terms, OverlayChange& change) {
  const ObjectReader reader(json, change.where,
                            {"provider", "name", "service_tiers", "regions", "defaults",
                             "normalize", "indicative", "models"});
  TOKENTRA_RETURN_IF_ERROR(reader.Check());
  TOKENTRA_RETURN_IF_ERROR(ReadModels(reader, terms, change));
  TOKENTRA_ASSIGN_OR_RETURN(change.source.name, reader.OptionalText("name"));
  TOKENTRA_RETURN_IF_ERROR(ReadProviderFields(reader, change.source));
  change.has_fields = !change.source.name.empty() || !change.source.service_tiers.empty() ||
                      !change.source.regions.empty() || !change.source.defaults.empty() ||
                      change.source.normalize != 0 || change.source.indicative;
  if (change.source.models.empty() && !change.has_fields) {
    return reader.Error("models", "is missing: nothing is added");
  }
  return absl::OkStatus();
}

absl::Status ReadReplace(const Json& json, const OverlayTerms& terms, OverlayChange& change) {
  const ObjectReader reader(json, change.where,
                            {"provider", "name", "models", "from", "until", "whole"});
  TOKENTRA_RETURN_IF_ERROR(reader.Check());
  TOKENTRA_RETURN_IF_ERROR(ReadModels(reader, terms, change));
  TOKENTRA_ASSIGN_OR_RETURN(change.interval, reader.ReadInterval());
  TOKENTRA_ASSIGN_OR_RETURN(change.source.name, reader.OptionalText("name"));
  TOKENTRA_ASSIGN_OR_RETURN(change.whole, reader.Bool("whole", false));
  if (change.source.models.empty()) {
    return reader.Error("models", "is missing: nothing is replaced");
  }
  const bool bounded = reader.Find("from") != nullptr || reader.Find("until") != nullptr;
  if (change.whole && bounded) {
    return reader.Error("whole", "is true, and then neither from nor until may stand beside it");
  }
  if (!change.whole && !change.source.name.empty()) {
    return reader.Error("name", "stands beside whole only");
  }
  for (const SourceModel& model : change.source.models) {
    if (!model.price_rows.empty()) continue;
    return absl::InvalidArgumentError(absl::StrCat(
        model.where, ".price_rows is missing: forbid takes prices away, add adds names"));
  }
  return absl::OkStatus();
}

absl::Status ReadForbid(const Json& json, OverlayChange& change) {
  const ObjectReader reader(json, change.where, {"provider", "models", "reason"});
  TOKENTRA_RETURN_IF_ERROR(reader.Check());
  TOKENTRA_ASSIGN_OR_RETURN(change.provider, reader.Text("provider"));
  TOKENTRA_ASSIGN_OR_RETURN(change.models, reader.TextList("models"));
  TOKENTRA_ASSIGN_OR_RETURN(change.reason, reader.OptionalText("reason"));
  if (reader.Find("models") != nullptr && change.models.empty()) {
    return reader.Error("models", "is empty: without it, all of the provider are forbidden");
  }
  return absl::OkStatus();
}

absl::Status ReadAliasChange(const Json& json, OverlayChange& change) {
  const ObjectReader reader(json, change.where,
                            {"provider", "model", "id", "from", "until", "conditions"});
  TOKENTRA_RETURN_IF_ERROR(reader.Check());
  TOKENTRA_ASSIGN_OR_RETURN(change.provider, reader.Text("provider"));
  absl::StatusOr<std::string> model = reader.Text("model");
  if (!model.ok()) return model.status();
  change.models.push_back(*std::move(model));
  TOKENTRA_ASSIGN_OR_RETURN(change.alias.id, reader.Text("id"));
  TOKENTRA_ASSIGN_OR_RETURN(change.alias.interval, reader.ReadInterval());
  TOKENTRA_ASSIGN_OR_RETURN(change.alias.pins, reader.TextMap("conditions"));
  return absl::OkStatus();
}

absl::Status ReadDiscount(const Json& json, const OverlayTerms& terms, OverlayChange& change) {
  const ObjectReader reader(
      json, change.where,
      {"provider", "models", "meters", "from", "until", "percent", "amount", "reason"});
  TOKENTRA_RETURN_IF_ERROR(reader.Check());
  TOKENTRA_ASSIGN_OR_RETURN(change.provider, reader.OptionalText("provider"));
  TOKENTRA_ASSIGN_OR_RETURN(change.models, reader.TextList("models"));
  TOKENTRA_ASSIGN_OR_RETURN(change.interval, reader.ReadInterval());
  TOKENTRA_ASSIGN_OR_RETURN(change.reason, reader.OptionalText("reason"));
  if (!change.models.empty() && change.provider.empty()) {
    return reader.Error("provider", "is missing: a model is one provider's");
  }
  absl::StatusOr<std::vector<std::string>> meters = reader.TextList("meters");
  if (!meters.ok()) return meters.status();
  for (std::size_t i = 0; i < meters->size(); ++i) {
    TOKENTRA_ASSIGN_OR_RETURN(const MeterId meter,
                              ReadMeter(reader.At(absl::StrCat("meters[", i, "]")), (*meters)[i]));
    change.meters.push_back(meter);
  }
  const Json* amount = reader.Find("amount");
  change.is_percent = reader.Find("percent") != nullptr;
  if (change.is_percent == (amount != nullptr)) {
    return reader.Error("", "needs either percent or amount");
  }
  if (amount != nullptr) {
    TOKENTRA_ASSIGN_OR_RETURN(change.off, ReadRate(reader.At("amount"), *amount));
    return OwnRate(terms, reader.At("amount"), change.off);
  }
  absl::StatusOr<Money> percent = reader.Decimal("percent");
  if (!percent.ok()) return percent.status();
  change.percent = percent->ToString();
  constexpr Int128 kHundred = Money::kUnit * 100;
  if (percent->attos() > kHundred || percent->attos() % 100 != 0) {
    return reader.Error("percent",
                        absl::StrCat("is ", change.percent, ", which is not within 0 and 100, ",
                                     "with 16 decimals at most"));
  }
  change.factor = *Money::FromAttos((kHundred - percent->attos()) / 100);
  return absl::OkStatus();
}

absl::StatusOr<OverlayChange> ReadChange(const std::string& where, const Json& json,
                                         const OverlayTerms& terms) {
  const ObjectReader reader(json, where, {kActions.begin(), kActions.end()});
  TOKENTRA_RETURN_IF_ERROR(reader.Check());
  if (json.size() != 1) {
    return reader.Error(
        "", absl::StrCat("must have one of add, replace, forbid, alias, discount", NotThis(json)));
  }
  const std::string& name = json.begin().key();
  const auto action = std::find(kActions.begin(), kActions.end(), name);
  OverlayChange change;
  change.action = static_cast<OverlayAction>(action - kActions.begin());
  change.where = reader.At(name);
  const Json& body = json.begin().value();
  absl::Status status;
  switch (change.action) {
    case OverlayAction::kAdd:
      status = ReadAdd(body, terms, change);
      break;
    case OverlayAction::kReplace:
      status = ReadReplace(body, terms, change);
      break;
    case OverlayAction::kForbid:
      status = ReadForbid(body, change);
      break;
    case OverlayAction::kAlias:
      status = ReadAliasChange(body, change);
      break;
    case OverlayAction::kDiscount:
      status = ReadDiscount(body, terms, change);
      break;
  }
  if (!status.ok()) return status;
  return change;
}

bool IsPlain(std::string_view text, std::string_view also) {
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           also.find(c) != std::string_view::npos;
  });
}

absl::Status ReadCurrency(const ObjectReader& reader, OverlayTerms& terms) {
  if (reader.Find("currency") != nullptr) {
    TOKENTRA_ASSIGN_OR_RETURN(terms.currency, reader.Text("currency"));
  }
  if (terms.currency.size() > kCurrencyMax || !IsPlain(terms.currency, "")) {
    return reader.MustBe("currency", "up to 16 letters, such as \"EUR\"");
  }
  const Json* exchange = reader.Find("exchange");
  if (terms.currency == "USD") {
    if (exchange == nullptr) return absl::OkStatus();
    return reader.Error("exchange", "stands beside the currency \"USD\", which needs none");
  }
  if (exchange == nullptr) {
    return reader.Error("exchange", absl::StrCat("is missing: ", Quote(terms.currency),
                                                 " needs a fixed rate, with its source and date"));
  }
  const ObjectReader fields(*exchange, reader.At("exchange"), {"usd", "source", "date"});
  TOKENTRA_RETURN_IF_ERROR(fields.Check());
  TOKENTRA_ASSIGN_OR_RETURN(terms.usd, fields.Decimal("usd"));
  if (terms.usd.attos() == 0) return fields.Error("usd", "is 0");
  absl::StatusOr<std::string> source = fields.Text("source");
  if (!source.ok()) return source.status();
  absl::StatusOr<std::string> date = fields.Date("date");
  if (!date.ok()) return date.status();
  terms.exchange = absl::StrCat("at ", terms.usd.ToString(), " USD (", *source, ", ", *date, ")");
  return absl::OkStatus();
}

// The document in one spelling: members by name, no blanks.
void AppendSorted(const Json& json, std::string& out) {
  if (json.is_array()) {
    out += '[';
    for (std::size_t i = 0; i < json.size(); ++i) {
      if (i != 0) out += ',';
      AppendSorted(json[i], out);
    }
    out += ']';
  } else if (json.is_object()) {
    std::vector<std::pair<std::string_view, const Json*>> members;
    for (const auto& [name, value] : json.items()) members.emplace_back(name, &value);
    std::sort(members.begin(), members.end());
    out += '{';
    for (const auto& [name, value] : members) {
      if (out.back() != '{') out += ',';
      out += Json(name).dump();
      out += ':';
      AppendSorted(*value, out);
    }
    out += '}';
  } else {
    out += json.dump();
  }
}

}  // namespace

absl::StatusOr<SourceOverlay> ReadOverlay(std::string_view json, std::string_view file) {
  if (json.size() > kOverlayBytesMax) {
    return absl::ResourceExhaustedError(absl::StrCat(file, ": the overlay has ", json.size(),
                                                     " bytes, more than ", kOverlayBytesMax));
  }
  absl::StatusOr<Json> parsed = ParseJson(json, file);
  if (!parsed.ok()) return parsed.status();
  const JsonGuard guard(*parsed);
  const ObjectReader reader(
      *parsed, std::string(file),
      {"$schema", "format", "overlay", "currency", "exchange", "as_of", "changes"});
  TOKENTRA_RETURN_IF_ERROR(reader.Check());
  const Json* format = reader.Find("format");
  if (format == nullptr || !format->is_number_unsigned() || *format != 1) {
    return reader.MustBe("format", "1");
  }
  SourceOverlay overlay;
  OverlayTerms terms;
  overlay.file = file;
  TOKENTRA_ASSIGN_OR_RETURN(terms.name, reader.Text("overlay"));
  if (terms.name.size() > kOverlayNameMax || !IsPlain(terms.name, " ._/-")) {
    return reader.MustBe("overlay", absl::StrCat("a name of up to ", kOverlayNameMax,
                                                 " letters, digits, blanks and . _ / -"));
  }
  overlay.name = terms.name;
  if (reader.Find("as_of") != nullptr) {
    TOKENTRA_ASSIGN_OR_RETURN(terms.as_of, reader.Date("as_of"));
  }
  TOKENTRA_RETURN_IF_ERROR(ReadCurrency(reader, terms));
  absl::StatusOr<const Json*> changes = reader.List("changes");
  if (!changes.ok()) return changes.status();
  if (*changes == nullptr) return reader.Error("changes", "is missing");
  if ((*changes)->size() > kOverlayChangesMax) {
    return absl::ResourceExhaustedError(absl::StrCat(file, ": changes has ", (*changes)->size(),
                                                     " items, more than ", kOverlayChangesMax));
  }
  for (const Json& item : **changes) {
    TOKENTRA_ASSIGN_OR_RETURN(
        OverlayChange change,
        ReadChange(absl::StrCat(file, ": changes[", overlay.changes.size(), "]"), item, terms));
    overlay.changes.push_back(std::move(change));
  }
  // Members in alphabetical order: the layout of a document changes nothing.
  std::string canonical;
  AppendSorted(*parsed, canonical);
  overlay.digest = Sha256::Hex(canonical);
  return overlay;
}

}  // namespace tokentra
