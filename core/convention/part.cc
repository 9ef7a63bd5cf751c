#include "core/convention/part.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/base/text.h"
#include "core/convention/pattern.h"

namespace tokentra {
namespace {

constexpr std::string_view kDatePattern =
    "[0-9]{4}(-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)"
    "|02-(0[1-9]|[12][0-9]))|((0[13578]|1[02])(0[1-9]|[12][0-9]|3[01])"
    "|(0[469]|11)(0[1-9]|[12][0-9]|30)|02(0[1-9]|[12][0-9])))";
constexpr std::string_view kUuidPattern =
    "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";

// A character class of `bytes`, each escaped where it is special.
std::string ClassOf(std::string_view bytes) {
  std::string text = "[";
  for (const char c : bytes) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    absl::StrAppend(&text, plain ? "" : "\\", std::string(1, c));
  }
  return text + "]";
}

struct FreeWords {
  std::string pattern;
  std::string in_words;
};

FreeWords FreeWordsOf(const PartSource& source) {
  FreeWords words;
  if (!source.characters.empty()) {
    words.pattern = absl::StrCat("[", source.characters, "]+");
    words.in_words = absl::StrCat("characters of ", source.characters);
  } else if (source.word_case == "upper") {
    words = {"[A-Z0-9]+", "capitals and digits"};
  } else if (source.word_case == "title") {
    words = {"[A-Z][a-z0-9]*", "words that begin with a capital"};
  } else if (source.word_case == "any") {
    words = {"[A-Za-z0-9]+", "letters and digits"};
  } else {
    words = {"[a-z0-9]+", "lower-case letters and digits"};
  }
  if (!source.separator.empty()) {
    words.pattern =
        absl::StrCat(words.pattern, "(", ClassOf(source.separator), words.pattern, ")*");
    absl::StrAppend(&words.in_words, ", words joined by \"", source.separator, "\"");
  }
  return words;
}

absl::StatusOr<CompiledPart> CompileNumber(const PartSource& source) {
  CompiledPart part;
  part.in_words =
      absl::StrCat("a whole number from ", source.number_min, " to ", source.number_max);
  if (source.number_max - source.number_min < kNumbersMax) {
    std::vector<std::string> numbers;
    for (std::int64_t n = source.number_min; n <= source.number_max; ++n) {
      numbers.push_back(absl::StrCat(n));
    }
    std::sort(numbers.begin(), numbers.end());
    const std::vector<std::string_view> views(numbers.begin(), numbers.end());
    part.dfa = std::make_shared<const Dfa>(Dfa::FromWords(views));
    return part;
  }
  std::int64_t power = 1;
  int digits = 0;
  while (power <= source.number_max) {
    power *= 10;
    ++digits;
  }
  if (source.number_min != 0 || source.number_max != power - 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("numbers from ", source.number_min, " to ", source.number_max,
                     ": at most numbers_max ", kNumbersMax, " of them, or 0 to 9, 99, 999, ..."));
  }
  TOKENTRA_ASSIGN_OR_RETURN(Dfa dfa,
                            CompilePattern(absl::StrCat("0|[1-9][0-9]{0,", digits - 1, "}")));
  part.dfa = std::make_shared<const Dfa>(std::move(dfa));
  return part;
}

}  // namespace

absl::StatusOr<CompiledPart> CompilePart(const PartSource& source) {
  std::string pattern;
  CompiledPart part;
  switch (source.kind) {
    case PartKind::kVocabulary:
      return absl::InternalError("a vocabulary compiles itself");
    case PartKind::kNumber:
      return CompileNumber(source);
    case PartKind::kPattern:
      pattern = source.pattern;
      part.in_words = absl::StrCat("text of the form ", source.pattern);
      break;
    case PartKind::kDate:
      pattern = kDatePattern;
      part.in_words = "a date, 2026-11-25 or 20261125";
      break;
    case PartKind::kUuid:
      pattern = kUuidPattern;
      part.in_words = "a UUID in lower case";
      break;
    case PartKind::kAny:
      pattern = ".+";
      part.in_words = "any text";
      break;
    case PartKind::kDefault: {
      FreeWords words = FreeWordsOf(source);
      pattern = std::move(words.pattern);
      part.in_words = std::move(words.in_words);
      break;
    }
  }
  TOKENTRA_ASSIGN_OR_RETURN(Dfa dfa, CompilePattern(pattern));
  if (source.length_min != 0 || source.length_max != 0) {
    const std::size_t max = source.length_max == 0 ? kValueBytesMax : source.length_max;
    absl::StrAppend(&part.in_words, ", ", source.length_min, " to ", max, " bytes");
    TOKENTRA_ASSIGN_OR_RETURN(dfa, LimitLength(dfa, source.length_min, max));
  }
  if (dfa.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("nothing can satisfy it: there is no ", part.in_words));
  }
  part.dfa = std::make_shared<const Dfa>(std::move(dfa));
  return part;
}

}  // namespace tokentra
