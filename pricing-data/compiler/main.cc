// The build-time catalog compiler: provider files in, one C++ file of static data out.
//
//   tokentra_catalog_compiler OUT.cc PROVIDER_FILE...
//
// Exit status 1 with one line on standard error (file, model, field) when a file is refused.

#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "core/catalog/compile.h"
#include "core/catalog/image_bytes.h"
#include "core/catalog/source.h"

namespace tokentra {
namespace {

// Writes the image's bytes as one string literal: a compiler reads two megabytes of text in the
// time it takes for a few thousand initialisers, and needs no help from an assembler.
void Emit(const std::string& bytes, std::ofstream& out) {
  out << "// Generated from pricing-data; do not edit.\n\n"
         "#include \"core/catalog/catalog.h\"\n\n"
         "namespace tokentra {\nnamespace {\n\n"
         "alignas(16) constexpr char kBytes[] =\n";
  constexpr std::size_t kLineBytes = 4096;
  constexpr char kOctal[] = "01234567";
  for (std::size_t i = 0; i < bytes.size(); i += kLineBytes) {
    std::string line = "\"";
    for (const char c : std::string_view(bytes).substr(i, kLineBytes)) {
      const auto byte = static_cast<unsigned char>(c);
      if (c == '"' || c == '\\') {
        line += {'\\', c};
      } else if (byte >= 0x20 && byte < 0x7F && c != '?') {
        line += c;
      } else {
        line += {'\\', kOctal[byte >> 6], kOctal[(byte >> 3) & 7], kOctal[byte & 7]};
      }
    }
    out << line << "\"\n";
  }
  out << "    ;\n\n}  // namespace\n\n"
         "const char* BuiltinCatalogBytes() { return kBytes; }\n\n"
         "}  // namespace tokentra\n";
}

int Fail(std::string_view message) {
  std::fprintf(stderr, "tokentra_catalog_compiler: %.*s\n", static_cast<int>(message.size()),
               message.data());
  return 1;
}

int Run(std::span<char* const> arguments) {
  if (arguments.size() < 3) return Fail("usage: tokentra_catalog_compiler OUT.cc PROVIDER_FILE...");
  std::vector<SourceProvider> providers;
  for (char* const argument : arguments.subspan(2)) {
    const std::string path = argument;
    std::ifstream in(path, std::ios::binary);
    const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    if (!in) return Fail("cannot read " + path);
    absl::StatusOr<SourceProvider> provider =
        ReadProvider(text, path.substr(path.find_last_of('/') + 1));
    if (!provider.ok()) return Fail(provider.status().message());
    providers.push_back(*std::move(provider));
  }
  absl::StatusOr<OwnedImage> image = CompileCatalog(std::move(providers));
  if (!image.ok()) return Fail(image.status().message());
  std::ofstream out(arguments[1], std::ios::binary | std::ios::trunc);
  Emit(ImageToBytes(image->View()), out);
  out.close();
  if (!out) return Fail(std::string("cannot write ") + arguments[1]);
  return 0;
}

}  // namespace
}  // namespace tokentra

int main(int argc, char** argv) { return tokentra::Run({argv, static_cast<std::size_t>(argc)}); }
