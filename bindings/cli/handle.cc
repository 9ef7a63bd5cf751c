#include "bindings/cli/handle.h"

namespace tokentra::cli {

Catalog OpenCatalog() {
  tokentra_catalog* catalog = nullptr;
  ErrorSlot error;
  error.Check(tokentra_catalog_open_builtin(&catalog, error.out()));
  return Catalog(catalog);
}

}  // namespace tokentra::cli
