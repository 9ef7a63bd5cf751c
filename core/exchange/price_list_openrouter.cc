// OpenRouter's list of models: GET /api/v1/models. Prices are text, US dollars for one token,
// request or image; "0" means free, "-1" that the price varies with the model that is routed to.

#include <algorithm>
#include <array>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/exchange/price_list_writer.h"

namespace tokentra {
namespace {

struct Field {
  std::string_view name;
  std::string_view meter;
};
constexpr std::array<Field, 12> kFields = {{{"prompt", "input_tokens"},
                                            {"completion", "output_tokens"},
                                            {"input_cache_read", "cache_read_tokens"},
                                            {"input_cache_write", "cache_write_tokens"},
                                            {"internal_reasoning", "output_reasoning_tokens"},
                                            {"audio", "input_audio_tokens"},
                                            {"input_audio_cache", "cache_audio_read_tokens"},
                                            {"audio_output", "output_audio_tokens"},
                                            {"image_token", "input_image_tokens"},
                                            {"image", "input_images"},
                                            {"request", "requests"},
                                            {"web_search", "web_searches"}}};

void ReadModel(const Json& entry, std::size_t index, PriceListWriter& writer) {
  std::string at = absl::StrCat("data[", index, "]");
  if (!entry.is_object() || !entry.contains("id") || !entry["id"].is_string()) {
    writer.LeaveOut(at, entry.dump(), "has no id");
    return;
  }
  ListModel model;
  model.id = entry["id"].get<std::string>();
  at = absl::StrCat(at, " ", model.id);
  if (!entry.contains("pricing") || !entry["pricing"].is_object()) {
    writer.LeaveOut(at, "", "has no pricing");
    return;
  }
  ListRow row;
  bool varies = false;
  bool all_zero = true;
  for (const auto& [name, value] : entry["pricing"].items()) {
    const std::string figure = FigureText(value);
    const std::string place = absl::StrCat(at, ".pricing.", name);
    const auto known =
        std::find_if(kFields.begin(), kFields.end(),
                     [&, &name = name](const Field& field) { return field.name == name; });
    if (!figure.empty() && figure[0] == '-') {
      varies = true;
      writer.LeaveOut(place, figure, "the price is that of the model it routes to");
      continue;
    }
    const bool zero = PlainFigure(figure, 0) == "0";
    if (known == kFields.end()) {
      if (!zero) {
        writer.LeaveOut(place, figure.empty() ? value.dump() : figure,
                        "no meter is billed by this field");
      }
      continue;
    }
    all_zero = all_zero && zero;
    const MeterId meter = FindMeter(known->meter)->id;
    // A zero beside tokens says that the feature is not billed apart.
    if (zero && meter != kMeterInputTokens && meter != kMeterOutputTokens) continue;
    const std::optional<ListRate> rate = RateFor(meter, figure, 1);
    if (!rate.has_value()) {
      writer.LeaveOut(place, figure.empty() ? value.dump() : figure, "is no amount of 18 decimals");
      continue;
    }
    row.rates.emplace(meter, *rate);
  }
  if (varies) return;
  if (all_zero && !row.rates.empty()) {
    row.rates.clear();
    row.free = true;
  }
  // An image is paid by its tokens or whole, never both.
  const auto image = row.rates.find(FindMeter("input_images")->id);
  if (image != row.rates.end() && row.rates.contains(FindMeter("input_image_tokens")->id)) {
    writer.LeaveOut(absl::StrCat(at, ".pricing.image"), image->second.amount,
                    "the same images are priced by token");
    row.rates.erase(image);
  }
  if (row.rates.empty() && !row.free) {
    writer.LeaveOut(at, "", "has no price");
    return;
  }
  if (entry.contains("canonical_slug") && entry["canonical_slug"].is_string()) {
    const auto slug = entry["canonical_slug"].get<std::string>();
    if (slug != model.id) model.aliases.push_back(slug);
  }
  model.source = "https://openrouter.ai/api/v1/models";
  model.rows.push_back(std::move(row));
  writer.Add("openrouter", "OpenRouter", std::move(model));
}

}  // namespace

absl::Status ReadOpenrouterList(const Json& list, PriceListWriter& writer) {
  if (!list.is_object() || !list.contains("data") || !list["data"].is_array()) {
    return absl::InvalidArgumentError(
        "the list is no list of OpenRouter's models: an object with the list data");
  }
  std::size_t index = 0;
  for (const Json& entry : list["data"]) ReadModel(entry, index++, writer);
  return absl::OkStatus();
}

}  // namespace tokentra
