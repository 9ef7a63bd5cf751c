// Time zones, from the system's own data: the library takes offsets and reads no files.
//
// Choosing a zone sets TZ for the whole program.

#ifndef TOKENTRA_BINDINGS_CLI_ZONE_H_
#define TOKENTRA_BINDINGS_CLI_ZONE_H_

#include <tokentra/tokentra.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tokentra::cli {

class Zone {
 public:
  // An IANA name; empty or UTC needs no data. Throws UsageError for a name nobody knows, with the
  // nearest one.
  explicit Zone(const std::string& name);

  const std::string& name() const { return name_; }

  // Offsets that hold from `from_ns` to `until_ns`, ascending; none for UTC. Throws Failure for
  // offsets (before 1972) that are no multiple of 15 minutes.
  std::vector<tokentra_zone_offset> Offsets(std::int64_t from_ns, std::int64_t until_ns) const;

  // The first instant of a day written YYYY-MM-DD; nothing for any other text.
  std::optional<std::int64_t> DayStart(std::string_view text) const;

  // "2026-10-15" of the local day.
  std::string Day(std::int64_t at_ns) const;

 private:
  std::string name_;
  bool utc_;
};

}  // namespace tokentra::cli

#endif  // TOKENTRA_BINDINGS_CLI_ZONE_H_
