// Where usage classes are cut: the intervals of the quantities that some price is banded by.
//
// Thread: immutable.

#ifndef TOKENTRA_CORE_CLIENT_CONTEXT_CUTS_H_
#define TOKENTRA_CORE_CLIENT_CONTEXT_CUTS_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/base/meter.h"
#include "core/catalog/image.h"

namespace tokentra {

class ContextCuts {
 public:
  struct Cuts {
    MeterId meter;
    AtomSet atoms;
    std::vector<std::uint64_t> starts;  // first quantity of each interval, ascending, from 0

    // Index of the interval that `quantity` falls in.
    std::size_t IntervalOf(std::uint64_t quantity) const;
  };

  // Below and above every published threshold and every one of the catalog, of every meter.
  explicit ContextCuts(const CatalogImage& image);

  // Ascending by meter.
  std::span<const Cuts> all() const { return cuts_; }

 private:
  std::vector<Cuts> cuts_;
};

}  // namespace tokentra

#endif  // TOKENTRA_CORE_CLIENT_CONTEXT_CUTS_H_
