#include "bindings/cli/options.h"

#include <tokentra/tokentra.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <limits>

#include "bindings/cli/nearest.h"
#include "bindings/cli/terminal.h"

namespace tokentra::cli {
namespace {

constexpr std::uint64_t kLineMaxLeast = 16;
constexpr std::uint64_t kLineMaxMost = 1ull << 30;
constexpr std::uint64_t kIdsMost = 1 << 28;
constexpr std::uint64_t kGroupsMost = 1 << 24;
constexpr std::uint64_t kJobsMost = 256;

constexpr const char* kFooter = R"(Logs of other systems are recognised (docs/formats.md).
Call records are JSON Lines, one call a line:
  {"provider":"openai","at":"2026-10-15T12:00:00Z","response":{...},
   "metadata":{"team_id":"growth"}}

Exit status: 0 fine; 1 something was refused, could not be read, passed a
bound or, with --strict, has no price; 2 the command line is wrong.)";

constexpr const char* kPriceFooter = R"(Examples:
  tokentra price calls.jsonl --json
  tokentra price spend-logs.jsonl.gz --json
  tokentra price --provider openai --model gpt-4o \
                 --usage input_tokens=1500 --usage output_tokens=500)";

constexpr const char* kExplainFooter = R"(Examples:
  tokentra explain calls.jsonl --line 7
  tokentra explain --provider openai --model gpt-4o --usage input_tokens=1500)";

constexpr const char* kReportFooter = R"(Examples:
  tokentra report calls.jsonl --by team_id,project_id
  tokentra report calls.jsonl --by model --bucket day --zone Europe/Berlin
  tokentra report *.jsonl --since 2026-10-01 --until 2026-11-01 --json)";

constexpr const char* kImportFooter =
    R"(Writes one call record a line, as price and report read them.
Examples:
  tokentra import spend-logs.json > calls.jsonl
  tokentra import usage.csv --column input_tokens=prompt --column at=Time)";

constexpr const char* kLintFooter = R"(Examples:
  tokentra lint calls.jsonl
  tokentra lint calls.jsonl --convention naming.json --format sarif > lint.sarif
  tokentra lint /dev/shm/app --convention naming.json --baseline known.json
  tokentra lint calls.jsonl --convention naming.json --fix > fixed.jsonl
  tokentra lint --convention naming.json --explain)";

constexpr const char* kInitFooter = R"(Examples:
  tokentra convention init --from calls.jsonl > naming.json)";

constexpr const char* kLedgerFooter = R"(Examples:
  tokentra ledger stats /dev/shm/app
  tokentra ledger compact /var/lib/app/ledger --rollup-before 30d \
                  --delete-before 400d --zone Europe/Berlin
  tokentra ledger erase /dev/shm/app --dimension user_id --value u-7)";

constexpr const char* kModelsFooter = R"(Examples:
  tokentra models sonnet
  tokentra models --provider openai --at 2026-01-01T00:00:00Z --json)";

constexpr const char* kCatalogFooter = R"(Examples:
  tokentra catalog import litellm model_prices.json > litellm.json
  tokentra catalog check contract.json
  tokentra catalog diff builtin contract.json --usage calls.jsonl)";

// An option whose empty value would silently mean the same as leaving it out.
CLI::Option* NotEmpty(CLI::Option* option) {
  return option->check(
      CLI::Validator([](const std::string& text) { return text.empty() ? "is empty" : ""; }, ""));
}

void AddJson(CLI::App& command, Options& options) {
  command.add_flag("--json", options.json, "Print JSON instead of text");
}

void AddOverlays(CLI::App& command, Options& options) {
  command
      .add_option("--overlay", options.overlays,
                  "Lay the changes of this file over the catalog\n"
                  "(docs/overlays.md); repeatable, in order")
      ->type_name("FILE")
      ->allow_extra_args(false);
}

void AddFiles(CLI::App& command, Options& options) {
  command
      .add_option("FILE", options.files,
                  "Logs: call records or any other --format, plain or packed\n"
                  "with gzip or zstd; - is standard input")
      ->type_name("");
}

void AddRecordOptions(CLI::App& command, Options& options) {
  NotEmpty(
      command.add_option("--at", options.at, "Instant (RFC 3339) of calls that do not state one"))
      ->type_name("T");
  command
      .add_option("--line-max", options.line_max,
                  "Longest line, in bytes or with a unit (64KB); longer ones are refused")
      ->transform(CLI::AsSizeValue(false).description(""))
      ->check(CLI::Range(kLineMaxLeast, kLineMaxMost).description(""))
      ->type_name("BYTES")
      ->default_str("16777216");
  command.add_flag("--strict", options.strict,
                   "Stop at the first record that is refused; exit with 1\n"
                   "if anything is unpriced or partial");
  command
      .add_option("--format", options.format,
                  "Format of the files instead of the one they show:\n"
                  "record, response, litellm, langfuse, openai-usage, otlp,\n"
                  "openrouter, claude-code, codex or csv")
      ->type_name("F");
  command
      .add_option("--column", options.columns,
                  "CSV: column of a field: input_tokens=prompt, at=Time,\n"
                  "metadata.team_id=Team; repeatable")
      ->type_name("FIELD=COLUMN")
      ->allow_extra_args(false);
  command.add_option("--jobs", options.jobs, "Threads that read; results are the same")
      ->check(CLI::Range(std::uint64_t{1}, kJobsMost).description(""))
      ->type_name("N")
      ->default_str("as the machine has");
  command.add_flag("--verbose", options.verbose,
                   "Say what format each file is and which fields are not read");
}

void AddDefaults(CLI::App& command, Options& options) {
  command.add_option("--provider", options.provider, "Provider of calls that do not state one")
      ->type_name("P");
  command.add_option("--model", options.model, "Model of calls that do not state one")
      ->type_name("M");
}

void AddCallOptions(CLI::App& command, Options& options) {
  const std::string group = "One call instead of FILE";
  command
      .add_option("--provider", options.provider,
                  "openai, anthropic, google, ...; beside FILE, of calls\n"
                  "that do not state one; so is --model")
      ->type_name("P")
      ->group(group);
  command.add_option("--model", options.model, "Model as the provider names it")
      ->type_name("M")
      ->group(group);
  command
      .add_option("--usage", options.usage, "Quantity of a meter: input_tokens=1500; repeatable")
      ->type_name("METER=N")
      ->allow_extra_args(false)
      ->group(group);
  command.add_option("--service-tier", options.service_tier, "standard, flex, priority, ...")
      ->type_name("S")
      ->group(group);
  command.add_option("--region", options.region, "Region the provider prices by")
      ->type_name("R")
      ->group(group);
  command.add_flag("--batch", options.batch, "The call went through the batch interface")
      ->group(group);
  command
      .add_option("--condition", options.conditions,
                  "Other condition of the price: context_size=low; repeatable")
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false)
      ->group(group);
}

void AddPrice(CLI::App& app, Options& options) {
  CLI::App* command = app.add_subcommand("price", "Price call records, or one call");
  AddFiles(*command, options);
  AddJson(*command, options);
  AddOverlays(*command, options);
  AddRecordOptions(*command, options);
  AddCallOptions(*command, options);
  command->footer(kPriceFooter);
  command->callback([&options] { options.command = Command::kPrice; });
}

void AddExplain(CLI::App& app, Options& options) {
  CLI::App* command = app.add_subcommand("explain", "Show why a price is what it is");
  AddFiles(*command, options);
  AddJson(*command, options);
  AddOverlays(*command, options);
  command->add_option("--line", options.line, "Only this line of the file")
      ->check(
          CLI::Range(std::uint64_t{1}, std::numeric_limits<std::uint64_t>::max()).description(""))
      ->type_name("N");
  AddRecordOptions(*command, options);
  AddCallOptions(*command, options);
  command->footer(kExplainFooter);
  command->callback([&options] { options.command = Command::kExplain; });
}

void AddReport(CLI::App& app, Options& options) {
  CLI::App* command = app.add_subcommand("report", "Show who and what the money was for");
  AddFiles(*command, options);
  AddJson(*command, options);
  AddOverlays(*command, options);
  NotEmpty(command->add_option("--by", options.by,
                               "Keys of the rows, comma-separated: metadata keys and\n"
                               "provider, model, state, service_tier, region, batch,\n"
                               "bucket, hour, day"))
      ->type_name("KEYS")
      ->default_str("team_id,model");
  NotEmpty(
      command->add_option("--since", options.since, "Only calls at or after it (date or RFC 3339)"))
      ->type_name("T");
  NotEmpty(command->add_option("--until", options.until, "Only calls before it (date or RFC 3339)"))
      ->type_name("T");
  NotEmpty(command->add_option("--since-snapshot", options.since_snapshot,
                               "Only what came since this earlier snapshot of the same ledger"))
      ->type_name("FILE");
  NotEmpty(command->add_option("--bucket", options.bucket, "Rows per time first: day, hour or 15m"))
      ->type_name("B");
  NotEmpty(
      command->add_option("--zone", options.zone, "Zone of days, hours and dates: Europe/Berlin"))
      ->type_name("Z")
      ->default_str("UTC");
  command->add_option("--ids-max", options.ids_max, "Ids remembered to count a duplicate call once")
      ->check(CLI::Range(std::uint64_t{1}, kIdsMost).description(""))
      ->type_name("N")
      ->default_str("1000000");
  command
      ->add_option("--groups-max", options.groups_max,
                   "Groups kept apart; past it calls fold together, totals stay exact")
      ->check(CLI::Range(std::uint64_t{1}, kGroupsMost).description(""))
      ->type_name("N")
      ->default_str("1000000");
  AddRecordOptions(*command, options);
  AddDefaults(*command, options);
  command->footer(kReportFooter);
  command->callback([&options] { options.command = Command::kReport; });
}

void AddLedger(CLI::App& app, Options& options) {
  CLI::App* command = app.add_subcommand("ledger", "Look after a ledger in a folder");
  command->add_option("ACTION", options.action, "stats, compact or erase")
      ->required()
      ->check(CLI::IsMember({"stats", "compact", "erase"}).description(""))
      ->type_name("");
  command->add_option("FOLDER", options.path, "The ledger's folder")->required()->type_name("");
  command
      ->add_option("--rollup-before", options.rollup_before,
                   "compact: days that ended by then become one bucket each\n"
                   "(date, RFC 3339, or an age: 30d)")
      ->type_name("T");
  command
      ->add_option("--delete-before", options.delete_before,
                   "compact: what ended by then is deleted (as above)")
      ->type_name("T");
  command->add_option("--zone", options.zone, "Zone of days and dates: Europe/Berlin")
      ->type_name("Z")
      ->default_str("UTC");
  command->add_option("--dimension", options.dimension, "erase: of this metadata key")
      ->type_name("KEY");
  command->add_option("--value", options.value, "erase: this value; its quantities stay")
      ->type_name("V");
  AddJson(*command, options);
  command->footer(kLedgerFooter);
  command->callback([&options] { options.command = Command::kLedger; });
}

void AddImport(CLI::App& app, Options& options) {
  CLI::App* command = app.add_subcommand("import", "Turn logs of other systems into call records");
  AddFiles(*command, options);
  AddJson(*command, options);
  AddOverlays(*command, options);
  AddRecordOptions(*command, options);
  AddDefaults(*command, options);
  command->footer(kImportFooter);
  command->callback([&options] { options.command = Command::kImport; });
}

void AddLogOptions(CLI::App& command, Options& options) {
  command.add_option("--at", options.at, "Instant (RFC 3339) of calls that do not state one")
      ->type_name("T");
  command
      .add_option("--log-format", options.log_format,
                  "Format of the logs instead of the one they show (docs/formats.md)")
      ->type_name("F");
  command.add_option("--jobs", options.jobs, "Threads that read; results are the same")
      ->check(CLI::Range(std::uint64_t{1}, kJobsMost).description(""))
      ->type_name("N")
      ->default_str("as the machine has");
  command.add_option("--ids-max", options.ids_max, "Ids remembered to count a duplicate call once")
      ->check(CLI::Range(std::uint64_t{1}, kIdsMost).description(""))
      ->type_name("N")
      ->default_str("1000000");
  AddOverlays(command, options);
  AddDefaults(command, options);
}

void AddLint(CLI::App& app, Options& options) {
  CLI::App* command =
      app.add_subcommand("lint", "Check the names in logs, ledgers and snapshots, with the money");
  command
      ->add_option("LOG", options.files,
                   "Logs of any format, or ledgers' folders and snapshots;\n- is standard input")
      ->type_name("");
  command
      ->add_option("--convention", options.convention,
                   "The rules (docs/conventions.md); without it the built-in\nones: projects are "
                   "{team}-{product}-{feature}")
      ->type_name("FILE");
  command->add_option("--format", options.lint_format, "What to print: text, json or sarif")
      ->check(CLI::IsMember({"text", "json", "sarif"}).description(""))
      ->type_name("F")
      ->default_str("text");
  AddJson(*command, options);
  command->add_option("--baseline", options.baseline, "Findings that are known and accepted")
      ->type_name("FILE");
  command
      ->add_option("--write-baseline", options.write_baseline,
                   "Write a baseline that accepts what is found, and exit with 0")
      ->type_name("FILE");
  command->add_flag("--fix", options.fix,
                    "Print the call records with the safe fixes made: case,\nseparators, aliases, "
                    "former names");
  command->add_flag("--explain", options.explain, "Print the rules in words, with examples");
  command
      ->add_option("--errors-max", options.errors_max,
                   "Exit with 1 when more calls than this have a finding of\nseverity error")
      ->type_name("N")
      ->default_str("0");
  command
      ->add_option("--attributed-min", options.attributed_min,
                   "Exit with 1 when less of the spend is fully attributed,\nin percent")
      ->check(CLI::Range(std::uint64_t{0}, std::uint64_t{100}).description(""))
      ->type_name("P")
      ->default_str("0");
  command->add_option("--values-max", options.values_max, "Values of each rule in the text")
      ->check(CLI::Range(std::uint64_t{1}, kGroupsMost).description(""))
      ->type_name("N")
      ->default_str("10");
  AddLogOptions(*command, options);
  command->footer(kLintFooter);
  command->callback([&options] { options.command = Command::kLint; });
}

void AddConvention(CLI::App& app, Options& options) {
  CLI::App* command = app.add_subcommand("convention", "Naming rules: propose some from a log");
  command->require_subcommand(1);
  CLI::App* init =
      command->add_subcommand("init", "Propose a convention from the names that are there already");
  init->add_option("--from", options.files, "Logs of any format; - is standard input")
      ->type_name("LOG");
  AddLogOptions(*init, options);
  init->footer(kInitFooter);
  init->callback([&options] { options.command = Command::kConventionInit; });
}

void AddModels(CLI::App& app, Options& options) {
  CLI::App* command = app.add_subcommand("models", "List what the catalog holds, with its rates");
  command->add_option("QUERY", options.query, "Only ids that contain it, in any case")
      ->type_name("");
  command->add_option("--provider", options.provider, "Only models of this provider")
      ->type_name("P");
  NotEmpty(
      command->add_option("--at", options.at, "Prices at this instant (RFC 3339) instead of now"))
      ->type_name("T");
  AddJson(*command, options);
  AddOverlays(*command, options);
  command->footer(kModelsFooter);
  command->callback([&options] { options.command = Command::kModels; });
}

CLI::App* AddCatalogCommand(CLI::App& catalog, Options& options, const char* name, const char* what,
                            CatalogCommand command) {
  CLI::App* added = catalog.add_subcommand(name, what);
  AddJson(*added, options);
  added->callback([&options, command] {
    options.command = Command::kCatalog;
    options.catalog = command;
  });
  return added;
}

void AddStaleDays(CLI::App& command, Options& options) {
  command.add_option("--stale-days", options.stale_days, "Days after which a price row is stale")
      ->type_name("N")
      ->default_str("180");
}

void AddCatalog(CLI::App& app, Options& options) {
  CLI::App* catalog = app.add_subcommand("catalog", "Import, check, compare and describe prices");
  CLI::App* import =
      AddCatalogCommand(*catalog, options, "import", "Turn a public price list into an overlay",
                        CatalogCommand::kImport);
  import->add_option("FORMAT FILE", options.files, "litellm, genai-prices or openrouter; its file")
      ->type_name("");
  import->add_option("--name", options.name, "Name of the overlay; absent: the format")
      ->type_name("N");
  import->add_option("--as-of", options.as_of, "Date of the list; absent: today")->type_name("D");
  import->add_option("--report", options.report, "Write what was left out to this file, as JSON")
      ->type_name("FILE");
  CLI::App* check = AddCatalogCommand(*catalog, options, "check",
                                      "Check overlays and provider files", CatalogCommand::kCheck);
  check->add_option("FILE", options.files, "Overlays or provider files")->type_name("");
  AddOverlays(*check, options);
  AddStaleDays(*check, options);
  CLI::App* stats = AddCatalogCommand(*catalog, options, "stats", "Show sources, ages and counts",
                                      CatalogCommand::kStats);
  stats->add_option("--provider", options.provider, "Only this provider")->type_name("P");
  AddOverlays(*stats, options);
  AddStaleDays(*stats, options);
  CLI::App* diff = AddCatalogCommand(*catalog, options, "diff",
                                     "Show what changed between two catalogs, and what it costs",
                                     CatalogCommand::kDiff);
  diff->add_option("OLD NEW", options.files, "Each builtin, an overlay or a provider file")
      ->type_name("");
  diff->add_option("--usage", options.usage_logs, "Price this log with both; repeatable")
      ->type_name("LOG")
      ->allow_extra_args(false);
  AddRecordOptions(*diff, options);
  AddDefaults(*diff, options);
  catalog->footer(kCatalogFooter);
  catalog->require_subcommand(1);
}

// CLI11 names the argument it did not expect; a near miss gets the valid one beside it.
std::string Suggestion(const CLI::App& app, const std::vector<std::string>& arguments) {
  const CLI::App* scope = &app;
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands({})) names.push_back(command->get_name());
  for (const std::string& argument : arguments) {
    const auto near = [&] { return Nearest(argument, names, 1); };
    if (scope == &app && argument.rfind('-', 0) != 0) {
      for (const CLI::App* command : app.get_subcommands({})) {
        if (command->get_name() == argument) scope = command;
      }
      if (scope == &app) {
        const auto found = near();
        return "no command '" + Printable(argument) + "'" +
               (found.empty() ? "" : "; did you mean '" + found[0] + "'?");
      }
      names.clear();
      for (const CLI::Option* option : scope->get_options()) {
        for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
      }
    } else if (scope != &app && argument.rfind("--", 0) == 0) {
      const std::string name = argument.substr(0, argument.find('='));
      if (std::find(names.begin(), names.end(), name) != names.end()) continue;
      const auto found = Nearest(name, names, 1);
      return "no option " + Printable(name) + " of " + scope->get_name() +
             (found.empty() ? "" : "; did you mean " + found[0] + "?");
    }
  }
  return "";
}

std::string WithoutDoubleBlanks(std::string text) {
  for (std::size_t at; (at = text.find("\n\n\n")) != std::string::npos;) text.erase(at, 1);
  return text;
}

}  // namespace

std::optional<int> ParseOptions(int argc, char** argv, Options& options) {
  CLI::App app("tokentra: exact cost accounting for LLM usage", "tokentra");
  app.set_version_flag("--version", std::string("tokentra ") + tokentra_version_string(),
                       "Print the version");
  app.set_help_flag("-h,--help", "Print this help");
  app.get_formatter()->column_width(26);
  app.get_formatter()->label("REQUIRED", "");
  app.footer(kFooter);
  AddPrice(app, options);
  AddReport(app, options);
  AddExplain(app, options);
  AddImport(app, options);
  AddLedger(app, options);
  AddModels(app, options);
  AddCatalog(app, options);
  AddLint(app, options);
  AddConvention(app, options);
  app.require_subcommand(1);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForVersion& version) {
    std::cout << version.what() << "\n";
    return 0;
  } catch (const CLI::Success&) {
    std::cout << WithoutDoubleBlanks(app.help());
    return 0;
  } catch (const CLI::ParseError& error) {
    std::string message = Suggestion(app, {argv + 1, argv + argc});
    if (message.empty()) message = error.what();
    std::cerr << "tokentra: " << message << "\nRun tokentra --help for the options.\n";
    return 2;
  }
  return std::nullopt;
}

}  // namespace tokentra::cli
