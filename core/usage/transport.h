// A transport problem of a few cells: supplies (rows) are spread over demands (columns) through
// the cells that are open. Exact integers, augmenting paths.
//
// Paths live in the residual graph over rows and columns: row to column over an open cell that
// takes more, column to row over an open cell that gives some back.
//
// Internal to core/usage.

#ifndef TOKENTRA_CORE_USAGE_TRANSPORT_H_
#define TOKENTRA_CORE_USAGE_TRANSPORT_H_

#include <array>
#include <cstddef>
#include <cstdint>

namespace tokentra::lattice {

class Transport {
 public:
  static constexpr std::size_t kRows = 10;
  static constexpr std::size_t kColumns = 6;

  std::array<std::uint64_t, kRows> supply{};
  std::array<std::uint64_t, kColumns> demand{};
  // Open cells; a closed cell carries nothing, or what it held when it was closed.
  std::array<std::array<bool, kColumns>, kRows> open{};

  // Fills the cells. False when no filling meets every supply and every demand.
  bool Solve();

  // After `Solve`: moves as much as possible into an open cell, all sums kept.
  void Maximize(std::size_t row, std::size_t column);

  // After `Solve`: whether an open cell could carry more (less), all sums kept.
  bool CanGrow(std::size_t row, std::size_t column) const;
  bool CanShrink(std::size_t row, std::size_t column) const;

  std::uint64_t cell(std::size_t row, std::size_t column) const { return cells_[row][column]; }

 private:
  // Nodes are rows, then columns.
  static constexpr std::size_t kNodes = kRows + kColumns;
  static constexpr std::size_t kNone = kNodes;
  using Parents = std::array<std::size_t, kNodes>;

  // Breadth first from `start`, never over the cell (`skip_row`, `skip_column`); the parent of
  // every node that is reached, kNone for the others.
  Parents Search(std::size_t start, std::size_t skip_row, std::size_t skip_column) const;
  // Moves up to `limit` along the path to `end`; returns how much moved.
  std::uint64_t Push(const Parents& parents, std::size_t end, std::uint64_t limit);

  std::array<std::array<std::uint64_t, kColumns>, kRows> cells_{};
};

}  // namespace tokentra::lattice

#endif  // TOKENTRA_CORE_USAGE_TRANSPORT_H_
