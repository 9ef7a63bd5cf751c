// Registry: what all shards of one ledger share. Interned classes and tuples, the order in which
// keys are folded, and the budgets that bound memory.
//
// Folding (`Fold`) makes a key coarser by one step:
//   dimensions, from the last declared to the first  ->  bucket to day  ->  day to any time
//   ->  class to the one folded class of its kind
// The last of these keys is the *last resort*: any time, all dimensions folded, folded class. Each
// shard holds its cells from birth, so a place to count is always found.
//
// Invariants:
//   1. A handle with kFoldedBit names a tuple with a folded dimension; kAllFolded needs no node.
//      A class handle below kFoldedClasses is the folded class of the kind of that number.
//   2. Everything charged to a budget is in a table or in a cell, or was given back.
//
// Thread: any, concurrently; wait-free but for the memory allocator on first sight of a value.
// It does not know of shards or snapshots.

#ifndef TOKENTRA_CORE_LEDGER_REGISTRY_H_
#define TOKENTRA_CORE_LEDGER_REGISTRY_H_

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "core/ledger/budget.h"
#include "core/ledger/cell.h"
#include "core/ledger/event.h"
#include "core/ledger/intern.h"
#include "core/ledger/options.h"

namespace tokentra {

inline constexpr DimensionsId kFoldedBit = DimensionsId{1} << 31;
inline constexpr DimensionsId kAllFolded = 0xffff'ffff;
inline constexpr ClassId kFoldedClasses = 8;  // room for further kinds
static_assert(kClassKinds <= kFoldedClasses);

constexpr bool IsFoldedClass(ClassId id) { return id < kFoldedClasses; }

class Registry {
 public:
  // `options` must be valid. nullptr when memory is short.
  static std::unique_ptr<Registry> Create(const LedgerOptions& options);

  ClassId InternClass(std::string_view bytes, ClassKind kind);
  DimensionsId InternDimensions(std::span<const std::string_view> values, std::uint64_t present);

  // True when the handle stands for a tuple with a folded dimension.
  bool IsFolded(DimensionsId id) const { return (id & folded_bit_) != 0; }

  bool IsClass(ClassId id) const;
  bool IsDimensions(DimensionsId id) const;
  // REQUIRES: the handle is valid.
  ClassKind KindOf(ClassId id) const;
  std::string_view ClassBytes(ClassId id) const;  // "" for a folded class
  std::string_view TupleBytes(DimensionsId id) const;

  // Makes every tuple whose dimension `index` has the value stand for the tuple with that dimension
  // folded: TupleBytes says so from now on, and interning the old tuple gives a new handle. The
  // number of tuples. Their bytes stay in memory.
  std::uint64_t Erase(std::size_t index, std::string_view value);

  // Handles are below these numbers (folded tuples without kFoldedBit, kAllFolded apart).
  std::uint32_t class_handles() const { return class_table_->slots_count() + kFoldedClasses; }
  std::uint32_t tuple_handles() const { return tuple_table_->slots_count(); }

  // Makes `group` coarser by one step; false when it is the last resort. REQUIRES: valid handles.
  bool Fold(CellGroup* group);
  bool IsLastResort(const CellGroup& group) const;

  // Charges `count` new cells of keys as coarse as `group`.
  bool TakeCells(const CellGroup& group, std::uint64_t count);
  void GiveBackCells(std::uint64_t count) { cells_.GiveBack(count); }
  // In a forked child, which begins without cells.
  void ForgetCells() { cells_.GiveBack(cells_.used()); }

  const LedgerOptions& options() const { return options_; }
  std::int64_t bucket_ns() const { return options_.bucket_seconds * kNsPerSecond; }
  std::uint64_t cells() const { return cells_.used(); }
  std::uint64_t keys() const { return keys_.used(); }
  std::uint64_t classes() const { return class_count_.used(); }
  std::uint64_t text_bytes() const { return text_bytes_.used(); }
  // Memory of tables and text; shards add their own.
  std::uint64_t memory_bytes() const;

 private:
  explicit Registry(const LedgerOptions& options);

  std::uint64_t dimension_count() const { return options_.dimensions.size(); }
  // `kAllFolded` when the tuple does not fit.
  DimensionsId InternTuple(std::string_view tuple, std::uint32_t folded_count);
  DimensionsId ParentOf(DimensionsId id);
  DimensionsId Resolved(DimensionsId id) const;
  std::uint64_t FoldStep(const CellGroup& group) const;

  const LedgerOptions options_;
  // kFoldedBit; 0 without dimensions, where kAllFolded is simply the one tuple there is.
  const DimensionsId folded_bit_;
  std::string all_folded_tuple_;
  std::unique_ptr<InternTable> class_table_;
  std::unique_ptr<InternTable> tuple_table_;
  Budget keys_;
  Budget class_count_;
  Budget text_bytes_;
  Budget cells_;
};

}  // namespace tokentra

#endif  // TOKENTRA_CORE_LEDGER_REGISTRY_H_
