#include "core/convention/dfa.h"

#include <algorithm>
#include <map>

namespace tokentra {
namespace {

// States from which an accepting one can be reached.
std::vector<bool> LiveStates(const Dfa::Table& table) {
  const std::size_t count = table.edges.size();
  std::vector<std::vector<std::uint32_t>> sources(count);
  for (std::uint32_t state = 0; state < count; ++state) {
    std::uint32_t last = Dfa::kDead;
    for (const std::uint32_t next : table.edges[state]) {
      if (next != Dfa::kDead && next != last) sources[next].push_back(state);
      last = next;
    }
  }
  std::vector<bool> live(count, false);
  std::vector<std::uint32_t> stack;
  for (std::uint32_t state = 0; state < count; ++state) {
    if (!table.accepting[state]) continue;
    live[state] = true;
    stack.push_back(state);
  }
  while (!stack.empty()) {
    const std::uint32_t state = stack.back();
    stack.pop_back();
    for (const std::uint32_t source : sources[state]) {
      if (live[source]) continue;
      live[source] = true;
      stack.push_back(source);
    }
  }
  return live;
}

// Lower-case letters first, then digits, capitals, separators: examples read better.
int Rank(unsigned char byte) {
  if (byte >= 'a' && byte <= 'z') return 0;
  if (byte >= '0' && byte <= '9') return 1;
  if (byte >= 'A' && byte <= 'Z') return 2;
  if (byte == '-' || byte == '_' || byte == '.') return 3;
  return byte >= 0x20 && byte < 0x7F ? 4 : 5;
}

}  // namespace

void Dfa::PickRepresentatives() {
  std::vector<int> best(class_count_, -1);
  for (int byte = 0; byte < 256; ++byte) {
    int& chosen = best[class_of_[static_cast<std::size_t>(byte)]];
    if (chosen < 0 ||
        Rank(static_cast<unsigned char>(byte)) < Rank(static_cast<unsigned char>(chosen))) {
      chosen = byte;
    }
  }
  for (std::uint32_t number = 1; number < class_count_; ++number) {
    representatives_.push_back(static_cast<unsigned char>(best[number]));
  }
  std::sort(representatives_.begin(), representatives_.end(), [](unsigned char a, unsigned char b) {
    return std::pair(Rank(a), a) < std::pair(Rank(b), b);
  });
  if (nodes_.empty()) return;
  for (int byte = 0; byte < 256; ++byte) {
    const auto value = static_cast<unsigned char>(byte);
    if (Step(0, value) != kDead) first_.set(value);
  }
}

Dfa Dfa::FromTable(const Table& table) {
  Dfa dfa;
  const std::vector<bool> live = LiveStates(table);
  if (live.empty() || !live[0]) return dfa;
  std::vector<std::uint32_t> number(live.size(), kDead);
  std::uint32_t count = 0;
  for (std::size_t state = 0; state < live.size(); ++state) {
    if (live[state]) number[state] = count++;
  }
  // Bytes are of one class when every state treats them alike. Class 0 is dead everywhere.
  std::map<std::vector<std::uint32_t>, std::uint8_t> classes;
  classes.emplace(std::vector<std::uint32_t>(count, kDead), 0);
  std::vector<std::vector<std::uint32_t>> columns(1, std::vector<std::uint32_t>(count, kDead));
  for (std::size_t byte = 0; byte < 256; ++byte) {
    std::vector<std::uint32_t> column;
    column.reserve(count);
    for (std::size_t state = 0; state < live.size(); ++state) {
      if (!live[state]) continue;
      const std::uint32_t next = table.edges[state][byte];
      column.push_back(next == kDead ? kDead : number[next]);
    }
    const auto [at, is_new] = classes.emplace(column, static_cast<std::uint8_t>(classes.size()));
    if (is_new) columns.push_back(std::move(column));
    dfa.class_of_[byte] = at->second;
  }
  dfa.class_count_ = static_cast<std::uint32_t>(classes.size());
  dfa.nodes_.resize(count);
  for (std::uint32_t state = 0; state < count; ++state) {
    dfa.nodes_[state].kind = Kind::kRow;
    dfa.nodes_[state].next = state * dfa.class_count_;
    for (const std::vector<std::uint32_t>& column : columns) dfa.rows_.push_back(column[state]);
  }
  for (std::size_t state = 0; state < live.size(); ++state) {
    if (live[state]) dfa.nodes_[number[state]].accepting = table.accepting[state];
  }
  dfa.PickRepresentatives();
  return dfa;
}

Dfa Dfa::FromWords(std::span<const std::string_view> words) {
  Dfa dfa;
  if (words.empty()) return dfa;
  ByteSet used;
  std::size_t bytes = 1;
  for (const std::string_view word : words) {
    bytes += word.size();
    for (const char c : word) used.set(static_cast<unsigned char>(c));
  }
  dfa.class_count_ = 1;
  for (std::size_t byte = 0; byte < 256; ++byte) {
    if (used.test(byte)) dfa.class_of_[byte] = static_cast<std::uint8_t>(dfa.class_count_++);
  }
  dfa.nodes_.reserve(bytes);
  // States with their range of words and depth, worked off depth first, so that the states of one
  // word lie beside each other.
  struct Pending {
    std::uint32_t state;
    std::uint32_t first;
    std::uint32_t last;
    std::uint32_t depth;
  };
  dfa.nodes_.emplace_back();
  std::vector<Pending> stack = {{0, 0, static_cast<std::uint32_t>(words.size()), 0}};
  std::vector<Pending> children;
  while (!stack.empty()) {
    Pending at = stack.back();
    stack.pop_back();
    if (words[at.first].size() == at.depth) {
      dfa.nodes_[at.state].accepting = true;
      dfa.nodes_[at.state].word = at.first++;
    }
    if (at.first == at.last) continue;
    const auto byte_of = [&](std::uint32_t word) {
      return static_cast<unsigned char>(words[word][at.depth]);
    };
    const auto new_state = [&] {
      dfa.nodes_.emplace_back();
      return static_cast<std::uint32_t>(dfa.nodes_.size() - 1);
    };
    if (byte_of(at.first) == byte_of(at.last - 1)) {
      const std::uint32_t next = new_state();
      Node& node = dfa.nodes_[at.state];
      node.kind = Kind::kSingle;
      node.byte = byte_of(at.first);
      node.next = next;
      stack.push_back({next, at.first, at.last, at.depth + 1});
      continue;
    }
    const auto row = static_cast<std::uint32_t>(dfa.rows_.size());
    dfa.rows_.resize(row + dfa.class_count_, kDead);
    dfa.nodes_[at.state].kind = Kind::kRow;
    dfa.nodes_[at.state].next = row;
    children.clear();
    for (std::uint32_t first = at.first; first < at.last;) {
      std::uint32_t last = first + 1;
      while (last < at.last && byte_of(last) == byte_of(first)) ++last;
      const std::uint32_t next = new_state();
      dfa.rows_[row + dfa.class_of_[byte_of(first)]] = next;
      children.push_back({next, first, last, at.depth + 1});
      first = last;
    }
    stack.insert(stack.end(), children.rbegin(), children.rend());
  }
  dfa.PickRepresentatives();
  return dfa;
}

bool Dfa::Matches(std::string_view text) const {
  if (empty()) return false;
  std::uint32_t state = 0;
  for (const char c : text) {
    state = Step(state, static_cast<unsigned char>(c));
    if (state == kDead) return false;
  }
  return Accepts(state);
}

}  // namespace tokentra
