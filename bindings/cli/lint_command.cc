// tokentra lint: naming findings over logs, ledgers and snapshots; tokentra convention init.

#include <algorithm>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "bindings/cli/commands.h"
#include "bindings/cli/convention_file.h"
#include "bindings/cli/format.h"
#include "bindings/cli/log_reader.h"
#include "bindings/cli/recording_handler.h"
#include "bindings/cli/report_snapshots.h"
#include "bindings/cli/terminal.h"

namespace tokentra::cli {
namespace {

using Lint = Handle<tokentra_lint, tokentra_lint_free>;
using Proposal = Handle<tokentra_proposal, tokentra_proposal_free>;

// The ledger only tells repeated ids: it keeps no metadata.
Client NewClient(const tokentra_catalog* catalog, std::uint64_t ids_max) {
  tokentra_client_options* made = nullptr;
  ErrorSlot error;
  error.Check(tokentra_client_options_new(&made, error.out()));
  const ClientOptions settings(made);
  error.Check(tokentra_client_options_set_catalog(made, catalog, error.out()));
  error.Check(tokentra_client_options_set_dimensions(made, nullptr, 0, error.out()));
  error.Check(tokentra_client_options_set_limit(made, Text("ids_max"), ids_max, error.out()));
  tokentra_client* client = nullptr;
  error.Check(tokentra_client_new(made, &client, error.out()));
  return Client(client);
}

std::string_view TextOf(const Document& document) {
  return View(tokentra_document_text(document.get()));
}

// Reads logs so that every event counts once, with its metadata.
class MetadataHandler : public RecordingHandler {
 public:
  using RecordingHandler::RecordingHandler;

  void OnFile(const std::string& name) override { files_.push_back(name); }

  void OnRecords(tokentra_records* records) override {
    RecordingHandler::OnRecords(records);
    Add(records);
  }

 protected:
  tokentra_records_options With(tokentra_records_options options) const override {
    options.flags |= TOKENTRA_RECORDS_METADATA;
    return options;
  }
  virtual void Add(const tokentra_records* records) = 0;

  const std::vector<std::string>& files() const { return files_; }

 private:
  std::vector<std::string> files_;
};

class LintHandler : public MetadataHandler {
 public:
  // `fix` null: nothing is fixed.
  LintHandler(tokentra_client* client, tokentra_lint* lint, const tokentra_convention* fix,
              Console& console)
      : MetadataHandler(client), lint_(lint), fix_(fix), console_(console) {}

  void OnRecord(const tokentra_record& record, const std::string& /*file*/) override {
    if (fix_ == nullptr) return;
    console_.Out(View(record.json));
    console_.Out("\n");
  }

  std::uint64_t fixes() const { return fixes_; }

 protected:
  tokentra_records_options With(tokentra_records_options options) const override {
    options = MetadataHandler::With(options);
    if (fix_ != nullptr) options.flags |= TOKENTRA_RECORDS_CONVERT;
    options.fix = fix_;
    return options;
  }

  void Add(const tokentra_records* records) override {
    std::vector<tokentra_text> names;
    for (const std::string& file : files()) names.push_back(Text(file));
    ErrorSlot error;
    error.Check(tokentra_lint_add(lint_, records, names.data(), names.size(), error.out()));
    tokentra_records_totals totals = {};
    error.Check(tokentra_records_total(records, &totals, sizeof totals, error.out()));
    fixes_ += totals.fixes;
  }

 private:
  tokentra_lint* lint_;
  const tokentra_convention* fix_;
  Console& console_;
  std::uint64_t fixes_ = 0;
};

class ProposalHandler : public MetadataHandler {
 public:
  ProposalHandler(tokentra_client* client, tokentra_proposal* proposal)
      : MetadataHandler(client), proposal_(proposal) {}

 protected:
  void Add(const tokentra_records* records) override {
    ErrorSlot error;
    error.Check(tokentra_proposal_add(proposal_, records, error.out()));
  }

 private:
  tokentra_proposal* proposal_;
};

std::uint32_t FormatNumber(const Options& options) {
  if (options.lint_format == "json" || options.json) return TOKENTRA_LINT_JSON;
  if (options.lint_format == "sarif") return TOKENTRA_LINT_SARIF;
  return TOKENTRA_LINT_TEXT;
}

Document ReportOf(const tokentra_lint* lint, std::uint32_t format, std::uint64_t values_max) {
  tokentra_document* document = nullptr;
  ErrorSlot error;
  error.Check(tokentra_lint_report(lint, format, values_max, &document, error.out()));
  return Document(document);
}

void WriteBaseline(const tokentra_lint* lint, const std::string& path) {
  const Document document = ReportOf(lint, TOKENTRA_LINT_BASELINE, 0);
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << TextOf(document);
  file.close();
  if (!file) throw Failure(TOKENTRA_UNAVAILABLE, Printable(path) + ": cannot be written");
}

// Whether the findings are more, or the coverage is less, than was asked for.
bool PassesBounds(const tokentra_lint* lint, const Options& options, Console& console) {
  tokentra_lint_totals totals = {};
  ErrorSlot error;
  error.Check(tokentra_lint_total(lint, &totals, sizeof totals, error.out()));
  bool passes = true;
  if (totals.broken_events > options.errors_max) {
    passes = false;
    console.Note(Count(totals.broken_events, "call has", "calls have") +
                 " findings of severity error, more than --errors-max " +
                 std::to_string(options.errors_max));
  }
  if (totals.attributed_permille < options.attributed_min * 10) {
    passes = false;
    console.Note("fully attributed are " + std::to_string(totals.attributed_permille / 10) + "." +
                 std::to_string(totals.attributed_permille % 10) +
                 " %, less than --attributed-min " + std::to_string(options.attributed_min));
  }
  return passes;
}

void PrintExplanation(const tokentra_convention* convention, const Options& options,
                      Console& console) {
  tokentra_document* document = nullptr;
  ErrorSlot error;
  if (FormatNumber(options) == TOKENTRA_LINT_TEXT) {
    error.Check(tokentra_convention_explain(convention, &document, error.out()));
  } else {
    error.Check(tokentra_convention_describe(convention, &document, error.out()));
  }
  const Document held(document);
  console.Out(TextOf(held));
  if (!TextOf(held).ends_with('\n')) console.Out("\n");
}

LogOptions LintLogOptions(const Options& options) {
  Options read = options;
  read.format = options.log_format;
  LogOptions log = LogOptionsFrom(read);
  log.files = &options.files;
  return log;
}

// True: all of it could be read.
bool ReadSources(const Options& options, LintHandler& handler, const tokentra_catalog* catalog,
                 tokentra_lint* lint, Console& console) {
  const bool snapshots = std::any_of(options.files.begin(), options.files.end(), IsSnapshotSource);
  if (!snapshots) {
    LogOptions log = LintLogOptions(options);
    log.progress = !options.fix || !console.terminal().output_is_terminal;
    return !ReadLog(log, console, handler).AnythingWrong();
  }
  if (!std::all_of(options.files.begin(), options.files.end(), IsSnapshotSource)) {
    throw UsageError("logs cannot be checked together with ledgers or snapshots");
  }
  if (options.fix) throw UsageError("--fix: only logs can be fixed; what a ledger holds stays");
  const MergedSnapshots merged = ReadSnapshots(options.files, catalog, console);
  if (merged.snapshot == nullptr) return false;
  ErrorSlot error;
  error.Check(tokentra_lint_add_snapshot(lint, merged.snapshot.get(),
                                         Text(options.files.size() == 1 ? options.files[0] : ""),
                                         error.out()));
  return merged.failed == 0;
}

}  // namespace

int RunLint(const Options& options, Console& console) {
  const Convention convention = OpenConvention(options.convention, options.baseline);
  if (options.explain) PrintExplanation(convention.get(), options, console);
  if (options.files.empty()) {
    if (options.explain) return kExitFine;
    throw UsageError("nothing to check: give LOG (- is standard input)");
  }
  const Catalog catalog = OpenCatalog(options.overlays);
  const Client client = NewClient(catalog.get(), options.ids_max);
  tokentra_lint* made = nullptr;
  ErrorSlot error;
  error.Check(tokentra_lint_new(convention.get(), &made, error.out()));
  const Lint lint(made);
  LintHandler handler(client.get(), made, options.fix ? convention.get() : nullptr, console);
  const bool whole = ReadSources(options, handler, catalog.get(), made, console);
  if (options.fix) {
    console.Note(Count(handler.fixes(), "value or key", "values and keys") + " fixed");
  } else {
    const std::uint32_t format = FormatNumber(options);
    const Document document = ReportOf(made, format, options.values_max);
    console.Out(TextOf(document));
    if (format != TOKENTRA_LINT_TEXT) console.Out("\n");
  }
  if (!options.write_baseline.empty()) {
    WriteBaseline(made, options.write_baseline);
    return whole ? kExitFine : kExitRefused;
  }
  const bool passes = PassesBounds(made, options, console);
  return whole && (passes || options.fix) ? kExitFine : kExitRefused;
}

int RunConventionInit(const Options& options, Console& console) {
  if (options.files.empty()) throw UsageError("nothing to infer from: give --from LOG");
  const Catalog catalog = OpenCatalog(options.overlays);
  const Client client = NewClient(catalog.get(), options.ids_max);
  tokentra_proposal* made = nullptr;
  ErrorSlot error;
  error.Check(tokentra_proposal_new(&made, error.out()));
  const Proposal proposal(made);
  ProposalHandler handler(client.get(), made);
  const Tally tally = ReadLog(LintLogOptions(options), console, handler);
  tokentra_document* document = nullptr;
  error.Check(tokentra_proposal_json(made, &document, error.out()));
  const Document held(document);
  console.Out(TextOf(held));
  return tally.AnythingWrong() ? kExitRefused : kExitFine;
}

}  // namespace tokentra::cli
