// Numbers and JSON as text. Money stays the library's: exact decimal text, never a double.

#ifndef TOKENTRA_BINDINGS_CLI_FORMAT_H_
#define TOKENTRA_BINDINGS_CLI_FORMAT_H_

#include <tokentra/tokentra.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace tokentra::cli {

// The currency of the built-in catalog.
inline constexpr std::string_view kCurrency = "USD";

inline constexpr std::int32_t kExact = -1;

// Exact, or rounded half to even to `places`. Throws Failure when out of range.
std::string MoneyText(tokentra_money money, std::int32_t places = kExact);

// Adds `money` to `sum`; throws Failure when the result is out of range.
void AddMoney(tokentra_money& sum, tokentra_money money);

bool IsZero(tokentra_money money);

// "12,345"
std::string Count(std::uint64_t count);
// "3 lines", "1 line"
std::string Count(std::uint64_t count, std::string_view singular, std::string_view plural);
// Short for people: "9,999", "12.3k", "4.5M". Rounds half up.
std::string ShortCount(std::uint64_t count);

// "12.5%"; "-" when `whole` is 0.
std::string Percent(std::uint64_t part, std::uint64_t whole);
std::string Percent(tokentra_money part, tokentra_money whole);

// A JSON string with its quotes; bytes that are no UTF-8 become U+FFFD.
std::string JsonString(std::string_view text);
// {"code":...,"message":...}
std::string JsonError(tokentra_status code, std::string_view message);
// A JSON object's text with a member put after its opening or before its closing brace;
// `member` is `"name":value`.
std::string WithFirstMember(std::string_view object, std::string_view member);
std::string WithLastMember(std::string_view object, std::string_view member);

std::string_view StateName(std::uint32_t state);

}  // namespace tokentra::cli

#endif  // TOKENTRA_BINDINGS_CLI_FORMAT_H_
