// ConventionProposal: a convention inferred from metadata that is there already.
//
// For each key: whether nearly every event has it, what separates its words, how many parts it has,
// whether its first part is another key's value, which values are so few that they are a
// vocabulary, and which values are the same word written in several ways (chatbot, chat-bot,
// ChatBot), with the money in each. The spelling with the most events becomes the word, the others
// its aliases. Sensitive values are left out. What is proposed compiles; it is a start for people,
// not a verdict.
//
// Thread: one proposal, one thread. Bounds: kProposalKeysMax keys, kProposalValuesMax values of
// each; a key that passes the latter is taken as free text.

#ifndef TOKENTRA_CORE_CONVENTION_PROPOSE_H_
#define TOKENTRA_CORE_CONVENTION_PROPOSE_H_

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "core/base/metadata_key.h"
#include "core/base/money.h"

namespace tokentra {

inline constexpr std::size_t kProposalKeysMax = 64;
inline constexpr std::size_t kProposalValuesMax = 10'000;

class ConventionProposal {
 public:
  void Add(std::span<const MetadataEntry> metadata, std::uint64_t events, Int128 cost);

  // A convention's JSON, indented, with the near-duplicates under "notes".
  std::string Json() const;

 private:
  struct Weight {
    std::uint64_t events = 0;
    Int128 cost = 0;
  };
  struct Values {
    std::map<std::string, Weight> by_value;
    Weight all;
    bool overflowed = false;
    // How often the value begins with another key's value and a separator, by that key.
    std::map<std::string, std::uint64_t> begins_with;
  };
  friend class ProposalWriter;

  std::map<std::string, Values> keys_;
  std::uint64_t events_ = 0;
};

}  // namespace tokentra

#endif  // TOKENTRA_CORE_CONVENTION_PROPOSE_H_
