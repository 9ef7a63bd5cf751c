// DimensionReader: from an event's metadata to the values of a ledger's dimensions, checked on the
// way.
//
// For each dimension: the event's snake_case key, else its camelCase spelling, else the client's
// default; then what the convention's verdict puts in its place. The verdict is on all of the
// metadata, defaults included. Nothing of a value that was replaced goes any further.
//
// Thread: immutable. Cost: linear in metadata times dimensions, plus the verdict; no allocation for
// a set of metadata that was judged before.

#ifndef TOKENTRA_CORE_CLIENT_DIMENSION_READER_H_
#define TOKENTRA_CORE_CLIENT_DIMENSION_READER_H_

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/metadata_key.h"
#include "core/convention/judge.h"
#include "core/ledger/event.h"
#include "core/ledger/tuple.h"

namespace tokentra {

// Metadata that every event gets: keys canonical and distinct.
using DefaultMetadata = std::vector<std::pair<std::string, std::string>>;

// The value of each dimension; its bit in `present`. Views into the event's metadata, the defaults,
// the convention's memory or `own`.
struct DimensionValues {
  std::array<std::string_view, kDimensionsMax> values;
  std::size_t count = 0;
  std::uint64_t present = 0;
  bool has_findings = false;
  Verdict own;

  std::span<const std::string_view> span() const { return {values.data(), count}; }
};

class DimensionReader {
 public:
  explicit DimensionReader(std::vector<std::string> names);

  // `judge` null: nothing is checked. It outlives the use of `out`.
  void Read(std::span<const MetadataEntry> metadata, const DefaultMetadata& defaults, Judge* judge,
            InstantNs at, DimensionValues& out) const;

 private:
  const std::vector<std::string> names_;
  std::vector<std::string_view> camel_;  // of each dimension; empty: no other spelling
};

// All of an event's metadata: its own entries, then the defaults of keys that it does not state.
std::vector<MetadataEntry> WithDefaults(std::span<const MetadataEntry> metadata,
                                        const DefaultMetadata& defaults);

}  // namespace tokentra

#endif  // TOKENTRA_CORE_CLIENT_DIMENSION_READER_H_
