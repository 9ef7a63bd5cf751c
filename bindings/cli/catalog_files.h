// The part of `tokentra catalog` that has a file of its own.

#ifndef TOKENTRA_BINDINGS_CLI_CATALOG_FILES_H_
#define TOKENTRA_BINDINGS_CLI_CATALOG_FILES_H_

#include "bindings/cli/commands.h"
#include "bindings/cli/whole_file.h"

namespace tokentra::cli {

int RunCatalogDiff(const Options& options, Console& console);

}  // namespace tokentra::cli

#endif  // TOKENTRA_BINDINGS_CLI_CATALOG_FILES_H_
