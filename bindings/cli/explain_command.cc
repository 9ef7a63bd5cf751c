// tokentra explain: why a price is what it is.

#include <algorithm>
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

std::string ExplainRecord(const tokentra_catalog* catalog, std::string_view line,
                          const tokentra_records_options& options) {
  tokentra_document* document = nullptr;
  ErrorSlot error;
  error.Check(tokentra_records_explain(catalog, Text(line), &options, sizeof options, &document,
                                       error.out()));
  const Document owner(document);
  return std::string(View(tokentra_document_text(document)));
}

class Explainer : public LogHandler {
 public:
  Explainer(const tokentra_catalog* catalog, const Options& options, Console& console)
      : catalog_(catalog), options_(options), console_(console) {}

  void OnFile(const std::string& name) override { file_ = name; }

  Records Read(tokentra_text chunk, const tokentra_records_options& options) override {
    chunk_ = View(chunk);
    next_line_ = options.first_line;
    settings_ = options;
    tokentra_records_options with_json = options;
    with_json.flags |= TOKENTRA_RECORDS_JSON;
    return PriceRecords(catalog_, chunk, with_json);
  }

  void OnRecord(const tokentra_record& record) override {
    if (!IsWanted(record.line)) return;
    tokentra_records_options settings = settings_;
    settings.first_line = record.line;
    const std::string text = ExplainRecord(catalog_, LineText(record.line), settings);
    if (options_.json) {
      std::string object = WithLastMember(View(record.json), "\"explain\":" + JsonString(text));
      if (options_.files.size() > 1) {
        object = WithFirstMember(object, "\"file\":" + JsonString(file_));
      }
      console_.Out(object + "\n");
    } else {
      console_.Out(console_.Strong(file_ + ":" + std::to_string(record.line)) + "\n" +
                   WithNewline(text) + "\n");
    }
    ++explained_;
  }

  void OnRefused(std::uint64_t line, tokentra_status code, std::string_view message) override {
    if (!IsWanted(line)) return;
    ++explained_;
    if (options_.json) {
      console_.Out("{\"line\":" + std::to_string(line) + ",\"error\":" + JsonError(code, message) +
                   "}\n");
    }
  }

  std::uint64_t explained() const { return explained_; }

 private:
  bool IsWanted(std::uint64_t line) const { return options_.line == 0 || options_.line == line; }

  // Records come in the order of their lines, so the chunk is walked once.
  std::string_view LineText(std::uint64_t line) {
    std::string_view text;
    for (; next_line_ <= line; ++next_line_) {
      const std::size_t size = std::min(chunk_.find('\n'), chunk_.size());
      text = chunk_.substr(0, size);
      chunk_.remove_prefix(std::min(chunk_.size(), size + 1));
    }
    return text;
  }

  const tokentra_catalog* catalog_;
  const Options& options_;
  Console& console_;
  tokentra_records_options settings_ = {};
  std::string file_;
  std::string_view chunk_;
  std::uint64_t next_line_ = 1;
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
  const Catalog catalog = OpenCatalog();
  return one ? ExplainOne(catalog.get(), options, console)
             : ExplainFiles(catalog.get(), options, console);
}

}  // namespace tokentra::cli
