// Where a text stops being JSON: the slow question, asked only about records that are refused.
//
// Thread: pure functions. Cost: one pass of nlohmann's parser.

#ifndef TOKENTRA_CORE_EXCHANGE_JSON_POSITION_H_
#define TOKENTRA_CORE_EXCHANGE_JSON_POSITION_H_

#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "simdjson.h"

namespace tokentra {

// The byte, from 1, at which `text` cannot go on as one JSON value; one past its end when it is
// cut short; 0 when it is JSON.
std::uint64_t JsonErrorColumn(std::string_view text);

// The byte, from 1, at which the first member called `name` begins; 0 when there is none. A hint
// for messages: it does not look at nesting.
std::uint64_t JsonMemberColumn(std::string_view text, std::string_view name);

// INVALID_ARGUMENT for a `text` that simdjson refused, with what was wrong and how it begins.
absl::Status NotJson(simdjson::error_code error, std::string_view text);

}  // namespace tokentra

#endif  // TOKENTRA_CORE_EXCHANGE_JSON_POSITION_H_
