// Usage, conditions and evaluation in one line each, for tests of pricing and what stands on it.

#ifndef TOKENTRA_TESTS_CORE_PRICING_PRICING_TESTING_H_
#define TOKENTRA_TESTS_CORE_PRICING_PRICING_TESTING_H_

#include <initializer_list>
#include <string_view>
#include <utility>

#include "core/catalog/catalog.h"
#include "core/pricing/evaluate.h"
#include "core/usage/usage.h"
#include "gtest/gtest.h"

// Designated initialisers name what a call states; what they leave out is absent.
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

namespace tokentra::pricing_test {

inline Usage UsageOf(std::initializer_list<std::pair<std::string_view, std::uint64_t>> meters) {
  Usage usage;
  for (const auto& [name, quantity] : meters) usage.Set(FindMeter(name)->id, quantity);
  return usage;
}

inline Atoms AtomsOf(std::initializer_list<std::pair<std::string_view, std::uint64_t>> meters) {
  const absl::StatusOr<Atoms> atoms = ToAtoms(UsageOf(meters), JoinRule::kError);
  EXPECT_TRUE(atoms.ok()) << atoms.status();
  return atoms.ok() ? *atoms : Atoms();
}

inline const InstantNs kNow = *ParseInstant("2026-10-15T12:00:00Z");

}  // namespace tokentra::pricing_test

#endif  // TOKENTRA_TESTS_CORE_PRICING_PRICING_TESTING_H_
