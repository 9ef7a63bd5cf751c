// A ledger's folder for one test, and ledgers of several "processes" on it: each Ledger object
// that opens the folder has a segment of its own, which is a dead process's when it ends.

#ifndef TOKENTRA_TESTS_CORE_LEDGER_FOLDER_TESTING_H_
#define TOKENTRA_TESTS_CORE_LEDGER_FOLDER_TESTING_H_

#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/ledger/ledger.h"

namespace tokentra::ledger_test {

class TestFolder {
 public:
  TestFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "tokentra-ledger-XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ~TestFolder() { std::filesystem::remove_all(path_); }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::string ledger_path() const { return (path_ / "ledger").string(); }

  std::shared_ptr<Ledger> Open(LedgerOptions options = {.dimensions = {"a", "b"},
                                                        .arrival = {}}) const {
    options.ids_max = 1000;
    FolderOptions folder_options;
    folder_options.segment_bytes = 1 << 20;
    return Ledger::Open(ledger_path(), folder_options, std::move(options)).value();
  }

 private:
  std::filesystem::path path_;
};

}  // namespace tokentra::ledger_test

#endif  // TOKENTRA_TESTS_CORE_LEDGER_FOLDER_TESTING_H_
