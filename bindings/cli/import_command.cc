// tokentra import: logs of other systems to call records, one a line.

#include <string>

#include "bindings/cli/commands.h"
#include "bindings/cli/cost_text.h"
#include "bindings/cli/format.h"
#include "bindings/cli/log_reader.h"

namespace tokentra::cli {
namespace {

class Importer : public LogHandler {
 public:
  Importer(const tokentra_catalog* catalog, Console& console)
      : catalog_(catalog), console_(console) {}

  Records Read(tokentra_text chunk, const tokentra_records_options& options) override {
    return PriceRecords(catalog_, chunk, Converting(options));
  }
  Records ReadHeld(tokentra_held* held, const tokentra_records_options& options) override {
    return PriceHeld(catalog_, held, Converting(options));
  }

  void OnRecord(const tokentra_record& record, const std::string& /*file*/) override {
    ++imported_;
    console_.Out(View(record.json));
    console_.Out("\n");
  }

  std::uint64_t imported() const { return imported_; }

 private:
  static tokentra_records_options Converting(tokentra_records_options options) {
    options.flags |= TOKENTRA_RECORDS_CONVERT;
    return options;
  }

  const tokentra_catalog* catalog_;
  Console& console_;
  std::uint64_t imported_ = 0;
};

}  // namespace

int RunImport(const Options& options, Console& console) {
  if (options.files.empty()) throw UsageError("nothing to import: give FILE (- is standard input)");
  const Catalog catalog = OpenCatalog(options.overlays);
  LogOptions log = LogOptionsFrom(options);
  log.progress = !console.terminal().output_is_terminal;
  Importer importer(catalog.get(), console);
  const Tally tally = ReadLog(log, console, importer);
  std::string text = Count(importer.imported(), "call record", "call records") + ", " +
                     Count(tally.refused) + " refused";
  if (tally.repeated > 0) {
    text += ", " + Count(tally.repeated, "line repeats", "lines repeat") + " a call";
  }
  if (tally.covered > 0) {
    text += ", " + Count(tally.covered, "span repeats", "spans repeat") + " the calls under it";
  }
  console.Note(text);
  return tally.AnythingWrong() ? kExitRefused : kExitFine;
}

}  // namespace tokentra::cli
