// tokentra: the command line, one more binding over the C interface.

#include <exception>
#include <iostream>
#include <new>

#include "bindings/cli/commands.h"
#include "bindings/cli/format.h"
#include "bindings/cli/handle.h"

namespace tokentra::cli {
namespace {

int RunCommand(const Options& options, Console& console) {
  switch (options.command) {
    case Command::kPrice:
      return RunPrice(options, console);
    case Command::kReport:
      return RunReport(options, console);
    case Command::kExplain:
      return RunExplain(options, console);
    case Command::kImport:
      return RunImport(options, console);
    case Command::kLint:
      return RunLint(options, console);
    case Command::kConventionInit:
      return RunConventionInit(options, console);
    case Command::kLedger:
      return RunLedger(options, console);
    case Command::kModels:
      return RunModels(options, console);
    case Command::kCatalog:
      return RunCatalog(options, console);
    case Command::kNone:
      break;
  }
  return kExitUsage;
}

int Main(int argc, char** argv) {
  Options options;
  const Terminal terminal = DetectTerminal();
  if (const auto status = ParseOptions(argc, argv, options)) return *status;
  Console console(terminal);
  try {
    const int status = RunCommand(options, console);
    console.Finish();
    return status;
  } catch (const UsageError& error) {
    console.Note(std::string("tokentra: ") + error.what());
    return kExitUsage;
  } catch (const Failure& failure) {
    console.Note(std::string("tokentra: ") + failure.what());
    return kExitRefused;
  }
}

}  // namespace
}  // namespace tokentra::cli

int main(int argc, char** argv) {
  try {
    return tokentra::cli::Main(argc, argv);
  } catch (const std::bad_alloc&) {
    std::cerr << "tokentra: out of memory\n";
  } catch (const std::exception& error) {
    std::cerr << "tokentra: " << error.what() << "\n";
  }
  return tokentra::cli::kExitRefused;
}
