#include "core/convention/ambiguity.h"

#include <algorithm>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace tokentra {
namespace {

struct State {
  std::uint16_t alternative;
  std::uint16_t element;
  std::uint32_t state;
  bool operator==(const State&) const = default;
};

struct Move {
  unsigned char byte;
  State to;
};

class Walker {
 public:
  explicit Walker(const Shape& shape) : shape_(shape) {}

  std::uint32_t Number(const State& at) const {
    return shape_.StateNumber(at.alternative, at.element, at.state);
  }

  // Where `from` goes on `byte`: on in its element, or into a later one.
  void MovesOn(const State& from, unsigned char byte, std::vector<State>& out) const {
    out.clear();
    const ShapeAlternative& alternative = shape_.alternatives()[from.alternative];
    const Dfa& dfa = *alternative[from.element].dfa;
    if (const std::uint32_t next = dfa.Step(from.state, byte); next != Dfa::kDead) {
      out.push_back({from.alternative, from.element, next});
    }
    if (!dfa.Accepts(from.state)) return;
    for (std::size_t i = from.element + 1u; i < alternative.size(); ++i) {
      const Dfa& other = *alternative[i].dfa;
      if (const std::uint32_t next = other.Step(0, byte); next != Dfa::kDead) {
        out.push_back({from.alternative, static_cast<std::uint16_t>(i), next});
      }
      if (!other.nullable()) break;
    }
  }

  // The same, for every byte that leads on; one byte for each class of the automata involved.
  void AllMoves(const State& from, std::vector<Move>& out) const {
    out.clear();
    const ShapeAlternative& alternative = shape_.alternatives()[from.alternative];
    const Dfa& dfa = *alternative[from.element].dfa;
    dfa.ForEachEdge(from.state, [&](unsigned char byte, std::uint32_t next) {
      out.push_back({byte, {from.alternative, from.element, next}});
    });
    if (!dfa.Accepts(from.state)) return;
    for (std::size_t i = from.element + 1u; i < alternative.size(); ++i) {
      const Dfa& other = *alternative[i].dfa;
      other.ForEachEdge(0, [&](unsigned char byte, std::uint32_t next) {
        out.push_back({byte, {from.alternative, static_cast<std::uint16_t>(i), next}});
      });
      if (!other.nullable()) break;
    }
  }

  bool MayEnd(const State& at) const {
    const ShapeAlternative& alternative = shape_.alternatives()[at.alternative];
    if (!alternative[at.element].dfa->Accepts(at.state)) return false;
    for (std::size_t i = at.element + 1u; i < alternative.size(); ++i) {
      if (!alternative[i].dfa->nullable()) return false;
    }
    return true;
  }

 private:
  const Shape& shape_;
};

struct Step {
  std::uint32_t from;
  unsigned char byte;
};
constexpr std::uint32_t kStart = 0xFFFFFFFF;

template <typename Steps>
std::string TextOf(const Steps& steps, std::uint32_t at) {
  std::string text;
  while (steps[at].from != kStart) {
    text += static_cast<char>(steps[at].byte);
    at = steps[at].from;
  }
  std::reverse(text.begin(), text.end());
  return text;
}

// One byte for each class of bytes that the automata of the shape tell apart together.
std::vector<unsigned char> JointRepresentatives(const Shape& shape) {
  std::vector<const Dfa*> automata;
  for (const ShapeAlternative& alternative : shape.alternatives()) {
    for (const ShapeElement& element : alternative) {
      if (std::find(automata.begin(), automata.end(), element.dfa.get()) == automata.end()) {
        automata.push_back(element.dfa.get());
      }
    }
  }
  // Refine: bytes that one automaton tells apart are apart. Literals know one byte a state, and
  // their classes, so all that they name is told apart.
  std::array<std::uint32_t, 256> joint = {};
  for (const Dfa* dfa : automata) {
    std::unordered_map<std::uint64_t, std::uint32_t> numbers;
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint64_t key = std::uint64_t{joint[byte]} << 8 | dfa->classes()[byte];
      joint[byte] = numbers.emplace(key, static_cast<std::uint32_t>(numbers.size())).first->second;
    }
  }
  std::vector<unsigned char> bytes;
  std::unordered_map<std::uint32_t, bool> taken;
  // Letters first, then digits, then the rest: witnesses read better.
  const auto take = [&](int first, int last) {
    for (int byte = first; byte <= last; ++byte) {
      if (!taken.emplace(joint[static_cast<std::size_t>(byte)], true).second) continue;
      bytes.push_back(static_cast<unsigned char>(byte));
    }
  };
  take('a', 'z');
  take('0', '9');
  take('A', 'Z');
  take(0x20, 0x7E);
  take(0x80, 0xFF);
  take(0x00, 0x1F);
  take(0x7F, 0x7F);
  return bytes;
}

class AmbiguitySearch {
 public:
  AmbiguitySearch(const Shape& shape, int anchored_part, std::size_t pairs_max)
      : shape_(shape),
        walker_(shape),
        anchored_part_(anchored_part),
        pairs_max_(pairs_max),
        bytes_(JointRepresentatives(shape)) {}

  absl::StatusOr<std::optional<std::string>> Run() {
    std::vector<State> left;
    std::vector<State> right;
    StartApart();
    if (found_.has_value()) return found_;
    WalkTogether();
    for (std::uint32_t at = 0; at < pairs_.size() && !found_.has_value(); ++at) {
      if (pairs_.size() > pairs_max_) {
        return absl::ResourceExhaustedError(
            absl::StrCat("whether a value has two readings is not decided within ",
                         "ambiguity_pairs_max ", pairs_max_,
                         " steps: close a vocabulary, choose another separator, or set "
                         "\"ambiguity\": \"longest\""));
      }
      const auto [a, b] = pairs_[at];
      for (const unsigned char byte : bytes_) {
        walker_.MovesOn(a, byte, left);
        if (left.empty()) continue;
        walker_.MovesOn(b, byte, right);
        for (const State& x : left) {
          for (const State& y : right) AddPair(x, y, {at, byte});
        }
      }
    }
    return found_;
  }

 private:
  bool IsAnchored(const State& at) const {
    return anchored_part_ >= 0 &&
           shape_.alternatives()[at.alternative][at.element].part == anchored_part_;
  }

  void AddPair(const State& a, const State& b, Step step) {
    // The other key's value says where the anchored part ends: both readings end it there.
    if (found_.has_value() || IsAnchored(a) != IsAnchored(b)) return;
    std::uint64_t x = walker_.Number(a);
    std::uint64_t y = walker_.Number(b);
    if (x > y) std::swap(x, y);
    if (!seen_.emplace(x << 32 | y, true).second) return;
    pairs_.emplace_back(a, b);
    steps_.push_back(step);
    if (walker_.MayEnd(a) && walker_.MayEnd(b)) {
      found_ = WitnessOf(static_cast<std::uint32_t>(pairs_.size() - 1));
    }
  }

  // Different alternatives are apart from the start.
  void StartApart() {
    const std::size_t count = shape_.alternatives().size();
    for (std::uint16_t i = 0; i < count; ++i) {
      for (auto j = static_cast<std::uint16_t>(i + 1); j < count; ++j) {
        AddPair({i, 0, 0}, {j, 0, 0}, {kStart, 0});
      }
    }
  }

  // Visits every state once, and opens a pair wherever one byte leads to two places.
  void WalkTogether() {
    const std::size_t single =
        shape_.alternatives().size() == 1 && shape_.alternatives()[0].size() == 1;
    if (single != 0) return;
    std::vector<bool> seen(shape_.state_count(), false);
    std::vector<Move> moves;
    for (std::uint16_t i = 0; i < shape_.alternatives().size(); ++i) {
      std::vector<State> order = {{i, 0, 0}};
      std::vector<Step> steps = {{kStart, 0}};
      seen[walker_.Number(order[0])] = true;
      for (std::uint32_t at = 0; at < order.size() && !found_.has_value(); ++at) {
        walker_.AllMoves(order[at], moves);
        const ShapeAlternative& alternative = shape_.alternatives()[i];
        if (alternative[order[at].element].dfa->Accepts(order[at].state)) {
          OpenPairs(order[at], at, steps);
        }
        for (const Move& move : moves) {
          const std::uint32_t number = walker_.Number(move.to);
          if (seen[number]) continue;
          seen[number] = true;
          order.push_back(move.to);
          steps.push_back({at, move.byte});
        }
      }
    }
  }

  void OpenPairs(const State& from, std::uint32_t at, const std::vector<Step>& steps) {
    std::vector<State> next;
    for (const unsigned char byte : bytes_) {
      walker_.MovesOn(from, byte, next);
      for (std::size_t i = 0; i < next.size(); ++i) {
        for (std::size_t j = i + 1; j < next.size(); ++j) {
          prefix_steps_ = &steps;
          prefix_at_ = at;
          const std::size_t before = pairs_.size();
          AddPair(next[i], next[j], {kStart, byte});
          if (pairs_.size() != before && !found_.has_value()) {
            // Remembered with the text that leads there: the walk's steps do not outlive it.
            prefixes_.emplace(static_cast<std::uint32_t>(before),
                              TextOf(steps, at) + static_cast<char>(byte));
          }
        }
      }
    }
    prefix_steps_ = nullptr;
  }

  std::string WitnessOf(std::uint32_t pair) const {
    std::string text;
    while (steps_[pair].from != kStart) {
      text += static_cast<char>(steps_[pair].byte);
      pair = steps_[pair].from;
    }
    std::reverse(text.begin(), text.end());
    if (const auto found = prefixes_.find(pair); found != prefixes_.end()) {
      return found->second + text;
    }
    if (prefix_steps_ != nullptr) {
      return TextOf(*prefix_steps_, prefix_at_) + static_cast<char>(steps_[pair].byte) + text;
    }
    return text;
  }

  const Shape& shape_;
  const Walker walker_;
  const int anchored_part_;
  const std::size_t pairs_max_;
  const std::vector<unsigned char> bytes_;
  std::vector<std::pair<State, State>> pairs_;
  std::vector<Step> steps_;  // of each pair; from kStart: opened by a walk, or a start
  std::unordered_map<std::uint64_t, bool> seen_;
  std::unordered_map<std::uint32_t, std::string> prefixes_;
  const std::vector<Step>* prefix_steps_ = nullptr;
  std::uint32_t prefix_at_ = 0;
  std::optional<std::string> found_;
};

}  // namespace

absl::StatusOr<std::optional<std::string>> FindAmbiguity(const Shape& shape, int anchored_part,
                                                         std::size_t pairs_max) {
  return AmbiguitySearch(shape, anchored_part, pairs_max).Run();
}

std::optional<std::string> FindExample(const Shape& shape, std::size_t min, std::size_t max) {
  const Walker walker(shape);
  // Layer by layer: states reachable with exactly that many bytes.
  std::vector<State> order;
  std::vector<Step> steps;
  for (std::uint16_t i = 0; i < shape.alternatives().size(); ++i) {
    order.push_back({i, 0, 0});
    steps.push_back({kStart, 0});
  }
  std::size_t begin = 0;
  std::vector<Move> moves;
  std::vector<std::uint32_t> layer_of(shape.state_count(), 0);
  for (std::uint32_t length = 0; length <= std::min(max, kValueBytesMax); ++length) {
    const std::size_t end = order.size();
    if (begin == end) break;
    for (std::size_t at = begin; at < end && length >= min; ++at) {
      if (walker.MayEnd(order[at])) return TextOf(steps, static_cast<std::uint32_t>(at));
    }
    for (std::size_t at = begin; at < end; ++at) {
      walker.AllMoves(order[at], moves);
      for (const Move& move : moves) {
        std::uint32_t& layer = layer_of[walker.Number(move.to)];
        if (layer == length + 1) continue;
        layer = length + 1;
        order.push_back(move.to);
        steps.push_back({static_cast<std::uint32_t>(at), move.byte});
      }
    }
    begin = end;
  }
  return std::nullopt;
}

bool IsShadowed(const Shape& shape, std::size_t number) {
  const Walker walker(shape);
  const std::vector<unsigned char> bytes = JointRepresentatives(shape);
  using Set = std::vector<State>;
  const auto sort = [&](Set& set) {
    std::sort(set.begin(), set.end(),
              [&](const State& a, const State& b) { return walker.Number(a) < walker.Number(b); });
    set.erase(std::unique(set.begin(), set.end()), set.end());
  };
  // One place of the alternative, with every place that the earlier ones can be in.
  std::vector<std::pair<State, Set>> open;
  std::set<std::pair<std::uint32_t, std::vector<std::uint32_t>>> seen;
  const auto add = [&](const State& at, Set others) {
    sort(others);
    std::vector<std::uint32_t> numbers;
    for (const State& other : others) numbers.push_back(walker.Number(other));
    if (seen.emplace(walker.Number(at), std::move(numbers)).second) {
      open.emplace_back(at, std::move(others));
    }
  };
  Set start;
  for (std::uint16_t i = 0; i < number; ++i) start.push_back({i, 0, 0});
  add({static_cast<std::uint16_t>(number), 0, 0}, std::move(start));
  std::vector<State> moves;
  std::vector<State> next;
  for (std::size_t at = 0; at < open.size(); ++at) {
    if (open.size() > kReachabilityStatesMax) return false;
    const auto [own, others] = open[at];
    const bool covered = std::any_of(others.begin(), others.end(),
                                     [&](const State& other) { return walker.MayEnd(other); });
    if (walker.MayEnd(own) && !covered) return false;
    for (const unsigned char byte : bytes) {
      walker.MovesOn(own, byte, moves);
      if (moves.empty()) continue;
      Set all;
      for (const State& other : others) {
        walker.MovesOn(other, byte, next);
        all.insert(all.end(), next.begin(), next.end());
      }
      const std::vector<State> targets = moves;
      for (const State& target : targets) add(target, all);
    }
  }
  return true;
}

std::optional<std::string> FindCommon(const Dfa& a, const Dfa& b) {
  if (a.empty() || b.empty()) return std::nullopt;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs = {{0, 0}};
  std::vector<Step> steps = {{kStart, 0}};
  std::unordered_map<std::uint64_t, bool> seen;
  for (std::uint32_t at = 0; at < pairs.size(); ++at) {
    const auto [x, y] = pairs[at];
    if (a.Accepts(x) && b.Accepts(y)) return TextOf(steps, at);
    for (int byte = 0; byte < 256; ++byte) {
      const std::uint32_t next_x = a.Step(x, static_cast<unsigned char>(byte));
      if (next_x == Dfa::kDead) continue;
      const std::uint32_t next_y = b.Step(y, static_cast<unsigned char>(byte));
      if (next_y == Dfa::kDead) continue;
      if (!seen.emplace(std::uint64_t{next_x} << 32 | next_y, true).second) continue;
      pairs.emplace_back(next_x, next_y);
      steps.push_back({at, static_cast<unsigned char>(byte)});
    }
  }
  return std::nullopt;
}

bool IsAnchored(const Shape& shape, int part) {
  std::optional<std::size_t> place;
  for (const ShapeAlternative& alternative : shape.alternatives()) {
    std::size_t at = 0;
    bool found = false;
    for (const ShapeElement& element : alternative) {
      found = element.part == part;
      if (found || element.part >= 0) break;
      at += element.literal.size();
    }
    if (!found || (place.has_value() && *place != at)) return false;
    place = at;
  }
  return place.has_value();
}

}  // namespace tokentra
