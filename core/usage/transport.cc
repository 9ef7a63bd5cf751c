#include "core/usage/transport.h"

#include <algorithm>
#include <limits>

namespace tokentra::lattice {

Transport::Parents Transport::Search(std::size_t start, std::size_t skip_row,
                                     std::size_t skip_column) const {
  Parents parents;
  parents.fill(kNone);
  std::array<std::size_t, kNodes> queue;
  std::size_t head = 0;
  std::size_t tail = 0;
  parents[start] = start;
  queue[tail++] = start;
  while (head != tail) {
    const std::size_t node = queue[head++];
    const bool is_row = node < kRows;
    const std::size_t neighbours = is_row ? kColumns : kRows;
    for (std::size_t i = 0; i < neighbours; ++i) {
      const std::size_t row = is_row ? node : i;
      const std::size_t column = is_row ? i : node - kRows;
      const std::size_t next = is_row ? kRows + i : i;
      if (!open[row][column] || parents[next] != kNone) continue;
      if (!is_row && cells_[row][column] == 0) continue;
      if (row == skip_row && column == skip_column) continue;
      parents[next] = node;
      queue[tail++] = next;
    }
  }
  return parents;
}

std::uint64_t Transport::Push(const Parents& parents, std::size_t end, std::uint64_t limit) {
  std::uint64_t amount = limit;
  for (std::size_t node = end; parents[node] != node; node = parents[node]) {
    // Only cells that give back (column to row) bound the amount.
    if (node < kRows) amount = std::min(amount, cells_[node][parents[node] - kRows]);
  }
  for (std::size_t node = end; parents[node] != node; node = parents[node]) {
    if (node < kRows) {
      cells_[node][parents[node] - kRows] -= amount;
    } else {
      cells_[parents[node]][node - kRows] += amount;
    }
  }
  return amount;
}

bool Transport::Solve() {
  std::array<std::uint64_t, kColumns> wanted = demand;
  for (std::size_t row = 0; row < kRows; ++row) {
    std::uint64_t left = supply[row];
    while (left != 0) {
      const Parents parents = Search(row, kNone, kNone);
      std::size_t column = 0;
      while (column < kColumns && (wanted[column] == 0 || parents[kRows + column] == kNone)) {
        ++column;
      }
      if (column == kColumns) return false;
      const std::uint64_t moved = Push(parents, kRows + column, std::min(left, wanted[column]));
      left -= moved;
      wanted[column] -= moved;
    }
  }
  return std::all_of(wanted.begin(), wanted.end(), [](std::uint64_t w) { return w == 0; });
}

void Transport::Maximize(std::size_t row, std::size_t column) {
  for (;;) {
    const Parents parents = Search(kRows + column, row, column);
    if (parents[row] == kNone) return;
    cells_[row][column] += Push(parents, row, std::numeric_limits<std::uint64_t>::max());
  }
}

bool Transport::CanGrow(std::size_t row, std::size_t column) const {
  return Search(kRows + column, row, column)[row] != kNone;
}

bool Transport::CanShrink(std::size_t row, std::size_t column) const {
  return cells_[row][column] != 0 && Search(row, row, column)[kRows + column] != kNone;
}

}  // namespace tokentra::lattice
