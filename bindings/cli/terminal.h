// What the program may assume about where its output goes, and how wide text is there.
//
// Standard output gets results, standard error notes and the progress bar. Colour and line drawing
// appear on a terminal only, colour never with NO_COLOR or TERM=dumb.

#ifndef TOKENTRA_BINDINGS_CLI_TERMINAL_H_
#define TOKENTRA_BINDINGS_CLI_TERMINAL_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace tokentra::cli {

inline constexpr std::size_t kPipeColumns = 100;

struct Terminal {
  bool output_is_terminal = false;
  bool notes_are_terminal = false;
  bool color = false;
  bool utf8 = false;  // the locale's encoding
  std::size_t columns = kPipeColumns;

  std::string_view ellipsis() const { return utf8 ? "\u2026" : "..."; }
  std::string_view rule() const { return utf8 && output_is_terminal ? "\u2500" : "-"; }
};

// COLUMNS wins over the terminal's own answer; in a pipe without it kPipeColumns.
Terminal DetectTerminal();

// Text that cannot move the cursor or break a table: control characters and bytes that are no
// UTF-8 become \xNN.
std::string Printable(std::string_view text);

// Columns that UTF-8 text takes on a terminal: wide characters two, combining ones none.
std::size_t DisplayWidth(std::string_view text);

// At most `columns` wide, the cut shown by `ellipsis`.
std::string Truncate(std::string_view text, std::size_t columns, std::string_view ellipsis);

std::string PadRight(std::string text, std::size_t columns);
std::string PadLeft(std::string text, std::size_t columns);

// Words filled into lines of at most `columns`, every line after `indent` blanks; ends with a
// newline. A word longer than a line stays whole.
std::string Wrap(std::string_view text, std::size_t columns, std::size_t indent);

}  // namespace tokentra::cli

#endif  // TOKENTRA_BINDINGS_CLI_TERMINAL_H_
