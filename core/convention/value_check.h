// ValueChecker: why a value does not fit its key, and the nearest value that does.
//
// The slow path of a check: it may allocate and try many candidates. Every suggestion was accepted
// by the key's own automaton, with the binding in force, before it is given.
//
// Safe fixes change only how a value is written: Unicode form, surrounding blanks, case,
// separators, aliases and former names. What could move money to another team (typos, swapped or
// missing parts) is suggested, never applied.
//
// Thread: one checker, one value.

#ifndef TOKENTRA_CORE_CONVENTION_VALUE_CHECK_H_
#define TOKENTRA_CORE_CONVENTION_VALUE_CHECK_H_

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/convention/convention.h"

namespace tokentra {

// A finding's content before the key and the severity are known.
struct ValueFinding {
  Rule rule;
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string part;
  std::string expected;
  std::string suggestion;
  bool fix_is_safe = false;
  std::string message;
};

class ValueChecker {
 public:
  // `bound`: what its parts have to be. `parent_of(part)`: what the hierarchy's key holds.
  ValueChecker(const Convention& convention, std::size_t key, std::string_view value,
               const BoundTexts& bound, std::string_view parent_value, InstantNs at);

  std::vector<ValueFinding> Run();

 private:
  const Convention::Key& key() const;
  bool Accepts(std::string_view value) const;
  // Accepted, and nothing more to say about it.
  bool IsRight(std::string_view value) const;

  bool CheckText();
  void CheckMatched(const Reading& reading);
  void CheckWords(const Reading& reading);
  void CheckHierarchy(const Reading& reading);
  void CheckReserved();
  void CheckProfiles();
  bool TrySafeFixes();
  bool TryBinding();
  bool TryParts();
  bool TrySwapped(const std::vector<std::string_view>& tokens);
  void Blame();
  std::string SuggestWord(const Convention::Part& part, std::size_t begin, std::size_t end,
                          bool by_prefix, std::string* nearest);

  std::string Show(std::string_view text) const;
  std::string TemplateText() const;
  std::string CanonicalWords(std::string_view value, const Reading& reading) const;
  void Add(ValueFinding finding) { findings_.push_back(std::move(finding)); }

  const Convention& convention_;
  const std::size_t number_;
  const std::string_view value_;
  const BoundTexts& bound_;
  const std::string_view parent_value_;
  const InstantNs at_;
  std::vector<ValueFinding> findings_;
};

// The safe rewritings of a value, from the least to the most: as it is in NFC without blanks
// around, in lower or upper case, with `separator` for what separates words, both.
struct Rewriting {
  Rule rule;
  std::string text;
};
std::vector<Rewriting> SafeRewritings(std::string_view value, std::string_view separator);

// "ChatBot" -> "chat-bot"
std::string SplitCamelCase(std::string_view value, std::string_view separator);

}  // namespace tokentra

#endif  // TOKENTRA_CORE_CONVENTION_VALUE_CHECK_H_
