// The valid names nearest to a wrong one, for error messages.

#ifndef TOKENTRA_BINDINGS_CLI_NEAREST_H_
#define TOKENTRA_BINDINGS_CLI_NEAREST_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tokentra::cli {

// At most `count` of `names`, nearest first: those that contain `name` or that a few typing
// mistakes turn it into. Letters' case makes no difference. Cost: |name| times the length of all
// names; names over 128 bytes are not compared.
std::vector<std::string> Nearest(std::string_view name, const std::vector<std::string>& names,
                                 std::size_t count);

// "; did you mean 'a' or 'b'?", empty when nothing is near.
std::string DidYouMean(std::string_view name, const std::vector<std::string>& names,
                       std::size_t count = 1);

std::string AsciiLower(std::string_view text);

}  // namespace tokentra::cli

#endif  // TOKENTRA_BINDINGS_CLI_NEAREST_H_
