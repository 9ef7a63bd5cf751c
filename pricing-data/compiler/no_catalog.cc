// The compiler is built before the built-in catalog exists: for it there is none.

#include "core/catalog/catalog.h"

namespace tokentra {

const char* BuiltinCatalogBytes() { return nullptr; }

}  // namespace tokentra
