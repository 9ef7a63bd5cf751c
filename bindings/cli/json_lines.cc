#include "bindings/cli/json_lines.h"

#include <algorithm>

namespace tokentra::cli {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

std::string_view Trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

// Whether the brackets of one line are all closed in it.
bool IsClosed(std::string_view line) {
  std::int64_t depth = 0;
  bool in_text = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (in_text) {
      if (c == '\\') ++i;
      if (c == '"') in_text = false;
    } else if (c == '"') {
      in_text = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return depth <= 0 && !in_text;
}

}  // namespace

bool LooksLikeJsonDocument(std::string_view head, bool whole) {
  const std::size_t first = head.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return false;
  head.remove_prefix(first);
  if (head.front() == '[') {
    const std::size_t next = head.find_first_not_of(kBlanks, 1);
    return next != std::string_view::npos && (head[next] == '{' || head[next] == ']');
  }
  const std::size_t newline = head.find('\n');
  if (head.front() != '{' || newline == std::string_view::npos) return false;
  if (IsClosed(head.substr(0, newline))) return false;
  const std::string_view line = Trimmed(head.substr(0, newline));
  const std::string_view rest = Trimmed(head.substr(newline));
  if (rest.empty()) return !whole && line == "{";
  // A broken record is followed by another one, which begins with a bracket.
  return line == "{" || (rest.front() != '{' && rest.front() != '[');
}

void JsonLines::EndRecord(std::vector<char>& out) {
  in_record_ = false;
  out.push_back(kRecordSeparator);
  out.insert(out.end(), static_cast<std::size_t>(newlines_), '\n');
  newlines_ = 0;
}

void JsonLines::Feed(std::string_view text, std::vector<char>& out) {
  out.reserve(out.size() + text.size());
  for (const char c : text) {
    if (in_text_) {
      // A raw newline in a text is no JSON; the value is refused, the lines stay right.
      if (c == '\n') {
        ++newlines_;
        out.push_back(' ');
        continue;
      }
      out.push_back(c);
      in_text_ = escaped_ || c != '"';
      escaped_ = !escaped_ && c == '\\';
      continue;
    }
    const std::uint64_t outside = in_list_ ? 1 : 0;
    if (c == '\n') {
      if (in_record_) {
        ++newlines_;
        out.push_back(' ');
      } else {
        out.push_back('\n');
      }
      continue;
    }
    if (c == '[' && depth_ == 0 && !in_list_ && !in_record_) {
      in_list_ = true;
      depth_ = 1;
      out.push_back(' ');
      continue;
    }
    if (depth_ == outside && in_list_ && (c == ',' || c == ']')) {
      if (in_record_) EndRecord(out);
      if (c == ']') {
        in_list_ = false;
        depth_ = 0;
      }
      continue;
    }
    out.push_back(c);
    if (c == ' ' || c == '\t' || c == '\r') continue;
    in_record_ = true;
    if (c == '"') in_text_ = true;
    if (c == '{' || c == '[') ++depth_;
    if (c == '}' || c == ']') {
      if (depth_ > outside) --depth_;
      // The separator of a list's element comes with its comma.
      if (depth_ == outside && !in_list_) EndRecord(out);
    }
  }
}

void JsonLines::Finish(std::vector<char>& out) {
  if (in_record_) EndRecord(out);
}

}  // namespace tokentra::cli
