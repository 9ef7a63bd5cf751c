// LiteLLM's map model_prices_and_context_window.json: one object a key, with a price a field, US
// dollars for one token, second, image, page or query. A field's name is a base with suffixes: a
// context band (_above_200k_tokens), a condition (_batches, _flex, ...), a resolution (_720p).
//
// Keys stay model ids as they are, but for the prefix that names their provider; a field that the
// map's own code never reads, and one that no meter bills, is left out.

#include <algorithm>
#include <array>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "core/exchange/price_list_writer.h"
#include "core/exchange/provider_names.h"

namespace tokentra {
namespace {

constexpr std::uint64_t kSecond = 1'000;  // milliseconds

struct Base {
  std::string_view name;
  std::string_view meter;
  std::uint64_t quanta = 1;
  std::string_view modes;  // of those models only; empty: all
};
constexpr std::array<Base, 44> kBases = {{
    {"input_cost_per_token", "input_tokens", 1, ""},
    {"output_cost_per_token", "output_tokens", 1, ""},
    {"cache_read_input_token_cost", "cache_read_tokens", 1, ""},
    {"cache_creation_input_token_cost", "cache_write_tokens", 1, ""},
    {"cache_creation_input_token_cost_above_1hr", "cache_write_1h_tokens", 1, ""},
    {"input_cost_per_audio_token", "input_audio_tokens", 1, ""},
    {"output_cost_per_audio_token", "output_audio_tokens", 1, ""},
    {"input_cost_per_image_token", "input_image_tokens", 1, ""},
    {"output_cost_per_image_token", "output_image_tokens", 1, ""},
    {"input_cost_per_video_token", "input_video_tokens", 1, ""},
    {"output_cost_per_video_token", "output_video_tokens", 1, ""},
    {"cache_read_input_audio_token_cost", "cache_audio_read_tokens", 1, ""},
    {"cache_read_input_image_token_cost", "cache_image_read_tokens", 1, ""},
    {"output_cost_per_reasoning_token", "output_reasoning_tokens", 1, ""},
    {"citation_cost_per_token", "output_citation_tokens", 1, ""},
    {"input_cost_per_character", "input_characters", 1, ""},
    {"output_cost_per_character", "output_characters", 1, ""},
    {"ocr_cost_per_page", "input_document_pages", 1, ""},
    {"annotation_cost_per_page", "input_annotated_document_pages", 1, ""},
    {"ocr_cost_per_credit", "document_credits", 1, ""},
    {"input_cost_per_audio_per_second", "input_audio_milliseconds", kSecond, ""},
    {"input_cost_per_video_per_second", "input_video_milliseconds", kSecond, ""},
    {"output_cost_per_video_per_second", "output_video_milliseconds", kSecond, ""},
    {"google_maps_grounding_cost_per_query", "map_searches", 1, ""},
    {"code_interpreter_cost_per_session", "code_sessions", 1, ""},
    {"input_cost_per_text_message", "input_text_messages", 1, ""},
    {"input_cost_per_second", "input_audio_milliseconds", kSecond, "audio_transcription"},
    {"input_cost_per_second", "audio_milliseconds", kSecond, "realtime"},
    {"input_cost_per_second", "session_milliseconds", kSecond, "chat"},
    {"input_cost_per_second", "input_video_milliseconds", kSecond, "video_generation"},
    {"output_cost_per_second", "input_audio_milliseconds", kSecond, "audio_transcription"},
    {"output_cost_per_second", "output_audio_milliseconds", kSecond, "audio_speech"},
    {"output_cost_per_second", "output_video_milliseconds", kSecond, "video_generation"},
    {"output_cost_per_image", "output_images", 1, "image_generation image_edit chat"},
    {"output_cost_per_image", "output_audio_clips", 1, "audio_speech"},
    {"input_cost_per_image", "input_images", 1, "embedding chat responses video_generation"},
    {"input_cost_per_image", "output_images", 1, "image_generation"},
    {"input_cost_per_query", "rerank_searches", 1, "rerank"},
    {"input_cost_per_query", "search_queries", 1, "search"},
    {"input_cost_per_query", "requests", 1, "embedding"},
    {"input_cost_per_query", "storage_searches", 1, "vector_store"},
    {"input_cost_per_request", "requests", 1, ""},
    {"output_cost_per_pixel", "", 1, ""},
    {"input_cost_per_pixel", "", 1, ""},
}};

// Fields that price nothing, each with its reason.
struct Dead {
  std::string_view name;
  std::string_view reason;
};
constexpr std::array<Dead, 10> kDead = {{
    {"cache_creation_input_audio_token_cost", "holds the price of cached audio read, stated apart"},
    {"input_cost_per_token_cache_hit", "repeats the cache read rate"},
    {"explicit_cache_read_input_token_cost", "no body tells explicit cache hits apart"},
    {"cost_per_second", "a commitment: capacity, not usage"},
    {"input_dbu_cost_per_token", "the same price in Databricks units"},
    {"output_dbu_cost_per_token", "the same price in Databricks units"},
    {"input_cost_per_video_per_second_above_8s_interval", "an option of the call, not a quantity"},
    {"input_cost_per_video_per_second_above_15s_interval", "an option of the call"},
    {"input_cost_per_pixel", "no meter counts pixels"},
    {"output_cost_per_pixel", "no meter counts pixels"},
}};
constexpr std::array<std::string_view, 5> kTiers = {"flex", "priority", "ultrafast", "balanced",
                                                    "batches"};
constexpr std::array<std::string_view, 12> kResolutions = {
    "480p", "720p", "768p", "1080p", "0.5K", "1K", "2K", "4K", "2k", "4k", "512", "1024"};

// What the name of a price field says.
struct Field {
  MeterId meter = 0;
  std::uint64_t quanta = 1;
  std::uint64_t threshold = 0;
  std::string condition;   // "flex", "batches"; empty: standard
  std::string resolution;  // empty: any
};

bool DropEnd(std::string_view end, std::string& text) {
  if (!absl::EndsWith(text, end)) return false;
  text.resize(text.size() - end.size());
  return true;
}

// "..._above_200k_tokens" -> 200,000; 0 when there is none.
std::uint64_t TakeThreshold(std::string& name) {
  constexpr std::string_view kAbove = "_above_";
  constexpr std::string_view kEnd = "k_tokens";
  const std::size_t at = name.rfind(kAbove);
  if (at == std::string::npos || !absl::EndsWith(name, kEnd)) return 0;
  std::uint64_t thousands = 0;
  const std::size_t begin = at + kAbove.size();
  if (begin + kEnd.size() > name.size() ||
      !absl::SimpleAtoi(name.substr(begin, name.size() - kEnd.size() - begin), &thousands)) {
    return 0;
  }
  name.resize(at);
  return thousands * 1'000;
}

bool TakeCondition(Field& field, std::string& name) {
  for (const std::string_view tier : kTiers) {
    if (!DropEnd(absl::StrCat("_", tier), name)) continue;
    field.condition = tier;
    return true;
  }
  return false;
}

std::optional<Field> ReadField(std::string name, std::string_view mode) {
  Field field;
  for (const std::string_view resolution : kResolutions) {
    const std::string end = absl::StrCat("_", resolution);
    if ((absl::StartsWith(name, "output_cost_per_second_") ||
         absl::StartsWith(name, "output_cost_per_image_")) &&
        DropEnd(end, name)) {
      field.resolution = resolution;
    }
  }
  // Both orders occur: ..._above_200k_tokens_priority and ..._batches_above_200k_tokens.
  TakeCondition(field, name);
  field.threshold = TakeThreshold(name);
  if (field.condition.empty()) TakeCondition(field, name);
  for (const Base& base : kBases) {
    if (base.name != name || base.meter.empty()) continue;
    const std::string modes = absl::StrCat(" ", base.modes, " ");
    if (!base.modes.empty() && !absl::StrContains(modes, absl::StrCat(" ", mode, " "))) continue;
    field.meter = FindMeter(base.meter)->id;
    field.quanta = base.quanta;
    return field;
  }
  return std::nullopt;
}

// The same work in two units: where tokens are priced the other unit is left out, so that a call
// which reports both is billed once.
constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kAlternatives = {{
    {"input_characters", "input_tokens"},
    {"input_audio_milliseconds", "input_tokens"},
    {"audio_milliseconds", "input_tokens"},
    {"output_audio_milliseconds", "output_tokens"},
    {"input_video_milliseconds", "input_video_tokens"},
    {"input_images", "input_image_tokens"},
    {"output_images", "output_image_tokens"},
    {"output_images", "output_tokens"},
}};

// Our provider for one of LiteLLM's.
std::string OwnerOf(const std::string& name) {
  const std::string owner = absl::StrReplaceAll(ProviderFromName(name), {{"_", "-"}});
  constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kFamilies = {
      {{"vertex-ai", "google-vertex"}, {"bedrock", "aws"}, {"fireworks", "fireworks"}}};
  for (const auto& [family, provider] : kFamilies) {
    if (absl::StartsWith(owner, family)) return std::string(provider);
  }
  return owner.empty() ? "litellm" : owner;
}

class KeyReader {
 public:
  KeyReader(const std::string& key, const Json& fields, PriceListWriter& writer)
      : key_(key), fields_(fields), writer_(writer) {}

  void Read() {
    mode_ = Text("mode");
    inclusive_ = Text("litellm_provider") == "xai";  // its bands begin at the threshold itself
    for (const auto& [name, value] : fields_.items()) ReadOne(name, value);
    ReadTiers();
    SettleUnits();
    if (standard_.rates.empty() && conditions_.empty() && named_.empty()) {
      writer_.LeaveOut(key_, "", "has no price");
      return;
    }
    Emit();
  }

 private:
  std::string Text(const char* field) const {
    const auto found = fields_.find(field);
    return found != fields_.end() && found->is_string() ? found->get<std::string>() : std::string();
  }

  void LeaveOut(const std::string& field, const Json& value, std::string_view reason) {
    writer_.LeaveOut(absl::StrCat(key_, ".", field),
                     value.is_string() ? value.get<std::string>() : value.dump(), reason);
  }

  void ReadOne(const std::string& name, const Json& value) {
    if (name == "search_context_cost_per_query") return ReadSearch(value);
    if (name == "tiered_pricing") return;
    if (name == "off_peak_pricing") return ReadOffPeak(value);
    if (absl::StrContains(name, "multiplier") || name == "provider_specific_entry") {
      return ReadFactors(name, value);
    }
    if (!absl::StrContains(name, "cost") || value.is_null()) return;
    const std::string figure = FigureText(value);
    const std::optional<Field> field = ReadField(name, mode_);
    const auto dead =
        std::find_if(kDead.begin(), kDead.end(), [&](const Dead& one) { return one.name == name; });
    if (dead != kDead.end() || !field.has_value()) {
      if (PlainFigure(figure, 0) == "0") return;
      LeaveOut(name, value,
               dead != kDead.end() ? dead->reason : "no meter is billed by this field");
      return;
    }
    const std::optional<ListRate> rate = RateFor(field->meter, figure, field->quanta);
    if (!rate.has_value()) {
      LeaveOut(name, value, "is no amount of 18 decimals");
      return;
    }
    ListRow& row = !field->resolution.empty()  ? named_[{"resolution", field->resolution}]
                   : !field->condition.empty() ? conditions_[field->condition]
                                               : standard_;
    Put(*field, *rate, row);
  }

  void Put(const Field& field, const ListRate& rate, ListRow& row) const {
    if (field.threshold != 0) {
      row.bands[{kMeterInputTokens, field.threshold, inclusive_}][field.meter] = rate;
    } else if (!row.rates.contains(field.meter) || !IsZeroFigure(rate.amount)) {
      row.rates[field.meter] = rate;
    }
  }

  // One fee whatever the size of the context, or a fee a size.
  void ReadSearch(const Json& value) {
    if (!value.is_object()) return LeaveOut("search_context_cost_per_query", value, "is no object");
    const MeterId meter = FindMeter("web_searches")->id;
    std::map<std::string, ListRate> sizes;
    for (const auto& [name, fee] : value.items()) {
      const std::optional<ListRate> rate = RateFor(meter, FigureText(fee), 1);
      if (!rate.has_value()) {
        LeaveOut(absl::StrCat("search_context_cost_per_query.", name), fee, "is no amount");
        continue;
      }
      sizes.emplace(absl::StrReplaceAll(name, {{"search_context_size_", ""}}), *rate);
    }
    if (sizes.empty()) return;
    const bool one = std::all_of(sizes.begin(), sizes.end(), [&](const auto& size) {
      return size.second == sizes.begin()->second;
    });
    const auto medium = sizes.find("medium");
    standard_.rates[meter] = medium == sizes.end() ? sizes.begin()->second : medium->second;
    if (one) return;
    for (const auto& [size, rate] : sizes) named_[{"context_size", size}].rates[meter] = rate;
  }

  void ReadFactors(const std::string& name, const Json& value) {
    if (!value.is_object())
      return LeaveOut(name, value, "a factor by region: state it by discount");
    for (const auto& [what, factor] : value.items()) {
      const bool priced = what == "us" || what == "fast" || absl::StrContains(what, "free");
      if (priced) {
        LeaveOut(absl::StrCat(name, ".", what), factor, "a factor of the call's own options");
      }
    }
  }

  // Hours at which other rates hold, UTC, by weekday from 1 (Monday).
  void ReadOffPeak(const Json& value) {
    constexpr std::array<std::string_view, 7> kDays = {"mon", "tue", "wed", "thu",
                                                       "fri", "sat", "sun"};
    if (!value.is_object() || !value.contains("windows") || !value["windows"].is_array()) {
      return LeaveOut("off_peak_pricing", value, "has no windows");
    }
    ListRow row;
    for (const auto& [name, figure] : value.items()) {
      const std::optional<Field> field = ReadField(name, mode_);
      if (name == "windows" || !field.has_value()) continue;
      const auto rate = RateFor(field->meter, FigureText(figure), field->quanta);
      if (rate.has_value()) row.rates[field->meter] = *rate;
    }
    for (const Json& window : value["windows"]) {
      Json hours = {{"windows", Json::array()}};
      const Json& spans = window.contains("hours_utc") ? window["hours_utc"] : Json();
      for (const Json& span : spans.is_array() ? spans : Json::array({spans})) {
        const std::string text = span.is_string() ? span.get<std::string>() : "";
        const std::size_t dash = text.find('-');
        if (dash == std::string::npos) {
          return LeaveOut("off_peak_pricing.windows", window, "is no HH:MM-HH:MM");
        }
        std::string end = text.substr(dash + 1);
        if (end == "00:00") end = "24:00";
        hours["windows"].push_back(Json::array({text.substr(0, dash), end}));
      }
      if (window.contains("weekdays")) {
        for (const Json& day : window["weekdays"]) {
          const auto number = day.is_number_unsigned() ? day.get<std::uint64_t>() : 0;
          if (number < 1 || number > 7) {
            return LeaveOut("off_peak_pricing.windows", window, "has a weekday beyond 1 to 7");
          }
          hours["weekdays"].push_back(std::string(kDays[number - 1]));
        }
      }
      if (window.contains("weekday_timezone") || value.contains("weekday_timezone")) {
        LeaveOut("off_peak_pricing.weekday_timezone", value, "weekdays are taken in UTC");
      }
      row.conditions["hours"] = hours;
      off_peak_.push_back(row);
    }
  }

  // `start < tokens <= end`, whole request; above the last end the last one holds.
  void ReadTiers() {
    const auto tiers = fields_.find("tiered_pricing");
    if (tiers == fields_.end() || !tiers->is_array()) return;
    for (const Json& tier : *tiers) {
      const bool results = tier.is_object() && tier.contains("max_results_range");
      const char* const range = results ? "max_results_range" : "range";
      std::optional<std::string> start;
      if (tier.is_object() && tier.contains(range) && tier[range].is_array() &&
          !tier[range].empty()) {
        start = PlainFigure(FigureText(tier[range][0]), 0);
      }
      std::uint64_t from = 0;
      if (!start.has_value() || !absl::SimpleAtoi(*start, &from)) {
        LeaveOut("tiered_pricing", tier, "has no range of whole numbers");
        continue;
      }
      ListBand band;
      if (results) band.meter = FindMeter("search_results")->id;
      band.threshold = from;
      band.inclusive = results;
      const bool first = from == 0 || (results && from == 1);
      for (const auto& [name, value] : tier.items()) {
        const std::optional<Field> field = ReadField(name, mode_);
        if (!field.has_value()) continue;
        const auto rate = RateFor(field->meter, FigureText(value), field->quanta);
        if (!rate.has_value()) continue;
        if (first) {
          standard_.rates[field->meter] = *rate;
        } else {
          standard_.bands[band][field->meter] = *rate;
        }
      }
    }
  }

  void SettleUnits() {
    for (const auto& [other, tokens] : kAlternatives) {
      const MeterId meter = FindMeter(other)->id;
      const auto priced = standard_.rates.find(FindMeter(tokens)->id);
      const auto rate = standard_.rates.find(meter);
      if (priced == standard_.rates.end() || rate == standard_.rates.end()) continue;
      if (IsZeroFigure(priced->second.amount)) continue;
      if (!IsZeroFigure(rate->second.amount)) {
        writer_.LeaveOut(absl::StrCat(key_, " ", other), rate->second.amount,
                         absl::StrCat("the same work is priced by ", tokens));
      }
      standard_.rates.erase(rate);
    }
  }

  // A condition states single figures; the rest is the standard price, its bands included.
  ListRow Variant(ListRow stated) const {
    for (const auto& [band, rates] : standard_.bands) {
      for (const auto& [meter, rate] : rates) {
        if (stated.rates.contains(meter) && !stated.bands[band].contains(meter)) {
          stated.bands[band][meter] = rate;
        }
      }
    }
    std::erase_if(stated.bands, [](const auto& band) { return band.second.empty(); });
    return stated;
  }

  void Emit() {
    ListModel model;
    const std::string owner = OwnerOf(Text("litellm_provider"));
    model.id = key_;
    // What names the provider before an id is no part of it.
    const std::size_t slash = key_.find('/');
    if (slash != std::string::npos && slash + 1 < key_.size() &&
        OwnerOf(key_.substr(0, slash)) == owner) {
      model.id = key_.substr(slash + 1);
      if (writer_.Has(owner, model.id)) model.id = key_;
    }
    const std::string source = Text("source");
    if (absl::StartsWith(source, "https://") && !absl::StrContains(source, ' ')) {
      model.source = source;
    }
    model.rows.push_back(standard_);
    if (standard_.rates.empty()) model.rows.clear();
    for (ListRow& row : off_peak_) {
      for (const auto& [meter, rate] : standard_.rates) row.rates.emplace(meter, rate);
      model.rows.push_back(std::move(row));
    }
    for (auto& [condition, row] : conditions_) {
      if (model.rows.empty()) {
        writer_.LeaveOut(absl::StrCat(key_, "_", condition), "",
                         "a condition of a price that is not stated");
        continue;
      }
      ListRow variant = Variant(row);
      if (variant.rates.empty() && variant.bands.empty()) continue;
      if (condition == "batches") {
        variant.conditions["batch"] = true;
      } else {
        variant.conditions["service_tier"] = condition;
      }
      model.variants.push_back(std::move(variant));
    }
    for (auto& [condition, row] : named_) {
      if (model.rows.empty()) {
        row.conditions[condition.first] = condition.second;
        model.rows.push_back(row);
        continue;
      }
      ListRow variant = Variant(row);
      variant.conditions[condition.first] = condition.second;
      model.variants.push_back(std::move(variant));
    }
    if (model.rows.empty()) return;
    writer_.Add(owner, "", std::move(model));
  }

  const std::string& key_;
  const Json& fields_;
  PriceListWriter& writer_;
  std::string mode_;
  bool inclusive_ = false;
  ListRow standard_;
  std::map<std::string, ListRow> conditions_;
  std::map<std::pair<std::string, std::string>, ListRow> named_;  // (resolution, 720p)
  std::vector<ListRow> off_peak_;
};

}  // namespace

absl::Status ReadLitellmList(const Json& list, PriceListWriter& writer) {
  bool any = false;
  if (!list.is_object()) {
    return absl::InvalidArgumentError("the list is no map of LiteLLM: an object of models");
  }
  // Bare keys first: where a prefixed key says otherwise it keeps its prefix.
  for (const bool prefixed : {false, true}) {
    for (const auto& [key, fields] : list.items()) {
      if (!fields.is_object() || !fields.contains("litellm_provider")) {
        if (!prefixed && key != "sample_spec") {
          writer.LeaveOut(key, fields.is_object() ? "" : fields.dump(),
                          "names no litellm_provider");
        }
        continue;
      }
      if (key == "sample_spec" || absl::StrContains(key, '/') != prefixed) continue;
      any = true;
      KeyReader(key, fields, writer).Read();
    }
  }
  if (!any) return absl::InvalidArgumentError("the list has no model with a litellm_provider");
  return absl::OkStatus();
}

}  // namespace tokentra
