#include "core/ledger/registry.h"

#include <cassert>
#include <new>
#include <optional>
#include <utility>

#include "core/ledger/day_bucket.h"
#include "core/ledger/tuple.h"

namespace tokentra {
std::unique_ptr<Registry> Registry::Create(const LedgerOptions& options) {
  std::unique_ptr<Registry> registry(new (std::nothrow) Registry(options));
  if (registry == nullptr) return nullptr;
  registry->class_table_ = InternTable::Create(options.classes_max);
  registry->tuple_table_ =
      InternTable::Create(std::uint64_t{options.keys_max} + FoldReserve(options.keys_max));
  if (registry->class_table_ == nullptr || registry->tuple_table_ == nullptr) return nullptr;
  return registry;
}

Registry::Registry(const LedgerOptions& options)
    : options_(options),
      folded_bit_(options.dimensions.empty() ? 0 : kFoldedBit),
      all_folded_tuple_(options.dimensions.size(), '\1') {}

ClassId Registry::InternClass(std::string_view bytes, ClassKind kind) {
  const auto folded = static_cast<ClassId>(kind);
  if (bytes.size() > options_.class_bytes_max) return folded;
  const auto mark = static_cast<std::uint32_t>(kind);
  const InternTable::Probe probe = class_table_->Find(bytes, mark);
  if (probe.found) return probe.slot + kFoldedClasses;
  const std::uint64_t text = InternTable::NodeBytes(bytes.size());
  if (!class_count_.Take(1, options_.classes_max)) return folded;
  std::optional<InternTable::Insertion> insertion;
  if (text_bytes_.Take(text, options_.text_bytes_max)) {
    insertion = class_table_->Insert(bytes, mark, probe);
    if (!insertion.has_value() || !insertion->inserted) text_bytes_.GiveBack(text);
  }
  if (!insertion.has_value() || !insertion->inserted) class_count_.GiveBack(1);
  return insertion.has_value() ? insertion->slot + kFoldedClasses : folded;
}

DimensionsId Registry::InternDimensions(std::span<const std::string_view> values,
                                        std::uint64_t present) {
  if (values.size() != options_.dimensions.size()) return kAllFolded;
  TupleBuffer buffers[2];
  TupleBuffer* tuple = &buffers[0];
  TupleBuffer* coarser = &buffers[1];
  std::uint32_t folded = EncodeTuple(values, present, options_.value_bytes_max, tuple);
  DimensionsId id = InternTuple(tuple->view(), folded);
  // While there is no room for this tuple: fold.
  while (id == kAllFolded && folded < values.size()) {
    FoldTuple(tuple->view(), coarser);
    std::swap(tuple, coarser);
    id = InternTuple(tuple->view(), ++folded);
  }
  return id;
}

DimensionsId Registry::InternTuple(std::string_view tuple, std::uint32_t folded_count) {
  if (folded_count == dimension_count()) return kAllFolded;
  const DimensionsId bit = folded_count > 0 ? kFoldedBit : 0;
  const InternTable::Probe probe = tuple_table_->Find(tuple, folded_count);
  if (probe.found) return probe.slot | bit;
  const std::uint64_t steps = dimension_count();
  const std::uint64_t text = InternTable::NodeBytes(tuple.size());
  if (!keys_.Take(1, FoldLimit(options_.keys_max, folded_count, steps))) return kAllFolded;
  std::optional<InternTable::Insertion> insertion;
  if (text_bytes_.Take(text, FoldLimit(options_.text_bytes_max, folded_count, steps))) {
    insertion = tuple_table_->Insert(tuple, folded_count, probe);
    if (!insertion.has_value() || !insertion->inserted) text_bytes_.GiveBack(text);
  }
  if (!insertion.has_value() || !insertion->inserted) keys_.GiveBack(1);
  return insertion.has_value() ? insertion->slot | bit : kAllFolded;
}

DimensionsId Registry::ParentOf(DimensionsId id) {
  id = Resolved(id);
  if (id == kAllFolded) return kAllFolded;
  InternTable::Node* node = tuple_table_->Get(id & ~kFoldedBit);
  assert(node != nullptr);
  // Relaxed: a handle carries no data by itself; who looks its node up acquires it (Get).
  const std::uint32_t known = node->link.load(std::memory_order_relaxed);
  if (known != InternTable::kNoLink) return known;
  TupleBuffer folded;
  FoldTuple(node->bytes(), &folded);
  const DimensionsId parent = InternTuple(folded.view(), node->mark + 1);
  if (parent != kAllFolded) node->link.store(parent, std::memory_order_relaxed);
  return parent;
}

// What stands for a tuple of which a value was erased. Each step folds one more dimension.
DimensionsId Registry::Resolved(DimensionsId id) const {
  while (id != kAllFolded) {
    // Acquire: pairs with the exchange in Erase; the replacement's node is readable.
    const std::uint32_t replaced_by =
        tuple_table_->Get(id & ~kFoldedBit)->replaced_by.load(std::memory_order_acquire);
    if (replaced_by == InternTable::kNoLink) break;
    id = replaced_by;
  }
  return id;
}

bool Registry::IsClass(ClassId id) const {
  return IsFoldedClass(id) ? id < kClassKinds : class_table_->Get(id - kFoldedClasses) != nullptr;
}

bool Registry::IsDimensions(DimensionsId id) const {
  if (id == kAllFolded) return true;
  const InternTable::Node* node = tuple_table_->Get(id & ~kFoldedBit);
  return node != nullptr && (node->mark > 0) == ((id & kFoldedBit) != 0);
}

ClassKind Registry::KindOf(ClassId id) const {
  if (IsFoldedClass(id)) return static_cast<ClassKind>(id);
  return static_cast<ClassKind>(class_table_->Get(id - kFoldedClasses)->mark);
}

std::string_view Registry::ClassBytes(ClassId id) const {
  if (IsFoldedClass(id)) return {};
  return class_table_->Get(id - kFoldedClasses)->bytes();
}

std::string_view Registry::TupleBytes(DimensionsId id) const {
  id = Resolved(id);
  if (id == kAllFolded) return all_folded_tuple_;
  return tuple_table_->Get(id & ~kFoldedBit)->bytes();
}

std::uint64_t Registry::Erase(std::size_t index, std::string_view value) {
  std::uint64_t erased = 0;
  TupleBuffer tuple;
  // Another thread may replace a tuple by one that has this value still: once more, then.
  for (bool again = true; again;) {
    again = false;
    for (std::uint32_t slot = 0; slot < tuple_handles(); ++slot) {
      InternTable::Node* node = tuple_table_->Get(slot);
      std::uint32_t none = InternTable::kNoLink;
      if (node == nullptr || node->replaced_by.load(std::memory_order_relaxed) != none ||
          !EraseValue(node->bytes(), index, value, &tuple)) {
        continue;
      }
      const DimensionsId replacement = InternTuple(tuple.view(), node->mark + 1);
      // Release: publishes the replacement. Once only, so that nothing comes back.
      if (node->replaced_by.compare_exchange_strong(none, replacement, std::memory_order_release)) {
        ++erased;
      } else {
        again = true;
      }
    }
  }
  return erased;
}

bool Registry::IsLastResort(const CellGroup& group) const {
  return group.time == TimeFold::kAnyTime && IsFoldedClass(group.class_id);
}

bool Registry::Fold(CellGroup* group) {
  if (group->dimensions != kAllFolded) {
    group->dimensions = ParentOf(group->dimensions);
  } else if (!FoldTime(group, options_.bucket_seconds)) {
    if (IsFoldedClass(group->class_id)) return false;
    group->class_id = static_cast<ClassId>(KindOf(group->class_id));
  }
  return true;
}

std::uint64_t Registry::FoldStep(const CellGroup& group) const {
  const std::uint64_t dimensions_folded =
      group.dimensions == kAllFolded ? dimension_count()
                                     : tuple_table_->Get(group.dimensions & ~kFoldedBit)->mark;
  return dimensions_folded + static_cast<std::uint64_t>(group.time);
}

bool Registry::TakeCells(const CellGroup& group, std::uint64_t count) {
  return cells_.Take(count, FoldLimit(options_.cells_max, FoldStep(group), dimension_count() + 2));
}

std::uint64_t Registry::memory_bytes() const {
  return sizeof(*this) + class_table_->slots_bytes() + tuple_table_->slots_bytes() +
         text_bytes_.used();
}

}  // namespace tokentra
