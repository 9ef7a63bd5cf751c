// The program's two outputs: results, buffered, on standard output; notes and progress on standard
// error. A note never lands in the middle of a result or of the progress bar.
//
// Write errors (a full disk) surface as Failure, from Out or Finish.

#ifndef TOKENTRA_BINDINGS_CLI_CONSOLE_H_
#define TOKENTRA_BINDINGS_CLI_CONSOLE_H_

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "bindings/cli/terminal.h"

namespace tokentra::cli {

class Console {
 public:
  explicit Console(const Terminal& terminal);

  const Terminal& terminal() const { return terminal_; }

  void Out(std::string_view text);
  // Bold where colour is allowed.
  std::string Strong(std::string_view text) const;
  // One line; the newline is added.
  void Note(std::string_view line);
  // Writes out everything; throws if any of it could not be written.
  void Finish();

  // Long work: `done` of `total` bytes (0: unknown). Draws at most ten times a second, on a
  // terminal only, and only once the work has taken a moment.
  void Progress(std::uint64_t done, std::uint64_t total, std::uint64_t records);
  void ClearProgress();

 private:
  Terminal terminal_;
  std::string buffer_;
  std::chrono::steady_clock::time_point next_progress_;
  bool progress_shown_ = false;
};

}  // namespace tokentra::cli

#endif  // TOKENTRA_BINDINGS_CLI_CONSOLE_H_
