#include "bindings/cli/handle.h"

#include "bindings/cli/whole_file.h"

namespace tokentra::cli {

Catalog OpenCatalog(const std::vector<std::string>& overlays) {
  tokentra_catalog* opened = nullptr;
  ErrorSlot error;
  error.Check(tokentra_catalog_open_builtin(&opened, error.out()));
  Catalog catalog(opened);
  for (const std::string& path : overlays) {
    tokentra_catalog* laid = nullptr;
    error.Check(tokentra_catalog_overlay(catalog.get(), Text(ReadWholeFile(path)), Text(path),
                                         &laid, error.out()));
    catalog.reset(laid);
  }
  return catalog;
}

}  // namespace tokentra::cli
