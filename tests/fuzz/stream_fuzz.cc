// Streams of any provider as hostile bytes: no crash, no hang, and where the bytes are cut changes
// nothing.
//
// The first byte chooses the provider, the second the size of the pieces; the rest is the stream.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/usage/flavour.h"
#include "core/usage/stream.h"

namespace {

void Check(bool holds) {
  if (!holds) std::abort();
}

tokentra::UsageStream Fed(std::string_view provider, std::string_view bytes, std::size_t piece) {
  absl::StatusOr<tokentra::UsageStream> stream = tokentra::UsageStream::Open(provider, "", "m");
  Check(stream.ok());
  while (!bytes.empty()) {
    stream->Feed(bytes.substr(0, piece));
    bytes.remove_prefix(std::min(piece, bytes.size()));
  }
  return *std::move(stream);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tokentra;
  if (size < 2) return 0;
  const auto providers = extract::AllProviders();
  const std::string_view provider = providers[data[0] % providers.size()].provider;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  const UsageStream whole = Fed(provider, bytes, size);
  const UsageStream pieces = Fed(provider, bytes, 1 + data[1] % 8);
  Check(whole.Body() == pieces.Body());
  const absl::StatusOr<Extraction> a = whole.Usage();
  const absl::StatusOr<Extraction> b = pieces.Usage();
  Check(a.status() == b.status());
  if (!a.ok()) return 0;
  Check(a->quality == b->quality && a->findings == b->findings);
  Check(a->parts.size() == b->parts.size());
  for (const ExtractedPart& part : a->parts) {
    Check(ToAtoms(part.usage, JoinRule::kError).ok());
  }
  return 0;
}
