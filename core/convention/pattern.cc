#include "core/convention/pattern.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/base/text.h"

namespace tokentra {
namespace {

constexpr std::uint32_t kNone = 0xFFFFFFFF;

// A node of Thompson's automaton: either one edge on bytes, or up to two empty edges.
struct Node {
  ByteSet bytes;
  std::uint32_t next = kNone;
  std::uint32_t empty[2] = {kNone, kNone};
};

// A piece of it, entered at `begin` and left at `end` (a node whose edges are still free).
struct Piece {
  std::uint32_t begin;
  std::uint32_t end;
};

bool IsAlnum(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

ByteSet Range(int first, int last) {
  ByteSet set;
  for (int byte = first; byte <= last; ++byte) set.set(static_cast<std::size_t>(byte));
  return set;
}

ByteSet WordBytes() {
  ByteSet set = Range('0', '9') | Range('A', 'Z') | Range('a', 'z');
  set.set('_');
  return set;
}

// Recursive descent; makes nodes as it reads. Repetition reads its operand again, so that every
// copy has nodes of its own.
class Parser {
 public:
  explicit Parser(std::string_view pattern) : pattern_(pattern) {}

  absl::StatusOr<Piece> Parse() {
    if (pattern_.size() > kPatternBytesMax) {
      return Error(
          absl::StrCat("has ", pattern_.size(), " bytes; pattern_bytes_max is ", kPatternBytesMax));
    }
    if (!IsValidUtf8(pattern_)) return Error("is not UTF-8");
    end_ = pattern_.size();
    if (!pattern_.empty() && pattern_.front() == '^') at_ = 1;
    // An unescaped $ at the end: an odd number of backslashes before it would escape it.
    if (end_ > at_ && pattern_[end_ - 1] == '$') {
      std::size_t slashes = 0;
      while (slashes + at_ + 1 < end_ && pattern_[end_ - 2 - slashes] == '\\') ++slashes;
      if (slashes % 2 == 0) --end_;
    }
    TOKENTRA_ASSIGN_OR_RETURN(const Piece piece, Alternatives(0));
    if (at_ != end_) return Error("has ')' without '('");
    return piece;
  }

  const std::vector<Node>& nodes() const { return nodes_; }

 private:
  absl::Status Error(std::string_view what) const {
    return absl::InvalidArgumentError(absl::StrCat("pattern ", Quote(pattern_), " ", what));
  }
  absl::Status ErrorHere(std::string_view what) const {
    return Error(absl::StrCat(what, " at byte ", at_ + 1));
  }
  bool AtEnd() const { return at_ >= end_; }
  char Peek() const { return pattern_[at_]; }

  absl::StatusOr<std::uint32_t> NewNode() {
    if (nodes_.size() == kPatternNodesMax) {
      return Error(absl::StrCat("is too large: it needs more than pattern_nodes_max ",
                                kPatternNodesMax, " nodes; repeat less"));
    }
    nodes_.emplace_back();
    return static_cast<std::uint32_t>(nodes_.size() - 1);
  }
  // A fork goes both ways; a join goes on.
  void Link(std::uint32_t from, std::uint32_t to) {
    std::uint32_t* empty = nodes_[from].empty;
    (empty[0] == kNone ? empty[0] : empty[1]) = to;
  }

  absl::StatusOr<Piece> EmptyPiece() {
    TOKENTRA_ASSIGN_OR_RETURN(const std::uint32_t node, NewNode());
    return Piece{node, node};
  }
  absl::StatusOr<Piece> BytesPiece(const ByteSet& bytes) {
    TOKENTRA_ASSIGN_OR_RETURN(const std::uint32_t begin, NewNode());
    TOKENTRA_ASSIGN_OR_RETURN(const std::uint32_t end, NewNode());
    nodes_[begin].bytes = bytes;
    nodes_[begin].next = end;
    return Piece{begin, end};
  }
  Piece Join(Piece a, Piece b) {
    Link(a.end, b.begin);
    return {a.begin, b.end};
  }
  absl::StatusOr<Piece> Either(Piece a, Piece b) {
    TOKENTRA_ASSIGN_OR_RETURN(const std::uint32_t begin, NewNode());
    TOKENTRA_ASSIGN_OR_RETURN(const std::uint32_t end, NewNode());
    Link(begin, a.begin);
    Link(begin, b.begin);
    Link(a.end, end);
    Link(b.end, end);
    return Piece{begin, end};
  }

  // Characters outside ASCII, as the byte sequences of UTF-8.
  absl::StatusOr<Piece> WideCharacter() {
    const std::pair<ByteSet, int> kinds[] = {
        {Range(0xC2, 0xDF), 1}, {Range(0xE0, 0xEF), 2}, {Range(0xF0, 0xF4), 3}};
    std::optional<Piece> all;
    for (const auto& [lead, trails] : kinds) {
      TOKENTRA_ASSIGN_OR_RETURN(Piece sequence, BytesPiece(lead));
      for (int i = 0; i < trails; ++i) {
        TOKENTRA_ASSIGN_OR_RETURN(const Piece trail, BytesPiece(Range(0x80, 0xBF)));
        sequence = Join(sequence, trail);
      }
      if (!all.has_value()) {
        all = sequence;
        continue;
      }
      TOKENTRA_ASSIGN_OR_RETURN(all, Either(*all, sequence));
    }
    return *all;
  }
  absl::StatusOr<Piece> AnyCharacterBut(const ByteSet& excluded) {
    TOKENTRA_ASSIGN_OR_RETURN(const Piece narrow, BytesPiece(Range(0x20, 0x7E) & ~excluded));
    TOKENTRA_ASSIGN_OR_RETURN(const Piece wide, WideCharacter());
    return Either(narrow, wide);
  }

  absl::StatusOr<Piece> Alternatives(int depth) {
    if (depth > kPatternDepthMax) {
      return Error(absl::StrCat("is nested deeper than pattern_depth_max ", kPatternDepthMax));
    }
    TOKENTRA_ASSIGN_OR_RETURN(Piece all, Sequence(depth));
    while (!AtEnd() && Peek() == '|') {
      ++at_;
      TOKENTRA_ASSIGN_OR_RETURN(const Piece next, Sequence(depth));
      TOKENTRA_ASSIGN_OR_RETURN(all, Either(all, next));
    }
    return all;
  }

  absl::StatusOr<Piece> Sequence(int depth) {
    TOKENTRA_ASSIGN_OR_RETURN(Piece all, EmptyPiece());
    while (!AtEnd() && Peek() != '|' && Peek() != ')') {
      TOKENTRA_ASSIGN_OR_RETURN(const Piece next, Repeated(depth));
      all = Join(all, next);
    }
    return all;
  }

  struct Counts {
    int min;
    int max;  // -1: no end
  };

  absl::StatusOr<Piece> Repeated(int depth) {
    const std::size_t start = at_;
    TOKENTRA_ASSIGN_OR_RETURN(const Piece once, Atom(depth));
    const std::size_t end = at_;
    std::optional<Counts> counts;
    TOKENTRA_RETURN_IF_ERROR(ReadCounts(counts));
    if (!counts.has_value()) return once;
    const std::size_t after = at_;
    if (after < end_ && std::strchr("*+?{", Peek()) != nullptr) {
      return ErrorHere("repeats a repetition, which could run away: put it in a group");
    }
    const auto again = [&]() -> absl::StatusOr<Piece> {
      at_ = start;
      absl::StatusOr<Piece> copy = Atom(depth);
      at_ = after;
      return copy;
    };
    (void)end;
    return Repeat(once, *counts, again);
  }

  template <typename Again>
  absl::StatusOr<Piece> Repeat(Piece once, Counts counts, Again again) {
    TOKENTRA_ASSIGN_OR_RETURN(Piece all, EmptyPiece());
    bool is_first = true;
    const auto copy = [&]() -> absl::StatusOr<Piece> {
      if (!is_first) return again();
      is_first = false;
      return once;
    };
    for (int i = 0; i < counts.min; ++i) {
      TOKENTRA_ASSIGN_OR_RETURN(const Piece next, copy());
      all = Join(all, next);
    }
    if (counts.max < 0) {
      TOKENTRA_ASSIGN_OR_RETURN(const Piece loop, copy());
      TOKENTRA_ASSIGN_OR_RETURN(const std::uint32_t fork, NewNode());
      TOKENTRA_ASSIGN_OR_RETURN(const std::uint32_t out, NewNode());
      Link(all.end, fork);
      Link(fork, loop.begin);
      Link(fork, out);
      Link(loop.end, fork);
      return Piece{all.begin, out};
    }
    for (int i = counts.min; i < counts.max; ++i) {
      TOKENTRA_ASSIGN_OR_RETURN(const Piece next, copy());
      TOKENTRA_ASSIGN_OR_RETURN(const Piece nothing, EmptyPiece());
      TOKENTRA_ASSIGN_OR_RETURN(const Piece maybe, Either(next, nothing));
      all = Join(all, maybe);
    }
    return all;
  }

  absl::Status ReadCounts(std::optional<Counts>& counts) {
    if (AtEnd()) return absl::OkStatus();
    switch (Peek()) {
      case '*':
        counts = Counts{0, -1};
        break;
      case '+':
        counts = Counts{1, -1};
        break;
      case '?':
        counts = Counts{0, 1};
        break;
      case '{':
        return ReadBraces(counts);
      default:
        return absl::OkStatus();
    }
    ++at_;
    return absl::OkStatus();
  }

  absl::Status ReadBraces(std::optional<Counts>& counts) {
    ++at_;
    const auto number = [&]() -> int {
      int value = -1;
      while (!AtEnd() && Peek() >= '0' && Peek() <= '9' && value <= kPatternRepeatMax) {
        value = std::max(value, 0) * 10 + (Peek() - '0');
        ++at_;
      }
      return value;
    };
    Counts read{number(), -1};
    if (read.min < 0) return ErrorHere("has '{' without a number");
    if (!AtEnd() && Peek() == ',') {
      ++at_;
      read.max = number();
    } else {
      read.max = read.min;
    }
    if (read.min > kPatternRepeatMax || read.max > kPatternRepeatMax) {
      return ErrorHere(
          absl::StrCat("repeats more than pattern_repeat_max ", kPatternRepeatMax, " times"));
    }
    if (AtEnd() || Peek() != '}') return ErrorHere("has '{' without '}'");
    ++at_;
    if (read.max >= 0 && read.max < read.min)
      return ErrorHere("repeats at most less than at least");
    counts = read;
    return absl::OkStatus();
  }

  absl::StatusOr<Piece> Atom(int depth) {
    const char c = Peek();
    switch (c) {
      case '(':
        return Group(depth);
      case '[':
        return Class();
      case '.':
        ++at_;
        return AnyCharacterBut(ByteSet());
      case '*':
      case '+':
      case '?':
      case '{':
        return ErrorHere("repeats nothing");
      case '^':
      case '$':
        return ErrorHere("has an anchor inside; it always matches a whole part");
      case '\\': {
        TOKENTRA_ASSIGN_OR_RETURN(const ByteSet set, Escape());
        return BytesPiece(set);
      }
      default:
        break;
    }
    const std::size_t length = Utf8SequenceLength(pattern_.substr(at_));
    TOKENTRA_ASSIGN_OR_RETURN(Piece all, EmptyPiece());
    for (std::size_t i = 0; i < length; ++i) {
      ByteSet byte;
      byte.set(static_cast<unsigned char>(pattern_[at_ + i]));
      TOKENTRA_ASSIGN_OR_RETURN(const Piece next, BytesPiece(byte));
      all = Join(all, next);
    }
    at_ += length;
    return all;
  }

  absl::StatusOr<Piece> Group(int depth) {
    ++at_;
    if (!AtEnd() && Peek() == '?') {
      if (pattern_.substr(at_, 2) != "?:") {
        return ErrorHere("has look-around, a named group or a flag; only ( ) and (?: ) are known");
      }
      at_ += 2;
    }
    TOKENTRA_ASSIGN_OR_RETURN(const Piece inner, Alternatives(depth + 1));
    if (AtEnd() || Peek() != ')') return ErrorHere("has '(' without ')'");
    ++at_;
    return inner;
  }

  absl::StatusOr<ByteSet> Escape() {
    ++at_;
    if (AtEnd()) return ErrorHere("ends in a backslash");
    const char c = Peek();
    if (c == 'd' || c == 'w') {
      ++at_;
      return c == 'd' ? Range('0', '9') : WordBytes();
    }
    if (IsAlnum(c)) {
      return ErrorHere(absl::StrCat("has \\", std::string(1, c),
                                    ", which is no finite automaton or not known; known are \\d, "
                                    "\\w and special characters"));
    }
    if (static_cast<unsigned char>(c) >= 0x80) return ErrorHere("escapes a letter");
    ++at_;
    ByteSet set;
    set.set(static_cast<unsigned char>(c));
    return set;
  }

  absl::StatusOr<Piece> Class() {
    ++at_;
    const bool negated = !AtEnd() && Peek() == '^';
    if (negated) ++at_;
    ByteSet set;
    bool is_first = true;
    while (true) {
      if (AtEnd()) return ErrorHere("has '[' without ']'");
      if (Peek() == ']' && !is_first) break;
      is_first = false;
      TOKENTRA_RETURN_IF_ERROR(ReadClassItem(set));
    }
    ++at_;
    if (negated) return AnyCharacterBut(set);
    return BytesPiece(set);
  }

  absl::Status ReadClassItem(ByteSet& set) {
    if (static_cast<unsigned char>(Peek()) >= 0x80) {
      return ErrorHere("has a character outside ASCII in [ ]");
    }
    if (Peek() == '\\') {
      TOKENTRA_ASSIGN_OR_RETURN(const ByteSet escaped, Escape());
      set |= escaped;
      return absl::OkStatus();
    }
    const char first = Peek();
    ++at_;
    const bool is_range = at_ + 1 < end_ && Peek() == '-' && pattern_[at_ + 1] != ']';
    if (!is_range) {
      set.set(static_cast<unsigned char>(first));
      return absl::OkStatus();
    }
    const char last = pattern_[at_ + 1];
    if (static_cast<unsigned char>(last) >= 0x80 || last < first || last == '\\') {
      return ErrorHere("has a range in [ ] whose end is before its start");
    }
    at_ += 2;
    set |= Range(first, last);
    return absl::OkStatus();
  }

  const std::string_view pattern_;
  std::size_t at_ = 0;
  std::size_t end_ = 0;
  std::vector<Node> nodes_;
};

using StateSet = std::vector<std::uint32_t>;  // sorted

// Nodes reachable over empty edges; only those that matter (with bytes, or the end) are kept.
StateSet Closure(const std::vector<Node>& nodes, StateSet seeds, std::uint32_t end) {
  std::vector<bool> seen(nodes.size(), false);
  StateSet kept;
  while (!seeds.empty()) {
    const std::uint32_t node = seeds.back();
    seeds.pop_back();
    if (seen[node]) continue;
    seen[node] = true;
    if (nodes[node].next != kNone || node == end) kept.push_back(node);
    for (const std::uint32_t next : nodes[node].empty) {
      if (next != kNone) seeds.push_back(next);
    }
  }
  std::sort(kept.begin(), kept.end());
  return kept;
}

absl::Status TooManyStates(std::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat(what, " is too large: it needs more than pattern_states_max ", kPatternStatesMax,
                   " states; such patterns run away, use a vocabulary or a shorter repetition"));
}

}  // namespace

absl::StatusOr<Dfa> CompilePattern(std::string_view pattern) {
  Parser parser(pattern);
  TOKENTRA_ASSIGN_OR_RETURN(const Piece whole, parser.Parse());
  const std::vector<Node>& nodes = parser.nodes();
  std::map<StateSet, std::uint32_t> numbers;
  std::vector<const StateSet*> sets;
  Dfa::Table table;
  const auto number_of = [&](StateSet set) {
    const auto [at, is_new] =
        numbers.emplace(std::move(set), static_cast<std::uint32_t>(sets.size()));
    if (is_new) {
      sets.push_back(&at->first);
      table.edges.emplace_back();
      table.edges.back().fill(Dfa::kDead);
      table.accepting.push_back(std::binary_search(at->first.begin(), at->first.end(), whole.end));
    }
    return at->second;
  };
  number_of(Closure(nodes, {whole.begin}, whole.end));
  for (std::uint32_t state = 0; state < sets.size(); ++state) {
    // Bytes that lead to the same nodes are worked out once.
    std::map<StateSet, ByteSet> targets;
    const StateSet& set = *sets[state];
    for (std::size_t byte = 0; byte < 256; ++byte) {
      StateSet next;
      for (const std::uint32_t node : set) {
        if (nodes[node].next != kNone && nodes[node].bytes.test(byte)) {
          next.push_back(nodes[node].next);
        }
      }
      if (!next.empty()) targets[std::move(next)].set(byte);
    }
    for (const auto& [seeds, bytes] : targets) {
      const std::uint32_t next = number_of(Closure(nodes, seeds, whole.end));
      if (sets.size() > kPatternStatesMax) return TooManyStates("pattern " + Quote(pattern));
      for (std::size_t byte = 0; byte < 256; ++byte) {
        if (bytes.test(byte)) table.edges[state][byte] = next;
      }
    }
  }
  return Dfa::FromTable(table);
}

absl::StatusOr<Dfa> LimitLength(const Dfa& dfa, std::size_t min, std::size_t max) {
  Dfa::Table table;
  if (dfa.empty()) return Dfa();
  std::map<std::pair<std::uint32_t, std::size_t>, std::uint32_t> numbers;
  std::vector<std::pair<std::uint32_t, std::size_t>> states;
  const auto number_of = [&](std::uint32_t state, std::size_t length) {
    const auto [at, is_new] =
        numbers.emplace(std::pair(state, length), static_cast<std::uint32_t>(states.size()));
    if (is_new) {
      states.emplace_back(state, length);
      table.edges.emplace_back();
      table.edges.back().fill(Dfa::kDead);
      table.accepting.push_back(dfa.Accepts(state) && length >= min && length <= max);
    }
    return at->second;
  };
  // Without an upper end, lengths past `min` are all alike.
  const bool is_open = max == static_cast<std::size_t>(-1);
  number_of(0, 0);
  for (std::uint32_t number = 0; number < states.size(); ++number) {
    const auto [state, length] = states[number];
    if (length >= max) continue;
    for (int byte = 0; byte < 256; ++byte) {
      const std::uint32_t next = dfa.Step(state, static_cast<unsigned char>(byte));
      if (next == Dfa::kDead) continue;
      const std::size_t longer = is_open ? std::min(length + 1, min) : length + 1;
      const std::uint32_t target = number_of(next, longer);
      if (states.size() > 8 * kPatternStatesMax) return TooManyStates("the length of the part");
      table.edges[number][static_cast<std::size_t>(byte)] = target;
    }
  }
  return Dfa::FromTable(table);
}

}  // namespace tokentra
