#include "core/exchange/json_position.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "core/base/text.h"
#include "nlohmann/json.hpp"

namespace tokentra {
namespace {

using Json = nlohmann::json;

// Takes every value and remembers where the parser gave up.
class Position : public nlohmann::json_sax<Json> {
 public:
  std::uint64_t column() const { return column_; }

  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override { return true; }
  bool key(string_t&) override { return true; }
  bool end_object() override { return true; }
  bool start_array(std::size_t) override { return true; }
  bool end_array() override { return true; }
  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception&) override {
    column_ = position;
    return false;
  }

 private:
  std::uint64_t column_ = 0;
};

}  // namespace

std::uint64_t JsonErrorColumn(std::string_view text) {
  Position position;
  Json::sax_parse(text.begin(), text.end(), &position);
  return std::min<std::uint64_t>(position.column(), text.size() + 1);
}

std::uint64_t JsonMemberColumn(std::string_view text, std::string_view name) {
  const std::string quoted = absl::StrCat("\"", name, "\"");
  for (std::size_t at = text.find(quoted); at != std::string_view::npos;
       at = text.find(quoted, at + 1)) {
    const std::size_t next = text.find_first_not_of(" \t", at + quoted.size());
    if (next != std::string_view::npos && text[next] == ':') return at + 1;
  }
  return 0;
}

absl::Status NotJson(simdjson::error_code error, std::string_view text) {
  if (error == simdjson::NUMBER_ERROR && JsonErrorColumn(text) == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("a number is beyond what 64 bits hold, in ", Quote(text)));
  }
  return absl::InvalidArgumentError(
      absl::StrCat("not JSON: ", simdjson::error_message(error), " at ", Quote(text)));
}

}  // namespace tokentra
