// Judge: a convention at work: verdicts remembered, distinct values counted.
//
// A set of metadata that was judged before is recognised by comparing it whole with the one
// remembered; no hash decides. Sets with a sensitive value are never remembered, nor are entries
// whose keys the convention does not declare: those (request ids) are looked at one by one, so that
// they do not fill the memory. At most kVerdictsMax sets are kept; further ones are judged anew.
//
// Thread: concurrent, lock-free; verdicts live as long as the judge. Cost: a remembered set is a
// short hash and a comparison; others as Convention::Conforms, or Check.

#ifndef TOKENTRA_CORE_CONVENTION_JUDGE_H_
#define TOKENTRA_CORE_CONVENTION_JUDGE_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/convention/cardinality.h"
#include "core/convention/convention.h"

namespace tokentra {

inline constexpr std::size_t kVerdictsMax = 4'096;

struct Verdict {
  bool has_findings = false;  // that the caller should hear of
  std::vector<Replacement> replacements;
};

class Judge {
 public:
  explicit Judge(std::shared_ptr<const Convention> convention);
  ~Judge();
  Judge(const Judge&) = delete;
  Judge& operator=(const Judge&) = delete;

  // The verdict on a set: a remembered one, or `own` filled.
  const Verdict& JudgeSet(std::span<const MetadataEntry> entries, InstantNs at, Verdict& own);

  // The remembered verdict; nullptr when there is none.
  const Verdict* Recall(std::span<const MetadataEntry> entries, std::uint32_t epoch) const;

  // Findings and replacements in full, with those of the caps. Remembers nothing but the caps.
  CheckResult CheckSet(std::span<const MetadataEntry> entries, InstantNs at);

  const std::shared_ptr<const Convention>& convention() const { return convention_; }
  // Sets judged with at least one finding, a remembered one each time it comes.
  std::uint64_t finding_sets() const { return finding_sets_.load(std::memory_order_relaxed); }

 private:
  struct Remembered;

  void Remember(std::span<const MetadataEntry> entries, std::uint32_t epoch, Verdict verdict);
  void CheckCaps(std::span<const MetadataEntry> entries, CheckResult& result);

  const std::shared_ptr<const Convention> convention_;
  struct CountedKey {
    Convention::Cap cap;
    std::unique_ptr<DistinctCounter> counter;
  };
  std::vector<CountedKey> caps_;
  std::unique_ptr<std::atomic<Remembered*>[]> slots_;
  std::atomic<std::uint64_t> remembered_{0};
  std::atomic<std::uint64_t> finding_sets_{0};
};

}  // namespace tokentra

#endif  // TOKENTRA_CORE_CONVENTION_JUDGE_H_
