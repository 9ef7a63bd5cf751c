// CSV as spreadsheets and databases write it (RFC 4180): fields in quotes may hold separators,
// newlines and doubled quotes.
//
// Rows become JSON objects of texts, so that one reader of a format serves both. An empty field is
// absent. A row with more fields than the header is an error; missing ones are absent.
//
// Thread: pure functions.

#ifndef TOKENTRA_CORE_EXCHANGE_CSV_H_
#define TOKENTRA_CORE_EXCHANGE_CSV_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

namespace tokentra {

inline constexpr std::size_t kCsvColumnsMax = 4096;

// The length of the first row, its newline included; all of `text` when no newline ends it.
std::size_t CsvRowSize(std::string_view text);

// ',', ';', tab or '|', whichever stands most often outside quotes in the header; ',' for none.
char CsvSeparator(std::string_view header);

// Fields of one row, unquoted. INVALID_ARGUMENT: a quote that is not closed, too many columns.
absl::Status CsvFields(std::string_view row, char separator, std::vector<std::string>& fields);

// One object of texts.
absl::Status CsvRowToJson(const std::vector<std::string>& header, std::string_view row,
                          char separator, std::string& json);

}  // namespace tokentra

#endif  // TOKENTRA_CORE_EXCHANGE_CSV_H_
