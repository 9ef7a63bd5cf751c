// Method: a writer stopped after every single store of the protocol of shard.h, for an event of
// two cells, one of them planned twice. At each stop a reader must finish, and see the whole event
// in both cells or in neither; the switch is the commit. The stores are listed here once more, in
// order, so that a stop is possible between any two.

#include "core/ledger/undo.h"

#include <gtest/gtest.h>

#include <functional>
#include <vector>

namespace tokentra {
namespace {

class StoppedWriter {
 public:
  StoppedWriter() {
    for (std::uint32_t cell = 0; cell < 2; ++cell) {
      cells_[cell].sequence = 40;
      for (std::size_t i = 0; i < kCellCounters; ++i) cells_[cell].counters[i] = Old(cell, i);
    }
    undo_.generation = 70;
  }

  static std::uint64_t Old(std::uint32_t cell, std::size_t i) { return 100 * cell + i; }
  static std::uint64_t New(std::uint32_t cell, std::size_t i) { return Old(cell, i) + 1000; }

  // All stores of one event, in order. `commit` becomes the number of stores up to the commit.
  std::vector<std::function<void()>> Stores(std::size_t* commit) {
    std::vector<std::function<void()>> stores;
    const std::uint32_t planned[] = {0, 1, 0};
    for (std::size_t entry = 0; entry < 3; ++entry) {
      UndoImage& image = undo_.images[entry];
      const std::uint32_t cell = planned[entry];
      stores.push_back([&image, cell] { image.cell_number = cell; });
      stores.push_back([&image] { image.sequence = 40; });
      for (std::size_t i = 0; i < kCellCounters; ++i) {
        stores.push_back([&image, cell, i] { image.counters[i] = Old(cell, i); });
      }
    }
    stores.push_back([this] { undo_.count = 3; });
    stores.push_back([this] { undo_.generation = 71; });
    for (const std::uint32_t cell : planned) {
      stores.push_back([this, cell] { cells_[cell].sequence = 41; });
      for (std::size_t i = 0; i < kCellCounters; ++i) {
        stores.push_back([this, cell, i] { cells_[cell].counters[i] = New(cell, i); });
      }
    }
    stores.push_back([this] { undo_.generation = 72; });
    *commit = stores.size();
    for (const std::uint32_t cell : planned) {
      stores.push_back([this, cell] { cells_[cell].sequence = 42; });
    }
    return stores;
  }

  CellImage Read(std::uint32_t cell) const {
    CellImage image;
    EXPECT_TRUE(ReadCell(undo_, nullptr, cell, cells_[cell], &image));
    return image;
  }

 private:
  UndoRecord undo_{};
  Cell cells_[2]{};
};

TEST(UndoTest, AReaderNeedsNoWriter) {
  std::size_t commit = 0;
  const std::size_t count = StoppedWriter().Stores(&commit).size();
  for (std::size_t stop = 0; stop <= count; ++stop) {
    SCOPED_TRACE(stop);
    StoppedWriter writer;
    auto stores = writer.Stores(&commit);
    for (std::size_t i = 0; i < stop; ++i) stores[i]();
    for (std::uint32_t cell = 0; cell < 2; ++cell) {
      const CellImage image = writer.Read(cell);
      for (std::size_t i = 0; i < kCellCounters; ++i) {
        EXPECT_EQ(image.counters[i],
                  stop >= commit ? StoppedWriter::New(cell, i) : StoppedWriter::Old(cell, i));
      }
    }
  }
}

}  // namespace
}  // namespace tokentra
