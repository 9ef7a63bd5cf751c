// The commands. Each returns the exit status; UsageError and Failure leave them as exceptions.

#ifndef TOKENTRA_BINDINGS_CLI_COMMANDS_H_
#define TOKENTRA_BINDINGS_CLI_COMMANDS_H_

#include "bindings/cli/console.h"
#include "bindings/cli/options.h"

namespace tokentra::cli {

inline constexpr int kExitFine = 0;
inline constexpr int kExitRefused = 1;
inline constexpr int kExitUsage = 2;

int RunPrice(const Options& options, Console& console);
int RunReport(const Options& options, Console& console);
int RunExplain(const Options& options, Console& console);
int RunImport(const Options& options, Console& console);
int RunLint(const Options& options, Console& console);
int RunConventionInit(const Options& options, Console& console);
int RunLedger(const Options& options, Console& console);
int RunModels(const Options& options, Console& console);
int RunCatalog(const Options& options, Console& console);

}  // namespace tokentra::cli

#endif  // TOKENTRA_BINDINGS_CLI_COMMANDS_H_
