#include "bindings/cli/whole_file.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

#include "bindings/cli/handle.h"
#include "bindings/cli/terminal.h"

namespace tokentra::cli {

std::string ReadWholeFile(const std::string& path) {
  if (path == "-") {
    return {std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>()};
  }
  std::ifstream file(path, std::ios::binary);
  const int error = errno;
  std::error_code wrong;
  if (!file || std::filesystem::is_directory(path, wrong)) {
    throw Failure(TOKENTRA_NOT_FOUND,
                  Printable(path) + ": " + std::strerror(file ? EISDIR : error));
  }
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace tokentra::cli
