#include "core/exchange/csv.h"

#include <array>

#include "absl/strings/str_cat.h"
#include "core/base/json_writer.h"
#include "core/base/status_macros.h"
#include "core/base/text.h"

namespace tokentra {

std::size_t CsvRowSize(std::string_view text) {
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') quoted = !quoted;
    if (text[i] == '\n' && !quoted) return i + 1;
  }
  return text.size();
}

char CsvSeparator(std::string_view header) {
  constexpr std::string_view kSeparators = ",;\t|";
  std::array<std::size_t, kSeparators.size()> counts = {};
  bool quoted = false;
  for (const char c : header) {
    if (c == '"') quoted = !quoted;
    const std::size_t which = quoted ? std::string_view::npos : kSeparators.find(c);
    if (which != std::string_view::npos) ++counts[which];
  }
  std::size_t best = 0;
  for (std::size_t i = 1; i < counts.size(); ++i) {
    if (counts[i] > counts[best]) best = i;
  }
  return kSeparators[best];
}

absl::Status CsvFields(std::string_view row, char separator, std::vector<std::string>& fields) {
  while (!row.empty() && (row.back() == '\n' || row.back() == '\r')) row.remove_suffix(1);
  fields.assign(1, std::string());
  bool quoted = false;
  for (std::size_t i = 0; i < row.size(); ++i) {
    const char c = row[i];
    if (quoted) {
      if (c != '"') {
        fields.back() += c;
      } else if (i + 1 < row.size() && row[i + 1] == '"') {
        fields.back() += '"';
        ++i;
      } else {
        quoted = false;
      }
    } else if (c == separator) {
      if (fields.size() == kCsvColumnsMax) {
        return absl::InvalidArgumentError(
            absl::StrCat("a row has more than ", kCsvColumnsMax, " columns"));
      }
      fields.emplace_back();
    } else if (c == '"' && fields.back().empty()) {
      quoted = true;
    } else {
      fields.back() += c;
    }
  }
  if (quoted) return absl::InvalidArgumentError("a quote is not closed");
  return absl::OkStatus();
}

absl::Status CsvRowToJson(const std::vector<std::string>& header, std::string_view row,
                          char separator, std::string& json) {
  std::vector<std::string> fields;
  TOKENTRA_RETURN_IF_ERROR(CsvFields(row, separator, fields));
  if (fields.size() > header.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("the row has ", fields.size(), " fields, the header ", header.size()));
  }
  json.clear();
  JsonWriter writer(json);
  writer.BeginObject();
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (fields[i].empty()) continue;
    if (!IsValidUtf8(fields[i])) {
      return absl::InvalidArgumentError(
          absl::StrCat(header[i], ": ", Quote(fields[i]), " is no UTF-8"));
    }
    writer.Text(header[i], fields[i]);
  }
  writer.EndObject();
  return absl::OkStatus();
}

}  // namespace tokentra
