// Files of prices on the command line: overlays, provider files, lists.

#ifndef TOKENTRA_BINDINGS_CLI_CATALOG_FILES_H_
#define TOKENTRA_BINDINGS_CLI_CATALOG_FILES_H_

#include <string>

#include "bindings/cli/commands.h"
#include "bindings/cli/handle.h"

namespace tokentra::cli {

// `-` is standard input. Throws Failure naming the file.
std::string ReadWholeFile(const std::string& path);

int RunCatalogDiff(const Options& options, Console& console);

}  // namespace tokentra::cli

#endif  // TOKENTRA_BINDINGS_CLI_CATALOG_FILES_H_
