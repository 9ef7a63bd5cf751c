#include "bindings/cli/one_call.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bindings/cli/log_reader.h"
#include "bindings/cli/nearest.h"
#include "bindings/cli/terminal.h"

namespace tokentra::cli {
namespace {

constexpr std::string_view kSeconds = "_seconds";
constexpr std::string_view kMilliseconds = "_milliseconds";

std::pair<std::string_view, std::string_view> SplitPair(std::string_view option,
                                                        std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos || equals == 0) {
    throw UsageError(std::string(option).append(": '").append(Printable(text)) +
                     "' is not NAME=VALUE");
  }
  return {text.substr(0, equals), text.substr(equals + 1)};
}

std::optional<std::uint64_t> ParseWhole(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return {};
  return number;
}

// "1.5" is 1500; nothing finer than a millisecond is a quantity.
std::optional<std::uint64_t> ParseSeconds(std::string_view text) {
  const std::size_t point = std::min(text.find('.'), text.size());
  std::string digits(text.substr(0, point));
  std::string fraction(text.substr(std::min(text.size(), point + 1)));
  if (point + 1 == text.size()) return {};
  while (fraction.size() > 3 && fraction.back() == '0') fraction.pop_back();
  if (digits.empty() || fraction.size() > 3) return {};
  fraction.resize(3, '0');
  return ParseWhole(digits + fraction);
}

std::vector<std::string> MeterNames() {
  std::vector<std::string> names;
  for (std::uint32_t id = 1; id <= tokentra_meter_count(); ++id) {
    names.emplace_back(View(tokentra_meter_name(id)));
  }
  return names;
}

tokentra_quantity ParseQuantity(std::string_view option) {
  const auto [name, value] = SplitPair("--usage", option);
  std::string meter(name);
  const bool seconds = name.size() > kSeconds.size() && name.ends_with(kSeconds);
  if (seconds) {
    meter.replace(meter.size() - kSeconds.size(), kSeconds.size(), kMilliseconds);
  }
  const std::uint32_t id = tokentra_meter_id(Text(meter));
  if (id == 0) {
    throw UsageError("--usage: no meter '" + Printable(name) + "'" +
                     DidYouMean(name, MeterNames(), 2));
  }
  const std::optional<std::uint64_t> quantity = seconds ? ParseSeconds(value) : ParseWhole(value);
  if (!quantity) {
    throw UsageError("--usage: " + Printable(name) + " of '" + Printable(value) +
                     (seconds ? "' is not a number of seconds in whole milliseconds"
                              : "' is not a whole number from 0"));
  }
  return {id, 0, *quantity};
}

std::int64_t Now() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
}

}  // namespace

bool IsOneCall(const Options& options) {
  const bool priced = !options.usage.empty() || !options.conditions.empty() ||
                      !options.service_tier.empty() || !options.region.empty() || options.batch;
  const bool call = priced || !options.provider.empty() || !options.model.empty();
  // Beside FILE, provider and model are those of calls that do not state theirs.
  if (!options.files.empty() && priced) {
    throw UsageError("give FILE or one call (--provider ...), not both");
  }
  if (!options.files.empty()) return false;
  if (!call) {
    throw UsageError(
        "nothing to price: give FILE (- is standard input), or one call with "
        "--provider, --model and --usage");
  }
  if (options.provider.empty()) throw UsageError("one call needs --provider");
  if (options.model.empty()) throw UsageError("one call needs --model");
  if (options.usage.empty()) throw UsageError("one call needs --usage METER=N");
  if (options.line != 0) throw UsageError("--line goes with FILE");
  return true;
}

Cost PriceOneCall(const tokentra_catalog* catalog, const Options& options) {
  std::vector<tokentra_quantity> usage;
  for (const std::string& option : options.usage) {
    const tokentra_quantity quantity = ParseQuantity(option);
    const bool twice = std::any_of(usage.begin(), usage.end(), [&](const tokentra_quantity& other) {
      return other.meter == quantity.meter;
    });
    if (twice) throw UsageError("--usage: '" + Printable(option) + "' states its meter twice");
    usage.push_back(quantity);
  }
  std::vector<tokentra_pair> conditions;
  for (const std::string& option : options.conditions) {
    const auto [name, value] = SplitPair("--condition", option);
    conditions.push_back({Text(name), Text(value)});
  }
  tokentra_call call = {};
  call.provider = Text(options.provider);
  call.model = Text(options.model);
  call.service_tier = Text(options.service_tier);
  call.region = Text(options.region);
  call.usage = usage.data();
  call.usage_count = usage.size();
  call.conditions = conditions.data();
  call.condition_count = conditions.size();
  call.at_ns = options.at.empty() ? Now() : InstantOption("--at", options.at);
  call.flags = options.batch ? TOKENTRA_CALL_BATCH : 0;
  tokentra_cost* cost = nullptr;
  ErrorSlot error;
  error.Check(tokentra_price(catalog, &call, sizeof call, &cost, error.out()));
  return Cost(cost);
}

}  // namespace tokentra::cli
