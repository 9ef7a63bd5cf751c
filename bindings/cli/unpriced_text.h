// The unpriced calls and why, as text.

#ifndef TOKENTRA_BINDINGS_CLI_UNPRICED_TEXT_H_
#define TOKENTRA_BINDINGS_CLI_UNPRICED_TEXT_H_

#include <string>

#include "bindings/cli/console.h"
#include "bindings/cli/log_reader.h"

namespace tokentra::cli {

// Reasons with most calls first; ends with a newline.
std::string UnpricedText(const UnpricedReasons& reasons, const Console& console);

}  // namespace tokentra::cli

#endif  // TOKENTRA_BINDINGS_CLI_UNPRICED_TEXT_H_
