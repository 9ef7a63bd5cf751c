#include "core/convention/value_check.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "core/base/text.h"
#include "core/convention/unicode.h"

namespace tokentra {
namespace {

constexpr std::size_t kSwappedPartsMax = 6;
constexpr std::size_t kWordTokensMax = 4;

std::string_view Trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

std::string AsciiUpper(std::string text) {
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return text;
}

// Blanks and what people write between words become `separator`, runs of it one, none at the ends.
std::string Separate(std::string_view text, std::string_view separator) {
  std::string out;
  bool pending = false;
  for (const char c : text) {
    if (std::string_view(" \t-_./:,;|\\+&").find(c) != std::string_view::npos) {
      pending = !out.empty();
      continue;
    }
    if (pending) out += separator;
    pending = false;
    out += c;
  }
  return out;
}

bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }

}  // namespace

std::vector<Rewriting> SafeRewritings(std::string_view value, std::string_view separator) {
  std::vector<Rewriting> rewritings;
  const auto add = [&](Rule rule, std::string text) {
    if (text == value || text.empty()) return;
    for (const Rewriting& other : rewritings) {
      if (other.text == text) return;
    }
    rewritings.push_back({rule, std::move(text)});
  };
  const std::string composed = unicode::ToNfc(value);
  add(Rule::kUnicode, composed);
  const std::string trimmed(Trim(composed));
  add(Rule::kSeparator, trimmed);
  add(Rule::kCase, AsciiLower(trimmed));
  add(Rule::kCase, AsciiUpper(trimmed));
  if (!separator.empty()) {
    const std::string separated = Separate(trimmed, separator);
    add(Rule::kSeparator, separated);
    add(Rule::kSeparator, AsciiLower(separated));
    add(Rule::kSeparator, AsciiUpper(separated));
  }
  return rewritings;
}

std::string SplitCamelCase(std::string_view value, std::string_view separator) {
  std::string out;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const bool starts =
        IsUpper(value[i]) && i != 0 &&
        (!IsUpper(value[i - 1]) || (i + 1 < value.size() && !IsUpper(value[i + 1]) &&
                                    value[i + 1] >= 'a' && value[i + 1] <= 'z'));
    if (starts) out += separator;
    out += value[i];
  }
  return AsciiLower(Separate(out, separator));
}

ValueChecker::ValueChecker(const Convention& convention, std::size_t key, std::string_view value,
                           const BoundTexts& bound, std::string_view parent_value, InstantNs at)
    : convention_(convention),
      number_(key),
      value_(value),
      bound_(bound),
      parent_value_(parent_value),
      at_(at) {}

const Convention::Key& ValueChecker::key() const { return convention_.keys_[number_]; }

std::string ValueChecker::Show(std::string_view text) const { return Quote(text); }

std::string ValueChecker::TemplateText() const { return absl::StrJoin(key().templates, " or "); }

bool ValueChecker::Accepts(std::string_view value) const {
  if (value.empty() || value.size() < key().length_min || value.size() > key().length_max) {
    return false;
  }
  Reading reading;
  return key().shape.Match(value, &bound_, reading) == Shape::Result::kOne &&
         !key().reserved.contains(value);
}

bool ValueChecker::IsRight(std::string_view value) const {
  return Accepts(value) &&
         ValueChecker(convention_, number_, value, bound_, parent_value_, at_).Run().empty();
}

std::vector<ValueFinding> ValueChecker::Run() {
  if (!CheckText()) return std::move(findings_);
  Reading reading;
  const bool fits = value_.size() >= key().length_min && value_.size() <= key().length_max;
  const Shape::Result result = key().shape.Match(value_, &bound_, reading);
  if (result != Shape::Result::kNone) {
    if (result == Shape::Result::kSeveral) {
      Add({Rule::kAmbiguous, 0, value_.size(), "", "a value with one reading", "", false,
           absl::StrCat("it can be read in two ways as ", TemplateText())});
    }
    if (fits) {
      CheckMatched(reading);
      return std::move(findings_);
    }
  }
  if (TrySafeFixes()) return std::move(findings_);
  // Another spelling of what the binding wants.
  if (key().has_binding && key().shape.Match(value_, nullptr, reading) != Shape::Result::kNone) {
    const std::string canonical = CanonicalWords(value_, reading);
    if (canonical != value_ && IsRight(canonical)) {
      CheckWords(reading);
      return std::move(findings_);
    }
  }
  if (!fits) {
    const bool is_long = value_.size() > key().length_max;
    Add({Rule::kLength, is_long ? key().length_max : 0, value_.size(), "",
         absl::StrCat(key().length_min, " to ", key().length_max, " bytes"), "", false,
         absl::StrCat("it has ", value_.size(), " bytes, not ", key().length_min, " to ",
                      key().length_max)});
    return std::move(findings_);
  }
  if (TryBinding()) return std::move(findings_);
  if (!key().templates.empty() && TryParts()) return std::move(findings_);
  Blame();
  return std::move(findings_);
}

// What no automaton needs to see. False: there is nothing more to say.
bool ValueChecker::CheckText() {
  if (value_.empty()) {
    Add({Rule::kEmpty, 0, 0, "",
         key().example.empty() ? "" : absl::StrCat("for example ", Show(key().example)), "", false,
         "it is empty"});
    return false;
  }
  std::size_t valid = 0;
  while (valid < value_.size() && Utf8SequenceLength(value_.substr(valid)) != 0) {
    valid += Utf8SequenceLength(value_.substr(valid));
  }
  if (valid < value_.size()) {
    Add({Rule::kCharacters, valid, valid + 1, "", "UTF-8", "", false,
         absl::StrCat("byte ", valid + 1, " is not UTF-8")});
    return false;
  }
  if (value_.front() == '_' && (value_ == kRefusedBucket || value_ == kQuarantinedBucket ||
                                value_ == kRedactedBucket || value_ == kOtherBucket)) {
    Add({Rule::kReserved, 0, value_.size(), "", "another word", "", false,
         "it is the name of a bucket for refused values"});
    return false;
  }
  std::string_view rest = value_;
  while (!rest.empty()) {
    const std::size_t at = value_.size() - rest.size();
    const std::uint32_t point = unicode::Decode(rest);
    const std::size_t end = value_.size() - rest.size();
    if (point == '\n' || point == '\r' || point == '\t' || !unicode::IsForbidden(point)) continue;
    std::string cleaned = absl::StrCat(value_.substr(0, at), value_.substr(end));
    Add({Rule::kUnicode, at, end, "", "visible characters",
         IsRight(cleaned) ? cleaned : std::string(), false,
         unicode::IsBidiControl(point) ? "it has a character that changes the direction of text"
                                       : "it has an invisible or control character"});
    return false;
  }
  return true;
}

void ValueChecker::CheckMatched(const Reading& reading) {
  if (!unicode::IsNfc(value_)) {
    const std::string composed = unicode::ToNfc(value_);
    const bool right = IsRight(composed);
    Add({Rule::kUnicode, 0, value_.size(), "", "composed characters (NFC)",
         right ? composed : std::string(), right, "it is not in Unicode's composed form"});
  } else {
    const std::string plain = unicode::ReplaceConfusables(value_);
    if (plain != value_) {
      const bool has_ascii = std::any_of(value_.begin(), value_.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
      });
      if (has_ascii) {
        Add({Rule::kUnicode, 0, value_.size(), "", "letters of one script",
             IsRight(plain) ? plain : std::string(), false,
             "it mixes letters that look alike: " + Show(plain)});
      }
    }
  }
  CheckReserved();
  CheckWords(reading);
  CheckHierarchy(reading);
  CheckProfiles();
}

// `value` with each other spelling replaced by its known name.
std::string ValueChecker::CanonicalWords(std::string_view value, const Reading& reading) const {
  std::string out;
  std::size_t copied = 0;
  for (const ShapeElement& element : key().shape.alternatives()[reading.alternative]) {
    if (element.part < 0) continue;
    const Convention::Part& part = key().parts[static_cast<std::size_t>(element.part)];
    if (part.vocabulary == nullptr) continue;
    const PartSpan span = key().shape.SpanOf(reading, static_cast<std::size_t>(element.part));
    const Vocabulary::Spelling* spelling =
        part.vocabulary->Find(value.substr(span.begin, span.end - span.begin));
    if (spelling == nullptr || spelling->kind == Vocabulary::Kind::kName) continue;
    if (spelling->kind == Vocabulary::Kind::kFormer && !Convention::IsFormerAt(*spelling, at_)) {
      continue;
    }
    absl::StrAppend(&out, value.substr(copied, span.begin - copied),
                    part.vocabulary->word(spelling->name).name);
    copied = span.end;
  }
  absl::StrAppend(&out, value.substr(copied));
  return out;
}

void ValueChecker::CheckWords(const Reading& reading) {
  const std::string canonical = CanonicalWords(value_, reading);
  if (canonical == value_) return;
  const bool right = IsRight(canonical);
  for (std::size_t i = 0; i < key().parts.size(); ++i) {
    const Convention::Part& part = key().parts[i];
    const PartSpan span = key().shape.SpanOf(reading, i);
    if (part.vocabulary == nullptr || !span.present) continue;
    const std::string_view text = value_.substr(span.begin, span.end - span.begin);
    const Vocabulary::Spelling* spelling = part.vocabulary->Find(text);
    if (spelling == nullptr || spelling->kind == Vocabulary::Kind::kName) continue;
    const std::string& name = part.vocabulary->word(spelling->name).name;
    if (spelling->kind == Vocabulary::Kind::kAlias) {
      Add({Rule::kAlias, span.begin, span.end, part.name, Show(name),
           right ? canonical : std::string(), right,
           absl::StrCat(Show(text), " is an alias of ", Show(name))});
    } else if (Convention::IsFormerAt(*spelling, at_)) {
      Add({Rule::kFormerName, span.begin, span.end, part.name, Show(name),
           right ? canonical : std::string(), right,
           spelling->until == kNoInstant
               ? absl::StrCat(Show(text), " is a former name of ", Show(name))
               : absl::StrCat(Show(text), " is called ", Show(name), " since ",
                              FormatInstant(spelling->until).substr(0, 10))});
    }
  }
}

void ValueChecker::CheckHierarchy(const Reading& reading) {
  for (std::size_t i = 0; i < key().parts.size(); ++i) {
    const Convention::Part& part = key().parts[i];
    std::string_view above;
    if (part.child_of_part >= 0) {
      const PartSpan parent =
          key().shape.SpanOf(reading, static_cast<std::size_t>(part.child_of_part));
      if (parent.present) above = value_.substr(parent.begin, parent.end - parent.begin);
    } else if (part.child_of_key >= 0) {
      above = parent_value_;
    }
    const PartSpan span = key().shape.SpanOf(reading, i);
    if (above.empty() || part.vocabulary == nullptr || !span.present) continue;
    const std::string_view text = value_.substr(span.begin, span.end - span.begin);
    const Vocabulary::Spelling* spelling = part.vocabulary->Find(text);
    if (spelling == nullptr || part.vocabulary->IsBelow(spelling->name, above)) continue;
    const std::string& parent = part.vocabulary->word(spelling->name).parent;
    Add({Rule::kHierarchy, span.begin, span.end, part.name,
         absl::StrCat("a word below ", Show(above)), "", false,
         parent.empty()
             ? absl::StrCat(Show(text), " does not belong to ", Show(above))
             : absl::StrCat(Show(text), " belongs to ", Show(parent), ", not to ", Show(above))});
  }
}

void ValueChecker::CheckReserved() {
  if (!key().reserved.contains(value_)) return;
  Add({Rule::kReserved, 0, value_.size(), "", "another word", "", false,
       Show(value_) + " is reserved"});
}

void ValueChecker::CheckProfiles() {
  for (const Profile profile : convention_.profiles_) {
    const std::string problem = ValueProblem(profile, value_);
    if (problem.empty()) continue;
    const std::string mapped = MapValue(profile, value_);
    Add({Rule::kProfile, 0, value_.size(), "",
         absl::StrCat("a value of the profile ", ProfileName(profile), "; there it could be ",
                      Show(mapped)),
         IsRight(mapped) ? mapped : std::string(), false,
         absl::StrCat("it does not survive the profile ", ProfileName(profile), ": ", problem)});
  }
}

bool ValueChecker::TrySafeFixes() {
  const std::string separator = key().separator.empty() ? "-" : key().separator;
  std::string_view joined_with = separator;
  for (const Rewriting& rewriting : SafeRewritings(value_, joined_with)) {
    Reading reading;
    if (rewriting.text.size() < key().length_min || rewriting.text.size() > key().length_max ||
        key().shape.Match(rewriting.text, &bound_, reading) != Shape::Result::kOne) {
      continue;
    }
    // The way to the known words may lead over an alias.
    const std::string fixed = CanonicalWords(rewriting.text, reading);
    if (!IsRight(fixed)) continue;
    const std::string how = rewriting.rule == Rule::kCase      ? "only its case is wrong"
                            : rewriting.rule == Rule::kUnicode ? "it is not in composed form (NFC)"
                                                               : "only its separators are wrong";
    Add({rewriting.rule, 0, value_.size(), "",
         key().templates.empty() ? key().parts[0].in_words : TemplateText(), fixed, true, how});
    return true;
  }
  // Letters of another script that look like these.
  const std::string plain = unicode::ReplaceConfusables(value_);
  if (plain != value_ && IsRight(plain)) {
    Add({Rule::kUnicode, 0, value_.size(), "", "letters of one script", plain, false,
         "it has letters that only look like " + Show(plain)});
    return true;
  }
  const std::string split = SplitCamelCase(value_, separator);
  if (split != value_ && IsRight(split)) {
    Add({Rule::kSeparator, 0, value_.size(), "",
         key().templates.empty() ? key().parts[0].in_words : TemplateText(), split, false,
         "its words are joined by capitals"});
    return true;
  }
  return false;
}

// It would match, were it not for what another key says.
bool ValueChecker::TryBinding() {
  if (!key().has_binding) return false;
  Reading reading;
  if (key().shape.Match(value_, nullptr, reading) == Shape::Result::kNone) return false;
  bool told = false;
  for (std::size_t i = 0; i < key().parts.size(); ++i) {
    const Convention::Part& part = key().parts[i];
    if (part.equals < 0 || bound_[i].data() == nullptr) continue;
    const std::string& other = convention_.keys_[static_cast<std::size_t>(part.equals)].name;
    const PartSpan span = key().shape.SpanOf(reading, i);
    const std::string_view text =
        span.present ? value_.substr(span.begin, span.end - span.begin) : std::string_view();
    if (span.present && text == bound_[i]) continue;
    const std::string what = part.name.empty() ? "it" : absl::StrCat("its {", part.name, "}");
    // Which of the two is right, only people know: the swap is tried, the rest is a suggestion.
    std::string suggestion;
    if (span.present) {
      suggestion = absl::StrCat(value_.substr(0, span.begin), bound_[i], value_.substr(span.end));
      if (!IsRight(suggestion)) suggestion.clear();
    }
    Add({Rule::kEquality, span.begin, span.present ? span.end : value_.size(), part.name,
         absl::StrCat(Show(bound_[i]), ", which ", other, " says"), suggestion, false,
         span.present
             ? absl::StrCat(what, " is ", Show(text), ", but ", other, " is ", Show(bound_[i]))
             : absl::StrCat(what, " is absent, but ", other, " is ", Show(bound_[i]))});
    told = true;
  }
  return told;
}

// Too few, too many or swapped parts.
bool ValueChecker::TryParts() {
  if (key().separator.empty()) return false;
  const std::vector<std::string_view> tokens = absl::StrSplit(value_, key().separator);
  std::vector<std::string> names;
  for (const Convention::Part& part : key().parts) names.push_back(part.name);
  if (tokens.size() < key().parts_min) {
    // A bound part that is missing can be put where it belongs.
    std::string suggestion;
    std::string missing;
    for (std::size_t i = 0; i < key().parts.size(); ++i) {
      if (bound_[i].data() == nullptr || bound_[i].empty()) continue;
      const std::string& other =
          convention_.keys_[static_cast<std::size_t>(key().parts[i].equals)].name;
      for (std::size_t at = 0; at <= tokens.size() && suggestion.empty(); ++at) {
        std::vector<std::string> with(tokens.begin(), tokens.end());
        with.insert(with.begin() + static_cast<std::ptrdiff_t>(at), std::string(bound_[i]));
        std::string joined = AsciiLower(absl::StrJoin(with, key().separator));
        if (!IsRight(joined)) continue;
        suggestion = std::move(joined);
        missing = absl::StrCat(": {", key().parts[i].name, "} is missing, and ", other, " is ",
                               Show(bound_[i]));
      }
    }
    Add({Rule::kParts, 0, value_.size(), "",
         absl::StrCat(TemplateText(), ", ", key().parts_min, " parts joined by \"", key().separator,
                      "\""),
         suggestion, false,
         absl::StrCat("it has ", tokens.size(), tokens.size() == 1 ? " part" : " parts", ", ",
                      TemplateText(), " has ", key().parts_min, missing)});
    return true;
  }
  if (std::any_of(tokens.begin(), tokens.end(), [](std::string_view t) { return t.empty(); })) {
    Add({Rule::kSeparator, 0, value_.size(), "", TemplateText(), "", false,
         absl::StrCat("it has an empty part: \"", key().separator,
                      "\" stands at an end or beside another")});
    return true;
  }
  return TrySwapped(tokens);
}

// Two neighbours swapped; when no such order is right, one part moved; then any order. Only one may
// be right.
bool ValueChecker::TrySwapped(const std::vector<std::string_view>& tokens) {
  if (tokens.size() > kSwappedPartsMax || tokens.size() < 2) return false;
  std::vector<std::string> found;
  const auto try_order = [&](const std::vector<std::string_view>& order) {
    std::string joined = absl::StrJoin(order, key().separator);
    if (joined == value_ || std::find(found.begin(), found.end(), joined) != found.end()) return;
    if (Accepts(joined) && IsRight(joined)) found.push_back(std::move(joined));
  };
  for (std::size_t at = 0; at + 1 < tokens.size(); ++at) {
    std::vector<std::string_view> order = tokens;
    std::swap(order[at], order[at + 1]);
    try_order(order);
  }
  for (std::size_t from = 0; from < tokens.size() && found.empty(); ++from) {
    for (std::size_t to = 0; to < tokens.size(); ++to) {
      std::vector<std::string_view> order = tokens;
      order.erase(order.begin() + static_cast<std::ptrdiff_t>(from));
      order.insert(order.begin() + static_cast<std::ptrdiff_t>(to), tokens[from]);
      try_order(order);
    }
  }
  if (found.empty()) {
    std::vector<std::string_view> order = tokens;
    std::sort(order.begin(), order.end());
    do {
      try_order(order);
    } while (found.size() < 2 && std::next_permutation(order.begin(), order.end()));
  }
  if (found.size() != 1) return false;
  Add({Rule::kParts, 0, value_.size(), "", TemplateText(), found[0], false,
       "its parts are swapped"});
  return true;
}

std::string ValueChecker::SuggestWord(const Convention::Part& part, std::size_t begin,
                                      std::size_t end, bool by_prefix, std::string* nearest) {
  const std::string_view text = value_.substr(begin, end - begin);
  const auto with = [&](std::string_view word) {
    return absl::StrCat(value_.substr(0, begin), word, value_.substr(end));
  };
  std::size_t distance = 0;
  const std::vector<std::string_view> words = part.vocabulary->Nearest(AsciiLower(text), &distance);
  if (!words.empty()) {
    *nearest = absl::StrJoin(
        words.begin(),
        words.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(words.size(), 3)),
        "\" or \"");
    if (words.size() == 1 && IsRight(with(words[0]))) return with(words[0]);
    return {};
  }
  if (!by_prefix) return {};
  const std::string_view longer = part.vocabulary->ByPrefix(AsciiLower(text));
  if (longer.empty()) return {};
  *nearest = std::string(longer);
  return IsRight(with(longer)) ? with(longer) : std::string();
}

// Names the part where reading ended.
void ValueChecker::Blame() {
  const Shape::Failure failure = key().shape.Diagnose(value_);
  // The place that got furthest.
  const Shape::Failure::Place* place = &failure.places[0];
  for (const Shape::Failure::Place& other : failure.places) {
    const bool is_part = key().shape.alternatives()[other.alternative][other.element].part >= 0;
    const bool was_part = key().shape.alternatives()[place->alternative][place->element].part >= 0;
    if (std::pair(is_part, other.element) > std::pair(was_part, place->element)) place = &other;
  }
  const ShapeAlternative& alternative = key().shape.alternatives()[place->alternative];
  std::size_t element = place->element;
  std::size_t begin = place->begin;
  // A literal that did not come: what stands there belongs to the part before it.
  if (alternative[element].part < 0 && element > 0) --element;
  if (alternative[element].part < 0) {
    Add({Rule::kParts, failure.at, value_.size(), "", TemplateText(), "", false,
         absl::StrCat("it does not have the form ", TemplateText())});
    return;
  }
  const Convention::Part& part = key().parts[static_cast<std::size_t>(alternative[element].part)];
  if (element != place->element) {
    begin = begin >= 1 ? value_.rfind(key().separator, begin - 1) + key().separator.size() : 0;
    if (begin > value_.size()) begin = 0;
  }
  std::size_t end = value_.size();
  const std::string what = part.name.empty() ? "it" : absl::StrCat("its {", part.name, "}");
  if (part.vocabulary != nullptr) {
    std::string nearest;
    std::string suggestion;
    std::size_t first_end = 0;
    // A word may hold the separator: try one token, then more; beginnings of words come last.
    for (std::size_t attempt = 0; attempt < 2 * kWordTokensMax && suggestion.empty(); ++attempt) {
      const std::size_t count = attempt % kWordTokensMax + 1;
      end = begin;
      for (std::size_t i = 0; i < count && end != value_.size(); ++i) {
        const std::size_t next = key().separator.empty()
                                     ? std::string_view::npos
                                     : value_.find(key().separator, end + (i == 0 ? 0 : 1));
        end = next == std::string_view::npos ? value_.size() : next;
      }
      if (first_end == 0) first_end = end;
      suggestion = SuggestWord(part, begin, end, attempt >= kWordTokensMax, &nearest);
    }
    if (suggestion.empty()) end = first_end;
    Add({Rule::kVocabulary, begin, end, part.name, part.in_words, suggestion, false,
         absl::StrCat(
             Show(value_.substr(begin, end - begin)), " is no known ",
             part.name.empty() ? key().name : part.name,
             nearest.empty() ? std::string() : absl::StrCat(", nearest is \"", nearest, "\""))});
    return;
  }
  if (failure.at >= value_.size()) {
    Add({Rule::kPattern, begin, value_.size(), part.name, part.in_words, "", false,
         absl::StrCat("it ends before ", what, " is complete; expected ", part.in_words)});
    return;
  }
  std::string_view rest = value_.substr(failure.at);
  const std::string_view before = rest;
  unicode::Decode(rest);
  const std::string_view bad = before.substr(0, before.size() - rest.size());
  const std::string slug = SplitCamelCase(value_, key().separator.empty() ? "-" : key().separator);
  Add({part.kind == PartKind::kDefault ? Rule::kCharacters : Rule::kPattern, failure.at,
       failure.at + bad.size(), part.name, part.in_words,
       slug != value_ && IsRight(slug) ? slug : std::string(), false,
       absl::StrCat(Show(bad), " at byte ", failure.at + 1, " may not stand in ",
                    part.name.empty() ? key().name : absl::StrCat("{", part.name, "}"),
                    "; expected ", part.in_words)});
}

}  // namespace tokentra
