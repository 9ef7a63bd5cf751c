// tokentra price: call records, or one call, to exact amounts.

#include <string>

#include "bindings/cli/commands.h"
#include "bindings/cli/cost_text.h"
#include "bindings/cli/format.h"
#include "bindings/cli/log_reader.h"
#include "bindings/cli/one_call.h"
#include "bindings/cli/unpriced_text.h"

namespace tokentra::cli {
namespace {

// With more than one file every object says which one its line is of.
std::string FileMember(const std::string& label) { return "\"file\":" + JsonString(label); }

tokentra_records_options WithFlags(tokentra_records_options options, std::uint32_t flags) {
  options.flags |= flags;
  return options;
}

class PriceJson : public LogHandler {
 public:
  PriceJson(const tokentra_catalog* catalog, bool several, Console& console)
      : catalog_(catalog), several_(several), console_(console) {}

  Records Read(tokentra_text chunk, const tokentra_records_options& options) override {
    return PriceRecords(catalog_, chunk, WithFlags(options, TOKENTRA_RECORDS_JSON));
  }
  Records ReadHeld(tokentra_held* held, const tokentra_records_options& options) override {
    return PriceHeld(catalog_, held, WithFlags(options, TOKENTRA_RECORDS_JSON));
  }

  void OnRecord(const tokentra_record& record, const std::string& file) override {
    Print(View(record.json), file);
  }

  void OnRefused(const tokentra_record& record, const std::string& file) override {
    if (record.json.size != 0) {
      Print(View(record.json), file);
      return;
    }
    Print("{\"line\":" + std::to_string(record.line) +
              ",\"error\":" + JsonError(record.status, View(record.message)) + "}",
          file);
  }

 private:
  void Print(std::string_view object, const std::string& file) {
    console_.Out(several_ ? WithFirstMember(object, FileMember(file)) : std::string(object));
    console_.Out("\n");
  }

  const tokentra_catalog* catalog_;
  bool several_;
  Console& console_;
};

class PriceTable : public LogHandler {
 public:
  PriceTable(const tokentra_catalog* catalog, bool several, Console& console)
      : catalog_(catalog), several_(several), console_(console), row_(console.terminal()) {}

  void OnFile(const std::string& name) override {
    if (several_) console_.Out((started_ ? "\n" : "") + name + "\n");
    heading_pending_ = true;
  }

  Records Read(tokentra_text chunk, const tokentra_records_options& options) override {
    return PriceRecords(catalog_, chunk, options);
  }
  Records ReadHeld(tokentra_held* held, const tokentra_records_options& options) override {
    return PriceHeld(catalog_, held, options);
  }

  void OnRecord(const tokentra_record& record, const std::string& /*file*/) override {
    if (heading_pending_) console_.Out(console_.Strong(row_.Heading()) + "\n");
    heading_pending_ = false;
    started_ = true;
    console_.Out(row_.Text(record) + "\n");
    if (record.state == TOKENTRA_STATE_UNPRICED) reasons_.Add(record);
  }

  const UnpricedReasons& reasons() const { return reasons_; }

 private:
  static constexpr std::uint64_t kReasonsMax = 10'000;

  const tokentra_catalog* catalog_;
  bool several_;
  Console& console_;
  RecordRow row_;
  UnpricedReasons reasons_{kReasonsMax};
  bool heading_pending_ = true;
  bool started_ = false;
};

std::string Summary(const Tally& tally) {
  std::string text = Count(tally.records, "record", "records") + ": " + Count(tally.priced) +
                     " priced, " + Count(tally.partial) + " partial, " + Count(tally.unpriced) +
                     " unpriced, " + Count(tally.unmetered) + " without usage, " +
                     Count(tally.refused) + " refused";
  if (tally.repeated > 0) {
    text += ", " + Count(tally.repeated, "line repeats", "lines repeat") + " a call";
  }
  if (tally.covered > 0) {
    text += ", " + Count(tally.covered, "span repeats", "spans repeat") + " the calls under it";
  }
  return text + "\ntotal " + MoneyText(tally.total) + " " + std::string(kCurrency);
}

int ExitStatus(const Tally& tally, const Options& options) {
  const bool wrong = tally.AnythingWrong() || (options.strict && tally.AnythingUnpriced());
  return wrong ? kExitRefused : kExitFine;
}

int PriceFiles(const tokentra_catalog* catalog, const Options& options, Console& console) {
  LogOptions log = LogOptionsFrom(options);
  // Results on the terminal are progress enough.
  log.progress = !console.terminal().output_is_terminal;
  const bool several = options.files.size() > 1;
  if (options.json) {
    PriceJson handler(catalog, several, console);
    const Tally tally = ReadLog(log, console, handler);
    console.Note(Summary(tally));
    return ExitStatus(tally, options);
  }
  PriceTable handler(catalog, several, console);
  const Tally tally = ReadLog(log, console, handler);
  if (tally.records > 0) console.Out("\n");
  if (tally.unpriced > 0) console.Out(UnpricedText(handler.reasons(), console) + "\n");
  console.Out(Summary(tally) + "\n");
  return ExitStatus(tally, options);
}

int PriceOne(const tokentra_catalog* catalog, const Options& options, Console& console) {
  Cost cost;
  try {
    cost = PriceOneCall(catalog, options);
  } catch (const Failure& failure) {
    if (options.json) {
      console.Out("{\"error\":" + JsonError(failure.code(), failure.what()) + "}\n");
    }
    throw;
  }
  console.Out(options.json ? CostJson(cost.get()) + "\n" : CostText(cost.get(), console));
  return options.strict && IsUnpriced(cost.get()) ? kExitRefused : kExitFine;
}

}  // namespace

int RunPrice(const Options& options, Console& console) {
  const bool one = IsOneCall(options);
  const Catalog catalog = OpenCatalog(options.overlays);
  return one ? PriceOne(catalog.get(), options, console)
             : PriceFiles(catalog.get(), options, console);
}

}  // namespace tokentra::cli
