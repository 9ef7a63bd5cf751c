// Conventions as hostile text: compiling ends, in a convention or in an error of one line, and what
// compiles explains itself with examples that it accepts.
//
// The input is the convention's JSON; a vocabulary file "words.txt" holds the input too, so that
// conventions that name it read that as hostile text as well.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "core/convention/convention.h"

namespace {

void Check(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tokentra;
  const std::string_view json(reinterpret_cast<const char*>(data), size);
  const ConventionFile file = {"words.txt", json};
  ConventionOptions options;
  options.files = {&file, 1};
  const auto first = Convention::Compile(json, options);
  const auto second = Convention::Compile(json, options);
  Check(first.status() == second.status());
  (void)ConventionFileNames(json).ok();
  (void)ReadBaseline(json).ok();
  if (!first.ok()) {
    Check(!first.status().message().empty());
    return 0;
  }
  Check((*first)->digest() == (*second)->digest());
  Check((*first)->Explain() == (*second)->Explain());
  Check(!(*first)->DescribeJson().empty());
  for (const std::string_view key : (*first)->DeclaredKeys()) {
    for (const std::string& example : (*first)->Examples(key, 3)) {
      Check(example.size() <= kValueBytesMax);
    }
  }
  return 0;
}
