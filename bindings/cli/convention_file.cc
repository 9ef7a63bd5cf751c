#include "bindings/cli/convention_file.h"

#include <filesystem>
#include <nlohmann/json.hpp>
#include <vector>

#include "bindings/cli/terminal.h"
#include "bindings/cli/whole_file.h"

namespace tokentra::cli {
namespace {

// The names of the vocabulary files that a convention names.
std::vector<std::string> FileNames(const std::string& json) {
  tokentra_document* document = nullptr;
  ErrorSlot error;
  error.Check(tokentra_convention_files(Text(json), &document, error.out()));
  const Document held(document);
  return nlohmann::json::parse(View(tokentra_document_text(document)));
}

Failure In(const std::string& path, const Failure& failure) {
  return Failure(failure.code(), Printable(path) + ": " + failure.what());
}

Convention OpenBuiltin() {
  tokentra_convention* convention = nullptr;
  ErrorSlot error;
  error.Check(tokentra_convention_open_builtin(&convention, error.out()));
  return Convention(convention);
}

}  // namespace

Convention OpenConvention(const std::string& path, const std::string& baseline) {
  if (path.empty() && baseline.empty()) return OpenBuiltin();
  // Absent, the built-in one's.
  std::string json;
  std::vector<std::string> names;
  if (!path.empty()) {
    json = ReadWholeFile(path);
    try {
      names = FileNames(json);
    } catch (const Failure& failure) {
      throw In(path, failure);
    }
  }
  std::vector<std::string> texts;
  for (const std::string& name : names) {
    texts.push_back(ReadWholeFile((std::filesystem::path(path).parent_path() / name).string()));
  }
  std::vector<tokentra_pair> files;
  for (std::size_t i = 0; i < names.size(); ++i) files.push_back({Text(names[i]), Text(texts[i])});
  const std::string baseline_text = baseline.empty() ? std::string() : ReadWholeFile(baseline);
  tokentra_convention_options options = {};
  options.files = files.data();
  options.file_count = files.size();
  options.baseline = Text(baseline_text);
  tokentra_convention* convention = nullptr;
  ErrorSlot error;
  try {
    error.Check(tokentra_convention_compile(Text(json), &options, sizeof options, &convention,
                                            error.out()));
  } catch (const Failure& failure) {
    throw In(path.empty() ? baseline : path, failure);
  }
  return Convention(convention);
}

}  // namespace tokentra::cli
