// The loop that price, report, import and explain share: every file, chunk by chunk, record by
// record.
//
// A record that is refused is noted as `FILE:LINE: column N: message` on standard error and the
// rest goes on; so does a file that cannot be read. Chunks are read on `jobs` threads and come out
// in order. Memory: a few chunks a thread and their results, and what a format makes wait for the
// end of the run (at most held_max; past it, what waits is resolved early, and the run says so).

#ifndef TOKENTRA_BINDINGS_CLI_LOG_READER_H_
#define TOKENTRA_BINDINGS_CLI_LOG_READER_H_

#include <tokentra/tokentra.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "bindings/cli/console.h"
#include "bindings/cli/handle.h"
#include "bindings/cli/options.h"

namespace tokentra::cli {

// Why calls are unpriced, counted; at most `reasons_max` kept apart, the rest under an empty key.
class UnpricedReasons {
 public:
  struct Key {
    std::string reason;
    std::string provider;
    std::string model;
    auto operator<=>(const Key&) const = default;
  };
  struct Entry {
    Key key;
    std::uint64_t events = 0;
  };

  explicit UnpricedReasons(std::uint64_t reasons_max) : reasons_max_(reasons_max) {}

  void Add(const tokentra_record& record);
  // Most events first.
  std::vector<Entry> Sorted() const;
  std::uint64_t events() const { return events_; }

 private:
  std::uint64_t reasons_max_;
  std::uint64_t events_ = 0;
  std::map<Key, std::uint64_t> counts_;
};

// What a run met, over all files.
struct Tally {
  std::uint64_t records = 0;  // refused and skipped ones included
  std::uint64_t refused = 0;
  std::uint64_t skipped = 0;  // outside since/until
  std::uint64_t priced = 0;   // free ones included
  std::uint64_t partial = 0;
  std::uint64_t unpriced = 0;
  std::uint64_t unmetered = 0;
  std::uint64_t failed_files = 0;
  std::uint64_t repeated = 0;  // lines that repeat a call of the same id
  std::uint64_t covered = 0;   // spans that repeat the calls under them
  bool held_overflowed = false;
  bool stopped = false;  // at the first refused record, by --strict
  tokentra_money total = {0, 0};

  bool AnythingWrong() const { return refused > 0 || failed_files > 0 || held_overflowed; }
  bool AnythingUnpriced() const { return unpriced > 0 || partial > 0; }
};

// What a command does with the records. `Read` runs on any thread, concurrently; everything else on
// the caller's, in the order of the log.
class LogHandler {
 public:
  virtual ~LogHandler() = default;
  virtual void OnFile(const std::string& /*name*/) {}
  // Prices or prepares a chunk of whole records.
  virtual Records Read(tokentra_text chunk, const tokentra_records_options& options) = 0;
  // The same for what was held back until the end of the run.
  virtual Records ReadHeld(tokentra_held* held, const tokentra_records_options& options) = 0;
  // The results of a chunk, before its records are given one by one.
  virtual void OnRecords(tokentra_records* /*records*/) {}
  // One record that was read, skipped ones excluded.
  virtual void OnRecord(const tokentra_record& record, const std::string& file) = 0;
  // One line that was refused; the note is written already.
  virtual void OnRefused(const tokentra_record& /*record*/, const std::string& /*file*/) {}
};

struct LogOptions {
  const std::vector<std::string>* files = nullptr;
  std::uint64_t line_max = 0;
  std::uint64_t held_max = 0;
  std::size_t jobs = 1;
  std::string format;  // empty: detected, file by file
  std::vector<tokentra_pair> columns;
  tokentra_records_options records = {};
  bool progress = true;
  bool strict = false;   // stop at the first record that is refused
  bool verbose = false;  // tell formats and unread fields
};

Tally ReadLog(const LogOptions& options, Console& console, LogHandler& handler);

// --at, --line-max and the files, as they are given.
LogOptions LogOptionsFrom(const Options& options);

// The instant that an option states; an absent option is TOKENTRA_NO_INSTANT. Throws UsageError.
std::int64_t InstantOption(std::string_view name, const std::string& text);

// How a file is called in notes.
std::string FileLabel(const std::string& path);

}  // namespace tokentra::cli

#endif  // TOKENTRA_BINDINGS_CLI_LOG_READER_H_
