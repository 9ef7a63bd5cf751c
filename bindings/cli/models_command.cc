// tokentra models: what the catalog holds, with the base rates at an instant.

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bindings/cli/commands.h"
#include "bindings/cli/format.h"
#include "bindings/cli/handle.h"
#include "bindings/cli/log_reader.h"
#include "bindings/cli/nearest.h"
#include "bindings/cli/table.h"
#include "bindings/cli/terminal.h"

namespace tokentra::cli {
namespace {

constexpr std::array<std::string_view, 3> kShownMeters = {"input_tokens", "cache_read_tokens",
                                                          "output_tokens"};

struct Listed {
  std::string provider;
  tokentra_model model = {};
};

struct Rate {
  std::string amount;  // decimal text, empty: none
  std::uint64_t per = 0;
};
using Rates = std::array<Rate, kShownMeters.size()>;

std::vector<std::string> Providers(const tokentra_catalog* catalog) {
  std::vector<std::string> providers;
  for (std::size_t i = 0; i < tokentra_catalog_provider_count(catalog); ++i) {
    providers.emplace_back(View(tokentra_catalog_provider(catalog, i)));
  }
  return providers;
}

std::vector<Listed> AllModels(const tokentra_catalog* catalog, const std::string& provider) {
  std::vector<Listed> models;
  const std::vector<std::string> providers = Providers(catalog);
  bool known = provider.empty();
  for (std::size_t i = 0; i < providers.size(); ++i) {
    if (!provider.empty() && providers[i] != provider) continue;
    known = true;
    for (std::size_t j = 0; j < tokentra_catalog_model_count(catalog, i); ++j) {
      Listed listed;
      listed.provider = providers[i];
      ErrorSlot error;
      error.Check(tokentra_catalog_model_at(catalog, i, j, &listed.model, sizeof listed.model,
                                            error.out()));
      models.push_back(listed);
    }
  }
  if (!known) {
    std::string all;
    for (const std::string& name : providers) all += (all.empty() ? "" : ", ") + name;
    throw UsageError("--provider: no '" + Printable(provider) + "' in the catalog" +
                     DidYouMean(provider, providers) + " (it has " + all + ")");
  }
  return models;
}

// What a call of a few tokens, under no stated condition, would cost: the base rates.
Rates BaseRates(const tokentra_catalog* catalog, const Listed& listed, std::int64_t at_ns) {
  std::vector<tokentra_quantity> usage;
  for (const std::string_view meter : kShownMeters) {
    usage.push_back({tokentra_meter_id(Text(meter)), 0, 1});
  }
  usage.front().quantity = 2;  // one of them from the cache
  tokentra_call call = {};
  call.provider = Text(listed.provider);
  call.model = listed.model.id;
  call.usage = usage.data();
  call.usage_count = usage.size();
  call.at_ns = at_ns;
  tokentra_cost* made = nullptr;
  ErrorSlot error;
  error.Check(tokentra_price(catalog, &call, sizeof call, &made, error.out()));
  const Cost cost(made);
  tokentra_cost_summary summary = {};
  error.Check(tokentra_cost_summarize(made, &summary, sizeof summary, error.out()));
  Rates rates;
  for (std::size_t i = 0; i < summary.lines; ++i) {
    tokentra_cost_line line = {};
    error.Check(tokentra_cost_line_at(made, i, &line, sizeof line, error.out()));
    for (std::size_t j = 0; j < kShownMeters.size(); ++j) {
      if (View(line.meter) == kShownMeters[j])
        rates[j] = {std::string(View(line.rate_text)), line.per};
    }
  }
  return rates;
}

std::string ModelJson(const Listed& listed, const Rates& rates) {
  const tokentra_model& model = listed.model;
  const auto flag = [&](std::uint32_t bit) { return (model.flags & bit) != 0 ? "true" : "false"; };
  std::string object = "{\"provider\":" + JsonString(listed.provider) +
                       ",\"id\":" + JsonString(View(model.id)) +
                       ",\"canonical\":" + JsonString(View(model.canonical)) +
                       ",\"price_rows\":" + std::to_string(model.price_rows) +
                       ",\"priced\":" + flag(TOKENTRA_MODEL_PRICED) +
                       ",\"deprecated\":" + flag(TOKENTRA_MODEL_DEPRECATED) + ",\"rates\":{";
  bool first = true;
  for (std::size_t i = 0; i < kShownMeters.size(); ++i) {
    if (rates[i].amount.empty()) continue;
    object += std::string(first ? "" : ",") + "\"" + std::string(kShownMeters[i]) + "\":[\"" +
              rates[i].amount + "\"," + std::to_string(rates[i].per) + "]";
    first = false;
  }
  return object + "}}";
}

// The table's rates are per million tokens; another unit is said.
std::string RateCell(const Rate& rate) {
  if (rate.amount.empty()) return "-";
  return rate.per == 1'000'000 ? rate.amount : rate.amount + " / " + Count(rate.per);
}

// The id, never cut: people copy it.
std::string ModelCell(const tokentra_model& model) {
  std::string cell = Printable(View(model.id));
  if ((model.flags & TOKENTRA_MODEL_ALIAS) != 0) cell += " (alias)";
  if ((model.flags & TOKENTRA_MODEL_DEPRECATED) != 0) cell += " (deprecated)";
  return cell;
}

void PrintTable(const tokentra_catalog* catalog, const std::vector<Listed>& models,
                std::int64_t at_ns, Console& console) {
  std::vector<Rates> rates;
  for (const Listed& listed : models) rates.push_back(BaseRates(catalog, listed, at_ns));
  Table table({{"input", Align::kDecimal},
               {"cached", Align::kDecimal},
               {"output", Align::kDecimal},
               {"provider", Align::kLeft},
               {"model", Align::kLeft}},
              models.size(), [&](std::size_t row, std::size_t column) {
                if (column < kShownMeters.size()) return RateCell(rates[row][column]);
                const Listed& listed = models[row];
                return column == 3 ? listed.provider : ModelCell(listed.model);
              });
  table.KeepNames();
  table.Print(console);
  console.Out("\n" + Count(models.size(), "model", "models") + ", " + std::string(kCurrency) +
              " per million tokens at the standard tier; catalog of " +
              std::string(View(tokentra_catalog_as_of(catalog))) + "\n");
}

void PrintJson(const tokentra_catalog* catalog, const std::vector<Listed>& models,
               std::int64_t at_ns, Console& console) {
  console.Out("{\"models\":[");
  for (std::size_t i = 0; i < models.size(); ++i) {
    console.Out(i == 0 ? "\n" : ",\n");
    console.Out(ModelJson(models[i], BaseRates(catalog, models[i], at_ns)));
  }
  console.Out("]}\n");
}

std::vector<Listed> Matching(const std::vector<Listed>& models, const std::string& query) {
  const std::string wanted = AsciiLower(query);
  std::vector<Listed> matching;
  for (const Listed& listed : models) {
    const std::string id = AsciiLower(View(listed.model.id));
    if (id.find(wanted) != std::string::npos) matching.push_back(listed);
  }
  return matching;
}

std::int64_t Now() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
}

}  // namespace

int RunModels(const Options& options, Console& console) {
  const std::int64_t at_ns = options.at.empty() ? Now() : InstantOption("--at", options.at);
  const Catalog catalog = OpenCatalog(options.overlays);
  const std::vector<Listed> all = AllModels(catalog.get(), options.provider);
  const std::vector<Listed> models = Matching(all, options.query);
  if (models.empty()) {
    std::vector<std::string> ids;
    for (const Listed& listed : all) ids.emplace_back(View(listed.model.id));
    console.Note("no model's id contains '" + Printable(options.query) + "'" +
                 DidYouMean(options.query, ids, 3));
  }
  if (options.json) {
    PrintJson(catalog.get(), models, at_ns, console);
  } else if (!models.empty()) {
    PrintTable(catalog.get(), models, at_ns, console);
  }
  return kExitFine;
}

}  // namespace tokentra::cli
