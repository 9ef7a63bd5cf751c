// A whole file as text: overlays, lists, conventions, vocabularies.

#ifndef TOKENTRA_BINDINGS_CLI_WHOLE_FILE_H_
#define TOKENTRA_BINDINGS_CLI_WHOLE_FILE_H_

#include <string>

namespace tokentra::cli {

// `-` is standard input. Throws Failure naming the file.
std::string ReadWholeFile(const std::string& path);

}  // namespace tokentra::cli

#endif  // TOKENTRA_BINDINGS_CLI_WHOLE_FILE_H_
