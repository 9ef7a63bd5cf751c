// A snapshot priced again with another catalog: the difference by class, exact, without replay.
//
// The ledger holds quantities by class and bucket. Where every call of a cell would pay the same
// price row of the new catalog, the cell is priced with it, exactly. Where it would not - a price
// that changes inside the bucket, a band that cuts the class's interval, a minimum or step of one
// call - the cell is *not separable*: its cost has a lower and an upper bound, and the reason is
// said. Nothing is guessed.
//
// Bounds: each atom at the least and at the most that any price row which could hold charges for
// it. Per-call rules are taken with as few and as many calls as the quantities allow.
//
// Thread: pure function of immutable arguments. Cost: linear in cells; per cell the quarter hours
// of its bucket times the bands that cut its class.

#ifndef TOKENTRA_CORE_ANALYSIS_REPRICE_H_
#define TOKENTRA_CORE_ANALYSIS_REPRICE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/analysis/snapshot_view.h"

namespace tokentra {

// Why a cell is not separable. Numbers of the C ABI.
enum RepriceReason : std::uint32_t {
  kPriceChangesInBucket = 1,  // or the cell was folded to any time
  kBandCutsClass = 2,
  kBilledPerCall = 4,
  kClassFolded = 8,  // which calls they were is lost: their money stays as it was recorded
};

struct RepricedSum {
  Money before;
  Money lower;  // with the other catalog, at least
  Money upper;  // and at most
  Money kept;   // of both, what cannot be priced again
  std::uint64_t events = 0;
  std::uint64_t unpriced_before = 0;
  std::uint64_t unpriced_after = 0;  // surely
  std::uint64_t inexact_events = 0;  // in cells that are not separable
  std::uint32_t reasons = 0;         // RepriceReason bits

  bool exact() const { return reasons == 0; }
};

struct RepricedClass {
  RepricedSum sum;
  std::string provider;
  std::string model;
  std::string service_tier;
  std::string region;
  std::string conditions;  // "batch, quality=hd"
  std::string context;     // "input_tokens 0 to 200000"
  std::string price_row;   // content id in force at recording
};

struct Repricing {
  RepricedSum total;
  std::vector<RepricedClass> classes;  // the largest change first
};

// OUT_OF_RANGE when a sum of money leaves its range.
absl::StatusOr<Repricing> Reprice(const SnapshotView& view, const Catalog& catalog);

}  // namespace tokentra

#endif  // TOKENTRA_CORE_ANALYSIS_REPRICE_H_
