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
#include <string>
#include <vector>

#include "core/catalog/catalog.h"
#include "core/ledger/ledger.h"
#include "core/pricing/evaluate.h"
#include "core/usage/usage_class.h"

namespace tokentra {

class UsageClassCache {
 public:
  explicit UsageClassCache(const Catalog& catalog);

  ClassId ClassOf(Ledger& ledger, const Evaluation& evaluation, const PartEvaluation& part);

  // Fills the class of a part; views refer to the evaluation, the catalog and `terms`.
  void Describe(const Evaluation& evaluation, const PartEvaluation& part, UsageClass& usage_class,
                std::string& terms) const;

 private:
  static constexpr std::size_t kSlots = 1024;

  struct Cuts {
    MeterId meter;
    AtomSet atoms;
    std::vector<std::uint64_t> starts;  // first quantity of each interval, ascending, from 0
  };

  // Index of the interval of `cuts` that `quantity` falls in.
  static std::size_t IntervalOf(const Cuts& cuts, std::uint64_t quantity);
  // One number for all intervals of a part of `requests` calls; 0 when it does not fit 16 bits.
  std::uint64_t ContextNumber(const Atoms& atoms, std::uint64_t requests) const;

  const Catalog& catalog_;
  std::vector<Cuts> cuts_;
  // row + 1 (24 bits) | context (16 bits) | class (24 bits)
  std::array<std::atomic<std::uint64_t>, kSlots> slots_ = {};
};

}  // namespace tokentra

#endif  // TOKENTRA_CORE_CLIENT_USAGE_CLASS_CACHE_H_
