// Response bodies of any provider as hostile text: no crash, no hang, and what comes out holds
// together: usage that can be given back and means the same, and the same again when asked again.
//
// The first byte chooses the provider, the second its api (or none); the rest is the body.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "core/usage/extract.h"
#include "core/usage/flavour.h"
#include "core/usage/usage.h"

namespace {

void Check(bool holds) {
  if (!holds) std::abort();
}

bool Same(const tokentra::Atoms& a, const tokentra::Atoms& b) {
  if (a.items().size() != b.items().size()) return false;
  for (std::size_t i = 0; i < a.items().size(); ++i) {
    if (a.items()[i].atom != b.items()[i].atom) return false;
    if (a.items()[i].quantity != b.items()[i].quantity) return false;
  }
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tokentra;
  if (size < 2) return 0;
  const auto providers = extract::AllProviders();
  const auto& provider = providers[data[0] % providers.size()];
  const std::size_t api = data[1] % (provider.flavours.size() + 1);
  const std::string_view name = api == 0 ? "" : provider.flavours[api - 1]->api;
  const std::string_view body(reinterpret_cast<const char*>(data) + 2, size - 2);
  const absl::StatusOr<Extraction> first = ExtractUsage(body, provider.provider, name);
  const absl::StatusOr<Extraction> second = ExtractUsage(body, provider.provider, name);
  Check(first.status() == second.status());
  if (!first.ok()) return 0;
  Check(first->parts.size() <= kPartsMax && first->parts.size() == second->parts.size());
  Check((first->quality == Quality::kExact) == first->findings.empty());
  Check(first->findings == second->findings);
  for (std::size_t i = 0; i < first->parts.size(); ++i) {
    const ExtractedPart& part = first->parts[i];
    const absl::StatusOr<Atoms> again = ToAtoms(part.usage, JoinRule::kError);
    Check(again.ok() && Same(*again, part.atoms) && Same(part.atoms, second->parts[i].atoms));
    for (const Quantity& item : part.usage.quantities()) Check(item.quantity <= kQuantityMax);
  }
  return 0;
}
