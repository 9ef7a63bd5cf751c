// A convention's files read: its JSON, the vocabularies it names beside it, a baseline.

#ifndef TOKENTRA_BINDINGS_CLI_CONVENTION_FILE_H_
#define TOKENTRA_BINDINGS_CLI_CONVENTION_FILE_H_

#include <string>

#include "bindings/cli/handle.h"

namespace tokentra::cli {

using Convention = Handle<tokentra_convention, tokentra_convention_free>;

// `path` empty: the built-in convention. `baseline` empty: none. Throws Failure, which names the
// file.
Convention OpenConvention(const std::string& path, const std::string& baseline);

}  // namespace tokentra::cli

#endif  // TOKENTRA_BINDINGS_CLI_CONVENTION_FILE_H_
