#include "core/convention/vocabulary_file.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/base/text.h"

namespace tokentra {
namespace {

constexpr std::string_view kBlanks = " \t\r";

// Takes the first word off `line`.
std::string_view NextWord(std::string_view& line) {
  const std::size_t begin = line.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) {
    line = {};
    return {};
  }
  line.remove_prefix(begin);
  const std::size_t end = std::min(line.find_first_of(kBlanks), line.size());
  const std::string_view word = line.substr(0, end);
  line.remove_prefix(end);
  return word;
}

absl::Status ReadAttribute(std::string_view attribute, const std::string& place, WordSource& word) {
  const std::size_t colon = attribute.find(':');
  const std::string_view kind = attribute.substr(0, colon);
  const std::string_view value =
      colon == std::string_view::npos ? std::string_view() : attribute.substr(colon + 1);
  if (kind == "alias" && !value.empty()) {
    word.aliases.emplace_back(value);
    return absl::OkStatus();
  }
  if (kind == "former" && !value.empty()) {
    WordSource::Former former;
    const std::size_t at = value.rfind('@');
    former.name = std::string(value.substr(0, at));
    if (at != std::string_view::npos) {
      absl::StatusOr<InstantNs> until =
          ParseInstant(absl::StrCat(value.substr(at + 1), "T00:00:00Z"));
      if (!until.ok()) {
        return absl::InvalidArgumentError(absl::StrCat(place, "the date of ", Quote(attribute),
                                                       " is not of the form 2026-07-01"));
      }
      former.until = *until;
    }
    word.former.push_back(std::move(former));
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat(
      place, Quote(attribute), " is neither alias:NAME nor former:NAME nor former:NAME@DATE"));
}

}  // namespace

absl::Status ReadVocabularyFile(std::string_view text, std::string_view file,
                                std::vector<WordSource>& words) {
  // Words whose indentation is open, outermost first.
  std::vector<std::pair<std::size_t, std::string>> open;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    const std::size_t indentation = line.find_first_not_of(kBlanks);
    if (indentation == std::string_view::npos || line[indentation] == '#') continue;
    if (words.size() == kWordsMax) {
      return absl::InvalidArgumentError(
          absl::StrCat(file, ":", number, ": more words than words_max ", kWordsMax));
    }
    WordSource word;
    word.name = std::string(NextWord(line));
    while (!open.empty() && open.back().first >= indentation) open.pop_back();
    if (!open.empty()) word.parent = open.back().second;
    open.emplace_back(indentation, word.name);
    const std::string place = absl::StrCat(file, ":", number, ": ");
    for (std::string_view next = NextWord(line); !next.empty(); next = NextWord(line)) {
      if (next.front() == '#') break;
      TOKENTRA_RETURN_IF_ERROR(ReadAttribute(next, place, word));
    }
    words.push_back(std::move(word));
  }
  return absl::OkStatus();
}

}  // namespace tokentra
