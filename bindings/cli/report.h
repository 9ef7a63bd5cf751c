// What a report shows, and its two renderings.

#ifndef TOKENTRA_BINDINGS_CLI_REPORT_H_
#define TOKENTRA_BINDINGS_CLI_REPORT_H_

#include <tokentra/tokentra.h>

#include <cstdint>
#include <string>
#include <vector>

#include "bindings/cli/console.h"
#include "bindings/cli/handle.h"
#include "bindings/cli/log_reader.h"

namespace tokentra::cli {

struct Report {
  std::vector<std::string> keys;
  Rows rows;
  tokentra_snapshot_totals totals = {};
  Tally tally;
  UnpricedReasons unpriced{0};
  std::uint64_t metadata_findings = 0;  // calls whose metadata has something wrong in it
  std::string first_metadata_finding;   // FILE:LINE: what
  std::string period;                   // first and last local day, empty without calls
  std::string digest;
  std::string as_of;
};

tokentra_row RowAt(const tokentra_rows* rows, std::size_t index);

void PrintReportText(const Report& report, Console& console);
void PrintReportJson(const Report& report, Console& console);

}  // namespace tokentra::cli

#endif  // TOKENTRA_BINDINGS_CLI_REPORT_H_
