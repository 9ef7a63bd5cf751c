// From a priced part to its class in the ledger.
//
// `ClassOf` builds the canonical class of a part and interns it. Parts in ordinary conditions (no
// region stated, no named condition) are found again through a small table of packed words, so
// that the class of a repeated call costs one load.
//
// Thread: any; the table's words are independent atomics, each complete in itself.

#ifndef TOKENTRA_CORE_CLIENT_USAGE_CLASS_CACHE_H_
#define TOKENTRA_CORE_CLIENT_USAGE_CLASS_CACHE_H_

#include <array>
#include <atomic>
#include <cstdint>
#include <span>

#include "core/catalog/catalog.h"
#include "core/client/context_cuts.h"
#include "core/ledger/ledger.h"
#include "core/pricing/evaluate.h"
#include "core/usage/usage_class.h"

namespace tokentra {

class UsageClassCache {
 public:
  explicit UsageClassCache(const Catalog& catalog);

  ClassId ClassOf(Ledger& ledger, const Evaluation& evaluation, const PartEvaluation& part);

  // Fills the class of a part; views refer to the evaluation and the catalog.
  void Describe(const Evaluation& evaluation, const PartEvaluation& part,
                UsageClass& usage_class) const;

 private:
  static constexpr std::size_t kSlots = 1024;

  // One number for all intervals of a part of `requests` calls; 0 when it does not fit 16 bits.
  std::uint64_t ContextNumber(const Atoms& atoms, std::uint64_t requests) const;

  const Catalog& catalog_;
  const ContextCuts all_cuts_;
  const std::span<const ContextCuts::Cuts> cuts_;  // the first that a class has room for
  // row + 1 (24 bits) | context (16 bits) | class (24 bits)
  std::array<std::atomic<std::uint64_t>, kSlots> slots_ = {};
};

}  // namespace tokentra

#endif  // TOKENTRA_CORE_CLIENT_USAGE_CLASS_CACHE_H_
