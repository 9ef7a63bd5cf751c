// RuleCompiler: the rules between keys (conditions, scopes, profiles) of a convention whose keys
// are compiled. Rules that can never apply, and those that nothing can satisfy, are errors.
//
// Thread: one compiler, one thread.

#ifndef TOKENTRA_CORE_CONVENTION_COMPILE_RULES_H_
#define TOKENTRA_CORE_CONVENTION_COMPILE_RULES_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/convention/convention.h"

namespace tokentra {

class RuleCompiler {
 public:
  RuleCompiler(const ConventionSource& source, Convention& made) : source_(source), made_(made) {}

  absl::Status Run();

 private:
  absl::StatusOr<std::vector<Convention::KeyValue>> CompileWhen(const KeyValues& when,
                                                                const std::string& path) const;
  absl::StatusOr<std::uint64_t> Mask(const std::vector<std::string>& names,
                                     const std::string& path) const;
  absl::Status CompileConditions();
  absl::Status CompileScopes();
  absl::Status CompileProfiles();
  int IndexOf(std::string_view name) const;
  std::string NearestKey(std::string_view name) const;

  const ConventionSource& source_;
  Convention& made_;
};

}  // namespace tokentra

#endif  // TOKENTRA_CORE_CONVENTION_COMPILE_RULES_H_
