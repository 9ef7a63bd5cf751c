// The source form of an overlay: a user's changes over a catalog, read from JSON and checked.
//
// `ReadOverlay` accepts exactly what docs/overlays.md describes; models are written as provider
// files write them. Anything else is an error that names the path in the document, the value and
// the nearest valid one. Amounts in another currency are converted here, exactly, at the overlay's
// one exchange rate; each rate keeps what it was.
//
// Thread: pure functions.

#ifndef TOKENTRA_CORE_CATALOG_OVERLAY_SOURCE_H_
#define TOKENTRA_CORE_CATALOG_OVERLAY_SOURCE_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/catalog/source.h"

namespace tokentra {

inline constexpr std::size_t kOverlayBytesMax = std::size_t{16} << 20;  // of one document
inline constexpr std::size_t kOverlayChangesMax = 4096;
inline constexpr std::size_t kOverlayNameMax = 64;

enum class OverlayAction : std::uint8_t { kAdd, kReplace, kForbid, kAlias, kDiscount };

// One change; the fields that its action does not have are empty.
struct OverlayChange {
  OverlayAction action = OverlayAction::kAdd;
  std::string where;                // its path
  std::string provider;             // empty: a discount for all
  std::vector<std::string> models;  // named by forbid, alias and discount; empty: all
  Interval interval;                // replace, discount
  SourceProvider source;            // add, replace: fields and models
  bool whole = false;               // replace: everything the provider has
  bool has_fields = false;          // add: something but the models is stated
  std::string reason;               // forbid, discount
  SourceAlias alias;
  std::vector<MeterId> meters;  // discount; empty: all
  bool is_percent = false;      // discount: `factor`, else `off`
  Money factor;                 // what remains: 0 to 1
  std::string percent;          // as stated
  SourceRate off;
};

struct SourceOverlay {
  std::string file;  // for errors
  std::string name;
  std::string digest;                  // over the document's content, whatever its layout
  std::vector<OverlayChange> changes;  // in the order in which they apply
};

absl::StatusOr<SourceOverlay> ReadOverlay(std::string_view json, std::string_view file);

}  // namespace tokentra

#endif  // TOKENTRA_CORE_CATALOG_OVERLAY_SOURCE_H_
