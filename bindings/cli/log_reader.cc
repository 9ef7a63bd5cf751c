#include "bindings/cli/log_reader.h"

#include <algorithm>
#include <deque>
#include <thread>
#include <utility>

#include "bindings/cli/chunk_pipeline.h"
#include "bindings/cli/format.h"
#include "bindings/cli/line_source.h"
#include "bindings/cli/nearest.h"
#include "bindings/cli/terminal.h"

namespace tokentra::cli {
namespace {

Held NewHeld() {
  tokentra_held* held = nullptr;
  ErrorSlot error;
  error.Check(tokentra_held_new(&held, error.out()));
  return Held(held);
}

class LogRun {
 public:
  LogRun(const LogOptions& options, Console& console, LogHandler& handler)
      : options_(options),
        console_(console),
        handler_(handler),
        held_(NewHeld()),
        pipeline_(options.jobs, [&handler](tokentra_text chunk, const tokentra_records_options& o) {
          return handler.Read(chunk, o);
        }) {
    for (const std::string& file : *options.files) total_bytes_ += FileSize(file);
  }

  void ReadFile(const std::string& path) {
    files_.push_back({FileLabel(path), {}});
    handler_.OnFile(files_.back().label);
    LineSource source(path, options_.line_max, options_.format);
    bool told = false;
    while (!tally_.stopped) {
      Piece piece = source.Next();
      if (!told && piece.kind != Piece::Kind::kFailed) {
        told = true;
        files_.back().layout = source.layout();
        TellFormat();
      }
      if (piece.kind == Piece::Kind::kChunk) {
        Submit(piece);
      } else {
        Drain();
        if (piece.kind == Piece::Kind::kEnd) break;
        if (!tally_.stopped) Other(piece);
      }
      if (options_.progress) {
        console_.Progress(finished_bytes_ + source.bytes_read(), total_bytes_, tally_.records);
      }
    }
    finished_bytes_ += source.bytes_read();
  }

  Tally Finish() {
    if (!tally_.stopped) ResolveHeld();
    console_.ClearProgress();
    for (const auto& [key, count] : unread_) {
      console_.Note("not read (" + key.first + "): " + Printable(key.second) + ": " +
                    Count(count, "time", "times"));
    }
    return tally_;
  }

 private:
  struct File {
    std::string label;
    Layout layout;
  };

  void TellFormat() {
    const File& file = files_.back();
    if (!options_.verbose && (file.layout.format == "record" || !options_.format.empty())) return;
    if (!file.layout.shown && !options_.verbose) return;
    console_.Note(file.label + ": read as " + file.layout.format +
                  (file.layout.csv && file.layout.format != "csv" ? " (CSV)" : ""));
  }

  tokentra_records_options ChunkOptions() const {
    const File& file = files_.back();
    tokentra_records_options options = options_.records;
    options.format = Text(file.layout.format);
    options.header = Text(file.layout.header);
    options.columns = options_.columns.data();
    options.column_count = options_.columns.size();
    options.source = static_cast<std::uint32_t>(files_.size() - 1);
    options.flags |= TOKENTRA_RECORDS_HOLD;
    if (options_.verbose) options.flags |= TOKENTRA_RECORDS_FIELDS;
    return options;
  }

  void Submit(const Piece& piece) {
    tokentra_records_options options = ChunkOptions();
    options.first_line = piece.line;
    std::string text = pipeline_.TakeBuffer();
    text.assign(piece.text);
    pipeline_.Submit(std::move(text), options);
    while (pipeline_.full() && !tally_.stopped) TakeOne();
  }

  void Drain() {
    while (!pipeline_.empty() && !tally_.stopped) TakeOne();
  }

  void TakeOne() {
    const std::unique_ptr<Chunk> chunk = pipeline_.Take();
    ErrorSlot error;
    error.Check(tokentra_held_add(held_.get(), chunk->records.get(), error.out()));
    ReadRecords(chunk->records.get());
    pipeline_.GiveBuffer(std::move(chunk->text));
    if (tokentra_held_count(held_.get()) <= options_.held_max || tally_.stopped) return;
    tally_.held_overflowed = true;
    ResolveHeld();
  }

  void ResolveHeld() {
    if (tokentra_held_count(held_.get()) == 0) return;
    const Records records = handler_.ReadHeld(held_.get(), options_.records);
    ReadRecords(records.get());
  }

  void ReadRecords(tokentra_records* records) {
    handler_.OnRecords(records);
    ErrorSlot error;
    tokentra_records_totals totals = {};
    error.Check(tokentra_records_total(records, &totals, sizeof totals, error.out()));
    tally_.repeated += totals.repeated;
    tally_.covered += totals.covered;
    NoteUnread(records, totals.fields);
    const std::size_t count = tokentra_records_count(records);
    for (std::size_t i = 0; i < count && !tally_.stopped; ++i) {
      tokentra_record record = {};
      error.Check(tokentra_records_at(records, i, &record, sizeof record, error.out()));
      ReadRecord(record);
    }
  }

  void NoteUnread(const tokentra_records* records, std::uint64_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      std::uint64_t times = 0;
      const std::string_view path = View(tokentra_records_field(records, i, &times));
      unread_[{files_.back().layout.format, std::string(path)}] += times;
    }
  }

  void ReadRecord(const tokentra_record& record) {
    ++tally_.records;
    if (record.status != TOKENTRA_OK) {
      Refuse(record);
      return;
    }
    if ((record.flags & TOKENTRA_RECORD_SKIPPED) != 0) {
      ++tally_.skipped;
      return;
    }
    switch (record.state) {
      case TOKENTRA_STATE_PARTIAL:
        ++tally_.partial;
        AddMoney(tally_.total, record.total);
        break;
      case TOKENTRA_STATE_UNPRICED:
        ++tally_.unpriced;
        break;
      case TOKENTRA_STATE_UNMETERED:
        ++tally_.unmetered;
        break;
      default:
        ++tally_.priced;
        AddMoney(tally_.total, record.total);
    }
    handler_.OnRecord(record, files_[record.source].label);
  }

  // A record that is too long, or the end of a file that cannot be read.
  void Other(const Piece& piece) {
    if (piece.kind == Piece::Kind::kFailed) {
      ++tally_.failed_files;
      console_.Note(files_.back().label + ": " + piece.message);
      return;
    }
    ++tally_.records;
    const std::string message = "longer than --line-max " + std::to_string(options_.line_max);
    tokentra_record record = {};
    record.line = piece.line;
    record.status = TOKENTRA_RESOURCE_EXHAUSTED;
    record.message = Text(message);
    record.source = static_cast<std::uint32_t>(files_.size() - 1);
    Refuse(record);
  }

  void Refuse(const tokentra_record& record) {
    ++tally_.refused;
    const std::string& label = files_[record.source].label;
    console_.Note(label + ":" + std::to_string(record.line) + ": " +
                  (record.column == 0 ? "" : "column " + std::to_string(record.column) + ": ") +
                  Printable(View(record.message)));
    handler_.OnRefused(record, label);
    tally_.stopped = options_.strict;
  }

  const LogOptions& options_;
  Console& console_;
  LogHandler& handler_;
  Held held_;
  Tally tally_;
  std::deque<File> files_;  // chunks refer to their layouts
  std::map<std::pair<std::string, std::string>, std::uint64_t> unread_;
  std::uint64_t total_bytes_ = 0;
  std::uint64_t finished_bytes_ = 0;
  ChunkPipeline pipeline_;  // last: its threads end first
};

}  // namespace

void UnpricedReasons::Add(const tokentra_record& record) {
  ++events_;
  Key key{std::string(View(record.message)), std::string(View(record.provider)),
          std::string(View(record.model))};
  if (counts_.size() >= reasons_max_ && !counts_.contains(key)) key = {};
  ++counts_[std::move(key)];
}

std::vector<UnpricedReasons::Entry> UnpricedReasons::Sorted() const {
  std::vector<Entry> entries;
  entries.reserve(counts_.size());
  for (const auto& [key, events] : counts_) entries.push_back({key, events});
  std::stable_sort(entries.begin(), entries.end(),
                   [](const Entry& a, const Entry& b) { return a.events > b.events; });
  return entries;
}

Tally ReadLog(const LogOptions& options, Console& console, LogHandler& handler) {
  LogRun run(options, console, handler);
  for (const std::string& file : *options.files) run.ReadFile(file);
  return run.Finish();
}

namespace {

std::string CheckedFormat(const std::string& format) {
  std::vector<std::string> names;
  for (std::size_t i = 0;; ++i) {
    const std::string_view name = View(tokentra_records_format(i));
    if (name.empty()) break;
    if (name == format) return format;
    names.emplace_back(name);
  }
  if (format.empty() || format == "auto") return {};
  std::string all;
  for (const std::string& name : names) all += (all.empty() ? "" : ", ") + name;
  throw UsageError("--format: '" + Printable(format) + "' is none of " + all +
                   DidYouMean(format, names));
}

std::size_t JobsFrom(const Options& options) {
  constexpr std::size_t kUnasked = 8;
  if (options.jobs > 0) return options.jobs;
  return std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, kUnasked);
}

}  // namespace

LogOptions LogOptionsFrom(const Options& options) {
  LogOptions log;
  log.files = &options.files;
  log.line_max = options.line_max;
  log.held_max = options.ids_max;
  log.jobs = JobsFrom(options);
  log.format = CheckedFormat(options.format);
  log.strict = options.strict;
  log.verbose = options.verbose;
  for (const std::string& column : options.columns) {
    const std::size_t equals = column.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == column.size()) {
      throw UsageError("--column: '" + Printable(column) + "' is not FIELD=COLUMN");
    }
    const std::string_view text = column;
    log.columns.push_back({Text(text.substr(0, equals)), Text(text.substr(equals + 1))});
  }
  if (!log.columns.empty() && log.format.empty()) log.format = "csv";
  log.records.default_at_ns = InstantOption("--at", options.at);
  log.records.since_ns = TOKENTRA_NO_INSTANT;
  log.records.until_ns = TOKENTRA_NO_INSTANT;
  log.records.provider = Text(options.provider);
  log.records.model = Text(options.model);
  return log;
}

std::int64_t InstantOption(std::string_view name, const std::string& text) {
  if (text.empty()) return TOKENTRA_NO_INSTANT;
  std::int64_t instant = TOKENTRA_NO_INSTANT;
  ErrorSlot error;
  try {
    error.Check(tokentra_instant_parse(Text(text), &instant, error.out()));
  } catch (const Failure& failure) {
    throw UsageError(std::string(name).append(": ").append(failure.what()));
  }
  return instant;
}

std::string FileLabel(const std::string& path) {
  return path == kStandardInput ? "<stdin>" : Printable(path);
}

}  // namespace tokentra::cli
