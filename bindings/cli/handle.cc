#include "bindings/cli/handle.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>
#include <iterator>

#include "bindings/cli/catalog_files.h"
#include "bindings/cli/terminal.h"

namespace tokentra::cli {

std::string ReadWholeFile(const std::string& path) {
  if (path == "-") {
    return std::string(std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>());
  }
  std::ifstream file(path, std::ios::binary);
  const int error = errno;
  if (!file) {
    throw Failure(TOKENTRA_NOT_FOUND, Printable(path) + ": " + std::strerror(error));
  }
  return std::string(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

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
