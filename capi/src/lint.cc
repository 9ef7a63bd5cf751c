// Lint: findings over logs, ledgers and snapshots; a convention proposed from data.

#include "core/analysis/lint.h"

#include "core/convention/propose.h"
#include "handles.h"

using tokentra::LintPlace;
using tokentra::capi::CheckText;
using tokentra::capi::Guard;
using tokentra::capi::NullArgument;
using tokentra::capi::ToC;
using tokentra::capi::View;
using tokentra::capi::WriteSized;

namespace {

constexpr std::size_t kShownDefault = 10;

// A record that counts as an event, once.
bool Counts(const tokentra::RecordResultLine& line) {
  if (!line.status.ok() || line.skipped) return false;
  return !line.tracked || (line.outcome != tokentra::Outcome::kDuplicate &&
                           line.outcome != tokentra::Outcome::kConflict);
}

tokentra::Int128 CostOf(const tokentra::RecordResultLine& line) {
  const bool has_total = !line.unmetered && line.state != tokentra::CostState::kUnpriced;
  return has_total ? line.total.attos() : 0;
}

std::vector<tokentra::MetadataEntry> EntriesOf(const tokentra::RecordResultLine& line) {
  std::vector<tokentra::MetadataEntry> entries;
  for (const auto& [key, value] : line.metadata) entries.push_back({key, value});
  return entries;
}

absl::Status CheckKept(const tokentra_records* records) {
  if (records == nullptr) return NullArgument("records");
  if (records->options.metadata) return absl::OkStatus();
  return absl::InvalidArgumentError("records were not read with TOKENTRA_RECORDS_METADATA");
}

absl::Status Sum(tokentra::Int128 attos, tokentra_money* out) {
  const std::optional<tokentra::Money> money = tokentra::Money::FromAttos(attos);
  if (!money.has_value()) return absl::OutOfRangeError("the sum of the costs is out of range");
  *out = ToC(*money);
  return absl::OkStatus();
}

}  // namespace

extern "C" {

tokentra_status tokentra_lint_new(const tokentra_convention* convention, tokentra_lint** lint,
                                  tokentra_error** error) {
  return Guard(error, [&]() -> absl::Status {
    if (convention == nullptr) return NullArgument("convention");
    if (lint == nullptr) return NullArgument("lint");
    *lint = new tokentra_lint{tokentra::Lint(convention->convention)};
    return absl::OkStatus();
  });
}

void tokentra_lint_free(tokentra_lint* lint) { delete lint; }

tokentra_status tokentra_lint_add(tokentra_lint* lint, const tokentra_records* records,
                                  const tokentra_text* sources, size_t source_count,
                                  tokentra_error** error) {
  return Guard(error, [&]() -> absl::Status {
    if (lint == nullptr) return NullArgument("lint");
    if (absl::Status status = CheckKept(records); !status.ok()) return status;
    if (source_count != 0 && sources == nullptr) return NullArgument("sources");
    for (const tokentra::RecordResultLine& line : records->result.records) {
      if (!Counts(line)) continue;
      LintPlace place;
      place.line = line.line;
      if (line.source < source_count) place.source = View(sources[line.source]);
      lint->lint.Add(EntriesOf(line), line.at, {1, CostOf(line)}, place);
    }
    return absl::OkStatus();
  });
}

tokentra_status tokentra_lint_add_snapshot(tokentra_lint* lint, const tokentra_snapshot* snapshot,
                                           tokentra_text source, tokentra_error** error) {
  return Guard(error, [&]() -> absl::Status {
    if (lint == nullptr) return NullArgument("lint");
    if (snapshot == nullptr) return NullArgument("snapshot");
    if (absl::Status status = CheckText("source", source); !status.ok()) return status;
    return lint->lint.AddSnapshot(*snapshot->view, View(source));
  });
}

tokentra_status tokentra_lint_report(const tokentra_lint* lint, uint32_t format, size_t values_max,
                                     tokentra_document** document, tokentra_error** error) {
  return Guard(error, [&]() -> absl::Status {
    if (lint == nullptr) return NullArgument("lint");
    if (document == nullptr) return NullArgument("document");
    const tokentra::LintReport report = lint->lint.Report();
    const tokentra::Convention& convention = lint->lint.convention();
    std::string text;
    switch (format) {
      case TOKENTRA_LINT_TEXT:
        text = LintText(report, convention, values_max == 0 ? kShownDefault : values_max);
        break;
      case TOKENTRA_LINT_JSON:
        text = LintJson(report, convention);
        break;
      case TOKENTRA_LINT_SARIF:
        text = LintSarif(report, convention, tokentra_version_string());
        break;
      case TOKENTRA_LINT_BASELINE:
        text = LintBaseline(report);
        break;
      default:
        return absl::InvalidArgumentError(
            absl::StrCat("format ", format, " is none of TOKENTRA_LINT_TEXT to _BASELINE"));
    }
    *document = new tokentra_document{std::move(text)};
    return absl::OkStatus();
  });
}

tokentra_status tokentra_lint_total(const tokentra_lint* lint, tokentra_lint_totals* totals,
                                    size_t totals_size, tokentra_error** error) {
  return Guard(error, [&]() -> absl::Status {
    if (lint == nullptr) return NullArgument("lint");
    const tokentra::LintReport report = lint->lint.Report();
    tokentra_lint_totals out = {};
    absl::Status status = Sum(report.all.cost, &out.cost);
    if (status.ok()) status = Sum(report.coverage.attributed.cost, &out.attributed_cost);
    if (status.ok()) status = Sum(report.broken.cost, &out.broken_cost);
    if (!status.ok()) return status;
    out.events = report.all.events;
    out.attributed_events = report.coverage.attributed.events;
    out.broken_events = report.broken.events;
    out.rules = report.rules.size();
    for (const tokentra::LintRule& rule : report.rules) out.values += rule.values.size();
    out.attributed_permille = CoverageTenths(report.coverage);
    return WriteSized("totals", out, totals, totals_size);
  });
}

tokentra_status tokentra_proposal_new(tokentra_proposal** proposal, tokentra_error** error) {
  return Guard(error, [&]() -> absl::Status {
    if (proposal == nullptr) return NullArgument("proposal");
    *proposal = new tokentra_proposal();
    return absl::OkStatus();
  });
}

void tokentra_proposal_free(tokentra_proposal* proposal) { delete proposal; }

tokentra_status tokentra_proposal_add(tokentra_proposal* proposal, const tokentra_records* records,
                                      tokentra_error** error) {
  return Guard(error, [&]() -> absl::Status {
    if (proposal == nullptr) return NullArgument("proposal");
    if (absl::Status status = CheckKept(records); !status.ok()) return status;
    for (const tokentra::RecordResultLine& line : records->result.records) {
      if (Counts(line)) proposal->proposal.Add(EntriesOf(line), 1, CostOf(line));
    }
    return absl::OkStatus();
  });
}

tokentra_status tokentra_proposal_json(const tokentra_proposal* proposal,
                                       tokentra_document** document, tokentra_error** error) {
  return Guard(error, [&]() -> absl::Status {
    if (proposal == nullptr) return NullArgument("proposal");
    if (document == nullptr) return NullArgument("document");
    *document = new tokentra_document{proposal->proposal.Json()};
    return absl::OkStatus();
  });
}

}  // extern "C"
