// What a run holds back until all of its records are known (draft.h says why), and how it is
// resolved: of lines that repeat one answer the largest counts, of spans around calls none does.
//
// The answer does not depend on the order in which records were added, except that of equal
// candidates the first added is taken. Lines of a sequence are given back in their order.
//
// Thread: one object, one thread. Memory: what is held, and 16 bytes a span.

#ifndef TOKENTRA_CORE_EXCHANGE_HELD_H_
#define TOKENTRA_CORE_EXCHANGE_HELD_H_

#include <cstdint>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "core/exchange/draft.h"

namespace tokentra {

struct HeldRecord {
  Hold hold = Hold::kNone;
  std::uint32_t source = 0;  // of the caller: a file
  std::uint64_t line = 0;
  std::uint64_t key = 0;
  std::uint64_t weight = 0;
  std::string text;  // a call record; kSequence: the line
};

class HeldRecords {
 public:
  struct Resolved {
    std::vector<HeldRecord> records;  // that count, in the order they were added
    std::uint64_t repeated = 0;       // lines that repeat a call of the same id
    std::uint64_t covered = 0;        // spans that repeat the calls under them
  };

  void Add(HeldRecord record) { records_.push_back(std::move(record)); }
  void Add(const SpanLink& link);
  // Records and spans held.
  std::uint64_t size() const { return records_.size() + parents_.size(); }

  // Everything held so far; nothing is held afterwards.
  Resolved Resolve();

 private:
  // Marks every span above a call.
  std::unordered_set<std::uint64_t> Covered() const;

  std::vector<HeldRecord> records_;
  std::unordered_map<std::uint64_t, std::uint64_t> parents_;
  std::unordered_set<std::uint64_t> calls_;
};

}  // namespace tokentra

#endif  // TOKENTRA_CORE_EXCHANGE_HELD_H_
