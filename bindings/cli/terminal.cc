#include "bindings/cli/terminal.h"

#include <langinfo.h>
#include <locale.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <cstring>

namespace tokentra::cli {
namespace {

constexpr std::size_t kColumnsMin = 40;
constexpr std::size_t kColumnsMax = 1000;

std::string_view Environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view() : std::string_view(value);
}

std::size_t Columns(bool output_is_terminal) {
  const std::string_view stated = Environment("COLUMNS");
  std::size_t columns = 0;
  const auto [end, error] = std::from_chars(stated.data(), stated.data() + stated.size(), columns);
  const bool valid = error == std::errc() && end == stated.data() + stated.size() && columns > 0;
  if (!valid) {
    winsize size = {};
    const bool known = output_is_terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0;
    columns = known && size.ws_col > 0 ? size.ws_col : kPipeColumns;
  }
  return std::clamp(columns, kColumnsMin, kColumnsMax);
}

// One character of UTF-8 text.
struct Character {
  char32_t code = 0;
  std::size_t size = 1;
  bool valid = false;
};

Character Decode(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1, true};
  const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < size) return {};
  char32_t code = lead & (0xffu >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {};
    code = code << 6 | (byte(i) & 0x3fu);
  }
  const bool overlong = (size == 3 && code < 0x800) || (size == 4 && code < 0x10000);
  const bool surrogate = code >= 0xd800 && code <= 0xdfff;
  if (overlong || surrogate || code > 0x10ffff) return {};
  return {code, size, true};
}

// The C library knows widths, in a UTF-8 locale; the program's own may be another.
std::size_t CharacterWidth(char32_t code) {
  if (code < 0x80) return 1;
  static const locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  if (utf8 == nullptr) return 1;
  const locale_t before = uselocale(utf8);
  const int width = wcwidth(static_cast<wchar_t>(code));
  uselocale(before);
  return width < 0 ? 1 : static_cast<std::size_t>(width);
}

bool IsControl(char32_t code) {
  const bool bidirectional =
      (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
  return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x2028 || code == 0x2029 ||
         bidirectional;
}

}  // namespace

Terminal DetectTerminal() {
  setlocale(LC_CTYPE, "");
  Terminal terminal;
  terminal.output_is_terminal = isatty(STDOUT_FILENO) == 1;
  const bool dumb = Environment("TERM") == "dumb";
  terminal.notes_are_terminal = isatty(STDERR_FILENO) == 1 && !dumb;
  terminal.color = terminal.output_is_terminal && !dumb && Environment("NO_COLOR").empty();
  terminal.utf8 = std::strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
  terminal.columns = Columns(terminal.output_is_terminal);
  return terminal;
}

std::string Printable(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string printable;
  printable.reserve(text.size());
  while (!text.empty()) {
    const Character character = Decode(text);
    if (character.valid && !IsControl(character.code)) {
      printable += text.substr(0, character.size);
    } else {
      for (const char c : text.substr(0, character.size)) {
        const auto byte = static_cast<unsigned char>(c);
        printable += {'\\', 'x', kDigits[byte >> 4], kDigits[byte & 15]};
      }
    }
    text.remove_prefix(character.size);
  }
  return printable;
}

std::size_t DisplayWidth(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const Character character = Decode(text);
    width += CharacterWidth(character.code);
    text.remove_prefix(character.size);
  }
  return width;
}

std::string Truncate(std::string_view text, std::size_t columns, std::string_view ellipsis) {
  if (DisplayWidth(text) <= columns) return std::string(text);
  const std::size_t room = columns - std::min(columns, DisplayWidth(ellipsis));
  std::size_t size = 0;
  std::size_t width = 0;
  while (size < text.size()) {
    const Character character = Decode(text.substr(size));
    width += CharacterWidth(character.code);
    if (width > room) break;
    size += character.size;
  }
  return std::string(text.substr(0, size)).append(ellipsis);
}

std::string PadRight(std::string text, std::size_t columns) {
  const std::size_t width = DisplayWidth(text);
  if (width < columns) text.append(columns - width, ' ');
  return text;
}

std::string PadLeft(std::string text, std::size_t columns) {
  const std::size_t width = DisplayWidth(text);
  if (width < columns) text.insert(0, columns - width, ' ');
  return text;
}

std::string Wrap(std::string_view text, std::size_t columns, std::size_t indent) {
  std::string wrapped;
  std::size_t used = 0;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    if (word.empty()) continue;
    const std::size_t width = DisplayWidth(word);
    if (used > indent && used + 1 + width > columns) {
      wrapped += '\n';
      used = 0;
    }
    if (used == 0) {
      wrapped.append(indent, ' ');
      used = indent;
    } else {
      wrapped += ' ';
      ++used;
    }
    wrapped += word;
    used += width;
  }
  return wrapped += '\n';
}

}  // namespace tokentra::cli
