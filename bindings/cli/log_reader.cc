#include "bindings/cli/log_reader.h"

#include <algorithm>

#include "bindings/cli/format.h"
#include "bindings/cli/line_source.h"
#include "bindings/cli/terminal.h"

namespace tokentra::cli {
namespace {

class LogRun {
 public:
  LogRun(const LogOptions& options, Console& console, LogHandler& handler)
      : options_(options), console_(console), handler_(handler) {
    for (const std::string& file : *options.files) total_bytes_ += FileSize(file);
  }

  void ReadFile(const std::string& path) {
    label_ = FileLabel(path);
    handler_.OnFile(label_);
    LineSource source(path, options_.line_max);
    while (true) {
      const Piece piece = source.Next();
      switch (piece.kind) {
        case Piece::Kind::kChunk:
          ReadChunk(piece);
          break;
        case Piece::Kind::kLongLine:
          ++tally_.records;
          Refuse(piece.line, TOKENTRA_RESOURCE_EXHAUSTED,
                 "longer than --line-max " + std::to_string(options_.line_max));
          break;
        case Piece::Kind::kFailed:
          ++tally_.failed_files;
          console_.Note(label_ + ": " + piece.message);
          break;
        case Piece::Kind::kEnd:
          finished_bytes_ += source.bytes_read();
          return;
      }
      if (options_.progress) {
        console_.Progress(finished_bytes_ + source.bytes_read(), total_bytes_, tally_.records);
      }
    }
  }

  const Tally& tally() const { return tally_; }

 private:
  void ReadChunk(const Piece& piece) {
    tokentra_records_options options = options_.records;
    options.first_line = piece.line;
    const Records records = handler_.Read(Text(piece.text), options);
    const std::size_t count = tokentra_records_count(records.get());
    for (std::size_t i = 0; i < count; ++i) {
      tokentra_record record = {};
      ErrorSlot error;
      error.Check(tokentra_records_at(records.get(), i, &record, sizeof record, error.out()));
      ReadRecord(record);
    }
  }

  void ReadRecord(const tokentra_record& record) {
    ++tally_.records;
    if (record.status != TOKENTRA_OK) {
      Refuse(record.line, record.status, View(record.message));
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
    handler_.OnRecord(record);
  }

  void Refuse(std::uint64_t line, tokentra_status code, std::string_view message) {
    ++tally_.refused;
    console_.Note(label_ + ":" + std::to_string(line) + ": " + Printable(message));
    handler_.OnRefused(line, code, message);
  }

  const LogOptions& options_;
  Console& console_;
  LogHandler& handler_;
  Tally tally_;
  std::string label_;
  std::uint64_t total_bytes_ = 0;
  std::uint64_t finished_bytes_ = 0;
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
  console.ClearProgress();
  return run.tally();
}

LogOptions LogOptionsFrom(const Options& options) {
  LogOptions log;
  log.files = &options.files;
  log.line_max = options.line_max;
  log.records.default_at_ns = InstantOption("--at", options.at);
  log.records.since_ns = TOKENTRA_NO_INSTANT;
  log.records.until_ns = TOKENTRA_NO_INSTANT;
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
