// Helpers for the tests of conventions.

#ifndef TOKENTRA_TESTS_CORE_CONVENTION_CONVENTION_TESTING_H_
#define TOKENTRA_TESTS_CORE_CONVENTION_CONVENTION_TESTING_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/convention/convention.h"
#include "gtest/gtest.h"

namespace tokentra {

using Entries = std::vector<MetadataEntry>;

inline constexpr InstantNs kCheckedAt = 1'792'065'600 * kNsPerSecond;  // 2026-10-15T12:00:00Z

inline std::shared_ptr<const Convention> CompileOrDie(std::string_view json,
                                                      const ConventionOptions& options = {}) {
  auto convention = Convention::Compile(json, options);
  EXPECT_TRUE(convention.ok()) << convention.status();
  return convention.ok() ? *convention : nullptr;
}

inline std::string CompileError(std::string_view json, const ConventionOptions& options = {}) {
  const auto convention = Convention::Compile(json, options);
  return convention.ok() ? "" : std::string(convention.status().message());
}

inline CheckResult CheckOf(const Convention& convention, const Entries& entries,
                           InstantNs at = kCheckedAt) {
  return convention.Check(entries, at);
}

inline bool ConformsTo(const Convention& convention, const Entries& entries,
                       InstantNs at = kCheckedAt) {
  const bool conforms = convention.Conforms(entries, at);
  // Invariant 1 of the header, wherever a test asks.
  if (conforms) {
    const CheckResult result = convention.Check(entries, at);
    EXPECT_TRUE(result.findings.empty());
    EXPECT_TRUE(result.replacements.empty());
  }
  return conforms;
}

inline std::string Describe(const CheckResult& result) {
  std::string text;
  for (const Finding& finding : result.findings) {
    absl::StrAppend(&text, TextOf(finding.rule).id, " ", finding.key, " '", finding.value, "' [",
                    finding.begin, ",", finding.end, ") ", finding.message, " => ",
                    finding.suggestion, "\n");
  }
  for (const Replacement& replacement : result.replacements) {
    absl::StrAppend(&text, replacement.key, " := ", replacement.value, "\n");
  }
  return text;
}

}  // namespace tokentra

#endif  // TOKENTRA_TESTS_CORE_CONVENTION_CONVENTION_TESTING_H_
