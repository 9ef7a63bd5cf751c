// Snapshot files as hostile bytes: no crash, no more memory than a multiple of the bytes; and what
// is read can be written and read again, merged with itself, and subtracted from itself.
//
// The input is a body; the header with its checksum is put before it, so that the fuzzer reaches
// the grammar. The first byte chooses the format.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "core/base/siphash.h"
#include "core/ledger/snapshot.h"
#include "core/ledger/snapshot_codec.h"
#include "core/ledger/snapshot_difference.h"

namespace {

void Check(bool holds) {
  if (!holds) std::abort();
}

std::string Fixed(std::uint64_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i));
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tokentra;
  if (size == 0) return 0;
  const std::string body(reinterpret_cast<const char*>(data) + 1, size - 1);
  (void)DecodeContents(body);  // with a header of its own, if it found one
  const std::uint64_t format = kSnapshotFormatLeast + data[0] % kSnapshotFormat;
  const auto checksum = SipHash128({}, body);
  const std::string file = std::string(kSnapshotMagic) + Fixed(format, 4) + Fixed(0, 4) +
                           Fixed(body.size(), 8) + Fixed(checksum[0], 8) + Fixed(checksum[1], 8) +
                           body;
  const auto loaded = Snapshot::Load(file);
  if (!loaded.ok()) return 0;
  const std::string bytes = (*loaded)->Serialize();
  const auto again = Snapshot::Load(bytes);
  Check(again.ok() && (*again)->Serialize() == bytes);
  const auto merged = Snapshot::Merge(**loaded, **again);
  Check(merged.ok() && (*merged)->Serialize() == bytes);
  if ((*loaded)->is_difference()) return 0;
  const std::vector<Int128> money((*loaded)->entries().size());
  const auto difference = Difference(**loaded, money, **again, money);
  Check(difference.ok() && difference->snapshot->entries().empty());
  return 0;
}
