#include "bindings/cli/format.h"

#include <nlohmann/json.hpp>

#include "bindings/cli/handle.h"

namespace tokentra::cli {
namespace {

__extension__ using Int128 = __int128;

Int128 ToInt(tokentra_money money) {
  return static_cast<Int128>(money.hi) << 64 | static_cast<Int128>(money.lo);
}

tokentra_money ToMoney(Int128 value) {
  return {static_cast<std::uint64_t>(value), static_cast<std::int64_t>(value >> 64)};
}

// Tenths of a percent, rounded half up, as "12.5%".
std::string PercentText(Int128 part, Int128 whole) {
  if (whole <= 0) return "-";
  // Only the leading digits show: both shrink until the product fits.
  while (whole > (static_cast<Int128>(1) << 100)) {
    part >>= 8;
    whole >>= 8;
  }
  const auto tenths = static_cast<std::int64_t>((part * 2000 + whole) / (whole * 2));
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + "%";
}

}  // namespace

std::string MoneyText(tokentra_money money, std::int32_t places) {
  char buffer[TOKENTRA_MONEY_TEXT_MAX];
  const std::size_t size = tokentra_money_format(money, places, buffer);
  if (size == 0) throw Failure(TOKENTRA_OUT_OF_RANGE, "an amount is out of range");
  return std::string(buffer, size);
}

void AddMoney(tokentra_money& sum, tokentra_money money) {
  Int128 result = 0;
  if (__builtin_add_overflow(ToInt(sum), ToInt(money), &result)) {
    throw Failure(TOKENTRA_OUT_OF_RANGE, "the total is out of range");
  }
  sum = ToMoney(result);
}

bool IsZero(tokentra_money money) { return money.lo == 0 && money.hi == 0; }

std::string Count(std::uint64_t count) {
  std::string text = std::to_string(count);
  for (std::size_t i = text.size(); i > 3; i -= 3) text.insert(i - 3, 1, ',');
  return text;
}

std::string Count(std::uint64_t count, std::string_view singular, std::string_view plural) {
  return Count(count).append(" ").append(count == 1 ? singular : plural);
}

std::string ShortCount(std::uint64_t count) {
  constexpr std::uint64_t kExactBelow = 10'000;
  if (count < kExactBelow) return Count(count);
  constexpr std::string_view kUnits = "kMGTPE";
  std::size_t unit = 0;
  std::uint64_t scale = 1000;
  // 999,950 and more would round to 1000.0k.
  while (unit + 1 < kUnits.size() && count >= scale * 1000 - scale / 20) {
    scale *= 1000;
    ++unit;
  }
  const std::uint64_t tenths = (count / (scale / 20) + 1) / 2;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + kUnits[unit];
}

std::string Percent(std::uint64_t part, std::uint64_t whole) {
  return PercentText(static_cast<Int128>(part), static_cast<Int128>(whole));
}

std::string Percent(tokentra_money part, tokentra_money whole) {
  return PercentText(ToInt(part), ToInt(whole));
}

std::string JsonString(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string JsonError(tokentra_status code, std::string_view message) {
  return std::string("{\"code\":\"")
      .append(tokentra_status_name(code))
      .append("\",\"message\":")
      .append(JsonString(message))
      .append("}");
}

std::string WithFirstMember(std::string_view object, std::string_view member) {
  return std::string("{").append(member).append(",").append(object.substr(1));
}

std::string WithLastMember(std::string_view object, std::string_view member) {
  return std::string(object.substr(0, object.size() - 1)).append(",").append(member).append("}");
}

std::string_view StateName(std::uint32_t state) {
  switch (state) {
    case TOKENTRA_STATE_PRICED:
      return "priced";
    case TOKENTRA_STATE_FREE:
      return "free";
    case TOKENTRA_STATE_PARTIAL:
      return "partial";
    case TOKENTRA_STATE_UNPRICED:
      return "unpriced";
    case TOKENTRA_STATE_UNMETERED:
      return "unmetered";
    default:
      return "unknown";
  }
}

}  // namespace tokentra::cli
