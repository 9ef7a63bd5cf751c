// KeyOrder: which keys of a snapshot are coarser than which.
//
// A key covers another when it is that key, or folded from it: each dimension the same or folded,
// and the time the same, a day that holds the bucket, or any time. Classes are not compared.
//
// Thread: values; const functions concurrently. Cost: O(bytes of the tuples).

#ifndef TOKENTRA_CORE_LEDGER_KEY_ORDER_H_
#define TOKENTRA_CORE_LEDGER_KEY_ORDER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "core/ledger/cell.h"
#include "core/ledger/snapshot.h"

namespace tokentra {

// The bucket word of an entry's key.
std::uint32_t BucketOfEntry(const SnapshotEntry& entry, std::int64_t bucket_seconds);

class KeyOrder {
 public:
  // `tuples` is where the keys' dimensions point, and outlives it.
  KeyOrder(std::int64_t bucket_seconds, const std::vector<std::string>* tuples)
      : bucket_seconds_(bucket_seconds), tuples_(*tuples) {}

  bool IsFolded(const CellGroup& key) const;
  // Grows from a key to every key that covers it.
  std::uint32_t Coarseness(const CellGroup& key) const;
  bool Covers(const CellGroup& coarse, const CellGroup& fine) const;
  // The finest key that covers both; its tuple is put among `texts`.
  CellGroup Join(const CellGroup& a, const CellGroup& b, SnapshotTexts* texts) const;

 private:
  void JoinTime(const CellGroup& other, CellGroup* key) const;

  const std::int64_t bucket_seconds_;
  const std::vector<std::string>& tuples_;
};

}  // namespace tokentra

#endif  // TOKENTRA_CORE_LEDGER_KEY_ORDER_H_
