#include "core/exchange/held.h"

#include <utility>

namespace tokentra {

void HeldRecords::Add(const SpanLink& link) {
  parents_[link.span] = link.parent;
  if (link.is_call) calls_.insert(link.span);
}

std::unordered_set<std::uint64_t> HeldRecords::Covered() const {
  std::unordered_set<std::uint64_t> covered;
  const auto mark_above = [&](std::uint64_t span) {
    // A span that is marked already has everything above it marked: this also ends cycles.
    for (auto at = parents_.find(span); at != parents_.end() && at->second != 0;
         at = parents_.find(at->second)) {
      if (!covered.insert(at->second).second) return;
    }
  };
  for (const std::uint64_t call : calls_) mark_above(call);
  // Of spans around each other that hold no call, the innermost is taken.
  for (const HeldRecord& record : records_) {
    if (record.hold == Hold::kUnlessCovered) mark_above(record.key);
  }
  return covered;
}

HeldRecords::Resolved HeldRecords::Resolve() {
  Resolved resolved;
  const std::unordered_set<std::uint64_t> covered = Covered();
  std::unordered_map<std::uint64_t, std::size_t> largest;
  for (std::size_t i = 0; i < records_.size(); ++i) {
    if (records_[i].hold != Hold::kLargest) continue;
    const auto [found, is_new] = largest.try_emplace(records_[i].key, i);
    if (is_new) continue;
    ++resolved.repeated;
    if (records_[i].weight > records_[found->second].weight) found->second = i;
  }
  for (std::size_t i = 0; i < records_.size(); ++i) {
    HeldRecord& record = records_[i];
    if (record.hold == Hold::kLargest && largest.at(record.key) != i) continue;
    if (record.hold == Hold::kUnlessCovered && covered.contains(record.key)) {
      ++resolved.covered;
      continue;
    }
    resolved.records.push_back(std::move(record));
  }
  records_.clear();
  parents_.clear();
  calls_.clear();
  return resolved;
}

}  // namespace tokentra
