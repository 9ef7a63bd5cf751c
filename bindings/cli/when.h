// Instants as options state them: a date, an RFC 3339 instant, an age.

#ifndef TOKENTRA_BINDINGS_CLI_WHEN_H_
#define TOKENTRA_BINDINGS_CLI_WHEN_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "bindings/cli/zone.h"

namespace tokentra::cli {

// A date, in the zone, or an instant; absent is TOKENTRA_NO_INSTANT. Throws UsageError.
std::int64_t DateOrInstant(std::string_view name, const std::string& text, const Zone& zone);

// Besides: an age in days before now, "30d".
std::int64_t DateInstantOrAge(std::string_view name, const std::string& text, const Zone& zone);

}  // namespace tokentra::cli

#endif  // TOKENTRA_BINDINGS_CLI_WHEN_H_
