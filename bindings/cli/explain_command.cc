// tokentra explain: why a price is what it is.

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "bindings/cli/commands.h"
#include "bindings/cli/cost_text.h"
#include "bindings/cli/format.h"
#include "bindings/cli/log_reader.h"
#include "bindings/cli/one_call.h"

namespace tokentra::cli {
namespace {

std::string WithNewline(std::string text) {
  if (text.empty() || text.back() != '\n') text += '\n';
  return text;
}

// The member `explain` of a result.
std::string ExplanationOf(std::string_view object) {
  const auto parsed = nlohmann::json::parse(object, nullptr, false);
  return parsed.is_object() ? parsed.value("explain", "") : std::string();
}

class Explainer : public LogHandler {
 public:
  Explainer(const tokentra_catalog* catalog, const Options& options, Console& console)
      : catalog_(catalog), options_(options), console_(console) {}

  Records Read(tokentra_text chunk, const tokentra_records_options& options) override {
    return PriceRecords(catalog_, chunk, Explaining(options));
  }
  Records ReadHeld(tokentra_held* held, const tokentra_records_options& options) override {
    return PriceHeld(catalog_, held, Explaining(options));
  }

  void OnRecord(const tokentra_record& record, const std::string& file) override {
    if (!IsWanted(record.line)) return;
    if (options_.json) {
      Print(std::string(View(record.json)), file);
    } else {
      console_.Out(console_.Strong(file + ":" + std::to_string(record.line)) + "\n" +
                   WithNewline(ExplanationOf(View(record.json))) + "\n");
    }
    ++explained_;
  }

  void OnRefused(const tokentra_record& record, const std::string& file) override {
    if (!IsWanted(record.line)) return;
    ++explained_;
    if (options_.json) {
      Print("{\"line\":" + std::to_string(record.line) +
                ",\"error\":" + JsonError(record.status, View(record.message)) + "}",
            file);
    }
  }

  std::uint64_t explained() const { return explained_; }

 private:
  static tokentra_records_options Explaining(tokentra_records_options options) {
    options.flags |= TOKENTRA_RECORDS_JSON | TOKENTRA_RECORDS_EXPLAIN;
    return options;
  }

  bool IsWanted(std::uint64_t line) const { return options_.line == 0 || options_.line == line; }

  void Print(std::string object, const std::string& file) {
    if (options_.files.size() > 1) {
      object = WithFirstMember(object, "\"file\":" + JsonString(file));
    }
    console_.Out(object + "\n");
  }

  const tokentra_catalog* catalog_;
  const Options& options_;
  Console& console_;
  std::uint64_t explained_ = 0;
};

int ExplainFiles(const tokentra_catalog* catalog, const Options& options, Console& console) {
  LogOptions log = LogOptionsFrom(options);
  log.progress = !console.terminal().output_is_terminal;
  Explainer explainer(catalog, options, console);
  const Tally tally = ReadLog(log, console, explainer);
  bool wrong = tally.AnythingWrong();
  if (options.line != 0 && explainer.explained() == 0) {
    wrong = true;
    console.Note("no call record in line " + std::to_string(options.line));
  }
  return wrong || (options.strict && tally.AnythingUnpriced()) ? kExitRefused : kExitFine;
}

int ExplainOne(const tokentra_catalog* catalog, const Options& options, Console& console) {
  const Cost cost = PriceOneCall(catalog, options);
  const std::string text = CostExplanation(cost.get());
  console.Out(options.json
                  ? WithLastMember(CostJson(cost.get()), "\"explain\":" + JsonString(text)) + "\n"
                  : WithNewline(text));
  return options.strict && IsUnpriced(cost.get()) ? kExitRefused : kExitFine;
}

}  // namespace

int RunExplain(const Options& options, Console& console) {
  const bool one = IsOneCall(options);
  const Catalog catalog = OpenCatalog(options.overlays);
  return one ? ExplainOne(catalog.get(), options, console)
             : ExplainFiles(catalog.get(), options, console);
}

}  // namespace tokentra::cli
