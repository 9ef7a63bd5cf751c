// DistinctCounter: lets the first `max` distinct values of a key in, and estimates how many there
// are beyond.
//
// Memory is fixed: a table of hashes for those that are in (16 bytes a value at most) and 1,024
// registers of a HyperLogLog for the estimate (about 3 % off). Hashes are 64 bits; two values that
// share one count as one.
//
// Thread: concurrent, lock-free. Relaxed throughout: the table publishes nothing but itself, and a
// race can only let in a few more than `max`, never turn away one that was let in.

#ifndef TOKENTRA_CORE_CONVENTION_CARDINALITY_H_
#define TOKENTRA_CORE_CONVENTION_CARDINALITY_H_

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string_view>

namespace tokentra {

class DistinctCounter {
 public:
  explicit DistinctCounter(std::uint64_t max);

  // True: `value` is one of the first `max`.
  bool Admit(std::string_view value);
  // How many distinct values were asked about: exact up to `max`, else an estimate.
  std::uint64_t Estimate() const;

 private:
  static constexpr std::size_t kRegisters = 1'024;

  void Note(std::uint64_t hash);

  const std::uint64_t max_;
  std::size_t mask_;
  std::unique_ptr<std::atomic<std::uint64_t>[]> table_;  // 0: free
  std::atomic<std::uint64_t> count_{0};
  std::atomic<bool> passed_{false};
  std::array<std::atomic<std::uint8_t>, kRegisters> registers_ = {};
};

}  // namespace tokentra

#endif  // TOKENTRA_CORE_CONVENTION_CARDINALITY_H_
