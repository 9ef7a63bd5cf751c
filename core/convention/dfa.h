// Dfa: the language of one part of a name, as a trimmed deterministic automaton over bytes.
//
// Built from a closed list of words (a trie whose accepting states know their word) or from a
// pattern (pattern.h). Every state can reach an accepting one, so a dead step is final.
//
// Thread: immutable. Cost: a step is one or two dependent loads. Memory: 12 bytes a state; states
// with several edges have a row of 4 bytes for each class of bytes that the automaton tells apart.

#ifndef TOKENTRA_CORE_CONVENTION_DFA_H_
#define TOKENTRA_CORE_CONVENTION_DFA_H_

#include <array>
#include <bitset>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tokentra {

using ByteSet = std::bitset<256>;

class Dfa {
 public:
  static constexpr std::uint32_t kDead = 0xFFFFFFFF;
  static constexpr std::uint32_t kNoWord = 0xFFFFFFFF;

  // A transition table to build from: state 0 is the start, `edges[state][byte]` the next state or
  // kDead. States that cannot reach an accepting one are dropped.
  struct Table {
    std::vector<std::array<std::uint32_t, 256>> edges;
    std::vector<bool> accepting;
  };

  // The empty language.
  Dfa() = default;
  static Dfa FromTable(const Table& table);
  // `words` sorted and distinct; the accepting state of words[i] has word i.
  static Dfa FromWords(std::span<const std::string_view> words);

  bool empty() const { return nodes_.empty(); }
  std::uint32_t size() const { return static_cast<std::uint32_t>(nodes_.size()); }

  // The start is state 0.
  std::uint32_t Step(std::uint32_t state, unsigned char byte) const {
    const Node& node = nodes_[state];
    if (node.kind == Kind::kSingle) return node.byte == byte ? node.next : kDead;
    if (node.kind == Kind::kLeaf) return kDead;
    return rows_[node.next + class_of_[byte]];
  }
  bool Accepts(std::uint32_t state) const { return nodes_[state].accepting; }
  std::uint32_t WordOf(std::uint32_t state) const { return nodes_[state].word; }
  bool nullable() const { return !empty() && nodes_[0].accepting; }

  // Bytes that leave the start state.
  const ByteSet& first() const { return first_; }

  // One byte for each class of bytes that the automaton tells apart, those that are always dead
  // left out; letters are preferred.
  const std::vector<unsigned char>& representatives() const { return representatives_; }

  // Calls `visit(byte, next)` for the edges of a state, once for each class.
  template <typename Visit>
  void ForEachEdge(std::uint32_t state, Visit visit) const {
    const Node& node = nodes_[state];
    if (node.kind == Kind::kLeaf) return;
    if (node.kind == Kind::kSingle) {
      visit(node.byte, node.next);
      return;
    }
    for (const unsigned char byte : representatives_) {
      const std::uint32_t next = rows_[node.next + class_of_[byte]];
      if (next != kDead) visit(byte, next);
    }
  }

  bool Matches(std::string_view text) const;
  // The class number of each byte, for joining the classes of several automata.
  const std::array<std::uint8_t, 256>& classes() const { return class_of_; }
  std::size_t MemoryBytes() const {
    return nodes_.size() * sizeof(Node) + rows_.size() * sizeof(std::uint32_t);
  }

 private:
  enum class Kind : std::uint8_t { kLeaf, kSingle, kRow };
  struct Node {
    std::uint32_t next = 0;  // kSingle: the state; kRow: where its row begins
    std::uint32_t word = kNoWord;
    Kind kind = Kind::kLeaf;
    unsigned char byte = 0;
    bool accepting = false;
  };

  void PickRepresentatives();

  std::vector<Node> nodes_;
  std::vector<std::uint32_t> rows_;
  std::array<std::uint8_t, 256> class_of_ = {};
  std::uint32_t class_count_ = 0;
  std::vector<unsigned char> representatives_;
  ByteSet first_;
};

}  // namespace tokentra

#endif  // TOKENTRA_CORE_CONVENTION_DFA_H_
