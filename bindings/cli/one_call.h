// One call given by options instead of a file: --provider, --model, --usage and what a price may
// depend on.

#ifndef TOKENTRA_BINDINGS_CLI_ONE_CALL_H_
#define TOKENTRA_BINDINGS_CLI_ONE_CALL_H_

#include "bindings/cli/handle.h"
#include "bindings/cli/options.h"

namespace tokentra::cli {

// Whether the options describe one call. Throws UsageError when they describe both a call and
// files, neither, or half a call.
bool IsOneCall(const Options& options);

// Prices the call; without --at it is a call of now. Throws UsageError for options that are no
// usage, Failure for usage that contradicts itself.
Cost PriceOneCall(const tokentra_catalog* catalog, const Options& options);

}  // namespace tokentra::cli

#endif  // TOKENTRA_BINDINGS_CLI_ONE_CALL_H_
