#include "core/convention/cardinality.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace tokentra {
namespace {

// FNV-1a, then mixed so that every bit depends on every byte.
std::uint64_t HashOf(std::string_view value) {
  std::uint64_t hash = 0xCBF29CE484222325u;
  for (const char c : value) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3u;
  hash ^= hash >> 33;
  hash *= 0xFF51AFD7ED558CCDu;
  hash ^= hash >> 33;
  hash *= 0xC4CEB9FE1A85EC53u;
  hash ^= hash >> 33;
  return hash == 0 ? 1 : hash;
}

}  // namespace

DistinctCounter::DistinctCounter(std::uint64_t max)
    : max_(max), mask_(std::bit_ceil(static_cast<std::size_t>(2 * max + 16)) - 1) {
  table_ = std::make_unique<std::atomic<std::uint64_t>[]>(mask_ + 1);
}

bool DistinctCounter::Admit(std::string_view value) {
  const std::uint64_t hash = HashOf(value);
  Note(hash);
  for (std::size_t at = hash & mask_;; at = (at + 1) & mask_) {
    std::uint64_t held = table_[at].load(std::memory_order_relaxed);
    if (held == hash) return true;
    if (held != 0) continue;
    if (count_.load(std::memory_order_relaxed) >= max_) {
      passed_.store(true, std::memory_order_relaxed);
      return false;
    }
    if (table_[at].compare_exchange_strong(held, hash, std::memory_order_relaxed)) {
      count_.fetch_add(1, std::memory_order_relaxed);
      return true;
    }
    if (held == hash) return true;
  }
}

void DistinctCounter::Note(std::uint64_t hash) {
  std::atomic<std::uint8_t>& place = registers_[hash & (kRegisters - 1)];
  const auto rank = static_cast<std::uint8_t>(std::countl_zero(hash | (kRegisters - 1)) + 1);
  std::uint8_t held = place.load(std::memory_order_relaxed);
  while (held < rank && !place.compare_exchange_weak(held, rank, std::memory_order_relaxed)) {
  }
}

std::uint64_t DistinctCounter::Estimate() const {
  const std::uint64_t count = count_.load(std::memory_order_relaxed);
  if (!passed_.load(std::memory_order_relaxed)) return count;
  double sum = 0;
  std::size_t zeros = 0;
  for (const auto& place : registers_) {
    const std::uint8_t rank = place.load(std::memory_order_relaxed);
    sum += std::ldexp(1.0, -rank);
    zeros += rank == 0 ? 1 : 0;
  }
  const double registers = kRegisters;
  double estimate = 0.7213 / (1 + 1.079 / registers) * registers * registers / sum;
  // Linear counting where most registers are empty still.
  if (estimate < 2.5 * registers && zeros != 0) {
    estimate = registers * std::log(registers / static_cast<double>(zeros));
  }
  return std::max(count + 1, static_cast<std::uint64_t>(estimate));
}

}  // namespace tokentra
